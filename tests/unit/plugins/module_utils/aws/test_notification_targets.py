# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.notification_targets import target_exists

QUEUE = "arn:aws:sqs:eu-west-1:111122223333:work"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:work"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:work"
CASES = [
    (
        QUEUE,
        "get_queue_url",
        {"QueueName": "work", "QueueOwnerAWSAccountId": "111122223333"},
        {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/work"},
        "AWS.SimpleQueueService.NonExistentQueue",
        "sqs:GetQueueUrl",
    ),
    (TOPIC, "get_topic_attributes", {"TopicArn": TOPIC}, {"Attributes": {}}, "NotFound", "sns:GetTopicAttributes"),
    (
        FUNCTION,
        "get_function_configuration",
        {"FunctionName": FUNCTION},
        {},
        "ResourceNotFoundException",
        "lambda:GetFunctionConfiguration",
    ),
]


@pytest.mark.parametrize(("arn", "method", "asked", "answer", "missing", "permission"), CASES)
def test_there_not_there_and_not_to_be_known(
    arn: str, method: str, asked: dict[str, Any], answer: dict[str, Any], missing: str, permission: str
) -> None:
    service = arn.split(":")[2]
    client = boto3.client(service, "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")

    def client_of(name: str, region: str) -> Any:
        assert (name, region) == (service, "eu-west-1")
        return client

    with Stubber(client) as stubber:
        stubber.add_response(method, answer, asked)
        assert target_exists(client_of, arn)
        stubber.add_client_error(method, missing, "gone", 404)
        assert not target_exists(client_of, arn)
        stubber.add_client_error(method, "AccessDenied", "no", 403)
        with pytest.raises(AccessDeniedError) as denied:
            target_exists(client_of, arn)
    assert denied.value.permission == permission


def test_what_is_no_target_is_not_there() -> None:
    for arn in ("work", "arn:aws:s3:::work"):
        assert not target_exists(lambda _service, _region: None, arn)
