# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bucket owner condition (S3 User Guide, "Verifying bucket ownership with bucket owner condition")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
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


def test_the_source_of_a_copy_has_an_expected_owner_too(client: Any, make_bucket: Callable[..., str]) -> None:
    s3, bucket = client("s3"), make_bucket("owned-by-us")
    s3.put_object(Bucket=bucket, Key="a/k", Body=b"x")
    copy = {"Bucket": bucket, "Key": "copy", "CopySource": {"Bucket": bucket, "Key": "a/k"}}
    assert code_of(s3.copy_object, **copy, ExpectedSourceBucketOwner=THEIRS) == "AccessDenied"
    s3.copy_object(**copy, ExpectedSourceBucketOwner=OURS)
