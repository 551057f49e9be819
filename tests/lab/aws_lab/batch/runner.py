# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries jobs through their states: a background task for each job, one function for each state.

S3 User Guide, "Tracking job status and completion reports": the states and what moves a job on; "Assigning job
priority": of the jobs that want to run, those of the highest priority do, a running one of lower priority is paused.
"""
from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from aws_lab import clock, faults, iam, settings
from aws_lab.batch import authorize, files, preparing, report, tasks
from aws_lab.batch.model import LONGEST_SUSPENSION, Job, JobFailure, Status, to_run
from aws_lab.batch.pulse import Pulse
from aws_lab.batch.registry import jobs

LOG = logging.getLogger(__name__)
_SLICE = 0.004  # seconds of work after which requests get their turn
_REPORT_HEADERS = {"x-amz-server-side-encryption": "AES256"}  # always SSE-S3, whatever the bucket's default
_REPORT_LOST = "The job report could not be written to your report bucket. Please check your permissions."

pulse = Pulse()
_running: dict[str, asyncio.Task[None]] = {}


def start(job: Job) -> None:
    """Begin a new job."""
    job.changed = pulse.beat
    task = asyncio.get_running_loop().create_task(_drive(job))
    _running[job.id] = task
    task.add_done_callback(lambda _: _running.pop(job.id, None))


async def idle() -> None:
    """Wait until every job has ended or waits for confirmation."""
    await pulse.until(lambda: all(job.has_ended or job.status is Status.SUSPENDED for job in jobs.all()))


async def reset() -> None:
    """Stop all jobs and forget them."""
    stopped = list(_running.values())
    for task in stopped:
        task.cancel()
    await asyncio.gather(*stopped, return_exceptions=True)
    jobs.clear()
    pulse.beat()


async def _drive(job: Job) -> None:
    try:
        while not job.has_ended:
            await _STEPS[job.status](job)
    except Exception as error:
        LOG.exception("job %s broke the lab", job.id)
        job.failures.append(JobFailure("InternalError", f"the lab has a bug: {error}"))
        job.status = Status.FAILING  # not by `move`: from wherever it was
        job.move(Status.FAILED, clock.now())


async def _stays(job: Job) -> bool:
    """Let the state be seen for a while; False when something else has moved the job on."""
    status = job.status
    await pulse.until(lambda: job.status is not status, clock.now() + settings.get().batch_state_delay)
    return job.status is status


def _fail(job: Job, failure: JobFailure) -> None:
    job.failures.append(failure)
    job.move(Status.FAILING, clock.now())


# ---- the states


async def _new(job: Job) -> None:
    if await _stays(job):
        job.move(Status.PREPARING, clock.now())


async def _preparing(job: Job) -> None:
    if not await _stays(job):
        return
    try:
        job.rows = preparing.rows(job)
    except JobFailure as failure:
        _fail(job, failure)
        return
    job.move(Status.SUSPENDED if job.request.get("ConfirmationRequired") else Status.READY, clock.now())


async def _suspended(job: Job) -> None:
    deadline = (job.suspended_at or 0) + LONGEST_SUSPENSION
    if not await pulse.until(lambda: job.status is not Status.SUSPENDED, deadline):
        _fail(job, JobFailure("JobExpired", "The job was not confirmed within 30 days."))


async def _ready(job: Job) -> None:
    if await _stays(job):
        await _until_it_may_run(job)


async def _paused(job: Job) -> None:
    await _until_it_may_run(job)


async def _until_it_may_run(job: Job) -> None:
    status = job.status
    await pulse.until(lambda: job.status is not status or _may_run(job))
    if job.status is status:
        job.move(Status.ACTIVE, clock.now())


async def _active(job: Job) -> None:
    if not await _stays(job):
        return
    session = authorize.session(job)
    began, done_before = clock.now(), len(job.outcomes)
    slice_began = time.monotonic()
    while job.status is Status.ACTIVE and len(job.outcomes) < len(job.rows or []):
        if not _may_run(job):
            job.move(Status.PAUSING, clock.now())
            return
        await _wait_for_turn(job, began, len(job.outcomes) - done_before)
        if job.status is Status.ACTIVE:
            await _run_next(job, session)
        if time.monotonic() - slice_began > _SLICE:
            await asyncio.sleep(0)
            slice_began, session = time.monotonic(), authorize.session(job)
    if job.status is Status.ACTIVE:
        job.move(Status.COMPLETING, clock.now())


async def _pausing(job: Job) -> None:
    if await _stays(job):
        job.move(Status.PAUSED, clock.now())


async def _completing(job: Job) -> None:
    if not await _stays(job):
        return
    lost = _write_report(job)
    if lost is None:
        job.move(Status.COMPLETE, clock.now())
    elif settings.get().batch_report_failure_status == Status.COMPLETE:
        job.failures.append(lost)
        job.move(Status.COMPLETE, clock.now())
    else:
        _fail(job, lost)


async def _failing(job: Job) -> None:
    await _end(job, Status.FAILED)


async def _cancelling(job: Job) -> None:
    await _end(job, Status.CANCELLED)


async def _end(job: Job, status: Status) -> None:
    if not await _stays(job):
        return
    lost = None if any(failure.reason == _REPORT_LOST for failure in job.failures) else _write_report(job)
    if lost is not None:
        job.failures.append(lost)
    job.move(status, clock.now())


# ---- parts of them


def _may_run(job: Job) -> bool:
    return job in to_run(jobs.of_account(job.account), settings.get().batch_active_jobs)


async def _wait_for_turn(job: Job, began: float, run_since: int) -> None:
    """Keep to the rate of tasks, and wait while the job's Region is away."""
    rate = settings.get().batch_task_rate
    if rate > 0:
        await pulse.until(lambda: job.status is not Status.ACTIVE, began + run_since / rate)
    while faults.region_down(job.region) and job.status is Status.ACTIVE:
        await pulse.until(lambda: job.status is not Status.ACTIVE, clock.now() + 0.05)


async def _run_next(job: Job, session: iam.Session) -> None:
    row = (job.rows or [])[len(job.outcomes)]
    assumable = authorize.role_is_assumable(job.account, job.role, job.arn)
    job.add(await tasks.run(job, row, session, role_is_assumable=assumable))
    if job.over_threshold() and job.status is Status.ACTIVE:
        _fail(job, JobFailure("FailureThresholdExceeded", "Job failure rate is above 50%"))


def _write_report(job: Job) -> JobFailure | None:
    """Write the report if there is one to write; what to tell when that fails."""
    wanted = job.request["Report"]
    if not wanted["Enabled"] or not job.outcomes:
        return None
    session = authorize.session(job)
    bucket = files.split_arn(wanted["Bucket"])[0]
    order = settings.get().batch_report_order
    try:
        for key, content in report.objects(job.id, wanted, job.outcomes, clock.now(), order):
            files.write(session, bucket, key, content, _REPORT_HEADERS, wanted.get("ExpectedBucketOwner"))
    except files.AccessRefused as refused:
        return JobFailure(refused.code, _REPORT_LOST)
    return None


_STEPS: dict[Status, Callable[[Job], Awaitable[None]]] = {
    Status.NEW: _new, Status.PREPARING: _preparing, Status.SUSPENDED: _suspended, Status.READY: _ready,
    Status.ACTIVE: _active, Status.PAUSING: _pausing, Status.PAUSED: _paused, Status.COMPLETING: _completing,
    Status.FAILING: _failing, Status.CANCELLING: _cancelling,
}  # fmt: skip
