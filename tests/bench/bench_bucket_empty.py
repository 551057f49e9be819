# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emptying a bucket of 20,000 versions, beside the loop that most tools have: list a page, delete a page, once more.

``amazon.aws.s3_bucket`` with ``force: true`` is such a loop, with one DeleteObjects at a time. The lab answers each
DeleteObjects later, as on AWS, where a batch of 1,000 takes about a second; without a delay the machine's cores are all
that is measured. Memory is the peak beyond what the process had before. Run it as
``tests/lab/with-lab python tests/bench/bench_bucket_empty.py [VERSIONS [DELAY]]``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import verdict
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".build" / "collections"))

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.empty_bucket import Task, empty_bucket

ACCOUNT, REGION = "111122223333", "us-east-1"
ASKED_RATIO = 3.0
ASKED_MEMORY = 60.0


def client() -> Any:
    """A bare client with connections enough for the threads that fill a bucket."""
    return boto3.client("s3", region_name=REGION, config=Config(max_pool_connections=32))


def fill(bucket: str, versions: int) -> None:
    """Make a versioned bucket with ten versions of each key."""
    s3 = client()
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    with ThreadPoolExecutor(16) as pool:
        for _put in pool.map(
            lambda n: s3.put_object(Bucket=bucket, Key=f"key/{n // 10:07}", Body=b""), range(versions)
        ):
            pass


def control(path: str, body: dict[str, Any]) -> None:
    """Tell the lab something."""
    request = urllib.request.Request(os.environ["LAB_CONTROL_URL"] + path, json.dumps(body).encode(), method="POST")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60).close()


def loop(bucket: str) -> None:
    """The peer: page by page, one call at a time."""
    s3 = client()
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        named = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
        if named:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": named, "Quiet": True})


def ours(bucket: str) -> None:
    """What ``bucket_empty`` does."""
    clients = Clients(boto3.session.Session(), REGION, 16)
    empty_bucket(Access(clients.get, ACCOUNT, ""), Task(bucket, bucket))


def measured(name: str, bucket: str) -> tuple[float, float]:
    """Seconds and MiB of one way in a process of its own."""
    command = [sys.executable, __file__, "--one", name, bucket]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=3600)
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def one(name: str, bucket: str) -> None:
    """Run one way and print what it took."""
    client().list_buckets()
    before, began = peak(), time.monotonic()
    {"loop": loop, "ours": ours}[name](bucket)
    print(time.monotonic() - began, peak() - before)


def peak() -> float:
    """The peak of this process's memory in MiB; ru_maxrss would tell the parent's where that was higher."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    """Fill two buckets, empty each in one way, compare."""
    versions = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    delay = float(sys.argv[2]) if len(sys.argv) > 2 else 0.7
    names = ("loop", "ours")
    for name in names:
        fill(f"bench-{name}", versions)
    control("/faults", {"kind": "delay", "service": "s3", "operation": "DeleteObjects", "delay": delay})
    print(f"{versions} versions, each DeleteObjects answered {delay:g} s later")
    print("| way | seconds | versions/s | MiB |\n| --- | --- | --- | --- |")
    took = {}
    for name in names:
        took[name] = measured(name, f"bench-{name}")
        seconds, memory = took[name]
        print(f"| {name} | {seconds:.1f} | {versions / seconds:.0f} | {memory:.0f} |", flush=True)
        left = client().list_object_versions(Bucket=f"bench-{name}", MaxKeys=1)
        assert not left.get("Versions") and not left.get("DeleteMarkers")
    ratio = took["loop"][0] / took["ours"][0]
    print(f"{ratio:.1f} times as fast as the loop ({verdict.at_least(ratio, ASKED_RATIO)})")
    print(f"{took['ours'][1]:.0f} MiB ({verdict.at_most(took['ours'][1], ASKED_MEMORY)})")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(*sys.argv[2:4])
    else:
        main()
