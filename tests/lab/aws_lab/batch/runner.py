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

from aws_lab import clock, faults, settings
from aws_lab.batch import authorize, files, preparing, report, tasks
from aws_lab.batch.model import LONGEST_SUSPENSION, Job, JobFailure, Outcome, Status, to_run
from aws_lab.batch.pulse import Pulse
from aws_lab.batch.registry import jobs

LOG = logging.getLogger(__name__)
_SLICE = 0.02  # seconds for which permissions, once read, hold
_POLL = 0.05
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
    began, run_before = clock.now(), len(job.outcomes)
    while job.status is Status.ACTIVE and job.tasks_left:
        if not _may_run(job):
            job.move(Status.PAUSING, clock.now())
            return
        await _run_some(job, await _tasks_due(job, began, len(job.outcomes) - run_before))
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


async def _tasks_due(job: Job, began: float, run_since: int) -> int:
    """How many tasks may run now; waits for the next one at the set rate, and while the job's Region is away."""
    rate = settings.get().batch_task_rate
    if rate > 0:
        await pulse.until(lambda: job.status is not Status.ACTIVE, began + (run_since + 1) / rate)
    while faults.region_down(job.region) and job.status is Status.ACTIVE:
        await pulse.until(lambda: job.status is not Status.ACTIVE, clock.now() + _POLL)
    if rate <= 0:
        return job.tasks_left
    return min(job.tasks_left, max(1, int((clock.now() - began) * rate) - run_since))


async def _run_some(job: Job, count: int) -> None:
    """Run so many tasks, or as many as fit into a slice of time, with the permissions of this moment."""
    session = authorize.session(job)
    assumable = authorize.role_is_assumable(job.account, job.role, job.arn)
    ends = time.monotonic() + _SLICE
    while count > 0 and job.status is Status.ACTIVE:
        attempt = asyncio.ensure_future(tasks.run(job, job.next_row, session, role_is_assumable=assumable))
        await asyncio.sleep(0)  # mostly enough for the task, and requests get their turn
        if not attempt.done() and not await _done_while_active(job, attempt):
            return
        job.add(attempt.result())
        if job.over_threshold() and job.status is Status.ACTIVE:
            _fail(job, JobFailure("FailureThresholdExceeded", "Job failure rate is above 50%"))
        count -= 1
        if time.monotonic() > ends:
            return


async def _done_while_active(job: Job, attempt: asyncio.Future[Outcome]) -> bool:
    """Wait for a task that something holds up, such as a Region that is away; give it up when the job is cancelled."""
    attempt.add_done_callback(lambda _: pulse.beat())
    try:
        await pulse.until(lambda: attempt.done() or job.status is not Status.ACTIVE)
        return attempt.done()
    finally:
        attempt.cancel()  # does nothing to one that is done


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
