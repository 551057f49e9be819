# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments of AWS Fault Injection Service: which one is the run that was asked for, and how one has ended.

Sources: FIS User Guide, "Experiments" (states), "Stop conditions", "Experiment options" (``actionsMode``); FIS API
reference, Experiment. FIS keeps ended experiments for 120 days.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pauses import is_alive

Json = dict[str, Any]

RUN_TAG = "aws_dr.s3:run-id"
"""The tag of an experiment that says which run it is."""

COMPLETED, STOPPED, FAILED, CANCELLED = "completed", "stopped", "failed", "cancelled"
ENDS = (COMPLETED, STOPPED, FAILED, CANCELLED)


@dataclass(frozen=True)
class Choice:
    """Which experiment of a template is the one asked for. ``adopt`` and ``problem`` are "" where there is none."""

    adopt: str = ""
    problem: str = ""


def choose(experiments: Iterable[Mapping[str, Any]], run_id: str | None, mode: str) -> Choice:
    """Look among a template's experiments, as ListExperiments gives them.

    With ``run_id`` the experiment that bears it is the one, also when it has ended. Without it, one that has not ended
    is. One that runs and is another is a problem: two at once would be measured as one.
    """
    known = list(experiments)
    if run_id is not None:
        own = [one for one in known if (one.get("tags") or {}).get(RUN_TAG) == run_id]
        if own:
            return _taken(newest(own), mode)
    alive = [one for one in known if is_alive(one)]
    if not alive:
        return Choice()
    one = newest(alive)
    if run_id is not None:
        return Choice(
            problem=f"experiment {one['id']} of the template is {one['state']['status']} and is another run than "
            f"{run_id!r}; wait until it has ended, or stop it with state: stopped"
        )
    return _taken(one, mode)


def _taken(one: Mapping[str, Any], mode: str) -> Choice:
    has = (one.get("experimentOptions") or {}).get("actionsMode") or "run-all"
    if has == mode:
        return Choice(adopt=str(one["id"]))
    return Choice(
        problem=f"experiment {one['id']} is {one['state']['status']} with actions_mode {has}, and {mode} is asked for; "
        "wait until it has ended, or give another run_id"
    )


def newest(experiments: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Give the experiment that was made last."""
    return max(experiments, key=lambda one: (_moment(one.get("creationTime")), str(one["id"])))


def token(template: str, run_id: str | None, mode: str, experiments: Iterable[Mapping[str, Any]]) -> str:
    """Give the client token of a new experiment.

    A run that was killed and is run again asks with the same token, and AWS gives the same experiment; so does a second
    controller. With ``run_id`` the token is the run's. Without it, it is that of the next experiment after those which
    are there.
    """
    known = list(experiments)
    told: Any = ["run", run_id]
    if run_id is None:
        told = ["after", str(newest(known)["id"]) if known else ""]
    text = json.dumps([template, mode, *told])
    return f"aws_dr.s3-{hashlib.sha256(text.encode()).hexdigest()[:48]}"


def has_ended(experiment: Mapping[str, Any]) -> bool:
    """Tell whether nothing of it goes on any more."""
    return status_of(experiment) in ENDS


def status_of(experiment: Mapping[str, Any]) -> str:
    """Give its state."""
    return str((experiment.get("state") or {}).get("status") or "unknown")


def standing(experiment: Mapping[str, Any]) -> str:
    """Say where it stands, in a sentence without its end."""
    told = f"experiment {experiment['id']} is {status_of(experiment)}"
    actions = [
        f"{name} {(action.get('state') or {}).get('status') or 'unknown'}"
        for name, action in sorted((experiment.get("actions") or {}).items())
    ]
    return f"{told} ({', '.join(actions)})" if actions else told


def end_told(experiment: Mapping[str, Any]) -> tuple[str, str] | None:
    """Say how it ended and what to do about it; ``None`` where it completed.

    Stopped by an alarm and stopped by somebody are one state for FIS; its reason tells them apart.
    """
    status, reason = status_of(experiment), _reason(experiment)
    if status == COMPLETED:
        return None
    told = f"experiment {experiment['id']} {'was ' if status != FAILED else ''}{status}{reason}"
    if status == STOPPED and "condition" in reason.lower():
        return told, "Look at the alarms of its stop conditions: what the experiment broke reached further than allowed"
    if status == STOPPED:
        return told, "Somebody stopped it before its end; its faults were taken back then. For a result, start it again"
    if status == CANCELLED:
        return told, "No action was run. Start it again"
    failed = [
        f"{name}: {(action.get('state') or {}).get('reason') or 'AWS names no reason'}"
        for name, action in sorted((experiment.get("actions") or {}).items())
        if (action.get("state") or {}).get("status") == FAILED
    ]
    why = f". Failed actions: {'; '.join(failed)}" if failed else ""
    return told + why, "Put right what the reason names (the role, the targets' tags), then start it again"


def _reason(experiment: Mapping[str, Any]) -> str:
    state = experiment.get("state") or {}
    error = state.get("error") or {}
    parts = [str(part).rstrip(".") for part in (state.get("reason"), error.get("code"), error.get("location")) if part]
    return f" ({', '.join(parts)})" if parts else ""


def skipped(experiment: Mapping[str, Any]) -> list[str]:
    """Name the actions that an experiment left out though it was to run them: they had no targets."""
    if ((experiment.get("experimentOptions") or {}).get("actionsMode") or "run-all") != "run-all":
        return []
    actions = experiment.get("actions") or {}
    return sorted(name for name, one in actions.items() if (one.get("state") or {}).get("status") == "skipped")


def as_result(experiment: Mapping[str, Any], resolved: Iterable[Mapping[str, Any]] | None) -> Json:
    """Give an experiment as a result; ``resolved`` is ListExperimentResolvedTargets' answer, ``None`` when unknown."""
    state = experiment.get("state") or {}
    error = state.get("error") or {}
    report = experiment.get("experimentReport") or {}
    began, ended = experiment.get("startTime"), experiment.get("endTime")
    return {
        "id": experiment["id"],
        "arn": experiment.get("arn"),
        "template_id": experiment.get("experimentTemplateId"),
        "status": status_of(experiment),
        "reason": state.get("reason"),
        "error": {ours: error.get(theirs) for ours, theirs in _ERROR.items()} if error else None,
        "actions_mode": (experiment.get("experimentOptions") or {}).get("actionsMode") or "run-all",
        "actions": {
            name: {
                "action_id": action.get("actionId"),
                "status": (action.get("state") or {}).get("status"),
                "reason": (action.get("state") or {}).get("reason"),
                "started_at": _told_time(action.get("startTime")),
                "ended_at": _told_time(action.get("endTime")),
            }
            for name, action in sorted((experiment.get("actions") or {}).items())
        },
        "targets": None if resolved is None else _targets(resolved),
        "started_at": _told_time(began),
        "ended_at": _told_time(ended),
        "seconds": round((ended - began).total_seconds()) if began and ended else None,
        "report": {
            "status": (report.get("state") or {}).get("status"),
            "reason": (report.get("state") or {}).get("reason"),
            "arns": [one.get("arn") for one in report.get("s3Reports") or []],
        }
        if report
        else None,
        "tags": dict(experiment.get("tags") or {}),
    }


_ERROR = {"code": "code", "account_id": "accountId", "location": "location"}


def _targets(resolved: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for target in resolved:
        arn = str((target.get("targetInformation") or {}).get("arn") or "")
        found.setdefault(str(target.get("targetName")), []).append(arn)
    return {name: sorted(arns) for name, arns in sorted(found.items())}


def _told_time(moment: Any) -> str | None:
    return moment.isoformat() if isinstance(moment, datetime) else None


def _moment(moment: Any) -> float:
    return moment.timestamp() if isinstance(moment, datetime) else 0.0
