# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work across accounts: roles with trust and ExternalId, sessions, bucket policies, keys; what finds tagged buckets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from labclient import Clients, Lab

OURS, THEIRS = "111122223333", "444455556666"
ADMIN = f"arn:aws:iam::{OURS}:user/lab-admin"
THEIR_ADMIN = f"arn:aws:iam::{THEIRS}:role/LabCrossAccountAdmin"


def _document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _error(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return str(error["Code"]), str(error["Message"])


def _code(call: Callable[..., Any], **arguments: Any) -> str:
    return _error(call, **arguments)[0]


@pytest.fixture
def theirs(client: Clients) -> dict[str, str]:
    """Credentials of an administrator of the other account."""
    return dict(client("sts").assume_role(RoleArn=THEIR_ADMIN, RoleSessionName="test")["Credentials"])


def _their_role(client: Clients, theirs: dict[str, str], *allowed: Any, trust: Any = None, **more: Any) -> str:
    iam = client("iam", credentials=theirs)
    said = trust or {"Effect": "Allow", "Principal": {"AWS": OURS}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="dr", AssumeRolePolicyDocument=_document(said), **more)["Role"]
    if allowed:
        iam.put_role_policy(RoleName="dr", PolicyName="p", PolicyDocument=_document(*allowed))
    return str(role["Arn"])


def test_an_external_id_is_asked_for(client: Clients, theirs: dict[str, str]) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "secret-handshake"}}
    trust = {"Effect": "Allow", "Principal": {"AWS": ADMIN}, "Action": "sts:AssumeRole", "Condition": condition}
    arn = _their_role(client, theirs, trust=trust)
    assume = client("sts").assume_role
    assert _code(assume, RoleArn=arn, RoleSessionName="test") == "AccessDenied"
    assert _code(assume, RoleArn=arn, RoleSessionName="test", ExternalId="wrong") == "AccessDenied"
    session = assume(RoleArn=arn, RoleSessionName="test", ExternalId="secret-handshake")
    identity = client("sts", credentials=session["Credentials"]).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (THEIRS, f"arn:aws:sts::{THEIRS}:assumed-role/dr/test")


def test_who_may_not_assume_is_told_nothing_more(client: Clients, theirs: dict[str, str]) -> None:
    arn = _their_role(client, theirs, trust={
        "Effect": "Allow", "Principal": {"AWS": THEIR_ADMIN}, "Action": "sts:AssumeRole",
    })  # fmt: skip
    assume = client("sts").assume_role
    assert _code(assume, RoleArn=arn, RoleSessionName="test") == "AccessDenied"
    assert _code(assume, RoleArn=arn + "-not-there", RoleSessionName="test") == "AccessDenied"


def test_an_assumer_needs_permission_in_its_own_account_too(client: Clients, theirs: dict[str, str]) -> None:
    arn, iam = _their_role(client, theirs), client("iam")
    iam.create_user(UserName="operator")
    keys = iam.create_access_key(UserName="operator")["AccessKey"]
    assume = client("sts", credentials=keys).assume_role
    assert _code(assume, RoleArn=arn, RoleSessionName="test") == "AccessDenied"
    allowed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn}
    iam.put_user_policy(UserName="operator", PolicyName="p", PolicyDocument=_document(allowed))
    assume(RoleArn=arn, RoleSessionName="test")


@pytest.mark.parametrize(("seconds", "text"), [(900, None), (3600, None), (3601, "MaxSessionDuration")])
def test_how_long_a_session_lasts(client: Clients, theirs: dict[str, str], seconds: int, text: str | None) -> None:
    request = {"RoleArn": _their_role(client, theirs), "RoleSessionName": "test", "DurationSeconds": seconds}
    if text is None:
        client("sts").assume_role(**request)
        return
    code, message = _error(client("sts").assume_role, **request)
    assert code == "ValidationError"
    assert text in message


def test_a_chained_session_lasts_an_hour(client: Clients, theirs: dict[str, str]) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": [OURS, THEIRS]}, "Action": "sts:AssumeRole"}
    arn = _their_role(client, theirs, trust=trust, MaxSessionDuration=7200)
    request = {"RoleArn": arn, "RoleSessionName": "test", "DurationSeconds": 7200}
    client("sts").assume_role(**request)
    code, message = _error(client("sts", credentials=theirs).assume_role, **request)
    assert (code, "role chaining" in message) == ("ValidationError", True)


def test_a_session_acts_in_the_roles_account(client: Clients, theirs: dict[str, str]) -> None:
    arn = _their_role(client, theirs, {"Effect": "Allow", "Action": ["s3:*", "sqs:*", "iam:Get*"], "Resource": "*"})
    keys = client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    client("s3", credentials=keys).create_bucket(Bucket="dr-copy")
    url = client("sqs", "eu-west-1", keys).create_queue(QueueName="failures")["QueueUrl"]
    assert f"/{THEIRS}/" in url
    assert client("iam", credentials=keys).get_role(RoleName="dr")["Role"]["Arn"] == arn
    assert client("s3").list_buckets()["Buckets"] == []
    assert _code(client("iam", credentials=keys).create_user, UserName="x") == "AccessDenied"
    assert _code(client("s3").head_bucket, Bucket="dr-copy") == "403"
    assert client("s3", credentials=keys).head_bucket(Bucket="dr-copy", ExpectedBucketOwner=THEIRS)


def test_both_accounts_have_to_allow(client: Clients, theirs: dict[str, str]) -> None:
    their_s3, iam = client("s3", credentials=theirs), client("iam")
    their_s3.create_bucket(Bucket="dr-copy")
    iam.create_user(UserName="operator")
    s3 = client("s3", credentials=iam.create_access_key(UserName="operator")["AccessKey"])
    user = f"arn:aws:iam::{OURS}:user/operator"
    read = ["s3:GetReplicationConfiguration", "s3:GetBucketVersioning", "s3:GetBucketPolicy"]
    granted = {"Effect": "Allow", "Principal": {"AWS": user}, "Action": read, "Resource": "arn:aws:s3:::dr-copy"}
    their_s3.put_bucket_policy(Bucket="dr-copy", Policy=_document(granted))
    assert _code(s3.get_bucket_versioning, Bucket="dr-copy") == "AccessDenied"
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    iam.put_user_policy(UserName="operator", PolicyName="p", PolicyDocument=_document(allowed))
    s3.get_bucket_versioning(Bucket="dr-copy")
    assert _code(s3.get_bucket_replication, Bucket="dr-copy") == "ReplicationConfigurationNotFoundError"
    assert _code(s3.get_bucket_tagging, Bucket="dr-copy") == "AccessDenied"
    # The policy itself is the owner's alone: for others 405, whatever it says
    assert _code(s3.get_bucket_policy, Bucket="dr-copy") == "MethodNotAllowed"
    their_s3.delete_bucket_policy(Bucket="dr-copy")
    assert _code(s3.get_bucket_versioning, Bucket="dr-copy") == "AccessDenied"


def test_a_new_role_is_not_known_everywhere_at_once(client: Clients, lab: Lab, make_bucket: Callable[..., str]) -> None:
    bucket, s3 = make_bucket("granting"), client("s3")
    trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    lab.settings(principal_lag=5.0)
    arn = client("iam").create_role(RoleName="fresh", AssumeRolePolicyDocument=_document(trust))["Role"]["Arn"]
    said = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}"}
    assert _error(s3.put_bucket_policy, Bucket=bucket, Policy=_document(said)) == (
        "MalformedPolicy", "Invalid principal in policy",
    )  # fmt: skip
    lab.advance(5)
    s3.put_bucket_policy(Bucket=bucket, Policy=_document(said))


# ---- buckets by tags


def _tag(client: Clients, bucket: str, region: str = "us-east-1", **tags: str) -> None:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    client("s3", region).put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": listed})


def _found(answer: dict[str, Any]) -> list[str]:
    return [resource["ResourceARN"].removeprefix("arn:aws:s3:::") for resource in answer["ResourceTagMappingList"]]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([{"Key": "dr"}], ["one", "three", "two"]),
        ([{"Key": "dr", "Values": ["yes"]}], ["one", "three"]),
        ([{"Key": "dr", "Values": ["yes", "no"]}], ["one", "three", "two"]),
        ([{"Key": "dr", "Values": ["yes"]}, {"Key": "team", "Values": ["a"]}], ["one"]),
        ([{"Key": "DR"}], []),
        ([{"Key": "dr", "Values": ["Yes"]}], []),
    ],
)
def test_buckets_by_tags(
    client: Clients, make_bucket: Callable[..., str], filters: list[dict[str, Any]], expected: list[str]
) -> None:
    for name, tags in {"one": {"dr": "yes", "team": "a"}, "two": {"dr": "no"}, "three": {"dr": "yes"}}.items():
        _tag(client, make_bucket(name), **tags)
    make_bucket("untagged")
    _tag(client, make_bucket("elsewhere", "eu-west-1"), "eu-west-1", dr="yes")
    tagging = client("resourcegroupstaggingapi")
    for kind in ("s3", "s3:bucket"):
        assert _found(tagging.get_resources(ResourceTypeFilters=[kind], TagFilters=filters)) == expected
    away = client("resourcegroupstaggingapi", "eu-west-1").get_resources(TagFilters=[{"Key": "dr"}])
    assert _found(away) == ["elsewhere"]


def test_buckets_by_tags_come_in_pages(
    client: Clients, theirs: dict[str, str], make_bucket: Callable[..., str]
) -> None:
    for number in range(5):
        _tag(client, make_bucket(f"bucket-{number}"), dr="yes")
    client("s3", credentials=theirs).create_bucket(
        Bucket="theirs", CreateBucketConfiguration={"Tags": [{"Key": "dr", "Value": "yes"}]}
    )
    tagging = client("resourcegroupstaggingapi")
    pages = list(tagging.get_paginator("get_resources").paginate(ResourceTypeFilters=["s3"], ResourcesPerPage=2))
    assert [len(page["ResourceTagMappingList"]) for page in pages] == [2, 2, 1]
    assert [name for page in pages for name in _found(page)] == [f"bucket-{number}" for number in range(5)]
    assert pages[0]["ResourceTagMappingList"][0]["Tags"] == [{"Key": "dr", "Value": "yes"}]
    assert _code(tagging.get_resources, PaginationToken="nonsense!") == "PaginationTokenExpiredException"
    assert _code(tagging.get_resources, ResourcesPerPage=101) == "InvalidParameterException"
