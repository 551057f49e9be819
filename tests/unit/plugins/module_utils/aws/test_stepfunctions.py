# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sqs_send import send
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.stepfunctions import start_execution, state_machine_type

ARN = "arn:aws:states:eu-west-1:111122223333:stateMachine:work"
KEYS = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}


@pytest.fixture
def states() -> Any:
    return boto3.client("stepfunctions", region_name="eu-west-1", **KEYS)


@pytest.mark.parametrize("qualifier", ["", ":1", ":PROD"])
def test_versions_and_aliases_have_the_type_of_their_state_machine(states: Any, qualifier: str) -> None:
    answer = {
        "stateMachineArn": ARN,
        "name": "work",
        "definition": "{}",
        "roleArn": "arn:aws:iam::111122223333:role/r",
        "type": "EXPRESS",
        "creationDate": datetime.now(UTC),
    }
    with Stubber(states) as stub:
        stub.add_response("describe_state_machine", answer, {"stateMachineArn": ARN})
        assert state_machine_type(states, ARN + qualifier) == "EXPRESS"


def test_a_state_machine_that_is_not_there_and_one_that_may_not_be_seen(states: Any) -> None:
    with Stubber(states) as stub:
        stub.add_client_error("describe_state_machine", "StateMachineDoesNotExist")
        with pytest.raises(MissingError, match="Correct execution"):
            state_machine_type(states, ARN)
        stub.add_client_error("describe_state_machine", "AccessDeniedException")
        with pytest.raises(AccessDeniedError, match="states:DescribeStateMachine"):
            state_machine_type(states, ARN)


def test_a_name_that_is_used_is_done(states: Any) -> None:
    request = {"stateMachineArn": f"{ARN}:PROD", "name": "n", "input": "{}"}
    with Stubber(states) as stub:
        stub.add_response("start_execution", {"executionArn": "e", "startDate": datetime.now(UTC)}, request)
        assert start_execution(states, f"{ARN}:PROD", "n", "{}") == "e"
        stub.add_client_error("start_execution", "ExecutionAlreadyExists")
        assert start_execution(states, ARN, "n", "{}") is None


def test_only_fifo_queues_get_group_and_deduplication() -> None:
    sqs = boto3.client("sqs", region_name="eu-west-1", **KEYS)
    plain = {"QueueUrl": "https://q", "MessageBody": "b"}
    fifo = {**plain, "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    with Stubber(sqs) as stub:
        for request in (plain, fifo):
            stub.add_response("send_message", {"MessageId": "m"}, request)
        assert send(sqs, "https://q", "b", None, "d") == "m" == send(sqs, "https://q", "b", "g", "d")
