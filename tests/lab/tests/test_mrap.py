# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The management of Multi-Region Access Points and their routes, against the lab with plain boto3."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from bucket_lab import OURS, code_of, error_of, policy_of
from labclient import Clients, Lab
from mrap_lab import AccessPoints

ROUTE_REGIONS = ("us-east-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1")
MANY = "MultiRegionAccessPoint"


@pytest.fixture
def points(client: Clients, make_bucket: Callable[..., str]) -> AccessPoints:
    for name, region in (("b-east", "us-east-1"), ("b-eu", "eu-west-1"), ("b-north", "us-east-1")):
        make_bucket(name, region)
    return AccessPoints(client)


def test_a_request_is_carried_out_later(points: AccessPoints, lab: Lab) -> None:
    lab.settings(mrap_operation_delay=1000.0)
    request = points.create("invoices", "b-east", "b-eu")
    assert request.startswith(f"arn:aws:s3:us-west-2:{OURS}:async-request/mrap/create/")
    assert (points.described(request)["RequestStatus"], points.get("invoices")["Status"]) == ("NEW", "CREATING")
    lab.advance(600)
    assert points.described(request)["RequestStatus"] == "INPROGRESS"
    lab.advance(600)
    ended = points.ended(request)
    regions = ended["ResponseDetails"]["MultiRegionAccessPointDetails"]["Regions"]
    assert {one["Name"]: one["RequestStatus"] for one in regions} == {
        "us-east-1": "SUCCEEDED",
        "eu-west-1": "SUCCEEDED",
    }
    found = points.get("invoices")
    assert found["Status"] == "READY" and set(found["PublicAccessBlock"].values()) == {True}
    assert [(one["Bucket"], one["Region"], one["BucketAccountId"]) for one in found["Regions"]] == [
        ("b-east", "us-east-1", OURS),
        ("b-eu", "eu-west-1", OURS),
    ]
    lab.settings(mrap_operation_delay=1000.0)
    gone = points.delete("invoices")
    assert points.get("invoices")["Status"] == "DELETING"
    lab.advance(1200)
    assert points.ended(gone)["RequestStatus"] == "SUCCEEDED"
    assert code_of(points.get, name="invoices") == f"NoSuch{MANY}"


def test_the_same_token_is_the_same_request(points: AccessPoints) -> None:
    first = points.create("invoices", "b-east", "b-eu", token="t")
    assert points.create("invoices", "b-east", "b-eu", token="t") == first
    points.ended(first)
    assert points.create("invoices", "b-east", "b-eu", token="t") == first, "also when it is over"
    assert code_of(lambda: points.create("invoices", "b-eu", token="t")) == "InvalidRequest"


@pytest.mark.parametrize(
    ("buckets", "code"),
    [
        (("b-east", "nobodys"), "NoSuchBucket"),
        (("b-east", "b-north"), f"{MANY}SameBucketRegion"),
        (("b-eu",), f"{MANY}AlreadyOwnedByYou"),
    ],
)
def test_what_can_not_be_created_fails_later(points: AccessPoints, buckets: tuple[str, ...], code: str) -> None:
    if code.endswith("AlreadyOwnedByYou"):
        points.made("invoices", "b-east", "b-eu")
    ended = points.ended(points.create("invoices", *buckets))
    assert (ended["RequestStatus"], ended["ResponseDetails"]["ErrorDetails"]["Code"]) == ("FAILED", code)


def test_names_and_documents_are_checked_at_once(points: AccessPoints) -> None:
    for name in ("ab", "-abc", "ABC", "a.b"):
        assert code_of(lambda name=name: points.create(name, "b-east")) == "BadRequestException"


def test_one_created_in_part_is_created_anew_and_keeps_its_alias(points: AccessPoints, lab: Lab) -> None:
    arn = points.made("invoices", "b-east", "b-eu")
    lab.call("PUT", "/mrap/invoices/status", {"status": "PARTIALLY_CREATED"})
    assert points.get("invoices")["Status"] == "PARTIALLY_CREATED"
    assert points.made("invoices", "b-east", "b-eu") == arn
    with pytest.raises(AssertionError, match="status has to be one of"):
        lab.call("PUT", "/mrap/invoices/status", {"status": "GONE"})


def test_a_policy_is_proposed_and_then_in_force(points: AccessPoints, lab: Lab, client: Clients) -> None:
    arn = points.made("invoices", "b-east", "b-eu")
    control, named = points.control(), {"AccountId": OURS, "Name": "invoices"}
    assert control.get_multi_region_access_point_policy(**named)["Policy"] == {}
    lab.settings(mrap_operation_delay=1000.0)
    allow = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OURS}:root"}, "Action": "s3:GetObject"}
    text = policy_of({**allow, "Resource": f"{arn}/object/*"})
    request = points.put_policy("invoices", text)
    assert control.get_multi_region_access_point_policy(**named)["Policy"] == {"Proposed": {"Policy": text}}
    lab.advance(1200)
    points.ended(request)
    held = control.get_multi_region_access_point_policy(**named)["Policy"]
    assert held == {"Established": {"Policy": text}, "Proposed": {"Policy": text}}
    status = control.get_multi_region_access_point_policy_status(**named)
    assert status["Established"]["IsPublic"] is False
    lab.settings(mrap_operation_delay=0.0)
    everybody = policy_of({**allow, "Principal": "*", "Resource": f"{arn}/object/*"})
    refused = points.ended(points.put_policy("invoices", everybody))
    assert refused["ResponseDetails"]["ErrorDetails"]["Code"] == "AccessDenied"
    broken = points.ended(points.put_policy("invoices", "{"))
    assert broken["ResponseDetails"]["ErrorDetails"]["Code"] == "MalformedPolicy"


def test_management_is_in_one_region_and_routes_in_five(points: AccessPoints) -> None:
    arn = points.made("invoices", "b-east", "b-eu")
    code, message = error_of(points.control("us-east-1").list_multi_region_access_points, AccountId=OURS)
    assert code == "PermanentRedirect" and "only available in the following Regions: us-west-2." in message
    for region in ROUTE_REGIONS:
        assert points.routes(arn, region) == {"b-east": 100, "b-eu": 100}
    code, message = error_of(lambda: points.routes(arn, "eu-central-1"))
    assert code == "PermanentRedirect" and "ap-northeast-1, eu-west-1 and us-east-1." in message


def test_routes_are_changed_and_the_others_stay(points: AccessPoints) -> None:
    arn = points.made("invoices", "b-east", "b-eu")
    points.submit(arn, "ap-northeast-1", b_east=0)
    assert points.routes(arn, "eu-west-1") == {"b-east": 0, "b-eu": 100}
    assert error_of(points.submit, arn=arn, b_eu=0)[1].startswith("At least one Region or bucket")
    points.submit(arn, b_east=100, b_eu=0)
    assert points.routes(arn) == {"b-east": 100, "b-eu": 0}


def test_what_routes_refuse(points: AccessPoints, lab: Lab) -> None:
    arn = points.made("invoices", "b-east", "b-eu")
    assert code_of(points.submit, arn=arn, b_north=100) == "InvalidRequest"
    assert code_of(points.submit, arn=arn, b_east=50) == "InvalidRequest"
    assert code_of(points.submit, arn=arn, b_east=101) == "BadRequestException"
    for wrong in ("invoices", arn.rpartition("/")[2], arn.replace(OURS, "444455556666")):
        assert code_of(points.routes, arn=wrong) == "InvalidRequest"
    assert code_of(points.routes, arn=f"arn:aws:s3::{OURS}:accesspoint/abc.mrap") == f"NoSuch{MANY}"
    lone = points.made("lone", "b-east")
    with pytest.raises(ClientError) as refused:
        points.submit(lone, b_east=100)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 405
    assert points.routes(lone) == {"b-east": 100}


def test_a_second_change_at_the_same_time_is_refused(points: AccessPoints, lab: Lab) -> None:
    arn = points.made("invoices", "b-east", "b-eu")
    lab.settings(mrap_submit_time=1000.0)
    ended: queue.Queue[int] = queue.Queue()

    def submit() -> None:
        try:
            points.submit(arn, b_east=0)
            ended.put(200)
        except ClientError as error:
            ended.put(error.response["ResponseMetadata"]["HTTPStatusCode"])

    both = [threading.Thread(target=submit) for _number in range(2)]
    for one in both:
        one.start()
    assert ended.get(timeout=60) == 409, "the other one is being taken in"
    lab.advance(1001)
    assert ended.get(timeout=60) == 200
    assert points.routes(arn) == {"b-east": 0, "b-eu": 100}


def test_a_change_shows_later(points: AccessPoints, lab: Lab) -> None:
    arn = points.made("invoices", "b-east", "b-eu")
    lab.settings(mrap_routes_shown_delay=60.0)
    points.submit(arn, b_east=0)
    assert points.routes(arn) == {"b-east": 100, "b-eu": 100}
    assert error_of(points.submit, arn=arn, b_eu=0)[1].startswith("At least one"), "what was submitted counts"
    lab.advance(61)
    assert points.routes(arn) == {"b-east": 0, "b-eu": 100}


def test_routes_need_no_region_that_is_down(points: AccessPoints, lab: Lab) -> None:
    arn = points.made("invoices", "b-east", "b-eu")
    for region in ("us-west-2", "us-east-1"):
        lab.region_down(region)
    points.submit(arn, "eu-west-1", b_east=0)
    assert points.routes(arn, "ap-southeast-2") == {"b-east": 0, "b-eu": 100}
    with pytest.raises(ConnectionClosedError):
        points.get("invoices")


def test_lists_and_other_accounts(points: AccessPoints, client: Clients) -> None:
    points.made("one", "b-east")
    points.made("two", "b-east", "b-eu")
    listed = points.control().list_multi_region_access_points(AccountId=OURS)
    assert [one["Name"] for one in listed["AccessPoints"]] == ["one", "two"] and "NextToken" not in listed
    page = points.control().list_multi_region_access_points(AccountId=OURS, MaxResults=1)
    rest = points.control().list_multi_region_access_points(AccountId=OURS, NextToken=page["NextToken"])
    assert [one["Name"] for one in rest["AccessPoints"]] == ["two"]
    assert code_of(points.control().list_multi_region_access_points, AccountId="444455556666") == "AccessDenied"


def test_a_member_bucket_can_not_be_deleted(points: AccessPoints, client: Clients) -> None:
    points.made("invoices", "b-east", "b-eu")
    with pytest.raises(ClientError):
        client("s3").delete_bucket(Bucket="b-east")
    points.ended(points.delete("invoices"))
    client("s3").delete_bucket(Bucket="b-east")


def test_each_call_has_its_permission(points: AccessPoints, client: Clients) -> None:
    arn = points.made("invoices", "b-east", "b-eu")
    iam = client("iam")
    iam.create_user(UserName="operator")
    key = iam.create_access_key(UserName="operator")["AccessKey"]
    theirs = AccessPoints(client, key)

    def allow(*actions: str, on: str) -> None:
        statement: dict[str, Any] = {"Effect": "Allow", "Action": [f"s3:{one}" for one in actions], "Resource": on}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName="operator", PolicyName="p", PolicyDocument=document)

    assert code_of(theirs.routes, arn=arn) == code_of(theirs.get, name="invoices") == "AccessDenied"
    allow(f"Get{MANY}", f"Get{MANY}Routes", on=arn)
    assert theirs.get("invoices")["Name"] == "invoices" and theirs.routes(arn)
    code, message = error_of(theirs.submit, arn=arn, b_east=0)
    assert code == "AccessDenied" and f"s3:Submit{MANY}Routes" in message
    allow(f"Create{MANY}", on=arn)
    assert code_of(theirs.create, name="other") == "AccessDenied", "a new one has no alias yet: it needs all of them"
    allow(f"Create{MANY}", f"Describe{MANY}Operation", on="*")
    theirs.ended(theirs.create("other", "b-east"))
