# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queues as event sources of Lambda functions: what AWS asks for and MiniStack doesn't.

Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping": the function's execution role
needs sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes, and the queue's visibility timeout may not be
less than the function's timeout. A role that loses a permission later stops the mapping from taking messages.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import lambda_svc, sqs

from aws_lab import iam

NEEDED = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_SERVICE = "lambda.amazonaws.com"


def install() -> None:
    """Change MiniStack once."""
    lambda_svc._create_esm = _checking(lambda_svc._create_esm)
    lambda_svc._sqs_esm_concurrency = _stopping(lambda_svc._sqs_esm_concurrency)


def _checking(create: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(create)
    def wrapped(data: dict[str, Any]) -> Any:
        queue_arn = str(data.get("EventSourceArn") or "")
        name, qualifier, _unused = lambda_svc._resolve_existing_esm_function(data.get("FunctionName", ""))
        if ":sqs:" in queue_arn and name:
            record, _unused = lambda_svc._get_func_record_for_qualifier(name, qualifier)
            problem = _problem((record or {}).get("config") or {}, queue_arn)
            if problem:
                return error_response_json("InvalidParameterValueException", problem, 400)
        return create(data)

    return wrapped


def _problem(config: dict[str, Any], queue_arn: str) -> str:
    """Why Lambda would refuse to poll the queue for this function, "" where it would not."""
    queue = sqs._queue_by_arn(queue_arn)
    if queue is None:
        return (
            f"Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. {queue_arn}"
        )
    missing = _missing(str(config.get("Role", "")), queue)
    if missing:
        action = missing.partition(":")[2]
        return f"The provided execution role does not have permissions to call {action} on SQS"
    visible_after, timeout = int(queue["attributes"].get("VisibilityTimeout", "30")), int(config.get("Timeout") or 3)
    if visible_after < timeout:
        return f"Queue visibility timeout: {visible_after} seconds is less than Function timeout: {timeout} seconds"
    return ""


def _missing(role_arn: str, queue: dict[str, Any]) -> str:
    """The first needed permission that the role lacks."""
    attributes = queue["attributes"]
    arn = attributes["QueueArn"]
    region, account = arn.split(":")[3:5]
    session = iam.Session(role_arn, _SERVICE)
    for action in NEEDED:
        if not session.may_under(action, arn, attributes.get("Policy") or "", account, region):
            return action
    return ""


def _stopping(concurrency: Callable[..., Any]) -> Callable[..., Any]:
    """Let a mapping whose role lost a permission take nothing: a limit of no batches at once."""

    @functools.wraps(concurrency)
    def wrapped(esm: dict[str, Any], record: dict[str, Any], config: dict[str, Any], queue: Any = None) -> int:
        role = str(((record or {}).get("config") or {}).get("Role", ""))
        if queue and _missing(role, queue):
            esm["LastProcessingResult"] = "PROBLEM: Lambda can't poll the queue with the function's execution role"
            return 0
        return int(concurrency(esm, record, config, queue))

    return wrapped
