# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

ACCOUNT = "111122223333"
EVENT = "s3:Replication:OperationFailedReplication"
MODULE = "aws_dr.s3.replication_failure_notification"


def task(**options: Any) -> list[dict[str, Any]]:
    return [{"name": "Notify", MODULE: {"failure_queue": "failures", "wait_timeout": 5, "wait_delay": 1, **options}}]


def make_queue(sqs: Any, bucket: str, name: str = "failures") -> str:
    """A queue that the bucket may send to; gives its ARN."""
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{sqs.meta.region_name}:{ACCOUNT}:{name}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
        },
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return arn


@pytest.fixture
def bucket(aws: Callable[..., Any], name: str) -> str:
    aws("s3").create_bucket(Bucket=name)
    return name


def entries(aws: Callable[..., Any], bucket: str) -> dict[str, Any]:
    found = aws("s3").get_bucket_notification_configuration(Bucket=bucket)
    return {name: value for name, value in found.items() if name != "ResponseMetadata"}


def test_the_entry_is_merged_in_and_taken_out_and_all_else_stays(
    playbook: Callable[..., Any], aws: Callable[..., Any], bucket: str
) -> None:
    arn = make_queue(aws("sqs"), bucket)
    others = make_queue(aws("sqs"), bucket, "orders")
    there = {
        "QueueConfigurations": [{"Id": "orders", "QueueArn": others, "Events": ["s3:ObjectCreated:*"]}],
        "EventBridgeConfiguration": {},
    }
    aws("s3").put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=there)
    before = entries(aws, bucket)

    checked = playbook(tasks=task(bucket=bucket), check=True)
    assert checked.last["changed"]
    assert entries(aws, bucket) == before

    first = playbook(tasks=task(bucket=bucket))
    assert first.last["changed"]
    assert first.last["diff"] == checked.last["diff"]
    assert first.last["notification"] == {
        "configured": True,
        "id": "aws-dr-s3-replication-failures",
        "queue_arn": arn,
        "events": ["OperationFailedReplication"],
        "key_prefix": "",
        "silent_because": "it has no enabled replication rule",
    }
    after = entries(aws, bucket)
    assert {entry["Id"]: (entry["QueueArn"], entry["Events"]) for entry in after["QueueConfigurations"]} == {
        "orders": (others, ["s3:ObjectCreated:*"]),
        "aws-dr-s3-replication-failures": (arn, [EVENT]),
    }
    assert "EventBridgeConfiguration" in after

    assert not playbook(tasks=task(bucket=bucket)).last["changed"]
    assert playbook(tasks=task(bucket=bucket, state="absent")).last["changed"]
    assert entries(aws, bucket) == before
    assert not playbook(tasks=task(bucket=bucket, state="absent")).last["changed"]


@pytest.mark.parametrize("metrics", ["Enabled", "Disabled"])
def test_a_rule_without_metrics_is_warned_about(
    playbook: Callable[..., Any], aws: Callable[..., Any], bucket: str, metrics: str
) -> None:
    make_queue(aws("sqs"), bucket)
    aws("s3").create_bucket(Bucket=f"{bucket}-dr")
    for name in (bucket, f"{bucket}-dr"):
        aws("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "quiet",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{bucket}-dr", "Metrics": {"Status": metrics}},
    }
    configuration = {"Role": f"arn:aws:iam::{ACCOUNT}:role/replication", "Rules": [rule]}
    aws("s3").put_bucket_replication(Bucket=bucket, ReplicationConfiguration=configuration)
    result = playbook(tasks=task(bucket=bucket), check=True).last
    warned = "may not send all replication failure events: metrics are off in quiet" in str(result.get("warnings"))
    assert warned == (metrics == "Disabled")
    assert bool(result["notification"]["silent_because"]) == (metrics == "Disabled")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"failure_queue": "arn:aws:sqs:eu-west-1:111122223333:failures"}, "is in eu-west-1, bucket"),
        ({"failure_queue": "failures.fifo"}, "FIFO"),
        ({"failure_queue": "a/b"}, "names no SQS queue"),
        ({"bucket": "t-there-is-no-such-bucket"}, "Could not look at bucket t-there-is-no-such-bucket"),
        ({"failure_queue": "missing"}, "S3 can't send to a destination of bucket"),
    ],
)
def test_bad_input_is_told_and_nothing_is_changed(
    playbook: Callable[..., Any], aws: Callable[..., Any], bucket: str, options: dict[str, str], told: str
) -> None:
    run = playbook(tasks=task(**{"bucket": bucket, "wait_timeout": 1, **options}), expect=2)
    assert told in run.last["msg"]
    assert entries(aws, bucket) == {}


def test_an_entry_that_is_in_the_way_is_named_in_check_mode_too(
    playbook: Callable[..., Any], aws: Callable[..., Any], bucket: str
) -> None:
    make_queue(aws("sqs"), bucket)
    theirs = make_queue(aws("sqs"), bucket, "theirs")
    there = {"QueueConfigurations": [{"Id": "audit", "QueueArn": theirs, "Events": ["s3:Replication:*"]}]}
    aws("s3").put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=there)
    run = playbook(tasks=task(bucket=bucket), check=True, expect=2)
    assert f"queue entry 'audit' to {theirs} takes OperationFailedReplication" in run.last["msg"]
