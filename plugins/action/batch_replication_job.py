# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show how far a job is while a task waits for it: a module can't say anything before it has ended.

The module does all the work and all the judging. With ``wait: true`` it is run without waiting, then its info module is
asked until the job has ended. Unless it has completed, the module is run once more to wait, which tells at once what is
wrong. Where there is nothing to show (check mode, async, nothing to wait for) the module is run as the task says.
"""

from __future__ import annotations

import time
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

display = Display()

MODULE = "aws_dr.s3.batch_replication_job"
INFO_MODULE = "aws_dr.s3.batch_replication_job_info"
# What only the job module takes; all other arguments say how to reach AWS, and are the info module's too.
OWN_ARGUMENTS = frozenset(
    [
        "state",
        "job_id",
        "from_failures",
        "from_manifest",
        "from_generator",
        "ledger_table",
        "role",
        "manifest_bucket",
        "manifest_prefix",
        "report_bucket",
        "report_prefix",
        "report_scope",
        "priority",
        "description",
        "tags",
        "confirmation_required",
        "run_id",
        "wait",
        "wait_timeout",
        "wait_delay",
        "concurrency",
    ]
)
TIMEOUT, DELAY = 3600, 30


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs the module, and shows progress in between."""

    _supports_async = True
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = dict(self._task.args)
        patience = _patience(args)
        if self._task.async_val or self._task.check_mode or patience is None:
            detached = self._task.async_val and not self._connection.has_native_async
            whole = self._execute_module(module_name=MODULE, task_vars=task_vars, wrap_async=detached)
            return {**result, **whole}
        timeout, delay = patience
        deadline = time.monotonic() + timeout
        first = self._execute_module(module_name=MODULE, module_args={**args, "wait": False}, task_vars=task_vars)
        if first.get("failed") or not first.get("job_id") or first["job"]["status"] == "Complete":
            return {**result, **first}
        where = _where(args, first)
        job = self._watch(where, first["job"], deadline, delay, task_vars)
        if job["status"] == "Complete":
            told = f"Job {job['job_id']} is Complete: {job['progress']}"
            return {**result, **first, "job": job, "msg": told}
        again = {
            **where,
            "job_id": first["job_id"],
            "wait": True,
            "wait_timeout": max(0, round(deadline - time.monotonic())),
            "wait_delay": delay,
        }
        if args.get("state"):
            again["state"] = args["state"]
        verdict = self._execute_module(module_name=MODULE, module_args=again, task_vars=task_vars)
        return {**result, **_merged(first, verdict)}

    def _watch(
        self, where: dict[str, Any], job: dict[str, Any], deadline: float, delay: int, task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Show the job again and again until it has ended or time is up; give it as it was last seen.

        A look that fails is left out: what goes wrong is told by the module afterwards.
        """
        ask = {**where, "job_id": job["job_id"]}
        while True:
            display.display(f"Job {job['job_id']} is {job['status']}: {job['progress']}")
            left = deadline - time.monotonic()
            if job["ended"] or job["status"] == "Suspended" or left <= 0:
                return job
            time.sleep(min(delay, left))
            found = self._execute_module(module_name=INFO_MODULE, module_args=ask, task_vars=task_vars)
            job = (found.get("jobs") or [job])[0]


def _patience(args: dict[str, Any]) -> tuple[int, int] | None:
    """Give timeout and delay in seconds; ``None`` when the module is to be run as it is, to wait or to complain."""
    try:
        if not boolean(args.get("wait", False)):
            return None
        timeout = int(args.get("wait_timeout", TIMEOUT))
        delay = int(args.get("wait_delay", DELAY))
    except (TypeError, ValueError):
        return None
    confirmation = args.get("confirmation_required")
    if timeout < 0 or delay < 1 or (confirmation is not None and str(confirmation).lower() in ("true", "yes", "1")):
        return None
    return timeout, delay


def _where(args: dict[str, Any], first: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments that say how to reach AWS, in the Region that the job is in."""
    where = {name: value for name, value in args.items() if name not in OWN_ARGUMENTS}
    region = (first.get("job") or {}).get("region")
    if region:
        for alias in ("aws_region", "ec2_region"):
            where.pop(alias, None)
        where["region"] = region
    return where


def _merged(first: dict[str, Any], verdict: dict[str, Any]) -> dict[str, Any]:
    """Give the second run's verdict with what the first one found and did."""
    merged = {**first, **verdict}
    merged["changed"] = bool(first.get("changed")) or bool(verdict.get("changed"))
    for name in ("created", "adopted", "diff", "invocation"):
        if name in first:
            merged[name] = first[name]
    merged["warnings"] = list(dict.fromkeys([*first.get("warnings", ()), *verdict.get("warnings", ())]))
    return merged
