# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The failure records of a drill's probes: collected, looked up, and removed with the probes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import ledger as table_calls
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.drill_probes import Spot
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.selection import Selection
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import ledger_reader
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.collect_failures import Collection, collect

Named = tuple[str, str, str, str]
"""Source bucket, key, version and destination bucket of a probe."""

_COLLECT_SECONDS = 60


@dataclass(frozen=True)
class Books:
    """Where failures are recorded. ``queues`` gives the SQS client of a Region; without ``queue`` others collect."""

    dynamodb: Any
    table: str
    queues: Callable[[str], Any]
    queue: str | None = None


def reasons_of(spots: Sequence[Spot], books: Books) -> dict[Named, str]:
    """Collect what has arrived, and give why probes failed by what the ledger knows."""
    if books.queue:
        for region in sorted({spot.pair.source_region for spot in spots}):
            collection = Collection(books.table, books.queue, wait_timeout=_COLLECT_SECONDS)
            collect(books.queues(region), books.dynamodb, collection)
    return {
        (record.bucket, record.object_key, record.version_id, record.destination): record.reason
        for record in (stored.record for stored in _records(spots, books))
    }


def forget(spots: Sequence[Spot], books: Books, check_mode: bool) -> int:
    """Remove the failure records of probes: what they tell of is gone."""
    found = [stored for stored in _records(spots, books) if any(spot.owns(stored.record.object_key) for spot in spots)]
    if found and not check_mode:
        keys = [key for stored in found for key in stored.all_keys()]
        table_calls.delete_keys(books.dynamodb, books.table, keys)
    return len(found)


def _records(spots: Sequence[Spot], books: Books) -> list[Any]:
    wanted = sorted({(spot.pair.source, spot.prefix) for spot in spots})
    return [
        stored
        for bucket, prefix in wanted
        for stored in ledger_reader.read(books.dynamodb, books.table, Selection(bucket=bucket, key_prefix=prefix))
    ]
