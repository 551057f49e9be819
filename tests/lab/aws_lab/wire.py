# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors in the wire format and with the codes of the service that was asked.

Sources: "Error responses" (S3 API), "Error handling with DynamoDB", "Common errors" of SQS, SNS, IAM, STS, Lambda and
Route 53, "Error codes" (EC2 API), and the AWS JSON, query, EC2 query, REST XML and RPC v2 CBOR protocols (Smithy 2.0).
"""

from __future__ import annotations

import dataclasses
import json
import uuid
from xml.sax.saxutils import escape

from aws_lab.request import Request, Response


@dataclasses.dataclass(frozen=True)
class ServiceError:
    """What an AWS error says."""

    status: int
    code: str
    message: str


_THROTTLES = {
    "s3": ServiceError(503, "SlowDown", "Please reduce your request rate."),
    "s3-control": ServiceError(503, "SlowDown", "Please reduce your request rate."),
    "dynamodb": ServiceError(
        400,
        "ProvisionedThroughputExceededException",
        "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
        "provisioning level with the UpdateTable API.",
    ),
    "sqs": ServiceError(400, "RequestThrottled", "Request is throttled."),
    "lambda": ServiceError(429, "TooManyRequestsException", "Rate Exceeded."),
    "ec2": ServiceError(503, "RequestLimitExceeded", "Request limit exceeded."),
    "route53": ServiceError(400, "Throttling", "Rate exceeded"),
    "sns": ServiceError(400, "Throttling", "Rate exceeded"),
    "iam": ServiceError(400, "Throttling", "Rate exceeded"),
    "sts": ServiceError(400, "Throttling", "Rate exceeded"),
    "cloudwatch": ServiceError(400, "Throttling", "Rate exceeded"),
    "account": ServiceError(429, "TooManyRequestsException", "Rate exceeded"),
    "tagging": ServiceError(400, "ThrottledException", "Rate exceeded"),
}
_THROTTLE = ServiceError(400, "ThrottlingException", "Rate exceeded")
_XML_SERVICES = {"s3", "s3-control", "route53"}
_JSON_CONTENT = {"sqs": "application/x-amz-json-1.0", "dynamodb": "application/x-amz-json-1.0"}
_SHAPES = {
    "dynamodb": "com.amazonaws.dynamodb.v20120810#",
    "sqs": "com.amazonaws.sqs#",
    "kms": "",
    "events": "",
}


def standard_error(request: Request, kind: str, status: int | None = None) -> ServiceError:
    """What the service says when it throttles, breaks (status 500 or 503) or denies."""
    service = request.service
    if kind == "throttle":
        return _THROTTLES.get(service, _THROTTLE)
    if kind == "access_denied":
        return _denied(request)
    if status == 503:
        return ServiceError(503, "ServiceUnavailable", "Service is unable to handle request.")
    code = {"s3": "InternalError", "s3-control": "InternalError", "dynamodb": "InternalServerError"}.get(
        service, "InternalFailure"
    )
    return ServiceError(status or 500, code, "We encountered an internal error. Please try again.")


def _denied(request: Request) -> ServiceError:
    service = request.service
    if service in ("s3", "s3-control"):
        return ServiceError(403, "AccessDenied", "Access Denied")
    if service == "ec2":
        return ServiceError(403, "UnauthorizedOperation", "You are not authorized to perform this operation.")
    message = f"User is not authorized to perform: {service}:{request.operation}"
    if protocol_of(request) == "query" or service in ("sqs", "route53"):
        return ServiceError(403, "AccessDenied", message)
    return ServiceError(403 if service == "lambda" else 400, "AccessDeniedException", message)


def protocol_of(request: Request) -> str:
    """xml, cbor, json, query, ec2 or rest-json."""
    if request.service in _XML_SERVICES:
        return "xml"
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return "cbor"
    if "x-amz-target" in request.headers:
        return "json"
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return "ec2" if request.service == "ec2" else "query"
    return "rest-json"


def error_response(request: Request, error: ServiceError) -> Response:
    """The error as the service writes it."""
    request_id = str(uuid.uuid4())
    headers = {"x-amzn-requestid": request_id, "x-amz-request-id": request_id}
    protocol = protocol_of(request)
    if request.method == "HEAD":  # HEAD has no body: SDKs make the code out of the status
        return Response(error.status, headers)
    if protocol in ("json", "rest-json"):
        return _json(request, error, headers, protocol)
    if protocol == "cbor":
        headers |= {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return Response(error.status, headers, _cbor_map({"__type": error.code, "message": error.message}))
    headers["content-type"] = "application/xml" if protocol == "xml" else "text/xml"
    return Response(error.status, headers, _xml(request, error, protocol, request_id).encode())


def _json(request: Request, error: ServiceError, headers: dict[str, str], protocol: str) -> Response:
    body = {"message": error.message}
    if protocol == "json":
        body = {"__type": _SHAPES.get(request.service, "") + error.code, **body}
    headers["content-type"] = (
        _JSON_CONTENT.get(request.service, "application/x-amz-json-1.1") if protocol == "json" else "application/json"
    )
    headers["x-amzn-errortype"] = error.code
    if request.service == "sqs":  # SQS moved from query to JSON and still names the old code
        headers["x-amzn-query-error"] = f"{error.code};{'Sender' if error.status < 500 else 'Receiver'}"
    return Response(error.status, headers, json.dumps(body).encode())


def _xml(request: Request, error: ServiceError, protocol: str, request_id: str) -> str:
    code, message = escape(error.code), escape(error.message)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    if protocol == "ec2":
        inner = f"<Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        return f"{head}<Response>{inner}<RequestID>{request_id}</RequestID></Response>"
    if request.service == "s3":
        resource = f"<Resource>{escape(request.path)}</Resource>"
        inner = f"<Code>{code}</Code><Message>{message}</Message>{resource}<RequestId>{request_id}</RequestId>"
        return f"{head}<Error>{inner}<HostId>lab</HostId></Error>"
    kind = "Sender" if error.status < 500 else "Receiver"
    inner = f"<Error><Type>{kind}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return f"{head}<ErrorResponse>{inner}<RequestId>{request_id}</RequestId></ErrorResponse>"


def _cbor_map(values: dict[str, str]) -> bytes:
    """CBOR (RFC 8949) for a small map of texts: all that an error needs."""
    encoded = bytes([0xA0 | len(values)])
    for pair in values.items():
        for text in pair:
            data = text.encode()
            encoded += b"\x79" + len(data).to_bytes(2, "big") + data
    return encoded
