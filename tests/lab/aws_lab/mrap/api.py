# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of S3 Control for Multi-Region Access Points, REST XML (S3 API Reference; parameters by botocore's
model; permissions: Service Authorization Reference, "Amazon S3").

Management is served in us-west-2 only, routes in five Regions; elsewhere the answer is 301 PermanentRedirect, with the
text that boto3 issue 3361 and cloud-nuke issue 667 report.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from ministack.services import s3

from aws_lab import caller
from aws_lab.batch import codec
from aws_lab.batch import requests as parameters
from aws_lab.mrap import points, requests, routes
from aws_lab.mrap.points import NONE_SUCH, Record, RefusedError
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response

Json = dict[str, Any]
_INSTANCES = "/v20180820/mrap/instances"
_ASYNC = "/v20180820/async-requests/mrap/"
_PAGE = 100


class _DeniedError(Exception):
    """The caller may not; the answer is ready."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def matches(request: Request) -> bool:
    """Whether the request is one of ours."""
    return request.service == "s3-control" and request.operation in _OPERATIONS


async def handle(request: Request) -> Response:
    """Answer it."""
    caller.pin(request)
    operation = request.operation
    try:
        _check_region(request)
        if request.headers.get("x-amz-account-id") != request.account_id:
            raise RefusedError(ServiceError(403, "AccessDenied", "Access Denied"))
        answer = await _OPERATIONS[operation](request)
    except _DeniedError as denied:
        return denied.answer
    except (RefusedError, parameters.RefusedError) as refused:
        return error_response(request, refused.error)
    if answer is None:
        return Response(200, {"content-type": "application/xml"})
    return Response(200, {"content-type": "application/xml"}, codec.encode(f"{operation}Result", answer))


def _check_region(request: Request) -> None:
    served = routes.REGIONS if request.operation.endswith("Routes") else (requests.REGION,)
    if request.region not in served:
        named = " and ".join(filter(None, (", ".join(served[:-1]), served[-1])))
        message = (
            f"This API operation is only available in the following Regions: {named}. Make sure to send all future "
            f"requests to a supported Region."
        )
        raise RefusedError(ServiceError(301, "PermanentRedirect", message))


# ---- operations


async def _create(request: Request) -> Json:
    return _submitted(request, "create", parameters.read(request.body, "CreateMultiRegionAccessPointRequest"))


async def _delete(request: Request) -> Json:
    return _submitted(request, "delete", parameters.read(request.body, "DeleteMultiRegionAccessPointRequest"))


async def _put_policy(request: Request) -> Json:
    return _submitted(request, "put-policy", parameters.read(request.body, "PutMultiRegionAccessPointPolicyRequest"))


def _submitted(request: Request, kind: str, wanted: Json) -> Json:
    details = wanted["Details"]
    known = None if kind == "create" else points.by_name(details["Name"])
    _may(request, points.arn(known))
    return {"RequestTokenARN": requests.submit(kind, wanted["ClientToken"], details).arn}


async def _describe(request: Request) -> Json:
    arn = unquote(request.raw_path.removeprefix(_ASYNC))
    _may(request, arn)
    found = requests.find(arn)
    if found is None:
        raise RefusedError(ServiceError(404, "NoSuchAsyncRequest", "The specified async request does not exist."))
    return {"AsyncOperation": found.described()}


async def _list(request: Request) -> Json:
    _may(request, "*")
    begin = request.query.get("nextToken", ["0"])[0]
    if not begin.isdecimal():
        raise RefusedError(ServiceError(400, "InvalidNextTokenException", "The token is not valid."))
    start, size = int(begin), min(_PAGE, int(request.query.get("maxResults", [str(_PAGE)])[0]))
    found = points.all_of_account()
    following = {"NextToken": str(start + size)} if start + size < len(found) else {}
    return {"AccessPoints": [points.report(record) for record in found[start : start + size]], **following}


async def _get(request: Request) -> Json:
    return {"AccessPoint": points.report(_named(request))}


async def _get_policy(request: Request) -> Json:
    record = _named(request)
    texts = {"Established": record.get("Policy"), "Proposed": record.get("Proposed")}
    return {"Policy": {kind: {"Policy": text} for kind, text in texts.items() if text}}


async def _get_policy_status(request: Request) -> Json:
    policy = _named(request).get("Policy")
    return {"Established": {"IsPublic": bool(policy) and s3._policy_is_public(policy)}}


async def _get_routes(request: Request) -> Json:
    arn, record = _routed(request)
    return {"Mrap": arn, "Routes": routes.shown(record)}


async def _submit_routes(request: Request) -> None:
    wanted = parameters.read(request.body, "SubmitMultiRegionAccessPointRoutesRequest")
    _arn, record = _routed(request)
    await routes.submit(record, wanted["RouteUpdates"])


_OPERATIONS: dict[str, Callable[[Request], Awaitable[Json | None]]] = {
    "CreateMultiRegionAccessPoint": _create,
    "DeleteMultiRegionAccessPoint": _delete,
    "PutMultiRegionAccessPointPolicy": _put_policy,
    "DescribeMultiRegionAccessPointOperation": _describe,
    "ListMultiRegionAccessPoints": _list,
    "GetMultiRegionAccessPoint": _get,
    "GetMultiRegionAccessPointPolicy": _get_policy,
    "GetMultiRegionAccessPointPolicyStatus": _get_policy_status,
    "GetMultiRegionAccessPointRoutes": _get_routes,
    "SubmitMultiRegionAccessPointRoutes": _submit_routes,
}


# ---- what they share


def _may(request: Request, arn: str) -> None:
    refused = caller.refusal(request, f"s3:{request.operation}", arn)
    if refused is not None:
        raise _DeniedError(refused)


def _named(request: Request) -> Record:
    """The access point whose name the path holds, when the caller may."""
    name = request.path.removeprefix(_INSTANCES + "/").split("/")[0]
    record = points.by_name(name)
    _may(request, points.arn(record))
    if record is None:
        raise RefusedError(NONE_SUCH)
    return record


def _routed(request: Request) -> tuple[str, Record]:
    """The access point whose ARN the path holds, when the caller may. Names and aliases are refused."""
    arn = request.path.removeprefix(_INSTANCES + "/").removesuffix("/routes")
    prefix = f"arn:aws:s3::{request.account_id}:accesspoint/"
    if not arn.startswith(prefix):
        raise RefusedError(ServiceError(400, "InvalidRequest", "Request invalid"))
    record = points.by_alias(arn.removeprefix(prefix))
    _may(request, points.arn(record))
    if record is None:
        raise RefusedError(NONE_SUCH)
    return arn, record
