# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block Public Access of an account: S3 Control's Get, Put and DeletePublicAccessBlock.

S3 API Reference, PutPublicAccessBlock (S3 Control); S3 User Guide, "Blocking public access to your Amazon S3 storage":
of the settings of account and bucket the more restrictive one counts, for every bucket of the account, in every Region.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ministack.services import s3

from aws_lab import caller, extensions
from aws_lab.batch import codec
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response

_PATH = "/v20180820/configuration/publicAccessBlock"
_SHAPE = "PublicAccessBlockConfiguration"
_SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_ACTIONS = {"GET": "s3:GetAccountPublicAccessBlock", "PUT": "s3:PutAccountPublicAccessBlock"}
_ACTIONS["DELETE"] = _ACTIONS["PUT"]

_blocks: dict[str, dict[str, bool]] = {}


def install() -> None:
    """Answer the three operations, and let every bucket feel them."""
    extensions.register_handler(
        lambda request: request.service == "s3-control" and request.path == _PATH and request.method in _ACTIONS,
        _answer,
    )
    extensions.on_reset(_blocks.clear)
    s3._public_access_blocked = _with_account(s3._public_access_blocked)


def _with_account(blocked: Callable[[str, str, str], bool]) -> Callable[[str, str, str], bool]:
    @functools.wraps(blocked)
    def wrapped(account: str, bucket: str, setting: str) -> bool:
        return _blocks.get(account, {}).get(setting, False) or blocked(account, bucket, setting)

    return wrapped


async def _answer(request: Request) -> Response:
    refused = caller.refusal(request, _ACTIONS[request.method])
    if refused is not None:
        return refused
    if request.headers.get("x-amz-account-id") != request.account_id:
        return error_response(request, ServiceError(403, "AccessDenied", "Access Denied"))
    if request.method == "DELETE":
        _blocks.pop(request.account_id, None)
        return Response(204)
    if request.method == "PUT":
        return _put(request)
    found: dict[str, Any] | None = _blocks.get(request.account_id)
    if found is None:
        message = "The public access block configuration was not found"
        return error_response(request, ServiceError(404, "NoSuchPublicAccessBlockConfiguration", message))
    return Response(200, {"content-type": "application/xml"}, codec.encode(_SHAPE, found))


def _put(request: Request) -> Response:
    try:
        given = codec.decode(request.body, _SHAPE)
    except codec.MalformedError:
        return error_response(request, ServiceError(400, "MalformedXML", str(s3._MALFORMED_XML)))
    _blocks[request.account_id] = {setting: bool(given.get(setting)) for setting in _SETTINGS}
    return Response(201)
