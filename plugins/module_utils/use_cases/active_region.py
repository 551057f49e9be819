# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and change the pointer to the active Region, in the first Region of its table that answers.

The Regions are asked in the order in which they are given, which has to be the same for everybody: a global table with
eventual consistency takes conditional writes in each Region by itself, and only those made in one and the same Region
keep two controllers apart (DynamoDB Developer Guide, "How global tables work"). A Region that does not answer is left
out for the rest of the task.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import active_region as calls
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, ConflictError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import active_region as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import ClaimedError, Pointer, Request
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

PRESENT, CLAIMED, ACTIVE, RELEASED, ABSENT = STATES = ("present", "claimed", "active", "released", "absent")

_TRIES = 10


@dataclass(frozen=True)
class Place:
    """Where the pointer is: a table, and its clients by Region in the order in which these are asked."""

    table: str
    clients: Callable[[str], Any]
    regions: Sequence[str]


@dataclass(frozen=True)
class Wish:
    """What is wanted of the pointer ``name``. ``revision``: the one that has to be there, where one is given."""

    name: str
    state: str
    region: str = ""
    by: str = ""
    claim_id: str = ""
    claim_seconds: int = 900
    stage: str = domain.CLAIMED
    revision: int | None = None
    settings: Mapping[str, Any] | None = None
    force: bool = False

    def problems(self) -> list[str]:
        """Say what can't be right."""
        found = []
        if not self.name or len(self.name.encode()) > 2048:
            found.append(f"name {self.name[:60]!r} has to have 1 to 2048 bytes")
        if not self.region and self.state in (CLAIMED, ACTIVE, RELEASED):
            found.append(f"state {self.state} needs active_region")
        if self.claim_seconds < 1:
            found.append(f"claim_seconds is {self.claim_seconds}; it has to be at least 1")
        return found


@dataclass
class Found:
    """What one Region of the table said, and which Regions did not answer."""

    pointer: Pointer
    exists: bool
    region: str
    client: Any
    unreachable: list[dict[str, str]] = field(default_factory=list)


def read(place: Place, name: str) -> Found:
    """Read the pointer in the first Region that answers. Raises :class:`AwsError`; the last one when none answers."""
    if not place.regions:
        raise RefusedError(f"Pointer {name}", ["no Region of the table is given; give regions"])
    unreachable: list[dict[str, str]] = []
    for region in place.regions:
        try:
            client = place.clients(region)
            item = calls.get(client, place.table, name)
        except AwsError as error:
            if not isinstance(error, UnreachableError) and error.status < 500:
                raise
            unreachable.append({"region": region, "error": error.message})
            continue
        return Found(domain.from_item(name, item), item is not None, region, client, unreachable)
    raise ToldError(
        f"Could not read the pointer {name}: no Region of table {place.table} answers. "
        + "; ".join(f"{entry['region']}: {entry['error']}" for entry in unreachable),
        tried=unreachable,
    )


def describe(place: Place, name: str) -> Outcome:
    """Give the pointer as a result; one that was never set up is an answer, not an error."""
    found = read(place, name)
    return Outcome(
        False,
        {
            "answer": "configured" if found.exists else "not_configured",
            "pointer": found.pointer.told() if found.exists else None,
            "region": found.region,
            "tried": found.unreachable,
        },
    )


def change(place: Place, wish: Wish, check_mode: bool, now: Callable[[], float] = time.time) -> Outcome:
    """Bring the pointer to the state, decided anew whenever somebody else was quicker.

    Raises :class:`RefusedError`, :class:`ClaimedError`, :class:`AwsError`.
    """
    problems = wish.problems()
    if problems:
        raise RefusedError(f"Pointer {wish.name}", problems)
    lost = 0
    for _try in range(_TRIES):
        found = read(place, wish.name)
        before = found.pointer
        taken = _decide(before, found.exists, wish, now())
        changed = found.exists if taken.pointer is None else not found.exists or taken.pointer != before
        if changed and not check_mode:
            try:
                _write(place, found, taken.pointer)
            except ConflictError:
                continue
            except UnreachableError:
                # Its Region went away after it was read. Whether it took the change does not matter: what the next one
                # says is decided on anew, and a claim of one's own is joined.
                lost += 1
                if lost == len(place.regions):
                    raise
                continue
        after = _numbered(taken.pointer, before, changed)
        return _outcome(found, after, taken, changed)
    raise ToldError(f"The pointer {wish.name} was changed by others {_TRIES} times in a row; run again")


@dataclass(frozen=True)
class _Decided:
    """``pointer`` is ``None`` where there is to be none."""

    pointer: Pointer | None
    joined: bool = False
    taken_over: domain.Claim | None = None


def _decide(before: Pointer, exists: bool, wish: Wish, now: float) -> _Decided:
    if wish.state == ABSENT:
        if before.claim and not before.claim.is_stale(now) and not wish.force:
            raise ClaimedError(
                f"The pointer {wish.name} is not deleted: it is being changed {before.claim.told()}",
                pointer=before.told(),
            )
        return _Decided(None)
    if wish.revision is not None and wish.revision != before.revision and not _same_way(before, wish):
        raise ClaimedError(
            f"The pointer {wish.name} has changed meanwhile: it was at revision {wish.revision} and is at "
            f"{before.revision} now, {_told(before)}. Look again and decide anew",
            pointer=before.told(),
        )
    if wish.state == PRESENT:
        return _Decided(domain.ensured(before, wish.region, wish.by, wish.settings, now))
    # The revision goes up with every change, so that no other claim ever has this id.
    id_given = wish.claim_id or (f"{wish.region}-{before.revision}" if wish.state == CLAIMED else "")
    request = Request(wish.region, wish.by, id_given, wish.claim_seconds, wish.stage)
    if wish.state == CLAIMED:
        taken = domain.claimed(before, request, now, wish.force)
        return _Decided(taken.pointer, taken.joined, taken.taken_over)
    if wish.state == ACTIVE:
        return _Decided(domain.switched(before, request, now))
    released = domain.released(before, request)
    return _Decided(released if exists else None)


def _told(pointer: Pointer) -> str:
    if pointer.claim:
        return f"and is being changed {pointer.claim.told()}"
    return f"set by {pointer.by or 'nobody'}"


def _same_way(before: Pointer, wish: Wish) -> bool:
    """Whether whoever has changed the pointer meanwhile wants the same, so that there is nothing to decide anew."""
    going = before.claim.target if before.claim else before.active_region
    return wish.state == CLAIMED and going == wish.region


def _write(place: Place, found: Found, after: Pointer | None) -> None:
    name, revision = found.pointer.name, found.pointer.revision
    if after is None:
        calls.delete(found.client, place.table, name, revision)
    else:
        attributes = domain.to_item(replace(after, revision=revision + 1))
        calls.put(found.client, place.table, name, attributes, revision)


def _numbered(after: Pointer | None, before: Pointer, changed: bool) -> Pointer | None:
    return replace(after, revision=before.revision + 1) if after is not None and changed else after


def _outcome(found: Found, after: Pointer | None, taken: _Decided, changed: bool) -> Outcome:
    before = found.pointer.told() if found.exists else None
    told = after.told() if after else None
    return Outcome(
        changed,
        {
            "pointer": told,
            "pointer_before": before,
            "joined": taken.joined,
            "taken_over": taken.taken_over.told() if taken.taken_over else None,
            "region": found.region,
            "tried": found.unreachable,
        },
        before or {},
        told or {},
    )
