# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Querying 100,000 records and building the manifest, beside a bare boto3 loop that paginates and writes.

The loop reads the same items of the same table by boto3's paginator, partition by partition, and writes the rows of
the manifest; it neither folds events into records nor drops doubles nor counts. Each run is a process of its own, so
that its peak memory is its own. Run it as
``tests/lab/with-lab python tests/bench/bench_query_manifest.py [RECORDS [ROUNDS]]``.
"""

from __future__ import annotations

import csv
import statistics
import sys
import tempfile
from collections.abc import Callable
from urllib.parse import quote

import ledger_lab
from verdict import at_most

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.selection import Selection
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.ledger_reader import read
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.manifest_spool import ManifestSpool

ASKED_RATIO = 1.3
ASKED_MEMORY = 20.0
FEW = 10_000


def loop(table: str, projection: str = "") -> int:
    """The peer; with ``projection`` it reads only what it writes."""
    dynamodb = ledger_lab.client("dynamodb")
    more = {"ProjectionExpression": projection} if projection else {}
    rows = 0
    with tempfile.TemporaryFile("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for shard in range(ledger.SHARDS):
            pages = dynamodb.get_paginator("query").paginate(
                TableName=table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={
                    ":pk": {"S": ledger.partition_key(ledger_lab.BUCKET, shard, ledger_lab.RULE)}
                },
                **more,
            )
            for page in pages:
                for item in page["Items"]:
                    key = quote(item["object_key"]["S"], safe="/")
                    writer.writerow([ledger_lab.BUCKET, key, item["version_id"]["S"]])
                    rows += 1
    return rows


def ours(table: str) -> int:
    """What ``batch_replication_job`` does with the records of a bucket before it makes the job."""
    dynamodb = ledger_lab.module_client("dynamodb")
    with tempfile.TemporaryDirectory() as folder, ManifestSpool(folder) as spool:
        spool.fill(read(dynamodb, table, Selection(bucket=ledger_lab.BUCKET), 16))
        return spool.objects


RUNS: dict[str, Callable[[str], int]] = {
    "loop": loop,
    "projecting": lambda table: loop(table, "object_key, version_id"),
    "ours": ours,
}
NAMES = {"loop": "bare boto3 loop", "projecting": "the same, reading two attributes", "ours": "query and manifest"}


def measured(which: str, table: str) -> None:
    """One run, in a process of its own."""
    took, rows = ledger_lab.seconds(lambda: RUNS[which](table))
    ledger_lab.report(seconds=took, rows=rows)


def main() -> None:
    """Measure in turn, so that the machine's noise meets all; print the table and whether the figures were reached."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    tables = {"few": FEW, "many": records}
    for table, count in tables.items():
        ledger_lab.fill_table(table, count)
    took: dict[tuple[str, str], list[float]] = {}
    peak: dict[tuple[str, str], list[float]] = {}
    for table, count in tables.items():
        for _unused in range(rounds):
            for which in RUNS:
                told = ledger_lab.in_own_process(__file__, "--measured", which, table)
                if told["rows"] != count:
                    sys.exit(f"{which} wrote {told['rows']} rows of {count}")
                took.setdefault((table, which), []).append(told["seconds"])
                peak.setdefault((table, which), []).append(told["peak"])
    print(f"{'':34}{'records':>10}{'median s':>10}{'min s':>8}{'max s':>8}{'us a record':>13}{'peak MiB':>10}")
    for (table, which), values in took.items():
        median = statistics.median(values)
        spread = f"{median:10.2f}{min(values):8.2f}{max(values):8.2f}{median / tables[table] * 1e6:13.1f}"
        print(f"{NAMES[which]:34}{tables[table]:10}{spread}{max(peak[table, which]):10.1f}")
    ratios = {which: _median(took, "ours") / _median(took, which) for which in ("loop", "projecting")}
    growth = max(peak["many", "ours"]) - min(peak["few", "ours"])
    print(f"ratio {ratios['loop']:.2f} of the loop's time ({at_most(ratios['loop'], ASKED_RATIO)}), {rounds} rounds")
    print(f"ratio {ratios['projecting']:.2f} of the time of a loop that reads only two attributes (nothing is asked)")
    print(f"peak memory grows by {growth:.1f} MiB from {FEW} to {records} records ({at_most(growth, ASKED_MEMORY)})")


def _median(took: dict[tuple[str, str], list[float]], which: str) -> float:
    return statistics.median(took["many", which])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measured"]:
        measured(sys.argv[2], sys.argv[3])
    else:
        main()
