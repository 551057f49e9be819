# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import Claim, Pointer
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_facts import (
    CONTROLS,
    NOT_CONFIGURED,
    POINTER,
    RANK,
    READ,
    ROUTES,
    UNREADABLE,
    UNUSED,
    Facts,
    Flow,
    Said,
    TargetBucket,
    longest_loss,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_gate import Decision, decide

US, EU, AP = "us-east-1", "eu-west-1", "ap-southeast-2"
NOW = 1_800_000_000.0


def said(*regions: str, **more: Any) -> Said:
    return Said(READ, {"all": frozenset(regions)}, **more)


def claim(target: str = EU, stage: str = "claimed", expires: float = NOW + 60) -> Claim:
    return Claim("c1", target, "ann@one", "2026-01-01T00:00:00.000Z", stage, int(expires))


def facts(**changes: Any) -> Facts:
    """Everything says us-east-1, and nothing is missing in eu-west-1."""
    active = changes.pop("active", US)
    base = Facts(
        target=EU,
        groups={"invoices": frozenset([US, EU])},
        now=NOW,
        account="111122223333",
        accounts=frozenset(["111122223333"]),
        pointer=Pointer("shop", active),
        said={who: said(active) for who in RANK},
        buckets=(TargetBucket("invoices-eu"),),
        flows=(Flow("invoices-us", US, "invoices-eu", how="compare", missing=0),),
    )
    return replace(base, **changes)


def says(**by: Said) -> dict[str, Said]:
    return {who: by.get(who.split()[-1], said(US)) for who in RANK}


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def test_go_when_all_agree_and_nothing_is_lost() -> None:
    decision = decide(facts(), 0)
    assert (decision.verdict, decision.reasons, decision.warnings) == ("go", (), ())
    assert (decision.active, decision.winner, decision.loss) == ((US,), ROUTES, 0.0)


def test_nothing_to_do_when_the_target_is_active_already() -> None:
    assert decide(facts(active=EU), 0).verdict == "nothing"
    # with an earlier failover unfinished there is something left to do
    unfinished = Pointer("shop", EU, claim=claim(stage="switched", expires=NOW - 1))
    decision = decide(facts(active=EU, pointer=unfinished), 0)
    assert (decision.verdict, decision.continues) == ("go", True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"target": "eu-wset"}, "unknown_region"),
        ({"target": AP}, "not_a_member"),
        ({"groups": {"invoices": frozenset([EU])}}, "one_region"),
        ({"groups": {}}, "no_buckets"),
        ({"accounts": frozenset(["444455556666"])}, "wrong_account"),
        ({"problems": ("the access point has one Region only",)}, "bad_input"),
        ({"pointer": Pointer("shop", US, claim=claim(US))}, "changing"),
        ({"buckets": (TargetBucket("b", answers=False, error="no answer"),)}, "target_unreachable"),
        ({"buckets": (TargetBucket("b", error="there is no such bucket"),)}, "target_bucket"),
    ],
)
def test_what_nobody_can_force(change: dict[str, Any], code: str) -> None:
    for force in (False, True):
        decision = decide(facts(**change), 0, force)
        assert decision.verdict == "stop"
        assert code in codes(decision)
    assert all(reason.todo for reason in decision.reasons)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"said": says(routes=Said(UNREADABLE, error="denied"))}, "routes_unreadable"),
        ({"said": says(controls=Said(UNREADABLE, error="denied"))}, "routing_controls_unreadable"),
        ({"said": says(pointer=Said(UNREADABLE, error="gone")), "pointer": None}, "pointer_unreadable"),
        ({"said": says(pointer=Said(NOT_CONFIGURED)), "pointer": None}, "pointer_missing"),
        ({"said": says(pointer=said(AP))}, "disagreement"),
        ({"said": says(pointer=said(EU))}, "disagreement"),
        ({"said": says(routes=Said(READ, {"a": frozenset([US]), "b": frozenset([EU])}))}, "disagreement"),
        ({"pointer": Pointer("shop", US, claim=claim(US, "switching", NOW))}, "half_done"),
        ({"buckets": (TargetBucket("b", versioned=False),)}, "target_unversioned"),
        ({"flows": (Flow("s", US, "d", answers=False, error="gone"),)}, "loss_unknown"),
        ({"flows": (Flow("s", US, "d", how="compare", missing=2, unknown=1, error="what"),)}, "loss_unknown"),
        ({"flows": (Flow("s", US, "d", answers=False, how="metrics", lag=61),)}, "loss_too_large"),
        ({"flows": (Flow("s", US, "d", how="compare", lag=61, missing=2, failed=1),)}, "loss_too_large"),
    ],
)
def test_what_a_person_may_insist_on_is_told_all_the_same(change: dict[str, Any], code: str) -> None:
    decision = decide(facts(**change), 60)
    assert decision.verdict == "stop"
    assert codes(decision) == [code]
    forced = decide(facts(**change), 60, force=True)
    assert forced.verdict == "go"
    assert [reason.code for reason in forced.overridden] == [code]


def test_who_disagrees_is_told_and_who_is_believed() -> None:
    decision = decide(facts(said=says(routes=said(US), controls=said(US), pointer=said(EU))), 0)
    (reason,) = decision.reasons
    assert "the routes say us-east-1; the routing controls say us-east-1; the pointer says eu-west-1" in reason.told
    assert "routes are believed" in reason.told
    # the same the other way round: traffic is there already, only the others lag behind
    decision = decide(facts(said=says(routes=said(EU), controls=said(US), pointer=said(US))), 0)
    assert decision.verdict == "go"
    assert "all are brought to eu-west-1" in decision.warnings[0]


def test_a_half_done_failover_to_the_same_target_goes_on() -> None:
    half = {
        "said": says(routes=Said(READ, {"a": frozenset([US]), "b": frozenset([EU])}), controls=said(EU)),
        "pointer": Pointer("shop", US, claim=claim(stage="switching", expires=NOW - 1)),
    }
    decision = decide(facts(**half), 0)
    assert (decision.verdict, decision.continues) == ("go", True)
    assert "joins it" in decision.warnings[0]


def test_active_in_both_on_purpose_is_no_disagreement() -> None:
    decision = decide(facts(said=says(routes=said(US, EU), controls=Said(UNUSED), pointer=said(US))), 0)
    assert (decision.verdict, decision.active) == ("go", (EU, US))


def test_active_in_both_does_not_excuse_a_third() -> None:
    decision = decide(facts(said=says(routes=said(US, EU), controls=Said(UNUSED), pointer=said(AP))), 0)
    assert codes(decision) == ["disagreement"]


def test_what_waits_in_a_region_that_answers_is_late_and_not_lost() -> None:
    decision = decide(facts(flows=(Flow("s", US, "d", how="compare", lag=900, missing=7),)), 0)
    assert (decision.verdict, decision.loss) == ("go", 0.0)
    assert decision.warnings == ("s: 7 versions are not in d yet",)


def test_what_was_replicated_and_removed_is_told_and_stops_nothing() -> None:
    decision = decide(facts(flows=(Flow("s", US, "d", how="compare", lag=9000, missing=3, removed=2),)), 0)
    assert (decision.verdict, decision.loss) == ("go", 0.0)
    assert decision.warnings == (
        "s: 1 versions are not in d yet",
        "s: 2 versions were replicated and are not in d any more",
    )


def test_remarks_are_told() -> None:
    assert decide(facts(remarks=("the moon is full",)), 0).warnings == ("the moon is full",)


def test_what_failed_a_moment_ago_is_a_loss_too() -> None:
    decision = decide(facts(flows=(Flow("s", US, "d", how="compare", lag=0, missing=1, failed=1),)), 0)
    assert codes(decision) == ["loss_too_large"]


def test_only_regions_that_traffic_is_taken_from_can_lose() -> None:
    flows = (Flow("s", US, "d", how="compare"), Flow("t", AP, "d", answers=False))
    assert decide(facts(flows=flows), 0).verdict == "go"
    nobody = {who: Said(UNUSED) for who in (ROUTES, CONTROLS)} | {POINTER: Said(NOT_CONFIGURED)}
    decision = decide(facts(flows=flows, said=nobody, pointer=None), 0)
    assert codes(decision) == ["pointer_missing", "loss_unknown"]


def test_the_longest_loss_follows_from_what_was_last_published() -> None:
    assert longest_loss(end=100, as_of=40, pending=0, latency=7) == 60
    assert longest_loss(end=100, as_of=40, pending=3, latency=7) == 67
    assert longest_loss(end=100, as_of=140, pending=0, latency=0) == 0


REGION = st.sampled_from([US, EU, AP])
SETS = st.frozensets(REGION, min_size=1)
SAID = st.one_of(
    st.builds(Said, answer=st.just(READ), subjects=st.dictionaries(st.sampled_from("abc"), SETS, min_size=1)),
    st.builds(Said, answer=st.sampled_from([UNREADABLE, UNUSED, NOT_CONFIGURED]), error=st.text()),
)
CLAIMS = st.builds(
    Claim,
    id=st.just("c"),
    target=REGION,
    by=st.text(),
    since=st.text(),
    stage=st.sampled_from(["claimed", "switching", "switched", "anything"]),
    expires=st.integers(int(NOW) - 9, int(NOW) + 9),
)
FLOWS = st.builds(
    Flow,
    source=st.text(),
    region=REGION,
    destination=st.text(),
    answers=st.booleans(),
    how=st.sampled_from(["", "compare", "metrics"]),
    lag=st.floats(0, 100),
    missing=st.one_of(st.none(), st.integers(0, 9)),
    failed=st.integers(0, 2),
)
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "target": st.one_of(REGION, st.text()),
    "groups": st.dictionaries(st.text(), SETS),
    "account": st.sampled_from(["", "111122223333", "444455556666"]),
    "pointer": st.one_of(
        st.none(), st.builds(Pointer, st.text(), st.one_of(st.just(""), REGION), claim=st.one_of(st.none(), CLAIMS))
    ),
    "said": st.dictionaries(st.sampled_from(RANK), SAID),
    "buckets": st.lists(st.builds(TargetBucket, st.text(), st.booleans(), st.booleans()), max_size=2).map(tuple),
    "flows": st.lists(FLOWS, max_size=3).map(tuple),
}


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    """Where all is well, with a few things changed: what goes, what is done, and what stops come up often enough."""
    changed = draw(st.sets(st.sampled_from(sorted(CHANGES)), max_size=3))
    return facts(**{name: draw(CHANGES[name]) for name in sorted(changed)})


FACTS = some_facts()
BOUND = st.floats(0, 100)


@given(FACTS, BOUND)
def test_never_a_silent_flip(given_facts: Facts, bound: float) -> None:
    """Unforced, traffic moves only where everything is known, agreed, free and within what may be lost."""
    decision = decide(given_facts, bound)
    if decision.verdict != "go":
        return
    winner = given_facts.says(decision.winner)
    target, mine = given_facts.target, given_facts.pointer.claim if given_facts.pointer else None
    assert decision.overridden == ()
    assert all(target in regions and len(regions) > 1 for regions in given_facts.groups.values())
    assert not any(given_facts.says(who).answer == UNREADABLE for who in RANK)
    assert mine is None or mine.target == target or mine.is_stale(NOW)
    assert given_facts.pointer is not None
    if not decision.continues and not winner.is_all(target):
        assert not winner.is_mixed
        for who in RANK:
            one = given_facts.says(who)
            assert one.answer != READ or not one.subjects or one.regions <= winner.regions
    for flow in given_facts.flows:
        if flow.region in winner.regions or not winner.regions:
            assert flow.loss is not None
            assert flow.loss <= bound
    assert all(one.answers and not one.error for one in given_facts.buckets)


@given(FACTS, BOUND)
def test_force_overrides_only_what_may_be_and_hides_nothing(given_facts: Facts, bound: float) -> None:
    plain, forced = decide(given_facts, bound), decide(given_facts, bound, force=True)
    assert set(plain.reasons) == set(forced.reasons) | set(forced.overridden)
    assert not any(reason.forceable for reason in forced.reasons)
    assert all(reason.told and reason.todo for reason in plain.reasons)
    assert (forced.verdict == "stop") == bool(forced.reasons)
    if plain.verdict == "nothing":
        assert all(
            given_facts.says(who).is_all(given_facts.target) for who in RANK if given_facts.says(who).answer == READ
        )
