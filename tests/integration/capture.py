# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A failure queue, its dead-letter queue and a ledger, made and looked at through plain boto3."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

ACCOUNT = "111122223333"
ROOT = Path(__file__).resolve().parents[2]
MODULES, ROLES = ROOT / "plugins" / "modules", ROOT / "roles"
Aws = Callable[..., Any]


class Capture:
    """Queues ``<name>`` and ``<name>-dlq`` and the table ``<name>``, in one Region."""

    def __init__(
        self, aws: Aws, name: str, region: str = "us-east-1", visibility: int = 30, max_receives: int = 3
    ) -> None:
        self.name = name
        self.sqs, self.dynamodb = aws("sqs", region), aws("dynamodb", region)
        self.dead_letter_url = self.sqs.create_queue(QueueName=f"{name}-dlq")["QueueUrl"]
        self.queue_arn = f"arn:aws:sqs:{region}:{ACCOUNT}:{name}"
        self.dead_letter_arn = f"{self.queue_arn}-dlq"
        redrive = {"deadLetterTargetArn": self.dead_letter_arn, "maxReceiveCount": str(max_receives)}
        attributes = {"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": str(visibility)}
        self.url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        keys = {"pk": "HASH", "sk": "RANGE"}
        self.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            BillingMode="PAY_PER_REQUEST",
        )

    def send(self, *bodies: str, url: str | None = None) -> None:
        """Put messages into the failure queue (or into the one with this URL)."""
        for start in range(0, len(bodies), 10):
            entries = [{"Id": str(index), "MessageBody": text} for index, text in enumerate(bodies[start : start + 10])]
            self.sqs.send_message_batch(QueueUrl=url or self.url, Entries=entries)

    def count(self, url: str | None = None) -> int:
        """Messages in a queue, received or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=url or self.url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def receive(self, url: str) -> list[str]:
        """Bodies of the messages that can be received now."""
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in answer.get("Messages", [])]

    def items(self) -> list[dict[str, Any]]:
        """Everything in the table, without DynamoDB's types."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.name, ConsistentRead=True)
        return [
            {name: value.get("S", value.get("N")) for name, value in item.items()}
            for page in pages
            for item in page["Items"]
        ]

    def failures(self) -> list[dict[str, Any]]:
        """The events in the table, in order of their keys."""
        return sorted((item for item in self.items() if "failed_at" in item), key=lambda item: item["object_key"])


def restricted(aws: Aws, name: str, *statements: dict[str, Any]) -> dict[str, str]:
    """Environment with credentials of a new IAM user who may do only this; each statement is a policy of its own."""
    iam = aws("iam")
    iam.create_user(UserName=name)
    for number, statement in enumerate(statements):
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        made = iam.create_policy(PolicyName=f"{name}-{number}", PolicyDocument=document)
        iam.attach_user_policy(UserName=name, PolicyArn=made["Policy"]["Arn"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def allow(*actions: str, resource: str = "*") -> dict[str, Any]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def documented_user(aws: Aws, *roles: str, user: str = "operator") -> dict[str, str]:
    """Environment with credentials of a new IAM user who may do what these roles' READMEs name, and nothing else."""
    texts = [(ROLES / role / "README.md").read_text(encoding="utf-8") for role in roles]
    tables = "".join(text.split("## IAM actions that it needs", 1)[1].split("\n## ", 1)[0] for text in texts)
    actions = sorted(set(re.findall(r"`([a-z0-9-]+:[A-Z][A-Za-z]+)`", tables)))
    # As many as a policy holds
    return restricted(aws, user, *(allow(*actions[start : start + 100]) for start in range(0, len(actions), 100)))


def examples(module: str) -> list[dict[str, Any]]:
    """The tasks that a module's documentation shows."""
    tree = ast.parse((MODULES / f"{module}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "EXAMPLES":
            tasks: list[dict[str, Any]] = yaml.safe_load(ast.literal_eval(node.value))
            return tasks
    raise AssertionError(f"{module} has no examples")
