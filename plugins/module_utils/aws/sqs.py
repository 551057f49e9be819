# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""SQS: one function a call, typed errors. Clients are boto3 SQS clients."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.queue_names import queue_region

BATCH = 10
"""Messages that one ReceiveMessage or DeleteMessageBatch takes at most (API reference)."""


@dataclass(frozen=True, slots=True)
class Message:
    """A received message. ``receipt_handle`` is this receipt's, and what deletes the message."""

    message_id: str
    receipt_handle: str
    body: str


@dataclass(frozen=True, slots=True)
class QueueState:
    """Attributes of a queue. The three counts are approximate, as SQS's are.

    ``dead_letter_arn`` is that of the redrive policy, None without one.
    """

    arn: str
    visible: int
    in_flight: int
    delayed: int
    visibility_timeout: int
    dead_letter_arn: str | None


@dataclass(frozen=True, slots=True)
class Undeleted:
    """A message that DeleteMessageBatch left; ``again`` says whether trying again can help."""

    message: Message
    code: str
    again: bool


def resolve_queue(client: Any, queue: str) -> str:
    """Give the URL for a queue's name, ARN or URL; GetQueueUrl unless it is a URL already.

    Its form is right (``domain.queue_names.queue_problem``): what is taken for a name here is sent to SQS as one.
    Raises :class:`ToldError` when the queue is of another Region than the client, :class:`MissingError` when there is
    none of that name.
    """
    region = client.meta.region_name
    named = queue_region(queue)
    if named and named != region:
        raise ToldError(f"The queue {queue} is in {named}, and {region} is asked for it")
    if queue.startswith(("https://", "http://")):
        return queue
    request = {"QueueName": queue}
    if arn := parse_arn(queue):
        request = {"QueueName": arn.resource, "QueueOwnerAWSAccountId": arn.account}
    with _missing_told(queue, region), call(f"find the queue {queue}", "sqs:GetQueueUrl"):
        url: str = client.get_queue_url(**request)["QueueUrl"]
    return url


def queue_state(client: Any, url: str) -> QueueState:
    """GetQueueAttributes. Raises :class:`MissingError` with what to do when the queue does not exist."""
    names = [
        "QueueArn",
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
        "VisibilityTimeout",
        "RedrivePolicy",
    ]
    with (
        _missing_told(url, client.meta.region_name),
        call(f"read the attributes of the queue {url}", "sqs:GetQueueAttributes"),
    ):
        attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=names).get("Attributes", {})
    return QueueState(
        arn=attributes["QueueArn"],
        visible=int(attributes.get("ApproximateNumberOfMessages", 0)),
        in_flight=int(attributes.get("ApproximateNumberOfMessagesNotVisible", 0)),
        delayed=int(attributes.get("ApproximateNumberOfMessagesDelayed", 0)),
        visibility_timeout=int(attributes.get("VisibilityTimeout", 30)),
        dead_letter_arn=json.loads(attributes.get("RedrivePolicy") or "{}").get("deadLetterTargetArn"),
    )


def receive(client: Any, url: str, most: int, wait_seconds: int) -> list[Message]:
    """ReceiveMessage, long polling: an empty answer means that no server of SQS had a message during the wait.

    ``most`` is 1 to 10, ``wait_seconds`` 1 to 20 (0 would ask only some of the servers).
    """
    with _missing_told(url, client.meta.region_name), call(f"receive from the queue {url}", "sqs:ReceiveMessage"):
        answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=most, WaitTimeSeconds=wait_seconds)
    return [
        Message(message["MessageId"], message["ReceiptHandle"], message["Body"])
        for message in answer.get("Messages", [])
    ]


def delete_messages(client: Any, url: str, messages: Sequence[Message]) -> list[Undeleted]:
    """DeleteMessageBatch for at most 10 messages; gives those that it left, though the call itself succeeded."""
    entries = [{"Id": str(index), "ReceiptHandle": message.receipt_handle} for index, message in enumerate(messages)]
    with _missing_told(url, client.meta.region_name), call(f"delete messages of the queue {url}", "sqs:DeleteMessage"):
        answer = client.delete_message_batch(QueueUrl=url, Entries=entries)
    return [
        Undeleted(messages[int(failed["Id"])], failed.get("Code", ""), not failed.get("SenderFault", False))
        for failed in answer.get("Failed", [])
    ]


def hide(client: Any, url: str, receipt_handle: str, seconds: int) -> None:
    """ChangeMessageVisibility: let a message that was received come back in so many seconds.

    SQS hides a message for at most twelve hours after it was received.
    """
    with call(f"hide a message of the queue {url}", "sqs:ChangeMessageVisibility"):
        client.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds)


@contextmanager
def _missing_told(queue: str, region: str) -> Iterator[None]:
    try:
        yield
    except MissingError as error:
        raise MissingError(
            error.doing,
            error.code,
            error.status,
            f"there is no such queue in {region}",
            f"The failure queue is in the source bucket's Region; correct the queue's name ({queue}) or region",
        ) from error
