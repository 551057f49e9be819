# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_groups import both_ways, groups, to_compare


def pair(source: str, destination: str, **more: Any) -> dict[str, Any]:
    """Buckets are named ``<name>@<region>``."""
    return {
        "source": {"bucket": source, "region": source.partition("@")[2]},
        "destination": {"bucket": destination, "region": destination.partition("@")[2]},
        **more,
    }


def test_pairs_in_both_directions_and_chains_are_one_group() -> None:
    found = groups([pair("a@us", "a@eu"), pair("b@us", "b@eu"), pair("a@eu", "a@us"), pair("a@ap", "a@eu")])
    assert found == [
        {"name": "a@us", "buckets": {"us": "a@us", "eu": "a@eu", "ap": "a@ap"}},
        {"name": "b@us", "buckets": {"us": "b@us", "eu": "b@eu"}},
    ]


def test_groups_that_meet_late_become_one() -> None:
    (found,) = groups([pair("a@us", "a@eu"), pair("b@ap", "b@sa"), pair("b@ap", "a@us")])
    assert set(found["buckets"]) == {"us", "eu", "ap", "sa"}


def test_all_problems_are_told_together() -> None:
    wrong = {"source": {"bucket": "x", "region": "us"}, "destination": {"bucket": "a@eu", "region": "ap"}}
    with pytest.raises(RefusedError) as told:
        groups([pair("a@us", "a@eu"), pair("b@us", "a@eu"), wrong])
    assert len(told.value.problems) == 3
    with pytest.raises(RefusedError, match=r"pair 1 has no destination\.bucket"):
        groups([{"source": {"bucket": "x", "region": "us"}}])


def test_the_way_back_is_added_once_and_has_what_two_ways_need() -> None:
    there = pair("a@us", "a@eu", prefix="in/", rule_id="mine", priority=7)
    there["destination"]["storage_class"] = "STANDARD_IA"
    forth, back = both_ways([there])
    assert forth["rule_id"] == "mine"
    assert (back["source"], back["destination"]) == (
        {"bucket": "a@eu", "region": "eu"},
        {"bucket": "a@us", "region": "us"},
    )
    assert "rule_id" not in back
    assert back["prefix"] == "in/"
    for one in (forth, back):
        assert one["delete_marker_replication"] and one["replica_modifications"] and one["replication_time_control"]
    assert both_ways([forth, back]) == [forth, back]
    assert both_ways([pair("a@us", "a@eu", replication_time_control=False)])[1]["replication_time_control"] is False


def test_what_comparing_takes_of_pairs() -> None:
    (one,) = to_compare([pair("a@us", "a@eu", prefix="in/", rule_id="mine")])
    assert one == {**pair("a@us", "a@eu"), "prefix": "in/"}


NAMES = st.builds(lambda name, region: f"{name}@{region}", st.sampled_from("abcd"), st.sampled_from(["us", "eu", "ap"]))


@given(st.lists(st.tuples(NAMES, NAMES).filter(lambda ends: ends[0] != ends[1]), max_size=8))
def test_every_bucket_is_in_one_group_with_all_it_replicates_with(ends: list[tuple[str, str]]) -> None:
    pairs = [pair(*one) for one in ends]
    try:
        found = groups(pairs)
    except RefusedError:
        return
    of = {bucket: group["name"] for group in found for bucket in group["buckets"].values()}
    assert sorted(of) == sorted({name for one in ends for name in one})
    assert all(of[source] == of[destination] for source, destination in ends)
