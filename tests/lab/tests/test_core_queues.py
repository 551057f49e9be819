# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queues: what the lab makes quicker than MiniStack has to stay what SQS does."""

from __future__ import annotations

import uuid
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from labclient import Lab


@pytest.fixture
def sqs() -> Any:
    return boto3.client("sqs", region_name="us-east-1")


@pytest.fixture
def url(sqs: Any) -> str:
    return str(
        sqs.create_queue(QueueName=f"q-{uuid.uuid4().hex[:8]}", Attributes={"VisibilityTimeout": "30"})["QueueUrl"]
    )


def send(sqs: Any, url: str, count: int) -> None:
    for number in range(count):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))


def receive(sqs: Any, url: str, most: int = 10) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most).get("Messages", [])
    return found


def test_every_message_is_received_once_until_its_visibility_timeout_runs_out(sqs: Any, url: str, lab: Lab) -> None:
    send(sqs, url, 12)
    bodies = [message["Body"] for _unused in range(3) for message in receive(sqs, url, 5)]
    assert sorted(bodies, key=int) == [str(number) for number in range(12)]
    assert receive(sqs, url) == []
    lab.call("POST", "/clock/advance", {"seconds": 31})
    assert len(receive(sqs, url)) == 10


def test_a_batch_deletes_what_its_receipts_name_and_tells_the_others(sqs: Any, url: str) -> None:
    send(sqs, url, 4)
    first, second, *_others = receive(sqs, url)
    entries = [
        {"Id": "a", "ReceiptHandle": first["ReceiptHandle"]},
        {"Id": "b", "ReceiptHandle": second["ReceiptHandle"]},
        {"Id": "again", "ReceiptHandle": first["ReceiptHandle"]},
        {"Id": "wrong", "ReceiptHandle": "no receipt of this queue"},
    ]
    answer = sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    assert sorted(entry["Id"] for entry in answer["Successful"]) == ["a", "b"]
    assert {entry["Id"]: (entry["Code"], entry["SenderFault"]) for entry in answer["Failed"]} == {
        "again": ("ReceiptHandleIsInvalid", True),
        "wrong": ("ReceiptHandleIsInvalid", True),
    }
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"])
    assert attributes["Attributes"] == {"ApproximateNumberOfMessagesNotVisible": "2"}


def test_messages_beyond_their_retention_are_gone(sqs: Any, url: str, lab: Lab) -> None:
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    send(sqs, url, 3)
    assert len(receive(sqs, url, 1)) == 1
    lab.call("POST", "/clock/advance", {"seconds": 61})
    assert receive(sqs, url) == []


def test_a_batch_needs_the_permission_of_the_single_call(sqs: Any, url: str) -> None:
    iam = boto3.client("iam")
    name = f"u-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    user = session.client("sqs")
    batch = {"QueueUrl": url, "Entries": [{"Id": "a", "MessageBody": "a"}]}
    for action, allowed in (("sqs:SendMessageBatch", False), ("sqs:SendMessage", True)):
        statement = f'{{"Effect":"Allow","Action":"{action}","Resource":"*"}}'
        document = f'{{"Version":"2012-10-17","Statement":[{statement}]}}'
        iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=document)
        if allowed:
            assert len(user.send_message_batch(**batch)["Successful"]) == 1
        else:
            with pytest.raises(ClientError, match="sqs:SendMessage"):
                user.send_message_batch(**batch)
