# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role replication_setup made, and that it replicates."""

from __future__ import annotations

from typing import Any

import pytest
from replication_setup.prepare import OTHERS_TAGS
from shared import aws

MADE = [("invoices-dr", aws.EU), ("photos-dr", aws.US)]
FOUND = [("invoices", aws.US), ("photos", aws.EU), ("invoices-archive", aws.US)]


def role(source: str) -> str:
    return f"arn:aws:iam::{aws.ACCOUNT}:role/dr/s3-replication-{source}"


@pytest.mark.parametrize(("bucket", "region"), MADE + FOUND)
def test_all_buckets_are_versioned_and_where_they_should_be(bucket: str, region: str) -> None:
    s3 = aws.client("s3", region)
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert (s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] or aws.US) == region


@pytest.mark.parametrize(("bucket", "region"), MADE)
def test_new_destinations_have_safe_defaults(bucket: str, region: str) -> None:
    aws.assert_private(bucket, region)
    assert aws.bucket_tags(bucket, region) == {"purpose": "test"}


def test_destinations_that_were_there_reach_the_standard_and_keep_what_they_have() -> None:
    aws.assert_private("invoices-archive", aws.US)
    assert aws.bucket_tags("invoices-archive", aws.US) == {**OTHERS_TAGS, "purpose": "test"}


def test_nothing_but_versioning_changes_in_source_buckets() -> None:
    for bucket, region in FOUND[:2]:
        assert aws.bucket_tags(bucket, region) == {}
        s3 = aws.client("s3", region)
        assert aws.said(s3.get_bucket_policy, Bucket=bucket) is None
        assert aws.said(s3.get_bucket_lifecycle_configuration, Bucket=bucket) is None


def permissions(source: str, destination: str) -> dict[str, Any]:
    """The least that replication from one bucket to another needs."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "SourceBuckets",
                "Effect": "Allow",
                "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
                "Resource": [f"arn:aws:s3:::{source}"],
            },
            {
                "Sid": "SourceObjects",
                "Effect": "Allow",
                "Action": [
                    "s3:GetObjectVersionAcl",
                    "s3:GetObjectVersionForReplication",
                    "s3:GetObjectVersionTagging",
                ],
                "Resource": [f"arn:aws:s3:::{source}/*"],
            },
            {
                "Sid": "DestinationObjects",
                "Effect": "Allow",
                "Action": ["s3:ReplicateDelete", "s3:ReplicateObject"],
                "Resource": [f"arn:aws:s3:::{destination}/*"],
            },
        ],
    }


@pytest.mark.parametrize(
    ("source", "destinations"), [("invoices", ["invoices-archive", "invoices-dr"]), ("photos", ["photos-dr"])]
)
def test_a_replication_role_may_do_no_more_than_its_pairs_need(source: str, destinations: list[str]) -> None:
    iam = aws.client("iam")
    name = f"s3-replication-{source}"
    found = iam.get_role(RoleName=name)["Role"]
    assert found["Arn"] == role(source)
    assert found["AssumeRolePolicyDocument"] == aws.service_trust("s3.amazonaws.com")
    assert found["Tags"] == [{"Key": "purpose", "Value": "test"}]
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    assert iam.list_instance_profiles_for_role(RoleName=name)["InstanceProfiles"] == []
    expected = {f"replicate-to-{destination}": permissions(source, destination) for destination in destinations}
    assert aws.inline_policies(name) == expected


def rule(rule_id: str, destination: dict[str, Any], only: dict[str, str], delete_markers: str) -> dict[str, Any]:
    return {
        "ID": rule_id,
        "Status": "Enabled",
        "Filter": only,
        "DeleteMarkerReplication": {"Status": delete_markers},
        "Destination": {**destination, "Metrics": {"Status": "Enabled"}},
    }


def test_the_rules_of_the_source_buckets_are_those_asked_for_with_metrics() -> None:
    archive = {"Bucket": "arn:aws:s3:::invoices-archive", "StorageClass": "STANDARD_IA"}
    invoices = aws.client("s3").get_bucket_replication(Bucket="invoices")["ReplicationConfiguration"]
    photos = aws.client("s3", aws.EU).get_bucket_replication(Bucket="photos")["ReplicationConfiguration"]
    priorities = [entry.pop("Priority") for entry in invoices["Rules"] + photos["Rules"]]
    assert all(isinstance(priority, int) for priority in priorities)
    assert invoices["Role"] == role("invoices")
    assert sorted(invoices["Rules"], key=lambda entry: str(entry["ID"])) == [
        rule("archive", archive, {"Prefix": "paid/"}, "Disabled"),
        rule("to-invoices-dr", {"Bucket": "arn:aws:s3:::invoices-dr"}, {}, "Enabled"),
    ]
    expected = rule("to-photos-dr", {"Bucket": "arn:aws:s3:::photos-dr"}, {}, "Disabled")
    assert photos == {"Role": role("photos"), "Rules": [expected]}


def test_objects_and_delete_markers_are_replicated_as_the_rules_say() -> None:
    s3 = aws.client("s3")
    paid, odd = "paid/1 + 2=3 é.pdf", "open/.././a"
    written = {key: s3.put_object(Bucket="invoices", Key=key, Body=b"x")["VersionId"] for key in (paid, odd)}
    photo = aws.client("s3", aws.EU).put_object(Bucket="photos", Key="photo", Body=b"y")["VersionId"]
    marker = s3.delete_object(Bucket="invoices", Key=paid)["VersionId"]
    aws.wait_for_replication()
    assert aws.versions("invoices-dr", aws.EU) == aws.versions("invoices", aws.US)
    assert (paid, marker) in aws.versions("invoices-dr", aws.EU)
    assert set(aws.versions("invoices-archive", aws.US)) == {(paid, written[paid])}
    assert set(aws.versions("photos-dr", aws.US)) == {("photo", photo)}
    assert aws.status("invoices", aws.US, paid, written[paid]) == "COMPLETED"
    assert aws.status("invoices-dr", aws.EU, odd, written[odd]) == "REPLICA"
    assert aws.status("photos-dr", aws.US, "photo", photo) == "REPLICA"
    archived = s3.head_object(Bucket="invoices-archive", Key=paid, VersionId=written[paid])
    assert archived["StorageClass"] == "STANDARD_IA"
