# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events of replication: shape, conditions, destinations, faults of delivery."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest
from replication_lab import (
    ACCOUNT,
    AWAY,
    Bucket,
    Pair,
    Queue,
    Role,
    allow,
    client,
    configure,
    control,
    idle,
    policy,
    rule,
    wait_for,
)

MINUTE = 60
RTC = {"Status": "Enabled", "Time": {"Minutes": 15}}
RTC_METRICS = {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def failing_pair(**changes: Any) -> Pair:
    pair = Pair(**changes)
    pair.role.withdraw("s3:ReplicateObject")
    return pair


def test_the_message_is_exactly_as_documented() -> None:
    pair = failing_pair()
    version = pair.source.put("a b+c%/ü😀#.txt", b"12345")
    (record,) = pair.queue.records()
    event_time, responses = record.pop("eventTime"), record.pop("responseElements")
    request_time = record["replicationEventData"].pop("requestTime")
    sequencer = record["s3"]["object"].pop("sequencer")
    assert record == {
        "eventVersion": "2.2",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventName": "Replication:OperationFailedReplication",
        "userIdentity": {"principalId": "s3.amazonaws.com"},
        "requestParameters": {"sourceIPAddress": "s3.amazonaws.com"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "to-queue",
            "bucket": {"name": pair.source.name, "ownerIdentity": {"principalId": ACCOUNT}, "arn": pair.source.arn},
            "object": {
                "key": "a+b%2Bc%25/%C3%BC%F0%9F%98%80%23.txt", "size": 5, "eTag": "827ccb0eea8a706c4c34a16891f84e7b",
                "versionId": version,
            },
        },
        "replicationEventData": {
            "replicationRuleId": pair.rule["ID"], "destinationBucket": pair.destination.arn,
            "s3Operation": "OBJECT_PUT", "failureReason": "DstPutObjectNotPermitted",
        },
    }  # fmt: skip
    assert set(responses) == {"x-amz-request-id", "x-amz-id-2"}
    assert MOMENT.fullmatch(event_time) and MOMENT.fullmatch(request_time) and request_time <= event_time
    assert re.fullmatch(r"[0-9A-F]{18}", sequencer)


def test_the_null_version_has_no_version_id() -> None:
    source, destination = Bucket(), Bucket(AWAY)
    source.version(False)
    source.s3.put_object(Bucket=source.name, Key="key", Body=b"")
    source.version(True)
    configure(source, "arn:aws:iam::111122223333:role/none", rule(destination))
    queue = Queue(source)
    control("POST", "/replication/version", bucket=source.name, key="key", version_id="null")
    (record,) = queue.records()
    assert record["s3"]["object"]["versionId"] is None


def test_the_queue_is_tested_when_the_notification_is_set() -> None:
    pair = Pair()
    (tested,) = pair.queue.tests
    assert set(tested) == {"Service", "Event", "Time", "Bucket", "RequestId", "HostId"}


def test_no_event_without_metrics() -> None:
    pair = failing_pair()
    del pair.rule["Destination"]["Metrics"]
    pair.configure()
    pair.source.put()
    assert (pair.queue.records(), pair.source.status()) == ([], "FAILED")


def test_eventbridge_gets_none() -> None:
    pair = failing_pair()
    bus = client("events")
    bus.put_rule(Name="s3", EventPattern=json.dumps({"source": ["aws.s3"]}))
    bus.put_targets(Rule="s3", Targets=[{"Id": "queue", "Arn": pair.queue.arn}])
    pair.queue.set_policy(
        allow("sqs:SendMessage", pair.queue.arn, Principal={"Service": ["events.amazonaws.com", "s3.amazonaws.com"]})
    )
    wanted = {"QueueArn": pair.queue.arn, "Events": ["s3:Replication:*"]}
    pair.source.s3.put_bucket_notification_configuration(
        Bucket=pair.source.name,
        NotificationConfiguration={"EventBridgeConfiguration": {}, "QueueConfigurations": [wanted]},
    )
    pair.source.put()
    told: list[str] = []

    def both_came() -> bool:
        for body in pair.queue.bodies():
            told.extend(record["eventName"] for record in body.get("Records", []))
            told.extend([body["detail-type"]] if "detail-type" in body else [])
        return len(told) >= 2

    wait_for(both_came)
    assert sorted(told) == ["Object Created", "Replication:OperationFailedReplication"]


def test_one_event_for_each_failing_rule() -> None:
    source, one, two, three = Bucket(), Bucket(AWAY), Bucket("sa-east-1"), Bucket("ap-south-1")
    rules = [rule(bucket) for bucket in (one, two, three)]
    configure(source, Role(source, two), *rules)
    queue = Queue(source)
    source.put()
    told = {(r["replicationEventData"]["replicationRuleId"], r["replicationEventData"]["destinationBucket"])
            for r in queue.records()}  # fmt: skip
    assert told == {(rules[0]["ID"], one.arn), (rules[2]["ID"], three.arn)}
    assert source.status() == "FAILED"


def test_only_what_the_notification_asks_for() -> None:
    pair = failing_pair()
    by_name = Queue(pair.source, ["s3:Replication:OperationFailedReplication"], prefix="in/", suffix=".txt")
    for key in ("in/1.txt", "in/1.jpg", "out/1.txt"):
        pair.source.put(key)
    assert [record["s3"]["object"]["key"] for record in by_name.records()] == ["in/1.txt"]
    others = Queue(pair.source, ["s3:Replication:OperationMissedThreshold", "s3:ObjectRemoved:*"])
    pair.source.put()
    assert others.records() == []


def test_a_queue_whose_policy_does_not_let_s3_in_gets_nothing() -> None:
    pair = failing_pair()
    elsewhere = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::another-bucket"}}
    pair.queue.set_policy(
        allow("sqs:SendMessage", pair.queue.arn, Principal={"Service": "s3.amazonaws.com"}, Condition=elsewhere)
    )
    pair.source.put()
    assert (pair.queue.records(), pair.source.status()) == ([], "FAILED")


def test_topics_wrap_the_message() -> None:
    pair = failing_pair()
    sns, sqs = client("sns"), client("sqs")
    topic = sns.create_topic(Name="failures")["TopicArn"]
    publish = allow("sns:Publish", topic, Principal={"Service": "s3.amazonaws.com"},
                    Condition={"ArnLike": {"aws:SourceArn": pair.source.arn}})  # fmt: skip
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy(publish))
    pair.queue.set_policy(allow("sqs:SendMessage", pair.queue.arn, Principal={"Service": "sns.amazonaws.com"}))
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=pair.queue.arn)
    wanted = {"Id": "to-topic", "TopicArn": topic, "Events": ["s3:Replication:*"]}
    pair.source.s3.put_bucket_notification_configuration(
        Bucket=pair.source.name, NotificationConfiguration={"TopicConfigurations": [wanted]}
    )
    pair.source.put()
    idle()
    tested, failed = sorted(pair.queue.bodies(), key=lambda body: "Records" in json.loads(body["Message"]))
    assert json.loads(tested["Message"])["Event"] == "s3:TestEvent"
    assert (failed["Type"], failed["Subject"], failed["TopicArn"]) == ("Notification", "Amazon S3 Notification", topic)
    (record,) = json.loads(failed["Message"])["Records"]
    assert record["s3"]["configurationId"] == "to-topic"
    assert record["replicationEventData"]["failureReason"] == "DstPutObjectNotPermitted"
    sqs.purge_queue(QueueUrl=pair.queue.url)


FUNCTION = """
import boto3, json, os
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
"""


def test_lambda_functions() -> None:
    pair = failing_pair()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("code.py", FUNCTION)
    functions = client("lambda")
    function = functions.create_function(
        FunctionName="failures", Runtime="python3.11", Role=pair.role.arn, Handler="code.handler",
        Code={"ZipFile": packed.getvalue()}, Environment={"Variables": {"QUEUE": pair.queue.url}},
    )["FunctionArn"]  # fmt: skip
    functions.add_permission(
        FunctionName="failures", StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
        SourceArn=pair.source.arn,
    )  # fmt: skip
    pair.role.add(allow("sqs:SendMessage", pair.queue.arn))
    wanted = {"Id": "to-function", "LambdaFunctionArn": function, "Events": ["s3:Replication:*"]}
    pair.source.s3.put_bucket_notification_configuration(
        Bucket=pair.source.name, NotificationConfiguration={"LambdaFunctionConfigurations": [wanted]}
    )
    pair.source.put()
    bodies = wait_for(pair.queue.bodies)
    assert [record["s3"]["configurationId"] for record in bodies[0]["Records"]] == ["to-function"]


# ---- faults of delivery


@pytest.mark.parametrize(("setting", "copies"), [("events_lost_probability", 0), ("events_doubled_probability", 2)])
def test_lost_and_doubled(setting: str, copies: int) -> None:
    pair = failing_pair()
    control("PUT", "/settings", **{setting: 1.0})
    version = pair.source.put()
    records = pair.queue.records()
    assert [record["s3"]["object"]["versionId"] for record in records] == [version] * copies
    assert pair.source.status() == "FAILED"


def test_sometimes_lost_means_some_arrive_and_the_seed_decides_which() -> None:
    def arrived() -> list[str]:
        control("POST", "/reset")
        control("PUT", "/settings", events_lost_probability=0.5, seed=7)
        pair = failing_pair()
        for n in range(16):
            pair.source.put(f"key{n}")
            idle()
        return sorted(record["s3"]["object"]["key"] for record in pair.queue.records())

    first = arrived()
    assert 0 < len(first) < 16
    assert arrived() == first


def test_late_events() -> None:
    pair = failing_pair()
    control("PUT", "/settings", event_delay=60.0)
    pair.source.put()
    wait_for(lambda: pair.source.status() == "FAILED")
    assert pair.queue.bodies() == []
    control("POST", "/clock/advance", seconds=61)
    assert pair.queue.reasons() == ["DstPutObjectNotPermitted"]


def test_reordered_events() -> None:
    pair = failing_pair()
    control("PUT", "/settings", events_reordered=True)
    keys = [f"key{n:02d}" for n in range(20)]
    for key in keys:
        pair.source.put(key)
    arrived = [record["s3"]["object"]["key"] for record in pair.queue.records()]
    assert sorted(arrived) == keys != arrived


# ---- Replication Time Control


def test_replication_time_control() -> None:
    pair = Pair(destination_ReplicationTime=RTC, destination_Metrics=RTC_METRICS)
    pair.source.put("in time")
    assert pair.queue.records() == []
    control("PUT", "/settings", replication_delay=20.0 * MINUTE)
    late = pair.source.put("late")
    control("POST", "/clock/advance", seconds=14 * MINUTE)
    assert pair.queue.bodies() == []
    control("POST", "/clock/advance", seconds=2 * MINUTE)
    missed = wait_for(pair.queue.bodies)
    assert pair.source.status("late") == "PENDING"
    control("POST", "/clock/advance", seconds=5 * MINUTE)
    record = missed[0]["Records"][0]
    assert (record["eventName"], record["s3"]["object"]["versionId"]) == ("Replication:OperationMissedThreshold", late)
    assert set(record["replicationEventData"]) == {
        "replicationRuleId", "destinationBucket", "s3Operation", "requestTime", "threshold",
    }  # fmt: skip
    (record,) = pair.queue.records()
    assert record["eventName"] == "Replication:OperationReplicatedAfterThreshold"
    assert record["replicationEventData"]["threshold"] == "900"
    assert int(record["replicationEventData"]["replicationTime"]) >= 20 * MINUTE
    assert pair.source.status("late") == "COMPLETED"


def test_no_threshold_events_without_time_control() -> None:
    pair = Pair()
    control("PUT", "/settings", replication_delay=20.0 * MINUTE)
    pair.source.put()
    control("POST", "/clock/advance", seconds=21 * MINUTE)
    assert (pair.queue.records(), pair.source.status()) == ([], "COMPLETED")
