# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import (
    Pair,
    legal_pairs,
    named,
    pairs_of_any_account,
    shared_destinations,
)

ACCOUNT = "111122223333"
PAIR = Pair("invoices", "us-east-1", "invoices-dr", "eu-west-1", None, "to-invoices-dr")


def read_pairs(entries: list[Any], account: str) -> tuple[list[Pair], list[str]]:
    pairs, found = legal_pairs(entries, account)
    return list(pairs.values()), [problem.text for problem in found]


def entry(source: str = "invoices", destination: str = "invoices-dr", **options: Any) -> dict[str, Any]:
    account = options.pop("account_id", None)
    return {
        "source": {"bucket": source, "region": options.pop("source_region", "us-east-1")},
        "destination": {
            "bucket": destination,
            "region": options.pop("destination_region", "eu-west-1"),
            **({"account_id": account} if account else {}),
        },
        **options,
    }


def problems_of(*entries: dict[str, Any]) -> list[str]:
    return read_pairs(entries, ACCOUNT)[1]


def test_a_legal_pair_is_read() -> None:
    assert read_pairs([entry()], ACCOUNT) == ([PAIR], [])
    assert read_pairs([entry(account_id=ACCOUNT, rule_id="dr")], ACCOUNT)[1] == []


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-2", "us-gov-west-1", "cn-north-1", "ap-southeast-10"])
def test_regions_of_every_partition_are_regions(region: str) -> None:
    assert problems_of(entry(destination_region=region)) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (entry(source="Invoices"), "source.bucket 'Invoices' is not a bucket's name"),
        (entry(destination="a"), "destination.bucket 'a' is not a bucket's name"),
        (entry(source_region="Frankfurt"), "source.region 'Frankfurt' is not a Region"),
        (entry(destination="invoices"), "the same bucket"),
        (entry(account_id="1234"), "twelve digits"),
        (entry(account_id="444455556666"), "name a role of account 444455556666 (destination_account_role)"),
        ({"source": {"bucket": "invoices", "region": "us-east-1"}}, "destination.bucket None"),
    ],
)
def test_what_is_no_legal_pair_is_told_with_its_place(wrong: dict[str, Any], told: str) -> None:
    pairs, problems = read_pairs([entry(source="photos", destination="photos-dr"), wrong], ACCOUNT)
    assert [pair.source for pair in pairs] == ["photos"]
    assert any(told in problem for problem in problems)
    assert all(problem.startswith("pair 2 (") for problem in problems)


def test_two_pairs_for_one_rule_are_told() -> None:
    (problem,) = problems_of(entry(), entry(prefix="a/"))
    assert "2 pairs would become the rule 'to-invoices-dr' of bucket invoices" in problem
    assert problems_of(entry(), entry(prefix="a/", rule_id="a")) == []
    assert problems_of(entry(rule_id="dr"), entry(source="photos", rule_id="dr")) == []


def test_a_bucket_in_two_regions_is_told() -> None:
    (problem,) = problems_of(entry(), entry(destination="other-dr", source_region="us-west-2"))
    assert "invoices is said to be in us-east-1 and in us-west-2" in problem


def test_two_sources_of_one_destination_need_prefixes_that_keep_them_apart() -> None:
    def told(*entries: dict[str, Any]) -> list[frozenset[int]]:
        pairs, problems = legal_pairs(entries, ACCOUNT)
        assert problems == []
        return [problem.pairs for problem in shared_destinations(pairs, entries)]

    other = entry(source="photos", destination="invoices-dr", prefix="a/")
    assert told(entry(), other) == [frozenset([0, 1])]
    assert told(entry(prefix="a/b"), other) == [frozenset([0, 1])]
    assert told(entry(prefix="b/"), other, entry(source="third", destination="third-dr")) == []
    assert told(entry(prefix="b/"), entry(prefix="b/c", rule_id="c")) == []


def test_sources_that_replicate_to_each_other_may_share_a_destination() -> None:
    names = {"a-set": "us-east-1", "b-set": "eu-west-1", "c-set": "us-west-2"}
    entries = [
        {"source": {"bucket": one, "region": names[one]}, "destination": {"bucket": other, "region": names[other]}}
        for one in names
        for other in names
        if one != other
    ]
    pairs, problems = legal_pairs(entries, ACCOUNT)
    assert problems == [] and shared_destinations(pairs, entries) == []
    # One way between the two is not enough, whichever is missing.
    for missing in pairs:
        left = {number: pair for number, pair in pairs.items() if number != missing}
        assert len(shared_destinations(left, entries)) == 1


def test_accounts_of_sides_are_told_apart() -> None:
    there = entry(account_id="444455556666")
    assert legal_pairs([there], ACCOUNT, "444455556666")[1] == []
    (problem,) = legal_pairs([there], ACCOUNT, "777788889999")[1]
    assert "belongs to account 444455556666, the role of that side to 777788889999" in problem.text


ANYTHING = st.none() | st.booleans() | st.integers() | st.text(max_size=70) | st.lists(st.text(), max_size=2)


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "source": st.none() | st.dictionaries(st.sampled_from(["bucket", "region"]), ANYTHING),
                "destination": st.none()
                | st.dictionaries(st.sampled_from(["bucket", "region", "account_id"]), ANYTHING),
                "rule_id": st.none() | st.text(),
            },
        ),
        max_size=4,
    )
)
def test_whatever_comes_is_a_pair_or_a_problem_and_can_be_named(entries: list[dict[str, Any]]) -> None:
    pairs, problems = legal_pairs(entries, ACCOUNT)
    told = {number for problem in problems for number in problem.pairs}
    assert all(number in pairs or number in told for number in range(len(entries)))
    assert all(str(named(one)) for one in entries)


def test_where_accounts_do_not_matter_a_destination_of_another_is_fine_and_what_is_none_is_not() -> None:
    own = entry(destination="own", account_id=ACCOUNT)
    away = entry(destination="away", account_id="444455556666")
    pairs, problems = pairs_of_any_account([entry(), own, away], ACCOUNT)
    assert problems == []
    assert [pair.destination_account for pair in pairs] == [None, None, "444455556666"]
    pairs, problems = pairs_of_any_account([entry(account_id="12"), entry(source="Bad_Name")], ACCOUNT)
    assert pairs == [] and len(problems) == 2 and any("'12' is not an account id" in problem for problem in problems)
