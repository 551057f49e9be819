# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the content of a runbook, schema 0.3.

Systems Manager User Guide, "Data elements and parameters", "Properties shared by all actions", "Systems Manager
Automation actions reference", "aws:executeScript", "Automation system variables". AWS publishes no JSON schema;
the texts are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_TOP = {"schemaVersion", "description", "assumeRole", "parameters", "variables", "mainSteps", "outputs", "files"}
_STEP = {
    "name", "action", "description", "inputs", "outputs", "nextStep", "isEnd", "isCritical", "onFailure", "onCancel",
    "maxAttempts", "timeoutSeconds",
}  # fmt: skip
_TYPES: dict[str, type | tuple[type, ...]] = {
    "String": str, "StringList": list, "Boolean": bool, "Integer": int, "MapList": list, "StringMap": dict,
}  # fmt: skip
_PARAMETER = {
    "type", "description", "default", "allowedValues", "allowedPattern", "displayType", "minItems", "maxItems",
    "minChars", "maxChars",
}  # fmt: skip
_ACTIONS = {
    "approve", "assertAwsResourceProperty", "branch", "changeInstanceState", "copyImage", "createImage", "createStack",
    "createTags", "deleteImage", "deleteStack", "executeAutomation", "executeAwsApi", "executeScript",
    "executeStateMachine", "invokeLambdaFunction", "invokeWebhook", "loop", "pause", "runCommand", "runInstances",
    "sleep", "updateVariable", "waitForAwsResourceProperty",
}  # fmt: skip
_RUNTIMES = {"python3.6", "python3.7", "python3.8", "python3.9", "python3.10", "python3.11", "PowerShell Core 6.0",
             "PowerShell 7.0", "PowerShell 7.4"}  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9_]{1,128}\Z")
_REFERENCE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_SYSTEM = ("global:", "automation:")


def problems(content: Any) -> list[str]:
    """All that is wrong; empty for a runbook that can be kept."""
    if not isinstance(content, dict):
        return ["the document is not an object"]
    told = [f"unknown element {name}" for name in sorted(set(content) - _TOP)]
    parameters, steps = content.get("parameters") or {}, content.get("mainSteps")
    if not isinstance(parameters, dict) or not isinstance(steps, list) or not steps:
        return [*told, "parameters has to be an object, mainSteps a list of steps"]
    told += [problem for name, given in parameters.items() for problem in _parameter(name, given)]
    told += _steps(steps)
    if not told:
        told += list(_references(content, steps))
    return told


def _parameter(name: str, given: Any) -> Iterator[str]:
    if not _NAME.match(name) or not isinstance(given, dict):
        yield f"parameter {name} is not an object with a name of letters and digits"
        return
    yield from (f"parameter {name}: unknown element {element}" for element in sorted(set(given) - _PARAMETER))
    kind = given.get("type")
    wanted = _TYPES.get(str(kind)) or (str if re.match(r"(List<)?AWS::[\w:]+>?\Z", str(kind)) else None)
    if wanted is None:
        yield f"parameter {name}: unknown type {kind}"
    elif "default" in given and not isinstance(given["default"], wanted):
        yield f"parameter {name}: the default is no {kind}"
    elif isinstance(given.get("default"), str) and given["default"] not in given.get(
        "allowedValues", [given["default"]]
    ):
        yield f"parameter {name}: the default is not among allowedValues"


def _steps(steps: list[Any]) -> list[str]:
    names = [step.get("name") if isinstance(step, dict) else None for step in steps]
    told = [
        f"step name {name} is used more than once" for name in sorted({str(n) for n in names if names.count(n) > 1})
    ]
    return told + [problem for step in steps for problem in _step(step, names)]


def _step(step: Any, names: list[Any]) -> Iterator[str]:
    if not isinstance(step, dict) or not _NAME.match(str(step.get("name", ""))):
        yield "every step needs a name of letters, digits and underscores"
        return
    name = step["name"]
    yield from (f"step {name}: unknown element {element}" for element in sorted(set(step) - _STEP))
    if str(step.get("action", "")).removeprefix("aws:") not in _ACTIONS or not isinstance(step.get("inputs"), dict):
        yield f"step {name}: there is no action {step.get('action')}, or it has no inputs"
        return
    for element in ("onFailure", "onCancel"):
        value = str(step.get(element, "Abort"))
        if value not in ("Abort", "Continue") and value.removeprefix("step:") not in names:
            yield f"step {name}: {element} is neither Abort, Continue nor step:<name>"
    if step.get("nextStep", name) not in names:
        yield f"step {name}: nextStep names no step"
    for element, kind in (("isEnd", bool), ("isCritical", bool), ("maxAttempts", int), ("timeoutSeconds", int)):
        if element in step and not isinstance(step[element], kind):
            yield f"step {name}: {element} is no {kind.__name__}"
    if step["action"] == "aws:executeScript":
        yield from _script(name, step["inputs"])
    for output in step.get("outputs") or []:
        if not {"Name", "Selector", "Type"} <= set(output) or output["Type"] not in _TYPES:
            yield f"step {name}: an output needs Name, Selector and Type"


def _script(name: str, inputs: Json) -> Iterator[str]:
    runtime = inputs.get("Runtime")
    if runtime not in _RUNTIMES:
        yield f"step {name}: unknown Runtime {runtime}"
    elif str(runtime).startswith("python") and not inputs.get("Handler"):
        yield f"step {name}: Python scripts need a Handler"
    if not (inputs.get("Script") or inputs.get("Attachment")):
        yield f"step {name}: give Script or Attachment"
    if not isinstance(inputs.get("InputPayload", {}), dict):
        yield f"step {name}: InputPayload is no object"


def _references(content: Json, steps: list[Json]) -> Iterator[str]:
    """References to what is neither a parameter, a variable, a system variable nor an output of an earlier step."""
    known = {*(content.get("parameters") or {}), *(f"variable:{name}" for name in content.get("variables") or {})}
    for where in ("assumeRole", "description"):
        yield from _unknown(content.get(where), known, set(), where)
    seen: set[str] = set()
    for step in steps:
        yield from _unknown(step["inputs"], known, seen, f"step {step['name']}")
        seen.add(step["name"])
    outputs = {f"{step['name']}.{output['Name']}" for step in steps for output in step.get("outputs") or []}
    for output in content.get("outputs") or []:
        name = str(output)
        if name not in outputs and name.removesuffix(".OutputPayload") not in seen:
            yield f"outputs: {name} is no output of a step"


def _unknown(value: Any, known: set[str], steps: set[str], where: str) -> Iterator[str]:
    for text in _texts(value):
        for name in _REFERENCE.findall(text):
            if name not in known and not name.startswith(_SYSTEM) and name.partition(".")[0] not in steps:
                yield f"{where}: {{{{ {name} }}}} refers to nothing"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(inner)
