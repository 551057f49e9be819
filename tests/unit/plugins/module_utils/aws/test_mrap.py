# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call against botocore's model of S3 Control, and what comes of its answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSRequest
from botocore.stub import Stubber

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import mrap
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import (
    AccessDeniedError,
    AwsError,
    ConflictError,
    MissingError,
    ThrottledError,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import Member
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_plan import Policies, Wish
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_routes import Route

ACCOUNT = "111122223333"
ARN = f"arn:aws:s3::{ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap"
REQUEST = f"arn:aws:s3:us-west-2:{ACCOUNT}:async-request/mrap/create/x"
ROUTES = (Route("b-east", "us-east-1", 0), Route("b-west", "us-west-2", 100))


@pytest.fixture
def client() -> Any:
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return boto3.session.Session().client("s3control", region_name="us-west-2", **keys)


@pytest.fixture
def stubber(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubbed:
        yield stubbed
        stubbed.assert_no_pending_responses()


def test_requests_that_are_carried_out_later(client: Any, stubber: Stubber) -> None:
    wish = Wish(
        "invoices", (Member("b-east"), Member("b-west", account="444455556666")), block={"block_public_acls": False}
    )
    details = {
        "Name": "invoices",
        "PublicAccessBlock": {
            "BlockPublicAcls": False,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
        "Regions": [{"Bucket": "b-east"}, {"Bucket": "b-west", "BucketAccountId": "444455556666"}],
    }
    sent = {"AccountId": ACCOUNT, "ClientToken": "t"}
    answer = {"RequestTokenARN": REQUEST}
    stubber.add_response("create_multi_region_access_point", answer, {**sent, "Details": details})
    stubber.add_response("delete_multi_region_access_point", answer, {**sent, "Details": {"Name": "invoices"}})
    put = {"Name": "invoices", "Policy": '{"Statement":[]}'}
    stubber.add_response("put_multi_region_access_point_policy", answer, {**sent, "Details": put})
    assert mrap.create_access_point(client, ACCOUNT, wish, "t") == REQUEST
    assert mrap.delete_access_point(client, ACCOUNT, "invoices", "t") == REQUEST
    assert mrap.put_policy(client, ACCOUNT, "invoices", {"Statement": []}, "t") == REQUEST


@pytest.mark.parametrize(
    ("status", "over", "succeeded"),
    [
        ("NEW", False, False),
        ("INPROGRESS", False, False),
        ("SOMETHING_LATER", False, False),
        ("SUCCEEDED", True, True),
        ("FAILED", True, False),
        ("PARTIALLY_SUCCESSFUL", True, False),
    ],
)
def test_how_far_a_request_is(client: Any, stubber: Stubber, status: str, over: bool, succeeded: bool) -> None:
    details = {
        "MultiRegionAccessPointDetails": {"Regions": [{"Name": "us-east-1", "RequestStatus": status}]},
        "ErrorDetails": {"Code": "NoSuchBucket", "Message": "gone"},
    }
    found = {"RequestTokenARN": REQUEST, "RequestStatus": status, "ResponseDetails": details}
    sent = {"AccountId": ACCOUNT, "RequestTokenARN": REQUEST}
    stubber.add_response("describe_multi_region_access_point_operation", {"AsyncOperation": found}, sent)
    operation = mrap.describe_operation(client, ACCOUNT, REQUEST)
    assert (operation.over, operation.succeeded) == (over, succeeded)
    assert operation.error == "NoSuchBucket: gone"
    assert mrap.in_words(operation.regions) == f"us-east-1 {status}"


def test_lists_are_read_to_their_end(client: Any, stubber: Stubber) -> None:
    operation = "list_multi_region_access_points"
    stubber.add_response(operation, {"AccessPoints": [{"Name": "one"}], "NextToken": "n"}, {"AccountId": ACCOUNT})
    stubber.add_response(operation, {"AccessPoints": [{"Name": "two"}]}, {"AccountId": ACCOUNT, "NextToken": "n"})
    assert [one.name for one in mrap.list_access_points(client, ACCOUNT)] == ["one", "two"]


def test_policies(client: Any, stubber: Stubber) -> None:
    operation, sent = "get_multi_region_access_point_policy", {"AccountId": ACCOUNT, "Name": "invoices"}
    held = {"Established": {"Policy": '{"Statement": []}'}, "Proposed": {"Policy": '{"Statement": [1]}'}}
    stubber.add_response(operation, {"Policy": held}, sent)
    stubber.add_response(operation, {"Policy": {}}, sent)
    stubber.add_client_error(operation, "NoSuchMultiRegionAccessPointPolicy", http_status_code=404)
    found = [mrap.get_policies(client, ACCOUNT, "invoices") for _time in range(3)]
    assert found == [Policies({"Statement": []}, {"Statement": [1]}), Policies(), Policies()]
    operation = "get_multi_region_access_point_policy_status"
    stubber.add_response(operation, {"Established": {"IsPublic": True}}, sent)
    stubber.add_response(operation, {}, sent)
    stubber.add_client_error(operation, "NoSuchMultiRegionAccessPointPolicy", http_status_code=404)
    assert [mrap.is_public(client, ACCOUNT, "invoices") for _time in range(3)] == [True, False, False]


def test_routes_go_by_bucket_alone_and_whole(client: Any, stubber: Stubber) -> None:
    sent = {"AccountId": ACCOUNT, "Mrap": ARN}
    wire = [{"Bucket": one.bucket, "Region": one.region, "TrafficDialPercentage": one.dial} for one in ROUTES]
    stubber.add_response("get_multi_region_access_point_routes", {"Mrap": ARN, "Routes": wire}, sent)
    assert mrap.get_routes(client, ACCOUNT, ARN) == ROUTES
    updates = [{"Bucket": "b-east", "TrafficDialPercentage": 0}, {"Bucket": "b-west", "TrafficDialPercentage": 100}]
    stubber.add_response("submit_multi_region_access_point_routes", {}, {**sent, "RouteUpdates": updates})
    mrap.submit_routes(client, ACCOUNT, ARN, ROUTES)


def test_what_goes_over_the_wire_has_no_region(client: Any) -> None:
    sent: list[AWSRequest] = []

    def keep(request: AWSRequest, **_unused: Any) -> None:
        sent.append(request)
        raise ValueError

    client.meta.events.register("before-send.s3-control", keep)
    with pytest.raises(ValueError):
        mrap.submit_routes(client, ACCOUNT, ARN, ROUTES)
    (request,) = sent
    assert request.method == "PATCH" and request.url.startswith(
        f"https://{ACCOUNT}.s3-control.us-west-2.amazonaws.com/"
    )
    assert request.url.endswith(
        "/mrap/instances/arn%3Aaws%3As3%3A%3A111122223333%3Aaccesspoint/mfzwi23gnjvgw.mrap/routes"
    )
    assert b"Region>" not in request.body and request.body.count(b"<Bucket>") == 2


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("NoSuchMultiRegionAccessPoint", 404, MissingError),
        ("Whatever", 409, ConflictError),
        ("OperationAborted", 409, ConflictError),
        ("AccessDenied", 403, AccessDeniedError),
        ("SlowDown", 503, ThrottledError),
        ("InvalidRequest", 400, AwsError),
    ],
)
def test_errors_are_told_apart(client: Any, stubber: Stubber, code: str, status: int, kind: type[AwsError]) -> None:
    stubber.add_client_error("submit_multi_region_access_point_routes", code, http_status_code=status)
    with pytest.raises(AwsError) as raised:
        mrap.submit_routes(client, ACCOUNT, ARN, ROUTES)
    assert raised.value.__class__ is kind and raised.value.status == status
    assert raised.value.message.startswith(f"Could not submit the routes of {ARN}: {code}")
    if kind is AccessDeniedError:
        assert raised.value.details["permission"] == "s3:SubmitMultiRegionAccessPointRoutes"


def test_a_missing_one_is_missing(client: Any, stubber: Stubber) -> None:
    stubber.add_client_error("get_multi_region_access_point", "NoSuchMultiRegionAccessPoint", http_status_code=404)
    with pytest.raises(MissingError):
        mrap.get_access_point(client, ACCOUNT, "invoices")
    stubber.add_response("get_multi_region_access_point", {"AccessPoint": {"Name": "invoices", "Status": "READY"}})
    assert mrap.get_access_point(client, ACCOUNT, "invoices").status == "READY"
