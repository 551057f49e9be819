# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of bucket_pairs share: pairs, buckets and tasks, and looking at what came of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

ACCOUNT, OTHER = "111122223333", "444455556666"
US, EU = "us-east-1", "eu-west-1"
MODULE = "aws_dr.s3.bucket_pairs"
OTHER_ROLE = f"arn:aws:iam::{OTHER}:role/LabCrossAccountAdmin"
BLOCKED = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}


def pair(source: str, destination: str = "", region: str = EU, **options: Any) -> dict[str, Any]:
    there = options.pop("destination_options", {})
    return {
        "source": {"bucket": source, "region": options.pop("source_region", US), **options.pop("source_options", {})},
        "destination": {"bucket": destination or f"{source}-dr", "region": region, **there},
        **options,
    }


def make(aws: Callable[..., Any], bucket: str, region: str = US, versioned: bool = False, **options: Any) -> None:
    place = {} if region == US else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    aws("s3", region).create_bucket(Bucket=bucket, **place, **options)
    if versioned:
        aws("s3", region).put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def task(*pairs: dict[str, Any], called: str = "Pairs", **options: Any) -> dict[str, Any]:
    module = {"pairs": list(pairs), "role_wait": 0, "region": US, "wait_delay": 1, **options}
    return {"name": called, MODULE: module, "ignore_errors": True}


def theirs(aws: Callable[..., Any], service: str = "s3", region: str = EU) -> Any:
    """A client of the other account."""
    session = aws("sts").assume_role(RoleArn=OTHER_ROLE, RoleSessionName="theirs")["Credentials"]
    return boto3.client(
        service,
        region_name=region,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )


def tag(aws: Callable[..., Any], bucket: str, region: str = US, **tags: str) -> None:
    told = [{"Key": key, "Value": value} for key, value in tags.items()]
    aws("s3", region).put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": told})


def queue(aws: Callable[..., Any], region: str) -> None:
    url = aws("sqs", region).create_queue(QueueName="failures")["QueueUrl"]
    allow = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    document = {"Version": "2012-10-17", "Statement": [{**allow, "Resource": "*"}]}
    aws("sqs", region).set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(document)})


def said(call: Callable[..., Any], **arguments: Any) -> Any:
    """The answer, or None where S3 says that there is none."""
    try:
        return call(**arguments)
    except ClientError:
        return None


def rules(aws: Callable[..., Any], bucket: str, region: str = US) -> dict[str, Any]:
    answer = said(aws("s3", region).get_bucket_replication, Bucket=bucket)
    found = answer["ReplicationConfiguration"]["Rules"] if answer else []
    return {rule["ID"]: rule for rule in found}


def snapshot(aws: Callable[..., Any], *buckets: tuple[str, str]) -> Any:
    """All that the module could change."""
    names = [bucket["Name"] for bucket in aws("s3").list_buckets()["Buckets"]]
    reads = (
        "get_bucket_versioning",
        "get_bucket_encryption",
        "get_public_access_block",
        "get_bucket_ownership_controls",
        "get_bucket_policy",
        "get_bucket_tagging",
        "get_bucket_replication",
        "get_bucket_notification_configuration",
    )
    found: dict[str, Any] = {"names": names}
    for bucket, region in buckets:
        for read in reads:
            answer = said(getattr(aws("s3", region), read), Bucket=bucket) or {}
            found[f"{bucket} {read}"] = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
    details = aws("iam").get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    return found, sorted(json.dumps(role, default=str, sort_keys=True) for role in details)


def assert_standard(aws: Callable[..., Any], bucket: str, region: str = EU) -> None:
    s3 = aws("s3", region)
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == BLOCKED
    owner = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert "AwsDrTlsOnly" in [statement.get("Sid") for statement in policy["Statement"]]
    assert said(s3.get_bucket_encryption, Bucket=bucket) is not None
