# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the jobs that are there answers a request by its identity; and whether the answer is worth anything.

Failure records give the same identity until the ledger is pruned by their job's report. A report that is missing or
broken would bring the same job back for ever; such a job answers nothing, and the next attempt is due.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import closing
from typing import Any, NamedTuple

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3control
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import purpose, standing
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.manifest_spool import ManifestSpool
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.report_intake import why_useless


class Answer(NamedTuple):
    """``job`` is at work or has done it all before (``finished``); ``None``: a new one, this ``attempt``, is due."""

    job: Job | None
    finished: bool
    attempt: int
    warnings: list[str]


def answer_to(
    access: Access, client: Any, bucket: str, base: str, ours: Iterable[Job], spool: ManifestSpool | None
) -> Answer:
    """Find the job of ``ours`` that answers the request ``base``, described.

    ``spool`` holds the failure records that are to be done away with: then a job that completed answers only if its
    report can prove anything about them. A report that can't be read now leaves that open, which is a warning.
    """
    same = [_with_reasons(access, client, job) for job in ours if (of_job := purpose(job)) and of_job.base == base]
    useless: dict[str, str] = {}
    while True:
        found = standing(same, bucket, base, useless)
        if found.job is None:
            warnings = [*useless.values(), *_unpruned(same, useless)] if spool else []
            return Answer(None, finished=False, attempt=found.attempt, warnings=warnings)
        job, unknown = described(access, client, found.job), []
        if found.finished and spool:
            try:
                with closing(spool.versions()) as versions:
                    why = why_useless(access, job, versions)
            except AwsError as error:
                why = None
                unknown = [f"Whether the report of job {job.job_id} proves anything is not known: {error.message}"]
            if why:
                useless[job.job_id] = f"{why}. It proves nothing, so that a new job takes the same failure records"
                continue
        return Answer(job, found.finished, attempt=0, warnings=unknown)


def _unpruned(same: list[Job], useless: Collection[str]) -> list[str]:
    # Had the ledger been pruned by such a job's report, its records would make another identity.
    return [
        f"Job {job.job_id} ended as {job.status} after doing a part ({job.told}) of what is done now, and "
        + (
            "its report could not be written: what it did is done once more"
            if job.report_lost
            else "the ledger was not pruned by its report. Prune it by that job, too, with replication_failure_prune"
        )
        for job in same
        if job.progress.done and job.job_id not in useless
    ]


def _with_reasons(access: Access, client: Any, job: Job) -> Job:
    # ListJobs does not say why a job failed, and one that found nothing to do has failed only by name.
    return described(access, client, job) if job.status == "Failed" else job


def described(access: Access, client: Any, job: Job) -> Job:
    """Give all that DescribeJob says of a job that was listed."""
    return s3control.describe_job(client, access.account, job.job_id)
