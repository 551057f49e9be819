# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a failure record once a job's report has said what happened to its object version.

A record goes only on proof: the job replicated the version, or found it replicated already, or found that it is gone.
It stays whole when it failed again after the job began, whatever the report says.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import FailureRecord
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reasons import explain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report import TaskResult

# S3's own codes for a key or version that is not there (S3 API Reference, "List of error codes"). A bare HTTP 404 is
# no proof: a destination bucket that is gone is one too.
_GONE = frozenset(["NoSuchKey", "NoSuchVersion"])
_DELETE_MARKER = "MethodNotAllowed"


class Verdict(enum.Enum):
    """What is decided for a record; the first three remove it."""

    SUCCEEDED = "succeeded"
    OBSOLETE = "obsolete"
    ALREADY_REPLICATED = "already_replicated"
    FAILED = "failed"
    FAILED_AGAIN = "failed_again"
    NOT_IN_REPORT = "not_in_report"

    @property
    def removes(self) -> bool:
        """Whether the record goes."""
        return self in REMOVING


REMOVING = (Verdict.SUCCEEDED, Verdict.OBSOLETE, Verdict.ALREADY_REPLICATED)
KEEPING = (Verdict.FAILED, Verdict.FAILED_AGAIN, Verdict.NOT_IN_REPORT)


class Outcome(NamedTuple):
    """What a job's report says about one object version; ``job`` numbers the jobs that are pruned by."""

    job: int
    succeeded: bool
    code: str
    http_status: int
    message: str


def outcome_of(job: int, task: TaskResult) -> Outcome:
    """Give what remains of a row of the report."""
    return Outcome(job, task.succeeded, task.code, task.http_status, task.message)


def decide(record: FailureRecord, outcome: Outcome | None, job_created_at: str) -> Verdict:
    """Decide about one record; ``job_created_at`` is when the job of the outcome was made.

    A failure at the very moment of creation counts as a later one: what is kept needlessly is done again at the next
    run, what is removed wrongly is lost.
    """
    if outcome is None:
        return Verdict.NOT_IN_REPORT
    verdict = _by_report(record, outcome)
    if verdict.removes and record.last_failed_at >= job_created_at:
        return Verdict.FAILED_AGAIN
    return verdict


def _by_report(record: FailureRecord, outcome: Outcome) -> Verdict:
    if outcome.succeeded:
        return Verdict.SUCCEEDED
    reason = explain(outcome.code)
    if reason.already_done:
        return Verdict.ALREADY_REPLICATED
    if reason.obsolete or outcome.code in _GONE or _became_delete_marker(record, outcome):
        return Verdict.OBSOLETE
    return Verdict.FAILED


def _became_delete_marker(record: FailureRecord, outcome: Outcome) -> bool:
    """Tell whether the object gave way to a delete marker; S3 answers 405 to reading one.

    Where the delete marker itself is what failed to replicate, it is still there and waits.
    """
    return (
        outcome.code == _DELETE_MARKER
        and outcome.http_status == 405
        and record.operation is not None
        and "DELETE" not in record.operation.upper()
    )


@dataclass
class Tally:
    """Counts of verdicts, and of what remains by bucket, rule and reason; bounded by the number of rules."""

    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    remaining: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def count(self, record: FailureRecord, verdict: Verdict, outcome: Outcome | None) -> None:
        """Count one record. Of what failed in the job, the job's reason is the newer one."""
        self.verdicts[verdict] += 1
        if verdict.removes:
            return
        reason = outcome.code if verdict is Verdict.FAILED and outcome and outcome.code else record.reason
        group = (record.bucket, record.rule_id, reason)
        self.remaining[group] = self.remaining.get(group, 0) + 1

    def as_result(self) -> dict[str, Any]:
        """Give the JSON-able form that the module returns."""
        return {
            "removed": {verdict.value: self.verdicts[verdict] for verdict in REMOVING},
            "kept": {verdict.value: self.verdicts[verdict] for verdict in KEEPING},
            "remaining": list(self._told()),
        }

    def _told(self) -> Iterator[dict[str, Any]]:
        for (bucket, rule_id, code), count in sorted(self.remaining.items()):
            reason = explain(code)
            yield {
                "bucket": bucket,
                "rule_id": rule_id,
                "reason": code,
                "reason_class": reason.kind,
                "count": count,
                "cause": reason.cause,
                "remedy": reason.remedy,
            }
