# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an event to its result: the role's rule, queue and Lambda function, whose code really runs in the lab."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from ansible_collections.aws_dr.s3.tests.integration.capture import documented_user
from ansible_collections.aws_dr.s3.tests.integration.enrolment import (
    AWAY,
    HOME,
    OPTIONS,
    World,
    start_pause,
)

OTHER = "444455556666"
VARIABLES = {
    "auto_enroll_region": HOME,
    "auto_enroll_destination_regions": [AWAY],
    "auto_enroll_options": OPTIONS,
    "auto_enroll_max_receive_count": 2,
    "auto_enroll_tags": {"purpose": "test"},
}
ROLE = [{"name": "Keep buckets enrolled", "ansible.builtin.include_role": {"name": "aws_dr.s3.auto_enroll"}}]


def log_management_events(aws: Callable[..., Any]) -> None:
    """A trail of all Regions."""
    aws("cloudtrail").create_trail(Name="management", S3BucketName="logs", IsMultiRegionTrail=True)
    aws("cloudtrail").start_logging(Name="management")


@pytest.fixture
def world(aws: Callable[..., Any], lab: Any) -> World:
    """A fresh one, with a trail."""
    log_management_events(aws)
    return World(aws, lab)


def test_a_bucket_is_enrolled_healed_and_taken_out(
    world: World, aws: Callable[..., Any], playbook: Callable[..., Any]
) -> None:
    env = documented_user(aws, "auto_enroll")
    assert playbook(ROLE, variables=VARIABLES, check=True, env=env).changed
    assert aws("lambda").list_functions()["Functions"] == []
    assert playbook(ROLE, variables=VARIABLES, env=env).changed
    assert playbook(ROLE, variables=VARIABLES, env=env).changed == []

    # Enrolled by its tag, without a loop: the events of the function's own calls find nothing to change.
    world.s3.create_bucket(Bucket="t-invoices")
    world.s3.create_bucket(Bucket="t-private")
    world.tag("t-private", dr="false")
    world.tag("t-invoices", dr="true")
    world.eventually(lambda: world.enrolled("t-invoices"), "the bucket to be enrolled")
    world.quiet()
    assert 1 <= world.puts() <= 2  # two instances of the function may see to two events of one bucket at once
    world.s3.put_object(Bucket="t-invoices", Key="a", Body=b"x")
    world.lab.replication_idle()
    assert world.away.head_object(Bucket="t-invoices-dr", Key="a")["ReplicationStatus"] == "REPLICA"
    assert world.rules("t-private") == []

    # Healed, whoever breaks what.
    world.s3.delete_bucket_replication(Bucket="t-invoices")
    world.eventually(lambda: world.enrolled("t-invoices"), "the deleted replication to come back")
    world.quiet()
    configuration = world.s3.get_bucket_replication(Bucket="t-invoices")["ReplicationConfiguration"]
    configuration["Rules"][0]["Status"] = "Disabled"
    world.s3.put_bucket_replication(Bucket="t-invoices", ReplicationConfiguration=configuration)
    world.eventually(lambda: world.enrolled("t-invoices"), "the disabled rule to be enabled")
    world.away.put_bucket_versioning(Bucket="t-invoices-dr", VersioningConfiguration={"Status": "Suspended"})
    world.eventually(lambda: world.enrolled("t-invoices"), "the destination to be versioned again")
    world.quiet()
    for version in world.away.list_object_versions(Bucket="t-invoices-dr")["Versions"]:
        world.away.delete_object(Bucket="t-invoices-dr", Key=version["Key"], VersionId=version["VersionId"])
    world.away.delete_bucket(Bucket="t-invoices-dr")
    world.eventually(lambda: world.enrolled("t-invoices"), "the deleted destination to come back")
    world.quiet()

    # Taken out when the tag is gone; the destination and what is in it stay.
    world.s3.put_object(Bucket="t-invoices", Key="b", Body=b"x")
    world.lab.replication_idle()
    world.s3.delete_bucket_tagging(Bucket="t-invoices")
    world.eventually(lambda: world.rules("t-invoices") == [], "the bucket to be taken out")
    world.quiet()
    assert world.away.head_object(Bucket="t-invoices-dr", Key="b")["ReplicationStatus"] == "REPLICA"

    # Late, doubled and swapped events: what counts is the state in the end.
    world.lab.call("PUT", "/settings", {"events_doubled_probability": 1.0, "events_reordered": True})
    for dr in ("true", "false", "true", "false", "true"):
        world.tag("t-invoices", dr=dr)
    world.eventually(lambda: world.enrolled("t-invoices"), "the last state to win")
    world.quiet()
    assert world.enrolled("t-invoices")


def test_pauses_failures_and_the_dead_letter_queue(
    world: World, aws: Callable[..., Any], playbook: Callable[..., Any], lab: Any
) -> None:
    playbook(ROLE, variables=VARIABLES)
    world.s3.create_bucket(Bucket="t-orders")
    world.tag("t-orders", dr="true", drill="yes")
    world.eventually(lambda: world.enrolled("t-orders"), "the bucket to be enrolled")
    world.quiet()
    puts = world.puts()

    # An experiment pauses the bucket: left alone, also when somebody else's event comes; later all is well by itself.
    start_pause(aws)
    world.eventually(lambda: world.rules("t-orders")[0]["Status"] == "Disabled", "the pause to begin")
    world.tag("t-orders", dr="true", drill="yes", more="x")
    world.eventually(lambda: '"paused"' in world.log(), "the function to see the pause")
    lab.call("POST", "/cloudtrail/idle")
    time.sleep(1)
    assert (world.puts(), world.rules("t-orders")[0]["Status"]) == (puts, "Disabled")
    assert world.waiting("s3-auto-enroll") > 0
    lab.call("POST", "/clock/advance", {"seconds": 700})
    world.quiet()
    assert world.enrolled("t-orders")
    assert (world.puts(), world.waiting("s3-auto-enroll-dead")) == (puts, 0)

    # A bucket that can't be enrolled: the others are, its message ends in the dead-letter queue.
    sts = aws("sts").assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/LabCrossAccountAdmin", RoleSessionName="other")[
        "Credentials"
    ]
    stranger = boto3.client(
        "s3", region_name=AWAY, aws_access_key_id=sts["AccessKeyId"], aws_secret_access_key=sts["SecretAccessKey"],
        aws_session_token=sts["SessionToken"],
    )  # fmt: skip
    stranger.create_bucket(Bucket="t-taken-dr", CreateBucketConfiguration={"LocationConstraint": AWAY})
    for bucket in ("t-taken", "t-fine"):
        world.s3.create_bucket(Bucket=bucket)
        world.tag(bucket, dr="true")
    world.eventually(lambda: world.enrolled("t-fine"), "the other bucket to be enrolled")

    def dead() -> bool:
        lab.call("POST", "/clock/advance", {"seconds": 721})
        time.sleep(1)
        return world.waiting("s3-auto-enroll-dead") > 0 and world.waiting("s3-auto-enroll") == 0

    world.eventually(dead, "the message to reach the dead-letter queue")
    assert world.rules("t-taken") == []
    assert "t-taken-dr" in world.log()
    (alarm,) = aws("cloudwatch").describe_alarms(AlarmNames=["s3-auto-enroll-dead"])["MetricAlarms"]
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": "s3-auto-enroll-dead"}]

    # What SQS would tell CloudWatch of the queue lets the alarm go off. The lab's SQS publishes no metrics.
    told = {name: alarm[name] for name in ("MetricName", "Dimensions")}
    number = world.waiting("s3-auto-enroll-dead")
    aws("cloudwatch").put_metric_data(Namespace=alarm["Namespace"], MetricData=[{**told, "Value": number}])
    (alarm,) = aws("cloudwatch").describe_alarms(AlarmNames=["s3-auto-enroll-dead"])["MetricAlarms"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert alarm["StateValue"] == "ALARM"
