# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role auto_enroll made, and that a tag is enough to make a bucket replicate."""

from __future__ import annotations

import time

from shared import aws

ARN = f"arn:aws:sqs:us-east-1:{aws.ACCOUNT}:enrol"


def test_only_the_rule_may_send_and_what_fails_goes_to_the_dead_letter_queue() -> None:
    found = aws.queue("enrol", aws.US)
    (statement,) = found["Policy"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    rule = f"arn:aws:events:us-east-1:{aws.ACCOUNT}:rule/enrol"
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}
    assert (found["RedrivePolicy"]["deadLetterTargetArn"], int(found["RedrivePolicy"]["maxReceiveCount"])) == (
        f"{ARN}-dead",
        5,
    )
    assert int(found["VisibilityTimeout"]) == 720


def test_the_function_is_bounded_and_reports_single_failures() -> None:
    functions = aws.client("lambda")
    (mapping,) = functions.list_event_source_mappings(FunctionName="enrol")["EventSourceMappings"]
    assert (mapping["EventSourceArn"], mapping["State"]) == (ARN, "Enabled")
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    function = functions.get_function_configuration(FunctionName="enrol")
    assert (function["Runtime"], function["Timeout"], function["Architectures"]) == ("python3.13", 120, ["arm64"])
    (group,) = aws.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/enrol")["logGroups"]
    assert group["retentionInDays"] == 90


def test_the_functions_role_names_what_can_be_named() -> None:
    (policy,) = aws.inline_policies("enrol-us-east-1").values()
    everywhere = {
        action for statement in policy["Statement"] if "*" in statement["Resource"] for action in statement["Action"]
    }
    assert everywhere == {"s3:ListAllMyBuckets", "fis:ListExperiments"}
    buckets = [said for said in policy["Statement"] if said["Resource"] == ["arn:aws:s3:::*"]]
    assert all(
        said["Action"] == ["s3:CreateBucket"]
        or said["Condition"] == {"StringEquals": {"aws:ResourceAccount": aws.ACCOUNT}}
        for said in buckets
    )


def test_the_alarm_looks_at_the_dead_letter_queue() -> None:
    (alarm,) = aws.client("cloudwatch").describe_alarms(AlarmNames=["enrol-dead"])["MetricAlarms"]
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": "enrol-dead"}]
    assert alarm["AlarmActions"] == ["arn:aws:sns:us-east-1:111122223333:on-call"]


def test_a_tag_makes_a_bucket_replicate() -> None:
    s3 = aws.client("s3")
    s3.put_bucket_tagging(Bucket="invoices", Tagging={"TagSet": [{"Key": "dr", "Value": "true"}]})
    deadline = time.monotonic() + 180
    while not (found := aws.said(s3.get_bucket_replication, "ReplicationConfiguration", "Rules", Bucket="invoices")):
        assert time.monotonic() < deadline, "the bucket was not enrolled within three minutes"
        time.sleep(0.5)
    assert [rule["ID"] for rule in found] == ["to-invoices-dr"]
    version = s3.put_object(Bucket="invoices", Key="a", Body=b"x")["VersionId"]
    aws.wait_for_replication()
    assert aws.status("invoices-dr", aws.EU, "a", version) == "REPLICA"
