# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a job's whole report says, taken in and held against what AWS counts; and whether it proves anything at all.

Pruning and the making of jobs ask the same question here, so that a report which pruning refuses never keeps a new
job from being made.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import ObjectVersion
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report import ReportError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report_advice import after_useless_report
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.report_index import ReportIndex
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.report_reader import (
    open_report,
    read_manifest,
    read_tasks,
)


def why_useless(access: Access, job: Job, versions: Iterable[ObjectVersion]) -> str | None:
    """Say why nothing can ever be concluded about ``versions`` from the report of a job that completed.

    ``None`` when something can. A report that only can't be read now is not known to be useless: raises
    :class:`AwsError`.
    """
    with ReportIndex(access.folder) as index:
        try:
            take_in(access, index, 0, job)
        except ReportError as error:
            return error.fact
        if any(index.outcome(version) for version in versions):
            return None
    return f"The report of job {job.job_id} names none of the object versions that the job was made for"


def take_in(access: Access, index: ReportIndex, number: int, job: Job) -> list[str]:
    """Take a whole report in; gives warnings. Raises :class:`ReportError` when nothing may be concluded from it."""
    if job.progress.done == 0:
        return [f"Job {job.job_id} is {job.status} and ran no task: it has no report, and proves nothing"]
    if job.report.get("scope") == "failed_tasks_only":
        return _take_in_failed_only(access, index, number, job)
    report = open_report(access, job)
    succeeded, failed, unversioned = index.add(number, read_tasks(access, report))
    if succeeded + failed == 0:
        raise ReportError(
            f"The report of job {job.job_id} at {report.place} can't be used: its files have no row where AWS counts "
            f"{job.progress.done} tasks",
            after_useless_report(job),
        )
    warnings = []
    if (succeeded, failed) != (job.progress.succeeded, job.progress.failed):
        warnings.append(
            f"The report of job {job.job_id} has {succeeded} succeeded and {failed} failed tasks where AWS counts "
            f"{job.progress.succeeded} and {job.progress.failed}; records of objects that it does not name are kept"
        )
    if unversioned:
        warnings.append(
            f"The report of job {job.job_id} names no version in {unversioned} rows; they prove nothing. Make jobs "
            "from manifests with version ids"
        )
    return warnings


def _take_in_failed_only(access: Access, index: ReportIndex, number: int, job: Job) -> list[str]:
    """What is in the manifest and not in the report has succeeded, if and only if every task ran and all add up."""
    told = f"Job {job.job_id} has a report of failed tasks only"
    if job.status != "Complete":
        raise ReportError(
            f"{told} and is {job.status}: an object that is not in the report may have failed to be tried",
            "Nothing was concluded from it. Run it again with report_scope all_tasks",
        )
    failed = 0
    if job.progress.failed:
        _succeeded, failed, _unversioned = index.add(number, read_tasks(access, open_report(access, job)))
    if failed != job.progress.failed:
        fact = f"{told}, and it has {failed} of {job.progress.failed} failed tasks: it is half written"
        raise ReportError(fact, after_useless_report(job))
    named = index.imply_success(number, read_manifest(access, job))
    if named != job.progress.total:
        fact = f"{told}, and its manifest has {named} rows where AWS counts {job.progress.total} tasks"
        raise ReportError(fact, after_useless_report(job))
    return []
