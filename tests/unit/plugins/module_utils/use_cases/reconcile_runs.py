# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of ``workload_reconcile`` on a workload in memory, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import Due, Layout
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile import Clock, reconcile
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import (
    COPY,
    EXECUTION,
    MESSAGE,
    Execution,
    Message,
    Task,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_workload import (
    BUCKET,
    MACHINE,
    NOON,
    TABLE,
    Lost,
)

EARLIER = (NOON - timedelta(hours=1)).isoformat()
LAYOUT = Layout(key="key", start=("started",))
DUE = Due(("STARTED",), started_before=NOON)
COPYING = Task(TABLE, LAYOUT, DUE, COPY, bucket=BUCKET)
SENDING = Task(TABLE, LAYOUT, DUE, MESSAGE, message=Message("jobs", {"job": "{id}", "of": "{object.key}"}))
STARTING = Task(TABLE, LAYOUT, DUE, EXECUTION, execution=Execution(MACHINE, {"job": "{id}"}))


def run_in(folder: str, lost: Lost, task: Task, check_mode: bool = False, concurrency: int = 4) -> Outcome:
    access = Access(lost.client, "", folder, check_mode, concurrency)

    def sleep(seconds: float) -> None:
        lost.seconds += seconds

    clock = Clock(lambda: NOON + timedelta(seconds=lost.seconds), lambda: lost.seconds, sleep)
    return reconcile(access, task, Progress(), clock)


Run = Callable[..., Outcome]


def workload(number: int = 5, **kinds: Any) -> Lost:
    lost = Lost(**kinds)
    for one in range(number):
        lost.table.put(f"job{one}", key=f"input/{one}.csv", status="STARTED", started=EARLIER)
        lost.bucket.put(f"input/{one}.csv", {"t": "1"}, ContentType="text/csv")
    return lost


def outcomes(outcome: Outcome) -> dict[str, str]:
    return {row["key"]: row["outcome"] for row in outcome.results["items"]}


def counted(outcome: Outcome) -> dict[str, int]:
    return {name: number for name, number in outcome.results["counts"].items() if number}


def marks(lost: Lost) -> list[tuple[str, str]]:
    inner = [item["aws_dr_reconciled"]["M"] for item in lost.table.items.values() if "aws_dr_reconciled" in item]
    return [(mark["state"]["S"], mark["attempt"]["N"]) for mark in inner]
