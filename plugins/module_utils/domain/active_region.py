# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pointer that says which Region is active, and the claim of whoever is changing it.

Everything is set to a state and nothing toggled, so that two controllers can't undo each other: the second one with
the same target joins the first, with another target it is refused and told who and when. A claim that was not renewed
in time counts as left behind and is taken over. What is stored is one item of plain text and integers; ``revision``
goes up by one with each change, and a change is written only where the revision is the one that was read
(DynamoDB Developer Guide, "Working with items: conditional writes").
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import from_datetime

Item = dict[str, Any]

KEY = "name"
"""The table's partition key, a text. There is no sort key."""

CLAIMED = "claimed"
"""The stage of a claim whose holder has not begun to switch anything."""
SWITCHING, SWITCHED = "switching", "switched"

_CLAIM = {"id": "claim_id", "target": "claim_target", "by": "claim_by", "since": "claim_since", "stage": "claim_stage"}
_EXPIRES = "claim_expires"


class ClaimedError(ToldError):
    """Somebody else is changing the active Region, or has changed it; ``details`` hold the pointer."""


@dataclass(frozen=True)
class Claim:
    """A change that is under way: to which Region, who, since when, how far, and when it counts as left behind."""

    id: str
    target: str
    by: str
    since: str
    stage: str = CLAIMED
    expires: int = 0

    def is_stale(self, now: float) -> bool:
        """Tell whether its holder did not renew it in time."""
        return now >= self.expires

    def told(self) -> str:
        """Say it to a person."""
        return f"to {self.target} by {self.by} since {self.since}, stage {self.stage}"


@dataclass(frozen=True)
class Pointer:
    """``active_region`` is empty as long as none was ever set. ``settings`` are what set-up noted for the bad day."""

    name: str
    active_region: str = ""
    since: str = ""
    by: str = ""
    previous_region: str = ""
    revision: int = 0
    claim: Claim | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Give it as results show it."""
        claim = self.claim
        return {
            "name": self.name,
            "active_region": self.active_region or None,
            "since": self.since or None,
            "by": self.by or None,
            "previous_region": self.previous_region or None,
            "revision": self.revision,
            "claim": {
                "id": claim.id,
                "target_region": claim.target,
                "by": claim.by,
                "since": claim.since,
                "stage": claim.stage,
                "expires": moment(claim.expires),
            }
            if claim
            else None,
            "settings": dict(self.settings),
        }


@dataclass(frozen=True)
class Request:
    """Who wants the pointer at ``region``. ``id`` names the claim: a new one's, or the one that has to be there."""

    region: str
    by: str
    id: str
    seconds: int = 900
    stage: str = CLAIMED


@dataclass(frozen=True)
class Taken:
    """What became of the pointer by a claim: whether another's was joined, and the one that was taken over."""

    pointer: Pointer
    joined: bool = False
    taken_over: Claim | None = None


def moment(seconds: float) -> str:
    """Write seconds since 1970 as times are told."""
    return from_datetime(datetime.fromtimestamp(seconds, UTC))


def ensured(pointer: Pointer, region: str, by: str, settings: Mapping[str, Any] | None, now: float) -> Pointer:
    """Set the pointer up. A pointer that says a Region already keeps it, whatever ``region`` is: set-up never flips."""
    if not pointer.active_region and region:
        pointer = replace(pointer, active_region=region, since=moment(now), by=by)
    return pointer if settings is None else replace(pointer, settings=dict(settings))


def claimed(pointer: Pointer, request: Request, now: float, force: bool = False) -> Taken:
    """Announce the change, join the one under way, or take over one that was left behind.

    Raises :class:`ClaimedError` while another change, to another Region, is under way; ``force`` takes that over too.
    """
    old = pointer.claim
    fresh = Claim(request.id, request.region, request.by, moment(now), request.stage, int(now + request.seconds))
    if old is None:
        return Taken(replace(pointer, claim=fresh))
    if old.target == request.region:
        # Every step sets a state, so two that work towards the same one do no harm; the later stage counts.
        stage = _later(old.stage, request.stage)
        mine = replace(old, stage=stage, expires=max(old.expires, fresh.expires))
        return Taken(replace(pointer, claim=mine), joined=old.by != request.by)
    if old.is_stale(now) or force:
        return Taken(replace(pointer, claim=fresh), taken_over=old)
    raise ClaimedError(
        f"The active Region of {pointer.name} is being changed {old.told()}; {request.region} would undo that. Wait "
        f"until it is over, or until {moment(old.expires)}, when it counts as left behind",
        pointer=pointer.told(),
    )


def switched(pointer: Pointer, request: Request, now: float) -> Pointer:
    """Let the pointer say ``request.region``. The claim stays, at the stage ``switched``, until it is released.

    Without a claim id in the request no claim may be under way to elsewhere. With one, that very claim has to be there,
    unless the pointer says the Region already: somebody with the same target has finished it. Raises
    :class:`ClaimedError`.
    """
    claim = pointer.claim
    there = pointer.active_region == request.region
    ours = claim is not None and claim.target == request.region and request.id in ("", claim.id)
    free = claim is None and (there or not request.id)
    if not ours and not free:
        found = f"is being changed {claim.told()}" if claim else f"has become {pointer.active_region or 'unset'}"
        raise ClaimedError(
            f"The active Region of {pointer.name} can't become {request.region}: meanwhile it {found} (it says "
            f"{pointer.active_region or 'no Region'}, set by {pointer.by or 'nobody'}). Nothing was undone; look again",
            pointer=pointer.told(),
        )
    if claim is not None:
        expires = max(claim.expires, int(now + request.seconds))
        pointer = replace(pointer, claim=replace(claim, stage=_later(claim.stage, SWITCHED), expires=expires))
    if there:
        return pointer
    return replace(
        pointer,
        active_region=request.region,
        since=moment(now),
        by=request.by,
        previous_region=pointer.active_region,
    )


def released(pointer: Pointer, request: Request) -> Pointer:
    """End the claim on ``request.region``; the pointer says what it says. Nothing to do where that claim is gone."""
    claim = pointer.claim
    if claim is None or claim.target != request.region or request.id not in ("", claim.id):
        return pointer
    return replace(pointer, claim=None)


def to_item(pointer: Pointer) -> Item:
    """Give the attributes, without the key; ``None`` is an attribute that is not there."""
    claim = pointer.claim
    item: Item = {
        "active_region": pointer.active_region or None,
        "since": pointer.since or None,
        "changed_by": pointer.by or None,
        "previous_region": pointer.previous_region or None,
        "revision": pointer.revision,
        "settings": json.dumps(pointer.settings, sort_keys=True) if pointer.settings else None,
        _EXPIRES: claim.expires if claim else None,
    }
    return {**item, **{kept: getattr(claim, name) if claim else None for name, kept in _CLAIM.items()}}


def from_item(name: str, item: Mapping[str, Any] | None) -> Pointer:
    """Read it. What is missing is unset; a claim without a target is none. Raises :class:`ToldError` for garbage."""
    item = item or {}

    def text(attribute: str) -> str:
        return str(item.get(attribute) or "")

    claim = None
    if text("claim_target"):
        given = {field_name: text(kept) for field_name, kept in _CLAIM.items()}
        claim = Claim(**{**given, "stage": given["stage"] or CLAIMED}, expires=_number(name, item, _EXPIRES))
    try:
        settings = json.loads(text("settings") or "{}")
    except ValueError as error:
        raise ToldError(f"The attribute settings of the pointer {name} is no JSON: {error}; set it up again") from error
    revision = _number(name, item, "revision")
    since, by = text("since"), text("changed_by")
    return Pointer(name, text("active_region"), since, by, text("previous_region"), revision, claim, settings)


def _number(name: str, item: Mapping[str, Any], attribute: str) -> int:
    try:
        return int(item.get(attribute) or 0)
    except (TypeError, ValueError) as error:
        raise ToldError(
            f"The attribute {attribute} of the pointer {name} is {item.get(attribute)!r}, which is no number; another "
            f"program has written there. Set it right, or remove the item and set it up again"
        ) from error


def _later(one: str, other: str) -> str:
    order = [CLAIMED, SWITCHING, SWITCHED]
    ranks = {stage: rank for rank, stage in enumerate(order)}
    return max(one, other, key=lambda stage: ranks.get(stage, 0))
