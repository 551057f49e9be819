# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""bucket_replication_info by real ansible-playbook against the lab."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

ROLE = "arn:aws:iam::111122223333:role/replication"
MODULE = "aws_dr.s3.bucket_replication_info"
ON, OFF = {"Status": "Enabled"}, {"Status": "Disabled"}
NOTHING = {"configured": False, "role": None, "schema": None, "rules": []}


def task(called: str = "Read", **options: Any) -> dict[str, Any]:
    return {"name": called, MODULE: options, "ignore_errors": True}


def failed(run: Any) -> list[str]:
    return [task["task"] for task in run.tasks if task["outcome"] == "failed"]


@pytest.fixture
def buckets(aws: Callable[..., Any], name: str) -> dict[str, str]:
    """One bucket without replication, one with V2 rules in another Region, one with V1 rules."""
    names = {kind: f"{name}-{kind}" for kind in ("plain", "modern", "ancient")}
    away = aws("s3", "eu-west-1")
    for kind, bucket in names.items():
        s3, where = aws("s3"), {}
        if kind == "modern":
            s3, where = away, {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
        s3.create_bucket(Bucket=bucket, **where)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=ON)
    to = {"Bucket": f"arn:aws:s3:::{names['plain']}"}
    v2 = {
        "ID": "v2",
        "Priority": 3,
        "Filter": {},
        "Status": "Enabled",
        "DeleteMarkerReplication": OFF,
        "Destination": to,
    }
    v1 = {"ID": "v1", "Prefix": "a/", "Status": "Disabled", "Destination": to}
    away.put_bucket_replication(Bucket=names["modern"], ReplicationConfiguration={"Role": ROLE, "Rules": [v2]})
    aws("s3").put_bucket_replication(Bucket=names["ancient"], ReplicationConfiguration={"Role": ROLE, "Rules": [v1]})
    return names


def test_one_several_and_all_buckets(playbook: Callable[..., Any], buckets: dict[str, str]) -> None:
    plain, modern, ancient = buckets["plain"], buckets["modern"], buckets["ancient"]
    run = playbook([
        task("None of it", bucket=plain),
        task("Modern", bucket=[modern]),
        task("Several", name=[ancient, plain]),
        task("All"),
        task("Away", bucket_region="eu-west-1"),
        task("Nowhere", bucket_region="ap-south-1"),
    ])  # fmt: skip
    assert run.changed == []
    assert run.of("None of it")["replication"] == NOTHING
    replication = run.of("Modern")["replication"]
    assert (replication["configured"], replication["role"], replication["schema"]) == (True, ROLE, "V2")
    assert replication["rules"] == [
        {
            "id": "v2",
            "priority": 3,
            "status": "enabled",
            "prefix": "",
            "tags": {},
            "destination": {
                "bucket": plain,
                "account_id": None,
                "owner_override": False,
                "storage_class": None,
                "replica_kms_key_id": None,
            },
            "delete_marker_replication": False,
            "replica_modifications": False,
            "replication_time_control": False,
            "metrics": False,
        }
    ]
    first, second = run.of("Several")["buckets"]
    assert (first["bucket"], first["replication"]["schema"], second["replication"]) == (ancient, "V1", NOTHING)
    rule = first["replication"]["rules"][0]
    assert (rule["prefix"], rule["status"], rule["priority"]) == ("a/", "disabled", None)
    assert rule["delete_marker_replication"] is True, "V1 replicates the delete markers that users make"
    found = {answer["bucket"]: answer["replication"]["configured"] for answer in run.of("All")["buckets"]}
    assert found == {plain: False, modern: True, ancient: True}
    regions = {answer["bucket"]: (answer["region"], answer["answer"]) for answer in run.of("All")["buckets"]}
    assert regions == {
        plain: ("us-east-1", "not_configured"),
        modern: ("eu-west-1", "configured"),
        ancient: ("us-east-1", "configured"),
    }
    (away,) = run.of("Away")["buckets"]
    assert (away["bucket"], away["replication"]["schema"]) == (modern, "V2")
    assert run.of("Nowhere")["buckets"] == []


def test_a_missing_bucket_is_never_not_configured(playbook: Callable[..., Any], buckets: dict[str, str]) -> None:
    run = playbook([task(bucket=[buckets["plain"], "not-there-at-all"])])
    assert failed(run) == ["Read"]
    assert "not-there-at-all: NoSuchBucket" in run.last["msg"]
    plain, missing = run.last["buckets"]
    assert plain["replication"] == NOTHING
    assert (missing["readable"], missing["replication"]) == (False, None)


def test_a_missing_permission_is_named(
    playbook: Callable[..., Any], buckets: dict[str, str], aws: Callable[..., Any], name: str
) -> None:
    iam = aws("iam")
    iam.create_user(UserName=name)
    get = "s3:GetReplicationConfiguration"
    readable = f"arn:aws:s3:::{buckets['modern']}"
    statements = [
        {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"},
        {"Effect": "Allow", "Action": get, "Resource": readable},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    env = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    run = playbook([task("Named", bucket=buckets["plain"]), task("All")], env=env)
    named, every = run.of("Named"), run.of("All")
    assert failed(run) == ["Named"]
    assert get in named["msg"] and buckets["plain"] in named["msg"]
    answers = {answer["bucket"]: (answer["readable"], answer["permission"]) for answer in every["buckets"]}
    assert answers == {
        buckets["plain"]: (False, get), buckets["ancient"]: (False, get), buckets["modern"]: (True, None),
    }  # fmt: skip
    (warning,) = every["warnings"]
    assert warning.startswith("2 of 3 buckets could not be read") and get in warning


def test_a_region_that_is_down_hides_no_other(
    playbook: Callable[..., Any], buckets: dict[str, str], lab: Any, aws: Callable[..., Any], name: str
) -> None:
    for number in range(20):
        where = {"LocationConstraint": "eu-west-1"}
        aws("s3", "eu-west-1").create_bucket(Bucket=f"{name}-{number:02d}", CreateBucketConfiguration=where)
    lab.call("POST", "/regions/eu-west-1/down")
    quick = {"aws_config": {"retries": {"mode": "standard", "total_max_attempts": 1}}, "concurrency": 4}
    run = playbook([task("All", **quick), task("Down", bucket_region="eu-west-1", **quick)])
    assert failed(run) == ["Down"]
    answers = {answer["bucket"]: answer["answer"] for answer in run.of("All")["buckets"]}
    assert (answers.pop(buckets["plain"]), answers.pop(buckets["ancient"])) == ("not_configured", "configured")
    assert set(answers.values()) == {"unreadable"} and len(answers) == 21
    assert "21 of 23 buckets could not be read" in run.of("All")["warnings"][0]
    told = {answer["error"].rsplit(": ", 1)[-1] for answer in run.of("All")["buckets"] if answer["error"]}
    assert "Region eu-west-1 could not be reached. Try again when it is up" in told
