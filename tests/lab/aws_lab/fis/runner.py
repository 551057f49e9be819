# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Experiments running: actions in the order of startAfter, for their durations of lab time, then taken back.

FIS User Guide, "Experiments" (states), "Actions" (order), "Experiment options" (no targets: fail or skip; skip-all).
"""

from __future__ import annotations

import asyncio
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch

from aws_lab import clock, iam
from aws_lab.fis import reports
from aws_lab.fis.actions import ACTIONS, SERVICE, DeniedError, Run, resolve
from aws_lab.fis.model import Experiment, experiments, seconds, templates, tokens

_running: dict[str, asyncio.Task[None]] = {}
_stopped_by: dict[str, str] = {}  # experiment -> the reason of its end
_LOOK = 0.5  # seconds of the lab's clock between two looks at alarms


def start(experiment: Experiment) -> None:
    """Let it run."""
    task = asyncio.get_running_loop().create_task(_run(experiment))
    _running[experiment.id] = task
    task.add_done_callback(lambda _unused: _running.pop(experiment.id, None))


def stop(experiment: Experiment, reason: str = "Experiment was stopped by a user request.") -> None:
    """StopExperiment, or a stop condition: running actions are taken back at once."""
    experiment.status, experiment.reason = "stopping", "Experiment is stopping."
    _stopped_by[experiment.id] = reason
    task = _running.get(experiment.id)
    if task is not None:
        task.cancel()


def reset() -> None:
    """Forget everything: the lab starts anew."""
    for task in list(_running.values()):
        task.cancel()
    for kept in (templates, experiments, tokens, _stopped_by):
        kept.clear()


async def _run(experiment: Experiment) -> None:
    request = experiment.template.request
    try:
        await asyncio.sleep(0)
        problem = _prepare(experiment, request)
        if problem:
            _end(experiment, "failed", problem)
            return
        experiment.status, experiment.reason = "running", "Experiment is running."
        done = {name: asyncio.Event() for name in request["actions"]}
        watch = asyncio.create_task(_watch_alarms(experiment))
        try:
            await asyncio.gather(*(_act(experiment, name, done) for name in request["actions"]))
        finally:
            watch.cancel()
        if any(state.status == "failed" for state in experiment.actions.values()):
            _end(experiment, "failed", "One or more actions failed.")
        else:
            _end(experiment, "completed", "Experiment completed.")
    except asyncio.CancelledError:
        for state in experiment.actions.values():
            if state.status == "pending":
                state.status, state.reason = "cancelled", "Action was halted by experiment stop."
        _end(experiment, "stopped", _stopped_by.pop(experiment.id, "Experiment was stopped."))


def _prepare(experiment: Experiment, request: dict[str, Any]) -> str:
    """Resolve the targets; why the experiment fails before its first action, "" where it doesn't."""
    experiment.started = clock.now()
    account, region = experiment.template.account, experiment.template.region
    if not iam.may_assume(request["roleArn"], SERVICE, source_account=account, source_arn=experiment.arn):
        return "Unable to assume role"
    mode = (request.get("experimentOptions") or {}).get("emptyTargetResolutionMode", "fail")
    for name, target in (request.get("targets") or {}).items():
        found = resolve(experiment, target)
        if not found and mode == "fail":
            return f"Target resolution returned empty set: {name} ({region})"
        limit = max(action.max_targets for action in ACTIONS.values() if action.resource_type == target["resourceType"])
        if len(found) > limit:
            return f"Target resolution exceeded the limit of {limit} resources: {name}"
        experiment.targets[name] = found
    return ""


async def _act(experiment: Experiment, name: str, done: dict[str, asyncio.Event]) -> None:
    given = experiment.template.request["actions"][name]
    state = experiment.actions[name]
    action = ACTIONS[given["actionId"]]
    for earlier in given.get("startAfter") or []:
        await done[earlier].wait()
    target = (given.get("targets") or {}).get(action.target_key)
    run = Run(experiment, name, given.get("parameters") or {}, experiment.targets.get(target or "", []))
    try:
        if experiment.actions_mode == "skip-all" or (target and not run.arns):
            state.status, state.reason = "skipped", "Action was skipped."
            return
        state.status, state.reason, state.started = "running", "Action is running.", clock.now()
        action.begin(run)
        try:
            await clock.sleep(float(seconds(run.parameters.get("duration", "PT0S")) or 0))
            state.status, state.reason = "completed", "Action was completed."
        except asyncio.CancelledError:
            state.status, state.reason = "stopped", "Action was halted by experiment stop."
            raise
        finally:
            action.end(run)
    except DeniedError as denied:
        state.status, state.reason = "failed", str(denied)
    finally:
        state.ended = clock.now() if state.started else None
        done[name].set()


async def _watch_alarms(experiment: Experiment) -> None:
    """Stop the experiment when an alarm among its stop conditions goes off (FIS User Guide, "Stop conditions")."""
    alarms = [one["value"] for one in experiment.template.request["stopConditions"] if one.get("value")]
    while alarms:
        if any(_state_of(alarm) == "ALARM" for alarm in alarms):
            stop(experiment, "Experiment halted by stop condition.")
            return
        await asyncio.sleep(_LOOK)


def _state_of(alarm: str) -> str:
    """State of an alarm by its ARN; "" where there is none."""
    account, region = alarm.split(":")[4], alarm.split(":")[3]
    with request_scope(account, region):
        known = cloudwatch._alarms.get(alarm.partition(":alarm:")[2])
        return str(known["StateValue"]) if known else ""


def _end(experiment: Experiment, status: str, reason: str) -> None:
    experiment.status, experiment.reason, experiment.ended = status, reason, clock.now()
    reports.write(experiment)
