# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lambda handlers get to AWS with unmodified endpoints and their role's permissions."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from labclient import Clients, Lab

HANDLER = """
import boto3, os, sys

def handler(event, context):
    sent = boto3.client("sqs", region_name="us-west-2").send_message(QueueUrl=event["queue"], MessageBody="from lambda")
    table = boto3.client("dynamodb")
    table.put_item(TableName="table", Item={"k": {"S": sent["MessageId"]}})
    denied = ""
    try:
        boto3.client("s3").list_buckets()
    except Exception as error:
        denied = error.response["Error"]["Code"]
    return {"denied": denied, "identity": boto3.client("sts").get_caller_identity()["Arn"],
            "sees_lab": any("aws_lab" in name for name in sys.modules) or "PYTHONPATH" in os.environ}
"""


def _zip(source: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", source)
    return packed.getvalue()


@pytest.fixture
def role(client: Clients) -> str:
    """A role which may write to queues and tables, and nothing else."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": ["sqs:SendMessage", "dynamodb:PutItem"], "Resource": "*"}
    iam = client("iam")
    arn = iam.create_role(
        RoleName="worker", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    iam.put_role_policy(
        RoleName="worker", PolicyName="may", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]})
    )
    return str(arn)


def test_a_handler_calls_aws(client: Clients, lab: Lab, role: str) -> None:
    sqs = client("sqs", "us-west-2")
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    client("dynamodb").create_table(
        TableName="table",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
    )
    function = client("lambda")
    function.create_function(
        FunctionName="f",
        Runtime="python3.11",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": _zip(HANDLER)},
        Timeout=30,
    )
    lab.clear_journal()
    answer = function.invoke(FunctionName="f", Payload=json.dumps({"queue": queue}))
    said: dict[str, Any] = json.load(answer["Payload"])
    assert "FunctionError" not in answer, said
    assert said == {
        "denied": "AccessDenied",
        "identity": "arn:aws:sts::111122223333:assumed-role/worker/f",
        "sees_lab": False,
    }
    assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "from lambda"
    assert len(client("dynamodb").scan(TableName="table")["Items"]) == 1
    assert lab.counts()["sqs/us-west-2/SendMessage"] == 1
    assert lab.counts()["dynamodb/us-east-1/PutItem"] == 1
