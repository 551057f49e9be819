# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versioned buckets in memory that replicate by a clock which only sleeping moves. Regions can go down."""

from __future__ import annotations

import io
import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_cloudwatch import FakeClients
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_s3_replication import (
    client_error,
    unreachable,
)

Raw = dict[str, Any]
START = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
HOME, AWAY = "us-east-1", "eu-west-1"
OWNER = "111122223333"


@dataclass
class FakeVersion:
    """A version. ``due``: when its replica is at each destination (None: never)."""

    key: str
    version_id: str
    written: float
    body: bytes = b""
    tags: str = ""
    kms_key: str | None = None
    due: dict[str, float | None] = field(default_factory=dict)
    failed: float | None = None
    lock: str = ""
    marker: bool = False


@dataclass
class FakeBucket:
    """A bucket. ``delay``: seconds until its objects are at a destination; None: S3 gives up; missing: at once.

    ``keeps``: the mode of Object Lock that its versions get; ``stays``: the replication status that they never leave.
    """

    region: str
    rules: list[Raw] = field(default_factory=list)
    versions: list[FakeVersion] = field(default_factory=list)
    delay: dict[str, float | None] = field(default_factory=dict)
    encryption: str = "AES256"
    versioning: str = "Enabled"
    retention: bool = False
    keeps: str = ""
    stays: str = ""
    owner: str = OWNER


class World:
    """All of S3. ``down``: Regions; ``denied``: (operation, bucket); ``planned``: what happens when.

    ``after_get``: what happens after each GetObject.
    """

    def __init__(self) -> None:
        self.time = 0.0
        self.buckets: dict[str, FakeBucket] = {}
        self.down: set[str] = set()
        self.denied: set[tuple[str, str]] = set()
        self.planned: list[tuple[float, Callable[[], Any]]] = []
        self.after_get: list[Callable[[], Any] | None] = []
        self.calls: dict[str, int] = defaultdict(int)
        self.log: list[tuple[str, str]] = []
        self._numbers = itertools.count(1)
        world = self

        class Made(dict[tuple[str, str | None], Any]):
            def __missing__(self, place: tuple[str, str | None]) -> Any:
                service, region = place
                if service == "sts":
                    return SimpleNamespace(
                        get_caller_identity=lambda: {"Account": OWNER, "Arn": "arn:aws:iam::1:user/u"}
                    )
                return FakeClient(world, region or AWAY)

        self.clients = FakeClients(Made())

    def now(self) -> datetime:
        return START + timedelta(seconds=self.time)

    def sleep(self, seconds: float) -> None:
        self.time += max(seconds, 0.001)
        for moment, act in list(self.planned):
            if moment <= self.time:
                self.planned.remove((moment, act))
                act()

    def patience(self, timeout: float = 60, delay: float = 1) -> Patience:
        return Patience(timeout, delay, lambda: self.time, self.sleep)

    def pair(self, source: str, destination: str, rule: str | None = None, **changes: Any) -> Raw:
        """Make both buckets, with a rule between them, and give the pair of a task."""
        self.buckets.setdefault(source, FakeBucket(HOME)).rules.append(
            {
                "ID": rule or f"to-{destination}",
                "Status": "Enabled",
                "Filter": {},
                "Priority": len(self.buckets[source].rules),
                "Destination": {"Bucket": f"arn:aws:s3:::{destination}"},
                **changes,
            }
        )
        self.buckets.setdefault(destination, FakeBucket(AWAY))
        return {
            "source": {"bucket": source, "region": HOME},
            "destination": {"bucket": destination, "region": self.buckets[destination].region},
        }

    def put(self, bucket: str, key: str, **changes: Any) -> FakeVersion:
        """Write a version, and decide when it will be where."""
        home = self.buckets[bucket]
        version = FakeVersion(key, f"v{next(self._numbers)}", self.time, lock=home.keeps, **changes)
        for rule in home.rules:
            chosen = rule["Filter"].get("And") or rule["Filter"]
            if rule["Status"] != "Enabled" or not key.startswith(chosen.get("Prefix") or ""):
                continue
            destination = rule["Destination"]["Bucket"].rpartition(":")[2]
            delay = home.delay.get(destination, 0)
            version.due[destination] = None if delay is None else self.time + delay
            if delay is None:
                version.failed = self.time + 1
        home.versions.append(version)
        return version

    def replicate(self) -> None:
        """Let everything arrive that is due."""
        for bucket in list(self.buckets.values()):
            for version in list(bucket.versions):
                for destination, due in list(version.due.items()):
                    if due is not None and due <= self.time and destination in self.buckets:
                        away = self.buckets[destination]
                        away.versions.append(FakeVersion(version.key, version.version_id, self.time, lock=away.keeps))
                        del version.due[destination]

    def left(self) -> list[tuple[str, str]]:
        """(bucket, key) of all versions."""
        self.replicate()
        return [(name, version.key) for name, bucket in self.buckets.items() for version in bucket.versions]


class FakeClient:
    """boto3's S3 client of one Region."""

    def __init__(self, world: World, region: str) -> None:
        self.world, self.region = world, region

    def _called(self, operation: str, bucket: str, owner: str | None = None) -> FakeBucket:
        self.world.calls[operation] += 1
        self.world.log.append((operation, bucket))
        self.world.replicate()
        found = self.world.buckets.get(bucket)
        if (found.region if found else self.region) in self.world.down:
            raise unreachable()
        if found is None:
            raise client_error("404" if operation == "head" else "NoSuchBucket", "Not there", 404)
        if (operation, bucket) in self.world.denied or owner not in (None, found.owner):
            raise client_error("AccessDenied", "Access Denied", 403)
        return found

    def list_buckets(self, MaxBuckets: int) -> Raw:  # noqa: N803
        self.world.calls["ask"] += 1
        if self.region in self.world.down:
            raise unreachable()
        raise client_error("AccessDenied", "No", 403)

    def get_bucket_replication(self, Bucket: str) -> Raw:  # noqa: N803
        found = self._called("rules", Bucket)
        if not found.rules:
            raise client_error("ReplicationConfigurationNotFoundError", "Not found", 404)
        return {"ReplicationConfiguration": {"Role": "role", "Rules": found.rules}}

    def get_object_lock_configuration(self, Bucket: str, ExpectedBucketOwner: str) -> Raw:  # noqa: N803
        if self._called("lock", Bucket, ExpectedBucketOwner).retention:
            return {"ObjectLockConfiguration": {"Rule": {"DefaultRetention": {"Days": 1}}}}
        raise client_error("ObjectLockConfigurationNotFoundError", "None", 404)

    def get_bucket_versioning(self, Bucket: str, ExpectedBucketOwner: str) -> Raw:  # noqa: N803
        return {"Status": self._called("versioning", Bucket, ExpectedBucketOwner).versioning}

    def put_object(self, Bucket: str, Key: str, Body: bytes, ExpectedBucketOwner: str, **more: Any) -> Raw:  # noqa: N803
        bucket = self._called("put", Bucket, ExpectedBucketOwner)
        present = [version for version in bucket.versions if version.key == Key]
        if ("IfNoneMatch" in more and present) or more.get("IfMatch", "") not in ("", *(v.version_id for v in present)):
            raise client_error("PreconditionFailed", "No", 412)
        kms = more.get("SSEKMSKeyId")
        version = self.world.put(Bucket, Key, body=Body, tags=more.get("Tagging", ""), kms_key=kms)
        return {"VersionId": version.version_id, "ServerSideEncryption": "aws:kms" if kms else bucket.encryption}

    def get_object(self, Bucket: str, Key: str, ExpectedBucketOwner: str) -> Raw:  # noqa: N803
        bucket = self._called("get", Bucket, ExpectedBucketOwner)
        present = [version for version in bucket.versions if version.key == Key]
        act = self.world.after_get.pop(0) if self.world.after_get else None
        if act:
            act()
        if not present:
            raise client_error("NoSuchKey", "None", 404)
        return {"Body": io.BytesIO(present[-1].body), "ETag": present[-1].version_id}

    def head_object(self, Bucket: str, Key: str, VersionId: str, ExpectedBucketOwner: str | None = None) -> Raw:  # noqa: N803
        bucket = self._called("head", Bucket, ExpectedBucketOwner)
        version = next((one for one in bucket.versions if (one.key, one.version_id) == (Key, VersionId)), None)
        if version is None:
            raise client_error("404", "Not Found", 404)
        locks = {"ObjectLockMode": version.lock, "ObjectLockRetainUntilDate": START} if version.lock else {}
        if version.failed is not None and version.failed <= self.world.time:
            return {"ReplicationStatus": "FAILED", **locks}
        if not bucket.rules:
            return locks
        return {"ReplicationStatus": bucket.stays or ("PENDING" if version.due else "COMPLETED"), **locks}

    def delete_object(self, Bucket: str, Key: str, VersionId: str, ExpectedBucketOwner: str) -> Raw:  # noqa: N803
        bucket = self._called("delete", Bucket, ExpectedBucketOwner)
        for version in list(bucket.versions):
            if (version.key, version.version_id) == (Key, VersionId):
                if version.lock:
                    raise client_error("AccessDenied", "Access Denied", 403)
                bucket.versions.remove(version)
        return {}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_object_versions"
        return SimpleNamespace(paginate=self._list)

    def _list(self, Bucket: str, ExpectedBucketOwner: str, Prefix: str, PaginationConfig: Raw) -> Any:  # noqa: N803
        bucket = self._called("list", Bucket, ExpectedBucketOwner)
        for version in [one for one in bucket.versions if one.key.startswith(Prefix)]:
            part = "DeleteMarkers" if version.marker else "Versions"
            yield {part: [{"Key": version.key, "VersionId": version.version_id}]}
