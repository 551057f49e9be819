# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CreateBucket: names, namespaces, places, permissions; what a new bucket is like; opt-in Regions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from labclient import Clients, Lab

OURS, THEIRS = "111122223333", "444455556666"


def _code(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def _in(region: str) -> dict[str, Any]:
    return {"CreateBucketConfiguration": {"LocationConstraint": region}}


def _theirs(client: Clients, region: str = "us-east-1") -> Any:
    role = f"arn:aws:iam::{THEIRS}:role/LabCrossAccountAdmin"
    keys = client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return client("s3", region, keys)


@pytest.mark.parametrize(
    "name",
    [
        "ab", "a" * 64, "Upper", "under_score", "two..dots", "192.168.5.4", "-begins", "ends-", ".begins", "xn--a",
        "sthree-a", "sthree-configurator-a", "amzn-s3-demo-a", "a-s3alias", "a--ol-s3", "a.mrap", "a--x-s3",
        "a--table-s3", "a-an",
    ],
)  # fmt: skip
def test_illegal_names(client: Clients, name: str) -> None:
    assert _code(client("s3").create_bucket, Bucket=name) == "InvalidBucketName"


@pytest.mark.parametrize("name", ["abc", "a" * 63, "a.b-c.9", "1a", "a-1.-b", "ban", "an-a"])
def test_legal_names(client: Clients, name: str) -> None:
    if len(name) < 3:
        name += "x"
    client("s3").create_bucket(Bucket=name)
    assert client("s3").head_bucket(Bucket=name)["BucketRegion"] == "us-east-1"


@pytest.mark.parametrize(
    ("region", "name", "namespace", "code"),
    [
        ("us-east-1", f"a-{OURS}-us-east-1-an", "account-regional", None),
        ("us-west-2", f"a-{OURS}-us-west-2-an", "account-regional", None),
        ("us-east-1", "global-name", "global", None),
        ("us-east-1", f"a-{OURS}-us-east-1-an", None, "MissingNamespaceHeader"),
        ("us-east-1", f"a-{OURS}-us-east-1-an", "global", "InvalidNamespaceHeader"),
        ("us-east-1", f"a-{OURS}-us-west-2-an", "account-regional", "InvalidNamespaceHeader"),
        ("us-east-1", f"a-{THEIRS}-us-east-1-an", "account-regional", "InvalidNamespaceHeader"),
        ("us-east-1", f"{OURS}-us-east-1-an", "account-regional", "InvalidBucketName"),
        ("us-east-1", "no-suffix", "account-regional", "InvalidNamespaceHeader"),
    ],
)
def test_namespaces(client: Clients, region: str, name: str, namespace: str | None, code: str | None) -> None:
    s3 = client("s3", region)
    asked = {"Bucket": name, **({} if region == "us-east-1" else _in(region))}

    def ask(params: dict[str, Any], **_unused: Any) -> None:  # boto3 older than the header does not know the argument
        if namespace:
            params["headers"]["x-amz-bucket-namespace"] = namespace

    s3.meta.events.register("before-call.s3.CreateBucket", ask, unique_id="namespace")
    try:
        if code:
            assert _code(s3.create_bucket, **asked) == code
            return
        s3.create_bucket(**asked)
        again = "BucketAlreadyOwnedByYou" if namespace == "account-regional" else None
        assert again is None or _code(s3.create_bucket, **asked) == again
    finally:
        s3.meta.events.unregister("before-call.s3.CreateBucket", unique_id="namespace")


@pytest.mark.parametrize(
    ("endpoint", "constraint", "code"),
    [
        ("us-east-1", None, None),
        ("us-east-1", "eu-west-1", None),
        ("us-east-1", "EU", None),
        ("us-east-1", "us-east-1", "InvalidLocationConstraint"),
        ("us-east-1", "nowhere-1", "InvalidLocationConstraint"),
        ("us-east-1", "me-south-1", "IllegalLocationConstraintException"),
        ("me-south-1", "me-south-1", None),
        ("us-west-2", "us-west-2", None),
        ("us-west-2", None, "IllegalLocationConstraintException"),
        ("us-west-2", "eu-west-1", "IllegalLocationConstraintException"),
    ],
)
def test_places(client: Clients, endpoint: str, constraint: str | None, code: str | None) -> None:
    s3 = client("s3", endpoint)
    asked = {"Bucket": "somewhere", **(_in(constraint) if constraint else {})}
    if code:
        assert _code(s3.create_bucket, **asked) == code
        return
    s3.create_bucket(**asked)
    expected = "eu-west-1" if constraint == "EU" else constraint or "us-east-1"
    assert s3.head_bucket(Bucket="somewhere")["BucketRegion"] == expected


def test_a_taken_name(client: Clients, make_bucket: Callable[..., str]) -> None:
    make_bucket("taken-east")
    make_bucket("taken-west", "us-west-2")
    client("s3").create_bucket(Bucket="taken-east")  # in us-east-1 that is 200
    assert _code(client("s3", "us-west-2").create_bucket, Bucket="taken-west", **_in("us-west-2")) == (
        "BucketAlreadyOwnedByYou"
    )
    assert _code(_theirs(client).create_bucket, Bucket="taken-east") == "BucketAlreadyExists"
    west = _theirs(client, "us-west-2")
    assert _code(west.create_bucket, Bucket="taken-west", **_in("us-west-2")) == "BucketAlreadyExists"


def test_a_new_bucket(client: Clients) -> None:
    s3 = client("s3")
    tags = [{"Key": "dr", "Value": "yes"}]
    s3.create_bucket(Bucket="brand-new", CreateBucketConfiguration={"Tags": tags})
    assert s3.get_bucket_tagging(Bucket="brand-new")["TagSet"] == tags
    rule = s3.get_bucket_encryption(Bucket="brand-new")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert set(s3.get_public_access_block(Bucket="brand-new")["PublicAccessBlockConfiguration"].values()) == {True}
    controls = s3.get_bucket_ownership_controls(Bucket="brand-new")["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert "Status" not in s3.get_bucket_versioning(Bucket="brand-new")


def test_object_lock_and_ownership_are_asked_for_with_headers(client: Clients) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True, ObjectOwnership="BucketOwnerPreferred")
    assert s3.get_bucket_versioning(Bucket="locked")["Status"] == "Enabled"
    lock = s3.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"]
    assert lock == {"ObjectLockEnabled": "Enabled"}
    controls = s3.get_bucket_ownership_controls(Bucket="locked")["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    assert _code(s3.create_bucket, Bucket="other", ObjectOwnership="Mine") == "InvalidArgument"


def test_those_headers_need_permissions_of_their_own(client: Clients) -> None:
    iam = client("iam")
    iam.create_user(UserName="maker")
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:CreateBucket", "Resource": "*"}}
    iam.put_user_policy(UserName="maker", PolicyName="p", PolicyDocument=json.dumps(policy))
    s3 = client("s3", credentials=iam.create_access_key(UserName="maker")["AccessKey"])
    s3.create_bucket(Bucket="plain")
    assert _code(s3.create_bucket, Bucket="locked", ObjectLockEnabledForBucket=True) == "AccessDenied"
    assert _code(s3.create_bucket, Bucket="owned", ObjectOwnership="ObjectWriter") == "AccessDenied"


def test_a_conflicting_write_is_a_fault(client: Clients, lab: Lab) -> None:
    lab.fault("error", service="s3", operation="CreateBucket", code="OperationAborted", status=409, times=1)
    assert _code(client("s3").create_bucket, Bucket="in-conflict") == "OperationAborted"
    client("s3").create_bucket(Bucket="in-conflict")


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "code"),
    [
        ("s3", "list_buckets", {}, "InvalidAccessKeyId"),
        ("sts", "get_caller_identity", {}, "InvalidClientTokenId"),
        ("sqs", "list_queues", {}, "InvalidClientTokenId"),
        ("sns", "list_topics", {}, "InvalidClientTokenId"),
        ("dynamodb", "list_tables", {}, "UnrecognizedClientException"),
        ("kms", "list_keys", {}, "UnrecognizedClientException"),
        ("lambda", "list_functions", {}, "UnrecognizedClientException"),
        ("ec2", "describe_vpcs", {}, "AuthFailure"),
    ],
)
def test_a_region_that_is_not_enabled_knows_nobody(
    client: Clients, lab: Lab, service: str, operation: str, arguments: dict[str, Any], code: str
) -> None:
    call = getattr(client(service, "af-south-1"), operation)
    call(**arguments)
    lab.settings(regions_not_enabled=["af-south-1"])
    assert _code(call, **arguments) == code
    getattr(client(service, "eu-west-1"), operation)(**arguments)


def test_temporary_credentials_in_a_region_that_is_not_enabled(client: Clients, lab: Lab) -> None:
    theirs = _theirs(client, "af-south-1")
    lab.settings(regions_not_enabled=["af-south-1"])
    assert _code(theirs.create_bucket, Bucket="cape", **_in("af-south-1")) == "InvalidToken"


def test_which_regions_are_enabled(client: Clients, lab: Lab) -> None:
    account, ec2 = client("account"), client("ec2")
    assert "af-south-1" in [region["RegionName"] for region in ec2.describe_regions()["Regions"]]
    lab.settings(regions_not_enabled=["af-south-1"])
    told = {
        name: account.get_region_opt_status(RegionName=name)["RegionOptStatus"]
        for name in ("af-south-1", "me-south-1", "eu-west-1")
    }
    assert told == {"af-south-1": "DISABLED", "me-south-1": "ENABLED", "eu-west-1": "ENABLED_BY_DEFAULT"}
    assert _code(account.get_region_opt_status, RegionName="nowhere-1") == "ValidationException"
    asked = {"RegionOptStatusContains": ["DISABLED"]}
    assert account.list_regions(**asked)["Regions"] == [{"RegionName": "af-south-1", "RegionOptStatus": "DISABLED"}]
    pages = account.get_paginator("list_regions").paginate(PaginationConfig={"PageSize": 10})
    assert len({region["RegionName"] for page in pages for region in page["Regions"]}) == 34
    assert "af-south-1" not in [region["RegionName"] for region in ec2.describe_regions()["Regions"]]
    regions = ec2.describe_regions(AllRegions=True, RegionNames=["af-south-1", "me-south-1", "eu-west-1"])["Regions"]
    assert {region["RegionName"]: region["OptInStatus"] for region in regions} == {
        "af-south-1": "not-opted-in",
        "me-south-1": "opted-in",
        "eu-west-1": "opt-in-not-required",
    }


def test_a_bucket_in_an_opt_in_region_is_no_redirect_but_an_error(
    client: Clients, make_bucket: Callable[..., str]
) -> None:
    from labclient import raw_get

    make_bucket("cape-town", "af-south-1")
    status, headers, body = raw_get("s3.us-east-1.amazonaws.com", "/cape-town?tagging=", "us-east-1")
    assert (status, headers["x-amz-bucket-region"]) == (400, "af-south-1")
    assert "IllegalLocationConstraintException" in body
    assert client("s3").head_bucket(Bucket="cape-town")["BucketRegion"] == "af-south-1", "boto3 goes there by itself"
