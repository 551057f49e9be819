# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pairs that can not be: told all at once, and what one failure does to the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.pairing import (
    ACCOUNT,
    EU,
    OTHER,
    US,
    assert_standard,
    make,
    pair,
    rules,
    snapshot,
    task,
    theirs,
)


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_changed(
    playbook: Callable[..., Any], aws: Callable[..., Any], lab: Any
) -> None:
    """Then the same with keep_going: what is right is done."""
    lab.call("PUT", "/settings", {"regions_not_enabled": ["eu-south-2"]})
    lab.call("POST", "/regions/eu-north-1/down")
    other = theirs(aws)
    other.create_bucket(Bucket="taken", CreateBucketConfiguration={"LocationConstraint": EU})
    for bucket in ("good", "one", "two", "shut", "keys", "late"):
        make(aws, bucket)
    make(aws, "vault", ObjectLockEnabledForBucket=True)
    for bucket in ("there", "vault-dr"):
        make(aws, bucket, EU)
    make(aws, "shut-dr", EU)
    deny = {"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "s3:GetEncryptionConfiguration"}
    policy = {"Version": "2012-10-17", "Statement": [{**deny, "Resource": "arn:aws:s3:::shut-dr"}]}
    aws("s3", EU).put_bucket_policy(Bucket="shut-dr", Policy=json.dumps(policy))
    make(aws, "elsewhere", versioned=True)
    key = f"arn:aws:kms:{US}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    wrong: list[tuple[dict[str, Any], str]] = [
        (pair("one", "one"), "source and destination are the same bucket"),
        (pair("one", "shared"), "bucket shared is the destination of one, two"),
        (pair("two", "shared"), "bucket shared is the destination of one, two"),
        (pair("nowhere"), "the source bucket nowhere does not exist"),
        (pair("there"), "the source bucket there is in eu-west-1, not in us-east-1"),
        (pair("two", "elsewhere"), "the destination bucket elsewhere is in us-east-1, not in eu-west-1"),
        (pair("two", "two-far", "eu-south-2"), f"account {ACCOUNT} has not enabled it"),
        (pair("two", "two-down", "eu-north-1"), "the Region eu-north-1 can't be reached"),
        (pair("keys", destination_options={"replica_kms_key_id": key}), f"is in {US}, the bucket is in {EU}"),
        (pair("shut"), "s3:GetEncryptionConfiguration"),
        (pair("two", "taken"), "taken exists, but belongs to another account"),
        (pair("two", "x" * 64), "has 64 characters; a bucket's name has 63 at most"),
        (pair("two", "sthree-two"), "begins with sthree-, which S3 reserves"),
        (pair("two", f"two-{OTHER}-{EU}-an"), f"lies in the namespace of account {OTHER}"),
        (pair("two", "theirs", destination_options={"account_id": OTHER}), "name a role of account 444455556666"),
        (pair("two", "two-rtc", prefix="a\u0000b"), "it holds a control character"),
    ]
    good = pair("good")
    buckets = [("good", US), ("one", US), ("two", US), ("shut-dr", EU), ("there", EU), ("vault-dr", EU)]
    before = snapshot(aws, *buckets)
    everything = [good, *(one for one, _told in wrong[:-1])]
    # A role's inline policies hold 10,240 characters, and every destination takes some of them.
    many = [pair("one", f"one-{'x' * 50}-{number:02}", prefix=f"{number:02}/") for number in range(40)]
    template = {"region": US, "tags": {"a": None}, "destination": {"bucket": "{nam}-dr", "region": EU}}
    run = playbook(
        tasks=[
            task(*everything, called="All"),
            task(discover=template, called="Template"),
            task(pair("vault"), standard={"object_lock": False}, called="Lock"),
            task(*many, called="Many"),
            task(good, role="arn:aws:iam::444455556666:role/theirs", role_path="nowhere", called="Role"),
        ],
        expect=None,
    )
    problems = run.of("All")["problems"]
    for _pair, told in wrong[:-1]:
        assert any(told in problem for problem in problems), (told, problems)
    assert "Nothing was changed" in run.of("All")["msg"]
    assert "{nam}; known are {name}" in str(run.of("Template")["problems"])
    assert len(run.of("Role")["problems"]) == 2
    (problem,) = run.of("Lock")["problems"]
    assert "vault has Object Lock, the destination bucket vault-dr has not" in problem
    assert "problems" in run.of("Many"), run.of("Many")["msg"]
    (problem,) = run.of("Many")["problems"]
    assert "10,240" in problem, problem
    assert snapshot(aws, *buckets) == before

    # One that goes wrong in the middle is told in the same table, and healed by the next run.
    fault = {"kind": "error", "operation": "PutPublicAccessBlock", "bucket": "late-dr", "code": "InternalThing"}
    lab.call("POST", "/faults", {**fault, "status": 400, "message": "It broke", "times": 1})
    both = {"keep_going": True}
    run = playbook(
        tasks=[
            task(*everything, pair("late"), called="Going on", **both),
            task(*everything, pair("late"), called="Again", **both),
        ]
    )
    came = run.of("Going on")
    assert run.tasks[0]["outcome"] == "failed" and came["changed"]
    assert came["summary"]["failed"] == len(wrong)
    assert came["pairs"][0]["failed"] is False and came["pairs"][0]["changed"]
    assert_standard(aws, "good-dr")
    assert set(rules(aws, "good")) == {"to-good-dr"}
    (row,) = [row for row in came["failures"] if row["source"] == "late"]
    assert row["step"] == "block public access to bucket late-dr" and "It broke" in row["why"]
    assert "late -> late-dr" in came["msg"] and "It broke" in came["msg"] and "what to do" in came["msg"]
    again = run.of("Again")
    assert again["summary"]["failed"] == len(wrong) - 1
    assert [one["changed"] for one in again["pairs"]].count(True) == 1
    assert_standard(aws, "late-dr")
    assert set(rules(aws, "late")) == {"to-late-dr"}
