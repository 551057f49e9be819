# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_pairs import (
    Look,
    found_problems,
    names_of,
    read_pairs,
)

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def pair(source: Any = "invoices", destination: Any = "invoices-dr", region: Any = "eu-west-1", **more: Any) -> Any:
    account = {"account_id": more.pop("account")} if "account" in more else {}
    sides = {"source": {"bucket": source, "region": "us-east-1"}}
    return {**sides, "destination": {"bucket": destination, "region": region, **account}, **more}


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([pair(source="No")], "source.bucket 'No'"),
        ([pair(source=None)], "source.bucket None"),
        ([{"source": None}], "destination.bucket None"),
        ([pair(source="a--x-s3")], "directory bucket"),
        ([pair(region=None)], "destination.region None"),
        ([pair(region="nowhere")], "destination.region 'nowhere'"),
        ([pair(account="12")], "account id"),
        ([pair(account=111122223333)], "quoted"),
        ([pair("same-one", "same-one")], "same bucket"),
        ([pair(mapping={"keys": {}})], "no keys"),
        ([pair(mapping={"kms_keys": {"a": KEY}}, region="eu-west-2")], "is in eu-west-1"),
        ([pair("a-a", "c-c"), pair("b-b", "c-c")], "c-c is the destination of 2 pairs"),
        ([pair("a-a", "b-b"), pair("b-b", "c-c")], "b-b is a source and a destination"),
    ],
)
def test_what_can_not_be_right_is_told(entries: list[Any], told: str) -> None:
    _pairs, problems = read_pairs(entries, {})
    assert any(told in problem for problem in problems), problems


def test_mappings_add_up_and_the_pairs_own_goes_first() -> None:
    own = {"buckets": {"logs": "logs-own"}, "multi_region_keys": True}
    common = {"buckets": {"logs": "logs-dr", "more": "more-dr"}, "kms_keys": {"a": KEY}, "multi_region_keys": False}
    entries = [pair(mapping=own), pair("photos", "photos-dr"), pair("far-away", "far-away-dr", "eu-west-2")]
    pairs, problems = read_pairs(entries[:2], common)
    assert problems == []
    names = names_of(pairs[0], pairs, "111122223333", "444455556666")
    assert names.bucket("logs") == "logs-own" and names.bucket("more") == "more-dr"
    assert names.bucket("photos") == "photos-dr" and names.bucket("invoices") == "invoices-dr"
    assert names.multi_region_keys and names.key("a") == KEY
    assert names.account("111122223333") == "444455556666"
    other = names_of(pairs[1], pairs, "111122223333", "111122223333")
    assert other.bucket("logs") == "logs-dr" and not other.multi_region_keys
    pairs, _problems = read_pairs(entries, {})
    assert "far-away" not in names_of(pairs[0], pairs, "1", "2").buckets


def test_what_a_look_finds() -> None:
    pairs, _problems = read_pairs([pair(), pair("photos", "photos-dr")], {})
    looks = {
        "invoices": Look(True, region="us-east-1"),
        "invoices-dr": Look(True, region="eu-west-2"),
        "photos": Look(False),
        "photos-dr": Look(True, denied=True),
    }
    told = found_problems(pairs, looks)
    assert len(told) == 3
    assert "is in eu-west-2, not in eu-west-1" in told[0]
    assert "photos does not exist" in told[1]
    assert "destination_account_role" in told[2]
