# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role failure_capture made, and that failures arrive, beside what others were told of before."""

from __future__ import annotations

import json
from typing import Any

import pytest
from failure_capture.prepare import OTHERS_NOTIFICATIONS
from shared import aws

SOURCES = [("us-east-1", ["invoices", "orders"]), ("eu-west-1", ["photos"])]
DAYS_14 = "1209600"


def arn(region: str, name: str) -> str:
    return f"arn:aws:sqs:{region}:{aws.ACCOUNT}:{name}"


@pytest.mark.parametrize(("region", "buckets"), SOURCES)
def test_each_region_has_a_queue_that_its_buckets_only_may_send_to(region: str, buckets: list[str]) -> None:
    found = aws.queue("failures", region)
    assert found["QueueArn"] == arn(region, "failures")
    assert found["Policy"] == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AwsDrS3ReplicationEvents",
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn(region, "failures"),
                "Condition": {
                    "ArnLike": {"aws:SourceArn": [f"arn:aws:s3:::{bucket}" for bucket in buckets]},
                    "StringEquals": {"aws:SourceAccount": aws.ACCOUNT},
                },
            }
        ],
    }


@pytest.mark.parametrize("region", [aws.US, aws.EU])
def test_unreadable_messages_go_to_a_dead_letter_queue_and_all_are_kept_for_two_weeks(region: str) -> None:
    found, dead = aws.queue("failures", region), aws.queue("unreadable", region)
    redrive = found["RedrivePolicy"]
    assert (redrive["deadLetterTargetArn"], int(redrive["maxReceiveCount"])) == (arn(region, "unreadable"), 5)
    assert (found["MessageRetentionPeriod"], dead["MessageRetentionPeriod"]) == (DAYS_14, DAYS_14)
    assert found["VisibilityTimeout"] == "120"
    assert "Policy" not in dead
    for attributes in (found, dead):
        tags = aws.client("sqs", region).list_queue_tags(QueueUrl=attributes["Url"])["Tags"]
        assert tags == {"purpose": "test"}


def test_there_is_one_ledger_in_the_region_asked_for() -> None:
    dynamodb = aws.client("dynamodb", aws.EU)
    table = dynamodb.describe_table(TableName="ledger")["Table"]
    assert {key["AttributeName"]: key["KeyType"] for key in table["KeySchema"]} == {"pk": "HASH", "sk": "RANGE"}
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in table["AttributeDefinitions"]}
    assert types == {"pk": "S", "sk": "S"}
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    expiry = dynamodb.describe_time_to_live(TableName="ledger")["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    backups = dynamodb.describe_continuous_backups(TableName="ledger")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert tags == [{"Key": "purpose", "Value": "test"}]
    assert aws.client("dynamodb", aws.US).list_tables()["TableNames"] == []


def ours(region: str) -> dict[str, Any]:
    return {
        "Id": "aws-dr-s3-replication-failures",
        "QueueArn": arn(region, "failures"),
        "Events": ["s3:Replication:OperationFailedReplication"],
    }


def notifications(bucket: str, region: str) -> dict[str, Any]:
    answer = aws.client("s3", region).get_bucket_notification_configuration(Bucket=bucket)
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize(("bucket", "region"), [("orders", aws.US), ("photos", aws.EU)])
def test_buckets_without_notifications_send_failures_and_nothing_else(bucket: str, region: str) -> None:
    assert notifications(bucket, region) == {"QueueConfigurations": [ours(region)]}


def test_the_notifications_of_others_are_kept_as_they_were() -> None:
    found = notifications("invoices", aws.US)
    assert ours(aws.US) in found["QueueConfigurations"]
    found["QueueConfigurations"].remove(ours(aws.US))
    assert found == OTHERS_NOTIFICATIONS


def events(queue: str) -> list[dict[str, Any]]:
    """The events of the first messages that hold any; the test message that S3 sends to new listeners holds none."""
    url = aws.queue(queue, aws.US)["Url"]
    for _attempt in range(5):
        answer = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=10)
        bodies = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        found: list[dict[str, Any]] = [event for body in bodies for event in body.get("Records", [])]
        if found:
            return found
    return []


def test_a_failure_arrives_and_others_hear_what_they_heard_before() -> None:
    s3 = aws.client("s3")
    key = "denied/1 + 2=3 é.pdf"
    version_id = s3.put_object(Bucket="invoices", Key=key, Body=b"x")["VersionId"]
    s3.delete_object(Bucket="invoices", Key=key)
    aws.wait_for_replication()
    (record,) = events("failures")
    assert record["eventName"] == "Replication:OperationFailedReplication"
    assert record["s3"]["object"]["versionId"] == version_id
    assert record["replicationEventData"]["replicationRuleId"] == "to-dr"
    assert record["replicationEventData"]["failureReason"] == "DstPutObjectNotPermitted"
    heard = events("removed-invoices")
    assert [event["eventName"] for event in heard] == ["ObjectRemoved:DeleteMarkerCreated"]
