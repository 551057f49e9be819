# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_fence import Task, fence
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error

US, EU = "us-east-1", "eu-west-1"
KEPT = {"Sid": "Reading", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


class FakePolicies:
    """S3's bucket policies of two Regions; ``down`` Regions do not answer, ``denied`` buckets are not to be changed."""

    def __init__(self) -> None:
        self.policies: dict[str, dict[str, Any]] = {}
        self.down: set[str] = set()
        self.denied: set[str] = set()
        self.asked: list[str] = []

    def client(self, region: str) -> Any:
        fake = self

        class Client:
            def _ask(self, call: str, bucket: str) -> None:
                fake.asked.append(f"{call} {bucket}")
                if region in fake.down:
                    raise EndpointConnectionError(endpoint_url=region)
                if call != "get" and bucket in fake.denied:
                    raise client_error("AccessDenied", call, status=403)

            def get_bucket_policy(self, Bucket: str) -> dict[str, Any]:  # noqa: N803
                self._ask("get", Bucket)
                if Bucket not in fake.policies:
                    raise client_error("NoSuchBucketPolicy", "GetBucketPolicy", status=404)
                return {"Policy": json.dumps(fake.policies[Bucket])}

            def put_bucket_policy(self, Bucket: str, Policy: str) -> None:  # noqa: N803
                self._ask("put", Bucket)
                fake.policies[Bucket] = json.loads(Policy)

            def delete_bucket_policy(self, Bucket: str) -> None:  # noqa: N803
                self._ask("delete", Bucket)
                del fake.policies[Bucket]

        return Client()


@pytest.fixture
def s3() -> FakePolicies:
    made = FakePolicies()
    made.policies["b-1"] = {"Version": "2012-10-17", "Statement": [KEPT]}
    return made


def task(present: bool = True, buckets: tuple[tuple[str, str], ...] = (("b-1", US), ("b-2", EU)), **more: Any) -> Task:
    return Task(buckets, present, "aws", **more)


def test_there_and_back_again(s3: FakePolicies) -> None:
    first = fence(s3.client, task())
    assert [one["status"] for one in first.results["buckets"]] == ["fenced", "fenced"]
    assert s3.policies["b-1"]["Statement"][0] == KEPT
    assert s3.policies["b-2"]["Statement"][0]["Sid"] == "AwsDrFence"
    assert not fence(s3.client, task()).changed
    assert fence(s3.client, task(present=False)).changed
    assert s3.policies == {"b-1": {"Version": "2012-10-17", "Statement": [KEPT]}}
    assert not fence(s3.client, task(present=False)).changed


def test_check_mode_predicts_and_writes_nothing(s3: FakePolicies) -> None:
    planned = fence(s3.client, task(check_mode=True))
    assert planned.changed
    assert [(one["status"], one["fenced"]) for one in planned.results["buckets"]] == [("planned", True)] * 2
    assert set(s3.policies) == {"b-1"}


def test_one_bucket_that_fails_stops_no_other(s3: FakePolicies) -> None:
    s3.denied = {"b-1"}
    with pytest.raises(ToldError, match=r"1 of 2 buckets were not fenced: b-1: .*s3:PutBucketPolicy") as told:
        fence(s3.client, task())
    assert [one["status"] for one in told.value.details["buckets"]] == ["failed", "fenced"]


def test_a_region_that_is_gone_is_told_and_asked_once(s3: FakePolicies) -> None:
    s3.down = {US}
    many = (("b-1", US), ("b-3", US), ("b-4", US), ("b-2", EU))
    with pytest.raises(ToldError, match="3 of 4"):
        fence(s3.client, task(buckets=many, concurrency=1))
    s3.asked.clear()
    outcome = fence(s3.client, task(buckets=many, concurrency=1, skip_unreachable=True))
    assert outcome.results["unreachable_buckets"] == ["b-1", "b-3", "b-4"]
    assert [one["fenced"] for one in outcome.results["buckets"]] == [None, None, None, True]
    assert len(outcome.warnings) == 3
    assert [call for call in s3.asked if call != "get b-2"] == ["get b-1"]


def test_a_policy_that_would_be_too_large_is_told(s3: FakePolicies) -> None:
    s3.policies["b-1"]["Statement"] = [
        {**KEPT, "Sid": f"S{number}", "Action": "s3:" + "x" * 1000} for number in range(20)
    ]
    with pytest.raises(ToldError, match="bytes, S3 takes 20480"):
        fence(s3.client, task())


def test_bad_input_is_refused_before_anything_is_asked(s3: FakePolicies) -> None:
    with pytest.raises(RefusedError) as told:
        fence(s3.client, task(buckets=(("b-1", US), ("b-1", US), ("No", US)), allowed=["me"]))
    assert len(told.value.problems) == 3
    with pytest.raises(RefusedError, match="name at least one"):
        fence(s3.client, task(buckets=()))
    assert s3.asked == []
