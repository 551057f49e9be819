# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role remediation_setup made: in each Region a bucket for job files and a role for the jobs."""

from __future__ import annotations

from typing import Any

import pytest
from shared import aws

SOURCES = [("us-east-1", ["invoices", "orders"]), ("eu-west-1", ["photos"])]
REGIONS = [aws.US, aws.EU]


def files(region: str) -> str:
    return f"job-files-{aws.ACCOUNT}-{region}"


def test_nothing_else_is_made() -> None:
    buckets = {bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]}
    assert buckets == {"somebodys", files(aws.US), files(aws.EU)}
    roles = {role["RoleName"] for page in aws.pages("iam", "list_roles", PathPrefix="/dr/") for role in page["Roles"]}
    assert roles == {"s3-batch-replication-us-east-1", "s3-batch-replication-eu-west-1"}


# S3 Batch Operations reads no CSV manifest that a KMS key encrypts, so SSE-S3 matters here
@pytest.mark.parametrize("region", REGIONS)
def test_job_files_lie_in_the_region_in_a_bucket_with_safe_defaults(region: str) -> None:
    s3, bucket = aws.client("s3", region), files(region)
    assert (s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] or aws.US) == region
    aws.assert_private(bucket, region)
    assert aws.bucket_tags(bucket, region) == {"purpose": "test"}


@pytest.mark.parametrize("region", REGIONS)
def test_job_files_are_removed_when_s3_has_forgotten_the_job(region: str) -> None:
    rules = aws.client("s3", region).get_bucket_lifecycle_configuration(Bucket=files(region))["Rules"]
    assert {rule["Filter"]["Prefix"] for rule in rules} == {"manifests/", "reports/"}, "notes of back-fills stay"
    for rule in rules:
        assert (rule["Status"], rule["Expiration"]) == ("Enabled", {"Days": 90})
        assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


def statement(sid: str, actions: list[str], resource: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": [f"arn:aws:s3:::{resource}"]}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(("region", "buckets"), SOURCES)
def test_a_batch_role_may_start_replication_and_use_its_files_only(region: str, buckets: list[str]) -> None:
    iam, name = aws.client("iam"), f"s3-batch-replication-{region}"
    role = iam.get_role(RoleName=name)["Role"]
    assert role["Path"] == "/dr/"
    assert role["AssumeRolePolicyDocument"] == aws.service_trust("batchoperations.s3.amazonaws.com")
    assert role["Tags"] == [{"Key": "purpose", "Value": "test"}]
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    start = {
        f"replicate-{bucket}": document(
            statement("StartReplication", ["s3:InitiateReplication"], f"{bucket}/*"),
            statement("GenerateManifests", ["s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"], bucket),
        )
        for bucket in buckets
    }
    use_files = document(
        statement("Manifests", ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], f"{files(region)}/manifests/*"),
        statement("Reports", ["s3:PutObject"], f"{files(region)}/reports/*"),
    )
    assert aws.inline_policies(name) == {**start, "job-files": use_files}
