# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the ledger: records, a summary by rule and reason, and which rules have records at all."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import ledger as table_calls
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import FailureRecord
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_summary import Summary
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reasons import explain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.selection import Selection
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.ledger_reader import read, rules_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


@dataclass(frozen=True)
class Query:
    """``limit`` bounds the records given back (0 gives none); with ``summary`` every selected record is counted."""

    table: str
    selection: Selection
    limit: int = 1000
    summary: bool = False
    concurrency: int = 16


def query(dynamodb: Any, wanted: Query) -> Outcome:
    """Read the ledger. A table that is missing or is no ledger is an error, never "no failures"."""
    if wanted.limit < 0:
        raise RefusedError("The ledger can't be queried so", [f"limit is {wanted.limit}; it must be 0 or more"])
    table_calls.check(dynamodb, wanted.table)
    summary = Summary()
    records: list[dict[str, Any]] = []
    truncated = False
    with closing(read(dynamodb, wanted.table, wanted.selection, wanted.concurrency, full=True)) as stream:
        for stored in stream:
            if len(records) < wanted.limit:
                records.append(_shown(stored.record))
            else:
                truncated = True
                if not wanted.summary:
                    break
            summary.add(stored.record)
    complete = wanted.selection.is_of_whole_rules and (wanted.summary or not truncated)
    rules = summary.rules if complete else summary.rules | _rules_with_records(dynamodb, wanted, summary.rules)
    results: dict[str, Any] = {
        "records": records,
        "truncated": truncated,
        "rules": [{"bucket": bucket, "rule_id": rule_id} for bucket, rule_id in sorted(rules)],
    }
    if wanted.summary:
        results.update(summary=summary.as_result(), count=summary.count)
    return Outcome(changed=False, results=results, warnings=[] if rules else _never_seen(dynamodb, wanted))


def _never_seen(dynamodb: Any, wanted: Query) -> list[str]:
    """Warn of a bucket that may have no failures because that is not its name, or because nothing is recorded."""
    bucket = wanted.selection.bucket
    if bucket is None or table_calls.list_rules(dynamodb, wanted.table, bucket):
        return []
    return [
        f"The ledger {wanted.table} has never held a failure record of bucket {bucket}. Either nothing of it failed, "
        "or its failures are not collected, or its name is misspelt: check the name, and that the role "
        "aws_dr.s3.failure_capture was run for the bucket"
    ]


def _shown(record: FailureRecord) -> dict[str, Any]:
    return {**record.as_result(), "reason_class": explain(record.reason).kind}


def _rules_with_records(dynamodb: Any, wanted: Query, known: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of the listed rules have records: a small query or a few of each, never a scan."""
    unknown = [rule for rule in rules_of(dynamodb, wanted.table, wanted.selection) if rule not in known]

    def probe(rule: tuple[str, str]) -> bool:
        return any(_has_failures(dynamodb, wanted.table, *rule, shard) for shard in range(ledger.SHARDS))

    found = in_order(probe, unknown, wanted.concurrency)
    return {rule for rule, has_records in zip(unknown, found, strict=True) if has_records}


def _has_failures(dynamodb: Any, table: str, bucket: str, rule_id: str, shard: int) -> bool:
    partition = ledger.partition_key(bucket, shard, rule_id)
    start = None
    while True:
        # More than one item, because notes of records that are gone may come first.
        items, start = table_calls.query_page(dynamodb, table, partition, attributes=("sk",), start=start, limit=10)
        if any(ledger.is_failure(item["sk"]) for item in items):
            return True
        if start is None:
            return False
