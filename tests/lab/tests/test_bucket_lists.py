# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ListBuckets (S3 API Reference)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from labclient import Clients

NAMES = ["aa-one", "bb-two", "bb-zwei", "cc-three"]


@pytest.fixture
def buckets(make_bucket: Callable[..., str]) -> list[str]:
    for name in reversed(NAMES):
        make_bucket(name, "eu-west-1" if name == "bb-two" else "us-east-1")
    return NAMES


def _names(answer: dict[str, Any]) -> list[str]:
    return [bucket["Name"] for bucket in answer["Buckets"]]


def test_without_parameters_all_in_order_and_no_region(client: Clients, buckets: list[str]) -> None:
    answer = client("s3").list_buckets()
    assert _names(answer) == buckets
    assert set(answer["Buckets"][0]) == {"Name", "CreationDate"}
    assert "ContinuationToken" not in answer


def test_pages_tell_the_region(client: Clients, buckets: list[str]) -> None:
    pages = [*client("s3").get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 3})]
    assert [_names(page) for page in pages] == [buckets[:3], buckets[3:]]
    assert [bucket["BucketRegion"] for bucket in pages[0]["Buckets"]] == ["us-east-1", "eu-west-1", "us-east-1"]
    assert pages[0]["ContinuationToken"] not in buckets, "a token is obfuscated"


@pytest.mark.parametrize(
    ("region", "asked", "expected"),
    [
        ("us-east-1", {"Prefix": "bb-"}, ["bb-two", "bb-zwei"]),
        ("us-east-1", {"BucketRegion": "us-east-1"}, ["aa-one", "bb-zwei", "cc-three"]),
        ("eu-west-1", {"BucketRegion": "eu-west-1", "Prefix": "b", "MaxBuckets": 1}, ["bb-two"]),
        ("us-west-2", {"BucketRegion": "us-west-2"}, []),
        ("us-east-1", {"MaxBuckets": 4}, NAMES),
    ],
)
def test_filters(client: Clients, buckets: list[str], region: str, asked: dict[str, Any], expected: list[str]) -> None:
    answer = client("s3", region).list_buckets(**asked)
    assert _names(answer) == expected
    assert answer.get("Prefix") == asked.get("Prefix")
    assert "ContinuationToken" not in answer


@pytest.mark.parametrize(
    "asked", [{"MaxBuckets": 10001}, {"BucketRegion": "eu-west-1"}, {"ContinuationToken": "no/token"}]
)
def test_refusals(client: Clients, asked: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as caught:
        client("s3").list_buckets(**asked)
    assert caught.value.response["Error"]["Code"] == "InvalidArgument"
