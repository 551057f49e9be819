# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many pairs brought to the standard by one task. What it did is asserted through plain boto3."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.pairing import (
    ACCOUNT,
    EU,
    US,
    assert_standard,
    make,
    pair,
    queue,
    rules,
    snapshot,
    task,
)


def test_pairs_reach_the_standard_replicate_and_stay_as_they_are(
    playbook: Callable[..., Any], aws: Callable[..., Any], lab: Any
) -> None:
    """Check mode says what the first run does, the second one changes nothing."""
    make(aws, "invoices")
    make(aws, "photos", EU, versioned=True)
    make(aws, "vault", ObjectLockEnabledForBucket=True)
    make(aws, "open-dr", EU)
    eu = aws("s3", EU)
    eu.delete_public_access_block(Bucket="open-dr")
    eu.put_bucket_tagging(Bucket="open-dr", Tagging={"TagSet": [{"Key": "owner", "Value": "them"}]})
    foreign = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    foreign |= {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::open-dr/*"}
    eu.put_bucket_policy(Bucket="open-dr", Policy=json.dumps({"Version": "2012-10-17", "Statement": [foreign]}))
    make(aws, "open")
    queue(aws, US)
    queue(aws, EU)

    asked = task(
        pair("invoices", delete_marker_replication=True),
        pair("invoices", "invoices-archive", US, prefix="paid/", destination_options={"storage_class": "STANDARD_IA"}),
        pair("photos", region=US, source_region=EU),
        pair("vault"),
        pair("open"),
        # There and back: the first pair makes the source of the second one.
        pair("open-dr", "open", US, source_region=EU),
        failure_queue="failures",
        tags={"purpose": "dr"},
        role_path="/dr/",
    )
    in_us = ("invoices", "invoices-archive", "photos-dr", "vault", "open")
    in_eu = ("invoices-dr", "photos", "vault-dr", "open-dr")
    buckets = [*((name, US) for name in in_us), *((name, EU) for name in in_eu)]
    before = snapshot(aws, *buckets)
    told = playbook(tasks=[asked], check=True).last
    assert snapshot(aws, *buckets) == before
    first = playbook(tasks=[asked, asked])
    came, again = (one["result"] for one in first.tasks)
    for name in ("pairs", "summary", "diff", "changed", "failures"):
        assert told[name] == came[name], name
    assert came["changed"]
    assert came["summary"]["buckets_created"] == ["invoices-archive", "invoices-dr", "photos-dr", "vault-dr"]
    assert not again["changed"]
    assert again["summary"] == {"pairs": 6, "changed": 0, "unchanged": 6, "failed": 0, "buckets_created": []}
    assert playbook(tasks=[asked], check=True).last["diff"] == {"before": {}, "after": {}}

    for bucket, region in buckets:
        assert aws("s3", region).get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    for bucket, region in (("invoices-dr", EU), ("invoices-archive", US), ("photos-dr", US), ("vault-dr", EU)):
        assert_standard(aws, bucket, region)
    # What others have stays.
    assert_standard(aws, "open-dr")
    policy = json.loads(eu.get_bucket_policy(Bucket="open-dr")["Policy"])["Statement"]
    assert foreign in policy
    tags = {tag["Key"]: tag["Value"] for tag in eu.get_bucket_tagging(Bucket="open-dr")["TagSet"]}
    assert tags == {"owner": "them", "purpose": "dr"}
    lock = eu.get_object_lock_configuration(Bucket="vault-dr")["ObjectLockConfiguration"]
    assert lock["ObjectLockEnabled"] == "Enabled"

    found = rules(aws, "invoices")
    assert set(found) == {"to-invoices-dr", "to-invoices-archive"}
    assert all(rule["Destination"]["Metrics"]["Status"] == "Enabled" for rule in found.values())
    role = aws("iam").get_role(RoleName="s3-replication-invoices")["Role"]
    assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/dr/s3-replication-invoices"
    assert aws("iam").list_role_policies(RoleName="s3-replication-invoices")["PolicyNames"] == [
        "replicate-to-invoices-archive",
        "replicate-to-invoices-dr",
    ]
    for bucket, region in (("invoices", US), ("photos", EU)):
        (entry,) = aws("s3", region).get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
        assert entry["QueueArn"] == f"arn:aws:sqs:{region}:{ACCOUNT}:failures"

    for bucket, region in (("invoices", US), ("photos", EU), ("vault", US), ("open", US), ("open-dr", EU)):
        aws("s3", region).put_object(Bucket=bucket, Key=f"paid/from {bucket}", Body=b"x")
    lab.replication_idle()
    for bucket, region, key in (
        ("invoices-dr", EU, "invoices"),
        ("invoices-archive", US, "invoices"),
        ("photos-dr", US, "photos"),
        ("vault-dr", EU, "vault"),
        ("open-dr", EU, "open"),
        ("open", US, "open-dr"),
    ):
        assert aws("s3", region).head_object(Bucket=bucket, Key=f"paid/from {key}")["ReplicationStatus"] == "REPLICA"


def test_throttling_slows_a_run_down_and_progress_is_shown(
    playbook: Callable[..., Any], aws: Callable[..., Any], lab: Any
) -> None:
    queue(aws, US)
    for number in range(12):
        make(aws, f"fleet-{number}")
    lab.call("POST", "/faults", {"kind": "throttle", "service": "s3", "rate": 25.0})
    fleet = task(*(pair(f"fleet-{number}") for number in range(12)), failure_queue="failures")
    run = playbook(tasks=[fleet])
    assert run.last["summary"] == {
        "pairs": 12,
        "changed": 12,
        "unchanged": 0,
        "failed": 0,
        "buckets_created": sorted(f"fleet-{number}-dr" for number in range(12)),
    }
    assert any(fault["hits"] for fault in lab.call("GET", "/faults")["faults"])
    assert "look at buckets: " in run.output or "set pairs up: " in run.output

    # With nothing to do: eight calls a pair, and four for all.
    lab.call("DELETE", "/faults")
    lab.call("DELETE", "/journal")
    assert not playbook(tasks=[fleet]).changed
    counts = lab.call("GET", "/journal/counts")["counts"]
    assert sum(counts.values()) == 8 * 12 + 4, counts
