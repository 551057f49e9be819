# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of auto_enroll and of the sweep share: buckets as a user sees and changes them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

HOME, AWAY = "us-east-1", "eu-west-1"
OPTIONS = {
    "discover": {"tags": {"dr": "true"}, "destination": {"bucket": "{name}-dr", "region": AWAY}},
    "role_wait": 0,  # IAM of the lab knows everything at once
}


def document(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class World:
    """Buckets, as a user sees and changes them."""

    def __init__(self, aws: Callable[..., Any], lab: Any) -> None:
        self.aws, self.lab = aws, lab
        self.s3, self.away = aws("s3", HOME), aws("s3", AWAY)

    def tag(self, bucket: str, **tags: str) -> None:
        """PutBucketTagging."""
        tag_set = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tag_set})

    def rules(self, bucket: str) -> list[dict[str, Any]]:
        """The bucket's rules; none where it does not replicate."""
        try:
            answer = self.s3.get_bucket_replication(Bucket=bucket)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ReplicationConfigurationNotFoundError", error
            return []
        return list(answer["ReplicationConfiguration"]["Rules"])

    def enrolled(self, bucket: str) -> bool:
        """Whether the bucket has exactly our rule, enabled, and a versioned destination."""
        rules = self.rules(bucket)
        if [(rule["ID"], rule["Status"]) for rule in rules] != [(f"to-{bucket}-dr", "Enabled")]:
            return False
        return self.versioning(f"{bucket}-dr") == "Enabled"

    def versioning(self, bucket: str) -> str | None:
        """The status; None where there is no such bucket."""
        try:
            found: str | None = self.away.get_bucket_versioning(Bucket=bucket).get("Status")
        except ClientError:
            return None
        return found

    def quiet(self) -> None:
        """Wait until all events are out and worked off."""
        self.eventually(lambda: self.waiting("s3-auto-enroll") == 0 and self.settled(), "the queue to be empty")

    def settled(self) -> bool:
        """Whether nothing new comes for a while."""
        self.lab.call("POST", "/cloudtrail/idle")
        time.sleep(0.6)
        self.lab.call("POST", "/cloudtrail/idle")
        return self.waiting("s3-auto-enroll") == 0

    def waiting(self, queue: str) -> int:
        """How many messages there are, in flight or not."""
        sqs = self.aws("sqs", HOME)
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(told[name]) for name in names)

    def puts(self) -> int:
        """How many PutBucketReplication there were so far."""
        return int(self.lab.call("GET", "/journal/counts")["counts"].get(f"s3/{HOME}/PutBucketReplication", 0))

    def log(self) -> str:
        """What the function said."""
        logs = self.aws("logs", HOME)
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/s3-auto-enroll")
        return "\n".join(event["message"] for page in pages for event in page["events"])

    def eventually(self, look: Callable[[], bool], what: str, seconds: float = 90) -> None:
        """Wait for it."""
        deadline = time.monotonic() + seconds
        while not look():
            assert time.monotonic() < deadline, f"waited in vain for {what}; the function said:\n{self.log()}"
            time.sleep(0.2)


def start_pause(aws: Callable[..., Any]) -> str:
    """Pause replication of buckets tagged drill=yes to the other Region for ten minutes; the experiment's id."""
    trust = {"Effect": "Allow", "Principal": {"Service": "fis.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = aws("iam").create_role(RoleName="chaos", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    aws("iam").put_role_policy(RoleName="chaos", PolicyName="all", PolicyDocument=document(everything))
    target = {"resourceType": "aws:s3:bucket", "resourceTags": {"drill": "yes"}, "selectionMode": "ALL"}
    action = {
        "actionId": "aws:s3:bucket-pause-replication",
        "parameters": {"duration": "PT10M", "region": AWAY},
        "targets": {"Buckets": "buckets"},
    }
    template = aws("fis").create_experiment_template(
        clientToken="t", description="d", stopConditions=[{"source": "none"}], roleArn=role,
        targets={"buckets": target}, actions={"pause": action},
    )["experimentTemplate"]["id"]  # fmt: skip
    return str(aws("fis").start_experiment(clientToken="e", experimentTemplateId=template)["experiment"]["id"])
