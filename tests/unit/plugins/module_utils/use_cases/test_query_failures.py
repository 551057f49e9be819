# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import ledger as calls
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import FailureEvent, JobNote
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.ledger import StoredRecord
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.selection import Selection
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import ledger_reader
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.ledger_reader import read
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.query_failures import Query, query
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.failure_events import NASTY_KEYS, events
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import FakeTable, client_error

EVENT = FailureEvent(
    bucket="src",
    rule_id="to-dr",
    object_key="a",
    version_id="v1",
    destination="dst",
    reason="DstPutObjectNotPermitted",
    failed_at="2024-09-05T21:04:32.527Z",
    event_name="Replication:OperationFailedReplication",
    size=5,
)
SEVERAL = [
    replace(EVENT, bucket=bucket, rule_id=rule_id, object_key=key, destination=destination)
    for bucket in ("src", "a-src")
    for rule_id in ("to-dr", "b#b")
    for key in NASTY_KEYS
    for destination in ("dst", "dst-2")
]


def filled(several: Iterable[FailureEvent]) -> FakeTable:
    table = FakeTable()
    for event in several:
        for item in (ledger.failure_item(event), ledger.directory_item(event.bucket, event.rule_id)):
            table.items[item["pk"], item["sk"]] = calls.to_wire(item)
    return table


def identity(event: Any) -> tuple[str, str, str, str, str]:
    return (event.bucket, event.rule_id, event.object_key, event.version_id, event.destination)


def found(table: FakeTable, selection: Selection, **more: Any) -> list[StoredRecord]:
    return list(read(table, "ledger", selection, **more))


@pytest.mark.parametrize("concurrency", [1, 3, 16])
@pytest.mark.parametrize("page", [1, 7, 1000])
def test_reads_every_record_once_whatever_the_page(concurrency: int, page: int) -> None:
    table = filled(SEVERAL)
    table.page = page
    records = found(table, Selection(), concurrency=concurrency)
    assert sorted(identity(stored.record) for stored in records) == sorted(identity(event) for event in SEVERAL)


def test_the_order_is_stable_and_versions_of_all_rules_are_neighbours() -> None:
    table = filled(reversed(SEVERAL))
    records = [stored.record for stored in found(table, Selection(bucket="src"), concurrency=8)]
    assert records == [stored.record for stored in found(filled(SEVERAL), Selection(bucket="src"), concurrency=1)]
    versions = [key for key, _group in groupby(records, key=lambda record: (record.object_key, record.version_id))]
    assert len(versions) == len(set(versions)) == len(NASTY_KEYS)


def test_buckets_come_one_after_the_other() -> None:
    buckets = [stored.record.bucket for stored in found(filled(SEVERAL), Selection())]
    assert buckets == sorted(buckets)


@settings(max_examples=50)
@given(
    st.lists(events, max_size=12),
    st.sampled_from([None, "src", "src-2", "none"]),
    st.lists(st.sampled_from(["to-dr", "r#01#x", "none"]), max_size=2),
    st.lists(st.sampled_from(["dst", "dst-2"]), max_size=1),
    st.data(),
)
def test_a_selection_finds_exactly_what_matches(
    several: list[FailureEvent], bucket: str | None, rules: list[str], destinations: list[str], data: st.DataObject
) -> None:
    prefix = data.draw(st.sampled_from([""] + [event.object_key[:2] for event in several]))
    records = found(filled(several), Selection(bucket, tuple(rules), tuple(destinations), key_prefix=prefix))
    expected = {
        identity(event)
        for event in several
        if (bucket is None or event.bucket == bucket)
        and (not rules or event.rule_id in rules)
        and (not destinations or event.destination in destinations)
        and event.object_key.startswith(prefix)
    }
    assert sorted(identity(stored.record) for stored in records) == sorted(expected)


def test_a_prefix_is_asked_of_dynamodb_and_reads_are_consistent() -> None:
    table = filled(SEVERAL)
    found(table, Selection(bucket="src", rule_ids=("to-dr",), key_prefix="emoji/"))
    assert len(table.queries) == ledger.SHARDS
    for request in table.queries:
        assert request["ExpressionAttributeValues"][":head"] == {"S": "emoji/"}
        assert request["ConsistentRead"] is True


def test_many_rules_are_read_in_small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_reader, "_ITEMS_AT_ONCE", 200)
    rules = [f"rule-{number}" for number in range(10)]
    table = filled(replace(EVENT, rule_id=rule, object_key=str(key)) for rule in rules for key in range(100))
    table.page = 1000
    assert len(found(table, Selection(bucket="src"))) == 1000
    assert {request.get("Limit") for request in table.queries[1:]} == {20}


@pytest.mark.parametrize("records", [1900, 12_000, 33_000])
def test_few_large_pages_are_held_at_once_however_many_there_are(records: int) -> None:
    """Partitions that end in a small page must not let a page of every other one be read ahead."""
    item = calls.to_wire(ledger.failure_item(EVENT))
    each = records // ledger.SHARDS
    table = FakeTable()
    for shard in range(ledger.SHARDS):
        pk = ledger.partition_key("src", shard, "to-dr")
        for number in range(each):
            sk = item["sk"]["S"].replace("a", f"{number:06d}", 1)
            table.items[pk, sk] = {**item, "pk": {"S": pk}, "sk": {"S": sk}}
    table.page = 1000
    answered = consumed = most = 0
    honest = table.query

    def counted(**request: Any) -> dict[str, Any]:
        nonlocal answered
        answer = honest(**request)
        answered += len(answer["Items"])
        return answer

    table.query = counted  # type: ignore[method-assign]
    for _stored in read(table, "ledger", Selection("src", ("to-dr",))):
        most = max(most, answered - consumed)
        consumed += 1
    assert consumed == each * ledger.SHARDS
    assert most <= 6000


def test_reading_stops_when_nobody_wants_more() -> None:
    table = filled(replace(EVENT, object_key=str(number)) for number in range(2000))
    stream = read(table, "ledger", Selection(bucket="src"))
    next(stream)
    stream.close()
    assert len(table.queries) < 15


def test_an_error_of_a_later_page_reaches_the_caller() -> None:
    table = filled(replace(EVENT, object_key=str(number)) for number in range(500))
    answers = iter(range(20))
    honest = table.query

    def denied(**request: Any) -> dict[str, Any]:
        if next(answers) == 15:
            raise client_error("AccessDeniedException", "Query", "User is not authorized to perform: dynamodb:Query")
        return honest(**request)

    table.query = denied  # type: ignore[method-assign]
    with pytest.raises(AccessDeniedError) as caught:
        found(table, Selection(bucket="src"), concurrency=2)
    assert caught.value.permission == "dynamodb:Query"


def test_a_missing_table_is_never_an_empty_ledger() -> None:
    with pytest.raises(MissingError, match="missing ledger is not an empty one"):
        list(read(FakeTable(), "nowhere", Selection()))
    with pytest.raises(ToldError, match="does not exist"):
        query(FakeTable(), Query("nowhere", Selection()))


def test_a_table_that_is_no_ledger_is_told() -> None:
    table = FakeTable()
    table.description["KeySchema"] = [{"AttributeName": "id", "KeyType": "HASH"}]
    with pytest.raises(ToldError, match="not a ledger"):
        query(table, Query("ledger", Selection()))


def test_records_have_all_their_fields() -> None:
    event = replace(
        EVENT, operation="OBJECT_PUT", requested_at="2024-09-05T21:03:59.168Z", etag="0e1f", region="us-east-1"
    )
    table = filled([event, replace(event, failed_at="2024-09-06T00:00:00.000Z")])
    (stored,) = found(table, Selection())
    note = ledger.note_item(stored, JobNote("job-1", "failed", "2024-09-07T00:00:00.000Z", "403", "Denied"))
    table.items[note["pk"], note["sk"]] = calls.to_wire(note)
    results = query(table, Query("ledger", Selection())).results
    assert results["records"] == [
        {
            "bucket": "src",
            "rule_id": "to-dr",
            "key": "a",
            "version_id": "v1",
            "destination": "dst",
            "reason": "DstPutObjectNotPermitted",
            "reason_class": "permission-dst",
            "first_failed_at": "2024-09-05T21:04:32.527Z",
            "last_failed_at": "2024-09-06T00:00:00.000Z",
            "failures": 2,
            "operation": "OBJECT_PUT",
            "requested_at": "2024-09-05T21:03:59.168Z",
            "size": 5,
            "etag": "0e1f",
            "region": "us-east-1",
            "source": "event",
            "status": "failed",
            "job_id": "job-1",
            "job_status": "failed",
            "job_at": "2024-09-07T00:00:00.000Z",
            "job_code": "403",
            "job_message": "Denied",
        }
    ]
    json.dumps(results)


@pytest.mark.parametrize("more", [{}, {"rule_ids": ("to-dr",)}, {"reasons": ("X",)}])
@pytest.mark.parametrize("summary", [False, True])
def test_a_bucket_of_which_nothing_was_ever_recorded_is_a_warning(more: dict[str, Any], summary: bool) -> None:
    table = filled([EVENT])
    outcome = query(table, Query("ledger", Selection(bucket="scr", **more), summary=summary))
    assert outcome.results["records"] == [] and outcome.warnings == [
        "The ledger ledger has never held a failure record of bucket scr. Either nothing of it failed, or its failures "
        "are not collected, or its name is misspelt: check the name, and that the role aws_dr.s3.failure_capture was "
        "run for the bucket"
    ]
    # A bucket whose failures are done with, a selection that nothing passes, and all buckets are no reason to warn.
    assert query(table, Query("ledger", Selection(bucket="src", reasons=("X",)))).warnings == []
    for key in [key for key, item in table.items.items() if "object_key" in item]:
        del table.items[key]
    assert query(table, Query("ledger", Selection(bucket="src"))).warnings == []
    assert query(FakeTable(), Query("ledger", Selection())).warnings == []


def test_the_limit_truncates_and_says_so() -> None:
    table = filled(replace(EVENT, object_key=str(number)) for number in range(10))
    whole = query(table, Query("ledger", Selection(), limit=10)).results
    assert (len(whole["records"]), whole["truncated"]) == (10, False)
    cut = query(table, Query("ledger", Selection(), limit=9)).results
    assert (len(cut["records"]), cut["truncated"]) == (9, True)
    assert cut["records"] == whole["records"][:9]
    assert "summary" not in cut


def test_the_summary_counts_beyond_the_limit() -> None:
    table = filled(replace(EVENT, object_key=str(number)) for number in range(10))
    results = query(table, Query("ledger", Selection(), limit=0, summary=True)).results
    assert (results["records"], results["truncated"], results["count"]) == ([], True, 10)
    assert [(group["count"], group["size"]) for group in results["summary"]] == [(10, 50)]


RULES = [{"bucket": bucket, "rule_id": rule_id} for bucket in ("a-src", "src") for rule_id in ("b#b", "to-dr")]


@pytest.mark.parametrize("limit", [0, 1, 1000])
@pytest.mark.parametrize("summary", [False, True])
@pytest.mark.parametrize("prefix", ["", "emoji", "nothing begins so"])
def test_rules_with_records_are_listed_whatever_else_is_asked(limit: int, summary: bool, prefix: str) -> None:
    table = filled(SEVERAL)
    gone = ledger.directory_item("src", "has none left")
    table.items[gone["pk"], gone["sk"]] = calls.to_wire(gone)
    wanted = Query("ledger", Selection(key_prefix=prefix), limit=limit, summary=summary)
    assert query(table, wanted).results["rules"] == RULES
    assert query(table, replace(wanted, selection=Selection("src", key_prefix=prefix))).results["rules"] == RULES[2:]


def test_a_rule_with_nothing_but_orphaned_notes_has_no_records() -> None:
    table = filled([EVENT])
    (stored,) = found(table, Selection())
    for number in range(30):
        note = ledger.note_item(stored, JobNote(f"job-{number:02d}", "taken", "2024-09-07T00:00:00.000Z"))
        table.items[note["pk"], note["sk"]] = calls.to_wire(note)
    del table.items[stored.partition, stored.failure_keys[0][0]]
    orphans: list[tuple[str, str]] = []
    assert found(table, Selection(), on_orphan=orphans.extend) == [] and len(orphans) == 30
    for limit in (0, 10):
        assert query(table, Query("ledger", Selection(key_prefix="a"), limit=limit)).results["rules"] == []


def test_an_empty_ledger_is_an_answer() -> None:
    results = query(FakeTable(), Query("ledger", Selection(), summary=True)).results
    assert results == {"records": [], "truncated": False, "rules": [], "summary": [], "count": 0}


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(RefusedError, match="limit is -1"):
        query(FakeTable(), Query("ledger", Selection(), limit=-1))
