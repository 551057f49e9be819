# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs as they are: one by its id, or those of a Region; on request with what their reports say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3control
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_bucket import head_bucket
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import purpose
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reasons import explain
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.report_reader import open_report, read_tasks


def describe_one(access: Access, job_id: str, bucket: str | None, report: bool, report_limit: int) -> Outcome:
    """Describe one job. Raises :class:`MissingError` for an unknown one, :class:`ReportError` for a broken report."""
    client = access.clients("s3control", _region(access, bucket))
    job = s3control.describe_job(client, access.account, job_id)
    told = job.as_result()
    if report:
        told["report"] = {**told["report"], **_report(access, job, report_limit)}
    return Outcome(changed=False, results={"jobs": [told]})


def list_all(access: Access, bucket: str | None, statuses: Sequence[str]) -> Outcome:
    """List the replication jobs of a Region; with ``bucket`` those that this collection made for it."""
    client = access.clients("s3control", _region(access, bucket))
    jobs = s3control.list_jobs(client, access.account, statuses)
    return Outcome(changed=False, results={"jobs": [job.as_result() for job in jobs if _wanted(job, bucket)]})


def _region(access: Access, bucket: str | None) -> str | None:
    return head_bucket(access.clients("s3"), bucket, access.account) if bucket else None


def _wanted(job: Job, bucket: str | None) -> bool:
    if bucket is None:
        return True
    ours = purpose(job)
    return ours is not None and ours.bucket == bucket


def _report(access: Access, job: Job, limit: int) -> dict[str, Any]:
    """Count the failed tasks by code, and give the first ``limit`` of them; ``None`` while there is no report yet."""
    if not job.ended:
        return {"codes": None, "failed_tasks": None}
    if job.progress.failed == 0:
        return {"codes": [], "failed_tasks": []}
    codes: Counter[str] = Counter()
    tasks: list[dict[str, Any]] = []
    for task in read_tasks(access, open_report(access, job), only_failed=True):
        if task.succeeded:
            continue
        codes[task.code] += 1
        if len(tasks) < limit:
            tasks.append({"bucket": task.version.bucket, **task.as_result()})
    return {"codes": [_explained(code, count) for code, count in codes.most_common()], "failed_tasks": tasks}


def explained_failures(access: Access, job: Job) -> list[dict[str, Any]]:
    """Give what the report of a job that has ended says of failed tasks: ``code``, ``tasks``, ``cause``, ``remedy``.

    The most frequent come first. Raises :class:`ReportError` for a report that is missing or broken.
    """
    codes: list[dict[str, Any]] = _report(access, job, 0)["codes"]
    return codes


def _explained(code: str, count: int) -> dict[str, Any]:
    reason = explain(code)
    return {"code": code, "tasks": count, "cause": reason.cause, "remedy": reason.remedy}
