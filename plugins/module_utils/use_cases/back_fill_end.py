# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Following the jobs of a back-fill to the count or to their end, all at once, and noting what is proven."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3control
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import ThrottledError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.back_fill import Note
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job, Situation, told_seconds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reasons import ALREADY_DONE, OBSOLETE, explain
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.adjust_job import Adjustment, apply_adjustment
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.back_fill_work import Task, Work, stands, write_note
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.describe_batch_jobs import explained_failures
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.report_reader import open_report
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


def follow(access: Access, task: Task, works: list[Work], patience: Patience | None, progress: Progress) -> list[Work]:
    """Look at the jobs until each is where it is wanted or time is up; without ``patience`` look once.

    Gives the works whose ``other`` job has ended: they can be begun now.
    """
    watched = list(works)
    deadline = patience.now() + patience.timeout if patience else 0.0
    begun = False
    while watched:
        each(access, watched, lambda work: _step(access, task, work))
        watched = [work for work in watched if not work.result and not _is_free(work)]
        counts = _objects(works) if task.replicate else (len(works), len(works) - len(watched), 0)
        if begun:
            progress.stand(*counts)
        elif patience:
            doing = "replicate what is older than the rules" if task.replicate else "count what is older than the rules"
            progress.begin(doing, *counts)
            begun = True
        left = deadline - patience.now() if patience else 0.0
        if left <= 0:
            break
        if watched and patience:
            patience.sleep(min(patience.delay, left))
    for work in watched:
        _leave(work, patience)
    return [work for work in works if not work.result]


def _objects(works: list[Work]) -> tuple[int | None, int, int]:
    """Count the object versions of all jobs: all (``None`` while a job does not know its own), done, and failed."""
    jobs = [job.progress for work in works if (job := work.other or work.job) and not job.found_nothing]
    known = [job.total for job in jobs if job.total is not None]
    total = sum(known) if len(known) == len(jobs) else None
    return total, sum(job.done for job in jobs), sum(job.failed for job in jobs)


def each(access: Access, works: list[Work], do: Callable[[Work], None]) -> None:
    """Do something for all works, several at once; an error is the end of its own work only."""

    def guarded(work: Work) -> None:
        try:
            do(work)
        except ToldError as error:
            work.report("failed", error.message, job_id=work.job.job_id if work.job else None)

    for _done in in_order(guarded, works, access.concurrency):
        pass


def _is_free(work: Work) -> bool:
    return bool(work.other and work.other.ended)


def _step(access: Access, task: Task, work: Work) -> None:
    """Look at the job once, and do what is to be done now."""
    seen = work.other or work.job
    if seen is None:
        return
    client = access.clients("s3control", work.region)
    try:
        job = s3control.describe_job(client, access.account, seen.job_id)
    except (ThrottledError, UnreachableError) as trouble:
        access.tell(f"Job {seen.job_id}: {trouble.message}")
        return
    if work.other:
        work.other = job
        return
    work.job = job
    if task.replicate and job.situation is Situation.UNCONFIRMED:
        work.job = apply_adjustment(client, access.account, job, Adjustment(confirm=True))
    elif job.ended:
        _settle(access, work, job)
    elif not task.replicate and stands(job) != "counting":
        work.report_job(stands(job), job, standing_told(work, job))


def _leave(work: Work, patience: Patience | None) -> None:
    """Tell where a work stands that is not at its end."""
    job = work.other or work.job
    if job is None:
        return
    msg = standing_told(work, job)
    if patience is not None:
        msg = (
            f"It had not ended after {told_seconds(patience.timeout)}. {msg}. The job goes on; run again to wait for it"
        )
    work.report_job(stands(job), job, msg, late=patience is not None)


def standing_told(work: Work, job: Job) -> str:
    """Say how far a job is that has not ended."""
    if work.other:
        return (
            f"Job {job.job_id} is at work for the rules that bucket {work.bucket} had before: {job.told}. "
            "Run again when it has ended"
        )
    status = stands(job)
    if status == "counted":
        return (
            f"{job.progress.total} object versions of bucket {work.bucket} are left behind by its rules. Job "
            f"{job.job_id} is prepared; replicate: true confirms it"
        )
    if status == "counting":
        return f"Job {job.job_id} lists what the rules of bucket {work.bucket} leave behind"
    return f"Job {job.job_id} is at work on bucket {work.bucket}: {job.told}"


# ---- the end -------------------------------------------------------------------------------------------------------


def _settle(access: Access, work: Work, job: Job) -> None:
    if job.found_nothing:
        write_note(access, work, _note(work, job, 0))
        counts = {"total": 0, "succeeded": 0, "failed": 0, "obsolete": 0}
        told = f"The rules of bucket {work.bucket} leave no object behind"
        work.report_job("nothing_to_do", job, told, **counts)
    elif job.situation is Situation.COMPLETE:
        _settle_complete(access, work, job)
    else:
        reasons = "; ".join(": ".join(filter(None, reason)) for reason in job.failure_reasons) or job.status_reason
        told = (
            f"Job {job.job_id} is {job.status} ({reasons or 'AWS names no reason'}): {job.told}. Remedy the "
            "reason and run again: a new job takes what is left"
        )
        work.report_job("failed", job, told)


def _settle_complete(access: Access, work: Work, job: Job) -> None:
    failures, failed, obsolete = [], job.progress.failed, 0
    try:
        open_report(access, job)
        failures = explained_failures(access, job)
        obsolete = sum(one["tasks"] for one in failures if explain(one["code"]).kind in (OBSOLETE, ALREADY_DONE))
        failed -= obsolete
    except ToldError as error:
        work.warnings.append(error.message)
    write_note(access, work, _note(work, job, failed))
    told = f"Job {job.job_id} has replicated {job.progress.succeeded} object versions of bucket {work.bucket}"
    if failed:
        why = "; ".join(f"{one['code']} ({one['tasks']}): {one['remedy']}" for one in failures)
        told += f"; {failed} failed"
        work.warnings.append(
            f"{failed} of {job.progress.total} object versions failed: {why or 'the report of the job tells why'} "
            "When that is remedied, run again with retry_failed: true"
        )
    work.report_job("done", job, told, failed=failed, obsolete=obsolete, failures=failures)


def _note(work: Work, job: Job, failed: int) -> Note:
    return Note(
        work.bucket,
        work.rules,
        job.job_id,
        job.ended_at,
        work.statuses,
        job.progress.total or 0,
        job.progress.succeeded,
        failed,
    )
