# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiment templates of AWS Fault Injection Service: from options to the API's document and back, and compared.

Source: FIS API reference, CreateExperimentTemplate, UpdateExperimentTemplate, ExperimentTemplate. A template has no
name of its own: the tag ``Name``, which the console shows, tells it from the others.

Names that users choose (of actions, targets, parameters, tags) are keys of maps, so each level is translated by its own
table and never by a rule for all keys.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pauses import ACTION as PAUSE

Json = dict[str, Any]

NAME_TAG = "Name"
BUCKETS = "buckets"
PAUSE_ACTION = "pause_replication"

ACTION_NAMES = {
    "action_id": "actionId",
    "description": "description",
    "parameters": "parameters",
    "targets": "targets",
    "start_after": "startAfter",
}
TARGET_NAMES = {
    "resource_type": "resourceType",
    "resource_arns": "resourceArns",
    "resource_tags": "resourceTags",
    "filters": "filters",
    "selection_mode": "selectionMode",
    "parameters": "parameters",
}
_LOG_NAMES = {
    "cloud_watch_logs_configuration": ("cloudWatchLogsConfiguration", {"log_group_arn": "logGroupArn"}),
    "s3_configuration": ("s3Configuration", {"bucket_name": "bucketName", "prefix": "prefix"}),
}
_OPTION_NAMES = {
    "account_targeting": "accountTargeting",
    "empty_target_resolution_mode": "emptyTargetResolutionMode",
}
# What FIS takes where nothing is said (FIS User Guide, "Experiment options").
_OPTION_DEFAULTS = {"accountTargeting": "single-account", "emptyTargetResolutionMode": "fail"}
_TEXT_MAPS = ("parameters", "targets", "resource_tags")


def pause_parts(pause: Mapping[str, Any]) -> tuple[Json, Json]:
    """Give targets and actions, in the form of the options, that pause the replication of buckets.

    ``pause``: ``tags`` of the buckets, ``region`` of the destinations, ``duration``, and perhaps
    ``destination_buckets`` and ``prefixes``.
    """
    parameters = {"duration": pause["duration"], "region": pause["region"]}
    if pause.get("destination_buckets"):
        parameters["destinationBuckets"] = ",".join(pause["destination_buckets"])
    if pause.get("prefixes"):
        parameters["prefixes"] = ",".join(pause["prefixes"])
    targets = {
        BUCKETS: {"resource_type": "aws:s3:bucket", "resource_tags": dict(pause["tags"]), "selection_mode": "ALL"}
    }
    actions = {PAUSE_ACTION: {"action_id": PAUSE, "parameters": parameters, "targets": {"Buckets": BUCKETS}}}
    return targets, actions


def document(options: Mapping[str, Any]) -> Json:
    """Give the document that the checked ``options`` stand for, in the API's form and in the normal one.

    What the options leave unsaid (``None``) is left out.
    """
    made: Json = {
        "description": options.get("description"),
        "roleArn": options["role"],
        "stopConditions": [
            {name: value for name, value in condition.items() if value} for condition in options["stop_conditions"]
        ],
        "targets": {name: _named(TARGET_NAMES, target) for name, target in (options.get("targets") or {}).items()},
        "actions": {name: _named(ACTION_NAMES, action) for name, action in options["actions"].items()},
    }
    if options.get("log_configuration"):
        made["logConfiguration"] = _logs(options["log_configuration"])
    if options.get("experiment_options"):
        made["experimentOptions"] = _renamed(_OPTION_NAMES, options["experiment_options"])
    if options.get("experiment_report_configuration"):
        made["experimentReportConfiguration"] = _report(options["experiment_report_configuration"])
    return normal({name: value for name, value in made.items() if value is not None})


def normal(template: Mapping[str, Any]) -> Json:
    """Give what counts of a template, in one form: without empty members, and sorted where order means nothing.

    ``template`` is a document, or the ``experimentTemplate`` that a Get answers.
    """
    kept: Json = {
        "description": template.get("description"),
        "roleArn": template.get("roleArn"),
        "stopConditions": _sorted(template.get("stopConditions") or []),
        "targets": {name: _target(given) for name, given in sorted((template.get("targets") or {}).items())},
        "actions": {name: _action(given) for name, given in sorted((template.get("actions") or {}).items())},
        "logConfiguration": _full(template.get("logConfiguration") or {}),
        "experimentOptions": _full(template.get("experimentOptions") or {}),
        "experimentReportConfiguration": _full(template.get("experimentReportConfiguration") or {}),
    }
    return {name: value for name, value in kept.items() if value or name in ("targets", "actions", "stopConditions")}


def merged(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> Json:
    """Give the normal document that an update leads to: what ``wanted`` does not say stays as it is."""
    said = [given.get("experimentOptions") or {} for given in (present, wanted)]
    options = {**_OPTION_DEFAULTS, **said[0], **said[1]}
    return normal({**present, **wanted, "experimentOptions": options})


def changes(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> Json:
    """Give UpdateExperimentTemplate's arguments: the members that differ, whole. Empty when nothing does.

    Account targeting is left out: the API has no way to change it (:func:`fixed_problem` says so).
    """
    after, before = merged(present, wanted), merged(present, {})
    differing = {name: value for name, value in after.items() if before.get(name) != value}
    if "experimentOptions" in differing:
        mode = after["experimentOptions"]["emptyTargetResolutionMode"]
        differing["experimentOptions"] = {"emptyTargetResolutionMode": mode}
    return differing


def fixed_problem(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> str | None:
    """Say which wish can't be had without a new template; ``None`` when all can."""
    before = merged(present, {})["experimentOptions"]["accountTargeting"]
    after = merged(present, wanted)["experimentOptions"]["accountTargeting"]
    if before == after:
        return None
    return (
        f"account_targeting is {before} and can't become {after}: AWS has no call for that. Remove the template "
        "(state: absent) and make it anew"
    )


def token(name: str, wanted: Mapping[str, Any], tags: Mapping[str, str], attempt: int) -> str:
    """Give the client token of a new template: the same one for the same content, so that a repeated call makes none.

    ``attempt`` counts on when the token was used up by a template that is gone.
    """
    told = json.dumps([name, wanted, sorted(tags.items()), attempt], sort_keys=True)
    return f"aws_dr.s3-{hashlib.sha256(told.encode()).hexdigest()[:48]}"


def as_result(template: Mapping[str, Any]) -> Json:
    """Give a normal document in the form of the options, for results and diffs."""
    shown: Json = {
        "description": template.get("description", ""),
        "role": template.get("roleArn", ""),
        "stop_conditions": template.get("stopConditions", []),
        "targets": {name: _shown(TARGET_NAMES, given) for name, given in template.get("targets", {}).items()},
        "actions": {name: _shown(ACTION_NAMES, given) for name, given in template.get("actions", {}).items()},
        "experiment_options": _shown(_OPTION_NAMES, {**_OPTION_DEFAULTS, **template.get("experimentOptions", {})}),
    }
    logs, report = template.get("logConfiguration"), template.get("experimentReportConfiguration")
    shown["log_configuration"] = _shown_logs(logs) if logs else None
    shown["experiment_report_configuration"] = _shown_report(report) if report else None
    return shown


def _named(names: Mapping[str, str], given: Mapping[str, Any]) -> Json:
    """Translate one action or target; what users write as numbers or booleans becomes the text that the API takes."""
    made = _renamed(names, given)
    for name in _TEXT_MAPS:
        member = names.get(name)
        if member and made.get(member):
            made[member] = {str(key): api_text(value) for key, value in made[member].items()}
    return made


def api_text(value: Any) -> str:
    """Give a value as text: YAML's booleans in AWS's spelling."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _renamed(names: Mapping[str, str], given: Mapping[str, Any]) -> Json:
    return {names[name]: value for name, value in given.items() if value is not None}


def _shown(names: Mapping[str, str], given: Mapping[str, Any]) -> Json:
    return {ours: given[theirs] for ours, theirs in names.items() if theirs in given}


def _logs(given: Mapping[str, Any]) -> Json:
    made: Json = {"logSchemaVersion": given["log_schema_version"]}
    for ours, (theirs, names) in _LOG_NAMES.items():
        if given.get(ours):
            made[theirs] = _renamed(names, given[ours])
    return made


def _shown_logs(given: Mapping[str, Any]) -> Json:
    made: Json = {"log_schema_version": given.get("logSchemaVersion")}
    for ours, (theirs, names) in _LOG_NAMES.items():
        if given.get(theirs):
            made[ours] = _shown(names, given[theirs])
    return made


_BOUNDS = {
    "pre_experiment_duration": "preExperimentDuration",
    "post_experiment_duration": "postExperimentDuration",
}


def _report(given: Mapping[str, Any]) -> Json:
    made = _renamed(_BOUNDS, {name: given.get(name) for name in _BOUNDS})
    place = _renamed(_LOG_NAMES["s3_configuration"][1], given["s3_configuration"])
    made["outputs"] = {"s3Configuration": place}
    if given.get("cloud_watch_dashboards"):
        boards = [{"dashboardIdentifier": board} for board in given["cloud_watch_dashboards"]]
        made["dataSources"] = {"cloudWatchDashboards": boards}
    return made


def _shown_report(given: Mapping[str, Any]) -> Json:
    made = _shown(_BOUNDS, given)
    place = (given.get("outputs") or {}).get("s3Configuration") or {}
    made["s3_configuration"] = _shown(_LOG_NAMES["s3_configuration"][1], place)
    boards = (given.get("dataSources") or {}).get("cloudWatchDashboards") or []
    made["cloud_watch_dashboards"] = [board.get("dashboardIdentifier") for board in boards]
    return made


def _target(given: Mapping[str, Any]) -> Json:
    made = _full(given)
    if "resourceArns" in made:
        made["resourceArns"] = sorted(made["resourceArns"])
    if "filters" in made:
        made["filters"] = _sorted({**one, "values": sorted(one.get("values") or [])} for one in made["filters"])
    return made


def _action(given: Mapping[str, Any]) -> Json:
    made = _full(given)
    if "startAfter" in made:
        made["startAfter"] = sorted(made["startAfter"])
    return made


def _full(given: Mapping[str, Any]) -> Json:
    """Leave out members that say nothing, at every depth."""
    kept = {name: _full(value) if isinstance(value, Mapping) else value for name, value in sorted(given.items())}
    return {name: value for name, value in kept.items() if value not in (None, "", [], {})}


def _sorted(given: Iterable[Any]) -> list[Any]:
    return sorted(given, key=lambda one: json.dumps(one, sort_keys=True))
