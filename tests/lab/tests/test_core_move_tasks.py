# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redrive of dead-letter queues (SQS API Reference, StartMessageMoveTask and its kin)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from labclient import Clients


@pytest.fixture
def queues(client: Clients) -> dict[str, tuple[str, str]]:
    """Name -> (URL, ARN) of a queue, its dead-letter queue with three messages, and a bystander."""
    sqs = client("sqs")

    def make(name: str, **attributes: str) -> tuple[str, str]:
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    dead, other = make("dead"), make("other")
    policy = json.dumps({"deadLetterTargetArn": dead[1], "maxReceiveCount": "1"})
    work = make("work", RedrivePolicy=policy, VisibilityTimeout="0")
    for number in range(3):
        sqs.send_message(QueueUrl=work[0], MessageBody=f"m{number}")
    for _unused in range(2):
        sqs.receive_message(QueueUrl=work[0], MaxNumberOfMessages=10)
    return {"work": work, "dead": dead, "other": other}


def _bodies(sqs: Any, url: str) -> list[str]:
    return sorted(m["Body"] for m in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []))


def _last(sqs: Any, arn: str) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        task = sqs.list_message_move_tasks(SourceArn=arn)["Results"][0]
        if task["Status"] != "RUNNING":
            return dict(task)
        time.sleep(0.02)
    raise AssertionError("the task did not end")


def _code(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.parametrize("destination", [None, "other"])
def test_messages_go_back_or_elsewhere(
    client: Clients, queues: dict[str, tuple[str, str]], destination: str | None
) -> None:
    sqs, dead = client("sqs"), queues["dead"]
    to = {"DestinationArn": queues[destination][1]} if destination else {}
    sqs.start_message_move_task(SourceArn=dead[1], **to)
    task = _last(sqs, dead[1])
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 3)
    assert _bodies(sqs, queues[destination or "work"][0]) == ["m0", "m1", "m2"]
    assert _bodies(sqs, dead[0]) == []


def test_a_slow_task_is_cancelled(client: Clients, queues: dict[str, tuple[str, str]]) -> None:
    sqs, arn = client("sqs"), queues["dead"][1]
    handle = sqs.start_message_move_task(SourceArn=arn, MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
    assert "InvalidParameterValue" in _code(sqs.start_message_move_task, SourceArn=arn)
    assert sqs.list_message_move_tasks(SourceArn=arn)["Results"][0]["TaskHandle"] == handle
    sqs.cancel_message_move_task(TaskHandle=handle)
    assert _last(sqs, arn)["Status"] == "CANCELLED"
    assert _code(sqs.cancel_message_move_task, TaskHandle=handle) == "ResourceNotFoundException"


def test_refusals(client: Clients, queues: dict[str, tuple[str, str]]) -> None:
    sqs = client("sqs")
    assert "InvalidParameterValue" in _code(sqs.start_message_move_task, SourceArn=queues["other"][1])
    missing = queues["other"][1] + "-not-there"
    assert _code(sqs.start_message_move_task, SourceArn=missing) == "ResourceNotFoundException"
    iam, arn = client("iam"), queues["dead"][1]
    iam.create_user(UserName="operator")
    theirs = client("sqs", credentials=iam.create_access_key(UserName="operator")["AccessKey"])
    actions = ["StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ListMessageMoveTasks"]
    allowed = [{"Effect": "Allow", "Action": [f"sqs:{action}" for action in actions], "Resource": arn}]
    for more in ([], [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queues["work"][1]}]):
        assert "AccessDenied" in _code(theirs.start_message_move_task, SourceArn=arn)
        document = json.dumps({"Version": "2012-10-17", "Statement": [*allowed, *more]})
        iam.put_user_policy(UserName="operator", PolicyName="p", PolicyDocument=document)
    theirs.start_message_move_task(SourceArn=arn)
    assert _last(theirs, arn)["Status"] == "COMPLETED"
