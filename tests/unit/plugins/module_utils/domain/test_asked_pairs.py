# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import (
    AskedPair,
    no_rule_told,
    read_asked,
    rules_between,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration

SOURCE = {"bucket": "invoices", "region": "us-east-1"}
DESTINATION = {"bucket": "invoices-dr", "region": "eu-west-1"}
PAIR = AskedPair("invoices", "us-east-1", "invoices-dr", "eu-west-1")


def entry(**changes: Any) -> dict[str, Any]:
    return {"source": SOURCE, "destination": DESTINATION, **changes}


def rule(number: int, status: str = "Enabled", to: str = "invoices-dr") -> dict[str, Any]:
    bucket = f"arn:aws:s3:::{to}"
    return {"ID": f"r{number}", "Status": status, "Filter": {}, "Priority": number, "Destination": {"Bucket": bucket}}


def test_the_list_of_bucket_pairs_will_do_and_each_pair_counts_once() -> None:
    full = entry(
        source={**SOURCE, "kms_key_arns": ["arn:key"]},
        destination={**DESTINATION, "account_id": "111122223333", "storage_class": "STANDARD_IA"},
        rule_id="r1",
        prefix="a/",
    )
    known = AskedPair("invoices", "us-east-1", "invoices-dr", "eu-west-1", "111122223333", "r1", ("arn:key",))
    assert read_asked([full, entry(), full]) == ([known, PAIR], [])


@pytest.mark.parametrize(
    "wrong, told",
    [
        (entry(source={**SOURCE, "region": "moon"}), "source.region 'moon' is not a Region"),
        (entry(destination={**DESTINATION, "bucket": "No"}), "destination.bucket 'No'"),
        (entry(destination={"region": "eu-west-1"}), "destination.bucket None is not a bucket's name"),
        (entry(destination=None), "destination is None; expected bucket and region"),
        (entry(destination={**SOURCE}), "source and destination are the same bucket"),
        (entry(destination={**DESTINATION, "account_id": 42}), "destination.account_id 42"),
        (entry(rule_id=7), "rule_id 7 is not a text"),
        (entry(source={**SOURCE, "kms_key_arns": "arn"}), "source.kms_key_arns 'arn'"),
        ("invoices", "pair 1 is 'invoices'"),
    ],
)
def test_what_can_not_be_a_pair_is_told(wrong: Any, told: str) -> None:
    pairs, problems = read_asked([wrong])
    assert pairs == []
    assert len(problems) == 1 and told in problems[0] and problems[0].startswith("pair 1")


def test_all_problems_are_told_and_a_bucket_has_one_region() -> None:
    _pairs, problems = read_asked([entry(source=None), entry(), entry(source={**SOURCE, "region": "us-west-2"})])
    assert len(problems) == 2
    assert problems[1] == "bucket invoices is said to be in us-east-1 and in us-west-2; a bucket is in one Region"


def test_a_pair_stands_for_all_rules_between_its_buckets_or_for_the_one_it_names() -> None:
    configuration = Configuration("role", (rule(1), rule(2, to="elsewhere"), rule(3, "Disabled")))
    assert [one.id for one in rules_between(PAIR, configuration)] == ["r1", "r3"]
    named = AskedPair("invoices", "us-east-1", "invoices-dr", "eu-west-1", rule_id="r3")
    assert [one.id for one in rules_between(named, configuration)] == ["r3"]
    assert rules_between(PAIR, None) == []


def test_says_whether_a_rule_is_missing_or_disabled() -> None:
    configuration = Configuration("role", (rule(3, "Disabled"),))
    assert "Rule r3 of bucket invoices is disabled" in no_rule_told(PAIR, rules_between(PAIR, configuration))
    assert "no rule to bucket invoices-dr" in no_rule_told(PAIR, [])


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["invoices", "us-east-1"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["source", "destination", "bucket", "region", "rule_id", "account_id", "kms_key_arns"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(anything, max_size=3))
def test_nothing_that_is_given_breaks_it_and_what_is_no_pair_is_told(raw: list[Any]) -> None:
    pairs, problems = read_asked(raw)
    assert len(pairs) <= len(raw)
    assert problems or len(pairs) == len({str(one) for one in raw})
