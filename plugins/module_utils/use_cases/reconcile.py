# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""After a failover: find the work that a state table says was started and not finished, and restart it.

Only services of this Region are asked. Items are read page by page into a file, so that their number is known and
memory does not grow with it; then many are worked on at once. One item's trouble stops no other.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import state_table
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.state_table import WireItem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import reconcile_report as outcomes
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import UnreadableError, read_work
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_report import Row, Tally
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_item import Reconciler, now_utc
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_spool import ItemSpool, ReportFile
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import COPY, Stage, Task, look
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_unrecorded import (
    Candidates,
    ObjectReconciler,
    find,
)

# How often an item is looked at that another run holds, in seconds.
_LOOK = 1.0
# Whose object is not to be looked at a second time, as one that no item records.
_TRIED = frozenset([outcomes.RESTARTED, outcomes.IN_PROGRESS, outcomes.DENIED, outcomes.FAILED])


@dataclass(frozen=True)
class Clock:
    """``now`` is an aware moment, ``monotonic`` and ``sleep`` count seconds."""

    now: Callable[[], datetime] = now_utc
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Told:
    """Where rows go. ``tried`` hears of the keys whose objects this run restarted, or could not."""

    report: ReportFile
    progress: Progress
    tried: Callable[[str], None] | None

    def add(self, row: Row) -> None:
        """Count and write a row."""
        self.report.add(row)
        self.progress.part(failed=row.outcome in (outcomes.FAILED, outcomes.DENIED))
        if self.tried and row.item and row.outcome in _TRIED:
            self.tried(row.key)


def reconcile(access: Access, task: Task, progress: Progress, clock: Clock | None = None) -> Outcome:
    """Restart what is due; in check mode tell what would be.

    Raises :class:`RefusedError` before anything is changed, and :class:`ToldError` in the end when something could not
    be restarted, with all results in its details.
    """
    clock = clock or Clock()
    stage = look(access, task)
    tally = Tally(task.most_listed)
    with (
        ReportFile(task.output, tally) as report,
        ItemSpool(access.folder) as due,
        ItemSpool(access.folder) as aside,
        Candidates(access.folder) as candidates,
    ):
        _select(stage, task, clock.now(), due, tally)
        work = Reconciler(stage, task, uuid.uuid4().hex, access.check_mode, clock.now)
        # A copy of the object is a restart of its newest upload too.
        tried = candidates.tried if task.unrecorded and task.action == COPY else None
        told = Told(report, progress, tried)
        _restart(access, work, due, aside, told)
        if aside.count:
            _come_back(access, task, work, aside, told, clock)
        if task.unrecorded:
            tally.too_young = _unrecorded(access, stage, task, candidates, told, clock)
    return _outcome(stage, task, tally)


def _select(stage: Stage, task: Task, now: datetime, due: ItemSpool, tally: Tally) -> None:
    for item in _items(stage, task):
        try:
            work = read_work(item, task.layout)
        except UnreadableError:
            due.add(item)  # told as such
            continue
        if task.due.takes(work.started, now):
            due.add(item)
        else:
            tally.not_due += 1


def _items(stage: Stage, task: Task) -> Iterator[WireItem]:
    client, statuses = stage.dynamodb, task.due.statuses
    if task.index is None:
        yield from state_table.scan_statuses(client, task.table, task.layout.status, statuses)
        return
    for status in statuses:
        yield from state_table.query_status(client, task.table, task.index, stage.table.indexes[task.index], status)


def _restart(access: Access, work: Reconciler, due: ItemSpool, aside: ItemSpool, told: Told) -> None:
    if due.count:
        told.progress.begin("restart unfinished work", due.count)

    def one(item: WireItem) -> tuple[WireItem, Row | None]:
        return item, work(item)

    for item, row in in_order(one, due.items(), access.concurrency):
        if row is None and access.check_mode:
            row = work.in_progress(item)
        if row is None:
            aside.add(item)
        else:
            told.add(row)


def _come_back(access: Access, task: Task, work: Reconciler, aside: ItemSpool, told: Told, clock: Clock) -> None:
    """Wait until the other run has done its items, or its marks are old."""
    told.progress.begin("wait for another run's items", aside.count)
    deadline = clock.monotonic() + task.claim_timeout + _LOOK

    def one(item: WireItem) -> Row:
        while True:
            row = work.look_again(item)
            if row is not None:
                return row
            if clock.monotonic() >= deadline:
                return work.in_progress(item)
            clock.sleep(min(_LOOK, max(0.05, task.claim_timeout / 4)))

    for row in in_order(one, aside.items(), access.concurrency):
        told.add(row)


def _unrecorded(access: Access, stage: Stage, task: Task, candidates: Candidates, told: Told, clock: Clock) -> int:
    """Give how many objects were too young to be looked at."""
    wanted = task.unrecorded
    if wanted is None:
        return 0
    find(stage, task, wanted, clock.now(), candidates)
    if candidates.count:
        told.progress.begin("objects that no item records", candidates.count)
    work = ObjectReconciler(stage, task, wanted.restart, access.check_mode, clock.now)
    for row in in_order(work, candidates.objects(), access.concurrency):
        told.add(row)
    return candidates.young


def _outcome(stage: Stage, task: Task, tally: Tally) -> Outcome:
    rows = tally.rows()
    results: dict[str, Any] = {
        "counts": tally.counts(),
        "items": [row.told() for row in rows],
        "listed_all": tally.listed_all,
        "output": task.output,
    }
    warnings = [*stage.warnings, *_too_young(task, tally)]
    if tally.troubled:
        first = next(row for row in rows if row.outcome in (outcomes.FAILED, outcomes.DENIED)) if rows else None
        told = f" The first: {first.key!r}: {first.msg}" if first else ""
        raise ToldError(
            f"{tally.troubled} of what is unfinished could not be restarted.{told}",
            changed=tally.changed,
            warnings=warnings,
            **results,
        )
    outcome = Outcome(tally.changed, results, warnings=warnings)
    restarted = [row for row in rows if row.outcome == outcomes.RESTARTED]
    outcome.before = {row.key: row.status or outcomes.UNRECORDED for row in restarted}
    outcome.after = {row.key: f"{outcome.before[row.key]}, restart {row.attempt}" for row in restarted}
    return outcome


def _too_young(task: Task, tally: Tally) -> list[str]:
    if not task.unrecorded or not tally.too_young:
        return []
    seconds = f"{task.unrecorded.older_than:g} seconds"
    return [
        f"Objects that no item records and that were left alone: {tally.too_young}. They are younger than {seconds}, "
        f"and the workload may be about to record them. Run this again in {seconds}, or their work may never be done"
    ]
