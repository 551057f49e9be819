# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Step of the failover runbook: lets clients write in the buckets of the target Region again.

Runs in Systems Manager Automation (aws:executeScript), so it needs nothing but Python and boto3. It takes the statement
out of the bucket policies that the module aws_dr.s3.bucket_fence puts in, and leaves all others.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

FENCE = "AwsDrFence"


def open_buckets(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Open all buckets of the target Region; raise with those that are not open in the end."""
    target = events["target_region"]
    client = _client(target)
    deadline = time.monotonic() + events["seconds"]
    left, opened, problems = list(events["buckets"].get(target, [])), [], {}
    while left:
        with ThreadPoolExecutor(max_workers=16) as pool:
            answers = dict(zip(left, pool.map(lambda bucket: _open(client, bucket), left), strict=True))
        opened += [bucket for bucket, answer in answers.items() if answer == "opened"]
        problems = {bucket: answer for bucket, answer in answers.items() if answer not in ("open", "opened")}
        left = [bucket for bucket, answer in answers.items() if answer != "open"]  # what was opened is read once more
        if left and time.monotonic() >= deadline:
            break
        if problems:
            time.sleep(events["delay"])
    if left:
        told = "; ".join(f"{bucket}: {problems.get(bucket, 'its policy does not read so')}" for bucket in left)
        raise RuntimeError(f"Clients can't write in {target} yet: {told}")
    return {"opened": opened}


def _open(client: Any, bucket: str) -> str:
    """Give ``open``, ``opened``, or what went wrong."""
    try:
        policy = json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])
        statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
        kept = [statement for statement in statements if statement.get("Sid") != FENCE]
        if len(kept) == len(statements):
            return "open"
        if kept:
            client.put_bucket_policy(Bucket=bucket, Policy=json.dumps({**policy, "Statement": kept}))
        else:
            client.delete_bucket_policy(Bucket=bucket)
    except Exception as error:  # noqa: BLE001 - told, and tried again
        code = getattr(error, "response", {}).get("Error", {}).get("Code")
        return "open" if code == "NoSuchBucketPolicy" else str(error)
    return "opened"


def _client(region: str) -> Any:
    import boto3
    from botocore.config import Config

    retries = {"mode": "standard", "total_max_attempts": 4}
    config = Config(connect_timeout=5, read_timeout=15, retries=retries, max_pool_connections=16)
    return boto3.client("s3", region_name=region, config=config)
