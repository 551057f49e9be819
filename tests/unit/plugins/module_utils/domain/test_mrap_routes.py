# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_routes import (
    Route,
    Routes,
    as_result,
    desired,
    parse_routes,
    told,
    updates,
)

EAST, WEST, SOUTH = Route("b-east", "us-east-1", 100), Route("b-west", "us-west-2", 0), Route("b-se", "sa-east-1", 0)
THREE = (SOUTH, EAST, WEST)
_WORD = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
ROUTES = st.lists(
    st.builds(Route, _WORD, _WORD, st.sampled_from([0, 100, 50])),
    min_size=2,
    max_size=6,
    unique_by=lambda one: one.bucket,
).map(tuple)


def test_routes_are_read_in_one_order() -> None:
    wire = [{"Bucket": one.bucket, "Region": one.region, "TrafficDialPercentage": one.dial} for one in THREE]
    assert parse_routes(wire) == parse_routes(reversed(wire)) == THREE


@pytest.mark.parametrize("wanted", ["us-west-2", "b-west"])
def test_what_is_named_is_active_and_all_else_is_not(wanted: str) -> None:
    after = desired(THREE, [wanted])
    assert [(one.bucket, one.dial) for one in after] == [("b-se", 0), ("b-east", 0), ("b-west", 100)]
    assert desired(after, [wanted]) == after


def test_several_may_be_active_also_named_twice() -> None:
    after = desired(THREE, ["b-west", "us-west-2", "us-east-1"])
    assert [one.dial for one in after] == [0, 100, 100]


@pytest.mark.parametrize(
    ("routes", "active", "said"),
    [
        ((EAST,), ["us-east-1"], r"it has one Region only \(us-east-1\)"),
        ((), ["us-east-1"], r"it has one Region only \(no Region\)"),
        (THREE, [], "active is empty"),
        (
            THREE,
            ["eu-west-1", "b-west", "x"],
            r"eu-west-1, x is none .*; it has b-se \(sa-east-1\), b-east \(us-east-1\)",
        ),
        ((Route("us-west-2", "us-east-1", 0), WEST), ["us-west-2"], "one of its buckets and the Region of another"),
    ],
)
def test_what_can_not_be_is_refused(routes: Routes, active: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        desired(routes, active)


def test_a_bucket_that_is_called_as_its_own_region_is_no_riddle() -> None:
    routes = (Route("us-west-2", "us-west-2", 0), EAST)
    assert [one.dial for one in desired(routes, ["us-west-2"])] == [100, 0]


@given(ROUTES, st.data())
def test_there_is_always_one_active_and_nothing_is_left_out(routes: Routes, data: st.DataObject) -> None:
    names = sorted({one.bucket for one in routes} | {one.region for one in routes})
    active = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
    try:
        after = desired(routes, active)
    except ValueError:
        assume(False)
    assert [(one.bucket, one.region) for one in after] == [(one.bucket, one.region) for one in routes]
    assert {one.dial for one in after} <= {0, 100} and any(one.dial == 100 for one in after)
    for one in after:
        assert (one.dial == 100) == (one.bucket in active or one.region in active)
    assert desired(after, active) == after
    sent = updates(after)
    assert all(set(one) == {"Bucket", "TrafficDialPercentage"} for one in sent) and len(sent) == len(routes)


def test_what_is_told() -> None:
    assert as_result(THREE)[1] == {"bucket": "b-east", "region": "us-east-1", "active": True}
    assert [one["active"] for one in as_result(THREE)] == [False, True, False]
    assert told(THREE) == "b-east (us-east-1)"
    assert told((WEST,)) == "none"
