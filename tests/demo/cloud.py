# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo does and looks at through plain boto3, never through the collection."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

THREADS = 16
DENY = "BrokenByTheDemo"


@dataclass(frozen=True)
class Pair:
    """A source and a destination bucket, each with its Region."""

    source: str
    source_region: str
    destination: str
    destination_region: str


@dataclass(frozen=True)
class Version:
    """One version of an object. Equal on both sides when it is replicated; a marker has neither ETag nor size."""

    key: str
    version_id: str
    etag: str
    size: int
    is_marker: bool
    is_latest: bool


@cache
def client(service: str, region: str) -> Any:
    """A boto3 client, made once."""
    make: Any = boto3.client
    return make(service, region_name=region, config=Config(max_pool_connections=THREADS))


def control(method: str, url: str, body: Mapping[str, Any] | None = None) -> None:
    """Ask the lab itself for something."""
    data = json.dumps(body or {}).encode()
    request = urllib.request.Request(url, method=method, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120):
        pass


def make_bucket(bucket: str, region: str) -> None:
    """The source bucket, as a user would have one already."""
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client("s3", region).create_bucket(Bucket=bucket, **place)


def write(bucket: str, region: str, keys: list[str]) -> list[str]:
    """Put one object a key; gives the version ids in the order of the keys."""
    s3 = client("s3", region)

    def put(key: str) -> str:
        body = f"{bucket} {key}".encode()
        version: str = s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata={"written-by": "demo"})["VersionId"]
        return version

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(put, keys))


def deny(pair: Pair, role: str, prefix: str) -> None:
    """Add a statement to the destination's policy that keeps the replication role from writing below the prefix."""
    statement = {
        "Sid": DENY,
        "Effect": "Deny",
        "Principal": {"AWS": role},
        "Action": ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
        "Resource": f"arn:aws:s3:::{pair.destination}/{prefix}*",
    }
    _change_policy(pair, lambda statements: [*statements, statement])


def allow_again(pair: Pair) -> None:
    """Take that statement out again."""
    _change_policy(pair, lambda statements: [said for said in statements if said.get("Sid") != DENY])


def _change_policy(pair: Pair, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    s3 = client("s3", pair.destination_region)
    policy = json.loads(s3.get_bucket_policy(Bucket=pair.destination)["Policy"])
    policy["Statement"] = change(policy["Statement"])
    s3.put_bucket_policy(Bucket=pair.destination, Policy=json.dumps(policy))


def versions(bucket: str, region: str) -> set[Version]:
    """Every version and delete marker of a bucket."""
    return set(_versions(bucket, region))


def _versions(bucket: str, region: str) -> Iterator[Version]:
    for page in client("s3", region).get_paginator("list_object_versions").paginate(Bucket=bucket):
        for entry in page.get("Versions", []):
            yield Version(entry["Key"], entry["VersionId"], entry["ETag"], entry["Size"], False, entry["IsLatest"])
        for entry in page.get("DeleteMarkers", []):
            yield Version(entry["Key"], entry["VersionId"], "", 0, True, entry["IsLatest"])


def statuses(bucket: str, region: str) -> Counter[str]:
    """Count the replication statuses that S3 tells for the object versions of a bucket."""
    s3 = client("s3", region)
    objects = [version for version in versions(bucket, region) if not version.is_marker]

    def status(version: Version) -> str:
        head = s3.head_object(Bucket=bucket, Key=version.key, VersionId=version.version_id)
        return str(head.get("ReplicationStatus", "none"))

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(status, objects))


def queue_depth(queue: str, region: str) -> int:
    """How many messages wait in a queue."""
    sqs = client("sqs", region)
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    names = ["ApproximateNumberOfMessages"]
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"][names[0]])


def ledger_items(table: str, region: str) -> int:
    """How many items of failure records the ledger holds, by a scan of the whole table."""
    pages = client("dynamodb", region).get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return sum(1 for page in pages for item in page["Items"] if item["pk"]["S"] != "#rules")
