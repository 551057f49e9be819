# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All jobs of the lab, by account and Region: where they were made is the only place that knows them."""

from __future__ import annotations

import uuid
from typing import Any

from aws_lab import clock, settings
from aws_lab.batch.model import KEPT_AFTER_END, Job


class TokenConflictError(Exception):
    """The client token was used before, for a job with other parameters."""


class Registry:
    """The jobs. One instance for the lab: `jobs`."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def create(self, account: str, region: str, request: dict[str, Any]) -> tuple[Job, bool]:
        """The job for this request, and whether it is new: the same token and content lead to the same job."""
        known = self._with_token(account, region, request["ClientRequestToken"])
        if known is not None:
            if known.request != request:
                raise TokenConflictError
            return known, False
        job = Job(
            str(uuid.uuid4()), account, region, request, clock.now(), priority=request["Priority"],
            tags={tag["Key"]: tag["Value"] for tag in request.get("Tags") or []},
        )  # fmt: skip
        job.begin()
        self._jobs[job.id] = job
        return job, True

    def find(self, account: str, region: str, job_id: str) -> Job | None:
        """The job as its account sees it in its Region: not a moment too early, and not for ever."""
        job = self._jobs.get(job_id)
        if job is None or (job.account, job.region) != (account, region) or not self._is_visible(job):
            return None
        return job

    def listed(self, account: str, region: str) -> list[Job]:
        """The account's jobs in the Region, newest first."""
        mine = [job for job in self._jobs.values() if (job.account, job.region) == (account, region)]
        found = filter(self._is_visible, mine)
        return sorted(found, key=lambda job: (-job.created, job.id))

    def of_account(self, account: str) -> list[Job]:
        """The account's jobs in all Regions that have not ended."""
        return [job for job in self._jobs.values() if job.account == account and not job.has_ended]

    def all(self) -> list[Job]:
        """Every job."""
        return list(self._jobs.values())

    def clear(self) -> None:
        """Forget all."""
        self._jobs.clear()

    def _with_token(self, account: str, region: str, token: str) -> Job | None:
        mine = (job for job in self._jobs.values() if (job.account, job.region) == (account, region))
        return next((job for job in mine if job.request["ClientRequestToken"] == token and not _expired(job)), None)

    def _is_visible(self, job: Job) -> bool:
        return not _expired(job) and clock.now() - job.created >= settings.get().batch_visibility_lag


def _expired(job: Job) -> bool:
    return job.ended_at is not None and clock.now() - job.ended_at > KEPT_AFTER_END


jobs = Registry()
