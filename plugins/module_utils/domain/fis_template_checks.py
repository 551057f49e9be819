# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can't be right in the options of an experiment template, found before AWS is asked.

Sources: FIS User Guide, "Targets", "Actions", "Stop conditions", "AWS FIS actions reference"
(``aws:s3:bucket-pause-replication``); FIS API reference and botocore's model for lengths and patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_of, parse_arn, role_arn_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.durations import read_duration
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.fis_template import (
    ACTION_NAMES,
    NAME_TAG,
    TARGET_NAMES,
    api_text,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pauses import ACTION as PAUSE

ALARM, NONE = "aws:cloudwatch:alarm", "none"
BUCKET_TYPE = "aws:s3:bucket"
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(hours=12)
_MOST_ARNS = 5
_SELECTION = re.compile(r"ALL|COUNT\(([1-9][0-9]{0,9})\)|PERCENT\(([1-9][0-9]?|100)\)")
_NAME = re.compile(r"\S{1,64}")
_VALUE = re.compile(r"\S{1,1024}")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_PAUSE_PARAMETERS = {"duration", "region", "destinationBuckets", "prefixes"}


def template_problems(options: Mapping[str, Any]) -> list[str]:
    """Say all that is wrong. ``options`` are the module's, with ``actions`` and ``targets`` as maps."""
    role = role_arn_problem(options["role"])
    targets, actions = options.get("targets") or {}, options["actions"]
    found = [f"role: {role}"] if role else []
    if len(options.get("description") or "") > 512:
        found.append("description is longer than 512 characters")
    found += _stop_problems(options["stop_conditions"])
    found += _tag_problems(options["name"], options.get("tags") or {})
    shapes = [*_shape_problems("target", TARGET_NAMES, targets), *_shape_problems("action", ACTION_NAMES, actions)]
    if shapes:
        return [*found, *shapes]
    for name, target in targets.items():
        found += [f"target {name}: {problem}" for problem in _target_problems(target)]
    if not actions:
        found.append("actions is empty; a template needs at least one")
    for name, action in actions.items():
        found += [f"action {name}: {problem}" for problem in _action_problems(action, targets, set(actions))]
    return found + _order_problems(actions)


def _stop_problems(conditions: list[Mapping[str, Any]]) -> Iterator[str]:
    if not conditions:
        yield (
            "stop_conditions is empty; name the CloudWatch alarms that stop an experiment, or say source: none to run "
            "it without"
        )
    if len(conditions) > 1 and any(condition["source"] == NONE for condition in conditions):
        yield "stop_conditions has source none beside others; none stands alone"
    for condition in conditions:
        value = condition.get("value")
        if condition["source"] == NONE and value:
            yield f"stop_conditions: source none takes no value, and {value} is given"
        if condition["source"] == ALARM:
            arn = parse_arn(value or "")
            if arn is None or arn.service != "cloudwatch" or not arn.resource.startswith("alarm:"):
                yield f"stop_conditions: {value!r} is not the ARN of a CloudWatch alarm"


def _tag_problems(name: str, tags: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= len(name) <= 256:
        yield f"name has {len(name)} characters; it is kept as the tag {NAME_TAG}, which has 1 to 256"
    if str(tags.get(NAME_TAG, name)) != name:
        yield f"tags has {NAME_TAG}={tags[NAME_TAG]}, which is where name ({name}) is kept; leave it out"
    yield from (f"tag {key} belongs to AWS; leave it out" for key in tags if str(key).lower().startswith("aws:"))
    if len({*tags, NAME_TAG}) > 50:
        yield f"there are {len({*tags, NAME_TAG})} tags with {NAME_TAG}; AWS allows 50"


def _shape_problems(kind: str, names: Mapping[str, str], given: Any) -> Iterator[str]:
    """Say where a map of actions or targets has not the form that the rest of the checks can rely on."""
    for name, one in given.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            yield f"{kind} {name!r}: a name has 1 to 64 characters and no white space"
        if not isinstance(one, Mapping):
            yield f"{kind} {name}: it has to be a dict, and is {one!r}"
            continue
        unknown = sorted(str(key) for key in one if key not in names)
        if unknown:
            yield f"{kind} {name}: unknown keys {', '.join(unknown)}; known are {', '.join(names)}"
        for key, value in one.items():
            if value is None or key not in names:
                continue
            told = _kind_problem(key, value)
            if told:
                yield f"{kind} {name}: {key} has to be {told}, and is {value!r}"
        required = ("action_id",) if kind == "action" else ("resource_type", "selection_mode")
        yield from (f"{kind} {name}: {key} is missing" for key in required if not one.get(key))


def _kind_problem(key: str, value: Any) -> str:
    """Say of what form a member has to be, "" when it is."""
    if key in ("parameters", "targets", "resource_tags"):
        plain = isinstance(value, Mapping) and all(
            isinstance(name, str) and isinstance(one, str | int | float) for name, one in value.items()
        )
        return "" if plain else "a dict of texts"
    if key in ("resource_arns", "start_after"):
        return "" if _is_texts(value) else "a list of texts"
    if key == "filters":
        fits = isinstance(value, list) and all(
            isinstance(one, Mapping)
            and set(one) == {"path", "values"}
            and isinstance(one["path"], str)
            and _is_texts(one["values"])
            for one in value
        )
        return "" if fits else "a list of dicts with path and values"
    return "" if isinstance(value, str) else "a text"


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _target_problems(target: Mapping[str, Any]) -> Iterator[str]:
    arns, tags = target.get("resource_arns") or [], target.get("resource_tags") or {}
    if arns and (tags or target.get("filters")):
        yield "give resource_arns, or resource_tags and filters, not both"
    if target["resource_type"] == BUCKET_TYPE and not tags:
        yield f"resources of type {BUCKET_TYPE} are found by resource_tags only"
    elif not (arns or tags or target.get("filters") or target.get("parameters")):
        yield "nothing says which resources it stands for; give resource_arns or resource_tags"
    if len(arns) > _MOST_ARNS:
        yield f"there are {len(arns)} resource_arns; AWS allows {_MOST_ARNS}. Use resource_tags"
    if not _SELECTION.fullmatch(target["selection_mode"]):
        yield f"selection_mode is {target['selection_mode']}; it has to be ALL, COUNT(n) or PERCENT(n)"
    if target["resource_type"] == BUCKET_TYPE and arns:
        yield f"resources of type {BUCKET_TYPE} can't be named by resource_arns"


def _action_problems(action: Mapping[str, Any], targets: Mapping[str, Any], actions: set[str]) -> Iterator[str]:
    parameters = {key: api_text(value) for key, value in (action.get("parameters") or {}).items()}
    for key, value in parameters.items():
        if not _VALUE.fullmatch(value):
            yield f"parameter {key} has 1 to 1024 characters and no white space, and is {value!r}"
    if "duration" in parameters:
        length = read_duration(parameters["duration"])
        if length is None or not _SHORTEST <= length <= _LONGEST:
            yield f"duration is {parameters['duration']}; it has to be an ISO 8601 duration from PT1M to PT12H"
    for key, name in (action.get("targets") or {}).items():
        if name not in targets:
            yield f"its target {key} is {name}, and there is no such target"
    unknown = [name for name in action.get("start_after") or [] if name not in actions]
    if unknown:
        yield f"start_after names {', '.join(unknown)}, and there is no such action"
    if action["action_id"] == PAUSE:
        yield from _pause_problems(action, parameters, targets)


def _pause_problems(
    action: Mapping[str, Any], parameters: Mapping[str, str], targets: Mapping[str, Any]
) -> Iterator[str]:
    missing = {"duration", "region"} - set(parameters)
    unknown = set(parameters) - _PAUSE_PARAMETERS
    yield from (f"parameter {name} is missing" for name in sorted(missing))
    yield from (f"parameter {name} is none of {PAUSE}" for name in sorted(unknown))
    region = parameters.get("region")
    if region is not None and not _REGION.fullmatch(region):
        yield f"region is {region}; it has to be the Region of the destination buckets, such as eu-west-1"
    for bucket in filter(None, parameters.get("destinationBuckets", "").split(",")):
        if bucket_of(bucket) is None:
            yield f"destination bucket {bucket!r} is neither a bucket's name nor its ARN"
    named = action.get("targets") or {}
    if set(named) != {"Buckets"}:
        yield "its target has to be given as Buckets"
    for name in named.values():
        if name in targets and targets[name]["resource_type"] != BUCKET_TYPE:
            yield f"target {name} is of type {targets[name]['resource_type']}; it has to be {BUCKET_TYPE}"


def _order_problems(actions: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Say which actions wait for one another."""
    waiting = {name: set(action.get("start_after") or []) & set(actions) for name, action in actions.items()}
    while True:
        ready = {name for name, before in waiting.items() if not before & set(waiting)}
        if not ready:
            break
        waiting = {name: before for name, before in waiting.items() if name not in ready}
    return [f"actions {', '.join(sorted(waiting))} wait for one another by start_after"] if waiting else []
