# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be changed on a job that is there: its priority, its waiting for a confirmation, and whether it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3control
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job, Situation
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import OPERATION
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.wait_for_job import refuse_bad_end, wait_for_job

_BY_US = "Requested by aws_dr.s3.batch_replication_job"


@dataclass(frozen=True)
class Adjustment:
    """What is to be done to a job. ``priority`` is the new one, ``None`` when it stays."""

    priority: int | None = None
    confirm: bool = False
    cancel: bool = False

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.priority is not None or self.confirm or self.cancel

    def diff(self, job: Job) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give the job before and after."""
        before: dict[str, Any] = {"job_id": job.job_id, "status": job.status, "priority": job.priority}
        after = dict(before)
        if self.priority is not None:
            after["priority"] = self.priority
        if self.confirm:
            after["status"] = "Ready"
        if self.cancel:
            after["status"] = "Cancelled"
        return before, after


@dataclass(frozen=True)
class Wish:
    """What the user wants of a job that is there; ``None`` leaves it as it is."""

    priority: int | None = None
    confirmation_required: bool | None = None
    cancelled: bool = False


def plan_adjustment(job: Job, wish: Wish) -> Adjustment:
    """Compare a job with what is wanted. A job that has ended is never touched."""
    if job.ended:
        return Adjustment()
    if wish.cancelled:
        return Adjustment(cancel=job.status != "Cancelling")
    return Adjustment(
        priority=wish.priority if wish.priority not in (None, job.priority) else None,
        confirm=wish.confirmation_required is False and job.situation is Situation.UNCONFIRMED,
    )


def apply_adjustment(client: Any, account: str, job: Job, adjustment: Adjustment) -> Job:
    """Do it, and give the job as it is then. A job that ended meanwhile needs no cancelling any more."""
    if adjustment.priority is not None:
        s3control.set_priority(client, account, job.job_id, adjustment.priority)
    if adjustment.confirm:
        s3control.request_status(client, account, job.job_id, "Ready", _BY_US)
    if adjustment.cancel:
        _cancel(client, account, job.job_id)
    return s3control.describe_job(client, account, job.job_id) if adjustment.changes else job


def _cancel(client: Any, account: str, job_id: str) -> None:
    try:
        s3control.request_status(client, account, job_id, "Cancelled", _BY_US)
    except AwsError as error:
        ended = error.code == "JobStatusException" and s3control.describe_job(client, account, job_id).ended
        if not ended:
            raise


def adjust_job(access: Access, job_id: str, wish: Wish, patience: Patience | None) -> Outcome:
    """Bring one job of the task's Region to what is wanted, and wait for it if ``patience`` is given.

    Raises what :func:`wait_for_job` and :func:`refuse_bad_end` raise, and :class:`MissingError` for an unknown job.
    """
    client = access.clients("s3control")
    job = s3control.describe_job(client, access.account, job_id)
    _refuse(job, wish)
    adjustment = plan_adjustment(job, wish)
    before, after = adjustment.diff(job)
    if not access.check_mode:
        job = apply_adjustment(client, access.account, job, adjustment)
        if patience is not None:
            job = finish(access, client, job_id, patience, adjustment.changes, any_end=wish.cancelled)
    outcome = Outcome(changed=adjustment.changes, before=before, after=after)
    if wish.cancelled and job.ended and job.status != "Cancelled":
        outcome.warnings.append(f"Job {job_id} was not cancelled: it had ended before ({job.status})")
    outcome.results = {"job_id": job_id, "job": job.as_result(), "created": False, "adopted": False}
    outcome.results["msg"] = f"Job {job_id} is {job.status}: {job.told}"
    return outcome


def _refuse(job: Job, wish: Wish) -> None:
    problems = []
    if job.operation != OPERATION:
        problems.append(f"it does {job.operation}; this module manages replication jobs only")
    if wish.priority is not None and not 0 <= wish.priority <= 2147483647:
        problems.append(f"priority is {wish.priority}; it must be from 0 to 2147483647")
    if problems:
        raise RefusedError(f"Job {job.job_id} was not changed", problems)


def finish(access: Access, client: Any, job_id: str, patience: Patience, changed: bool, any_end: bool = False) -> Job:
    """Wait, and unless ``any_end`` will do refuse a bad one; errors tell whether something was changed before."""
    try:
        job = wait_for_job(client, access.account, job_id, patience, access.tell)
        if not any_end:
            refuse_bad_end(job)
    except ToldError as error:
        error.details.setdefault("changed", changed)
        error.details.setdefault("job_id", job_id)
        raise
    return job
