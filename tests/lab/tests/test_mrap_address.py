# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects through the global address of a Multi-Region Access Point, against the lab with plain boto3."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import sigv4a
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ConnectionClosedError
from bucket_lab import OURS, THEIRS, code_of, policy_of
from labclient import Clients, Lab, raw_get
from mrap_lab import AccessPoints

AWKWARD = "pfad mit/ü+ö%.txt"


@pytest.fixture
def points(client: Clients, make_bucket: Callable[..., str]) -> AccessPoints:
    make_bucket("b-east", "us-east-1", versioned=True)
    make_bucket("b-eu", "eu-west-1", versioned=True)
    return AccessPoints(client)


@pytest.fixture
def arn(points: AccessPoints) -> str:
    return points.made("invoices", "b-east", "b-eu")


def keys(client: Clients, bucket: str) -> list[str]:
    region = {"b-east": "us-east-1", "b-eu": "eu-west-1"}[bucket]
    return [one["Key"] for one in client("s3", region).list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_the_key_of_a_pair_of_credentials_is_the_one_of_aws() -> None:
    """The pair of AWS's documentation, with the public key that the tests of aws-c-auth expect for it."""
    numbers = sigv4a.signing_key("AKISORANDOMAASORANDOM", "q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom")
    assert numbers.curve.name == "secp256r1"
    assert format(numbers.private_numbers().private_value, "064x") == (
        "7fd3bd010c0d9c292141c2b77bfbde1042c92e6836fff749d1269ec890fca1bd"
    )


def test_objects_go_where_the_traffic_goes(points: AccessPoints, client: Clients, arn: str) -> None:
    s3 = client("s3", "eu-west-1")
    points.submit(arn, b_eu=0)
    for key in ("one", AWKWARD):
        s3.put_object(Bucket=arn, Key=key, Body=b"east", Metadata={"who": "me"})
    assert (keys(client, "b-east"), keys(client, "b-eu")) == (["one", AWKWARD], [])
    assert s3.get_object(Bucket=arn, Key=AWKWARD)["Body"].read() == b"east"
    assert s3.head_object(Bucket=arn, Key="one")["Metadata"] == {"who": "me"}
    points.submit(arn, b_east=0, b_eu=100)
    assert code_of(s3.get_object, Bucket=arn, Key="one") == "NoSuchKey", "it does not look where the object is"
    s3.upload_fileobj(io.BytesIO(b"x" * 9_000_000), arn, "two")
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=arn)["Contents"]] == ["two"] == keys(client, "b-eu")
    s3.delete_object(Bucket=arn, Key="two")
    assert keys(client, "b-eu") == []


def test_new_routes_hold_later(points: AccessPoints, client: Clients, arn: str, lab: Lab) -> None:
    points.submit(arn, b_eu=0)
    lab.settings(mrap_routes_delay=100.0)
    points.submit(arn, b_east=0, b_eu=100)
    assert points.routes(arn) == {"b-east": 0, "b-eu": 100}, "a Get shows it before it holds"
    client("s3").put_object(Bucket=arn, Key="early", Body=b"")
    lab.advance(101)
    client("s3").put_object(Bucket=arn, Key="late", Body=b"")
    assert (keys(client, "b-east"), keys(client, "b-eu")) == (["early"], ["late"])


def test_a_region_that_is_down_gives_no_answer_until_the_traffic_is_switched(
    points: AccessPoints, client: Clients, arn: str, lab: Lab
) -> None:
    points.submit(arn, b_eu=0)
    lab.region_down("us-east-1")
    with pytest.raises(ConnectionClosedError):
        client("s3", "eu-west-1").put_object(Bucket=arn, Key="lost", Body=b"")
    points.submit(arn, "eu-west-1", b_east=0, b_eu=100)
    client("s3", "eu-west-1").put_object(Bucket=arn, Key="kept", Body=b"")
    lab.region_up("us-east-1")
    assert (keys(client, "b-east"), keys(client, "b-eu")) == ([], ["kept"])


def test_what_is_written_there_is_replicated(points: AccessPoints, client: Clients, arn: str, lab: Lab) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam = client("iam")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=policy_of(trust))["Role"]["Arn"]
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=policy_of(everything))
    to = {
        "ID": "r", "Priority": 1, "Filter": {}, "Status": "Enabled", "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::b-eu"},
    }  # fmt: skip
    client("s3").put_bucket_replication(Bucket="b-east", ReplicationConfiguration={"Role": role, "Rules": [to]})
    points.submit(arn, b_eu=0)
    client("s3").put_object(Bucket=arn, Key="one", Body=b"")
    lab.call("POST", "/replication/idle")
    assert keys(client, "b-eu") == ["one"]


def test_who_may_not_is_denied_by_either_side(points: AccessPoints, client: Clients, arn: str) -> None:
    iam = client("iam")
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    points.submit(arn, b_eu=0)
    client("s3").put_object(Bucket=arn, Key="one", Body=b"")
    s3 = client("s3", "us-east-1", key)

    def allow(*resources: str) -> None:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": list(resources)}
        iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=policy_of(statement))

    for resources in (["arn:aws:s3:::b-east/*"], [f"{arn}/object/*"]):
        allow(*resources)
        assert code_of(s3.get_object, Bucket=arn, Key="one") == "AccessDenied"
    allow("arn:aws:s3:::b-east/*", f"{arn}/object/*")
    s3.get_object(Bucket=arn, Key="one")
    deny = {"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{OURS}:user/reader"}, "Action": "s3:GetObject"}
    points.ended(points.put_policy("invoices", policy_of({**deny, "Resource": f"{arn}/object/*"})))
    assert code_of(s3.get_object, Bucket=arn, Key="one") == "AccessDenied"


def test_only_signatures_of_version_4a_are_taken(client: Clients, arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    host = f"{arn.rpartition('/')[2]}.accesspoint.s3-global.amazonaws.com"
    status, _headers, text = raw_get(host, "/one", "us-east-1")
    assert status == 400 and "Signature Version 4A" in text
    wrong = {"AccessKeyId": "AKIAXXXXXXXXXXXXXXXX", "SecretAccessKey": "x"}
    assert code_of(client("s3", "us-east-1", wrong).get_object, Bucket=arn, Key="one") == "InvalidAccessKeyId"

    def tampering(self: Any, request: AWSRequest) -> None:
        S3SigV4Auth.add_auth(self, request)
        request.headers["X-Amz-Region-Set"] = "us-east-1"

    monkeypatch.setattr(sigv4a.SigV4aAuth, "add_auth", tampering)
    assert code_of(client("s3", "us-east-1").get_object, Bucket=arn, Key="one") == "SignatureDoesNotMatch"


def test_what_the_address_does_not_offer(client: Clients, arn: str, points: AccessPoints, lab: Lab) -> None:
    s3 = client("s3")
    assert code_of(s3.list_object_versions, Bucket=arn) == "MethodNotAllowed"
    assert code_of(s3.delete_objects, Bucket=arn, Delete={"Objects": [{"Key": "one"}]}) == "MethodNotAllowed"
    nobody = f"arn:aws:s3::{OURS}:accesspoint/abc.mrap"
    assert code_of(s3.get_object, Bucket=nobody, Key="one") == "NoSuchMultiRegionAccessPoint"
    lab.settings(mrap_operation_delay=1000.0)
    points.create("young", "b-east")
    young = f"arn:aws:s3::{OURS}:accesspoint/{points.get('young')['Alias']}"
    assert code_of(s3.get_object, Bucket=young, Key="one") == "NoSuchMultiRegionAccessPoint"


def test_a_bucket_of_another_account(client: Clients, points: AccessPoints) -> None:
    role = f"arn:aws:iam::{THEIRS}:role/LabCrossAccountAdmin"
    theirs = client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    s3 = client("s3", "us-west-2", theirs)
    s3.create_bucket(Bucket="b-theirs", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    grant = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OURS}:root"},
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::b-theirs", "arn:aws:s3:::b-theirs/*"],
    }
    s3.put_bucket_policy(Bucket="b-theirs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [grant]}))
    regions = [{"Bucket": "b-east"}, {"Bucket": "b-theirs", "BucketAccountId": THEIRS}]
    arn = points.made("shared", Regions=regions)
    points.submit(arn, b_east=0)
    client("s3").put_object(Bucket=arn, Key="one", Body=b"")
    assert s3.get_object(Bucket="b-theirs", Key="one")["Body"].read() == b""
