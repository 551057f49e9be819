# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQS event source mappings as Lambda has them: permissions, visibility timeout, partial batches, dead letters."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError
from labclient import Clients, Lab
from replication_lab import wait_for

NEEDED = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
HANDLER = """
import json

def handler(event, context):
    bad = [record["messageId"] for record in event["Records"] if record["body"] == "bad"]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in bad]}
"""


def make_role(client: Clients, actions: list[str]) -> str:
    """The function's role; its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam = client("iam")
    document = {"Version": "2012-10-17", "Statement": [trust]}
    arn = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    set_actions(client, actions)
    return str(arn)


def set_actions(client: Clients, actions: list[str]) -> None:
    """What the role may do."""
    may = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    client("iam").put_role_policy(RoleName="worker", PolicyName="may", PolicyDocument=json.dumps(may))


def make_function(client: Clients, role: str) -> None:
    """A function that refuses messages with the body "bad"."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", HANDLER)
    client("lambda").create_function(
        FunctionName="f", Runtime="python3.13", Role=role, Handler="index.handler", Timeout=20,
        Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip


def make_queue(client: Clients, name: str, **attributes: str) -> tuple[str, str]:
    """URL and ARN."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def connect(client: Clients, arn: str, **options: Any) -> str:
    """The mapping's id."""
    answer = client("lambda").create_event_source_mapping(
        EventSourceArn=arn, FunctionName="f", FunctionResponseTypes=["ReportBatchItemFailures"], **options
    )
    return str(answer["UUID"])


def waiting(client: Clients, url: str) -> int:
    """Messages in the queue, in flight or not."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(told[name]) for name in names)


@pytest.mark.parametrize("missing", NEEDED)
def test_a_role_that_may_not_poll_is_refused(client: Clients, missing: str) -> None:
    make_function(client, make_role(client, [action for action in NEEDED if action != missing]))
    _unused, arn = make_queue(client, "q")
    with pytest.raises(ClientError, match=f"does not have permissions to call {missing.partition(':')[2]}"):
        connect(client, arn)


def test_a_visibility_timeout_below_the_functions_is_refused(client: Clients) -> None:
    make_function(client, make_role(client, NEEDED))
    _unused, arn = make_queue(client, "q", VisibilityTimeout="19")
    with pytest.raises(ClientError, match="visibility timeout: 19 seconds is less than Function timeout: 20 seconds"):
        connect(client, arn)


def test_partial_batches_and_dead_letters(client: Clients, lab: Lab) -> None:
    make_function(client, make_role(client, NEEDED))
    letters, letters_arn = make_queue(client, "letters")
    redrive = json.dumps({"deadLetterTargetArn": letters_arn, "maxReceiveCount": 2})
    url, arn = make_queue(client, "q", RedrivePolicy=redrive)
    connect(client, arn, ScalingConfig={"MaximumConcurrency": 2})
    for body in ("good", "bad", "good"):
        client("sqs").send_message(QueueUrl=url, MessageBody=body)
    wait_for(lambda: waiting(client, url) == 1)

    def dead() -> bool:
        lab.advance(31)  # past the visibility timeout
        return waiting(client, letters) == 1

    wait_for(dead)
    assert client("sqs").receive_message(QueueUrl=letters)["Messages"][0]["Body"] == "bad"
    assert waiting(client, url) == 0


def test_a_role_that_loses_its_permission_takes_nothing_more(client: Clients) -> None:
    make_function(client, make_role(client, NEEDED))
    url, arn = make_queue(client, "q")
    mapping = connect(client, arn)
    set_actions(client, NEEDED[1:])
    client("sqs").send_message(QueueUrl=url, MessageBody="good")
    told = client("lambda").get_event_source_mapping
    wait_for(lambda: told(UUID=mapping)["LastProcessingResult"].startswith("PROBLEM"))
    assert waiting(client, url) == 1
    set_actions(client, NEEDED)
    wait_for(lambda: waiting(client, url) == 0)
