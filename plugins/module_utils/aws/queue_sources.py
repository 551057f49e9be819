# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Queues as event sources of Lambda functions: one function a call, typed errors. Clients are boto3 Lambda clients.

Lambda API Reference, CreateEventSourceMapping: MaximumConcurrency is 2 to 1,000; with ReportBatchItemFailures the
function names the messages that it could not do, and only they come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError, call


def find_mapping(client: Any, function: str, queue_arn: str) -> dict[str, Any] | None:
    """ListEventSourceMappings for one function and one queue; ``None`` when there is none."""
    doing = f"list the event sources of the Lambda function {function}"
    try:
        with call(doing, "lambda:ListEventSourceMappings"):
            asked = {"FunctionName": function, "EventSourceArn": queue_arn}
            found: list[dict[str, Any]] = client.list_event_source_mappings(**asked)["EventSourceMappings"]
    except MissingError:
        return None
    return found[0] if found else None


def create_mapping(client: Any, function: str, queue_arn: str, settings: Mapping[str, Any]) -> None:
    """CreateEventSourceMapping. Lambda refuses it while the function's role may not read the queue."""
    doing = f"let the Lambda function {function} take messages from {queue_arn}"
    with call(doing, "lambda:CreateEventSourceMapping"):
        client.create_event_source_mapping(FunctionName=function, EventSourceArn=queue_arn, **settings)


def update_mapping(client: Any, mapping: str, settings: Mapping[str, Any]) -> None:
    """UpdateEventSourceMapping."""
    with call(f"change the event source mapping {mapping}", "lambda:UpdateEventSourceMapping"):
        client.update_event_source_mapping(UUID=mapping, **settings)


def delete_mapping(client: Any, mapping: str) -> None:
    """DeleteEventSourceMapping; Lambda finishes what it has begun."""
    with call(f"delete the event source mapping {mapping}", "lambda:DeleteEventSourceMapping"):
        client.delete_event_source_mapping(UUID=mapping)
