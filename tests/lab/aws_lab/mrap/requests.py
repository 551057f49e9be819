# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that S3 carries out later: create, delete, put-policy.

S3 User Guide, "Managing Multi-Region Access Points": S3 authorizes the request at once, answers with a token, and tells
by DescribeMultiRegionAccessPointOperation how far it is. The statuses are those that MiniStack's authors and the tests
of terraform-provider-aws saw: NEW, INPROGRESS, SUCCEEDED, FAILED.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import uuid
from typing import Any

from ministack.core.responses import get_account_id, request_scope
from ministack.services import s3

from aws_lab import clock, settings, store
from aws_lab.mrap import points
from aws_lab.mrap.points import Record, RefusedError
from aws_lab.wire import ServiceError

REGION = "us-west-2"
_OPERATIONS = {
    "create": "CreateMultiRegionAccessPoint",
    "delete": "DeleteMultiRegionAccessPoint",
    "put-policy": "PutMultiRegionAccessPointPolicy",
}
_PUBLIC = "public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."


@dataclasses.dataclass
class Operation:
    """One request. `seconds` it takes, half of them as NEW."""

    account: str
    kind: str
    details: dict[str, Any]
    arn: str
    created: float
    seconds: float
    regions: list[str] = dataclasses.field(default_factory=list)
    over: bool = False
    error: ServiceError | None = None

    @property
    def status(self) -> str:
        """How far it is."""
        if self.over:
            return "FAILED" if self.error else "SUCCEEDED"
        return "NEW" if clock.now() < self.created + self.seconds / 2 else "INPROGRESS"

    def described(self) -> dict[str, Any]:
        """An AsyncOperation."""
        name, status = _OPERATIONS[self.kind], self.status
        answer: dict[str, Any] = {
            "CreationTime": clock.iso(self.created),
            "Operation": name,
            "RequestTokenARN": self.arn,
            "RequestParameters": {f"{name}Request": self.details},
            "RequestStatus": status,
        }
        details: dict[str, Any] = {}
        if self.regions:
            regions = [{"Name": region, "RequestStatus": status} for region in self.regions]
            details["MultiRegionAccessPointDetails"] = {"Regions": regions}
        if self.error:
            error = {"Code": self.error.code, "Message": self.error.message, "Resource": self.details["Name"]}
            details["ErrorDetails"] = {**error, "RequestId": str(uuid.uuid4())}
        return {**answer, "ResponseDetails": details}


_operations: dict[str, Operation] = {}
_tokens: dict[tuple[str, str, str], Operation] = {}
_tasks: set[asyncio.Task[None]] = set()


def reset() -> None:
    """Forget everything; nothing more is carried out."""
    for task in _tasks:
        task.cancel()
    for held in (_operations, _tokens, _tasks):
        held.clear()


def find(arn: str) -> Operation | None:
    """The caller's request."""
    found = _operations.get(arn)
    return found if found and found.account == get_account_id() else None


def submit(kind: str, token: str, details: dict[str, Any]) -> Operation:
    """Take a request; the same token with the same content is the same request. Raises RefusedError."""
    account = get_account_id()
    known = _tokens.get((account, kind, token))
    if known is not None:
        if known.details != details:
            message = "The ClientToken was used with other parameters."
            raise RefusedError(ServiceError(400, "InvalidRequest", message))
        return known
    arn = f"arn:aws:s3:{REGION}:{account}:async-request/mrap/{kind}/{uuid.uuid4().hex}"
    operation = Operation(account, kind, details, arn, clock.now(), settings.get().mrap_operation_delay)
    _operations[arn] = _tokens[account, kind, token] = operation
    try:
        record = _begin(kind, details)
    except RefusedError as refused:
        record, operation.error = None, refused.error
    operation.regions = [store.region(bucket) or REGION for bucket in record["Regions"]] if record else []
    if operation.seconds > 0:
        task = asyncio.get_running_loop().create_task(_later(operation, record))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
    else:
        _end(operation, record)
    return operation


def _begin(kind: str, details: dict[str, Any]) -> Record:
    """What shows at once."""
    if kind == "create":
        return points.begin(details)
    if kind == "delete":
        return points.begin_deletion(details["Name"])
    record = points.existing(details["Name"])
    policy = details["Policy"]
    try:
        document = json.loads(policy)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not document.get("Statement"):
        raise RefusedError(ServiceError(400, "MalformedPolicy", "This policy contains invalid Json"))
    block = record.get("PublicAccessBlockConfiguration") or {}
    if block.get("BlockPublicPolicy", True) and s3._policy_is_public(policy):
        raise RefusedError(ServiceError(403, "AccessDenied", _PUBLIC))
    record["Proposed"] = policy
    return record


async def _later(operation: Operation, record: Record | None) -> None:
    await clock.sleep(operation.seconds)
    _end(operation, record)


def _end(operation: Operation, record: Record | None) -> None:
    """What shows when it is done."""
    operation.over = True
    if record is None:
        return
    with request_scope(operation.account, REGION):
        if operation.kind == "create":
            record["Status"] = "READY"
        elif operation.kind == "delete":
            points.remove(record)
        else:
            record["Policy"] = operation.details["Policy"]
