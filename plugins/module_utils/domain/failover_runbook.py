# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switch of a failover as a runbook of Systems Manager Automation, for the day when no controller is left.

Sources: Systems Manager User Guide, "Data elements and parameters" (schema 0.3, parameters, ``mainSteps``),
"aws:executeScript" (``python3.11``, ``Handler``, ``Script``, ``InputPayload``, ``Payload``), "Properties shared by all
actions" (``onFailure``, ``isCritical``, ``timeoutSeconds``). Each step sets a state and verifies it; one that fails
does not stop the others, and makes the whole execution fail in the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import arn_problem, endpoints_from
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn, role_arn_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import is_region

Document = dict[str, Any]

ROUTES, ROUTING_CONTROLS, POINTER = "routes", "routing_controls", "pointer"
"""Names of the scripts, files in module_utils/runbook."""

LARGEST = 64 * 1024  # CreateDocument: "The content … must not exceed 64 KB"
_KNOWN = frozenset(
    ["regions", "multi_region_access_points", "routing_controls", "cluster_endpoints", "pointer", "assume_role"]
)
_ACCESS_POINT = re.compile(r"accesspoint/[a-z0-9]+\.mrap", re.ASCII)
# A script may run for ten minutes; the rest is for its start. A pause between two looks is in seconds too.
_STEP_SECONDS, _ROUTES_SECONDS, _CONTROLS_SECONDS, _POINTER_SECONDS, _DELAY = 600, 420, 300, 120, 3


@dataclass(frozen=True)
class Settings:
    """What the runbook switches."""

    regions: tuple[str, ...]
    access_points: tuple[str, ...]
    routing_controls: Mapping[str, tuple[str, ...]]
    cluster_endpoints: tuple[Mapping[str, str], ...]
    pointer: Mapping[str, Any] | None
    assume_role: str

    def control_arns(self) -> list[str]:
        """Give the routing controls of all Regions."""
        return [arn for arns in self.routing_controls.values() for arn in arns]

    def table_regions(self) -> tuple[str, ...]:
        """Give the Regions in which the pointer's table may be written."""
        return tuple((self.pointer or {}).get("regions") or self.regions)


def read_settings(given: Mapping[str, Any]) -> Settings:
    """Read the settings of the filters. Raises :class:`RefusedError` with all that can't be right."""
    problems = [f"{name!r} is not a setting; there are {', '.join(sorted(_KNOWN))}" for name in set(given) - _KNOWN]
    regions = _texts(given.get("regions"), "regions", problems)
    settings = Settings(
        regions=tuple(dict.fromkeys(regions)),
        access_points=tuple(_texts(given.get("multi_region_access_points"), "multi_region_access_points", problems)),
        routing_controls=_controls(given.get("routing_controls"), problems),
        cluster_endpoints=_endpoints(given.get("cluster_endpoints"), problems),
        pointer=_pointer(given.get("pointer"), problems),
        assume_role=str(given.get("assume_role") or ""),
    )
    problems += _problems(settings)
    if problems:
        raise RefusedError("The failover runbook", sorted(problems))
    return settings


def document(given: Mapping[str, Any], scripts: Mapping[str, str]) -> Document:
    """Build the runbook. ``scripts`` are the texts of the scripts by name. Raises :class:`RefusedError`."""
    settings = read_settings(given)
    steps = [step for step in (_routes(settings), _routing_controls(settings), _pointer_step(settings)) if step]
    for step in steps:
        step["inputs"]["Script"] = scripts[step["inputs"]["Script"]]
    steps[-1]["isEnd"] = True
    return {
        "schemaVersion": "0.3",
        "description": (
            "Makes TargetRegion the active Region: routes of Multi-Region Access Points, routing controls, the pointer "
            "that workloads ask. Every step sets a state and verifies it, so it can be started again at any time."
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


def _routes(settings: Settings) -> Document | None:
    if not settings.access_points:
        return None
    payload = {"regions": list(settings.regions), "access_points": list(settings.access_points)}
    return _step("SwitchRoutes", ROUTES, "set_routes", payload, _ROUTES_SECONDS, ("switched", "StringList"))


def _routing_controls(settings: Settings) -> Document | None:
    if not settings.routing_controls:
        return None
    payload = {
        "routing_controls": {region: list(arns) for region, arns in settings.routing_controls.items()},
        "cluster_endpoints": [dict(endpoint) for endpoint in settings.cluster_endpoints],
        "safety_rules_to_override": "{{ SafetyRulesToOverride }}",
    }
    name, handler, output = "SwitchRoutingControls", "set_routing_controls", ("switched", "StringList")
    return _step(name, ROUTING_CONTROLS, handler, payload, _CONTROLS_SECONDS, output)


def _pointer_step(settings: Settings) -> Document | None:
    if not settings.pointer:
        return None
    payload = {
        "table": settings.pointer["table"],
        "name": settings.pointer["name"],
        "table_regions": list(settings.pointer.get("regions") or []),
        "by": "Automation {{ automation:EXECUTION_ID }}",
    }
    return _step("SwitchPointer", POINTER, "set_pointer", payload, _POINTER_SECONDS, ("changed", "Boolean"))


def _step(name: str, script: str, handler: str, payload: Document, seconds: int, output: tuple[str, str]) -> Document:
    return {
        "name": name,
        "action": "aws:executeScript",
        "timeoutSeconds": _STEP_SECONDS,
        # What fails is told in the end and does not keep the rest from being switched.
        "onFailure": "Continue",
        "isCritical": True,
        "inputs": {
            "Runtime": "python3.11",
            "Handler": handler,
            "InputPayload": {"target_region": "{{ TargetRegion }}", "seconds": seconds, "delay": _DELAY, **payload},
            "Script": script,
        },
        "outputs": [{"Name": output[0], "Selector": f"$.Payload.{output[0]}", "Type": output[1]}],
    }


def _texts(given: Any, name: str, problems: list[str]) -> list[str]:
    if given is None:
        return []
    if isinstance(given, (str, Mapping)) or not isinstance(given, Sequence):
        problems.append(f"{name} is {given!r}; give a list")
        return []
    return [str(each) for each in given]


def _controls(given: Any, problems: list[str]) -> dict[str, tuple[str, ...]]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        problems.append(f"routing_controls is {given!r}; give lists of ARNs by Region")
        return {}
    return {
        str(region): tuple(_texts(arns, f"routing_controls of {region}", problems)) for region, arns in given.items()
    }


def _endpoints(given: Any, problems: list[str]) -> tuple[Mapping[str, str], ...]:
    if given is None:
        return ()
    try:
        endpoints, told = endpoints_from([{"endpoint": each["endpoint"], "region": each["region"]} for each in given])
    except (TypeError, KeyError):
        problems.append(f"cluster_endpoints is {given!r}; give a list of endpoint and region")
        return ()
    problems += told
    return tuple(endpoint.told() for endpoint in endpoints)


def _pointer(given: Any, problems: list[str]) -> dict[str, Any] | None:
    if given is None:
        return None
    if not isinstance(given, Mapping) or not given.get("table") or not given.get("name"):
        problems.append(f"pointer is {given!r}; give table and name")
        return None
    regions = _texts(given.get("regions"), "regions of the pointer", problems)
    return {"table": str(given["table"]), "name": str(given["name"]), "regions": regions}


def _problems(settings: Settings) -> list[str]:
    problems = []
    if len(settings.regions) < 2:
        problems.append("regions: name at least two, those that may become active")
    named = [*settings.regions, *((settings.pointer or {}).get("regions") or ())]
    problems += [f"{region!r} is not a Region" for region in named if not is_region(region)]
    if not (settings.access_points or settings.routing_controls or settings.pointer):
        problems.append("there is nothing to switch; give multi_region_access_points, routing_controls or pointer")
    problems += [problem for arn in settings.access_points if (problem := _access_point_problem(arn))]
    problems += [problem for arn in settings.control_arns() if (problem := arn_problem(arn, "routing control"))]
    strangers = set(settings.routing_controls) - set(settings.regions)
    problems += [f"routing_controls of {region}, which is not among regions" for region in strangers]
    twice = {arn for arn in settings.control_arns() if settings.control_arns().count(arn) > 1}
    problems += [f"{arn} is named twice in routing_controls" for arn in twice]
    if settings.routing_controls and not settings.cluster_endpoints:
        problems.append("routing_controls need cluster_endpoints, which work without the control plane")
    problem = role_arn_problem(settings.assume_role) if settings.assume_role else None
    problems += [f"assume_role: {problem}"] if problem else []
    # Automation would take it for a reference to a parameter.
    texts = [settings.assume_role, *(str((settings.pointer or {}).get(name, "")) for name in ("table", "name"))]
    problems += [f"{text!r} holds {{{{, which Automation would replace" for text in texts if "{{" in text]
    return problems


def _access_point_problem(arn: str) -> str | None:
    parsed = parse_arn(arn)
    is_s3 = parsed is not None and (parsed.service, parsed.region) == ("s3", "") and parsed.account.isdigit()
    if parsed and is_s3 and arn.isascii() and _ACCESS_POINT.fullmatch(parsed.resource):
        return None
    form = "arn:<partition>:s3::<account>:accesspoint/<alias>.mrap"
    return f"{arn!r} is not the ARN of a Multi-Region Access Point; expected {form}"
