# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.inspect_pairs import inspect_pairs

ACCOUNT = "111122223333"
PAIR = {
    "source": {"bucket": "invoices", "region": "us-east-1"},
    "destination": {"bucket": "invoices-dr", "region": "eu-west-1"},
}


def refusal(code: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "X")  # type: ignore[arg-type]


class FakeS3:
    """The buckets of one world, seen from any Region. An exception in place of a Region is raised by HeadBucket."""

    def __init__(self, **regions: Any) -> None:
        self.regions = {name.replace("_", "-"): region for name, region in regions.items()}
        self.asked: list[str] = []
        self.broken: ClientError | None = None

    def head_bucket(self, Bucket: str, ExpectedBucketOwner: str) -> dict[str, Any]:  # noqa: N803
        assert ExpectedBucketOwner == ACCOUNT
        self.asked.append(Bucket)
        region = self.regions.get(Bucket, refusal("404", 404))
        if isinstance(region, ClientError):
            raise region
        return {"BucketRegion": region}

    def get_bucket_location(self, Bucket: str) -> dict[str, Any]:  # noqa: N803
        return {"LocationConstraint": "EU"}

    def get_bucket_versioning(self, Bucket: str) -> dict[str, Any]:  # noqa: N803
        if self.broken:
            raise self.broken
        return {"Status": "Enabled"} if Bucket == "invoices" else {}

    def get_object_lock_configuration(self, Bucket: str) -> dict[str, Any]:  # noqa: N803
        raise refusal("ObjectLockConfigurationNotFoundError", 404)

    def get_bucket_replication(self, Bucket: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == "invoices", "a destination's rules are nobody's business here"
        return {"ReplicationConfiguration": {"Role": "arn:role", "Rules": [{"ID": "a"}]}}


def look(s3: FakeS3, *pairs: dict[str, Any]) -> Any:
    return inspect_pairs(lambda region: s3, ACCOUNT, pairs or (PAIR,), 4).results


def test_every_bucket_is_looked_at_once_and_told() -> None:
    s3 = FakeS3(invoices="us-east-1", invoices_dr="eu-west-1", archive="eu-west-1")
    second = {**PAIR, "destination": {"bucket": "archive", "region": "eu-west-1"}}
    found = look(s3, PAIR, second)
    assert sorted(s3.asked) == ["archive", "invoices", "invoices-dr"]
    assert found["problems"] == []
    source = found["pairs"][0]["source"]
    assert (source["versioning"], source["replication_role"], source["rule_ids"]) == ("enabled", "arn:role", ["a"])
    destination = found["pairs"][0]["destination"]
    assert (destination["versioning"], destination["object_lock"]) == ("off", False)


def test_not_there_and_not_yours_are_two_answers() -> None:
    found = look(FakeS3(invoices="us-east-1"))
    assert found["problems"] == []
    assert not found["pairs"][0]["destination"]["exists"]
    found = look(FakeS3(invoices="us-east-1", invoices_dr=refusal("403", 403)))
    assert "belongs to another account" in found["problems"][0]
    destination = found["pairs"][0]["destination"]
    assert (destination["exists"], destination["accessible"]) == (True, False)


def test_a_bare_redirect_is_followed_to_the_buckets_region() -> None:
    found = look(FakeS3(invoices=refusal("301", 301), invoices_dr="eu-west-1"))
    assert found["problems"] == ["the source bucket invoices is in eu-west-1, not in us-east-1; correct source.region"]


def test_what_can_not_be_read_is_an_error_not_an_answer() -> None:
    s3 = FakeS3(invoices="us-east-1", invoices_dr="eu-west-1")
    s3.broken = refusal("AccessDenied", 403)
    with pytest.raises(AwsError, match="s3:GetBucketVersioning"):
        look(s3)
    with pytest.raises(AwsError):
        look(FakeS3(invoices=refusal("500", 500), invoices_dr="eu-west-1"))


def test_no_legal_pair_is_told_without_asking_aws() -> None:
    s3 = FakeS3()
    found = look(s3, {"source": {"bucket": "X", "region": "y"}, "destination": {}})
    assert s3.asked == []
    assert found["buckets"] == []
    assert len(found["problems"]) >= 3
