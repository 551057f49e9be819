# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bucket owner condition, which MiniStack does not know.

A request that names the account expected to own a bucket is denied with 403 AccessDenied when another account owns it
(S3 User Guide, "Verifying bucket ownership with bucket owner condition"). A bucket that is missing stays missing.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from aws_lab import extensions, store
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response

_DENIED = ServiceError(403, "AccessDenied", "Access Denied")
_NO_ACCOUNT = ServiceError(
    400, "InvalidBucketOwnerAWSAccountID", "The value of the expected bucket owner parameter must be an AWS account ID"
)
_HEADERS = ("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner")
_ACCOUNT = re.compile(r"\d{12}\Z")


def install() -> None:
    """Ask before MiniStack is asked."""
    extensions.register_handler(_is_not_owned_as_expected, _deny)


def _is_not_owned_as_expected(request: Request) -> bool:
    if request.service != "s3" or not any(header in request.headers for header in _HEADERS):
        return False
    if _names_no_account(request):
        return True
    source = unquote(request.headers.get("x-amz-copy-source", "")).lstrip("/").partition("/")[0]
    return _differs(request, "x-amz-expected-bucket-owner", request.bucket) or _differs(
        request, "x-amz-source-expected-bucket-owner", source
    )


def _differs(request: Request, header: str, bucket: str | None) -> bool:
    expected = request.headers.get(header)
    return bool(expected and bucket) and store.owner(bucket or "") not in (None, expected)


def _names_no_account(request: Request) -> bool:
    return any(not _ACCOUNT.match(request.headers.get(header) or "0" * 12) for header in _HEADERS)


async def _deny(request: Request) -> Response:
    response = error_response(request, _NO_ACCOUNT if _names_no_account(request) else _DENIED)
    if request.method == "HEAD":
        response.body = b""
    return response
