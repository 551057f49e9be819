# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import notification
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.notification import FAILED, Wanted

QUEUE = "arn:aws:sqs:us-east-1:111122223333:failures"
OTHER_QUEUE = "arn:aws:sqs:us-east-1:111122223333:orders"
TOPIC = "arn:aws:sns:us-east-1:111122223333:news"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:thumbnails"
WANTED = Wanted("ours", QUEUE, (FAILED,))


def filtered(**rules: str) -> dict[str, Any]:
    return {"Key": {"FilterRules": [{"Name": name.capitalize(), "Value": value} for name, value in rules.items()]}}


def queue(entry_id: str, arn: str, *events: str, **rules: str) -> dict[str, Any]:
    entry = {"Id": entry_id, "QueueArn": arn, "Events": list(events)}
    return {**entry, "Filter": filtered(**rules)} if rules else entry


FULL: dict[str, Any] = {
    "QueueConfigurations": [queue("orders", OTHER_QUEUE, "s3:ObjectCreated:*", prefix="orders/")],
    "TopicConfigurations": [{"Id": "news", "TopicArn": TOPIC, "Events": ["s3:ObjectRemoved:*"]}],
    "LambdaFunctionConfigurations": [
        {
            "Id": "thumbs",
            "LambdaFunctionArn": FUNCTION,
            "Events": ["s3:ObjectCreated:Put"],
            "Filter": filtered(suffix=".png"),
        }
    ],
    "EventBridgeConfiguration": {},
}


def test_everything_else_is_kept() -> None:
    merged = notification.with_entry(FULL, WANTED)
    assert merged == {
        **FULL,
        "QueueConfigurations": [
            *FULL["QueueConfigurations"],
            {"Id": "ours", "QueueArn": QUEUE, "Events": ["s3:Replication:OperationFailedReplication"]},
        ],
    }
    assert notification.same(notification.without_entry(merged, "ours"), FULL)


def test_a_bucket_without_notifications_gets_ours_and_ends_without_again() -> None:
    merged = notification.with_entry({}, WANTED)
    assert set(merged) == {"QueueConfigurations"}
    assert notification.without_entry(merged, "ours") == {}


def test_what_is_there_already_is_no_change_in_whatever_order_s3_gives_it() -> None:
    wanted = Wanted("ours", QUEUE, (FAILED, "OperationNotTracked"), "invoices/")
    there = queue(
        "ours",
        QUEUE,
        "s3:Replication:OperationNotTracked",
        "s3:Replication:OperationFailedReplication",
        prefix="invoices/",
    )
    current = {"QueueConfigurations": [there, *FULL["QueueConfigurations"]]}
    assert notification.with_entry(current, wanted) == current


@pytest.mark.parametrize(
    "entry",
    [
        queue("ours", OTHER_QUEUE, "s3:Replication:OperationFailedReplication"),
        queue("ours", QUEUE, "s3:Replication:OperationNotTracked"),
        queue("ours", QUEUE, "s3:Replication:OperationFailedReplication", prefix="a"),
    ],
)
def test_our_entry_is_brought_up_to_date_in_its_place(entry: dict[str, Any]) -> None:
    current = {"QueueConfigurations": [entry, *FULL["QueueConfigurations"]]}
    merged = notification.with_entry(current, WANTED)
    assert merged["QueueConfigurations"] == [WANTED.as_entry(), *FULL["QueueConfigurations"]]
    assert not notification.same(current, merged)


@pytest.mark.parametrize("event", ["s3:Replication:*", "s3:Replication:OperationFailedReplication"])
def test_anothers_entry_to_the_same_queue_that_covers_ours_is_enough(event: str) -> None:
    current = {"QueueConfigurations": [queue("theirs", QUEUE, event, prefix="in")]}
    wanted = Wanted("ours", QUEUE, (FAILED,), "invoices/")
    assert notification.with_entry(current, wanted) == current
    found = notification.covering(current, wanted)
    assert found is not None
    assert found["Id"] == "theirs"


@pytest.mark.parametrize(
    ("current", "names"),
    [
        ({"QueueConfigurations": [queue("theirs", OTHER_QUEUE, "s3:Replication:*")]}, "queue entry 'theirs'"),
        (
            {
                "TopicConfigurations": [
                    {"Id": "t", "TopicArn": TOPIC, "Events": ["s3:Replication:OperationFailedReplication"]}
                ]
            },
            "topic entry 't'",
        ),
        (
            {
                "LambdaFunctionConfigurations": [
                    {"Id": "f", "LambdaFunctionArn": FUNCTION, "Events": ["s3:Replication:*"]}
                ]
            },
            "function entry 'f'",
        ),
        (
            {"TopicConfigurations": [{"Id": "ours", "TopicArn": TOPIC, "Events": ["s3:ObjectCreated:*"]}]},
            "choose another id",
        ),
        ({"QueueConfigurations": [queue("part", QUEUE, "s3:Replication:*", prefix="a/")]}, "'part'"),
        ({"QueueConfigurations": [queue("part", QUEUE, "s3:Replication:*", suffix=".png")]}, "'part'"),
    ],
)
def test_what_s3_would_refuse_is_refused_by_name(current: dict[str, Any], names: str) -> None:
    with pytest.raises(RefusedError, match=names):
        notification.with_entry(current, WANTED)


@pytest.mark.parametrize(
    ("prefix", "theirs", "meets"),
    [
        ("a/", {"prefix": "b/"}, False),
        ("a/", {"prefix": "a/b/"}, True),
        ("a/b/", {"prefix": "a/"}, True),
        ("a/", {"prefix": "", "suffix": ".png"}, True),
        ("", {"prefix": "b/"}, True),
    ],
)
def test_entries_meet_where_both_could_match_a_key(prefix: str, theirs: dict[str, str], meets: bool) -> None:
    current = {"QueueConfigurations": [queue("theirs", OTHER_QUEUE, "s3:Replication:*", **theirs)]}
    wanted = Wanted("ours", QUEUE, (FAILED,), prefix)
    if meets:
        with pytest.raises(RefusedError):
            notification.with_entry(current, wanted)
    else:
        assert len(notification.with_entry(current, wanted)["QueueConfigurations"]) == 2


def test_every_entry_in_the_way_is_told() -> None:
    current = {
        "QueueConfigurations": [queue("one", OTHER_QUEUE, "s3:Replication:*", prefix="a")],
        "TopicConfigurations": [
            {"Id": "two", "TopicArn": TOPIC, "Events": ["s3:Replication:*"], "Filter": filtered(prefix="b")}
        ],
    }
    with pytest.raises(RefusedError) as refused:
        notification.with_entry(current, WANTED)
    assert len(refused.value.problems) == 2


def test_removing_touches_no_other_entry_even_with_the_same_queue() -> None:
    current = {"QueueConfigurations": [queue("theirs", QUEUE, "s3:ObjectCreated:*"), WANTED.as_entry()]}
    assert notification.without_entry(current, "ours") == {"QueueConfigurations": [current["QueueConfigurations"][0]]}
    assert notification.without_entry(FULL, "ours") == FULL


@pytest.mark.parametrize(
    ("queue_name", "arn"),
    [
        ("failures", QUEUE),
        (QUEUE, QUEUE),
        ("https://sqs.us-east-1.amazonaws.com/111122223333/failures", QUEUE),
        ("https://sqs.eu-west-1.amazonaws.com/444455556666/x", "arn:aws:sqs:eu-west-1:444455556666:x"),
    ],
)
def test_a_queue_can_be_named_in_three_ways(queue_name: str, arn: str) -> None:
    assert notification.queue_arn_of(queue_name, "us-east-1", "111122223333", "aws") == arn


@pytest.mark.parametrize("name", ["", "a/b", "arn:aws:sns:us-east-1:111122223333:t", "https://example.com/x", "a:b"])
def test_what_names_no_queue_is_refused(name: str) -> None:
    with pytest.raises(RefusedError):
        notification.queue_arn_of(name, "us-east-1", "111122223333", "aws")


def test_a_queue_elsewhere_or_fifo_is_refused() -> None:
    assert notification.queue_problems("invoices", "us-east-1", QUEUE) == []
    (elsewhere,) = notification.queue_problems("invoices", "eu-west-1", QUEUE)
    assert "failures is in us-east-1, bucket invoices is in eu-west-1" in elsewhere
    (fifo,) = notification.queue_problems("invoices", "us-east-1", f"{QUEUE}.fifo")
    assert "FIFO" in fifo


def rule(rule_id: str, metrics: str | None, status: str = "Enabled") -> dict[str, Any]:
    destination = {"Bucket": "arn:aws:s3:::d", **({"Metrics": {"Status": metrics}} if metrics else {})}
    return {"ID": rule_id, "Status": status, "Destination": destination}


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([], "it has no enabled replication rule"),
        ([rule("a", "Enabled", "Disabled")], "it has no enabled replication rule"),
        ([rule("b", None), rule("a", "Disabled"), rule("c", "Enabled")], "metrics are off in a, b"),
        ([rule("a", "Enabled"), rule("b", None, "Disabled")], None),
    ],
)
def test_rules_without_metrics_are_told(rules: list[dict[str, Any]], told: str | None) -> None:
    assert notification.metrics_missing(rules) == told


def test_what_a_person_reads() -> None:
    assert notification.readable(FULL) == {
        "entries": [
            {"id": "news", "topic": TOPIC, "events": ["s3:ObjectRemoved:*"], "prefix": "", "suffix": ""},
            {"id": "orders", "queue": OTHER_QUEUE, "events": ["s3:ObjectCreated:*"], "prefix": "orders/", "suffix": ""},
            {"id": "thumbs", "function": FUNCTION, "events": ["s3:ObjectCreated:Put"], "prefix": "", "suffix": ".png"},
        ],
        "event_bridge": True,
    }
