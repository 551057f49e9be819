# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarting 10,000 items by copies in place, beside a loop that takes one item at a time: head, copy, update.

The lab answers S3's calls 150 ms later, as S3 does ("consistent small object latencies of roughly 100-200
milliseconds", S3 User Guide, "Performance guidelines"). Without that the machine's cores, which lab and clients share,
are all that is measured; that is told too, of fewer items. The loop is measured on a sample, and told per item. Memory
is the peak beyond what the process had before. Run it as
``tests/lab/with-lab python tests/bench/bench_workload_reconcile.py [ITEMS [DELAY]]``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import verdict
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".build" / "collections"))

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import SLOWING_DOWN, Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import Due, Layout
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile import reconcile
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import COPY, Task

REGION, BUCKET = "eu-west-1", "standby"
ASKED = 10.0
CONCURRENCY = 64
SAMPLE, FEWER = 100, 1000


def client(service: str) -> Any:
    """A bare client with connections enough for the threads that fill a bucket."""
    return boto3.client(service, region_name=REGION, config=Config(max_pool_connections=32))


def fill(table: str, items: int) -> None:
    """Upload the objects of a table of unfinished work, and write the table."""
    s3, dynamodb = client("s3"), client("dynamodb")
    dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    keys = [f"{table}/{number:07}" for number in range(items)]
    started = {"S": datetime(2026, 1, 1, tzinfo=UTC).isoformat()}

    def write(start: int) -> None:
        named = keys[start : start + 25]
        wires = [{"key": {"S": key}, "status": {"S": "STARTED"}, "started": started} for key in named]
        dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": wire}} for wire in wires]})

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=BUCKET, Key=key, Body=b"x", Metadata={"m": "1"}), keys))
        list(pool.map(write, range(0, items, 25)))


def loop(table: str) -> int:
    """The peer: what a first script for this job looks like. Gives the number of items."""
    s3, dynamodb = client("s3"), client("dynamodb")
    number = 0
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            key = item["key"]["S"]
            head = s3.head_object(Bucket=BUCKET, Key=key)
            kept = {"Metadata": head["Metadata"], "ContentType": head["ContentType"]}
            source = {"Bucket": BUCKET, "Key": key}
            s3.copy_object(Bucket=BUCKET, Key=key, CopySource=source, MetadataDirective="REPLACE", **kept)
            dynamodb.update_item(
                TableName=table,
                Key={"key": {"S": key}},
                UpdateExpression="SET restarted = :now",
                ExpressionAttributeValues={":now": {"S": datetime.now(UTC).isoformat()}},
            )
            number += 1
    return number


def restart(table: str) -> None:
    """Restart the items of the table in this process; print seconds, items and the growth of memory in MiB."""
    clients = Clients(boto3.session.Session(), REGION, CONCURRENCY, SLOWING_DOWN)
    due = Due(("STARTED",), started_before=datetime.now(UTC))
    task = Task(table, Layout(start=("started",)), due, COPY, bucket=BUCKET)
    for service in ("s3", "dynamodb"):
        clients.get(service)
    before = peak()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        outcome = reconcile(Access(clients.get, "", folder, concurrency=CONCURRENCY), task, Progress())
        took = time.perf_counter() - began
    print(json.dumps([took, outcome.results["counts"]["restarted"], peak() - before]))


def peak() -> float:
    """The peak of this process's memory in MiB; ru_maxrss would tell the parent's where that was higher."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measured(table: str, items: int) -> tuple[float, float]:
    """Give seconds an item and MiB of a run in a process of its own; ends the benchmark when any item is missing."""
    command = [sys.executable, __file__, "--restart", table]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=1800)
    took, restarted, grown = json.loads(done.stdout)
    if restarted != items:
        sys.exit(f"{restarted} of {items} items were restarted")
    return took / items, grown


def looped(table: str) -> float:
    """Give seconds an item of the loop."""
    began = time.perf_counter()
    number = loop(table)
    return (time.perf_counter() - began) / number


def delay(seconds: float) -> None:
    """Let S3 answer later from now on, or at once."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    control = os.environ["LAB_CONTROL_URL"] + "/faults"
    opener.open(urllib.request.Request(control, method="DELETE"), timeout=60).close()
    if seconds:
        body = json.dumps({"kind": "delay", "service": "s3", "delay": seconds}).encode()
        opener.open(urllib.request.Request(control, body, method="POST"), timeout=60).close()


def main() -> None:
    """Measure both, print the table and whether the figure was reached."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    later = float(sys.argv[2]) if len(sys.argv) > 2 else 0.15
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for table, number in (("sample", SAMPLE), ("all", items), ("sample-0", FEWER), ("fewer", FEWER)):
        fill(table, number)
    print(f"{'':42}{'items':>8}{'ms an item':>12}{'an hour':>12}{'MiB':>8}")
    delay(later)
    one = looped("sample")
    each, grown = measured("all", items)
    delay(0)
    bare_one, (bare_each, bare_grown) = looped("sample-0"), measured("fewer", FEWER)
    for what, number, took, memory in (
        (f"loop, S3 answers after {later * 1000:.0f} ms", SAMPLE, one, ""),
        ("workload_reconcile, the same", items, each, f"{grown:.0f}"),
        ("loop, S3 answers at once", FEWER, bare_one, ""),
        ("workload_reconcile, the same", FEWER, bare_each, f"{bare_grown:.0f}"),
    ):
        print(f"{what:42}{number:8}{took * 1000:12.2f}{3600 / took:12.0f}{memory:>8}")
    print(f"ratio {one / each:.1f} times as fast ({verdict.at_least(one / each, ASKED)})")
    print(f"ratio {bare_one / bare_each:.1f} where the machine's cores are all that takes time")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--restart"]:
        restart(sys.argv[2])
    else:
        main()
