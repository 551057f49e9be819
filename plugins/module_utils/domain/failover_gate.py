# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decision before a failover: go, nothing to do, or stop with all reasons and what to do about each.

The target is named, never "the other one", and traffic moves only where everybody says the same, or where a person
was told who says what and insists. Nothing here asks anybody; the facts come in, the decision goes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import active_region
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import Claim, moment
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_facts import (
    CONTROLS,
    POINTER,
    RANK,
    READ,
    ROUTES,
    UNREADABLE,
    UNUSED,
    Facts,
    Flow,
)

GO, NOTHING, STOP = "go", "nothing", "stop"

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")


@dataclass(frozen=True)
class Reason:
    """Why not, and what to do. ``force`` overrides it only where ``forceable``."""

    code: str
    told: str
    todo: str
    forceable: bool = False

    def as_result(self) -> dict[str, Any]:
        """Give it as results show it."""
        return {"code": self.code, "msg": self.told, "todo": self.todo, "forceable": self.forceable}


@dataclass(frozen=True)
class Decision:
    """``reasons`` stop; ``overridden`` would have, were it not for ``force``; ``warnings`` are told in any case."""

    verdict: str
    reasons: tuple[Reason, ...]
    overridden: tuple[Reason, ...]
    warnings: tuple[str, ...]
    active: tuple[str, ...]
    winner: str
    continues: bool
    loss: float | None

    def as_result(self) -> dict[str, Any]:
        """Give it as results show it."""
        return {
            "verdict": self.verdict,
            "reasons": [reason.as_result() for reason in self.reasons],
            "overridden": [reason.as_result() for reason in self.overridden],
            "notes": list(self.warnings),
            "active_regions": list(self.active),
            "believed": self.winner or None,
            "continues": self.continues,
            "loss": self.loss,
        }


def decide(facts: Facts, max_loss: float, force: bool = False) -> Decision:
    """Decide. ``max_loss``: for how many seconds writes may be lost."""
    claim = facts.pointer.claim if facts.pointer else None
    continues = claim is not None and claim.target == facts.target
    reasons = [*_bad_input(facts), *_unreadable(facts), *_others(facts, claim)]
    warnings: list[str] = []
    if not continues:
        reasons += _disagreement(facts)
    reasons += [*_target(facts), *_losses(facts, max_loss)]
    warnings += _told(facts, claim, continues)
    stops = tuple(reason for reason in reasons if not (force and reason.forceable))
    overridden = tuple(reason for reason in reasons if force and reason.forceable)
    nothing = claim is None and facts.winner != "" and all(_is_there(facts, who) for who in RANK)
    verdict = STOP if stops else NOTHING if nothing else GO
    active = tuple(sorted(facts.says(facts.winner).regions))
    return Decision(verdict, stops, overridden, tuple(warnings), active, facts.winner, continues, _loss(facts))


def _bad_input(facts: Facts) -> Iterator[Reason]:
    if not _REGION.fullmatch(facts.target):
        yield Reason("unknown_region", f"{facts.target!r} is not the name of a Region", "Name the Region, as eu-west-1")
        return
    if not facts.groups:
        yield Reason("no_buckets", "no buckets are given", "Give the pairs that fail over")
    for name, regions in sorted(facts.groups.items()):
        if len(regions) < 2:
            told = f"{name} is in one Region only ({', '.join(sorted(regions))})"
            yield Reason("one_region", told, "There is nowhere to fail over to; replicate it to another Region first")
        elif facts.target not in regions:
            told = f"{name} has no bucket in {facts.target}; it has them in {', '.join(sorted(regions))}"
            yield Reason("not_a_member", told, "Name a Region that all have, or leave this pair out")
    for problem in facts.problems:
        yield Reason("bad_input", problem, "Correct that first")
    wrong = facts.accounts - {facts.account}
    if facts.account and wrong:
        told = f"the credentials are those of account {facts.account}, but {', '.join(sorted(wrong))} is asked for"
        yield Reason("wrong_account", told, "Use credentials of that account")


def _unreadable(facts: Facts) -> Iterator[Reason]:
    for who in RANK:
        said = facts.says(who)
        if said.answer == UNREADABLE:
            todo = f"Make the {who} readable; forced, the failover goes on without knowing what it says"
            yield Reason(
                f"{who.replace(' ', '_')}_unreadable", f"the {who} could not be read: {said.error}", todo, True
            )
    if facts.says(POINTER).answer != UNREADABLE and not (facts.pointer and facts.pointer.active_region):
        told = "there is no pointer to the active Region, so nobody knows whether anybody has failed over before"
        yield Reason("pointer_missing", told, "Run aws_dr.s3.failover_setup, or correct name and table", True)
    unnamed = all(facts.says(who).answer == UNUSED for who in (ROUTES, CONTROLS))
    if facts.says(POINTER).answer == UNREADABLE and unnamed and not facts.others:
        told = "the pointer, which names what is to be switched, can't be read, and nothing else names it"
        yield Reason("nothing_to_switch", told, "Give access_points or routing_controls")


def _others(facts: Facts, claim: Claim | None) -> Iterator[Reason]:
    """Who else is changing the active Region, or was and has left it half done."""
    if claim is None or claim.target == facts.target:
        return
    if not claim.is_stale(facts.now):
        told = f"it is being changed {claim.told()}"
        todo = f"Wait until that is over, or until {moment(claim.expires)}, when it counts as left behind"
        yield Reason("changing", told, todo)
    elif claim.stage == active_region.SWITCHING:
        told = f"an earlier change {claim.told()} was left half done"
        yield Reason("half_done", told, f"Finish that one with the target {claim.target} first", True)


def _disagreement(facts: Facts) -> Iterator[Reason]:
    """Where traffic is not wholly at the target yet, all have to say the same before it is moved."""
    said = _differing(facts)
    if said and not facts.says(facts.winner).is_all(facts.target):
        told = f"it is not clear what is active: {said}. The {facts.winner} are believed, being nearest to the traffic"
        todo = (
            f"Find out who changed what, and bring all to one Region; forced, everything goes to {facts.target} "
            f"whatever they say"
        )
        yield Reason("disagreement", told.replace("The pointer are", "The pointer is"), todo, True)


def _differing(facts: Facts) -> str:
    """Say who says what, where not all say the same; ``""`` where they do."""
    read = {who: facts.says(who) for who in RANK if facts.says(who).answer == READ and facts.says(who).subjects}
    if len({said.regions for said in read.values()}) <= 1 and not any(said.is_mixed for said in read.values()):
        return ""
    first = read[facts.winner]
    both_active = not first.is_mixed and len(first.regions) > 1
    others = [said for who, said in read.items() if who != facts.winner]
    # Active in several Regions on purpose: whoever can name only one of them is right with any of these.
    if both_active and all(not said.is_mixed and said.regions <= first.regions for said in others):
        return ""
    return "; ".join(
        f"the {who} say {said.told()}" if who != POINTER else f"the pointer says {said.told()}"
        for who, said in read.items()
    )


def _target(facts: Facts) -> Iterator[Reason]:
    gone = [one for one in facts.buckets if not one.answers]
    if gone:
        told = f"S3 in {facts.target} does not answer for {', '.join(one.bucket for one in gone)}: {gone[0].error}"
        yield Reason("target_unreachable", told, "Choose a Region that is up")
    for one in facts.buckets:
        if one.answers and one.error:
            yield Reason("target_bucket", f"bucket {one.bucket} can't be used: {one.error}", "Mend that first")
        elif one.answers and not one.versioned:
            told = f"versioning of bucket {one.bucket} is not enabled, so that nothing can replicate from it"
            yield Reason("target_unversioned", told, "Enable it (aws_dr.s3.failover_setup)", True)


def _moving(facts: Facts) -> list[Flow]:
    """The flows out of Regions that traffic is taken from; of all where nobody says what is active."""
    active = facts.says(facts.winner).regions
    return [flow for flow in facts.flows if not active or flow.region in active]


def _losses(facts: Facts, max_loss: float) -> Iterator[Reason]:
    for flow in _moving(facts):
        loss = flow.loss
        way = f"{flow.source} in {flow.region} -> {flow.destination}"
        if loss is None:
            told = f"{way}: what would be lost is not known ({flow.error or 'neither comparison nor metrics answer'})"
            yield Reason("loss_unknown", told, "Forced, the failover goes on without knowing", True)
        elif loss > max_loss:
            many = "" if flow.missing is None else f"{flow.missing} versions, "
            failed = f", {flow.failed} of them failed to replicate" if flow.failed else ""
            told = f"{way}: {many}writes of up to {loss:.0f} s would be lost{failed}; {max_loss:g} s are accepted"
            todo = (
                "Repair what failed (aws_dr.s3.remediate), accept more with max_data_loss_seconds, or force it"
                if flow.failed
                else "Accept more with max_data_loss_seconds, or force it"
            )
            yield Reason("loss_too_large", told, todo, True)


def _loss(facts: Facts) -> float | None:
    losses = [flow.loss for flow in _moving(facts)]
    known = [loss for loss in losses if loss is not None]
    return None if len(known) < len(losses) else max(known, default=0.0)


def _told(facts: Facts, claim: Claim | None, continues: bool) -> list[str]:
    warnings = []
    if claim is not None and continues:
        warnings.append(f"an earlier change {claim.told()} is not over; this run joins it and does what is left")
    elif claim is not None and claim.is_stale(facts.now) and claim.stage != active_region.SWITCHING:
        warnings.append(f"an earlier change {claim.told()} was never ended; it is over now")
    differing = _differing(facts)
    if differing and (continues or facts.says(facts.winner).is_all(facts.target)):
        warnings.append(f"{differing}; the {facts.winner} are believed, and all are brought to {facts.target}")
    late = [flow for flow in _moving(facts) if flow.answers and (flow.missing or 0) > flow.removed]
    warnings += [
        f"{one.source}: {(one.missing or 0) - one.removed} versions are not in {one.destination} yet" for one in late
    ]
    gone = [flow for flow in _moving(facts) if flow.removed]
    warnings += [
        f"{one.source}: {one.removed} versions were replicated and are not in {one.destination} any more"
        for one in gone
    ]
    return warnings + list(facts.remarks)


def _is_there(facts: Facts, who: str) -> bool:
    said = facts.says(who)
    return said.is_all(facts.target) if said.answer == READ else said.answer != UNREADABLE
