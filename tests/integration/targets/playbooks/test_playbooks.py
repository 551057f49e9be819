# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks as a user runs them, with one variables file. What they did is asserted through plain boto3."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.aws_dr.s3.tests.integration.capture import documented_user

ACCOUNT = "111122223333"
ROOT = Path(__file__).parents[4]
EXAMPLE = ROOT / "docs" / "dr.example.yml"
SOURCE, DESTINATION = "t-invoices", "t-invoices-dr"
KEYS = ("a b+c.txt", "#%.txt", "line\nbreak.txt", "emoji-🪣.txt", "ordinary.txt")
PAIR = {
    "source": {"bucket": SOURCE, "region": "us-east-1"},
    "destination": {"bucket": DESTINATION, "region": "eu-west-1"},
}
VARIABLES = {
    "dr_pairs": [PAIR],
    "dr_failure_queue": "t-failures",
    "dr_ledger_table": "t-ledger",
    "dr_ledger_region": "eu-west-1",
    "dr_job_bucket_prefix": "t-jobs",
    "replication_setup_role_wait": 0,
    "remediation_setup_role_wait": 0,
    "remediation_wait_delay": 1,
}
SETUP, REMEDIATE = "aws_dr.s3.setup", "aws_dr.s3.remediate"


def make(aws: Callable[..., Any], bucket: str = SOURCE, region: str = "us-east-1") -> None:
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    aws("s3", region).create_bucket(Bucket=bucket, **place)


def set_destination_policy(aws: Callable[..., Any], *denied: str) -> None:
    """Deny the replication of these keys; without any, of none."""
    s3 = aws("s3", "eu-west-1")
    if not denied:
        s3.delete_bucket_policy(Bucket=DESTINATION)
        return
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/s3-replication-{SOURCE}"},
        "Action": "s3:ReplicateObject",
        "Resource": [f"arn:aws:s3:::{DESTINATION}/{key}" for key in denied],
    }
    s3.put_bucket_policy(Bucket=DESTINATION, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def write(aws: Callable[..., Any], lab: Any, keys: tuple[str, ...] = KEYS) -> dict[str, str]:
    versions = {key: aws("s3").put_object(Bucket=SOURCE, Key=key, Body=b"x")["VersionId"] for key in keys}
    lab.replication_idle()
    return versions


def status(aws: Callable[..., Any], key: str) -> str:
    found: str = aws("s3").head_object(Bucket=SOURCE, Key=key)["ReplicationStatus"]
    return found


def ledger_keys(aws: Callable[..., Any]) -> set[str]:
    items = aws("dynamodb", "eu-west-1").scan(TableName="t-ledger")["Items"]
    return {item["object_key"]["S"] for item in items if "object_key" in item}


def everything(aws: Callable[..., Any]) -> dict[str, Any]:
    """Names of all that the playbooks could make."""
    found: dict[str, Any] = {
        "buckets": [bucket["Name"] for bucket in aws("s3").list_buckets()["Buckets"]],
        "roles": [role["RoleName"] for role in aws("iam").list_roles()["Roles"]],
    }
    for region in ("us-east-1", "eu-west-1"):
        found[f"queues {region}"] = aws("sqs", region).list_queues().get("QueueUrls", [])
        found[f"tables {region}"] = aws("dynamodb", region).list_tables()["TableNames"]
    return found


def test_from_nothing_to_an_empty_ledger(playbook: Callable[..., Any], aws: Callable[..., Any], lab: Any) -> None:
    """One story, because setting up takes longest: check mode, set-up, refusals, failures, repair, what is left."""
    make(aws)
    before = everything(aws)
    both = {**VARIABLES, "dr_pairs": [PAIR, {"source": PAIR["destination"], "destination": PAIR["source"]}]}
    run = playbook(play=SETUP, variables=both, check=True)
    assert everything(aws) == before
    assert "create bucket t-invoices-dr in eu-west-1" in run.output
    assert "put the rules to-t-invoices-dr of bucket t-invoices" in run.output

    assert playbook(play=SETUP, variables=VARIABLES).changed
    assert playbook(play=SETUP, variables=VARIABLES).changed == []
    (rule,) = aws("s3").get_bucket_replication(Bucket=SOURCE)["ReplicationConfiguration"]["Rules"]
    assert rule["Destination"]["Metrics"]["Status"] == "Enabled"

    # A bucket has one role for all its rules: another one is not put in its place unasked.
    run = playbook(play=SETUP, variables={**VARIABLES, "replication_setup_role_prefix": "other-"}, expect=2)
    assert f"role/s3-replication-{SOURCE}" in str(run.of("Bring the pairs to the standard")["msg"])

    # A missing ledger is told, not taken for an empty one.
    run = playbook(play=REMEDIATE, variables={**VARIABLES, "dr_ledger_table": "t-nowhere"}, expect=2)
    assert "t-nowhere does not exist in eu-west-1" in run.output

    set_destination_policy(aws, "*")
    versions = write(aws, lab)
    assert {status(aws, key) for key in KEYS} == {"FAILED"}
    set_destination_policy(aws, "ordinary.txt")
    aws("s3").delete_object(Bucket=SOURCE, Key=KEYS[0], VersionId=versions[KEYS[0]])

    # Check mode receives nothing. Only the reasons named are remediated.
    playbook(play=REMEDIATE, variables=VARIABLES, check=True)
    assert ledger_keys(aws) == set()
    run = playbook(play=REMEDIATE, variables={**VARIABLES, "dr_reasons": ["DstBucketUnversioned"]})
    assert not any(task.endswith("Run the Batch Replication job") for task in run.changed)
    assert ledger_keys(aws) == set(KEYS)

    run = playbook(play=REMEDIATE, variables={**VARIABLES, "dr_reasons": ["DstPutObjectNotPermitted"]})
    assert "is Complete: 5 of 5 done, 2 failed" in run.output
    result = run.of("Keep the result as a fact")["ansible_facts"]["remediation_result"]
    counted = {name: result[name] for name in ("removed", "obsolete", "already_replicated", "left")}
    assert counted == {"removed": 3, "obsolete": 1, "already_replicated": 0, "left": 1}
    assert result["left_why"][0]["reason"] == "DstPutObjectNotPermitted"
    assert ledger_keys(aws) == {"ordinary.txt"}
    assert {status(aws, key) for key in KEYS[1:4]} == {"COMPLETED"}

    # What is left fails once more; asked for, that fails the run.
    strict = {**VARIABLES, "remediation_fail_on_remaining": True}
    told = playbook(play=REMEDIATE, variables=strict, expect=2).of("Go on only when nothing is left")["msg"]
    assert "1 failure records are left" in told
    set_destination_policy(aws)
    playbook(play=REMEDIATE, variables=strict)
    assert ledger_keys(aws) == set()
    assert playbook(play=REMEDIATE, variables=strict).changed == []


def test_a_run_with_other_pairs_takes_nothing_away_and_one_buckets_trouble_stops_no_other(
    playbook: Callable[..., Any], aws: Callable[..., Any], lab: Any
) -> None:
    """By a user who may do no more than the READMEs say."""
    env = documented_user(aws, "replication_setup", "failure_capture", "remediation_setup", "remediation")
    make(aws)
    make(aws, "t-photos")
    playbook(play=SETUP, variables=VARIABLES, env=env)
    photos = {
        "source": {"bucket": "t-photos", "region": "us-east-1"},
        "destination": {"bucket": "t-photos-dr", "region": "eu-west-1"},
    }
    second = {**PAIR, "destination": {"bucket": "t-archive", "region": "eu-west-1"}}
    playbook(play=SETUP, variables={**VARIABLES, "dr_pairs": [photos, second]}, env=env)
    url = aws("sqs").get_queue_url(QueueName="t-failures")["QueueUrl"]
    policy = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    (said,) = json.loads(policy)["Statement"]
    assert said["Condition"]["ArnLike"]["aws:SourceArn"] == ["arn:aws:s3:::t-invoices", "arn:aws:s3:::t-photos"]
    assert aws("iam").list_role_policies(RoleName="s3-batch-replication-us-east-1")["PolicyNames"] == [
        "job-files",
        "replicate-t-invoices",
        "replicate-t-photos",
    ]

    # Both destinations of the first bucket are written to, or would be.
    set_destination_policy(aws, "*")
    write(aws, lab)
    assert len(aws("s3", "eu-west-1").list_object_versions(Bucket="t-archive")["Versions"]) == len(KEYS)
    suspended = {"Status": "Suspended"}
    aws("s3", "eu-west-1").put_bucket_versioning(Bucket="t-photos-dr", VersioningConfiguration=suspended)
    lost = aws("s3").put_object(Bucket="t-photos", Key="a", Body=b"x")["VersionId"]
    lab.replication_idle()

    # The cause is removed for one bucket; the other one is gone by now.
    set_destination_policy(aws)
    aws("s3").delete_object(Bucket="t-photos", Key="a", VersionId=lost)
    aws("s3").delete_bucket(Bucket="t-photos")
    run = playbook(play=REMEDIATE, variables={**VARIABLES, "dr_pairs": [photos, PAIR]}, expect=2, env=env)
    assert "t-photos" in str(run.of("Go on only when every bucket's job came to its end")["msg"])
    assert {status(aws, key) for key in KEYS} == {"COMPLETED"}
    assert ledger_keys(aws) == {"a"}


def test_every_problem_is_told_at_once_and_nothing_is_changed(
    playbook: Callable[..., Any], aws: Callable[..., Any]
) -> None:
    make(aws, "t-photos", "eu-west-1")
    before = everything(aws)
    wrong_region = {
        "source": {"bucket": "t-photos", "region": "us-east-1"},
        "destination": {"bucket": "t-photos-dr", "region": "us-west-2"},
    }
    same = {"source": PAIR["source"], "destination": PAIR["source"]}
    elsewhere = {"source": wrong_region["source"], "destination": {**PAIR["destination"], "account_id": "444455556666"}}
    run = playbook(play=SETUP, variables={**VARIABLES, "dr_pairs": [PAIR, wrong_region, same, elsewhere]}, expect=2)
    told = str(run.of("Bring the pairs to the standard")["msg"])
    for problem in (
        "Nothing was changed",
        "the source bucket t-invoices does not exist",
        "the source bucket t-photos is in eu-west-1, not in us-east-1",
        "source and destination are the same bucket",
        "name a role of account 444455556666",
    ):
        assert problem in told
    assert everything(aws) == before


def test_the_example_file_is_whole(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    variables = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    for pair in variables["dr_pairs"]:
        make(aws, pair["source"]["bucket"], pair["source"]["region"])
    playbook(play=SETUP, variables=variables, check=True)
