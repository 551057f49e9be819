# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What comparing a pair of buckets has found so far; filled by several threads."""

from __future__ import annotations

import csv
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from heapq import heappush, heapreplace
from typing import Any, Protocol

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_kinds as kinds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry, Finding
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_verdicts import STATUSES

_COLUMNS = ("source", "destination", "kind", "key", "version_id", "modified", "size", "other_size", "etag")
COLUMNS = (*_COLUMNS, "other_etag", "status", "why")


class Writable(Protocol):
    """What rows are written to."""

    def write(self, text: str, /) -> int:
        """Write text."""


class DifferencesFile:
    """A CSV file of differences, one row each. Rows of several pairs come as they are found, in no order."""

    def __init__(self, stream: Writable) -> None:
        self._writer = csv.DictWriter(stream, COLUMNS)
        self._writer.writeheader()
        self._lock = threading.Lock()

    def write(self, row: dict[str, Any]) -> None:
        """Add a row."""
        with self._lock:
            self._writer.writerow(row)


class Report:
    """Counts and the first differences of a pair in the order of their keys, however they come in."""

    def __init__(self, most_listed: int, write: Callable[[dict[str, Any]], None]) -> None:
        self._most, self._write = most_listed, write
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._seen = [0, 0]
        self._bytes_missing = 0
        self._oldest: Entry | None = None
        self._first: list[tuple[_Last, dict[str, Any]]] = []

    def add_counts(self, equal: int, seen: Iterable[int]) -> None:
        """Count what is equal, and what was looked at on either side."""
        with self._lock:
            self._counts[kinds.EQUAL] += equal
            self._seen = [before + more for before, more in zip(self._seen, seen, strict=True)]

    def add(self, finding: Finding) -> None:
        """Take in what was found of a version."""
        kind = finding.kind
        with self._lock:
            self._counts[kind] += 1
            if kind == kinds.ETAG_NOT_COMPARABLE:
                self._counts[kinds.EQUAL] += 1
            if kind == kinds.MISSING:
                self._statuses[finding.status] += 1
            if kind in kinds.LOST:
                self._bytes_missing += finding.entry.size
                if self._oldest is None or _age(finding.entry) < _age(self._oldest):
                    self._oldest = finding.entry
            if kind not in kinds.DIFFERENCES:
                return
            row = as_row(finding)
            self._list(finding, row)
        self._write(row)

    def _list(self, finding: Finding, row: dict[str, Any]) -> None:
        entry = finding.entry
        item = (_Last((entry.key, entry.version_id, finding.kind)), row)
        if len(self._first) < self._most:
            heappush(self._first, item)
        elif self._first and self._first[0][0] < item[0]:
            heapreplace(self._first, item)

    def result(self, now: datetime) -> dict[str, Any]:
        """Give the return values of the pair."""
        total = sum(self._counts[kind] for kind in kinds.DIFFERENCES)
        oldest = self._oldest
        lag = max(0.0, (now - datetime.fromisoformat(oldest.modified)).total_seconds()) if oldest else 0.0
        return {
            "equal": total == 0,
            "versions": dict(zip(("source", "destination"), self._seen, strict=True)),
            "counts": {kind: self._counts[kind] for kind in kinds.ALL},
            "statuses": {status: self._statuses[status] for status in STATUSES},
            "missing": sum(self._counts[kind] for kind in kinds.LOST),
            "bytes_missing": self._bytes_missing,
            "lag": round(lag, 3),
            "oldest_missing": oldest and {name: getattr(oldest, name) for name in ("key", "version_id", "modified")},
            "differences": [row for _place, row in sorted(self._first, key=lambda item: item[0], reverse=True)],
            "differences_total": total,
        }


def as_row(finding: Finding) -> dict[str, Any]:
    """Give a difference as it is returned; ``null`` is what a side does not have."""
    entry, other = finding.entry, finding.destination if finding.source else None
    return {
        "kind": finding.kind,
        "key": entry.key,
        "version_id": entry.version_id,
        "modified": entry.modified,
        "size": entry.size,
        "other_size": other.size if other else None,
        "etag": entry.etag,
        "other_etag": other.etag if other else None,
        "status": finding.status or None,
        "why": finding.why,
    }


def _age(entry: Entry) -> tuple[str, str, str]:
    return entry.modified, entry.key, entry.version_id


class _Last:
    """Turns the order around: a heap gives its least item, and the first differences are kept by dropping the last."""

    def __init__(self, place: tuple[str, str, str]) -> None:
        self._place = place

    def __lt__(self, other: _Last) -> bool:
        return other._place < self._place
