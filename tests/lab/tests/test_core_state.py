# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reset, journal, clock, settings."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from labclient import Clients, Lab


def test_a_reset_wipes_everything_and_keeps_the_credentials(
    client: Clients, lab: Lab, make_bucket: Callable[..., str]
) -> None:
    make_bucket("gone-bucket")
    client("sqs").create_queue(QueueName="gone")
    client("iam").create_user(UserName="gone")
    client("kms").create_key()
    client("dynamodb").create_table(
        TableName="gone",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
    )
    lab.fault("throttle", service="sns")
    lab.settings(replication_delay=9)
    lab.advance(1000)
    lab.reset()
    assert client("s3").list_buckets()["Buckets"] == []
    assert not client("sqs").list_queues().get("QueueUrls")
    assert [user["UserName"] for user in client("iam").list_users()["Users"]] == ["lab-admin"]
    assert client("dynamodb").list_tables()["TableNames"] == []
    assert client("kms").list_keys()["Keys"] == []
    assert lab.faults() == []
    assert lab.settings()["replication_delay"] == 0.05
    assert lab.call("GET", "/health")["clock_offset"] == 0
    assert "s3/us-east-1/CreateBucket" not in lab.counts()


def test_the_journal_tells_where_calls_went(client: Clients, lab: Lab, make_bucket: Callable[..., str]) -> None:
    bucket = make_bucket("journal-bucket", "us-west-2")
    s3 = client("s3", "us-west-2")
    for number in range(3):
        s3.put_object(Bucket=bucket, Key=f"k{number}", Body=b"")
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key="none")
    assert lab.counts() == {
        "s3/us-west-2/CreateBucket": 1,
        "s3/us-west-2/PutObject": 3,
        "s3/us-west-2/GetObject": 1,
    }
    puts = lab.journal(operation="PutObject", region="us-west-2", bucket=bucket)
    assert [entry["key"] for entry in puts] == ["k0", "k1", "k2"]
    assert {(entry["service"], entry["status"], entry["account_id"]) for entry in puts} == {("s3", 200, "111122223333")}
    assert [entry["status"] for entry in lab.journal(operation="GetObject")] == [404]
    assert lab.journal(after=puts[-1]["number"], operation="PutObject") == []
    lab.clear_journal()
    assert (lab.journal(), lab.counts()) == ([], {})


def test_the_journal_refuses_unknown_fields(lab: Lab) -> None:
    with pytest.raises(AssertionError, match="no field buckket"):
        lab.journal(buckket="x")


def test_objects_are_as_young_as_lab_time_says(client: Clients, lab: Lab, make_bucket: Callable[..., str]) -> None:
    bucket, s3 = make_bucket("clock-bucket"), client("s3")
    s3.put_object(Bucket=bucket, Key="before", Body=b"")
    lab.advance(86_400)
    s3.put_object(Bucket=bucket, Key="after", Body=b"")
    times = {found["Key"]: found["LastModified"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert datetime.timedelta(0) <= times["after"] - times["before"] - datetime.timedelta(days=1)
    assert times["after"] - times["before"] < datetime.timedelta(days=1, minutes=1)


def test_messages_come_back_when_time_is_moved_on(client: Clients, lab: Lab) -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    assert "Messages" in sqs.receive_message(QueueUrl=url)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    lab.advance(601)
    again = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["ApproximateReceiveCount"])
    assert again["Messages"][0]["Attributes"]["ApproximateReceiveCount"] == "2"


def test_a_session_survives_time_moved_on(client: Clients, lab: Lab) -> None:
    """Clients' clocks do not move, so neither do signatures and sessions."""
    lab.advance(7 * 86_400)
    role = client("sts").assume_role(
        RoleArn="arn:aws:iam::444455556666:role/LabCrossAccountAdmin", RoleSessionName="test"
    )
    lab.advance(7 * 86_400)
    client("s3", credentials=role["Credentials"]).list_buckets()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"nonsense": 1}, "no setting 'nonsense'; there are: .*replication_delay"),
        ({"replication_delay": "1"}, "replication_delay takes a float, not '1'"),
        ({"events_reordered": 1}, "events_reordered takes a bool"),
        ({"replication_delay": 5, "seed": "x"}, "seed takes a int"),
    ],
)
def test_bad_settings_change_nothing(lab: Lab, values: dict[str, Any], says: str) -> None:
    before = lab.settings()
    with pytest.raises(AssertionError, match=says):
        lab.call("PUT", "/settings", values)
    assert lab.settings() == before


def test_time_does_not_go_backwards(lab: Lab) -> None:
    with pytest.raises(AssertionError, match="cannot go backwards"):
        lab.advance(-1)


def test_unknown_routes_name_the_known_ones(lab: Lab) -> None:
    with pytest.raises(AssertionError, match=r"DELETE /faults/\{id\}.*POST /regions/\{region\}/down"):
        lab.call("GET", "/nonsense")
