# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redrive of dead-letter queues: StartMessageMoveTask, ListMessageMoveTasks, CancelMessageMoveTask.

SQS API Reference, the three operations; SQS Developer Guide, "Configure a dead-letter queue redrive" (permissions, new
message ids, one task a queue, back to the queue each message came from unless a destination is given). Standard queues
only; the JSON protocol, as SDKs speak it.
"""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
import uuid
from typing import Any

from aws_lab import caller, clock, extensions
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response

_OPERATIONS = ("StartMessageMoveTask", "ListMessageMoveTasks", "CancelMessageMoveTask")
_BATCH = 100  # messages between two looks at the clock
_PAUSE = 0.01


@dataclasses.dataclass
class _Task:
    """One redrive. source, destination: ARNs; destination None: each message goes back to where it came from."""

    source: str
    destination: str | None
    rate: int | None
    to_move: int
    started: float
    id: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    moved: int = 0
    status: str = "RUNNING"
    reason: str = ""

    @property
    def handle(self) -> str:
        return base64.b64encode(json.dumps({"taskId": self.id, "sourceArn": self.source}).encode()).decode()


_tasks: list[_Task] = []
_running: set[asyncio.Task[None]] = set()


def install() -> None:
    """Answer the three operations."""
    extensions.register_handler(lambda asked: asked.service == "sqs" and asked.operation in _OPERATIONS, _answer)
    extensions.on_reset(_tasks.clear)


async def _answer(request: Request) -> Response:
    asked = json.loads(request.body or b"{}")
    try:
        return {"S": _start, "L": _list, "C": _cancel}[request.operation[0]](request, asked)
    except _RefusedError as refused:
        return refused.response or error_response(request, refused.error)


class _RefusedError(Exception):
    def __init__(self, error: ServiceError, response: Response | None = None) -> None:
        super().__init__(error.message)
        self.error, self.response = error, response


def _refuse(code: str, message: str) -> _RefusedError:
    return _RefusedError(ServiceError(404 if code == "ResourceNotFoundException" else 400, code, message))


def _may(request: Request, arn: str, *actions: str) -> None:
    for action in actions:
        response = caller.refusal(request, f"sqs:{action}", arn)
        if response is not None:
            raise _RefusedError(ServiceError(403, "AccessDenied", ""), response)


def _start(request: Request, asked: dict[str, Any]) -> Response:
    source = str(asked.get("SourceArn") or "")
    destination = asked.get("DestinationArn")
    _may(request, source, "StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    queue = _queue(source)
    if not _is_dead_letter_queue(source):
        raise _refuse("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
    for target in [destination] if destination else _origins(queue):
        _may(request, target, "SendMessage")
        _queue(target)
    if any(task.source == source and task.status == "RUNNING" for task in _tasks):
        message = (
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
        )
        raise _refuse("InvalidParameterValue", message)
    task = _Task(source, destination, asked.get("MaxNumberOfMessagesPerSecond"), len(queue["messages"]), clock.now())
    _tasks.append(task)
    running = asyncio.get_running_loop().create_task(_move(task))
    _running.add(running)
    running.add_done_callback(_running.discard)
    return _json({"TaskHandle": task.handle})


def _list(request: Request, asked: dict[str, Any]) -> Response:
    source = str(asked.get("SourceArn") or "")
    _may(request, source, "ListMessageMoveTasks")
    _queue(source)
    most = asked.get("MaxResults") or 1
    if not 1 <= most <= 10:
        raise _refuse("InvalidParameterValue", "Value for parameter MaxResults is invalid. Reason: must be 1 to 10.")
    found = [task for task in reversed(_tasks) if task.source == source][:most]
    return _json({"Results": [_shown(task) for task in found]})


def _shown(task: _Task) -> dict[str, Any]:
    told = {
        "TaskHandle": task.handle if task.status == "RUNNING" else None,
        "Status": task.status,
        "SourceArn": task.source,
        "DestinationArn": task.destination,
        "MaxNumberOfMessagesPerSecond": task.rate,
        "ApproximateNumberOfMessagesMoved": task.moved,
        "ApproximateNumberOfMessagesToMove": task.to_move,
        "FailureReason": task.reason or None,
        "StartedTimestamp": int(task.started * 1000),
    }
    return {name: value for name, value in told.items() if value is not None}


def _cancel(request: Request, asked: dict[str, Any]) -> Response:
    task = next((task for task in _tasks if task.handle == asked.get("TaskHandle")), None)
    if task is None or task.status != "RUNNING":
        raise _refuse("ResourceNotFoundException", "Task does not exist.")
    _may(request, task.source, "CancelMessageMoveTask")
    task.status = "CANCELLED"
    return _json({"ApproximateNumberOfMessagesMoved": task.moved})


# ---- moving


async def _move(task: _Task) -> None:
    while task.status == "RUNNING":
        from ministack.services import sqs

        queue = sqs._queue_by_arn(task.source)
        if queue is None:
            task.status, task.reason = "FAILED", "AWS.SimpleQueueService.NonExistentQueue"
            return
        allowed = _BATCH if task.rate is None else int((clock.now() - task.started) * task.rate) + 1 - task.moved
        ready = [message for message in queue["messages"] if message["visible_at"] <= clock.now()]
        if not ready:
            task.status = "COMPLETED"
            return
        for message in ready[: max(allowed, 0)]:
            target = sqs._queue_by_arn(task.destination or _origin(message))
            if target is None:
                task.status, task.reason = "FAILED", "CouldNotDetermineMessageSource"
                return
            queue["messages"].remove(message)
            target["messages"].append(_renewed(message))
            task.moved += 1
        sqs.esm_wake.set()
        await clock.sleep(_PAUSE)


def _renewed(message: dict[str, Any]) -> dict[str, Any]:
    """A message that is moved is a new one, with the old content."""
    now = clock.now()
    kept = {name: value for name, value in (message.get("sys") or {}).items() if name != "DeadLetterQueueSourceArn"}
    kept |= {name: str(int(now * 1000)) for name in ("SentTimestamp",) if name in kept}
    times = {"enqueued_at": now, "sent_at": now, "visible_at": now, "first_receive_at": None}
    renewed = {**message, **{name: value for name, value in times.items() if name in message}}
    return {**renewed, "id": str(uuid.uuid4()), "receipt_handle": None, "receive_count": 0, "sys": kept}


def _origin(message: dict[str, Any]) -> str:
    return str((message.get("sys") or {}).get("DeadLetterQueueSourceArn") or "")


def _origins(queue: dict[str, Any]) -> set[str]:
    return {origin for origin in map(_origin, queue["messages"]) if origin}


def _queue(arn: str) -> dict[str, Any]:
    from ministack.services import sqs

    found: dict[str, Any] | None = sqs._queue_by_arn(arn)
    if found is None:
        raise _refuse(
            "ResourceNotFoundException", "The resource that you specified for the SourceArn parameter doesn't exist."
        )
    return found


def _is_dead_letter_queue(arn: str) -> bool:
    from ministack.services import sqs

    return any(
        f'"{arn}"' in str(queue["attributes"].get("RedrivePolicy") or "") for queue in sqs._queues._data.values()
    )


def _json(answer: dict[str, Any]) -> Response:
    return Response(200, {"content-type": "application/x-amz-json-1.0"}, json.dumps(answer).encode())
