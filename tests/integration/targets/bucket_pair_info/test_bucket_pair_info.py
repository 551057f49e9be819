# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3

PAIR = {
    "source": {"bucket": "t-invoices", "region": "us-east-1"},
    "destination": {"bucket": "t-invoices-dr", "region": "eu-west-1"},
}


def look(playbook: Callable[..., Any], *pairs: dict[str, Any], **options: Any) -> dict[str, Any]:
    tasks = [{"name": "Look", "aws_dr.s3.bucket_pair_info": {"pairs": list(pairs)}}]
    result: dict[str, Any] = playbook(tasks=tasks, **options).last
    return result


def make(aws: Callable[..., Any], bucket: str, region: str, **options: Any) -> None:
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    aws("s3", region).create_bucket(Bucket=bucket, **place, **options)


def test_what_is_there_is_told(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    make(aws, "t-invoices", "us-east-1")
    make(aws, "t-invoices-dr", "eu-west-1", ObjectLockEnabledForBucket=True)
    found = look(playbook, PAIR)
    assert found["problems"] == []
    assert not found["changed"]
    (pair,) = found["pairs"]
    assert pair["rule_id"] == "to-t-invoices-dr"
    assert pair["source"] == {
        "bucket": "t-invoices",
        "region": "us-east-1",
        "exists": True,
        "accessible": True,
        "versioning": "off",
        "object_lock": False,
        "replication_role": "",
        "rule_ids": [],
    }
    assert (pair["destination"]["versioning"], pair["destination"]["object_lock"]) == ("enabled", True)


def test_the_role_and_the_rules_of_a_source_are_told(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    for side in ("source", "destination"):
        make(aws, **PAIR[side])
        aws("s3", PAIR[side]["region"]).put_bucket_versioning(
            Bucket=PAIR[side]["bucket"], VersioningConfiguration={"Status": "Enabled"}
        )
    role = "arn:aws:iam::111122223333:role/theirs"
    rule = {
        "ID": "a",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::t-invoices-dr"},
    }
    aws("s3").put_bucket_replication(Bucket="t-invoices", ReplicationConfiguration={"Role": role, "Rules": [rule]})
    source = look(playbook, PAIR)["pairs"][0]["source"]
    assert (source["replication_role"], source["rule_ids"]) == (role, ["a"])


def test_all_problems_are_told_at_once(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    make(aws, "t-photos", "us-west-2")
    aws_of_others = aws("sts").assume_role(
        RoleArn="arn:aws:iam::444455556666:role/LabCrossAccountAdmin", RoleSessionName="theirs"
    )["Credentials"]

    boto3.client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id=aws_of_others["AccessKeyId"],
        aws_secret_access_key=aws_of_others["SecretAccessKey"],
        aws_session_token=aws_of_others["SessionToken"],
    ).create_bucket(Bucket="t-theirs")
    photos = {
        "source": {"bucket": "t-photos", "region": "us-east-1"},
        "destination": {"bucket": "t-theirs", "region": "us-east-1"},
    }
    illegal = {"source": {"bucket": "T", "region": "x"}, "destination": {"bucket": "t-ok", "region": "eu-west-1"}}
    told = "\n".join(look(playbook, PAIR, photos, illegal, check=True)["problems"])
    for problem in (
        "the source bucket t-invoices does not exist",
        "the source bucket t-photos is in us-west-2, not in us-east-1",
        "the destination bucket t-theirs exists, but belongs to another account",
        "pair 3 (T -> t-ok): source.bucket 'T'",
        "pair 3 (T -> t-ok): source.region 'x'",
    ):
        assert problem in told
