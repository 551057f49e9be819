# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import FailureEvent, JobNote
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.ledger import Item, StoredRecord
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.failure_events import (
    NASTY_KEYS,
    events,
    keys,
    versions,
)

EVENT = FailureEvent(
    bucket="src",
    rule_id="to-dr",
    object_key="a b",
    version_id="v1",
    destination="dst",
    reason="AssumeRoleNotPermitted",
    failed_at="2024-09-05T21:04:32.527Z",
    event_name="Replication:OperationFailedReplication",
)
Identity = tuple[str, str, str, str, str]


def identity(event: Any) -> Identity:
    return (event.bucket, event.rule_id, event.object_key, event.version_id, event.destination)


class Table:
    """What DynamoDB keeps: one item a key, partitions sorted by the bytes of the sort key."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        for item in items:
            self.put(item)

    def put(self, item: Item) -> None:
        self.items[item["pk"], item["sk"]] = item

    def partition(self, pk: str, prefix: str = "") -> list[Item]:
        found = [item for (key, sk), item in self.items.items() if key == pk and sk.startswith(prefix)]
        return sorted(found, key=lambda item: item["sk"].encode())

    def records(self, prefix: str = "") -> list[StoredRecord]:
        found = []
        for pk in sorted({pk for pk, _sk in self.items}):
            bucket, _shard, rule_id = pk.split("#", 2)
            found += list(ledger.fold(bucket, rule_id, pk, self.partition(pk, ledger.head(prefix))))
        return [stored for stored in found if stored.record.object_key.startswith(prefix)]


@given(events)
def test_keys_fit_dynamodbs_limits(event: FailureEvent) -> None:
    item = ledger.failure_item(replace(event, rule_id="r" * 255, bucket="b" * 63))
    assert len(item["pk"].encode()) <= 2048
    assert len(item["sk"].encode()) <= 1024
    note = ledger.note_item(
        next(ledger.fold("b", "r", item["pk"], [item])),
        JobNote("0f1e2d3c-0000-1111-2222-333344445555", "taken", "2024-09-05T21:04:32.527Z"),
    )
    assert len(note["sk"].encode()) <= 1024


@given(st.lists(events, min_size=1, max_size=12))
def test_no_two_records_collide(several: list[FailureEvent]) -> None:
    records = Table(ledger.failure_item(event) for event in several).records()
    found = [identity(stored.record) for stored in records]
    assert sorted(found) == sorted({identity(event) for event in several})


@pytest.mark.parametrize("field", ["bucket", "rule_id", "object_key", "version_id", "destination"])
def test_every_part_of_the_identity_counts(field: str) -> None:
    other = replace(EVENT, **{field: getattr(EVENT, field) + "x"})
    table = Table([ledger.failure_item(EVENT), ledger.failure_item(other)])
    assert len(table.records()) == 2


SAID = ["event_name", "operation", "reason", "sequencer", "requested_at", "etag", "region", "source"]


@pytest.mark.parametrize("field", SAID)
def test_events_of_the_same_moment_that_say_something_else_are_two(field: str) -> None:
    table = Table([ledger.failure_item(EVENT), ledger.failure_item(replace(EVENT, **{field: "other"}))])
    (stored,) = table.records()
    assert stored.record.failures == 2


def test_a_key_that_imitates_the_hashes_of_another_stays_apart() -> None:
    base = ledger.sort_base(EVENT.object_key, "null", "dst")
    imitation = replace(EVENT, object_key=base + "\0F2024-09-05T21:04:32.527Z\0deadbeef", version_id="null")
    several = [replace(EVENT, version_id="null"), imitation, replace(imitation, object_key=base)]
    for rule_id in ("00#to-dr", "to-dr"):
        items = [ledger.failure_item(replace(event, rule_id=rule_id)) for event in several]
        # As if all had the same shard: the sort keys alone must tell them apart.
        table = Table({**item, "pk": f"src#00#{rule_id}"} for item in items)
        assert len(table.records()) == 3


@given(st.lists(events, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_order_and_repetition_of_events_make_no_difference(several: list[FailureEvent], chance: random.Random) -> None:
    # Few keys, so that several events of one record occur.
    several = [replace(event, object_key=event.object_key[:1]) for event in several]
    shuffled = several + chance.choices(several, k=len(several))
    chance.shuffle(shuffled)
    straight = Table(ledger.failure_item(event) for event in several)
    mixed = Table(ledger.failure_item(event) for event in shuffled)
    assert mixed.items == straight.items
    assert mixed.records() == straight.records()
    for stored in straight.records():
        own = [event for event in several if identity(event) == identity(stored.record)]
        assert stored.record.first_failed_at == min(event.failed_at for event in own)
        assert stored.record.last_failed_at == max(event.failed_at for event in own)
        newest = [event for event in own if event.failed_at == stored.record.last_failed_at]
        assert stored.record.reason in {event.reason for event in newest}
        assert stored.record.failures == len(stored.failure_keys) <= len(own)


@given(st.lists(keys, min_size=1, max_size=10), st.data())
def test_a_prefix_finds_exactly_the_keys_that_begin_with_it(names: list[str], data: st.DataObject) -> None:
    table = Table(ledger.failure_item(replace(EVENT, object_key=name)) for name in names)
    chosen = data.draw(st.sampled_from(names))
    prefix = chosen[: data.draw(st.integers(0, len(chosen)))]
    found = {stored.record.object_key for stored in table.records(prefix)}
    assert found == {name for name in names if name.startswith(prefix)}


@pytest.mark.parametrize("length", [799, 800, 801, 1023])
def test_a_prefix_longer_than_the_head_is_exact(length: int) -> None:
    names = ["k" * length + tail for tail in ("", "a", "b")] + ["k" * (length - 1) + "z"]
    table = Table(ledger.failure_item(replace(EVENT, object_key=name)) for name in names)
    assert {stored.record.object_key for stored in table.records("k" * length)} == set(names[:3])
    assert {stored.record.object_key for stored in table.records("k" * length + "a")} == {names[1]}


@given(keys, st.integers(0, 1024))
def test_the_head_of_a_prefix_begins_the_head_of_the_key(key: str, cut: int) -> None:
    assert ledger.head(key).startswith(ledger.head(key[:cut]))
    assert len(ledger.head(key).encode()) <= ledger.HEAD_BYTES
    assert "\0" not in ledger.head(key)


@given(keys, versions)
def test_all_rules_and_destinations_of_a_version_share_a_shard_and_are_neighbours(key: str, version: str) -> None:
    others = [ledger.sort_base(name, "other", "dst") for name in NASTY_KEYS]
    own = [ledger.sort_base(key, version, where) for where in ("dst", "dst-2", "zzz")]
    ordered = sorted(others + own)
    places = [ordered.index(base) for base in own]
    assert max(places) - min(places) == 2


def test_shards_spread_the_versions_of_a_rule() -> None:
    counts = [0] * ledger.SHARDS
    for number in range(16_000):
        counts[ledger.shard_of(f"logs/2024/{number}", "null")] += 1
    assert min(counts) > 800 and max(counts) < 1200


def test_folding_streams() -> None:
    """A record comes out before more than one item of the next one is read."""
    items = sorted(
        (ledger.failure_item(replace(EVENT, object_key=f"{number:04d}")) for number in range(100)),
        key=lambda item: item["sk"],
    )
    read: list[Item] = []

    def reading() -> Iterator[Item]:
        for item in items:
            read.append(item)
            yield item

    for done, _stored in enumerate(ledger.fold("src", "to-dr", "pk", reading()), start=1):
        assert len(read) <= done + 1


def _stored(*several: FailureEvent) -> tuple[Table, StoredRecord]:
    table = Table(ledger.failure_item(event, retention_days=2) for event in several)
    return table, table.records()[0]


def test_the_newest_note_is_the_records_job_and_notes_expire_with_it() -> None:
    table, stored = _stored(EVENT)
    for at, status in (("2024-09-06T00:00:00.000Z", "taken"), ("2024-09-07T00:00:00.000Z", "failed")):
        table.put(ledger.note_item(stored, JobNote("job-1", status, at, "403", "Denied")))
    (noted,) = table.records()
    assert noted.record.job == JobNote("job-1", "failed", "2024-09-07T00:00:00.000Z", "403", "Denied")
    assert noted.record.failures == 1 and len(noted.note_keys) == 2
    assert noted.judged_by == "job-1"
    table.put(ledger.note_item(stored, JobNote("job-2", "taken", "2024-09-08T00:00:00.000Z")))
    (taken,) = table.records()
    assert (taken.record.job.job_id if taken.record.job else None, taken.judged_by) == ("job-2", "job-1")
    assert {item["expires_at"] for item in table.items.values()} == {stored.expires_at}


def test_expiry_counts_from_the_failure_so_that_a_repeated_event_is_the_same_item() -> None:
    item = ledger.failure_item(replace(EVENT, failed_at="1970-01-02T00:00:00.500Z"), retention_days=3)
    assert item["expires_at"] == 4 * 86400
    assert "expires_at" not in ledger.failure_item(EVENT)


def test_all_keys_names_notes_first() -> None:
    later = replace(EVENT, failed_at="2024-09-06T21:04:32.527Z")
    table, stored = _stored(EVENT, later)
    table.put(ledger.note_item(stored, JobNote("job-1", "taken", "2024-09-07T00:00:00.000Z")))
    (noted,) = table.records()
    assert sorted(noted.all_keys()) == sorted(table.items)
    assert noted.all_keys()[0][1].endswith("job-1")
    assert [failed_at for _key, failed_at in noted.failure_keys] == [EVENT.failed_at, later.failed_at]


def test_notes_whose_record_is_gone_are_no_record_and_are_told() -> None:
    _table, stored = _stored(EVENT)
    note = ledger.note_item(stored, JobNote("job-1", "taken", "2024-09-07T00:00:00.000Z"))
    orphans: list[tuple[str, str]] = []
    assert list(ledger.fold("src", "to-dr", note["pk"], [note], orphans.extend)) == []
    assert orphans == [(note["pk"], note["sk"])]
    assert list(ledger.fold("src", "to-dr", note["pk"], [note])) == []


def test_a_newer_failure_survives_the_removal_of_the_older_one() -> None:
    later = replace(EVENT, failed_at="2024-09-06T21:04:32.527Z", reason="DstKmsKeyNotFound")
    table, stored = _stored(EVENT, later)
    for key, failed_at in stored.failure_keys:
        if failed_at < "2024-09-06T00:00:00.000Z":
            del table.items[stored.partition, key]
    (left,) = table.records()
    assert (left.record.reason, left.record.failures) == ("DstKmsKeyNotFound", 1)


@pytest.mark.parametrize("rule_id", ["to-dr", "a#b", "#", "07#x"])
def test_the_directory_names_rules_whatever_they_are_called(rule_id: str) -> None:
    item = ledger.directory_item("src", rule_id)
    assert item["pk"] == ledger.RULES_PARTITION
    assert ledger.rule_of_directory_key(item["sk"]) == ("src", rule_id)


def test_partitions_of_one_bucket_and_rule_are_never_those_of_another() -> None:
    names = [
        ledger.partition_key(bucket, shard, rule_id)
        for bucket in ("src", "src-1", "s")
        for shard in range(ledger.SHARDS)
        for rule_id in ("r", "01#r", "1", "rules")
    ]
    assert len(set(names)) == len(names) and ledger.RULES_PARTITION not in names


def test_brief_and_full_name_what_the_fold_reads() -> None:
    item = ledger.failure_item(replace(EVENT, size=1, etag="e", operation="o", requested_at="r", region="g"))
    brief = {name: item[name] for name in ledger.BRIEF if name in item}
    full = {name: item[name] for name in ledger.FULL if name in item}
    (from_brief,) = ledger.fold("src", "to-dr", item["pk"], [brief])
    (from_full,) = ledger.fold("src", "to-dr", item["pk"], [full])
    (from_all,) = ledger.fold("src", "to-dr", item["pk"], [item])
    assert from_full == from_all
    assert identity(from_brief.record) == identity(from_all.record)
    assert from_brief.failure_keys == from_all.failure_keys
    assert from_brief.record.size is None


def test_sorting_as_text_is_sorting_as_bytes() -> None:
    ordered = sorted([*NASTY_KEYS, "\uffff", "\U00010000"])
    assert all(one.encode() <= other.encode() for one, other in pairwise(ordered))
