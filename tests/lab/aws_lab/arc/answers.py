# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operations of both planes share: refusals, the form of requests by botocore's models, permissions, pages."""

from __future__ import annotations

import functools
import json
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from aws_lab import caller
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response

Json = dict[str, Any]


class RefusedError(Exception):
    """The request is refused; more: further members of the exception, as the data plane's have."""

    def __init__(self, code: str, message: str, status: int = 400, **more: str) -> None:
        super().__init__(message)
        self.error, self.more = ServiceError(status, code, message), more


class DeniedError(Exception):
    """The caller may not; the answer is ready."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def refused(request: Request, error: RefusedError) -> Response:
    """The answer of a refusal."""
    answer = error_response(request, error.error)
    if error.more:
        answer.body = json.dumps({**json.loads(answer.body), **error.more}).encode()
    return answer


def body(request: Request, service: str) -> Json:
    """The body, once required members and types of the operation are right."""
    try:
        given = json.loads(request.body or b"{}")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise RefusedError("ValidationException", "the body is not a JSON object")
    shape = _model(service).operation_model(request.operation).input_shape
    report = ParamValidator().validate(given, shape) if shape else None
    if report and report.has_errors():
        raise RefusedError("ValidationException", report.generate_report())
    return dict(given)


def may(request: Request, action: str, arn: str, context: Json | None = None) -> None:
    """Raise DeniedError unless the caller may."""
    answer = caller.refusal(request, action, arn, context)
    if answer is not None:
        raise DeniedError(answer)


def paged(member: str, found: list[Any], token: str | None, size: int) -> Json:
    """One page of a list."""
    if not (token or "0").isdecimal():
        raise RefusedError("ValidationException", "NextToken is not valid")
    begin = int(token or "0")
    following = {"NextToken": str(begin + size)} if begin + size < len(found) else {}
    return {member: found[begin : begin + size], **following}


@functools.cache
def _model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"))
