# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills as a user runs them: what they break comes back, what they measure is kept, no trace is left."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.capture import ACCOUNT, Capture, allow, documented_user
from ansible_collections.aws_dr.s3.tests.integration.remediation import policy

US, EU = "us-east-1", "eu-west-1"
SOURCE, DESTINATION, JOBS = "t-invoices", "t-invoices-dr", f"t-jobs-{ACCOUNT}-{US}"
PAIR = {"source": {"bucket": SOURCE, "region": US}, "destination": {"bucket": DESTINATION, "region": EU}}
VARIABLES: dict[str, Any] = {
    "dr_pairs": [PAIR],
    "dr_failure_queue": "t-drill",
    "dr_ledger_table": "t-drill",
    "dr_ledger_region": US,
    "dr_job_bucket_prefix": "t-jobs",
    "remediation_role_prefix": "t-batch-",
    "remediation_wait_delay": 1,
    "drill_settle": 0,
    "drill_wait_timeout": 60,
    "drill_wait_delay": 1,
    "drill_pause_settle": 8,
    "drill_pause_hold": 2,
    "drill_stop_conditions": [{"source": "none"}],
    "drill_fis_role": f"arn:aws:iam::{ACCOUNT}:role/fis",
}
DRILL = "aws_dr.s3.drill"


def role(aws: Callable[..., Any], name: str, service: str, *statements: dict[str, Any]) -> str:
    """A role for a service; its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    made = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))
    aws("iam").put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=policy(*statements))
    return str(made["Role"]["Arn"])


def prepare(aws: Callable[..., Any]) -> None:
    """A pair that replicates, with all that capture and remediation need, and a policy and a tag of others."""
    s3, away = aws("s3"), aws("s3", EU)
    for bucket in (SOURCE, JOBS):
        s3.create_bucket(Bucket=bucket)
    away.create_bucket(Bucket=DESTINATION, CreateBucketConfiguration={"LocationConstraint": EU})
    for client, bucket in ((s3, SOURCE), (away, DESTINATION)):
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    source, destination, files = (f"arn:aws:s3:::{bucket}" for bucket in (SOURCE, DESTINATION, JOBS))
    replication = role(
        aws,
        "t-replication",
        "s3.amazonaws.com",
        allow("s3:GetReplicationConfiguration", "s3:ListBucket", resource=source),
        allow("s3:GetObjectVersion*", resource=f"{source}/*"),
        allow("s3:Replicate*", resource=f"{destination}/*"),
    )
    role(
        aws,
        f"t-batch-{US}",
        "batchoperations.s3.amazonaws.com",
        allow("s3:InitiateReplication", resource=f"{source}/*"),
        allow("s3:GetObject*", resource=f"{files}/manifests/*"),
        allow("s3:PutObject", resource=f"{files}/reports/*"),
    )
    pauses = ("s3:PauseReplication", "s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration")
    everywhere = allow("s3:ListAllMyBuckets", "tag:GetResources")
    role(aws, "fis", "fis.amazonaws.com", everywhere, allow(*pauses, resource=source))
    rule = {
        "ID": "to-dr",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": "in/"},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": destination, "Metrics": {"Status": "Enabled"}},
    }
    s3.put_bucket_replication(Bucket=SOURCE, ReplicationConfiguration={"Role": replication, "Rules": [rule]})
    capture = Capture(aws, "t-drill", US)
    sends = {**allow("sqs:SendMessage"), "Principal": {"Service": "s3.amazonaws.com"}}
    aws("sqs").set_queue_attributes(QueueUrl=capture.url, Attributes={"Policy": policy(sends)})
    entry = {"QueueArn": capture.queue_arn, "Events": ["s3:Replication:OperationFailedReplication"]}
    s3.put_bucket_notification_configuration(Bucket=SOURCE, NotificationConfiguration={"QueueConfigurations": [entry]})
    theirs = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": destination}
    away.put_bucket_policy(Bucket=DESTINATION, Policy=policy(theirs))
    s3.put_bucket_tagging(Bucket=SOURCE, Tagging={"TagSet": [{"Key": "team", "Value": "money"}]})


def trace(aws: Callable[..., Any]) -> dict[str, Any]:
    """All that drills touch."""
    rules = aws("s3").get_bucket_replication(Bucket=SOURCE)["ReplicationConfiguration"]["Rules"]
    there = {
        bucket: aws("s3", region).list_object_versions(Bucket=bucket)
        for bucket, region in ((SOURCE, US), (DESTINATION, EU))
    }
    return {
        "policy": json.loads(aws("s3", EU).get_bucket_policy(Bucket=DESTINATION)["Policy"]),
        "tags": aws("s3").get_bucket_tagging(Bucket=SOURCE)["TagSet"],
        "rules": [rule["Status"] for rule in rules],
        "objects": {
            bucket: [one["Key"] for kind in ("Versions", "DeleteMarkers") for one in found.get(kind, [])]
            for bucket, found in there.items()
        },
        "records": [
            item["object_key"]["S"]
            for item in aws("dynamodb").scan(TableName="t-drill")["Items"]
            if "object_key" in item
        ],
        "templates": aws("fis").list_experiment_templates()["experimentTemplates"],
        "experiments": [
            one["id"]
            for one in aws("fis").list_experiments()["experiments"]
            if one["state"]["status"] in ("initiating", "running")
        ],
    }


def result(run: Any) -> dict[str, Any]:
    """What the role says."""
    found: dict[str, Any] = run.of("Keep the result as a fact")["ansible_facts"]["drill_result"]
    return found


def test_drills_measure_and_leave_no_trace_even_when_killed(
    playbook: Callable[..., Any], aws: Callable[..., Any], tmp_path: Path
) -> None:
    prepare(aws)
    before = trace(aws)
    history = tmp_path / "drills.jsonl"
    wanted = {
        **VARIABLES,
        "drill_scenarios": ["canary", "permission_break", "replication_pause"],
        "drill_history_file": str(history),
        "drill_history_bucket": JOBS,
    }
    run = playbook(play=DRILL, variables={**wanted, "dr_production": True}, expect=2)
    assert "nothing was begun" in run.output

    told = result(playbook(play=DRILL, variables=wanted, env=documented_user(aws, "drill", "remediation")))
    assert trace(aws) == before
    assert told["passed"], told
    figures = {one["scenario"]: one["figures"] for one in told["scenarios"]}
    assert figures["canary"]["replicated"] == 1
    broken = figures["permission_break"]
    assert broken["probes"] == 3 and 0 < broken["failed_seconds"] <= broken["recorded_seconds"] <= 60
    assert 0 < broken["repaired_seconds"] <= 60
    assert figures["replication_pause"]["waiting"] == 3 and figures["replication_pause"]["caught_up_seconds"] <= 60
    lines = [json.loads(line) for line in history.read_text().splitlines()]
    assert [line["scenario"] for line in lines] == wanted["drill_scenarios"]
    shared = aws("s3").get_object(Bucket=JOBS, Key="drill-history.jsonl")["Body"].read()
    assert shared.decode().count("\n") == 3
    assert told["trends"]["permission_break"]["figures"]["repaired_seconds"]["max"] == broken["repaired_seconds"]

    # What a killed drill leaves: the denial, probes, and their records.
    pair = {"pairs": [PAIR], "region": US}
    killed = playbook(
        tasks=[
            {"name": "Break, foretold", "aws_dr.s3.replication_break": pair, "check_mode": True},
            {"name": "Break", "aws_dr.s3.replication_break": pair},
            {"name": "Break again", "aws_dr.s3.replication_break": pair},
            {
                "name": "Probe",
                "aws_dr.s3.replication_probe": {
                    **pair,
                    "wait_for": "recorded",
                    "ledger_table": "t-drill",
                    "failure_queue": "t-drill",
                },
            },
            {"name": "Probe again", "aws_dr.s3.replication_probe": pair},
        ]
    )
    assert killed.changed == ["Break, foretold", "Break", "Probe"]
    assert killed.of("Break, foretold")["diff"] == killed.of("Break")["diff"]
    assert trace(aws)["records"] and trace(aws)["policy"] != before["policy"]
    # Nobody collects, so that the failures are never recorded: the scenario fails, and all the same nothing stays.
    aws("s3").put_bucket_notification_configuration(Bucket=SOURCE, NotificationConfiguration={})
    wanted = {**VARIABLES, "drill_scenarios": ["permission_break"], "drill_wait_timeout": 3}
    run = playbook(play=DRILL, variables=wanted, expect=2)
    told = result(run)
    assert not told["passed"] and "not in the ledger" in told["scenarios"][0]["problems"][0]
    assert trace(aws) == before
    asked = {**wanted, "drill_scenarios": ["replication_pause"], "drill_stop_conditions": [], "drill_fis_role": ""}
    run = playbook(play=DRILL, variables=asked, expect=2, check=True)
    assert "say [{source: none}]" in run.output and "drill_fis_role is not set" in run.output
