# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collecting 10,000 events from queue to ledger, beside a loop of one receive, one PutItem and one delete a message.

The loop is measured on a sample of messages while about half of them are in its queue, which is what the drain meets
on the average, and told per message. Run it as
``tests/lab/with-lab python tests/bench/bench_collect.py [EVENTS [ROUNDS]]``.
"""

from __future__ import annotations

import json
import statistics
import sys

import ledger_lab
from verdict import at_least

from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.collect_failures import Collection, collect

ASKED = 10.0
SAMPLE = 300


def loop(url: str, table: str, messages: int) -> None:
    """The peer: what a first script for this job looks like."""
    sqs, dynamodb = ledger_lab.client("sqs"), ledger_lab.client("dynamodb")
    for _unused in range(messages):
        (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)["Messages"]
        record = json.loads(message["Body"])["Records"][0]
        told, subject = record["replicationEventData"], record["s3"]["object"]
        item = {
            "pk": told["replicationRuleId"],
            "sk": f"{subject['key']}#{subject['versionId']}",
            "bucket": record["s3"]["bucket"]["name"],
            "destination": told["destinationBucket"].rpartition(":")[2],
            "reason": told["failureReason"],
            "etag": subject["eTag"],
            "version_id": subject["versionId"],
        }
        wire = {name: {"S": value} for name, value in item.items()}
        dynamodb.put_item(TableName=table, Item={**wire, "size": {"N": str(subject["size"])}})
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def count(table: str) -> int:
    """Items in the table."""
    pages = ledger_lab.client("dynamodb").get_paginator("scan").paginate(TableName=table, Select="COUNT")
    return sum(page["Count"] for page in pages)


def measure_loop(name: str, depth: int) -> float:
    """Seconds for a sample of messages from the middle of a queue that held ``depth`` ones."""
    ledger_lab.make_table(name)
    url = ledger_lab.fill_queue(name, (depth + SAMPLE) // 2)
    took, _unused = ledger_lab.seconds(lambda: loop(url, name, SAMPLE))
    ledger_lab.client("sqs").delete_queue(QueueUrl=url)
    return took


def measure_collect(name: str, events: int) -> float:
    """Seconds for all events; ends the benchmark when any is missing."""
    ledger_lab.make_table(name)
    url = ledger_lab.fill_queue(name, events)
    sqs, dynamodb = ledger_lab.module_client("sqs"), ledger_lab.module_client("dynamodb")
    # Neither side waits for more messages: the loop knows how many there are, and so does this limit.
    wanted = Collection(table=name, queue=name, wait_timeout=3600, max_messages=events)
    took, outcome = ledger_lab.seconds(lambda: collect(sqs, dynamodb, wanted))
    found = count(name) - 1  # the rule's entry in the directory
    results = outcome.results
    if (results["deleted"], found, results["stopped_because"]) != (events, events, "limit"):
        sys.exit(f"not everything was collected: {found} records, {results}")
    sqs.delete_queue(QueueUrl=url)
    return took


def main() -> None:
    """Measure in turn, so that the machine's noise meets both; print the table and whether the figure was reached."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    took: dict[str, list[float]] = {"loop": [], "collect": []}
    for number in range(rounds):
        took["loop"].append(measure_loop(f"loop-{number}", events))
        took["collect"].append(measure_collect(f"collect-{number}", events))
    each = {
        "loop": statistics.median(took["loop"]) / SAMPLE,
        "collect": statistics.median(took["collect"]) / events,
    }
    print(f"{'':34}{'messages':>10}{'median s':>10}{'min s':>8}{'max s':>8}{'ms a message':>14}{'a second':>10}")
    for name, what, messages in (
        ("loop", "loop: receive, PutItem, delete", SAMPLE),
        ("collect", "collect", events),
    ):
        values = took[name]
        spread = f"{statistics.median(values):10.2f}{min(values):8.2f}{max(values):8.2f}"
        print(f"{what:34}{messages:10}{spread}{each[name] * 1000:14.3f}{1 / each[name]:10.0f}")
    ratio = each["loop"] / each["collect"]
    print(f"ratio {ratio:.1f} times as fast ({at_least(ratio, ASKED)}), {rounds} rounds")


if __name__ == "__main__":
    main()
