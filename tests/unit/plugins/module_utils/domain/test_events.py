# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.events import parse_message
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import FailureEvent
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.failure_events import (
    NASTY_KEYS,
    body,
    keys,
    notification,
    record,
)


def test_reads_every_field_of_the_documented_event() -> None:
    parsed = parse_message(body(record()))
    assert parsed.failures == [
        FailureEvent(
            bucket="src",
            rule_id="to-dr",
            object_key="red flower.jpg",
            version_id="3HL4kqtJlcpXroDTDmJ",
            destination="dst",
            reason="AssumeRoleNotPermitted",
            failed_at="2024-09-05T21:04:32.527Z",
            event_name="Replication:OperationFailedReplication",
            operation="OBJECT_PUT",
            requested_at="2024-09-05T21:03:59.168Z",
            size=520080,
            etag="0e1f2a",
            sequencer="0066DA1CBF104C0D51",
            region="us-east-1",
            source="event",
        )
    ]
    assert parsed.dropped == [] and parsed.problems == []


@given(keys)
def test_any_key_survives_s3s_encoding(key: str) -> None:
    for encoded in (quote_plus(key), quote_plus(key, safe="/"), quote(key, safe="")):
        raw = record()
        raw["s3"]["object"]["key"] = encoded
        assert parse_message(body(raw)).failures[0].object_key == key


@pytest.mark.parametrize("key", NASTY_KEYS)
def test_a_key_survives_two_layers_of_sns(key: str) -> None:
    parsed = parse_message(notification(notification(body(record(key)))))
    assert [event.object_key for event in parsed.failures] == [key]


def test_all_records_of_a_message_count() -> None:
    parsed = parse_message(body(record("a"), record("b"), record("c", name="Replication:OperationNotTracked")))
    assert [event.object_key for event in parsed.failures] == ["a", "b"]
    assert parsed.dropped == ["Replication:OperationNotTracked"]


def test_lambda_events_of_a_queue_and_of_a_topic_are_unwrapped() -> None:
    of_queue = {"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": body(record("a"))}]}
    of_topic = {"Records": [{"EventSource": "aws:sns", "Sns": {"Type": "Notification", "Message": body(record("b"))}}]}
    assert [event.object_key for event in parse_message(json.dumps(of_queue)).failures] == ["a"]
    assert [event.object_key for event in parse_message(json.dumps(of_topic)).failures] == ["b"]


def test_the_test_event_of_s3_is_dropped_raw_and_wrapped() -> None:
    said = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2024-09-05T21:04:32.527Z"})
    for text in (said, notification(said)):
        parsed = parse_message(text)
        assert (parsed.dropped, parsed.failures, parsed.problems) == (["s3:TestEvent"], [], [])


@pytest.mark.parametrize("version", [None, ""])
def test_a_missing_version_id_is_the_null_version(version: str | None) -> None:
    assert parse_message(body(record(version_id=version))).failures[0].version_id == "null"


def test_a_delete_marker_has_neither_size_nor_etag() -> None:
    event = parse_message(body(record(size=None, etag=None, operation="OBJECT_DELETE"))).failures[0]
    assert (event.size, event.etag, event.operation) == (None, None, "OBJECT_DELETE")


@pytest.mark.parametrize("size", [-1, 2**63, "12", True, 1.5, {}])
def test_a_nonsense_size_does_not_hold_the_event_up(size: Any) -> None:
    assert parse_message(body(record(size=size))).failures[0].size is None


def test_an_event_without_a_reason_is_kept() -> None:
    assert parse_message(body(record(reason=None))).failures[0].reason == "Unspecified"


@pytest.mark.parametrize("version", ["2.0", "2.2", "2.3", "2.99", "2"])
def test_any_minor_version_is_read(version: str) -> None:
    assert len(parse_message(body(record(version=version))).failures) == 1


@pytest.mark.parametrize("version", ["1.0", "3.0", "", "x", None, "22.1"])
def test_another_major_version_is_left(version: Any) -> None:
    parsed = parse_message(body(record(version=version)))
    assert parsed.failures == [] and "eventVersion" in parsed.problems[0]


def test_a_destination_that_is_no_bucket_arn_is_kept_as_it_is() -> None:
    arn = "arn:aws:s3-outposts:us-east-1:111122223333:outpost/op-1/bucket/b"
    assert parse_message(body(record(destination=arn))).failures[0].destination == arn
    assert parse_message(body(record(destination="arn:aws-cn:s3:::dst"))).failures[0].destination == "dst"


def _without(*path: str) -> dict[str, Any]:
    raw = record()
    inner = raw
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return raw


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        (body(record())[:-30], "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("null", "NoneType"),
        ("[]", "list"),
        ("42", "int"),
        ('"text"', "not JSON"),
        ("{}", "neither"),
        ('{"Records": {}}', "neither"),
        ('{"Records": [null]}', "not a JSON object"),
        ('{"Type": "SubscriptionConfirmation", "TopicArn": "arn:t", "Message": "x"}', "SubscriptionConfirmation"),
        ('{"Type": "Notification"}', "no Message"),
        (notification(notification(notification("{}"))), "neither"),
        (body(_without("replicationEventData")), "replicationEventData is missing"),
        (body(_without("replicationEventData", "replicationRuleId")), "replicationRuleId is missing"),
        (body(_without("replicationEventData", "destinationBucket")), "destinationBucket is missing"),
        (body(_without("s3")), "s3 is missing"),
        (body(_without("s3", "object", "key")), "key is missing"),
        (body(_without("s3", "bucket", "name")), "name is missing"),
        (body(_without("eventTime")), "eventTime is missing"),
        (body(_without("eventName")), "eventName is missing"),
        (body(record(time="yesterday")), "eventTime"),
        (body(record(time="0001-01-01T00:00:00+10:00")), "eventTime"),
        (body(record(bucket="a#b")), "no bucket's name"),
        (body(record("k" * 1025)), "longer"),
        (body(record(rule="r" * 513)), "longer"),
        (body(record(rule=["r"])), "JSON list"),
        (body(record(etag="e" * 10_000)), "longer"),
        (body({**record(), "s3": "x"}), "s3 is not a JSON object"),
        (body(record(rule="\ud800")), "half of a character"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_guessed(text: str, said: str) -> None:
    parsed = parse_message(text)
    assert parsed.failures == [] and parsed.dropped == []
    assert len(parsed.problems) == 1 and said in parsed.problems[0]


def test_bytes_that_are_no_utf8_are_told() -> None:
    raw = record()
    raw["s3"]["object"]["key"] = "a%FF"
    assert "UTF-8" in parse_message(body(raw)).problems[0]


def test_the_readable_records_beside_a_broken_one_count() -> None:
    parsed = parse_message(body(record("a"), {"eventVersion": "2.2"}, record("b")))
    assert [event.object_key for event in parsed.failures] == ["a", "b"]
    assert parsed.problems == ["record 2 of 3: eventName is missing"]


def test_a_body_wrapped_without_end_is_told() -> None:
    text = body(record())
    for _unused in range(12):
        text = json.dumps({"Type": "Notification", "Message": text})
    assert "wrapped" in parse_message(text).problems[0]


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["s3", "replicationEventData", "eventTime", "eventName", "eventVersion"]), json_values)
def test_nonsense_anywhere_never_raises(field: str, value: Any) -> None:
    parsed = parse_message(body({**record(), field: value}, record("good")))
    assert parsed.failures[-1].object_key == "good"
    assert len(parsed.failures) + len(parsed.dropped) + len(parsed.problems) == 2


@given(st.text(), st.integers(0, 2000))
def test_half_of_a_body_never_raises(text: str, cut: int) -> None:
    for half in (text, body(record())[:cut]):
        parsed = parse_message(half)
        assert len(parsed.failures) + len(parsed.dropped) + len(parsed.problems) >= 1
