# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3 Batch Operations, for S3ReplicateObject: jobs, manifests and their generation, completion reports."""

from __future__ import annotations

from typing import Any


def install() -> None:
    """Hang S3 Batch Operations in the lab: called once, before MiniStack starts."""
    from aws_lab import clock, control, extensions
    from aws_lab.batch import api, runner
    from aws_lab.batch.registry import jobs

    async def idle(_unused: dict[str, Any]) -> dict[str, Any]:
        await runner.idle()
        return {"status": "idle"}

    def listed(_unused: dict[str, Any]) -> dict[str, Any]:
        """Every job of every account and Region, with the states it went through."""
        return {"jobs": [
            {"id": job.id, "account": job.account, "region": job.region, "status": job.status,
             "tasks": len(job.rows or []), "tasks_run": len(job.outcomes),
             "history": [{"status": status, "since": clock.iso(since)} for status, since in job.history]}
            for job in jobs.all()
        ]}  # fmt: skip

    extensions.register_handler(api.matches, api.handle)
    extensions.on_reset(runner.reset)
    control.route("POST", "/batch/idle", idle, "wait until no Batch Operations job is at work")
    control.route("GET", "/batch/jobs", listed, "every Batch Operations job with the states it went through")
