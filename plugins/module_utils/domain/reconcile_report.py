# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came of each item of a state table: outcomes, their counts, the rows of a report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RESTARTED = "restarted"
RESTARTED_BEFORE = "restarted_before"
IN_PROGRESS = "in_progress"
FINISHED_MEANWHILE = "finished_meanwhile"
MISSING = "missing"
DENIED = "denied"
FAILED = "failed"
UNREADABLE = "unreadable"
UNRECORDED = "unrecorded"
# Those that need a look come first.
OUTCOMES = (
    FAILED,
    DENIED,
    MISSING,
    UNREADABLE,
    UNRECORDED,
    IN_PROGRESS,
    RESTARTED,
    FINISHED_MEANWHILE,
    RESTARTED_BEFORE,
)
COLUMNS = (
    "item",
    "key",
    "status",
    "started",
    "attempt",
    "outcome",
    "why",
    "msg",
    "found",
    "object_key",
    "version_id",
    "modified",
    "result",
)

Item = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """What came of one item. ``item`` is its primary key without types, empty for an object that is in no table.

    ``found``: ``object``, ``earlier_version`` or ``archive``; ``object_key`` and ``version_id`` say what was found
    there, ``modified`` when that was written. ``result``: the version, message or execution that the restart made;
    empty in check mode.
    """

    item: Mapping[str, Any]
    key: str
    outcome: str
    status: str | None = None
    started: str | None = None
    attempt: int = 0
    why: str | None = None
    msg: str = ""
    found: str | None = None
    object_key: str | None = None
    version_id: str | None = None
    modified: str | None = None
    result: str | None = None

    def told(self) -> Item:
        """Give the JSON-able form."""
        return {name: getattr(self, name) for name in COLUMNS}

    def cells(self) -> list[str]:
        """Give the row of a CSV file."""
        told = self.told()
        told["item"] = json.dumps(self.item, sort_keys=True, ensure_ascii=False) if self.item else ""
        return ["" if told[name] is None else str(told[name]) for name in COLUMNS]


@dataclass
class Tally:
    """Counts outcomes and keeps the first rows, those that need a look before all others. ``most`` rows at most.

    ``too_young``: objects that no item records and that are left alone because of their age.
    """

    most: int
    not_due: int = 0
    too_young: int = 0
    _counts: Counter[str] = field(default_factory=Counter)
    _of_table: int = 0
    _unrecorded: int = 0
    _unrecorded_restarted: int = 0
    _kept: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Count a row."""
        if row.item:
            self._of_table += 1
            self._counts[row.outcome] += 1
        else:
            self._unrecorded += 1
            self._unrecorded_restarted += row.outcome == RESTARTED
            # What is wrong with an object that no item records is as wrong.
            if row.outcome in (FAILED, DENIED, MISSING):
                self._counts[row.outcome] += 1
        kept = self._kept.setdefault(row.outcome, [])
        if len(kept) < self.most:
            kept.append(row)

    @property
    def changed(self) -> bool:
        """Whether anything was restarted, or would be."""
        return bool(self._counts[RESTARTED] or self._unrecorded_restarted)

    @property
    def troubled(self) -> int:
        """How many could not be restarted though they should have been."""
        return self._counts[FAILED] + self._counts[DENIED]

    def counts(self) -> dict[str, int]:
        """Give the numbers by outcome."""
        outcomes = {name: self._counts[name] for name in sorted(OUTCOMES) if name != UNRECORDED}
        return {
            "selected": self._of_table,
            **outcomes,
            "not_due": self.not_due,
            "unrecorded": self._unrecorded,
            "unrecorded_restarted": self._unrecorded_restarted,
            "unrecorded_too_young": self.too_young,
        }

    def rows(self) -> list[Row]:
        """Give the rows that are listed."""
        return [row for outcome in OUTCOMES for row in self._kept.get(outcome, ())][: self.most]

    @property
    def listed_all(self) -> bool:
        """Whether every row is among them."""
        return self._of_table + self._unrecorded <= self.most
