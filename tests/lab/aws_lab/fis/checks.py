# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What FIS refuses in a request: the form by botocore's model, the meaning by the FIS User Guide. Texts are ours."""

from __future__ import annotations

import functools
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from aws_lab.fis.actions import ACTIONS
from aws_lab.fis.model import seconds
from aws_lab.wire import ServiceError

_SHORTEST, _LONGEST = 60, 12 * 3600
_SELECTIONS = ("ALL", "COUNT(", "PERCENT(")


class RefusedError(Exception):
    """The request is refused; `error` is the answer."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.error = ServiceError(status, code, message)


def invalid(message: str) -> RefusedError:
    """A ValidationException."""
    return RefusedError("ValidationException", message)


def check_form(operation: str, given: dict[str, Any]) -> None:
    """Required members and types."""
    report = ParamValidator().validate(given, _model().operation_model(operation).input_shape)
    if report.has_errors():
        raise invalid(report.generate_report())


def check_template(given: dict[str, Any]) -> None:
    """Stop conditions, targets, actions and their order."""
    if not given["stopConditions"]:
        raise invalid("stopConditions: give at least one; source none stands for no stop condition")
    for condition in given["stopConditions"]:
        if condition["source"] not in ("none", "aws:cloudwatch:alarm"):
            raise invalid(f"unknown source of a stop condition: {condition['source']}")
        if (condition["source"] == "none") == bool(condition.get("value")):
            raise invalid("a stop condition has a value, the ARN of an alarm, unless its source is none")
    if not given["actions"]:
        raise invalid("actions: give at least one")
    for name, target in (given.get("targets") or {}).items():
        _check_target(name, target)
    for name, action in given["actions"].items():
        _check_action(given, name, action)
    _check_order(given["actions"])


def _check_target(name: str, target: dict[str, Any]) -> None:
    arns, tags = target.get("resourceArns") or [], target.get("resourceTags") or {}
    if bool(arns) == bool(tags):
        raise invalid(f"target {name}: give either resourceArns or resourceTags")
    if len(arns) > 5:
        raise invalid(f"target {name}: at most 5 resourceArns")
    if not target["selectionMode"].startswith(_SELECTIONS):
        raise invalid(f"target {name}: selectionMode has to be ALL, COUNT(n) or PERCENT(n)")


def _check_action(given: dict[str, Any], name: str, action: dict[str, Any]) -> None:
    known = ACTIONS.get(action["actionId"])
    if known is None:
        raise invalid(f"action {name}: {action['actionId']} is not an action of this lab; it has {', '.join(ACTIONS)}")
    parameters = action.get("parameters") or {}
    wrong = set(parameters) - set(known.parameters)
    missing = {parameter for parameter, required in known.parameters.items() if required} - set(parameters)
    if wrong or missing:
        raise invalid(f"action {name}: missing parameters {sorted(missing)}, unknown parameters {sorted(wrong)}")
    length = seconds(parameters.get("duration", "PT1M"))
    if length is None or not _SHORTEST <= length <= _LONGEST:
        raise invalid(f"action {name}: duration has to be an ISO 8601 duration from PT1M to PT12H")
    targets = action.get("targets") or {}
    if set(targets) != ({known.target_key} if known.target_key else set()):
        raise invalid(f"action {name}: its target has to be given as {known.target_key or 'nothing'}")
    target = (given.get("targets") or {}).get(targets.get(known.target_key, ""))
    if known.target_key and (target is None or target["resourceType"] != known.resource_type):
        raise invalid(f"action {name}: its target has to be a target of resource type {known.resource_type}")
    problem = known.problem(given, parameters, target or {})
    if problem:
        raise invalid(f"action {name}: {problem}")


def _check_order(actions: dict[str, Any]) -> None:
    """Every startAfter names an action, and none waits for itself."""
    settled: set[str] = set()
    while len(settled) < len(actions):
        ready = {name for name, action in actions.items() if set(action.get("startAfter") or []) <= settled} - settled
        if not ready:
            raise invalid("startAfter names an action that does not exist, or actions wait for one another")
        settled |= ready


@functools.cache
def _model() -> Any:
    return ServiceModel(Loader().load_service_model("fis", "service-2"))
