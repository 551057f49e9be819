# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of the ledger: item keys, items, and how items fold into failure records.

Every event is an item of its own, so that recording is a plain put: the same event twice is the same item, and the
order of arrival does not matter. Items of one failure record are neighbours (same partition, same start of the sort
key) and fold while they stream by.

    pk  <bucket>#<shard>#<rule id>           bucket names hold no '#', the shard is two digits: nothing is ambiguous
    sk  <base>\\0F<failed_at>\\0<8 hex>         one failure event
    sk  <base>\\0J<at>\\0<job id>               what a Batch job did with the record
    base = <head of the key>\\0<32 hex of key and version>\\0<16 hex of the destination>

DynamoDB's limits (Developer Guide, "Quotas"): partition key 2,048 bytes, sort key 1,024 bytes, sorted by UTF-8 bytes,
which is Python's order of text. An S3 key alone may have 1,024 bytes, so the sort key holds only its head; the item
holds it whole. A directory partition lists the rules that ever had failures; it is a hint and never shrinks.

Items here are plain dicts of text and integers; ``aws/ledger.py`` gives them DynamoDB's types.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import (
    TAKEN,
    FailureEvent,
    FailureRecord,
    JobNote,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import WIDTH, epoch_seconds

Item = dict[str, Any]

SHARDS = 16
RULES_PARTITION = "#rules"
KEY_SCHEMA = {"pk": "HASH", "sk": "RANGE"}
EXPIRY_ATTRIBUTE = "expires_at"
HEAD_BYTES = 800

BRIEF = (
    "sk",
    "object_key",
    "version_id",
    "destination",
    "reason",
    "job_status",
    EXPIRY_ATTRIBUTE,
)
"""What remediation needs of an item. Reading less is what makes a hundred thousand records quick."""

FULL = (*BRIEF, "operation", "requested_at", "size", "etag", "region", "source", "job_code", "job_message")

_FAILURE, _NOTE = "F", "J"


def shard_of(object_key: str, version_id: str) -> int:
    """Spread the versions of a rule over ``SHARDS`` partitions, so that one failing rule is not one hot partition."""
    return int(_hash(f"{object_key}\0{version_id}", 32)[:2], 16) % SHARDS


def partition_key(bucket: str, shard: int, rule_id: str) -> str:
    """Name the partition of one rule's shard."""
    return f"{bucket}#{shard:02d}#{rule_id}"


def head(text: str) -> str:
    """Give the part of a key, or of a key prefix, that sort keys begin with.

    If a key begins with a prefix, then the key's head begins with the prefix's head. NUL, which ends the head, is
    escaped, so that no key can pass for another one's hashes.
    """
    if "\0" in text or "\1" in text:
        text = text.replace("\1", "\1\2").replace("\0", "\1\1")
    data = text.encode()
    if len(data) <= HEAD_BYTES:
        return text
    return data[:HEAD_BYTES].decode(errors="ignore")


def sort_base(object_key: str, version_id: str, destination: str) -> str:
    """Name the record within its partition: what the sort keys of all its items begin with."""
    version = _hash(f"{object_key}\0{version_id}", 32)
    return f"{head(object_key)}\0{version}\0{_hash(destination, 16)}"


# The same version is asked for twice in a row, the same destination for thousands of records.
@lru_cache(maxsize=256)
def _hash(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def failure_item(event: FailureEvent, retention_days: int | None = None) -> Item:
    """Make the item of an event. The same event always makes the same item: expiry counts from the failure."""
    said = {
        "bucket": event.bucket,
        "rule_id": event.rule_id,
        "object_key": event.object_key,
        "version_id": event.version_id,
        "destination": event.destination,
        "reason": event.reason,
        "failed_at": event.failed_at,
        "requested_at": event.requested_at,
        "operation": event.operation,
        "size": event.size,
        "etag": event.etag,
        "sequencer": event.sequencer,
        "region": event.region,
        "event_name": event.event_name,
        "source": event.source,
    }
    item: Item = {name: value for name, value in said.items() if value is not None}
    base = sort_base(event.object_key, event.version_id, event.destination)
    # Over all that is known of the event: two that differ in anything are two items, so that order can't matter.
    distinct = hashlib.sha256(repr(sorted(item.items())).encode()).hexdigest()[:8]
    item["pk"] = partition_key(event.bucket, shard_of(event.object_key, event.version_id), event.rule_id)
    item["sk"] = f"{base}\0{_FAILURE}{event.failed_at}\0{distinct}"
    if retention_days:
        item[EXPIRY_ATTRIBUTE] = epoch_seconds(event.failed_at) + retention_days * 86400
    return item


def is_failure(sort_key: str) -> bool:
    """Tell the sort key of a failure event from that of a note."""
    return sort_key[sort_key.rindex("\0") - WIDTH - 1] == _FAILURE


def directory_item(bucket: str, rule_id: str) -> Item:
    """Make the item that says: this rule of this bucket has, or had, failures."""
    return {"pk": RULES_PARTITION, "sk": f"{bucket}#{rule_id}"}


def rule_of_directory_key(sort_key: str) -> tuple[str, str]:
    """Read (bucket, rule id) back; bucket names hold no '#', rule ids may."""
    bucket, _unused, rule_id = sort_key.partition("#")
    return bucket, rule_id


@dataclass(slots=True)
class StoredRecord:
    """A failure record and the items that it consists of.

    ``failure_keys`` are (sort key, failed_at) of its events in order of time, ``note_keys`` the sort keys of its notes.
    ``base`` orders records as the table does. ``expires_at`` is the latest expiry of its events, None without one.
    ``judged_by`` is the last job whose word on the record is noted, "" without one; the job of ``record.job`` may have
    taken the record after that.
    """

    record: FailureRecord
    partition: str
    base: str
    failure_keys: list[tuple[str, str]] = field(default_factory=list)
    note_keys: list[str] = field(default_factory=list)
    expires_at: int | None = None
    judged_by: str = ""

    def all_keys(self) -> list[tuple[str, str]]:
        """Give (pk, sk) of all items, notes first: a removal that is cut off leaves no note without its record."""
        return [(self.partition, key) for key in self.note_keys] + [
            (self.partition, key) for key, _failed_at in self.failure_keys
        ]


def note_item(stored: StoredRecord, note: JobNote) -> Item:
    """Make the item that notes what a job did with a record. It expires with the record."""
    item = {
        "pk": stored.partition,
        "sk": f"{stored.base}\0{_NOTE}{note.at}\0{note.job_id}",
        "job_id": note.job_id,
        "job_status": note.status,
        "job_code": note.code,
        "job_message": note.message,
        "at": note.at,
        EXPIRY_ATTRIBUTE: stored.expires_at,
    }
    return {name: value for name, value in item.items() if value is not None}


def fold(
    bucket: str,
    rule_id: str,
    partition: str,
    items: Iterable[Item],
    on_orphan: Callable[[list[tuple[str, str]]], None] | None = None,
) -> Iterator[StoredRecord]:
    """Fold the items of one partition, in the order of their sort keys, into records, one at a time.

    Notes whose events are gone (expired, or removed by a run that was cut off) make no record; ``on_orphan`` gets
    their (pk, sk).
    """
    folding: _Folding | None = None
    for item in items:
        sort_key: str = item["sk"]
        # Read from the right: the tail has a fixed form, while the head is whatever the user named the object.
        end = sort_key.rindex("\0")
        base = sort_key[: end - WIDTH - 2]
        if folding is None or folding.base != base:
            if folding is not None:
                yield from folding.finish(bucket, rule_id, partition, on_orphan)
            folding = _Folding(base)
        if sort_key[end - WIDTH - 1] == _FAILURE:
            folding.failures.append((sort_key, sort_key[end - WIDTH : end]))
            folding.newest = item
        else:
            folding.notes.append(sort_key)
            folding.note = item
            if item["job_status"] != TAKEN:
                folding.judged_by = sort_key[end + 1 :]
        folding.expires_at = max(folding.expires_at, item.get(EXPIRY_ATTRIBUTE, 0))
    if folding is not None:
        yield from folding.finish(bucket, rule_id, partition, on_orphan)


class _Folding:
    """The record that is streaming by."""

    __slots__ = ("base", "expires_at", "failures", "judged_by", "newest", "note", "notes")

    def __init__(self, base: str) -> None:
        self.base = base
        self.failures: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.newest: Item = {}
        self.note: Item | None = None
        self.judged_by = ""
        self.expires_at = 0

    def finish(
        self,
        bucket: str,
        rule_id: str,
        partition: str,
        on_orphan: Callable[[list[tuple[str, str]]], None] | None,
    ) -> Iterator[StoredRecord]:
        if not self.failures:
            if on_orphan:
                on_orphan([(partition, key) for key in self.notes])
            return
        newest = self.newest
        record = FailureRecord(
            bucket=bucket,
            rule_id=rule_id,
            object_key=newest["object_key"],
            version_id=newest["version_id"],
            destination=newest["destination"],
            reason=newest["reason"],
            first_failed_at=self.failures[0][1],
            last_failed_at=self.failures[-1][1],
            failures=len(self.failures),
            job=_job_note(self.note) if self.note else None,
            operation=newest.get("operation"),
            requested_at=newest.get("requested_at"),
            size=newest.get("size"),
            etag=newest.get("etag"),
            region=newest.get("region"),
            source=newest.get("source"),
        )
        expires_at = self.expires_at or None
        yield StoredRecord(record, partition, self.base, self.failures, self.notes, expires_at, self.judged_by)


def _job_note(item: Item) -> JobNote:
    sort_key: str = item["sk"]
    end = sort_key.rindex("\0")
    return JobNote(
        job_id=sort_key[end + 1 :],
        status=item["job_status"],
        at=sort_key[end - WIDTH : end],
        code=item.get("job_code"),
        message=item.get("job_message"),
    )
