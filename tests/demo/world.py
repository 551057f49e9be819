# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's own look at AWS, through plain boto3: it shares nothing with the collection that it shows."""

from __future__ import annotations

import functools
import json
import os
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

DENY_SID = "ForgottenByASecurityReview"
_THREADS = 8


@dataclass(frozen=True)
class Pair:
    """One source and one destination bucket with their Regions."""

    source: str
    source_region: str
    destination: str
    destination_region: str


@functools.cache
def client(service: str, region: str) -> Any:
    """A boto3 client, made once."""
    return boto3.client(service, region_name=region, config=Config(max_pool_connections=_THREADS))


def create_source(pair: Pair) -> None:
    """The bucket that is there before anybody thinks of disaster recovery."""
    where = {} if pair.source_region == "us-east-1" else {"LocationConstraint": pair.source_region}
    extra = {"CreateBucketConfiguration": where} if where else {}
    client("s3", pair.source_region).create_bucket(Bucket=pair.source, **extra)


def put_all(pair: Pair, keys: list[str]) -> None:
    """Write an object under each key, several at once."""
    s3 = client("s3", pair.source_region)

    def put(key: str) -> None:
        s3.put_object(Bucket=pair.source, Key=key, Body=f"content of {key}".encode())

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(put, keys))


def deny(pair: Pair, role: str, prefix: str) -> None:
    """Add a statement to the destination's policy that denies the replication role part of the objects."""
    s3 = client("s3", pair.destination_region)
    policy = _policy(s3, pair.destination)
    statement = {
        "Sid": DENY_SID,
        "Effect": "Deny",
        "Principal": {"AWS": role},
        "Action": "s3:ReplicateObject",
        "Resource": f"arn:aws:s3:::{pair.destination}/{prefix}*",
    }
    policy["Statement"].append(statement)
    s3.put_bucket_policy(Bucket=pair.destination, Policy=json.dumps(policy))


def allow_again(pair: Pair) -> None:
    """Take that statement out again."""
    s3 = client("s3", pair.destination_region)
    policy = _policy(s3, pair.destination)
    policy["Statement"] = [entry for entry in policy["Statement"] if entry.get("Sid") != DENY_SID]
    if policy["Statement"]:
        s3.put_bucket_policy(Bucket=pair.destination, Policy=json.dumps(policy))
    else:
        s3.delete_bucket_policy(Bucket=pair.destination)


def _policy(s3: Any, bucket: str) -> dict[str, Any]:
    try:
        policy: dict[str, Any] = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        policy = {"Version": "2012-10-17", "Statement": []}
    return policy


def versions(bucket: str, region: str) -> dict[tuple[str, str], tuple[str, int, bool]]:
    """All versions and delete markers: (key, version id) to (ETag, size, is it the latest)."""
    found: dict[tuple[str, str], tuple[str, int, bool]] = {}
    pages = client("s3", region).get_paginator("list_object_versions").paginate(Bucket=bucket)
    for page in pages:
        for entry in page.get("Versions", []):
            found[entry["Key"], entry["VersionId"]] = (entry["ETag"], entry["Size"], entry["IsLatest"])
        for entry in page.get("DeleteMarkers", []):
            found[entry["Key"], entry["VersionId"]] = ("delete marker", 0, entry["IsLatest"])
    return found


def delete_versions(pair: Pair, keys: list[str]) -> None:
    """Delete objects at the source for good, by version id, as somebody tidying up would."""
    s3 = client("s3", pair.source_region)
    for key, version_id in versions(pair.source, pair.source_region):
        if key in keys:
            s3.delete_object(Bucket=pair.source, Key=key, VersionId=version_id)


def replication_role(pair: Pair) -> str:
    """The role that the source's replication configuration names."""
    answer = client("s3", pair.source_region).get_bucket_replication(Bucket=pair.source)
    return str(answer["ReplicationConfiguration"]["Role"])


def waiting_messages(region: str, queue: str) -> int:
    """How many messages a queue holds, visible and in flight."""
    sqs = client("sqs", region)
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)


def ledger_items(region: str, table: str) -> Iterator[dict[str, Any]]:
    """Every item of the ledger that belongs to a failure record, by a plain scan."""
    for page in client("dynamodb", region).get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            if item["pk"]["S"] != "#rules":
                yield item


def failure_events(region: str, table: str) -> list[dict[str, Any]]:
    """The ledger's items that stand for a failure; others note what jobs did."""
    return [item for item in ledger_items(region, table) if "reason" in item]


def wait_for_replication() -> None:
    """Wait until the lab has nothing left to replicate (on AWS this takes seconds to minutes)."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"{os.environ['LAB_CONTROL_URL']}/replication/idle", method="POST", data=b"{}")
    opener.open(request, timeout=300).close()
