# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding out whether a Batch Replication job has to be made, and which. Nothing is changed here."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3control
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.generator_filter import ENCRYPTION_FILTER, build_filters
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import (
    Generator,
    JobOptions,
    busy_job,
    client_token,
    description_problem,
    identity,
    manifest_content,
    purpose,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import ManifestFile
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.selection import Selection
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import ledger_reader
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.adjust_job import (
    Adjustment,
    Wish,
    plan_adjustment,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.batch_checks import Checks
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.job_standing import answer_to, described
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.manifest_spool import ManifestSpool


class Action(enum.Enum):
    """What the plan comes to."""

    CREATE = "create"
    ADOPT = "adopt"
    DONE_BEFORE = "done_before"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Located:
    """The source bucket, where it is, and what the job's manifest comes from (``None``: from the spool)."""

    bucket: str
    region: str
    source: ManifestFile | Generator | None = None


class Origin(Protocol):
    """What a job takes its objects from."""

    @property
    def kind(self) -> str:
        """``failures``, ``manifest`` or ``generator``, as it stands in the job's description."""

    def locate(self, checks: Checks, options: JobOptions) -> Located | None:
        """Look at what is given; problems go to ``checks``."""


@dataclass(frozen=True)
class FromFailures:
    """The failure records of one bucket that ``selection`` names."""

    table: str
    selection: Selection
    kind: str = "failures"

    def locate(self, checks: Checks, options: JobOptions) -> Located | None:
        """Look at the source bucket and the manifest bucket."""
        bucket = self.selection.bucket or ""
        region = checks.bucket_region("from_failures.bucket", bucket)
        if options.manifest_bucket is not None:
            checks.bucket_region("manifest_bucket", options.manifest_bucket)
        return Located(bucket, region) if region else None


@dataclass(frozen=True)
class FromManifest:
    """A manifest that the user brings."""

    file: ManifestFile
    kind: str = "manifest"

    def locate(self, checks: Checks, options: JobOptions) -> Located | None:
        """Look at the manifest, and at the source bucket that it names."""
        file, bucket = checks.manifest(self.file)
        if bucket is None:
            return None
        region = checks.bucket_region("the manifest's source bucket", bucket)
        return Located(bucket, region, file) if region else None


@dataclass(frozen=True)
class FromGenerator:
    """All objects of ``bucket`` that pass the filters; S3 makes the manifest."""

    bucket: str
    asked: Mapping[str, Any]
    kind: str = "generator"

    def locate(self, checks: Checks, options: JobOptions) -> Located | None:
        """Look at the filters, the source bucket, and where the manifest goes."""
        filters, problems = build_filters(self.asked)
        checks.problems += [f"from_generator: {problem}" for problem in problems]
        region = checks.bucket_region("from_generator.bucket", self.bucket)
        if options.manifest_bucket is not None:
            output_region = checks.bucket_region("manifest_bucket", options.manifest_bucket)
            checks.same_region("manifest_bucket", options.manifest_bucket, output_region, self.bucket, region)
        if region and ENCRYPTION_FILTER in filters:
            checks.encryption_filter(region)
        generator = Generator(filters, options.manifest_bucket, options.manifest_prefix)
        return Located(self.bucket, region, generator) if region else None


@dataclass
class JobPlan:
    """What is to be done. ``job`` is the one that answers the request, if there is one already.

    ``at_work``: all jobs that this collection made for the bucket, for whatever reason, and that have not ended.
    """

    action: Action
    kind: str
    located: Located
    token: str = ""
    job: Job | None = None
    adjustment: Adjustment = field(default_factory=Adjustment)
    missing_notes: int = 0
    warnings: list[str] = field(default_factory=list)
    at_work: list[Job] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether applying the plan changes anything."""
        return self.action is Action.CREATE or self.adjustment.changes or self.missing_notes > 0


def make_plan(access: Access, origin: Origin, options: JobOptions, spool: ManifestSpool, wait: bool) -> JobPlan:
    """Check everything, read what is there, decide. Raises :class:`RefusedError` with all problems at once."""
    checks = Checks(access)
    located = _checked(checks, origin, options, wait)
    client = access.clients("s3control", located.region)
    ours = [job for job in s3control.list_jobs(client, access.account) if _is_for(job, located.bucket)]
    if isinstance(origin, FromFailures):
        plan = _plan_failures(access, client, origin, located, options, spool, ours)
    else:
        content = _content(located)
        plan = _plan_by_identity(access, client, origin.kind, located, content, options, ours, None)
    plan.warnings = checks.warnings + plan.warnings
    plan.at_work = [job for job in ours if not job.ended]
    return plan


def _checked(checks: Checks, origin: Origin, options: JobOptions, wait: bool) -> Located:
    checks.options(options)
    located = origin.locate(checks, options)
    if wait and options.confirmation_required:
        checks.problems.append(
            "wait does not go with confirmation_required: the job would wait for a person. Make it without wait, "
            "confirm it, then wait for it with job_id"
        )
    if located is not None:
        problem = description_problem(located.bucket, origin.kind, options.description)
        checks.problems += [problem] if problem else []
    if checks.problems or located is None:
        raise RefusedError("The Batch Replication job can't be made", checks.problems)
    return located


def _is_for(job: Job, bucket: str) -> bool:
    ours = purpose(job)
    return ours is not None and ours.bucket == bucket


def _content(located: Located) -> Any:
    source = located.source
    if isinstance(source, ManifestFile):
        return manifest_content(source)
    return dict(source.filters) if source else {}


def _plan_failures(
    access: Access,
    client: Any,
    origin: FromFailures,
    located: Located,
    options: JobOptions,
    spool: ManifestSpool,
    ours: list[Job],
) -> JobPlan:
    selection = origin.selection.for_a_job()
    records = ledger_reader.read(access.clients("dynamodb"), origin.table, selection, access.concurrency)
    spool.fill(records)
    busy = busy_job(ours, located.bucket) or _unlisted_taker(access, client, spool, located.bucket, ours)
    base = identity(located.bucket, origin.kind, spool.digest, options)
    if busy is None and spool.objects == 0:
        return JobPlan(Action.NOTHING, origin.kind, located)
    if busy is None:
        return _plan_by_identity(access, client, origin.kind, located, spool.digest, options, ours, spool)
    plan = _adopt(origin.kind, located, described(access, client, busy), options)
    of_job = purpose(busy)
    if of_job and of_job.base == base:
        # A run that was killed between making the job and noting it left this to do.
        plan.missing_notes = spool.missing_notes(busy.job_id)
    else:
        plan.warnings.append(
            f"Job {busy.job_id} is already at work on failure records of bucket {located.bucket}, but was made from "
            "another selection or at another time. Records that it does not hold remain for the next run"
        )
    return plan


def _unlisted_taker(access: Access, client: Any, spool: ManifestSpool, bucket: str, ours: Iterable[Job]) -> Job | None:
    """Find a job that the ledger knows and ListJobs does not show yet."""
    listed = {job.job_id for job in ours}
    for job_id in spool.takers:
        if job_id in listed:
            continue
        try:
            job = s3control.describe_job(client, access.account, job_id)
        except MissingError:
            continue
        if _is_for(job, bucket) and not job.ended:
            return job
    return None


def _adopt(kind: str, located: Located, job: Job, options: JobOptions) -> JobPlan:
    wish = Wish(options.priority, options.confirmation_required)
    return JobPlan(Action.ADOPT, kind, located, job=job, adjustment=plan_adjustment(job, wish))


def _plan_by_identity(
    access: Access,
    client: Any,
    kind: str,
    located: Located,
    content: Any,
    options: JobOptions,
    ours: list[Job],
    spool: ManifestSpool | None,
) -> JobPlan:
    """Take the job that answers the request, or make the attempt that is due."""
    base = identity(located.bucket, kind, content, options)
    answer = answer_to(access, client, located.bucket, base, ours, spool)
    if answer.job is None:
        token = client_token(base, answer.attempt)
        return JobPlan(Action.CREATE, kind, located, token=token, warnings=answer.warnings)
    if answer.finished:
        return JobPlan(Action.DONE_BEFORE, kind, located, job=answer.job, warnings=answer.warnings)
    return _adopt(kind, located, answer.job, options)
