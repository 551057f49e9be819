# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regions that an account has to enable before it can use them; setting `regions_not_enabled` names those it has not.

AWS Account Management Guide, "Specify which AWS Regions your account can use": IAM's data is not handed to a Region
that is not enabled, so nobody there knows the caller. The error of each service: EC2 API Reference, "Error codes"
(AuthFailure); "Common errors" of IAM, SQS, DynamoDB (InvalidClientTokenId, UnrecognizedClientException); S3 User Guide,
"Configuring Multi-Region Access Point opt-in Regions" (InvalidToken). A bucket in such a Region, or asked for there, is
no redirect but IllegalLocationConstraintException (S3 API Reference, "Error responses"; boto3 redirects upon it).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from aws_lab import caller, extensions, settings
from aws_lab.regions import DEFAULT, OPT_IN
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response, protocol_of

_PAGE = 50


def install() -> None:
    """Refuse calls to Regions that are not enabled, and answer the calls that tell which are."""
    extensions.register_handler(_is_for_unknown_caller, _refuse)
    extensions.register_handler(lambda request: request.service == "account" and request.path in _ACCOUNT, _account)
    extensions.register_handler(
        lambda request: request.service == "ec2" and request.operation == "DescribeRegions", _describe_regions
    )
    from ministack.services import s3

    s3.region_mismatch_error = _no_redirect(s3.region_mismatch_error)


def is_enabled(region: str) -> bool:
    """Whether the lab's accounts can use the Region."""
    return region not in settings.get().regions_not_enabled


def status(region: str) -> str:
    """ENABLED_BY_DEFAULT, ENABLED or DISABLED."""
    if not is_enabled(region):
        return "DISABLED"
    return "ENABLED" if region in OPT_IN else "ENABLED_BY_DEFAULT"


# ---- calls to a Region that is not enabled


def _is_for_unknown_caller(request: Request) -> bool:
    return bool(settings.get().regions_not_enabled) and not is_enabled(request.region)


async def _refuse(request: Request) -> Response:
    has_token = "x-amz-security-token" in request.headers or "X-Amz-Security-Token" in request.query
    return error_response(request, _error(request, has_token))


def _error(request: Request, has_token: bool) -> ServiceError:
    if request.service in ("s3", "s3-control"):
        if has_token:
            return ServiceError(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
        message = "The AWS Access Key Id you provided does not exist in our records."
        return ServiceError(403, "InvalidAccessKeyId", message)
    if request.service == "ec2":
        message = "AWS was not able to validate the provided access credentials"
        return ServiceError(401, "AuthFailure", message)
    message = "The security token included in the request is invalid."
    if protocol_of(request) == "query" or request.service in ("sqs", "sns", "cloudwatch", "sts", "iam"):
        return ServiceError(403, "InvalidClientTokenId", message)
    status_code = 403 if protocol_of(request) == "rest-json" else 400
    return ServiceError(status_code, "UnrecognizedClientException", message)


def _no_redirect(redirect: Callable[..., Any]) -> Callable[..., Any]:
    from ministack.services import s3

    @functools.wraps(redirect)
    def wrapped(
        method: str, bucket: str, key: str, headers: dict[str, Any], query: dict[str, Any], signed: str, home: str
    ) -> Any:
        if home not in OPT_IN and signed not in OPT_IN:
            return redirect(method, bucket, key, headers, query, signed, home)
        region = {"x-amz-bucket-region": home}
        if method == "HEAD":
            return 400, {"Content-Type": "application/xml", **region}, b""
        message = (
            f"The {home} location constraint is incompatible for the region specific endpoint this request was sent to."
        )
        return s3._error("IllegalLocationConstraintException", message, 400, f"/{bucket}", headers=region)

    return wrapped


# ---- which Regions are enabled


async def _account(request: Request) -> Response:
    action, answer = _ACCOUNT[request.path]
    denied = caller.refusal(request, f"account:{action}")
    if denied is not None:
        return denied
    return answer(request, json.loads(request.body or b"{}"))


def _list_regions(_unused: Request, asked: dict[str, Any]) -> Response:
    wanted = asked.get("RegionOptStatusContains") or []
    found = [{"RegionName": region, "RegionOptStatus": status(region)} for region in sorted({*DEFAULT, *OPT_IN})]
    found = [told for told in found if not wanted or told["RegionOptStatus"] in wanted]
    start, size = int(asked.get("NextToken") or 0), int(asked.get("MaxResults") or _PAGE)
    told: dict[str, Any] = {"Regions": found[start : start + size]}
    if len(found) > start + size:
        told["NextToken"] = str(start + size)
    return _json(told)


def _get_status(request: Request, asked: dict[str, Any]) -> Response:
    region = str(asked.get("RegionName") or "")
    if region not in OPT_IN and region not in DEFAULT:
        message = f"The Region {region} is not known."
        return error_response(request, ServiceError(400, "ValidationException", message))
    return _json({"RegionName": region, "RegionOptStatus": status(region)})


_ACCOUNT: dict[str, tuple[str, Callable[[Request, dict[str, Any]], Response]]] = {
    "/listRegions": ("ListRegions", _list_regions),
    "/getRegionOptStatus": ("GetRegionOptStatus", _get_status),
}


async def _describe_regions(request: Request) -> Response:
    denied = caller.refusal(request, "ec2:DescribeRegions")
    if denied is not None:
        return denied
    given = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    named = {value for name, value in given.items() if name.startswith("RegionName.")}
    everything = given.get("AllRegions", "").lower() == "true"
    items = []
    for region in sorted({*DEFAULT, *OPT_IN}):
        if (named and region not in named) or not (everything or is_enabled(region)):
            continue
        items.append(
            f"<item><regionName>{escape(region)}</regionName><regionEndpoint>ec2.{region}.amazonaws.com"
            f"</regionEndpoint><optInStatus>{_EC2[status(region)]}</optInStatus></item>"
        )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<DescribeRegionsResponse '
        'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>lab</requestId>'
        f"<regionInfo>{''.join(items)}</regionInfo></DescribeRegionsResponse>"
    )
    return Response(200, {"content-type": "text/xml;charset=UTF-8"}, body.encode())


_EC2 = {"ENABLED_BY_DEFAULT": "opt-in-not-required", "ENABLED": "opted-in", "DISABLED": "not-opted-in"}


def _json(answer: dict[str, Any]) -> Response:
    return Response(200, {"content-type": "application/json"}, json.dumps(answer).encode())
