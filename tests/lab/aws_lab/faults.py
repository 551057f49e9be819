# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that a test or a drill switches on: which requests they hit, how often, and what then happens.

kinds: `throttle`, `server_error` (status 500 or 503), `access_denied`, `error` (any code, status and message), `delay`
(answered normally, later), `cut` (connection closed after AWS has acted: the answer is lost), `cut_before` (closed
before). Every kind may have a `delay` in seconds of lab time in front.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
import time
from typing import Any

from aws_lab import settings
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response, standard_error

KINDS = ("throttle", "server_error", "access_denied", "error", "delay", "cut", "cut_before")


@dataclasses.dataclass
class Fault:
    """A rule. Empty matchers match everything; `times` None = for ever."""

    kind: str
    service: str | None = None
    operation: str | None = None
    region: str | None = None
    account_id: str | None = None
    bucket: str | None = None
    key_prefix: str | None = None
    skip: int = 0  # let so many matching requests pass first
    times: int | None = None
    probability: float = 1.0
    rate: float | None = None  # let so many a second pass, as many at once after a rest: what comes above is struck
    delay: float = 0.0
    code: str | None = None
    status: int | None = None
    message: str | None = None
    id: int = 0
    hits: int = 0
    tokens: float | None = None
    looked_at: float = 0.0

    def matches(self, request: Request) -> bool:
        """Whether the rule is about this request (chance and counts not asked)."""
        return (
            self.service in (None, request.service)
            and self.region in (None, request.region)
            and self.account_id in (None, request.account_id)
            and self.bucket in (None, request.bucket)
            and (self.key_prefix is None or (request.key or "").startswith(self.key_prefix))
            and self.operation in (None, request.operation)
        )


_OWN = {"id", "hits", "tokens", "looked_at"}  # counted by the lab
_rules: list[Fault] = []
_ids = itertools.count(1)
_random = random.Random(1)
_down: set[str] = set()
_region_listeners: list[Any] = []


def add(wanted: dict[str, Any]) -> dict[str, Any]:
    """Switch a fault on. Rules are asked in the order they came; the first that strikes decides."""
    known = {field.name for field in dataclasses.fields(Fault)} - _OWN
    unknown = set(wanted) - known
    if unknown:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}; it has: {', '.join(sorted(known))}")
    if wanted.get("kind") not in KINDS:
        raise ValueError(f"kind has to be one of {', '.join(KINDS)}, not {wanted.get('kind')!r}")
    fault = Fault(**wanted)
    if fault.kind == "error" and not (fault.code and fault.status):
        raise ValueError("a fault of kind error needs a code and a status")
    fault.id = next(_ids)
    if not _rules:
        _random.seed(settings.get().seed)
    _rules.append(fault)
    return dataclasses.asdict(fault)


def draw(request: Request) -> Fault | None:
    """The fault that strikes this request, counted."""
    for fault in _rules:
        if fault.times is not None and fault.hits >= fault.times:
            continue
        if not fault.matches(request):
            continue
        if fault.skip:
            fault.skip -= 1
            continue
        if fault.rate is not None and _within_rate(fault):
            continue
        if fault.probability < 1.0 and _random.random() >= fault.probability:
            continue
        fault.hits += 1
        return fault
    return None


def _within_rate(fault: Fault) -> bool:
    """Whether a token is left in the bucket, as AWS's services count requests ("Request throttling", EC2 API)."""
    most = max(1.0, fault.rate or 0.0)
    now = time.monotonic()  # of the wall: clients wait by it
    passed = (now - fault.looked_at) * (fault.rate or 0.0)
    fault.tokens = most if fault.tokens is None else min(most, fault.tokens + passed)
    fault.looked_at = now
    if fault.tokens < 1.0:
        return False
    fault.tokens -= 1.0
    return True


def response(request: Request, fault: Fault) -> Response | None:
    """The error answer the fault stands for; None when the request is to be served."""
    if fault.kind not in ("throttle", "server_error", "access_denied", "error"):
        return None
    error = standard_error(request, fault.kind, fault.status)
    chosen = ServiceError(fault.status or error.status, fault.code or error.code, fault.message or error.message)
    return error_response(request, chosen)


def listed() -> list[dict[str, Any]]:
    """All rules with the number of their hits."""
    return [dataclasses.asdict(fault) for fault in _rules]


def remove(fault_id: int) -> dict[str, Any]:
    """Switch one off; tells how often it struck."""
    for fault in list(_rules):
        if fault.id == fault_id:
            _rules.remove(fault)
            return dataclasses.asdict(fault)
    raise ValueError(f"there is no fault {fault_id}")


def clear() -> None:
    """Switch all faults off. Regions that are down stay down."""
    _rules.clear()


def reset() -> None:
    """No faults, every Region up."""
    clear()
    for region in down_regions():
        bring_up(region)


def region_down(region: str) -> bool:
    """Whether the Region cannot be reached. Services inside the lab have to ask too, when they cross Regions."""
    return region in _down


def down_regions() -> set[str]:
    """The Regions that are down."""
    return set(_down)


def on_region_change(listener: Any) -> None:
    """Call `listener(region, down)` whenever a Region goes down or comes back."""
    _region_listeners.append(listener)


def take_down(region: str) -> dict[str, Any]:
    """Cut a Region off: new connections are refused, open ones are closed."""
    _down.add(region)
    _tell(region, down=True)
    return {"down": sorted(_down)}


def bring_up(region: str) -> dict[str, Any]:
    """Let a Region answer again."""
    _down.discard(region)
    _tell(region, down=False)
    return {"down": sorted(_down)}


def _tell(region: str, *, down: bool) -> None:
    for listener in _region_listeners:
        listener(region, down)
