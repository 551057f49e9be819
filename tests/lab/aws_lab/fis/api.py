# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of FIS, REST JSON (FIS API Reference; permissions: Service Authorization Reference, "AWS FIS")."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from aws_lab import caller, clock
from aws_lab.fis import answers, checks, runner
from aws_lab.fis.checks import RefusedError, invalid
from aws_lab.fis.model import ActionState, Experiment, Template, experiments, templates, tokens
from aws_lab.request import Request, Response
from aws_lab.wire import error_response

Json = dict[str, Any]
_PAGE = 100


class _DeniedError(Exception):
    """The caller may not; the answer is ready."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def matches(request: Request) -> bool:
    """Whether the request is one of ours."""
    return request.service == "fis"


async def handle(request: Request) -> Response:
    """Answer it."""
    operation = _operation(request)
    try:
        if operation is None:
            raise RefusedError(
                "UnknownOperationException", f"the lab's FIS has no {request.method} {request.path}", 404
            )
        answer = _OPERATIONS[operation](request)
    except RefusedError as refused:
        return error_response(request, refused.error)
    except _DeniedError as denied:
        return denied.answer
    return Response(200, {"content-type": "application/json"}, json.dumps(answer).encode())


# ---- templates


def _create_template(request: Request) -> Json:
    given = _body(request, "CreateExperimentTemplate")
    _may(request, "fis:CreateExperimentTemplate", _arn(request, "experiment-template/*"))
    for action in given["actions"].values():
        _may(request, "fis:CreateExperimentTemplate", _arn(request, f"action/{action['actionId']}"))
    _may(request, "iam:PassRole", given["roleArn"], {"iam:PassedToService": "fis.amazonaws.com"})
    tags = given.pop("tags", None) or {}
    if tags:
        _may(request, "fis:TagResource", _arn(request, "experiment-template/*"))
    token = (request.account_id, request.region, given.pop("clientToken"))
    checks.check_template(given)
    known = templates.get(tokens.get(token, ""))
    if known is None:
        known = Template(request.account_id, request.region, given, tags)
        templates[known.id], tokens[token] = known, known.id
    elif known.request != given:
        raise RefusedError("ConflictException", "the client token was used for another template", 409)
    return {"experimentTemplate": answers.template(known)}


def _get_template(request: Request) -> Json:
    return {"experimentTemplate": answers.template(_find(request, templates, "fis:GetExperimentTemplate"))}


def _update_template(request: Request) -> Json:
    """UpdateExperimentTemplate: members that are given replace those that are there."""
    found = _find(request, templates, "fis:UpdateExperimentTemplate")
    given = _body(request, "UpdateExperimentTemplate", id=found.id)
    del given["id"]
    for action in (given.get("actions") or {}).values():
        _may(request, "fis:UpdateExperimentTemplate", _arn(request, f"action/{action.get('actionId')}"))
    if "roleArn" in given:
        _may(request, "iam:PassRole", given["roleArn"], {"iam:PassedToService": "fis.amazonaws.com"})
    options = {**(found.request.get("experimentOptions") or {}), **(given.get("experimentOptions") or {})}
    wanted = {**found.request, **given, **({"experimentOptions": options} if options else {})}
    checks.check_template(wanted)
    found.request, found.updated = wanted, clock.now()
    return {"experimentTemplate": answers.template(found)}


def _delete_template(request: Request) -> Json:
    found = _find(request, templates, "fis:DeleteExperimentTemplate")
    del templates[found.id]
    return {"experimentTemplate": answers.template(found)}


def _list_templates(request: Request) -> Json:
    _may(request, "fis:ListExperimentTemplates", "*")
    shown = ("id", "arn", "description", "creationTime", "lastUpdateTime", "tags")
    mine = [answers.template(known) for known in templates.values() if _is_mine(request, known)]
    return _paged(request, "experimentTemplates", [{name: known[name] for name in shown} for known in mine])


# ---- experiments


def _start(request: Request) -> Json:
    given = _body(request, "StartExperiment")
    template = templates.get(given["experimentTemplateId"])
    _may(request, "fis:StartExperiment", _arn(request, f"experiment-template/{given['experimentTemplateId']}"))
    _may(request, "fis:StartExperiment", _arn(request, "experiment/*"))
    if given.get("tags"):
        _may(request, "fis:TagResource", _arn(request, "experiment/*"))
    if template is None or not _is_mine(request, template):
        raise _unknown(given["experimentTemplateId"])
    token = (request.account_id, request.region, given["clientToken"])
    known = experiments.get(tokens.get(token, ""))
    if known is None:
        mode = (given.get("experimentOptions") or {}).get("actionsMode", "run-all")
        known = Experiment(dataclasses.replace(template), given.get("tags") or {}, mode)
        known.actions = {name: ActionState() for name in template.request["actions"]}
        experiments[known.id], tokens[token] = known, known.id
        runner.start(known)
    return {"experiment": answers.experiment(known)}


def _get(request: Request) -> Json:
    return {"experiment": answers.experiment(_find(request, experiments, "fis:GetExperiment"))}


def _stop(request: Request) -> Json:
    found = _find(request, experiments, "fis:StopExperiment")
    if not found.has_ended:
        runner.stop(found)
    return {"experiment": answers.experiment(found)}


def _list(request: Request) -> Json:
    _may(request, "fis:ListExperiments", "*")
    wanted = request.query.get("experimentTemplateId", [None])[0]
    mine = [
        {
            "id": known.id,
            "arn": known.arn,
            "experimentTemplateId": known.template.id,
            "state": {"status": known.status, "reason": known.reason},
            "creationTime": known.created,
            "tags": known.tags,
            "experimentOptions": answers.options(known),
        }
        for known in experiments.values()
        if _is_mine(request, known.template) and wanted in (None, known.template.id)
    ]
    return _paged(request, "experiments", mine)


def _resolved_targets(request: Request) -> Json:
    found = _find(request, experiments, "fis:ListExperimentResolvedTargets", place=-2)
    wanted = request.query.get("targetName", [None])[0]
    shown = [
        {
            "resourceType": found.template.request["targets"][name]["resourceType"],
            "targetName": name,
            "targetInformation": {"arn": arn},
        }
        for name, arns in found.targets.items()
        for arn in arns
        if wanted in (None, name)
    ]
    return _paged(request, "resolvedTargets", shown)


# ---- tags


def _list_tags(request: Request) -> Json:
    return {"tags": _tagged(request, "fis:ListTagsForResource").tags}


def _tag(request: Request) -> Json:
    found = _tagged(request, "fis:TagResource")
    found.tags.update((json.loads(request.body or b"{}")).get("tags") or {})
    return {}


def _untag(request: Request) -> Json:
    found = _tagged(request, "fis:UntagResource")
    for name in request.query.get("tagKeys", []):
        found.tags.pop(name, None)
    return {}


_OPERATIONS: dict[str, Callable[[Request], Json]] = {
    "CreateExperimentTemplate": _create_template, "GetExperimentTemplate": _get_template,
    "UpdateExperimentTemplate": _update_template, "DeleteExperimentTemplate": _delete_template,
    "ListExperimentTemplates": _list_templates,
    "StartExperiment": _start, "GetExperiment": _get, "StopExperiment": _stop, "ListExperiments": _list,
    "ListExperimentResolvedTargets": _resolved_targets,
    "ListTagsForResource": _list_tags, "TagResource": _tag, "UntagResource": _untag,
}  # fmt: skip


# ---- what they share


def _operation(request: Request) -> str | None:
    if re.match(r"/tags/.+", request.path):
        return {"GET": "ListTagsForResource", "POST": "TagResource", "DELETE": "UntagResource"}.get(request.method)
    return request.operation if request.operation in _OPERATIONS else None


def _body(request: Request, operation: str, **of_the_path: str) -> Json:
    try:
        given = {**json.loads(request.body or b"{}"), **of_the_path}
    except ValueError:
        raise invalid("the body is not JSON") from None
    checks.check_form(operation, given)
    return dict(given)


def _may(request: Request, action: str, arn: str, context: Json | None = None) -> None:
    refused = caller.refusal(request, action, arn, context)
    if refused is not None:
        raise _DeniedError(refused)


def _arn(request: Request, resource: str) -> str:
    return f"arn:aws:fis:{request.region}:{request.account_id}:{resource}"


def _is_mine(request: Request, template: Template) -> bool:
    return (template.account, template.region) == (request.account_id, request.region)


def _find(request: Request, where: dict[str, Any], action: str, *, place: int = -1) -> Any:
    """The template or experiment that the path names, when the caller may."""
    name = request.path.rstrip("/").split("/")[place]
    found = where.get(name)
    kind = "experiment-template" if where is templates else "experiment"
    _may(request, action, _arn(request, f"{kind}/{name}"))
    if found is None or not _is_mine(request, found if where is templates else found.template):
        raise _unknown(name)
    return found


def _tagged(request: Request, action: str) -> Any:
    arn = unquote(request.path.removeprefix("/tags/"))
    _may(request, action, arn)
    everything: list[Any] = [*templates.values(), *experiments.values()]
    known = {found.arn: found for found in everything}
    if arn not in known:
        raise _unknown(arn)
    return known[arn]


def _unknown(name: str) -> RefusedError:
    return RefusedError("ResourceNotFoundException", f"{name} does not exist.", 404)


def _paged(request: Request, member: str, found: list[Json]) -> Json:
    token = request.query.get("nextToken", ["0"])[0]
    if not token.isdecimal():
        raise invalid("nextToken is not valid")
    begin, size = int(token), int(request.query.get("maxResults", [str(_PAGE)])[0])
    following = {"nextToken": str(begin + size)} if begin + size < len(found) else {}
    return {member: found[begin : begin + size], **following}
