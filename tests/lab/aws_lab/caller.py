# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the caller of a request may do what it asks: for handlers that answer instead of MiniStack.

The decision is MiniStack's evaluator's, with the caller's real policies, as for every call that MiniStack answers:
signature and session token first, then identity policies, boundary, session policy and resource policy (IAM User Guide,
"Policy evaluation logic"). For a service that acts as a role see aws_lab.iam.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import unescape

from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response

_CODE = re.compile(rb"<Code>(.*?)</Code>.*?<Message>(.*?)</Message>", re.DOTALL)
_MINISTACK_NAME = {"s3-control": "s3", "cloudwatch": "monitoring", "states": "stepfunctions"}


def refusal(
    request: Request, action: str, resource_arn: str = "*", context: Mapping[str, Any] | None = None
) -> Response | None:
    """The error answer when the caller may not do `action` (s3:CreateJob, iam:PassRole ...) on the resource, else None.

    `context` holds condition keys that the operation brings, such as iam:PassedToService. A wrong or missing signature
    is refused with the codes of the service that was called.
    """
    from ministack.app import _credential_failure
    from ministack.core.iam_actions import access_denied_response
    from ministack.core.iam_evaluator import AuthError, enforce

    pin(request)
    denied = enforce(
        request.access_key,
        action,
        action.partition(":")[0],
        request.region,
        resource_arn=resource_arn,
        service_context=dict(context or {}),
    )
    if not denied:
        return None
    service = _MINISTACK_NAME.get(request.service, request.service)
    if isinstance(denied, AuthError):
        answer = _credential_failure(service, action, str(uuid.uuid4()), denied, request.headers)
    else:
        answer = access_denied_response(
            service,
            action,
            denied.principal_arn,
            str(uuid.uuid4()),
            headers=request.headers,
            resource_arn=resource_arn,
            explicit_deny=denied.decision == "Deny",
            resource_policy_arn=denied.resource_policy_arn,
        )
    return _as_called(request, Response(answer[0], dict(answer[1]), answer[2]))


def principal_arn(request: Request) -> str:
    """ARN of the user, role session or root that signed the request."""
    from ministack.core.iam_evaluator import caller_arn

    pin(request)
    return str(caller_arn())


def pin(request: Request) -> None:
    """Tell MiniStack's functions, for the rest of this request, who calls, from where and in which account and Region.

    MiniStack's own entry point does the same for the requests that it answers.
    """
    from ministack.core import iam_evaluator as evaluator
    from ministack.core.responses import _request_account_id, set_request_client_ip, set_request_region

    if request.pinned:
        return
    _request_account_id.set(request.account_id)
    set_request_region(request.region)
    set_request_client_ip("127.0.0.1")
    evaluator.pin_request_origin("127.0.0.1", True)
    evaluator.pin_request_caller(request.headers, request.query)
    headers = [(name.lower(), value) for name, value in request.raw_headers]
    evaluator.pin_signed_request(request.method, request.raw_path, request.query, headers)
    evaluator.pin_signed_body(request.body)
    request.pinned = True


def _as_called(request: Request, response: Response) -> Response:
    """S3 Control wraps its errors otherwise than S3 does."""
    found = _CODE.search(response.body) if request.service == "s3-control" else None
    if not found:
        return response
    code, message = (unescape(text.decode()) for text in found.groups())
    return error_response(request, ServiceError(response.status, code, message))
