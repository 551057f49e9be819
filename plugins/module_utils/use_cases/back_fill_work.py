# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a back-fill is asked for, the way of one bucket through it, and its note in the report bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_objects
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import back_fill as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.back_fill import Note, NoteError, RuleSet
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job, Situation
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import JobOptions
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.job_plan import JobPlan

# A rule set has at most 1,000 rules.
_NOTE_BYTES = 4 * 1024 * 1024
_PREPARING = ("New", "Preparing")


@dataclass(frozen=True)
class Task:
    """What is asked for.

    ``sources``: options of the job by source bucket. ``replicate`` false only counts. ``statuses``: replication
    statuses to take, ``None`` for what the rules leave behind. ``note_prefix``: where notes lie in the report bucket.
    """

    sources: Mapping[str, JobOptions]
    replicate: bool = False
    force: bool = False
    retry_failed: bool = False
    statuses: tuple[str, ...] | None = None
    note_prefix: str = domain.DESCRIPTION


@dataclass
class Work:
    """One source bucket on its way. ``result`` is filled when nothing is left to do for it in this run.

    ``job`` is the one that does it; ``other`` is one that was made for earlier rules and is still at work.
    """

    bucket: str
    options: JobOptions
    note_key: str
    rules: RuleSet = ()
    statuses: tuple[str, ...] = ()
    plan: JobPlan | None = None
    job: Job | None = None
    other: Job | None = None
    changed: bool = False
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The Region of the source bucket and its job; ``""`` before it is known."""
        return self.plan.located.region if self.plan else ""

    @property
    def note_place(self) -> str:
        """Where the note is, or will be."""
        return f"s3://{self.options.report_bucket}/{self.note_key}"

    def report(self, status: str, msg: str, **facts: Any) -> None:
        """Fill the result."""
        self.result = {
            "bucket": self.bucket,
            "region": self.region or None,
            "rule_set": domain.digest(self.rules),
            "destinations": domain.destinations(self.rules),
            "statuses": list(self.statuses),
            "status": status,
            "job_id": None,
            "total": None,
            "succeeded": None,
            "failed": None,
            "obsolete": None,
            "failures": [],
            "note": self.note_place,
            "msg": msg,
            **facts,
        }

    def report_job(self, status: str, job: Job, msg: str, **facts: Any) -> None:
        """Fill the result with what is known of a job."""
        counts = {
            "job_id": job.job_id,
            "total": job.progress.total,
            "succeeded": job.progress.succeeded,
            "failed": job.progress.failed,
        }
        self.report(status, msg, **{**counts, **facts})


def stands(job: Job) -> str:
    """Give the status of a back-fill whose job has not ended: ``counting``, ``counted`` or ``running``."""
    if job.situation is Situation.UNCONFIRMED:
        return "counted"
    return "counting" if job.confirmation_required and job.status in _PREPARING else "running"


def read_note(access: Access, work: Work) -> Note | None:
    """Read the note of a bucket; ``None`` when there is none. Raises :class:`NoteError`, :class:`AwsError`."""
    client, place = access.clients("s3"), work.note_place
    try:
        content = s3_objects.read_object(client, work.options.report_bucket, work.note_key, access.account, _NOTE_BYTES)
        return domain.read_note(content, work.bucket)
    except MissingError as error:
        if error.code == "NoSuchBucket":
            raise
        return None
    except NoteError as error:
        raise NoteError(f"{place}: {error.message}. Give another note_prefix, or remove the object") from error


def write_note(access: Access, work: Work, note: Note) -> None:
    """Write the note of a bucket, and warn when a lifecycle rule would remove it."""
    client = access.clients("s3")
    bucket = work.options.report_bucket
    expiry = s3_objects.put_document(client, bucket, work.note_key, note.as_bytes(), access.account)
    work.changed = True
    if expiry:
        work.warnings.append(
            f"the note {work.note_place} says that the back-fill was done, and a lifecycle rule will remove it "
            f"({expiry}); after that it would be done again. Limit the rule to prefixes of job files"
        )
