# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mark of a run on an item: taken before the restart, kept while it takes long, given back, or finished."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import state_table
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.state_table import WireItem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import Wire, Work
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_marks import RESTARTED, Decision, Mark
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import from_datetime
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import Stage, Task


class LostError(Exception):
    """Another run took the item over while this one was at it."""


@dataclass(frozen=True)
class Case:
    """An item on its way: what it says, its mark as it was read, what is to be done."""

    item: WireItem
    work: Work
    mark: Mark | None
    decision: Decision


class Held:
    """This run's ``mark`` on the item with that primary ``key``."""

    def __init__(
        self, stage: Stage, task: Task, key: WireItem, case: Case, mark: Mark, now: Callable[[], datetime]
    ) -> None:
        self._client, self._task, self._key, self._case = stage.dynamodb, task, key, case
        self._mark, self._now = mark, now

    def take(self) -> bool:
        """Mark that the item is being restarted; false when it is not as it was read."""
        layout = self._task.layout
        same = {name: self._case.item[name] for name in (layout.status, *layout.start)}
        return self._write(self._case.mark, self._mark, same)

    def keep(self) -> None:
        """Renew the mark in time while the restart takes long. Raises :class:`LostError` when it is another's."""
        now = self._now()
        if (now - datetime.fromisoformat(self._mark.at)).total_seconds() < self._task.claim_timeout / 3:
            return
        if not self._put(replace(self._mark, at=from_datetime(now))):
            raise LostError

    def give_back(self) -> None:
        """Put things as they were before, as far as they are still ours; a mark that stays is taken over later."""
        with suppress(AwsError):
            if self._case.mark is None:
                table, attribute = self._task.table, self._task.layout.mark
                state_table.drop_mark(self._client, table, self._key, attribute, self._mark)
            else:
                self._put(self._case.mark)

    def finish(self) -> None:
        """Mark that it is done. A workload that wrote its item anew meanwhile has taken the mark away: so be it."""
        with suppress(AwsError):  # it is restarted, and a mark that says less is taken over later
            self._put(replace(self._mark, state=RESTARTED, at=from_datetime(self._now())))

    def _put(self, mark: Mark) -> bool:
        done = self._write(self._mark, mark, {})
        if done:
            self._mark = mark
        return done

    def _write(self, seen: Mark | None, mark: Mark, same: Mapping[str, Wire]) -> bool:
        table, attribute = self._task.table, self._task.layout.mark
        if state_table.set_mark(self._client, table, self._key, attribute, seen, mark, same):
            return True
        # boto3 tries again when an answer is lost, and then meets what it has written itself.
        item = state_table.get(self._client, table, self._key)
        return item is not None and item.get(attribute) == mark.wire()
