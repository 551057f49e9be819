# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failure records out of the ledger: streamed, in a stable order, several queries under way at once.

Memory depends on how many pages are under way, never on the number of records.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby
from operator import attrgetter
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import ledger as table_calls
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.ledger import Item, StoredRecord
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.selection import Selection

Page = tuple[list[Item], Any]

# Partitions whose first page is read before it is known how much a page of this ledger holds.
_PARTITIONS_AHEAD_AT_FIRST = 3
# Items of later partitions that are read ahead: one full page of a large ledger, many small ones of a scattered one.
# More would cost memory and win nothing, because taking a large page in takes as long as waiting for it.
_ITEMS_AHEAD = 2_000
# Many rules are merged at once only in a bucket with many rules; their pages are made smaller to bound the memory.
_ITEMS_AT_ONCE = 20_000


def rules_of(client: Any, table: str, selection: Selection) -> list[tuple[str, str]]:
    """(bucket, rule id) of the rules whose records the selection can hold, sorted. They may have none left."""
    if selection.bucket is not None and selection.rule_ids:
        return sorted({(selection.bucket, rule_id) for rule_id in selection.rule_ids})
    listed = table_calls.list_rules(client, table, selection.bucket)
    return [rule for rule in listed if selection.matches_rule(*rule)]


def read(
    client: Any,
    table: str,
    selection: Selection,
    concurrency: int = 16,
    full: bool = False,
    on_orphan: Callable[[list[tuple[str, str]]], None] | None = None,
) -> Generator[StoredRecord, None, None]:
    """Yield the selected records: bucket by bucket, shard by shard, within a shard by their place in the table.

    Records of the same (key, version) of several rules and destinations follow one another. ``full`` reads all that
    is known of a record; otherwise what ``domain.ledger.BRIEF`` names. ``on_orphan`` gets (pk, sk) of notes whose
    record is gone. Close it when not all is wanted. Raises :class:`AwsError`; a missing table is an error, never an
    empty ledger.
    """
    rules = rules_of(client, table, selection)
    attributes = ledger.FULL if full else ledger.BRIEF
    most_rules = max((len(list(group)) for _bucket, group in groupby(rules, key=lambda rule: rule[0])), default=1)
    limit = None if most_rules <= 4 else max(10, _ITEMS_AT_ONCE // most_rules)
    pool = ThreadPoolExecutor(max_workers=max(1, concurrency))
    try:
        reader = _Reader(client, table, selection, attributes, limit, pool, on_orphan)
        for stored in reader.records(rules, concurrency):
            if selection.matches(stored.record):
                yield stored
    finally:
        # The consumer may have had enough: nothing new is started, what is under way ends.
        pool.shutdown(wait=True, cancel_futures=True)


class _Reader:
    """The partitions of a selection; each begins to be read when it is made, and reads one page ahead."""

    def __init__(
        self,
        client: Any,
        table: str,
        selection: Selection,
        attributes: tuple[str, ...],
        limit: int | None,
        pool: ThreadPoolExecutor,
        on_orphan: Callable[[list[tuple[str, str]]], None] | None,
    ) -> None:
        self._client = client
        self._table = table
        self._prefix = ledger.head(selection.key_prefix)
        self._attributes = attributes
        self._limit = limit
        self._pool = pool
        self._on_orphan = on_orphan
        self._page_holds = _ITEMS_AHEAD // _PARTITIONS_AHEAD_AT_FIRST

    def records(self, rules: list[tuple[str, str]], concurrency: int) -> Iterator[StoredRecord]:
        """Merge the rules of each shard, while the first pages of some later partitions are being read."""
        opened: deque[list[Iterator[StoredRecord]]] = deque()
        partitions = 0
        for shard in self._shards(rules):
            opened.append(shard)
            partitions += len(shard)
            while partitions > min(concurrency, max(1, _ITEMS_AHEAD // max(1, self._page_holds))):
                partitions -= len(opened[0])
                yield from _merged(opened.popleft())
        for shard in opened:
            yield from _merged(shard)

    def _shards(self, rules: list[tuple[str, str]]) -> Iterator[list[Iterator[StoredRecord]]]:
        """Yield one shard after the other: the record streams of all its rules, reading already."""
        for bucket, of_bucket in groupby(rules, key=lambda rule: rule[0]):
            rule_ids = [rule_id for _bucket, rule_id in of_bucket]
            for shard in range(ledger.SHARDS):
                yield [self._records(bucket, shard, rule_id) for rule_id in rule_ids]

    def _records(self, bucket: str, shard: int, rule_id: str) -> Iterator[StoredRecord]:
        partition = ledger.partition_key(bucket, shard, rule_id)
        first = self._start(partition, None)
        return ledger.fold(bucket, rule_id, partition, self._items(partition, first), self._on_orphan)

    def _start(self, partition: str, start: Any) -> Future[Page]:
        return self._pool.submit(
            table_calls.query_page,
            self._client,
            self._table,
            partition,
            self._prefix,
            self._attributes,
            start,
            self._limit,
        )

    def _items(self, partition: str, first: Future[Page]) -> Iterator[Item]:
        under_way: Future[Page] | None = first
        while under_way is not None:
            items, start = under_way.result()
            # The last page of a large partition is small, so one small page does not say much.
            self._page_holds = max(len(items), self._page_holds // 2)
            under_way = self._start(partition, start) if start else None
            yield from items


def _merged(streams: list[Iterator[StoredRecord]]) -> Iterator[StoredRecord]:
    return streams[0] if len(streams) == 1 else heapq.merge(*streams, key=attrgetter("base"))
