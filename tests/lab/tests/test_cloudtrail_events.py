# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management calls of S3 reach EventBridge while a trail logs them, with the records that CloudTrail writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from labclient import Clients, Lab

ACCOUNT = "111122223333"
PATTERN = {"source": ["aws.s3"], "detail-type": ["AWS API Call via CloudTrail"]}


class Bus:
    """A rule on the default bus of a Region that sends what matches to a queue."""

    def __init__(self, client: Clients, lab: Lab, region: str = "us-east-1", **detail: Any) -> None:
        self.lab, self.sqs, self.events = lab, client("sqs", region), client("events", region)
        self.url, self.arn = self.queue("events")
        pattern = {**PATTERN, "detail": detail} if detail else PATTERN
        self.rule = self.events.put_rule(Name="calls", EventPattern=json.dumps(pattern))["RuleArn"]
        self.events.put_targets(Rule="calls", Targets=[{"Id": "queue", "Arn": self.arn}])
        self.allow(self.url, self.arn)

    def queue(self, name: str) -> tuple[str, str]:
        """A queue's URL and ARN."""
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        known = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, known["Attributes"]["QueueArn"]

    def allow(self, url: str, arn: str) -> None:
        """Let the rule, and only it, send to the queue."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": self.rule}},
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})

    def take(self, url: str = "") -> list[dict[str, Any]]:
        """All events so far."""
        self.lab.call("POST", "/cloudtrail/idle")
        found: list[dict[str, Any]] = []
        while messages := self.sqs.receive_message(QueueUrl=url or self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=url or self.url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def names(self) -> list[str]:
        """Names of the calls so far."""
        return [event["detail"]["eventName"] for event in self.take()]


def trail(client: Clients, region: str = "us-east-1", **options: Any) -> str:
    """A trail that is logging."""
    cloudtrail = client("cloudtrail", region)
    cloudtrail.create_trail(Name="management", S3BucketName="logs", **options)
    cloudtrail.start_logging(Name="management")
    return "management"


def tag(client: Clients, bucket: str, region: str = "us-east-1", **tags: str) -> None:
    """PutBucketTagging."""
    tag_set = [{"Key": key, "Value": value} for key, value in tags.items()]
    client("s3", region).put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tag_set})


def test_the_record_of_a_call(client: Clients, lab: Lab, make_bucket: Any) -> None:
    trail(client)
    bus = Bus(client, lab)
    make_bucket("invoices")
    bus.take()
    tag(client, "invoices", dr="yes")
    (event,) = bus.take()
    assert {name: event[name] for name in ("source", "detail-type", "account", "region", "resources")} == {
        "source": "aws.s3",
        "detail-type": "AWS API Call via CloudTrail",
        "account": ACCOUNT,
        "region": "us-east-1",
        "resources": [],
    }
    record = event["detail"]
    assert record["requestParameters"] == {
        "tagging": "",
        "Host": "invoices.s3.amazonaws.com",
        "Tagging": {
            "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/",
            "TagSet": {"Tag": {"Key": "dr", "Value": "yes"}},
        },
        "bucketName": "invoices",
    }
    assert record["userIdentity"]["arn"] == f"arn:aws:iam::{ACCOUNT}:user/lab-admin"
    assert (record["userIdentity"]["type"], record["userIdentity"]["userName"]) == ("IAMUser", "lab-admin")
    assert record["resources"] == [{"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::invoices"}]
    expected = {
        "eventSource": "s3.amazonaws.com", "eventName": "PutBucketTagging", "awsRegion": "us-east-1",
        "readOnly": False, "eventType": "AwsApiCall", "managementEvent": True, "eventCategory": "Management",
        "recipientAccountId": ACCOUNT, "responseElements": None, "eventVersion": "1.11",
    }  # fmt: skip
    assert {name: record[name] for name in expected} == expected
    assert "errorCode" not in record
    tag(client, "invoices", dr="yes", team="a")
    (event,) = bus.take()
    assert len(event["detail"]["requestParameters"]["Tagging"]["TagSet"]["Tag"]) == 2


def test_names_and_what_is_no_management_write(client: Clients, lab: Lab) -> None:
    trail(client)
    bus = Bus(client, lab)
    s3 = client("s3")
    s3.create_bucket(Bucket="one")
    s3.put_bucket_versioning(Bucket="one", VersioningConfiguration={"Status": "Enabled"})
    tag(client, "one", dr="yes")
    s3.delete_bucket_tagging(Bucket="one")
    s3.delete_bucket_replication(Bucket="one")
    s3.put_public_access_block(Bucket="one", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    client("s3control").tag_resource(
        AccountId=ACCOUNT, ResourceArn="arn:aws:s3:::one", Tags=[{"Key": "dr", "Value": "yes"}]
    )
    s3.put_object(Bucket="one", Key="object", Body=b"")
    s3.get_bucket_tagging(Bucket="one")
    s3.head_bucket(Bucket="one")
    version = s3.list_object_versions(Bucket="one")["Versions"][0]["VersionId"]
    s3.delete_objects(Bucket="one", Delete={"Objects": [{"Key": "object", "VersionId": version}]})
    s3.delete_bucket(Bucket="one")
    assert sorted(bus.names()) == [
        "CreateBucket", "DeleteBucket", "DeleteBucketReplication", "DeleteBucketTagging", "PutBucketPublicAccessBlock",
        "PutBucketTagging", "PutBucketVersioning", "TagResource",
    ]  # fmt: skip


def test_a_failed_call_says_why_and_a_pattern_can_leave_it_out(client: Clients, lab: Lab, make_bucket: Any) -> None:
    trail(client)
    bus = Bus(client, lab)
    with pytest.raises(ClientError):
        client("s3").delete_bucket_replication(Bucket="nobodys")
    (event,) = bus.take()
    assert event["detail"]["errorCode"] == "NoSuchBucket"
    assert event["detail"]["errorMessage"] == "The specified bucket does not exist"
    pattern = {**PATTERN, "detail": {"errorCode": [{"exists": False}]}}
    bus.events.put_rule(Name="calls", EventPattern=json.dumps(pattern))
    with pytest.raises(ClientError):
        client("s3").delete_bucket_replication(Bucket="nobodys")
    make_bucket("mine")
    assert bus.names() == ["CreateBucket"]


def test_no_event_without_a_trail_that_logs_writes_here(client: Clients, lab: Lab, make_bucket: Any) -> None:
    bus = Bus(client, lab)
    make_bucket("one")
    cloudtrail, away = client("cloudtrail"), client("cloudtrail", "eu-west-1")
    cloudtrail.create_trail(Name="management", S3BucketName="logs")
    tag(client, "one", n="not started")
    away.create_trail(Name="away", S3BucketName="logs")
    away.start_logging(Name="away")
    tag(client, "one", n="another Region")
    assert bus.names() == []
    cloudtrail.start_logging(Name="management")
    tag(client, "one", n="seen")
    assert len(bus.take()) == 1
    basic = {"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True}
    cloudtrail.put_event_selectors(TrailName="management", EventSelectors=[basic])
    tag(client, "one", n="only reads")
    data = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}
    cloudtrail.put_event_selectors(TrailName="management", AdvancedEventSelectors=[data])
    tag(client, "one", n="only data events")
    assert bus.names() == []
    writes = {
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Management"]},
            {"Field": "readOnly", "Equals": ["false"]},
            {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]},
        ]
    }
    cloudtrail.put_event_selectors(TrailName="management", AdvancedEventSelectors=[data, writes])
    tag(client, "one", n="writes")
    assert len(bus.take()) == 1
    cloudtrail.stop_logging(Name="management")
    tag(client, "one", n="stopped")
    assert bus.names() == []


def test_events_come_in_the_buckets_region(client: Clients, lab: Lab, make_bucket: Any) -> None:
    trail(client, IsMultiRegionTrail=True)
    home, away = Bus(client, lab), Bus(client, lab, "eu-west-1")
    make_bucket("there", "eu-west-1")
    tag(client, "there", "eu-west-1", dr="yes")
    assert away.names() == ["CreateBucket", "PutBucketTagging"]
    assert home.names() == []


def test_events_late_lost_and_twice(client: Clients, lab: Lab, make_bucket: Any) -> None:
    trail(client)
    bus = Bus(client, lab)
    make_bucket("one")
    bus.take()
    lab.settings(events_doubled_probability=1.0)
    tag(client, "one", n="twice")
    first, second = bus.take()
    assert first["detail"]["eventID"] == second["detail"]["eventID"]
    lab.settings(events_doubled_probability=0.0, events_lost_probability=1.0)
    tag(client, "one", n="lost")
    assert bus.take() == []
    lab.settings(events_lost_probability=0.0, cloudtrail_delay=300.0)
    tag(client, "one", n="late")
    assert bus.sqs.receive_message(QueueUrl=bus.url).get("Messages") is None
    lab.advance(301)
    assert len(bus.take()) == 1


def test_a_bus_of_another_region_gets_what_the_role_may_put(client: Clients, lab: Lab, make_bucket: Any) -> None:
    trail(client, IsMultiRegionTrail=True)
    home = Bus(client, lab)
    trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = client("iam").create_role(RoleName="forward", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    bus = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
    events = client("events", "eu-west-1")
    events.put_rule(Name="forward", EventPattern=json.dumps(PATTERN))
    events.put_targets(Rule="forward", Targets=[{"Id": "home", "Arn": bus, "RoleArn": role}])
    make_bucket("denied", "eu-west-1")
    assert home.take() == []
    may = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    client("iam").put_role_policy(RoleName="forward", PolicyName="put", PolicyDocument=document)
    make_bucket("told", "eu-west-1")
    (event,) = home.take()
    assert (event["region"], event["detail"]["requestParameters"]["bucketName"]) == ("eu-west-1", "told")


def test_a_queue_that_does_not_let_the_rule_in(client: Clients, lab: Lab, make_bucket: Any) -> None:
    trail(client)
    bus = Bus(client, lab)
    bus.sqs.set_queue_attributes(QueueUrl=bus.url, Attributes={"Policy": ""})
    make_bucket("lost")
    assert bus.take() == []
    letters, letters_arn = bus.queue("dead-letters")
    bus.allow(letters, letters_arn)
    target = {"Id": "queue", "Arn": bus.arn, "DeadLetterConfig": {"Arn": letters_arn}}
    bus.events.put_targets(Rule="calls", Targets=[target])
    make_bucket("kept")
    (event,) = bus.take(letters)
    assert event["detail"]["requestParameters"]["bucketName"] == "kept"
