# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two accounts, properties that come along, and pairs that are taken out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.pairing import (
    ACCOUNT,
    EU,
    OTHER,
    OTHER_ROLE,
    US,
    assert_standard,
    make,
    pair,
    queue,
    rules,
    tag,
    task,
    theirs,
)


def test_a_destination_of_another_account_is_made_with_its_credentials(
    playbook: Callable[..., Any], aws: Callable[..., Any], lab: Any
) -> None:
    make(aws, "invoices")
    other = theirs(aws)
    key = theirs(aws, "kms").create_key()["KeyMetadata"]["Arn"]
    # Its own namespace, where this boto3 knows of it.
    create = other.meta.service_model.operation_model("CreateBucket").input_shape
    name = f"invoices-{OTHER}-{EU}" + ("-an" if "BucketNamespace" in create.members else "")
    asked = task(
        pair("invoices", name, delete_marker_replication=True),
        pair("invoices", "keyed", rule_id="keyed", prefix="k/", destination_options={"replica_kms_key_id": key}),
        destination_account_role={"role_arn": OTHER_ROLE},
        called="Set up",
    )
    told = playbook(tasks=[asked], check=True).last
    run = playbook(tasks=[asked, {**asked, "name": "Again"}])
    assert not run.of("Set up").get("failed"), run.of("Set up")["msg"]
    assert (told["pairs"], told["diff"]) == (run.of("Set up")["pairs"], run.of("Set up")["diff"])
    assert not run.of("Again")["changed"], run.of("Again")["diff"]
    assert run.of("Set up")["pairs"][0]["destination"]["account_id"] == OTHER
    assert other.get_bucket_versioning(Bucket=name, ExpectedBucketOwner=OTHER)["Status"] == "Enabled"
    statements = json.loads(other.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    role = f"arn:aws:iam::{ACCOUNT}:role/s3-replication-invoices"
    assert {str(said.get("Principal")) for said in statements} == {"*", str({"AWS": role})}
    default = other.get_bucket_encryption(Bucket="keyed")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert default["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert default["BucketKeyEnabled"]
    assert rules(aws, "invoices")[f"to-{name}"]["Destination"]["Account"] == OTHER
    aws("s3").put_object(Bucket="invoices", Key="a", Body=b"x")
    lab.replication_idle()
    assert other.head_object(Bucket=name, Key="a")["ReplicationStatus"] == "REPLICA"

    # The teardown takes its statements out of the policy on the other side, and nobody else's.
    theirs_too = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket"}
    policy = json.loads(other.get_bucket_policy(Bucket=name)["Policy"])
    policy["Statement"].append({**theirs_too, "Resource": f"arn:aws:s3:::{name}"})
    other.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    variables = {
        "teardown_pairs": [pair("invoices", name, destination_options={"account_id": OTHER})],
        "teardown_destination_account_role": {"role_arn": OTHER_ROLE},
    }
    down = {"ansible.builtin.include_role": {"name": "aws_dr.s3.teardown"}, "vars": variables}
    run = playbook(tasks=[{"name": "Down", **down}, {"name": "Down", **down}])
    assert sum("Take our statements" in title for title in run.changed) == 1
    statements = json.loads(other.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert [said["Sid"] for said in statements] == ["AwsDrTlsOnly", "Theirs"]
    statements = json.loads(other.get_bucket_policy(Bucket="keyed")["Policy"])["Statement"]
    assert len(statements) == 3, "the rule of the other pair is still there"
    policies = aws("iam").list_role_policies(RoleName="s3-replication-invoices")["PolicyNames"]
    assert policies == ["replicate-to-keyed"]


def test_properties_come_along_and_a_pair_can_be_taken_out(
    playbook: Callable[..., Any], aws: Callable[..., Any]
) -> None:
    make(aws, "invoices")
    make(aws, "photos")
    make(aws, "photos-dr", EU)
    for bucket in ("invoices", "photos"):
        tag(aws, bucket, team="money")
        cors = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"]}]}
        aws("s3").put_bucket_cors(Bucket=bucket, CORSConfiguration=cors)
    queue(aws, US)
    pairs = [pair("invoices"), pair("photos")]
    options = {"mirror": {"properties": ["tags", "cors", "policy"]}, "failure_queue": "failures", "tags": {"dr": "yes"}}
    told = playbook(tasks=[task(*pairs, **options)], check=True).last
    absent = task(pairs[1], state="absent", called="Out")
    run = playbook(
        tasks=[
            task(*pairs, **options, called="In"),
            task(*pairs, **options, called="In again"),
            absent,
            {**absent, "name": "Out again"},
        ]
    )
    came = run.of("In")
    assert not came.get("failed"), came["msg"]
    assert (told["pairs"], told["diff"]) == (came["pairs"], came["diff"])
    assert not run.of("In again")["changed"], run.of("In again")["diff"]
    for bucket in ("invoices-dr", "photos-dr"):
        tags = {one["Key"]: one["Value"] for one in aws("s3", EU).get_bucket_tagging(Bucket=bucket)["TagSet"]}
        assert tags == {"team": "money", "dr": "yes"}
        assert aws("s3", EU).get_bucket_cors(Bucket=bucket)["CORSRules"][0]["AllowedMethods"] == ["GET"]
        assert_standard(aws, bucket)
    assert run.of("Out")["pairs"][0]["actions"] == [
        "take the notification aws-dr-s3-replication-failures from bucket photos",
        "remove the rules to-photos-dr of bucket photos",
    ]
    assert not run.of("Out again")["changed"]
    assert rules(aws, "photos") == {}
    assert set(rules(aws, "invoices")) == {"to-invoices-dr"}
    assert "QueueConfigurations" not in aws("s3").get_bucket_notification_configuration(Bucket="photos")
