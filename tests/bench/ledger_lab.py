# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ledger's benchmarks share: tables, queues, events, and a way to measure in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".build" / "collections"))

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import ledger as table_calls
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.events import parse_message

CONNECTION = Config(retries={"mode": "standard", "total_max_attempts": 8}, max_pool_connections=32)
# As amazon.aws makes its clients; botocore then need not put a user agent together for every request.
ANSIBLE = CONNECTION.merge(Config(user_agent="APN/1.0 Ansible/2.19.0"))
UNCHECKED = ANSIBLE.merge(Config(parameter_validation=False))
BUCKET, RULE, DESTINATION = "bench-src", "to-dr", "bench-dst"


def client(service: str) -> Any:
    """A boto3 client as most people make it."""
    return boto3.client(service, config=CONNECTION)


def module_client(service: str) -> Any:
    """A boto3 client with the settings that it has in a module (amazon.aws and ``module_utils/module.py``)."""
    return boto3.client(service, config=UNCHECKED if service == "dynamodb" else ANSIBLE)


def make_table(name: str) -> None:
    """An empty ledger."""
    keys = {"pk": "HASH", "sk": "RANGE"}
    client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )


def body(number: int) -> str:
    """A queue message as S3 sends it, with one failed object of a deep key."""
    key = f"invoices/2026/{number % 12 + 1:02d}/customer-{number % 997:04d}/document+{number:07d}.pdf"
    record = {
        "eventVersion": "2.2",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": f"2026-03-05T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}.527Z",
        "eventName": "Replication:OperationFailedReplication",
        "userIdentity": {"principalId": "s3.amazonaws.com"},
        "requestParameters": {"sourceIPAddress": "s3.amazonaws.com"},
        "responseElements": {"x-amz-request-id": "0066DA1CBF104C0D", "x-amz-id-2": "x" * 76},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "failures",
            "bucket": {"name": BUCKET, "ownerIdentity": {"principalId": "A1"}, "arn": f"arn:aws:s3:::{BUCKET}"},
            "object": {
                "key": key,
                "size": 520080 + number,
                "eTag": f"{number:032x}",
                "versionId": f"{number:032d}",
                "sequencer": f"{number:018X}",
            },
        },
        "replicationEventData": {
            "replicationRuleId": RULE,
            "destinationBucket": f"arn:aws:s3:::{DESTINATION}",
            "s3Operation": "OBJECT_PUT",
            "requestTime": "2026-03-05T21:03:59.168Z",
            "failureReason": "DstPutObjectNotPermitted",
        },
    }
    return json.dumps({"Records": [record]})


def items(count: int) -> Iterator[ledger.Item]:
    """Ledger items of ``count`` records of one rule."""
    yield ledger.directory_item(BUCKET, RULE)
    for number in range(count):
        for event in parse_message(body(number)).failures:
            yield ledger.failure_item(event)


def fill_table(name: str, count: int) -> None:
    """Write ``count`` records, four BatchWriteItem calls at once."""
    make_table(name)
    dynamodb = module_client("dynamodb")
    every = list(items(count))
    chunks = [every[start : start + 1000] for start in range(0, len(every), 1000)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda chunk: table_calls.put_items(dynamodb, name, chunk), chunks))


def fill_queue(name: str, count: int) -> str:
    """Send ``count`` messages of one event each; gives the queue's URL."""
    sqs = client("sqs")
    url: str = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "600"})["QueueUrl"]

    def send(start: int) -> None:
        numbers = range(start, min(start + 10, count))
        entries = [{"Id": str(number), "MessageBody": body(number)} for number in numbers]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(0, count, 10)))
    return url


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Wall time of ``work`` and what it gave."""
    began = time.perf_counter()
    given = work()
    return time.perf_counter() - began, given


def in_own_process(script: str, *arguments: str) -> dict[str, Any]:
    """Run ``script`` with arguments in a fresh process; what it reports by :func:`report`, with its peak memory."""
    done = subprocess.run(
        [sys.executable, script, *arguments], env=dict(os.environ), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def report(**told: Any) -> None:
    """What a measured process says: its figures and its peak memory in MiB."""
    print(json.dumps({**told, "peak": peak_memory()}))


def peak_memory() -> float:
    """Peak resident memory of this process in MiB.

    Linux hands ``ru_maxrss`` of the parent down to the child; what /proc says is the child's own.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
