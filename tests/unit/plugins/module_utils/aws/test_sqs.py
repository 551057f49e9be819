# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import sqs
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError

URL = "https://sqs.us-east-1.amazonaws.com/111122223333/failures"
MISSING = "AWS.SimpleQueueService.NonExistentQueue"


@pytest.fixture
def stubbed() -> Iterator[tuple[Any, Stubber]]:
    """A real client, whose requests are checked against botocore's model, with scripted answers."""
    client = boto3.client("sqs", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def test_a_name_is_looked_up(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    stubber.add_response("get_queue_url", {"QueueUrl": URL}, {"QueueName": "failures"})
    assert sqs.resolve_queue(client, "failures") == URL


def test_an_arn_is_looked_up_in_its_account(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    asked = {"QueueName": "failures", "QueueOwnerAWSAccountId": "444455556666"}
    stubber.add_response("get_queue_url", {"QueueUrl": URL}, asked)
    assert sqs.resolve_queue(client, "arn:aws:sqs:us-east-1:444455556666:failures") == URL


def test_a_url_needs_no_call(stubbed: tuple[Any, Stubber]) -> None:
    client, _stubber = stubbed
    assert sqs.resolve_queue(client, URL) == URL


@pytest.mark.parametrize("name", [URL.replace("us-east-1", "eu-west-1"), "arn:aws:sqs:eu-west-1:111122223333:failures"])
def test_another_region_is_told_before_any_call(stubbed: tuple[Any, Stubber], name: str) -> None:
    client, _stubber = stubbed
    with pytest.raises(ToldError, match="eu-west-1, and us-east-1"):
        sqs.resolve_queue(client, name)


def test_the_state_of_a_queue(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    attributes = {
        "QueueArn": "arn:aws:sqs:us-east-1:111122223333:failures",
        "ApproximateNumberOfMessages": "3",
        "ApproximateNumberOfMessagesNotVisible": "2",
        "ApproximateNumberOfMessagesDelayed": "1",
        "VisibilityTimeout": "600",
        "RedrivePolicy": '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:111122223333:dlq","maxReceiveCount":5}',
    }
    stubber.add_response("get_queue_attributes", {"Attributes": attributes})
    assert sqs.queue_state(client, URL) == sqs.QueueState(
        "arn:aws:sqs:us-east-1:111122223333:failures", 3, 2, 1, 600, "arn:aws:sqs:us-east-1:111122223333:dlq"
    )
    del attributes["RedrivePolicy"]
    stubber.add_response("get_queue_attributes", {"Attributes": attributes})
    assert sqs.queue_state(client, URL).dead_letter_arn is None


def test_messages_are_received_by_a_long_poll(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    asked = {"QueueUrl": URL, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1}
    stubber.add_response(
        "receive_message", {"Messages": [{"MessageId": "m", "ReceiptHandle": "r", "Body": "b"}]}, asked
    )
    stubber.add_response("receive_message", {}, asked)
    assert sqs.receive(client, URL, 10, 1) == [sqs.Message("m", "r", "b")]
    assert sqs.receive(client, URL, 10, 1) == []


def test_what_a_batch_did_not_delete_is_told(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    messages = [sqs.Message(f"m{number}", f"r{number}", "") for number in range(3)]
    entries = [{"Id": str(number), "ReceiptHandle": f"r{number}"} for number in range(3)]
    failed = [
        {"Id": "1", "SenderFault": True, "Code": "ReceiptHandleIsInvalid"},
        {"Id": "2", "SenderFault": False, "Code": "InternalError"},
    ]
    stubber.add_response(
        "delete_message_batch",
        {"Successful": [{"Id": "0"}], "Failed": failed},
        {"QueueUrl": URL, "Entries": entries},
    )
    assert sqs.delete_messages(client, URL, messages) == [
        sqs.Undeleted(messages[1], "ReceiptHandleIsInvalid", again=False),
        sqs.Undeleted(messages[2], "InternalError", again=True),
    ]


CALLS: list[tuple[str, str, Any]] = [
    ("get_queue_url", "sqs:GetQueueUrl", lambda client: sqs.resolve_queue(client, "failures")),
    ("get_queue_attributes", "sqs:GetQueueAttributes", lambda client: sqs.queue_state(client, URL)),
    ("receive_message", "sqs:ReceiveMessage", lambda client: sqs.receive(client, URL, 1, 1)),
    (
        "delete_message_batch",
        "sqs:DeleteMessage",
        lambda client: sqs.delete_messages(client, URL, [sqs.Message("m", "r", "")]),
    ),
]


@pytest.mark.parametrize(("operation", "permission", "run"), CALLS)
def test_a_missing_permission_is_named(stubbed: tuple[Any, Stubber], operation: str, permission: str, run: Any) -> None:
    client, stubber = stubbed
    stubber.add_client_error(operation, "AccessDenied", "No.", 403)
    with pytest.raises(AccessDeniedError, match="failures") as caught:
        run(client)
    assert caught.value.permission == permission


@pytest.mark.parametrize(("operation", "permission", "run"), CALLS)
def test_a_missing_queue_is_told_with_its_region(
    stubbed: tuple[Any, Stubber], operation: str, permission: str, run: Any
) -> None:
    client, stubber = stubbed
    stubber.add_client_error(operation, MISSING, "The specified queue does not exist.", 400)
    with pytest.raises(MissingError, match="no such queue in us-east-1"):
        run(client)
