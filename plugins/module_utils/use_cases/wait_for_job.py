# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a job, with a deadline, and telling its possible ends apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3control
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import (
    AwsError,
    MissingError,
    ThrottledError,
    UnreachableError,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job, Situation, told_seconds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report_advice import report_remedy
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

# API reference, CreateJob: a job may not be known to other calls at once.
_YOUNG, _YOUNG_DELAY = 60.0, 1.0
_LONGEST_PAUSE = 300.0


class JobEndError(ToldError):
    """The job came to an end, or to a halt, that is not the one waited for."""


@dataclass
class _Watch:
    """What was last seen of a job, and what came in the way of looking."""

    job: Job | None = None
    trouble: AwsError | None = None


def describe_young(client: Any, account: str, job_id: str, patience: Patience) -> Job:
    """DescribeJob of a job that was made a moment ago. Its being unknown counts only after a minute."""
    deadline = patience.now() + _YOUNG
    while True:
        try:
            return s3control.describe_job(client, account, job_id)
        except MissingError:
            if patience.now() >= deadline:
                raise
            patience.sleep(_YOUNG_DELAY)


def wait_for_job(client: Any, account: str, job_id: str, patience: Patience, tell: Callable[[str], None]) -> Job:
    """Poll until the job has ended or stands still for want of a confirmation; ``tell`` gets a line each time.

    Throttling doubles the pause, a Region out of reach is tried again: neither ends the wait before its deadline.
    Raises :class:`DeadlineError` that says where the job stood, :class:`AwsError` for what no patience helps.
    """
    watch = _Watch()
    deadline, pause = patience.now() + patience.timeout, patience.delay
    while True:
        try:
            watch.job, watch.trouble, pause = s3control.describe_job(client, account, job_id), None, patience.delay
            tell(f"Job {job_id} is {watch.job.status}: {watch.job.told}")
        except (ThrottledError, UnreachableError) as trouble:
            watch.trouble, pause = trouble, min(max(pause, 1.0) * 2, _LONGEST_PAUSE)
            tell(f"Job {job_id}: {trouble.message}")
        if watch.job and (watch.job.ended or watch.job.situation is Situation.UNCONFIRMED):
            return watch.job
        left = deadline - patience.now()
        if left <= 0:
            raise _out_of_time(job_id, watch, patience.timeout)
        patience.sleep(min(pause, left))


def _out_of_time(job_id: str, watch: _Watch, timeout: float) -> DeadlineError:
    job = watch.job
    message = f"Job {job_id} had not ended after {told_seconds(timeout)}"
    if job is None:
        return DeadlineError(f"{message}; nothing could be learnt of it: {watch.trouble}", job_id=job_id)
    message += f": it is {job.status}, {job.told}. "
    if job.situation is Situation.PAUSED:
        message += "It is paused behind jobs of higher priority: raise its priority, or wait for them. "
    message += f"The job goes on; wait for it again with job_id {job_id} and a longer wait_timeout"
    return DeadlineError(message, job_id=job_id, job=job.as_result())


def refuse_bad_end(job: Job) -> None:
    """Raise :class:`JobEndError` unless the job completed, or its generator found nothing to do.

    Tasks that failed do not make a completed job a failure: they are counted, and the report says why.
    """
    told = _end_told(job)
    if told:
        end, todo = f"Job {job.job_id} {told[0]}", told[1]
        raise JobEndError(f"{end}. {todo}", job_id=job.job_id, job=job.as_result(), end=end)


def _end_told(job: Job) -> tuple[str, str] | None:
    """Say how the job ended, and what to do about it; ``None`` for a good end."""
    if job.situation is Situation.UNCONFIRMED:
        cause = f" ({job.suspended_cause})" if job.suspended_cause else ""
        return (
            f"is suspended until somebody confirms it{cause}",
            f"Confirm it with job_id: {job.job_id} and confirmation_required: false, or cancel it with state: "
            "cancelled. AWS fails it after 30 days",
        )
    if job.situation is Situation.CANCELLED:
        reason = f" ({job.status_reason})" if job.status_reason else ""
        return f"was cancelled by somebody else{reason}: {job.told}", _after_bad_end(job, "")
    if job.situation is Situation.FAILED and not job.found_nothing:
        return f"failed ({job.reasons or 'AWS names no reason'}): {job.told}", _after_bad_end(job, "remedy")
    return None


def _after_bad_end(job: Job, remedy: str) -> str:
    """Say what to do; ``remedy`` is the verb for a reason that has to go first, if there is one."""
    if not job.progress.done:
        return "No task ran, so there is no report. " + ("Remedy the reason, then run again" if remedy else "Run again")
    if job.report_lost:
        return (
            f"What it did is not known, because there is no report: {report_remedy(job)}. Then run again: a new job "
            "takes all of it, and what is replicated already is told so"
        )
    first = f"{remedy} what the report names, " if remedy else ""
    return (
        "What it did is in its report: prune the ledger with replication_failure_prune, "
        f"{first}then run again for the rest"
    )
