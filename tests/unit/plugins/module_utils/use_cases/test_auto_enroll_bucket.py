# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_discovery import Discovery
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.auto_enroll_bucket import Enroller, OneBucket

HOME, AWAY = "us-east-1", "eu-west-1"
MEANT = {"dr": "true"}


def enroller(tags: dict[str, dict[str, str]], destination_region: str = AWAY, **more: Any) -> Enroller:
    """An enroller in a world of these buckets in us-east-1, by their tags."""
    made = Enroller.__new__(Enroller)
    made._region = HOME
    made._discovery = Discovery(
        HOME, MEANT, {"destination": {"bucket": "{name}-dr", "region": destination_region}}, **more
    )
    made._sides = SimpleNamespace(destination=SimpleNamespace(caller=SimpleNamespace(account="111122223333")))  # type: ignore[assignment]
    made._tags = tags.get  # type: ignore[method-assign]
    return made


@pytest.mark.parametrize(
    ("bucket", "region", "sources"),
    [
        ("invoices", HOME, ["invoices"]),  # whether it is meant is told by its tags, later
        ("gone", HOME, ["gone"]),
        ("invoices-dr", AWAY, ["invoices"]),
        ("strangers-dr", AWAY, []),
        ("whatever", AWAY, []),
        ("invoices", "ap-south-1", []),
        ("cache", HOME, []),
        ("cache-dr", AWAY, []),
    ],
)
def test_which_buckets_a_change_is_about(bucket: str, region: str, sources: list[str]) -> None:
    world = enroller({"invoices": MEANT, "cache": MEANT}, exclude=("cach*",))
    assert world.sources_of(bucket, region) == sources


def test_in_one_region_a_destination_is_no_source_of_another_pair() -> None:
    tagged = enroller({"invoices": MEANT, "invoices-dr": MEANT}, destination_region=HOME)
    assert tagged.sources_of("invoices-dr", HOME) == ["invoices"]
    untagged = enroller({"invoices": {}, "invoices-dr": MEANT}, destination_region=HOME)
    assert untagged.sources_of("invoices-dr", HOME) == ["invoices", "invoices-dr"]


def test_one_bucket_is_discovered_as_all_are_but_alone() -> None:
    one = OneBucket(HOME, MEANT, {"destination": {"bucket": "{name}-dr", "region": AWAY}}, exclude=("no*",), only="yes")
    assert [one.excluded(name) for name in ("yes", "other", "no")] == [False, True, True]
    assert OneBucket(HOME, MEANT, {}, exclude=("no*",), only="nobody").excluded("nobody")
    assert one.matches({"dr": "true", "more": ""})
