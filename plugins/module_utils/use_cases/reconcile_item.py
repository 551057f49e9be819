# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One item of a state table: decide by its mark, look for its object, mark it, restart it, mark that it is done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import object_copies, state_table
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.state_table import WireItem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import object_copy, reconcile_marks
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import reconcile_report as outcomes
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import (
    UnreadableError,
    Work,
    plain,
    read_work,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_marks import Kind
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_report import Row
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_actions import (
    Restart,
    act,
    fill,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_hold import Case, Held, LostError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_locate import Nowhere, Place, locate
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import COPY, Stage, Task

# How often an item is read again because somebody changed it in between.
_TRIES = 4


def now_utc() -> datetime:
    """Give the present moment."""
    return datetime.now(UTC)


class _StaleError(Exception):
    """The item is not as it was read."""


class Reconciler:
    """Restarts items, one at a time for each thread. ``run`` is this run's token."""

    def __init__(
        self, stage: Stage, task: Task, run: str, check_mode: bool, now: Callable[[], datetime] = now_utc
    ) -> None:
        self._stage, self._task, self._run, self._check_mode, self._now = stage, task, run, check_mode, now
        # An index may be behind its table. What is only predicted is read again, what is written has conditions.
        self._look_again = check_mode and task.index is not None

    def key_of(self, item: WireItem) -> WireItem:
        """Give the item's primary key."""
        return {name: item[name] for name in self._stage.table.keys}

    def __call__(self, item: WireItem) -> Row | None:
        """Give what came of the item; ``None`` when another run is at it."""
        try:
            return self._patiently(item, self._look_again)
        except AwsError as error:
            return self._refused(item, error)

    def look_again(self, item: WireItem) -> Row | None:
        """Read the item again and go on with it; as above."""
        try:
            return self._patiently(item, again=True)
        except AwsError as error:
            return self._refused(item, error)

    def _refused(self, item: WireItem, error: AwsError, case: Case | None = None, place: Place | None = None) -> Row:
        denied = isinstance(error, AccessDeniedError)
        outcome = outcomes.DENIED if denied else outcomes.FAILED
        why = "access_denied" if denied else error.code or "no_answer"
        if case is None:
            return self._row(item, outcome, why=why, msg=error.message)
        return self._told(case, place, outcome, why=why, msg=error.message)

    def _patiently(self, item: WireItem, again: bool) -> Row | None:
        for _unused in range(_TRIES):
            if again:
                fresh = state_table.get(self._stage.dynamodb, self._task.table, self.key_of(item))
                if fresh is None:
                    return self._row(item, outcomes.FINISHED_MEANWHILE, msg="the item was deleted")
                item = fresh
            again = True
            try:
                return self._once(item)
            except UnreadableError as error:
                return self._row(item, outcomes.UNREADABLE, why="unreadable", msg=str(error))
            except _StaleError:
                continue
        return self._row(item, outcomes.IN_PROGRESS, msg="it was changed again and again; run again")

    def _once(self, item: WireItem) -> Row | None:
        task, stage, now = self._task, self._stage, self._now()
        work = read_work(item, task.layout)
        if work.status not in task.due.statuses or not task.due.takes(work.started, now):
            return self._row(item, outcomes.FINISHED_MEANWHILE, msg=f"it is {work.status} by now", work=work)
        mark = reconcile_marks.read_mark(item.get(task.layout.mark), task.layout.mark)
        decision = reconcile_marks.decide(mark, work.of, now, stage.patience(task))
        case = Case(item, work, mark, decision)
        if decision.kind is Kind.WAIT:
            return None
        if decision.kind is Kind.DONE:
            told = f"it was restarted at {mark.at}" if mark else ""
            return self._told(case, None, outcomes.RESTARTED_BEFORE, msg=told)
        place = self._locate(work.key)
        if isinstance(place, Nowhere):
            return self._told(case, None, place.outcome, why=place.why, msg=place.msg)
        if place and task.action == COPY and (problem := object_copy.unkeepable(place.head)):
            msg = f"version {place.version_id} of {place.key!r} was not copied: {problem}"
            return self._told(case, place, outcomes.FAILED, why="not_to_be_kept", msg=msg)
        values = {name: plain(wire) for name, wire in item.items()} if task.template is not None else {}
        text = fill(task, work.key, place, values, decision.attempt)
        if self._check_mode:
            return self._told(case, place, outcomes.RESTARTED)
        return self._restart(case, place, text)

    def _locate(self, key: str) -> Place | Nowhere | None:
        if self._task.bucket is None:
            return None
        return locate(self._stage.s3, self._task.bucket, key, self._task.input_prefix, self._task.archive_prefixes)

    def _restart(self, case: Case, place: Place | None, text: str) -> Row:
        stage, task, work, decision = self._stage, self._task, case.work, case.decision
        key = self.key_of(case.item)
        newest = place.newest if place else ""
        if decision.kind is Kind.TAKE_OVER and case.mark:
            newest = case.mark.version
        held = Held(
            stage, task, key, case, reconcile_marks.begin(self._run, decision, work, self._now(), newest), self._now
        )
        if not held.take():
            raise _StaleError
        # A version that is newer than the one before the first try: its event has fired.
        came = place.newest if task.action == COPY and place and place.newest != newest else ""
        try:
            token = reconcile_marks.token(task.table, _plain(key), work.of, decision.attempt)
            result = came or act(stage, task, Restart(work.key, place, text, token), self._now(), held.keep)
        except object_copies.OvertakenError:
            after = self._locate(work.key)
            result = came = after.newest if isinstance(after, Place) and after.newest != newest else ""
            if not came:  # no newer version, so a delete marker
                held.give_back()
                raise _StaleError from None
        except LostError:
            raise _StaleError from None
        except AwsError as error:
            if 400 <= error.status < 500:  # surely not done; without an answer it may have been
                held.give_back()
            return self._refused(case.item, error, case, place)
        held.finish()
        told = "a newer version was there already, and so its event" if came else ""
        return self._told(case, place, outcomes.RESTARTED, msg=told, result=result)

    def in_progress(self, item: WireItem) -> Row:
        """Give the row of an item that another run is at."""
        return self._row(item, outcomes.IN_PROGRESS, msg="another run is restarting it")

    def _told(self, case: Case, place: Place | None, outcome: str, **more: Any) -> Row:
        found = place.facts if place else {}
        return self._row(case.item, outcome, case.work, attempt=case.decision.attempt, **found, **more)

    def _row(self, item: WireItem, outcome: str, work: Work | None = None, **more: Any) -> Row:
        if work is None:
            with suppress(UnreadableError):
                work = read_work(item, self._task.layout)
        key = work.key if work else str(next(iter(item.get(self._task.layout.key, {}).values()), ""))
        told: dict[str, Any] = {"status": work.status, "started": work.started_text or None} if work else {}
        return Row(_plain(self.key_of(item)), key, outcome, **told, **more)


def _plain(key: WireItem) -> dict[str, Any]:
    return {name: plain(wire) for name, wire in key.items()}
