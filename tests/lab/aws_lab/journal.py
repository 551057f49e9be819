# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was called: one entry per request, so that tests can assert where calls went and how many there were."""

from __future__ import annotations

import collections
import dataclasses
from typing import Any

from aws_lab import clock

KEPT = 100_000  # entries; the counts go on counting when old entries fall out


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One request. `status` is 0 when the connection was cut before an answer; `fault` is the fault's kind."""

    number: int
    time: float
    service: str
    region: str
    operation: str
    account_id: str
    bucket: str | None
    key: str | None
    status: int
    fault: str | None


_entries: collections.deque[Entry] = collections.deque(maxlen=KEPT)
_counts: collections.Counter[tuple[str, str, str]] = collections.Counter()
_number = 0


def record(
    *,
    service: str,
    region: str,
    operation: str,
    account_id: str = "",
    bucket: str | None = None,
    key: str | None = None,
    status: int,
    fault: str | None = None,
) -> None:
    """Add one entry."""
    global _number
    _number += 1
    _entries.append(Entry(_number, clock.now(), service, region, operation, account_id, bucket, key, status, fault))
    _counts[(service, region, operation)] += 1


def entries(**wanted: Any) -> list[dict[str, Any]]:
    """Entries in order whose fields equal all of `wanted` (compared as text); `after` = only numbers above it."""
    after = int(wanted.pop("after", 0))
    unknown = set(wanted) - {field.name for field in dataclasses.fields(Entry)}
    if unknown:
        raise ValueError(f"journal entries have no field {', '.join(sorted(unknown))}")
    return [
        dataclasses.asdict(entry)
        for entry in _entries
        if entry.number > after and all(str(getattr(entry, name)) == str(value) for name, value in wanted.items())
    ]


def counts() -> dict[str, int]:
    """Number of calls per "service/region/operation" since the last clear."""
    return {"/".join(name): number for name, number in sorted(_counts.items())}


def clear() -> None:
    """Forget everything. Numbers go on."""
    _entries.clear()
    _counts.clear()
