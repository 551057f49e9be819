# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switch of a failover as a runbook of Systems Manager Automation, for the day when no controller is left.

Sources: Systems Manager User Guide, "Data elements and parameters" (schema 0.3, parameters, ``mainSteps``),
"aws:executeScript" (``python3.11``, ``Handler``, ``Script``, ``InputPayload``, ``Payload``), "Properties shared by all
actions" (``onFailure``, ``isCritical``, ``timeoutSeconds``). The first step stops the execution while somebody changes
the pointer to another Region. Each other one sets a state and verifies it; one that fails does not stop the others, and
makes the whole execution fail in the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_runbook_settings import (
    Settings,
    read_settings,
)

Document = dict[str, Any]

SCRIPTS = ("buckets", "routes", "routing_controls", "dns", "pointer", "parameter")
"""Names of the scripts, files in module_utils/runbook."""

LARGEST = 64 * 1024  # CreateDocument: "The content … must not exceed 64 KB"
_STEP_SECONDS, _DELAY = 600, 3  # a script may run for ten minutes; between two looks it pauses


@dataclass(frozen=True)
class _Step:
    """A step: its script and the handler in it, how long it tries, and what it tells in the end."""

    name: str
    script: str
    handler: str
    seconds: int
    output: str
    kind: str
    payload: Document
    # What fails is told in the end and does not keep the rest from being switched.
    on_failure: str = "Continue"


def document(given: Mapping[str, Any], scripts: Mapping[str, str]) -> Document:
    """Build the runbook. ``scripts`` are the texts of the scripts by name. Raises :class:`RefusedError`."""
    settings = read_settings(given)
    steps = [_told(step, scripts) for step in _steps(settings)]
    steps[-1]["isEnd"] = True
    return {
        "schemaVersion": "0.3",
        "description": (
            "Makes TargetRegion the active Region, in the order of the steps. Every step sets a state and verifies it, "
            "so it can be started again at any time. Run the role aws_dr.s3.failover for the same Region afterwards."
        ),
        "assumeRole": "{{ AutomationAssumeRole }}",
        "parameters": _parameters(settings),
        "mainSteps": steps,
        "outputs": [f"{step['name']}.{output['Name']}" for step in steps for output in step["outputs"]],
    }


def _parameters(settings: Settings) -> Document:
    parameters: Document = {
        "TargetRegion": {
            "type": "String",
            "description": "The Region that becomes, or stays, the active one.",
            "allowedValues": list(settings.regions),
        },
        "AutomationAssumeRole": {
            "type": "AWS::IAM::Role::Arn",
            "description": "ARN of the role that the runbook works as.",
        },
    }
    if settings.assume_role:
        parameters["AutomationAssumeRole"]["default"] = settings.assume_role
    if settings.routing_controls:
        parameters["SafetyRulesToOverride"] = {
            "type": "StringList",
            "description": "ARNs of the safety rules of ARC that shall not stop the change.",
            "default": [],
        }
    return parameters


def _steps(settings: Settings) -> list[_Step]:
    """Give the steps in the order of the role ``failover``: a write that is denied when traffic comes is lost."""
    steps = []
    pointer = _pointer(settings)
    if pointer:
        # Before anything is switched. One pass over the table's Regions, which ends well before the step's time.
        name, handler = "RefuseToUndo", "refuse_to_undo"
        steps.append(_Step(name, "pointer", handler, 120, "told", "String", pointer, on_failure="Abort"))
    if settings.buckets:
        payload: Document = {"buckets": _lists(settings.buckets)}
        steps.append(_Step("OpenBuckets", "buckets", "open_buckets", 120, "opened", "StringList", payload))
    if settings.multi_region_access_points:
        payload = {"regions": list(settings.regions), "access_points": list(settings.multi_region_access_points)}
        steps.append(_Step("SwitchRoutes", "routes", "set_routes", 420, "switched", "StringList", payload))
    if settings.routing_controls:
        payload = {
            "routing_controls": _lists(settings.routing_controls),
            "cluster_endpoints": [dict(endpoint) for endpoint in settings.cluster_endpoints],
            "safety_rules_to_override": "{{ SafetyRulesToOverride }}",
        }
        name, handler = "SwitchRoutingControls", "set_routing_controls"
        steps.append(_Step(name, "routing_controls", handler, 300, "switched", "StringList", payload))
    if settings.dns_records:
        payload = {"records": [dict(record) for record in settings.dns_records]}
        steps.append(_Step("SwitchDnsRecords", "dns", "set_records", 300, "switched", "StringList", payload))
    if pointer:
        payload = {**pointer, "by": "Automation {{ automation:EXECUTION_ID }}"}
        steps.append(_Step("SwitchPointer", "pointer", "set_pointer", 120, "changed", "Boolean", payload))
    if settings.parameter:
        payload = {"parameter": settings.parameter, "parameter_regions": list(settings.pointer_regions())}
        steps.append(_Step("SwitchParameter", "parameter", "set_parameter", 120, "changed", "StringList", payload))
    return steps


def _pointer(settings: Settings) -> Document:
    if not settings.pointer:
        return {}
    table, name = settings.pointer["table"], settings.pointer["name"]
    return {"table": table, "name": name, "table_regions": list(settings.pointer["regions"])}


def _told(step: _Step, scripts: Mapping[str, str]) -> Document:
    limits = {"target_region": "{{ TargetRegion }}", "seconds": step.seconds, "delay": _DELAY}
    return {
        "name": step.name,
        "action": "aws:executeScript",
        "timeoutSeconds": _STEP_SECONDS,
        "onFailure": step.on_failure,
        "isCritical": True,
        "inputs": {
            "Runtime": "python3.11",
            "Handler": step.handler,
            "InputPayload": {**limits, **step.payload},
            "Script": scripts[step.script],
        },
        "outputs": [{"Name": step.output, "Selector": f"$.Payload.{step.output}", "Type": step.kind}],
    }


def _lists(given: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {region: list(listed) for region, listed in given.items()}
