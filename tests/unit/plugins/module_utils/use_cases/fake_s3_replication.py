# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3's replication calls in memory, with errors on demand and a clock that only sleeping moves."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

Raw = dict[str, Any]


def client_error(code: str, message: str = "No", status: int = 400) -> ClientError:
    """What boto3 raises."""
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Operation")


def unreachable() -> EndpointConnectionError:
    """What botocore raises when a Region is down."""
    return EndpointConnectionError(endpoint_url="https://s3.eu-west-1.amazonaws.com")


class Clock:
    """Time in seconds; somebody may act at a moment."""

    def __init__(self) -> None:
        self.time = 0.0
        self.planned: list[tuple[float, Callable[[], None]]] = []

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        for moment, act in list(self.planned):
            if moment <= self.time:
                self.planned.remove((moment, act))
                act()

    def patience(self, timeout: float = 20, delay: float = 2) -> Patience:
        return Patience(timeout, delay, lambda: self.time, self.sleep)


@dataclass
class FakeBucket:
    """A bucket. ``owner``: the account it belongs to."""

    region: str = "us-east-1"
    versioning: str = "Enabled"
    owner: str = "111122223333"
    replication: Raw | None = None


@dataclass
class FakeS3:
    """``errors[operation]`` are raised by its next calls, one each (None: works); ``calls`` counts what was asked."""

    buckets: dict[str, FakeBucket] = field(default_factory=dict)
    errors: dict[str, list[Exception | None]] = field(default_factory=lambda: defaultdict(list))
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    stale: list[Raw | None] = field(default_factory=list)

    def _called(self, operation: str, bucket: str) -> FakeBucket:
        self.calls[operation] += 1
        waiting = self.errors[operation] or self.errors[f"{operation} {bucket}"]
        error = waiting.pop(0) if waiting else None
        if error is not None:
            raise error
        if bucket not in self.buckets:
            code = "404" if operation == "head" else "NoSuchBucket"
            raise client_error(code, "The specified bucket does not exist", 404)
        return self.buckets[bucket]

    def get_bucket_replication(self, Bucket: str) -> Raw:  # noqa: N803
        found = self._called("get", Bucket).replication
        if self.stale:
            found = self.stale.pop(0)
        if found is None:
            raise client_error("ReplicationConfigurationNotFoundError", "Not found", 404)
        return {"ReplicationConfiguration": copy.deepcopy(found)}

    def put_bucket_replication(self, Bucket: str, ReplicationConfiguration: Raw) -> Raw:  # noqa: N803
        self._called("put", Bucket).replication = copy.deepcopy(ReplicationConfiguration)
        return {}

    def delete_bucket_replication(self, Bucket: str) -> Raw:  # noqa: N803
        self._called("delete", Bucket).replication = None
        return {}

    def get_bucket_versioning(self, Bucket: str) -> Raw:  # noqa: N803
        status = self._called("versioning", Bucket).versioning
        return {"Status": status} if status else {}

    def head_bucket(self, Bucket: str, ExpectedBucketOwner: str | None = None) -> Raw:  # noqa: N803
        bucket = self._called("head", Bucket)
        if ExpectedBucketOwner not in (None, bucket.owner):
            raise client_error("403", "Forbidden", 403)
        return {"BucketRegion": bucket.region}

    def get_paginator(self, operation: str) -> FakeS3:
        assert operation == "list_buckets"
        return self

    def paginate(self, PaginationConfig: Raw, BucketRegion: str | None = None) -> list[Raw]:  # noqa: N803
        """Two pages, to see that both are read."""
        self.calls["list"] += 1
        assert PaginationConfig["PageSize"], "without a page size S3 does not tell Regions"
        found = [
            {"Name": name, "BucketRegion": bucket.region}
            for name, bucket in self.buckets.items()
            if BucketRegion in (None, bucket.region)
        ]
        return [{"Buckets": found[:1]}, {"Buckets": found[1:]}]
