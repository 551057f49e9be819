# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import (
    BucketFacts,
    Pair,
    found_problems,
    read_pairs,
)

ACCOUNT = "111122223333"
ENABLED = BucketFacts(exists=True, region="us-east-1", versioning="Enabled")
THERE = BucketFacts(exists=True, region="eu-west-1", versioning="Enabled")
PAIR = Pair("invoices", "us-east-1", "invoices-dr", "eu-west-1", None, "to-invoices-dr")


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
    ("given", "told"),
    [
        (entry(source="Invoices"), "source.bucket 'Invoices' is not a bucket's name"),
        (entry(destination="a"), "destination.bucket 'a' is not a bucket's name"),
        (entry(source_region="Frankfurt"), "source.region 'Frankfurt' is not a Region"),
        (entry(destination="invoices"), "the same bucket"),
        (entry(account_id="1234"), "twelve digits"),
        (entry(account_id="444455556666"), "across accounts is not supported yet"),
        ({"source": {"bucket": "invoices", "region": "us-east-1"}}, "destination.bucket None"),
    ],
)
def test_what_is_no_legal_pair_is_told_with_its_place(given: dict[str, Any], told: str) -> None:
    pairs, problems = read_pairs([entry(source="photos", destination="photos-dr"), given], ACCOUNT)
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


def test_nothing_stands_in_the_way() -> None:
    assert found_problems([PAIR], {"invoices": ENABLED, "invoices-dr": THERE}) == []
    assert found_problems([PAIR], {"invoices": ENABLED, "invoices-dr": BucketFacts(exists=False)}) == []


@pytest.mark.parametrize(
    ("source", "destination", "told"),
    [
        (BucketFacts(exists=False), THERE, "the source bucket invoices does not exist"),
        (BucketFacts(exists=True, denied=True), THERE, "the source bucket invoices exists, but belongs to another"),
        (THERE, THERE, "the source bucket invoices is in eu-west-1, not in us-east-1"),
        (ENABLED, BucketFacts(exists=True, denied=True), "the destination bucket invoices-dr exists, but belongs"),
        (ENABLED, ENABLED, "the destination bucket invoices-dr is in us-east-1, not in eu-west-1"),
        (BucketFacts(True, region="us-east-1", object_lock=True), THERE, "has Object Lock, the destination bucket"),
    ],
)
def test_what_stands_in_the_way_is_told(source: BucketFacts, destination: BucketFacts, told: str) -> None:
    (problem,) = found_problems([PAIR], {"invoices": source, "invoices-dr": destination})
    assert told in problem


def test_one_problem_of_a_bucket_in_two_pairs_is_told_once() -> None:
    second = Pair("invoices", "us-east-1", "invoices-dr2", "eu-west-1", None, "x")
    facts = {"invoices": BucketFacts(exists=False), "invoices-dr": THERE, "invoices-dr2": THERE}
    assert len(found_problems([PAIR, second], facts)) == 1


def test_a_source_that_the_other_direction_makes_need_not_be_there() -> None:
    back = Pair("invoices-dr", "eu-west-1", "invoices", "us-east-1", None, "back")
    assert found_problems([PAIR, back], {"invoices": ENABLED, "invoices-dr": BucketFacts(exists=False)}) == []
