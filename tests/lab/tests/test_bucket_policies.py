# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bucket policies: what is malformed, what is public, and who of their principals exists."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from bucket_lab import OURS, THEIRS, code_of, error_of, policy_of, statement
from labclient import Clients


@pytest.fixture
def bucket(make_bucket: Callable[..., str]) -> str:
    return make_bucket("with-parts")


BUCKET, OBJECTS = "arn:aws:s3:::with-parts", "arn:aws:s3:::with-parts/*"


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        ("[]", "first byte"),
        ("{", "first byte"),
        (policy_of(), "Statement"),
        (policy_of(statement(), Version="2020-01-01"), "version"),
        (policy_of(statement(Resource="arn:aws:s3:::another/*")), "invalid resource"),
        (policy_of(statement(Resource="with-parts")), "invalid resource"),
        (policy_of(statement(Resource=BUCKET)), "does not apply"),
        (policy_of(statement(Action=["s3:GetObject", "s3:ListBucket"])), "does not apply"),
        (policy_of(statement(Action="sqs:SendMessage")), "invalid action"),
        (policy_of(statement(Principal={"AWS": f"arn:aws:iam::{OURS}:role/nobody"})), "Invalid principal"),
        (policy_of(statement(Principal={"AWS": f"arn:aws:iam::{THEIRS}:user/nobody"})), "Invalid principal"),
        (policy_of(statement(Principal={"AWS": "AROAEXAMPLEEXAMPLE123"})), "Invalid principal"),
        (policy_of(statement(Principal={"Service": "s3"})), "Invalid principal"),
        (policy_of(statement(Principal=None)), "field Principal"),
        (policy_of(statement(Action=None)), "field Action"),
        (policy_of(statement(Effect="Perhaps")), "effect"),
        (policy_of(statement(Sidd="x")), "Unknown field"),
        (policy_of(statement(Sid="x"), statement(Sid="x")), "unique"),
        (policy_of(statement(Condition={"StringEquals": {"aws:PrincipalTag/x": "v" * 20_480}})), "size"),
    ],
)
def test_malformed_policies(client: Clients, bucket: str, policy: str, text: str) -> None:
    s3 = client("s3")
    code, message = error_of(s3.put_bucket_policy, Bucket=bucket, Policy=policy)
    assert code == "MalformedPolicy"
    assert text in message
    assert code_of(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"
    assert code_of(s3.get_bucket_policy_status, Bucket=bucket) == "NoSuchBucketPolicy"


@pytest.mark.parametrize(
    "statement",
    [
        statement(),
        statement(Principal={"AWS": THEIRS}),
        statement(Principal={"AWS": "arn:aws:iam::777788889999:role/elsewhere"}),
        statement(Principal={"AWS": f"arn:aws:iam::{THEIRS}:role/LabCrossAccountAdmin"}, Action=["s3:Replicate*"]),
        statement(Principal={"Service": "logging.s3.amazonaws.com"}, Action="s3:PutObject"),
        statement(Principal="*", Effect="Deny", Action="s3:Put*", Resource=[BUCKET, OBJECTS]),
        statement(Action="s3:ObjectOwnerOverrideToBucketOwner"),
        statement(Action=["s3:ListBucket", "s3:GetBucketVersioning"], Resource=BUCKET),
        statement(Action=["s3:GetObject", "s3:ListBucket"], Resource="arn:aws:s3:::with-parts*"),
    ],
)
def test_policies_come_back_as_they_were_put(client: Clients, bucket: str, statement: dict[str, Any]) -> None:
    s3 = client("s3")
    s3.put_bucket_policy(Bucket=bucket, Policy=policy_of(statement))
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy_of(statement)
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": False}
    s3.delete_bucket_policy(Bucket=bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    assert code_of(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"


def test_public_policies_are_blocked(client: Clients, bucket: str) -> None:
    s3, public = client("s3"), policy_of(statement(Principal="*"))
    assert error_of(s3.put_bucket_policy, Bucket=bucket, Policy=public)[0] == "AccessDenied"
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=public)
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": True}


def test_an_account_blocks_for_all_its_buckets(client: Clients, bucket: str) -> None:
    s3, control, public = client("s3"), client("s3control"), policy_of(statement(Principal="*"))
    absent = "NoSuchPublicAccessBlockConfiguration"
    assert code_of(control.get_public_access_block, AccountId=OURS) == absent
    wanted = {"BlockPublicPolicy": True, "BlockPublicAcls": False, "IgnorePublicAcls": False}
    control.put_public_access_block(AccountId=OURS, PublicAccessBlockConfiguration=wanted)
    shown = control.get_public_access_block(AccountId=OURS)["PublicAccessBlockConfiguration"]
    assert shown == {**wanted, "RestrictPublicBuckets": False}
    s3.delete_public_access_block(Bucket=bucket)
    assert code_of(s3.put_bucket_policy, Bucket=bucket, Policy=public) == "AccessDenied"
    control.delete_public_access_block(AccountId=OURS)
    assert code_of(control.get_public_access_block, AccountId=OURS) == absent
    s3.put_bucket_policy(Bucket=bucket, Policy=public)
    assert code_of(control.get_public_access_block, AccountId=THEIRS) == "AccessDenied"


def test_a_deleted_role_stays_in_policies_as_its_id(client: Clients, bucket: str) -> None:
    s3, iam = client("s3"), client("iam")
    trust = policy_of({"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName="short-lived", AssumeRolePolicyDocument=trust)["Role"]
    by_arn = policy_of(statement(Principal={"AWS": [role["Arn"], f"arn:aws:iam::{THEIRS}:root"]}))
    s3.put_bucket_policy(Bucket=bucket, Policy=by_arn)
    iam.delete_role(RoleName="short-lived")
    iam.create_role(RoleName="short-lived", AssumeRolePolicyDocument=trust)
    shown = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert json.loads(shown)["Statement"][0]["Principal"]["AWS"] == [role["RoleId"], f"arn:aws:iam::{THEIRS}:root"]
    assert code_of(s3.put_bucket_policy, Bucket=bucket, Policy=shown) == "MalformedPolicy"
    s3.put_bucket_policy(Bucket=bucket, Policy=by_arn)
