# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import ClaimedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.active_region import (
    Place,
    Wish,
    change,
    describe,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_pointer import FakePointers

US, EU = "us-east-1", "eu-west-1"
NOW = 1_800_000_000.0


def bring(table: FakePointers, state: str, region: str = EU, check: bool = False, **more: Any) -> Outcome:
    wish = Wish("shop", state, region, **{"by": "ann@one", **more})
    return change(table.place(), wish, check, now=lambda: NOW)


@pytest.fixture
def table() -> FakePointers:
    made = FakePointers()
    bring(made, "present", US, by="setup", settings={"arn": "x"})
    return made


def test_a_failover_from_the_claim_to_its_end(table: FakePointers) -> None:
    claim = bring(table, "claimed").results["pointer"]["claim"]
    assert claim["id"] == "eu-west-1-1"
    switched = bring(table, "active", claim_id=claim["id"])
    assert switched.changed
    over = bring(table, "released", claim_id=claim["id"]).results["pointer"]
    assert (over["active_region"], over["previous_region"], over["claim"]) == (EU, US, None)
    assert over["settings"] == {"arn": "x"}
    assert not bring(table, "active").changed
    assert not bring(table, "released").changed
    assert table.items["shop"]["active_region"] == {"S": EU}
    assert "claim_id" not in table.items["shop"]


def test_check_mode_predicts_and_writes_nothing(table: FakePointers) -> None:
    before = dict(table.items["shop"])
    for state in ("claimed", "active", "released", "absent"):
        told = bring(table, state, check=True)
        assert table.items["shop"] == before
        really = bring(FakePointers(items={"shop": dict(before)}), state)
        assert (told.changed, told.results["pointer"]) == (really.changed, really.results["pointer"])


def test_the_first_region_that_answers_is_worked_with(table: FakePointers) -> None:
    table.down, table.asked = {US}, []
    outcome = bring(table, "claimed")
    assert outcome.results["region"] == EU
    assert outcome.results["tried"][0]["region"] == US
    assert table.asked == ["get us-east-1", "get eu-west-1", "update eu-west-1"]
    table.down, table.broken = set(), {US}
    assert bring(table, "claimed", by="bob@two").results["region"] == EU
    table.down = {US, EU}
    with pytest.raises(ToldError, match="no Region of table failover-state answers"):
        bring(table, "claimed")


@pytest.mark.parametrize("acts", [False, True])
def test_a_region_that_dies_between_the_look_and_the_write_holds_nobody_up(table: FakePointers, acts: bool) -> None:
    table.dying, table.acts = {US}, acts
    claimed = bring(table, "claimed", revision=1)
    assert claimed.results["region"] == EU
    assert claimed.results["pointer"]["claim"]["by"] == "ann@one"
    assert claimed.results["pointer"]["revision"] == 2
    table.down, table.dying = set(), {US, EU}
    with pytest.raises(UnreachableError, match="eu-west-1"):
        bring(FakePointers(items=table.items, dying={US, EU}), "active")


def test_whoever_was_quicker_is_seen_and_the_decision_made_anew(table: FakePointers) -> None:
    table.before_write = lambda: bring(table, "claimed", by="bob@two")
    joined = bring(table, "claimed")
    assert joined.results["joined"]
    assert joined.results["pointer"]["claim"]["by"] == "bob@two"
    table.before_write = None
    bring(table, "active")
    bring(table, "released")
    table.before_write = lambda: bring(table, "claimed", US, by="bob@two")
    with pytest.raises(ClaimedError, match="to us-east-1 by bob@two"):
        bring(table, "claimed", EU)


def test_a_revision_that_has_gone_on_is_refused(table: FakePointers) -> None:
    with pytest.raises(ClaimedError, match="was at revision 7 and is at 1 now, set by setup"):
        bring(table, "claimed", revision=7)
    assert bring(table, "claimed", revision=1).changed
    # whoever was quicker wants the same
    assert bring(table, "claimed", by="bob@two", revision=1).results["joined"]
    bring(table, "active")
    bring(table, "released")
    assert bring(table, "claimed", by="bob@two", revision=1).changed
    with pytest.raises(ClaimedError, match="was at revision 1"):
        bring(table, "claimed", US, revision=1)


def test_what_others_noted_in_the_item_stays(table: FakePointers) -> None:
    table.items["shop"]["owner"] = {"S": "team"}
    bring(table, "active")
    assert table.items["shop"]["owner"] == {"S": "team"}


def test_set_up_again_after_a_failover_changes_nothing(table: FakePointers) -> None:
    bring(table, "active")
    again = bring(table, "present", US, by="setup", settings={"arn": "x"})
    assert not again.changed
    assert again.results["pointer"]["active_region"] == EU
    assert bring(table, "present", US, settings={"arn": "y"}).changed


def test_deleting(table: FakePointers) -> None:
    bring(table, "claimed")
    with pytest.raises(ClaimedError, match="is not deleted"):
        bring(table, "absent")
    assert bring(table, "absent", force=True).changed
    assert table.items == {}
    assert not bring(table, "absent").changed
    assert not bring(table, "released").changed
    assert table.items == {}


def test_three_different_answers(table: FakePointers) -> None:
    assert describe(table.place(), "shop").results["answer"] == "configured"
    nothing = describe(table.place(), "other").results
    assert (nothing["answer"], nothing["pointer"]) == ("not_configured", None)
    place = table.place()
    with pytest.raises(MissingError, match="failover_setup makes it"):
        describe(Place("mistyped", place.clients, place.regions), "shop")


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (Wish("", "present"), "1 to 2048 bytes"),
        (Wish("shop", "claimed"), "needs active_region"),
        (Wish("shop", "claimed", EU, claim_seconds=0), "at least 1"),
    ],
)
def test_bad_input_is_refused_before_anything_is_asked(wish: Wish, told: str) -> None:
    table = FakePointers()
    with pytest.raises(RefusedError, match=told):
        change(table.place(), wish, check_mode=True)
    assert table.asked == []
