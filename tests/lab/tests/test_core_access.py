# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what: signatures, users, policies, the second account."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from labclient import Clients, Lab

ADMIN = "arn:aws:iam::111122223333:user/lab-admin"


def _code(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def _user(client: Clients, name: str, *statements: dict[str, Any]) -> dict[str, str]:
    """A user with these permissions; its access key."""
    iam = client("iam")
    iam.create_user(UserName=name)
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName=name, PolicyName="its", PolicyDocument=document)
    return dict(iam.create_access_key(UserName=name)["AccessKey"])


def _deny(client: Clients, bucket: str, action: str) -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)


def test_the_caller_is_a_user_and_not_root(client: Clients) -> None:
    identity = client("sts").get_caller_identity()
    assert (identity["Arn"], identity["Account"]) == (ADMIN, "111122223333")


def test_an_explicit_deny_binds_the_administrator(client: Clients, make_bucket: Callable[..., str]) -> None:
    bucket, s3 = make_bucket("deny-bucket"), client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    _deny(client, bucket, "s3:GetObject")
    assert _code(s3.get_object, Bucket=bucket, Key="k") == "AccessDenied"
    s3.put_object(Bucket=bucket, Key="k2", Body=b"x")
    s3.delete_bucket_policy(Bucket=bucket)
    s3.get_object(Bucket=bucket, Key="k")


def test_a_restricted_user(client: Clients, make_bucket: Callable[..., str]) -> None:
    bucket = make_bucket("user-bucket")
    allowed = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/in/*"}
    s3 = client("s3", credentials=_user(client, "writer", allowed))
    s3.put_object(Bucket=bucket, Key="in/k", Body=b"x")
    assert _code(s3.put_object, Bucket=bucket, Key="out/k", Body=b"x") == "AccessDenied"
    assert _code(s3.list_objects_v2, Bucket=bucket) == "AccessDenied"
    assert _code(s3.list_buckets) == "AccessDenied"


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "code"),
    [
        ("sqs", "list_queues", {}, "AccessDenied"),
        ("dynamodb", "list_tables", {}, "AccessDeniedException"),
        ("sns", "list_topics", {}, "AuthorizationError"),
        ("iam", "list_users", {}, "AccessDenied"),
        ("kms", "list_keys", {}, "AccessDeniedException"),
        ("lambda", "list_functions", {}, "AccessDeniedException"),
        ("s3control", "list_multi_region_access_points", {"AccountId": "111122223333"}, "AccessDenied"),
    ],
)
def test_a_user_without_permissions(
    client: Clients, service: str, operation: str, arguments: dict[str, Any], code: str
) -> None:
    nobody = _user(client, "nobody")
    region = "us-west-2" if service == "s3control" else "us-east-1"
    assert _code(getattr(client(service, region, nobody), operation), **arguments) == code


@pytest.mark.parametrize(
    ("access_key", "s3_code", "other_code"),
    [
        ("AKIAUNKNOWNUNKNOWN77", "InvalidAccessKeyId", "UnrecognizedClientException"),
        ("111122223333", "InvalidAccessKeyId", "UnrecognizedClientException"),
        ("test", "InvalidAccessKeyId", "UnrecognizedClientException"),
    ],
)
def test_unknown_keys(client: Clients, access_key: str, s3_code: str, other_code: str) -> None:
    keys = {"AccessKeyId": access_key, "SecretAccessKey": "test"}
    assert _code(client("s3", credentials=keys).list_buckets) == s3_code
    assert _code(client("dynamodb", credentials=keys).list_tables) == other_code


def test_a_wrong_secret(client: Clients) -> None:
    keys = {**_user(client, "someone"), "SecretAccessKey": "wrong"}
    assert _code(client("s3", credentials=keys).list_buckets) == "SignatureDoesNotMatch"
    assert _code(client("iam", credentials=keys).list_users) == "SignatureDoesNotMatch"


def test_the_second_account(client: Clients, lab: Lab, make_bucket: Callable[..., str]) -> None:
    role = client("sts").assume_role(
        RoleArn="arn:aws:iam::444455556666:role/LabCrossAccountAdmin", RoleSessionName="test"
    )
    keys = role["Credentials"]
    theirs, ours = client("s3", "us-west-2", keys), client("s3", "us-west-2")
    theirs.create_bucket(Bucket="their-bucket", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    assert client("sts", credentials=keys).get_caller_identity()["Account"] == "444455556666"
    assert [bucket["Name"] for bucket in theirs.list_buckets()["Buckets"]] == ["their-bucket"]
    assert ours.list_buckets()["Buckets"] == []
    assert _code(ours.list_objects_v2, Bucket="their-bucket") == "AccessDenied"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ADMIN},
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::their-bucket", "arn:aws:s3:::their-bucket/*"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    theirs.put_bucket_policy(Bucket="their-bucket", Policy=policy)
    ours.put_object(Bucket="their-bucket", Key="k", Body=b"x", ACL="bucket-owner-full-control")
    assert theirs.get_object(Bucket="their-bucket", Key="k")["Body"].read() == b"x"
    assert {entry["account_id"] for entry in lab.journal(operation="CreateBucket")} == {"444455556666"}


def test_a_bucket_policy_for_a_role_of_the_other_account(client: Clients, make_bucket: Callable[..., str]) -> None:
    bucket = make_bucket("shared-bucket")
    role_arn = "arn:aws:iam::444455556666:role/LabCrossAccountAdmin"
    theirs = client("s3", credentials=client("sts").assume_role(RoleArn=role_arn, RoleSessionName="x1")["Credentials"])
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": role_arn},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/in/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
    theirs.put_object(Bucket=bucket, Key="in/k", Body=b"x")
    assert _code(theirs.put_object, Bucket=bucket, Key="out/k", Body=b"x") == "AccessDenied"
    assert _code(theirs.get_object, Bucket=bucket, Key="in/k") == "AccessDenied"


def test_bucket_names_are_global(client: Clients, make_bucket: Callable[..., str]) -> None:
    make_bucket("taken-bucket")
    role = client("sts").assume_role(
        RoleArn="arn:aws:iam::444455556666:role/LabCrossAccountAdmin", RoleSessionName="test"
    )
    theirs = client("s3", "us-east-1", role["Credentials"])
    assert _code(theirs.create_bucket, Bucket="taken-bucket") == "BucketAlreadyExists"


def test_a_role_must_trust_the_caller(client: Clients) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    client("iam").create_role(RoleName="for-s3", AssumeRolePolicyDocument=json.dumps(trust))
    assume = client("sts").assume_role
    assert _code(assume, RoleArn="arn:aws:iam::111122223333:role/for-s3", RoleSessionName="test") == "AccessDenied"
