# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job of S3 Batch Operations: what was asked for, its state, and which states may follow. Pure: no clock, no storage.

S3 User Guide, "Tracking job status and completion reports" (the table of job statuses and their transitions).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

DAY = 86400.0
KEPT_AFTER_END = 90 * DAY  # then a job is unknown
LONGEST_SUSPENSION = 30 * DAY  # then a job fails
THRESHOLD_TASKS = 1000  # a job that has run so many tasks ...
THRESHOLD_RATE = 0.5  # ... fails when more than this share of them failed


class Status(StrEnum):
    """A job's status, as DescribeJob tells it."""

    NEW = "New"
    PREPARING = "Preparing"
    SUSPENDED = "Suspended"
    READY = "Ready"
    ACTIVE = "Active"
    PAUSING = "Pausing"
    PAUSED = "Paused"
    COMPLETING = "Completing"
    COMPLETE = "Complete"
    CANCELLING = "Cancelling"
    CANCELLED = "Cancelled"
    FAILING = "Failing"
    FAILED = "Failed"


TERMINAL = frozenset({Status.COMPLETE, Status.CANCELLED, Status.FAILED})
CANCELLABLE = frozenset({
    Status.NEW, Status.PREPARING, Status.SUSPENDED, Status.READY, Status.ACTIVE, Status.PAUSING, Status.PAUSED,
})  # fmt: skip
_NEXT: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.PREPARING, Status.CANCELLING}),
    Status.PREPARING: frozenset({Status.SUSPENDED, Status.READY, Status.FAILING, Status.CANCELLING}),
    Status.SUSPENDED: frozenset({Status.READY, Status.FAILING, Status.CANCELLING}),
    Status.READY: frozenset({Status.ACTIVE, Status.FAILING, Status.CANCELLING}),
    Status.ACTIVE: frozenset({Status.PAUSING, Status.COMPLETING, Status.FAILING, Status.CANCELLING}),
    Status.PAUSING: frozenset({Status.PAUSED, Status.CANCELLING}),
    Status.PAUSED: frozenset({Status.ACTIVE, Status.CANCELLING}),
    Status.COMPLETING: frozenset({Status.COMPLETE, Status.FAILING}),
    Status.CANCELLING: frozenset({Status.CANCELLED}),
    Status.FAILING: frozenset({Status.FAILED}),
}


class IllegalTransitionError(Exception):
    """A status that can't follow the present one."""


class JobFailure(Exception):
    """What ends a job as Failed. code: FailureCode (<= 64 characters); reason: FailureReason (<= 256 characters)."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code, self.reason = code, reason[:256]


@dataclass(frozen=True)
class Row:
    """One task: what a row of the manifest says.

    key: decoded. version_id: None where the manifest has no such column. written_key: as the manifest has it; reports
    repeat that.
    """

    bucket: str
    key: str
    version_id: str | None
    written_key: str


@dataclass(frozen=True)
class Outcome:
    """What became of a task. error_code is empty where it succeeded."""

    row: Row
    http_status: int
    error_code: str
    message: str

    @property
    def succeeded(self) -> bool:
        """Whether the task did what it had to."""
        return not self.error_code


@dataclass
class Job:
    """A job. request: CreateJob's parameters in boto3's shape; moments are seconds of lab time."""

    id: str
    account: str
    region: str
    request: dict[str, Any]
    created: float
    status: Status = Status.NEW
    priority: int = 0
    tags: dict[str, str] = field(default_factory=dict)
    status_update_reason: str | None = None
    suspended_at: float | None = None
    ended_at: float | None = None
    rows: list[Row] | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    failed_tasks: int = 0
    failures: list[JobFailure] = field(default_factory=list)
    generated_manifest: dict[str, Any] | None = None
    history: list[tuple[Status, float]] = field(default_factory=list)
    changed: Callable[[], None] = field(default=lambda: None, repr=False)

    @property
    def arn(self) -> str:
        """arn:aws:s3:<region>:<account>:job/<id>"""
        return f"arn:aws:s3:{self.region}:{self.account}:job/{self.id}"

    @property
    def operation(self) -> str:
        """The operation's name, such as S3ReplicateObject."""
        return str(next(iter(self.request["Operation"])))

    @property
    def role(self) -> str:
        """ARN of the role the job works with."""
        return str(self.request["RoleArn"])

    @property
    def has_ended(self) -> bool:
        """Whether the status is one that a job never leaves."""
        return self.status in TERMINAL

    @property
    def tasks_left(self) -> int:
        """How many tasks have not been run yet."""
        return len(self.rows or []) - len(self.outcomes)

    @property
    def next_row(self) -> Row:
        """The row of the next task."""
        return (self.rows or [])[len(self.outcomes)]

    def move(self, status: Status, now: float) -> None:
        """Change the status; IllegalTransitionError where AWS's state machine knows no such way."""
        if status not in _NEXT.get(self.status, frozenset()):
            raise IllegalTransitionError(f"a job does not go from {self.status} to {status}")
        self._enter(status, now)

    def begin(self) -> None:
        """Note the first status."""
        self._enter(Status.NEW, self.created)

    def add(self, outcome: Outcome) -> None:
        """Count a task that has been run."""
        self.outcomes.append(outcome)
        if not outcome.succeeded:
            self.failed_tasks += 1

    def over_threshold(self) -> bool:
        """Whether so many tasks failed that the job fails."""
        run = len(self.outcomes)
        return run >= THRESHOLD_TASKS and self.failed_tasks > run * THRESHOLD_RATE

    def active_seconds(self, now: float) -> int:
        """How long the job has been Active in all, in whole seconds, rounded up."""
        total = 0.0
        moments = [*self.history, (self.status, now)]
        for (status, since), (_unused, until) in itertools.pairwise(moments):
            if status is Status.ACTIVE:
                total += until - since
        return math.ceil(total)

    def _enter(self, status: Status, now: float) -> None:
        self.status = status
        self.history.append((status, now))
        if status is Status.SUSPENDED:
            self.suspended_at = now
        if status in TERMINAL:
            self.ended_at = now
        self.changed()


def to_run(jobs: Iterable[Job], slots: int) -> list[Job]:
    """Which of the jobs that want to run may: the highest priority first, then who runs already, then the oldest."""
    ready = [job for job in jobs if job.status in (Status.READY, Status.ACTIVE, Status.PAUSED)]
    ready.sort(key=lambda job: (-job.priority, job.status is not Status.ACTIVE, job.created))
    return ready[:slots]
