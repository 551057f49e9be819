# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of one failed replication.

A failure *event* is one thing that S3 said once. A failure *record* is everything known of one (source bucket, rule,
key, version, destination): all its events and what Batch jobs did with it, folded. Times are text in UTC of the fixed
form ``2024-09-05T21:04:32.527Z``, so that comparing texts compares times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NULL_VERSION = "null"
"""The version id of objects written before versioning was enabled (S3 User Guide, "Working with null versions")."""

UNSPECIFIED_REASON = "Unspecified"
"""Stands for the reason of a failure event that names none."""


TAKEN = "taken"
"""The status of a note, and of its record: this job has taken the record, and what it did is not noted yet."""

PENDING, FAILED, FAILED_AGAIN = "pending", "failed", "failed_again"
STATUSES = (PENDING, TAKEN, FAILED, FAILED_AGAIN)
"""What is known of remediation: no job has had to do with the record; one has taken it; the last one could not do it
either; the last one was done with it, and it failed again since that job was made (or it would be gone)."""


@dataclass(frozen=True, slots=True)
class FailureEvent:
    """One failure of one object version under one rule towards one destination.

    ``object_key`` is decoded; ``destination`` is a bucket name (the text of the event where it is no bucket ARN);
    ``size`` is in bytes. ``size``, ``etag``, ``sequencer``, ``requested_at`` and ``region`` may be unknown (None).
    """

    bucket: str
    rule_id: str
    object_key: str
    version_id: str
    destination: str
    reason: str
    failed_at: str
    event_name: str
    operation: str | None = None
    requested_at: str | None = None
    size: int | None = None
    etag: str | None = None
    sequencer: str | None = None
    region: str | None = None
    source: str = "event"


@dataclass(frozen=True, slots=True)
class JobNote:
    """What a Batch job did with a record: ``status`` is ``taken``, ``succeeded`` or ``failed``."""

    job_id: str
    status: str
    at: str
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """All events of one (bucket, rule, key, version, destination) folded.

    ``failures`` counts events; ``reason`` and what follows it are those of the newest event; ``job`` is the newest
    note. Fields from ``operation`` on are None where they are unknown or were not read (see ``ledger.BRIEF``).
    """

    bucket: str
    rule_id: str
    object_key: str
    version_id: str
    destination: str
    reason: str
    first_failed_at: str
    last_failed_at: str
    failures: int
    job: JobNote | None = None
    operation: str | None = None
    requested_at: str | None = None
    size: int | None = None
    etag: str | None = None
    region: str | None = None
    source: str | None = None

    @property
    def status(self) -> str:
        """One of ``STATUSES``."""
        if self.job is None:
            return PENDING
        return self.job.status if self.job.status in (TAKEN, FAILED) else FAILED_AGAIN

    def as_result(self) -> dict[str, Any]:
        """Give the record as modules return it."""
        job = self.job
        return {
            "bucket": self.bucket,
            "rule_id": self.rule_id,
            "key": self.object_key,
            "version_id": self.version_id,
            "destination": self.destination,
            "reason": self.reason,
            "first_failed_at": self.first_failed_at,
            "last_failed_at": self.last_failed_at,
            "failures": self.failures,
            "operation": self.operation,
            "requested_at": self.requested_at,
            "size": self.size,
            "etag": self.etag,
            "region": self.region,
            "source": self.source,
            "status": self.status,
            "job_id": job.job_id if job else None,
            "job_status": job.status if job else None,
            "job_at": job.at if job else None,
            "job_code": job.code if job else None,
            "job_message": job.message if job else None,
        }
