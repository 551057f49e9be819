# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3 Batch Operations jobs as AWS describes them: states, progress, and what an end means.

Source: S3 User Guide, "Tracking job status and completion reports" (the thirteen states and their transitions), and
the shapes JobDescriptor and JobListDescriptor of botocore's ``s3control`` model.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import CSV_FORMAT
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report import report_manifest_key
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import from_datetime

STATUSES = (
    "Active",
    "Cancelled",
    "Cancelling",
    "Complete",
    "Completing",
    "Failed",
    "Failing",
    "New",
    "Paused",
    "Pausing",
    "Preparing",
    "Ready",
    "Suspended",
)
ACTIVE_STATUSES = tuple(status for status in STATUSES if status not in ("Cancelled", "Complete", "Failed"))
# S3 User Guide, "Batch Operations manifest generation": how a generator that finds nothing ends.
_NO_KEYS = "no keys matching"
# S3 User Guide, "Troubleshooting replication" and "Troubleshooting S3 Batch Operations": what a job whose report S3
# could not write gives as a reason. Its tasks ran; it ends as Failed by the one page, as Complete by the other.
_REPORT_LOST = "report could not be written"


class Situation(enum.Enum):
    """What a status means for somebody who waits. A status that is not known yet counts as running."""

    RUNNING = "running"
    PAUSED = "paused"
    UNCONFIRMED = "unconfirmed"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"


_SITUATIONS = {
    "Complete": Situation.COMPLETE,
    "Failed": Situation.FAILED,
    "Cancelled": Situation.CANCELLED,
    "Suspended": Situation.UNCONFIRMED,
    "Paused": Situation.PAUSED,
}
# On its way to an end at which not all tasks are done: how long the rest would take says nothing.
_WINDING_UP = ("Cancelling", "Failing")
_ENDS = (Situation.COMPLETE, Situation.FAILED, Situation.CANCELLED)


@dataclass(frozen=True)
class Progress:
    """Counts of tasks and the seconds that the job was active, all as AWS counts them.

    ``total`` is ``None`` until AWS has read the manifest.
    """

    total: int | None = None
    succeeded: int = 0
    failed: int = 0
    active_seconds: int = 0

    @property
    def done(self) -> int:
        """Tasks that have ended, well or badly."""
        return self.succeeded + self.failed

    @property
    def rate(self) -> float | None:
        """Tasks a second while the job was active; ``None`` before anything can be said."""
        return round(self.done / self.active_seconds, 2) if self.done and self.active_seconds else None

    @property
    def seconds_left(self) -> int | None:
        """Seconds until the rest is done at this rate; ``None`` before anything can be said."""
        if self.total is None:
            return None
        left = max(0, self.total - self.done)
        if left == 0:
            return 0
        return round(left / self.rate) if self.rate else None

    def told(self, ended: bool = False) -> str:
        """Give one line for a person; of a job that has ended, nothing more is to come."""
        total = "?" if self.total is None else str(self.total)
        line = f"{self.done} of {total} done, {self.failed} failed"
        if self.rate:
            line += f", {self.rate:g}/s"
        if self.seconds_left and not ended:
            line += f", about {told_seconds(self.seconds_left)} left"
        return line


@dataclass(frozen=True)
class Job:
    """One job. Times are ISO-8601 UTC with milliseconds; what ListJobs does not tell is empty or ``None``."""

    job_id: str
    status: str
    region: str
    progress: Progress = Progress()
    job_arn: str = ""
    operation: str = ""
    description: str = ""
    priority: int | None = None
    role: str = ""
    confirmation_required: bool | None = None
    created_at: str = ""
    ended_at: str | None = None
    failure_reasons: tuple[tuple[str, str], ...] = ()
    status_reason: str = ""
    suspended_cause: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def situation(self) -> Situation:
        """What the status means."""
        return _SITUATIONS.get(self.status, Situation.RUNNING)

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.situation in _ENDS

    @property
    def found_nothing(self) -> bool:
        """Whether the job failed only because its generator's filter matched no object: there is nothing to do."""
        told = (reason for _code, reason in self.failure_reasons)
        return self.situation is Situation.FAILED and any(_NO_KEYS in reason.lower() for reason in told)

    @property
    def report_lost(self) -> bool:
        """Whether S3 says that it could not write the report: what the job did can't be known from it."""
        return any(_REPORT_LOST in reason.lower() for _code, reason in self.failure_reasons)

    @property
    def reasons(self) -> str:
        """Why AWS failed the job, in its words; empty when it names no reason."""
        return "; ".join(": ".join(filter(None, reason)) for reason in self.failure_reasons)

    @property
    def told(self) -> str:
        """How far the job is, in one line for a person."""
        return self.progress.told(self._stops)

    @property
    def _stops(self) -> bool:
        """Whether nothing more of it is to come."""
        return self.ended or self.status in _WINDING_UP

    def as_result(self) -> dict[str, Any]:
        """Give the JSON-able form that modules return."""
        return {
            "job_id": self.job_id,
            "job_arn": self.job_arn,
            "region": self.region,
            "status": self.status,
            "ended": self.ended,
            "found_nothing": self.found_nothing,
            "operation": self.operation,
            "description": self.description,
            "priority": self.priority,
            "role": self.role,
            "confirmation_required": self.confirmation_required,
            "created_at": self.created_at,
            "ended_at": self.ended_at,
            "failure_reasons": [{"code": code, "reason": reason} for code, reason in self.failure_reasons],
            "status_reason": self.status_reason,
            "suspended_cause": self.suspended_cause,
            "report": {**self.report, "lost": self.report_lost} if self.report else {},
            "manifest": dict(self.manifest),
            "progress": self.told,
            "total_tasks": self.progress.total,
            "succeeded_tasks": self.progress.succeeded,
            "failed_tasks": self.progress.failed,
            "rate": self.progress.rate,
            "seconds_left": 0 if self._stops else self.progress.seconds_left,
        }


def parse_job(answer: Mapping[str, Any], region: str) -> Job:
    """Read a job from DescribeJob (``Job``) or from ListJobs (one of ``Jobs``)."""
    operation = answer.get("Operation") or ""
    return Job(
        job_id=answer["JobId"],
        status=answer.get("Status", ""),
        region=region,
        progress=_progress(answer.get("ProgressSummary") or {}),
        job_arn=answer.get("JobArn", ""),
        operation=operation if isinstance(operation, str) else next(iter(operation), ""),
        description=answer.get("Description", ""),
        priority=answer.get("Priority"),
        role=answer.get("RoleArn", ""),
        confirmation_required=answer.get("ConfirmationRequired"),
        created_at=_time(answer.get("CreationTime")) or "",
        ended_at=_time(answer.get("TerminationDate")),
        failure_reasons=tuple(
            (reason.get("FailureCode", ""), reason.get("FailureReason", ""))
            for reason in answer.get("FailureReasons") or ()
        ),
        status_reason=answer.get("StatusUpdateReason", ""),
        suspended_cause=answer.get("SuspendedCause", ""),
        report=_report(answer.get("Report") or {}, answer["JobId"]),
        manifest=_manifest(answer.get("Manifest") or {}, answer.get("GeneratedManifestDescriptor") or {}),
    )


def _progress(summary: Mapping[str, Any]) -> Progress:
    timers = summary.get("Timers") or {}
    return Progress(
        total=summary.get("TotalNumberOfTasks"),
        succeeded=summary.get("NumberOfTasksSucceeded") or 0,
        failed=summary.get("NumberOfTasksFailed") or 0,
        active_seconds=timers.get("ElapsedTimeInActiveSeconds") or 0,
    )


def _report(report: Mapping[str, Any], job_id: str) -> dict[str, Any]:
    if not report.get("Enabled"):
        return {}
    arn = parse_arn(report.get("Bucket", ""))
    return {
        "bucket": arn.resource if arn else report.get("Bucket", ""),
        "prefix": report.get("Prefix", ""),
        "key": report_manifest_key(report.get("Prefix", ""), job_id),
        "scope": "failed_tasks_only" if report.get("ReportScope") == "FailedTasksOnly" else "all_tasks",
    }


def _manifest(given: Mapping[str, Any], generated: Mapping[str, Any]) -> dict[str, Any]:
    location = given.get("Location") or generated.get("Location") or {}
    arn = parse_arn(location.get("ObjectArn", ""))
    if arn is None:
        return {}
    bucket, _slash, key = arn.resource.partition("/")
    spec = given.get("Spec") or {}
    return {
        "bucket": bucket,
        "key": key,
        "etag": location.get("ETag", "").strip('"'),
        "version_id": location.get("ObjectVersionId"),
        "kind": "csv" if spec.get("Format") == CSV_FORMAT else "inventory",
        "fields": list(spec.get("Fields") or ()),
        "generated": not given,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else from_datetime(moment)


def told_seconds(seconds: float) -> str:
    """Give a span for a person: ``45 s``, ``12 min``, ``3 h 20 min``."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
