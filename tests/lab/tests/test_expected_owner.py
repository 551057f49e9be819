# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bucket owner condition (S3 User Guide, "Verifying bucket ownership with bucket owner condition")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

OURS, THEIRS = "111122223333", "444455556666"


def code_of(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**request)
    code: str = caught.value.response["Error"]["Code"]
    return code


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_a_bucket_of_another_account_than_expected_is_denied(
    client: Any, make_bucket: Callable[..., str], region: str
) -> None:
    s3, bucket = client("s3"), make_bucket("owned-by-us", region)
    away = client("s3", region)
    assert code_of(away.head_bucket, Bucket=bucket, ExpectedBucketOwner=THEIRS) == "403"
    assert code_of(s3.get_bucket_versioning, Bucket=bucket, ExpectedBucketOwner=THEIRS) == "AccessDenied"
    assert code_of(away.put_object, Bucket=bucket, Key="k", Body=b"", ExpectedBucketOwner=THEIRS) == "AccessDenied"
    assert "Contents" not in away.list_objects_v2(Bucket=bucket)


def test_the_owner_that_is_expected_changes_nothing(client: Any, make_bucket: Callable[..., str]) -> None:
    s3, bucket = client("s3"), make_bucket("owned-by-us")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ExpectedBucketOwner=OURS)
    assert s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=OURS)["BucketRegion"] == "us-east-1"
    assert code_of(s3.head_bucket, Bucket="not-there-at-all", ExpectedBucketOwner=OURS) == "404"


def _least(shape: Any) -> Any:
    """A value of a shape that boto3 lets pass."""
    if shape.type_name == "structure":
        wanted = shape.required_members or ([next(iter(shape.members))] if shape.is_tagged_union else [])
        return {name: _least(shape.members[name]) for name in wanted}
    values = {"list": [], "map": {}, "integer": 1, "long": 1, "boolean": True, "blob": b"", "timestamp": "2030-01-01"}
    return (
        values.get(shape.type_name)
        if shape.type_name in values
        else next(iter(shape.enum or ["x" * shape.metadata.get("min", 1)]))
    )


def _operations() -> list[str]:
    model = boto3.client("s3", region_name="us-east-1").meta.service_model
    return [
        name
        for name in model.operation_names
        if "ExpectedBucketOwner" in model.operation_model(name).input_shape.members
    ]


@pytest.mark.parametrize("operation", _operations())
def test_every_operation_asks(client: Any, make_bucket: Callable[..., str], operation: str) -> None:
    s3, bucket = client("s3"), make_bucket("owned-by-us")
    request = {**_least(s3.meta.service_model.operation_model(operation).input_shape), "Bucket": bucket}
    call = getattr(s3, xform_name(operation))
    assert code_of(call, **request, ExpectedBucketOwner=THEIRS) in ("AccessDenied", "403")


def test_an_expected_owner_is_an_account(client: Any, make_bucket: Callable[..., str]) -> None:
    request = {"Bucket": make_bucket("owned-by-us"), "ExpectedBucketOwner": "me"}
    assert code_of(client("s3").get_bucket_versioning, **request) == "InvalidBucketOwnerAWSAccountID"


def test_the_source_of_a_copy_has_an_expected_owner_too(client: Any, make_bucket: Callable[..., str]) -> None:
    s3, bucket = client("s3"), make_bucket("owned-by-us")
    s3.put_object(Bucket=bucket, Key="a/k", Body=b"x")
    copy = {"Bucket": bucket, "Key": "copy", "CopySource": {"Bucket": bucket, "Key": "a/k"}}
    assert code_of(s3.copy_object, **copy, ExpectedSourceBucketOwner=THEIRS) == "AccessDenied"
    s3.copy_object(**copy, ExpectedSourceBucketOwner=OURS)
