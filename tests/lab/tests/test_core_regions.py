# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regions: buckets live in one, clients that ask elsewhere are sent on, and a Region can go down."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ConnectionClosedError
from labclient import Clients, Lab, raw_get


def test_the_wrong_region_is_redirected_and_boto3_follows(
    client: Clients, lab: Lab, make_bucket: Callable[..., str]
) -> None:
    bucket = make_bucket("far-bucket", "us-west-2")
    lab.clear_journal()
    client("s3", "eu-west-1").put_object(Bucket=bucket, Key="k", Body=b"x")
    statuses = [(entry["region"], entry["status"]) for entry in lab.journal(operation="PutObject")]
    assert statuses == [("eu-west-1", 301), ("us-west-2", 200)]


@pytest.mark.parametrize(
    ("host_region", "signed_region", "status", "code"),
    [
        ("eu-west-1", "eu-west-1", 301, "PermanentRedirect"),
        ("us-east-1", "us-east-1", 301, "PermanentRedirect"),
        ("us-west-2", "eu-west-1", 400, "AuthorizationHeaderMalformed"),
    ],
)
def test_what_the_wrong_region_answers(
    make_bucket: Callable[..., str], host_region: str, signed_region: str, status: int, code: str
) -> None:
    bucket = make_bucket("far-bucket", "us-west-2")
    answered, headers, body = raw_get(f"s3.{host_region}.amazonaws.com", f"/{bucket}/k", signed_region)
    assert (answered, f"<Code>{code}</Code>" in body) == (status, True), body
    assert headers.get("x-amz-bucket-region") == ("us-west-2" if status == 301 else None)
    if status == 400:
        assert "<Region>us-west-2</Region>" in body
    else:
        assert f"<Endpoint>{bucket}.s3" in body


def test_head_bucket_names_the_region(client: Clients, make_bucket: Callable[..., str]) -> None:
    bucket = make_bucket("far-bucket", "us-west-2")
    assert client("s3", "eu-west-1").head_bucket(Bucket=bucket)["BucketRegion"] == "us-west-2"


def test_buckets_of_all_regions_are_listed_everywhere(client: Clients, make_bucket: Callable[..., str]) -> None:
    names = [make_bucket("one-bucket"), make_bucket("two-bucket", "us-west-2")]
    assert [bucket["Name"] for bucket in client("s3", "eu-west-1").list_buckets()["Buckets"]] == names
    assert client("s3").get_bucket_location(Bucket="two-bucket")["LocationConstraint"] == "us-west-2"


def test_regional_services_are_apart(client: Clients) -> None:
    client("sqs", "us-west-2").create_queue(QueueName="here")
    assert not client("sqs", "us-east-1").list_queues().get("QueueUrls")
    url = client("sqs", "us-west-2").get_queue_url(QueueName="here")["QueueUrl"]
    assert url == "https://sqs.us-west-2.amazonaws.com/111122223333/here"


def test_a_region_that_is_down(client: Clients, lab: Lab, make_bucket: Callable[..., str]) -> None:
    here, there = make_bucket("up-bucket", "us-east-1"), make_bucket("down-bucket", "us-west-2")
    far = client("s3", "us-west-2")  # holds an open connection
    lab.region_down("us-west-2")
    for _unused in range(2):  # the open connection, then a new one
        with pytest.raises(ConnectionClosedError):
            far.list_objects_v2(Bucket=there)
    with pytest.raises(ConnectionClosedError):
        client("sqs", "us-west-2").list_queues()
    client("s3").put_object(Bucket=here, Key="k", Body=b"x")
    lab.region_up("us-west-2")
    assert far.list_objects_v2(Bucket=there)["KeyCount"] == 0


def test_a_region_goes_down_under_a_call(client: Clients, lab: Lab) -> None:
    lab.fault("delay", service="sqs", region="us-west-2", delay=60)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(client("sqs", "us-west-2").list_queues)
        deadline = time.monotonic() + 10
        while not any(rule["hits"] for rule in lab.faults()):
            assert time.monotonic() < deadline
        lab.region_down("us-west-2")
        with pytest.raises(ConnectionClosedError):
            call.result(timeout=10)


def test_global_services_are_where_their_control_plane_is(client: Clients, lab: Lab) -> None:
    lab.region_down("us-east-1")
    with pytest.raises(ConnectionClosedError):
        client("iam").list_users()
    with pytest.raises(ConnectionClosedError):
        client("route53", "us-west-2").list_hosted_zones()
    client("sts", "us-west-2").get_caller_identity()


def test_a_reset_brings_regions_back(client: Clients, lab: Lab) -> None:
    lab.region_down("eu-west-1")
    lab.reset()
    assert lab.call("GET", "/regions") == {"down": []}
    client("sqs", "eu-west-1").list_queues()


def test_the_account_prefix_of_s3_control_and_dynamodb(client: Clients, lab: Lab) -> None:
    client("s3control", "us-west-2").list_multi_region_access_points(AccountId="111122223333")
    role = client("sts").assume_role(
        RoleArn="arn:aws:iam::444455556666:role/LabCrossAccountAdmin", RoleSessionName="test"
    )
    client("dynamodb", "eu-west-1", role["Credentials"], account_id_endpoint_mode="preferred").list_tables()
    assert lab.counts()["s3-control/us-west-2/ListMultiRegionAccessPoints"] == 1
    assert [entry["account_id"] for entry in lab.journal(service="dynamodb")] == ["444455556666"]
