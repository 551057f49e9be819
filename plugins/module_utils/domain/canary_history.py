# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of earlier probes: lines of JSON, read whatever was done to them, and what they say of each rule.

Percentiles are nearest-rank over the newest results of a rule. A probe that was given up counts with the seconds that
it was waited for; leaving it out would make a bad day look like a good one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import AskedPair
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_verdict import (
    FAILED,
    REPLICATED,
    TIMED_OUT,
    UNREACHABLE,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import canonical_time

_LONGEST = 1e9
# What goes into the history: what became of a probe, or why there could be none for the time being.
KEPT = (REPLICATED, TIMED_OUT, FAILED, UNREACHABLE)


@dataclass(frozen=True)
class Line:
    """What came of one probe for one rule. ``seconds``: until the replica was there, or how long it was waited for."""

    at: str
    source: str
    destination: str
    rule_id: str | None
    status: str
    seconds: float | None = None
    key: str | None = None

    @property
    def way(self) -> tuple[str, str, str | None]:
        """The rule that it is about."""
        return self.source, self.destination, self.rule_id


def read_lines(text: str) -> list[Line]:
    """Read all lines that are results; what was cut off, or is something else, is passed over."""
    found = []
    for raw in text.split("\n"):
        try:
            given = json.loads(raw)
        except (ValueError, RecursionError):
            continue
        line = _line(given)
        if line:
            found.append(line)
    return found


def write_lines(lines: Iterable[Line]) -> str:
    """Write lines; each ends with a newline."""
    return "".join(json.dumps(asdict(line), sort_keys=True) + "\n" for line in lines)


def merged(*histories: Iterable[Line]) -> list[Line]:
    """Give all lines once, in the order of time."""
    once = dict.fromkeys(line for history in histories for line in history)
    return sorted(once, key=lambda line: line.at)


def newest(lines: Sequence[Line], size: int) -> list[Line]:
    """Give the newest ``size`` lines of each rule, in the order of time."""
    counted: dict[tuple[str, str, str | None], int] = {}
    kept = []
    for line in reversed(merged(lines)):
        counted[line.way] = counted.get(line.way, 0) + 1
        if counted[line.way] <= size:
            kept.append(line)
    return kept[::-1]


def told(lines: Sequence[Line], pairs: Iterable[AskedPair], size: int, now: datetime) -> list[dict[str, Any]]:
    """Tell of every rule of these pairs that has a history."""
    by_way: dict[tuple[str, str, str | None], list[Line]] = {}
    asked = [(pair.source, pair.destination, pair.rule_id) for pair in pairs]
    for line in newest(lines, size):
        if any((line.source, line.destination) == one[:2] and one[2] in (None, line.rule_id) for one in asked):
            by_way.setdefault(line.way, []).append(line)
    return [_told(way, mine, now) for way, mine in by_way.items()]


def percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    """Give p50, p95, p99 and the highest, each one of ``seconds`` (nearest rank)."""
    ordered = sorted(seconds)
    ranks = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {
        name: ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None for name, share in ranks.items()
    }


def _told(way: tuple[str, str, str | None], lines: list[Line], now: datetime) -> dict[str, Any]:
    counts = {status: sum(line.status == status for line in lines) for status in KEPT}
    good = [line for line in lines if line.status == REPLICATED]
    timed = [line.seconds for line in lines if line.status in (REPLICATED, TIMED_OUT) and line.seconds is not None]
    last = good[-1].at if good else None
    age = None if last is None else max(0, int((now - datetime.fromisoformat(last)).total_seconds()))
    return {
        "source": way[0],
        "destination": way[1],
        "rule_id": way[2],
        "measured": len(lines),
        **counts,
        **percentiles(timed),
        "last_status": lines[-1].status,
        "last_at": lines[-1].at,
        "last_replicated_at": last,
        "age_seconds": age,
    }


def _line(given: Any) -> Line | None:
    if not isinstance(given, dict):
        return None
    texts = [given.get(name) for name in ("at", "source", "destination", "status")]
    unset = [given.get(name) for name in ("rule_id", "key")]
    seconds = given.get("seconds")
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(text, str | None) for text in unset):
        return None
    if seconds is not None and not (number and 0 <= seconds < _LONGEST):
        return None
    try:
        at = canonical_time(str(texts[0]))
    except ValueError:
        return None
    return Line(at, str(texts[1]), str(texts[2]), unset[0], str(texts[3]), seconds, unset[1])
