# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import (
    CLAIMED,
    SWITCHED,
    SWITCHING,
    Claim,
    ClaimedError,
    Pointer,
    Request,
    claimed,
    ensured,
    from_item,
    released,
    switched,
    to_item,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError

US, EU = "us-east-1", "eu-west-1"
NOW = 1_800_000_000.0
AT_US = Pointer("shop", US, "2026-01-01T00:00:00.000Z", "setup", revision=3)


def request(region: str = EU, by: str = "ann@one", id: str = "c1", **more: object) -> Request:
    return Request(region, by, id, **more)  # type: ignore[arg-type]


def test_setting_up_never_flips_a_pointer_that_says_a_region() -> None:
    new = ensured(Pointer("shop"), US, "setup", {"a": 1}, NOW)
    assert (new.active_region, new.by, new.settings) == (US, "setup", {"a": 1})
    assert ensured(replace(AT_US, active_region=EU), US, "setup", None, NOW) == replace(AT_US, active_region=EU)


def test_the_second_with_the_same_target_joins_and_with_another_is_refused_with_who_and_when() -> None:
    first = claimed(AT_US, request(), NOW)
    assert (first.joined, first.taken_over) == (False, None)
    again = claimed(first.pointer, request(by="bob@two", id="c2"), NOW + 5)
    assert again.joined
    assert again.pointer.claim is not None
    assert (again.pointer.claim.id, again.pointer.claim.by) == ("c1", "ann@one")
    with pytest.raises(ClaimedError, match=r"to eu-west-1 by ann@one since 2027-01-15T08:00:00\.000Z") as told:
        claimed(first.pointer, request(US, "bob@two", "c2"), NOW + 5)
    assert told.value.details["pointer"]["claim"]["target_region"] == EU


def test_a_claim_that_was_left_behind_is_taken_over() -> None:
    first = claimed(AT_US, request(seconds=60), NOW).pointer
    taken = claimed(first, request(US, "bob@two", "c2"), NOW + 60)
    assert taken.taken_over == first.claim
    assert taken.pointer.claim is not None
    assert (taken.pointer.claim.id, taken.pointer.claim.target) == ("c2", US)
    forced = claimed(first, request(US, "bob@two", "c2"), NOW + 1, force=True)
    assert forced.taken_over == first.claim


def test_a_stage_never_goes_back() -> None:
    pointer = claimed(AT_US, request(stage=SWITCHING), NOW).pointer
    again = claimed(pointer, request(by="bob@two"), NOW).pointer
    assert again.claim is not None
    assert again.claim.stage == SWITCHING


def test_the_pointer_is_switched_by_the_claim_and_released_after_it() -> None:
    mine = claimed(AT_US, request(), NOW).pointer
    there = switched(mine, request(), NOW + 2)
    assert (there.active_region, there.previous_region, there.by) == (EU, US, "ann@one")
    assert there.claim is not None
    assert there.claim.stage == SWITCHED
    assert switched(there, request(), NOW + 2) == there
    over = released(there, request())
    assert over.claim is None
    # the one who joined and comes later finds it done
    assert switched(over, request(by="bob@two"), NOW + 9) == over
    assert released(over, request()) == over


def test_a_claim_that_was_lost_can_not_switch() -> None:
    mine = claimed(AT_US, request(seconds=1), NOW).pointer
    lost = claimed(mine, request(US, "bob@two", "c2"), NOW + 10).pointer
    with pytest.raises(ClaimedError, match="by bob@two"):
        switched(lost, request(), NOW + 11)
    back_again = released(lost, request(US, "bob@two", "c2"))
    with pytest.raises(ClaimedError, match="has become us-east-1"):
        switched(back_again, request(), NOW + 11)
    assert released(lost, request()) == lost


def test_without_a_claim_id_the_pointer_is_set_where_nobody_has_a_claim() -> None:
    assert switched(AT_US, request(id=""), NOW).active_region == EU
    held = claimed(AT_US, request(US), NOW).pointer
    with pytest.raises(ClaimedError, match="being changed to us-east-1"):
        switched(held, request(id=""), NOW)


def test_garbage_is_told() -> None:
    with pytest.raises(ToldError, match="no number"):
        from_item("shop", {"revision": "x"})
    with pytest.raises(ToldError, match="no JSON"):
        from_item("shop", {"settings": "{"})
    assert from_item("shop", None) == Pointer("shop")


REGIONS = st.sampled_from([US, EU, "ap-southeast-2"])
CLAIMS = st.builds(
    Claim,
    id=st.sampled_from(["c1", "c2", "c3"]),
    target=REGIONS,
    by=st.text(min_size=1),
    since=st.text(min_size=1),
    stage=st.sampled_from([CLAIMED, SWITCHING, SWITCHED]),
    expires=st.integers(0, 2 * int(NOW)),
)
POINTERS = st.builds(
    Pointer,
    name=st.just("shop"),
    active_region=st.one_of(st.just(""), REGIONS),
    since=st.text(),
    by=st.text(),
    revision=st.integers(0, 10**9),
    claim=st.one_of(st.none(), CLAIMS),
    settings=st.dictionaries(st.text(), st.text()),
)


@given(POINTERS)
def test_what_is_stored_is_read_again(pointer: Pointer) -> None:
    assert from_item("shop", {key: value for key, value in to_item(pointer).items() if value is not None}) == pointer


@given(
    st.lists(
        st.tuples(st.sampled_from(["claim", "switch", "release"]), REGIONS, st.sampled_from("abc"), st.floats(0, 2000))
    )
)
def test_the_pointer_only_moves_to_what_its_live_claim_says(steps: list[tuple[str, str, str, float]]) -> None:
    """However several controllers interleave: while one has a claim that is alive, nobody moves it elsewhere."""
    pointer, now = AT_US, NOW
    for step, region, who, passes in steps:
        now += passes
        before = pointer
        asked = Request(region, who, f"claim-of-{who}-{region}")
        try:
            if step == "claim":
                pointer = claimed(pointer, asked, now).pointer
            elif step == "switch":
                pointer = switched(pointer, asked, now)
            else:
                pointer = released(pointer, asked)
        except ClaimedError:
            assert pointer == before
        if pointer.active_region != before.active_region:
            assert before.claim is not None
            assert pointer.active_region == before.claim.target
            assert before.claim.id == asked.id
        if step != "release" and before.claim and not before.claim.is_stale(now):
            assert pointer.claim is not None
            assert pointer.claim.target == before.claim.target
