# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role replica_set made, and that each member replicates to all others."""

from __future__ import annotations

import json

import pytest
from replica_set.prepare import KEPT, OTHERS_TAGS
from shared import aws

AP = "ap-southeast-2"
MEMBERS = {
    f"invoices-{aws.ACCOUNT}-us-east-1-an": aws.US,
    "invoices-of-old": aws.EU,
    f"invoices-{aws.ACCOUNT}-{AP}-an": AP,
}
WAYS = [(source, destination) for source in MEMBERS for destination in MEMBERS if source != destination]
OLD = "older than the rules"


@pytest.mark.parametrize(("bucket", "region"), MEMBERS.items())
def test_all_members_are_where_they_should_be_and_safe(bucket: str, region: str) -> None:
    s3 = aws.client("s3", region)
    assert (s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] or aws.US) == region
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    statements = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert "AwsDrTlsOnly" in {statement["Sid"] for statement in statements}


def test_what_a_member_had_stays() -> None:
    s3 = aws.client("s3", aws.EU)
    statements = json.loads(s3.get_bucket_policy(Bucket="invoices-of-old")["Policy"])["Statement"]
    assert {**KEPT, "Resource": "arn:aws:s3:::invoices-of-old/*"} in statements
    assert aws.bucket_tags("invoices-of-old", aws.EU) == {**OTHERS_TAGS, "purpose": "test"}
    assert OLD in {key for key, _version_id in aws.versions("invoices-of-old", aws.EU)}


@pytest.mark.parametrize(("source", "destination"), WAYS)
def test_each_member_has_a_rule_to_each_other_and_may_do_no_more(source: str, destination: str) -> None:
    found = aws.client("s3", MEMBERS[source]).get_bucket_replication(Bucket=source)["ReplicationConfiguration"]
    assert len(found["Rules"]) == 2
    assert len({rule["Priority"] for rule in found["Rules"]}) == 2
    (rule,) = (rule for rule in found["Rules"] if rule["ID"] == f"set-invoices-to-{destination}")
    del rule["Priority"]
    in_ap = {"StorageClass": "STANDARD_IA"} if MEMBERS[destination] == AP else {}
    assert rule == {
        "ID": f"set-invoices-to-{destination}",
        "Status": "Enabled",
        "Filter": {},
        "SourceSelectionCriteria": {"ReplicaModifications": {"Status": "Enabled"}},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{destination}", "Metrics": {"Status": "Enabled"}, **in_ap},
    }
    role = found["Role"].rpartition("/")[2]
    assert found["Role"] == f"arn:aws:iam::{aws.ACCOUNT}:role/dr/{role}"
    policies = aws.inline_policies(role)
    assert set(policies) == {f"replicate-to-{other}" for other in MEMBERS if other != source}
    resources = {arn for one in policies[f"replicate-to-{destination}"]["Statement"] for arn in one["Resource"]}
    assert resources == {f"arn:aws:s3:::{source}", f"arn:aws:s3:::{source}/*", f"arn:aws:s3:::{destination}/*"}


def test_what_is_written_overwritten_and_deleted_anywhere_is_everywhere_once() -> None:
    us, eu, ap = MEMBERS.items()

    def put(member: tuple[str, str], key: str) -> tuple[str, str]:
        bucket, region = member
        body = f"{key} in {region}".encode()
        return key, aws.client("s3", region).put_object(Bucket=bucket, Key=key, Body=body)["VersionId"]

    written = {put(member, key) for member in (us, eu, ap) for key in ("a b+c", f"only/{member[1]}/é")}
    aws.wait_for_replication()
    written.add(put(eu, "a b+c"))
    marker = aws.client("s3", ap[1]).delete_object(Bucket=ap[0], Key=f"only/{us[1]}/é")["VersionId"]
    aws.wait_for_replication()
    written.add((f"only/{us[1]}/é", marker))
    found = {bucket: aws.versions(bucket, region) for bucket, region in MEMBERS.items()}
    old = {version for version in found[eu[0]] if version[0] == OLD}
    assert {bucket: set(versions) - old for bucket, versions in found.items()} == dict.fromkeys(MEMBERS, written)
    newest = {
        aws.client("s3", region).get_object(Bucket=bucket, Key="a b+c")["Body"].read()
        for bucket, region in MEMBERS.items()
    }
    assert newest == {b"a b+c in eu-west-1"}
