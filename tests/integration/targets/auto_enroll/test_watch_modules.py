# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules that auto_enroll stands on: watching buckets, CloudTrail, pauses, packages."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ACCOUNT = "111122223333"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:changes"
LAMBDA_TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def document(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def make_function(aws: Callable[..., Any], package: bytes) -> None:
    """A role that may read queues, and a function of it."""
    role = aws("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=document(LAMBDA_TRUST))["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": "sqs:*", "Resource": QUEUE}
    aws("iam").put_role_policy(RoleName="worker", PolicyName="may", PolicyDocument=document(may))
    aws("lambda").create_function(
        FunctionName="enrol", Runtime="python3.13", Role=role, Handler="x.handler", Code={"ZipFile": package}
    )


def test_a_rule_its_target_and_its_function(
    aws: Callable[..., Any], playbook: Callable[..., Any], tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("x.py", "def handler(event, context):\n    return {}\n")
    url = aws("sqs").create_queue(QueueName="changes")["QueueUrl"]
    make_function(aws, (tmp_path / "x.zip").read_bytes())
    watch = {"name": "changes", "region": "us-east-1", "target": QUEUE, "function": "enrol"}
    tasks = [
        {"name": "Predict", "aws_dr.s3.bucket_change_watch": watch, "check_mode": True, "diff": True},
        {"name": "Make", "aws_dr.s3.bucket_change_watch": watch},
        {"name": "Again", "aws_dr.s3.bucket_change_watch": watch},
        {"name": "Limit", "aws_dr.s3.bucket_change_watch": {**watch, "maximum_concurrency": 5}},
        {"name": "Refuse", "aws_dr.s3.bucket_change_watch": {**watch, "maximum_concurrency": 1}, "ignore_errors": True},
    ]
    run = playbook(tasks)
    assert [run.of(name)["changed"] for name in ("Predict", "Make", "Again", "Limit")] == [True, True, False, True]
    assert run.of("Predict")["watch"] == run.of("Make")["watch"]
    assert run.of("Predict")["diff"]["before"]
    assert "from 2 to 1000" in run.of("Refuse")["msg"]
    rule = aws("events").describe_rule(Name="changes")
    assert json.loads(rule["EventPattern"])["detail"]["errorCode"] == [{"exists": False}]
    assert [target["Arn"] for target in aws("events").list_targets_by_rule(Rule="changes")["Targets"]] == [QUEUE]
    (mapping,) = aws("lambda").list_event_source_mappings(FunctionName="enrol")["EventSourceMappings"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 5}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    gone = {**watch, "state": "absent"}
    run = playbook([{"name": name, "aws_dr.s3.bucket_change_watch": gone} for name in ("Take away", "Nothing left")])
    assert [run.of(name)["changed"] for name in ("Take away", "Nothing left")] == [True, False]
    assert aws("events").list_rules()["Rules"] == []
    assert aws("lambda").list_event_source_mappings(FunctionName="enrol")["EventSourceMappings"] == []
    aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])  # the queue is somebody else's


def test_trails_and_pauses_and_packages(aws: Callable[..., Any], playbook: Callable[..., Any], tmp_path: Path) -> None:
    look = {"name": "Look", "aws_dr.s3.management_events_info": {"region": "us-east-1"}}
    pauses = {"name": "Pauses", "aws_dr.s3.replication_pause_info": {"region": "us-east-1"}}
    run = playbook([look, pauses])
    assert (run.of("Look")["delivered"], run.of("Pauses")["buckets"]) == (False, [])
    assert run.of("Look")["problem"].startswith("There is no CloudTrail trail in us-east-1")

    trail = aws("cloudtrail", "eu-west-1")
    trail.create_trail(Name="all", S3BucketName="logs", IsMultiRegionTrail=True)
    role = aws("iam").create_role(
        RoleName="chaos",
        AssumeRolePolicyDocument=document({**LAMBDA_TRUST, "Principal": {"Service": "fis.amazonaws.com"}}),
    )["Role"]["Arn"]
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    aws("iam").put_role_policy(RoleName="chaos", PolicyName="all", PolicyDocument=document(everything))
    aws("s3").create_bucket(Bucket="drilled")
    aws("s3").put_bucket_tagging(Bucket="drilled", Tagging={"TagSet": [{"Key": "drill", "Value": "yes"}]})
    target = {"resourceType": "aws:s3:bucket", "resourceTags": {"drill": "yes"}, "selectionMode": "ALL"}
    action = {
        "actionId": "aws:s3:bucket-pause-replication",
        "parameters": {"duration": "PT10M", "region": "eu-west-1"},
        "targets": {"Buckets": "buckets"},
    }
    template = aws("fis").create_experiment_template(
        clientToken="t", description="d", stopConditions=[{"source": "none"}], roleArn=role,
        targets={"buckets": target}, actions={"pause": action},
    )["experimentTemplate"]["id"]  # fmt: skip
    aws("fis").start_experiment(clientToken="e", experimentTemplateId=template)
    packages = [
        {
            "name": name,
            "aws_dr.s3.lambda_package": {"handler": "auto_enroll", "settings": settings, "dest": str(tmp_path / file)},
        }
        for name, settings, file in (
            ("First", {"a": 1, "b": [2]}, "1.zip"),
            ("Again", {"b": [2], "a": 1}, "1.zip"),
            ("Elsewhere", {"a": 1, "b": [2]}, "2.zip"),
            ("Other settings", {"a": 2}, "3.zip"),
        )
    ]
    run = playbook([look, pauses, *packages])
    assert "all is not logging" in run.of("Look")["problem"]
    assert run.of("Pauses")["buckets"] == ["drilled"]
    assert run.of("Pauses")["pauses"][0]["tags"] == {"drill": "yes"}
    digests = [run.of(task["name"])["code_sha256"] for task in packages]
    assert digests[0] == digests[1] == digests[2] != digests[3]
    assert [run.of(task["name"])["changed"] for task in packages] == [True, False, True, True]
    first, second = ((tmp_path / name).read_bytes() for name in ("1.zip", "2.zip"))
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
    names = zipfile.ZipFile(tmp_path / "1.zip").namelist()
    assert "ansible_collections/aws_dr/s3/plugins/module_utils/lambda_handlers/auto_enroll.py" in names
    assert "content" not in run.output
    trail.start_logging(Name="all")
    assert playbook([look]).of("Look")["delivered"]
