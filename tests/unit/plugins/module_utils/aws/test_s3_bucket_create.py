# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_bucket import create_bucket


class Client:
    """A client of a boto3 that knows these arguments of CreateBucket."""

    def __init__(self, *members: str) -> None:
        self.asked: list[dict[str, Any]] = []
        shape = SimpleNamespace(input_shape=SimpleNamespace(members=dict.fromkeys(members)))
        self.meta = SimpleNamespace(service_model=SimpleNamespace(operation_model=lambda _name: shape))

    def create_bucket(self, **asked: Any) -> None:
        self.asked.append(asked)


def test_an_old_boto3_is_told_before_a_bucket_of_the_accounts_own_namespace_is_made() -> None:
    old = Client("Bucket")
    with pytest.raises(AwsError) as told:
        create_bucket(old, "b", "eu-west-1", object_lock=False, enforced=False, account_regional=True)
    assert "BucketNamespace" in told.value.message and "auto_enroll_layers" in told.value.message
    assert old.asked == []
    create_bucket(old, "b", "eu-west-1", object_lock=False, enforced=False, account_regional=False)
    new = Client("Bucket", "BucketNamespace")
    create_bucket(new, "b", "us-east-1", object_lock=False, enforced=False, account_regional=True)
    assert new.asked == [{"Bucket": "b", "BucketNamespace": "account-regional"}]
