# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import state_table
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import Due, Layout, read_work
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_marks import (
    Decision,
    Kind,
    Mark,
    begin,
    read_mark,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_hold import Case, Held, LostError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import COPY, Stage, Task
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_workload import NOON, TABLE, Lost

MARK = "aws_dr_reconciled"
DECISION = Decision(Kind.RESTART, 1)


class Holding:
    """A run that holds item ``a`` of a table."""

    def __init__(self) -> None:
        self.lost = Lost()
        self.lost.table.put("a", key="k", status="STARTED")
        task = Task(TABLE, Layout(), Due(("STARTED",)), COPY, bucket="b", claim_timeout=120)
        stage = Stage(self.lost.table, None, state_table.describe(self.lost.table, TABLE))
        item = dict(self.lost.table.items["a"])
        case = Case(item, read_work(item, task.layout), None, DECISION)
        first = begin("me", DECISION, case.work, NOON, "v1")
        self.held = Held(stage, task, {"id": {"S": "a"}}, case, first, self.now)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.lost.seconds)

    @property
    def mark(self) -> Mark | None:
        return read_mark(self.lost.table.items["a"].get(MARK), MARK)


def test_a_mark_is_renewed_in_time_and_not_at_every_part() -> None:
    holding = Holding()
    assert holding.held.take()
    first = holding.mark
    holding.lost.seconds = 39
    holding.held.keep()
    assert holding.mark == first
    holding.lost.seconds = 41
    holding.held.keep()
    renewed = holding.mark
    assert first and renewed and renewed.at > first.at and (renewed.run, renewed.version) == ("me", "v1")
    holding.held.finish()
    assert holding.mark and holding.mark.state == "restarted"


def test_whoever_lost_an_item_stops_and_leaves_the_others_mark() -> None:
    holding = Holding()
    assert holding.held.take()
    other = Mark("other", 1, "begun", "2026-01-31T12:02:30.000Z", "", "v1")
    holding.lost.table.items["a"][MARK] = other.wire()
    holding.lost.seconds = 200
    with pytest.raises(LostError):
        holding.held.keep()
    holding.held.give_back()
    holding.held.finish()
    assert holding.mark == other


def test_an_item_that_changed_is_not_taken() -> None:
    holding = Holding()
    holding.lost.table.items["a"]["status"] = {"S": "COMPLETED"}
    assert not holding.held.take() and holding.mark is None


def test_what_was_taken_over_is_given_back_as_it_was() -> None:
    holding = Holding()
    assert holding.held.take()
    holding.held.give_back()
    assert holding.mark is None and "status" in holding.lost.table.items["a"]
