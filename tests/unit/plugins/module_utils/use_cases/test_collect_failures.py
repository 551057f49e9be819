# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import (
    AccessDeniedError,
    MissingError,
    ThrottledError,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.ledger import from_wire
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.events import parse_message
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import drain
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.collect_failures import Collection, collect
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.failure_events import (
    NASTY_KEYS,
    body,
    notification,
    record,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import (
    FakeQueue,
    FakeTable,
    Killed,
    Plug,
    client_error,
)

WANTED = Collection(table="ledger", queue="failures", concurrency=1)
TEST_EVENT = '{"Service":"Amazon S3","Event":"s3:TestEvent"}'
BODIES = [
    body(*(record(key) for key in NASTY_KEYS[:8])),
    notification(body(record("wrapped"))),
    body(record("again")),
    body(record("again")),
    TEST_EVENT,
    body(record("other", name="Replication:OperationNotTracked")),
    "{ broken",
    body(record("beside"), {"eventVersion": "2.2"}),
    *(body(record(f"{number:03d}", rule=f"rule-{number % 3}")) for number in range(60)),
]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def expected(*bodies: str) -> set[tuple[str, str]]:
    """The ledger's keys after these messages, made without any of the code that collects."""
    found = set()
    for text in bodies:
        for event in parse_message(text).failures:
            for item in (ledger.failure_item(event), ledger.directory_item(event.bucket, event.rule_id)):
                found.add((item["pk"], item["sk"]))
    return found


def run(queue: FakeQueue, table: FakeTable, wanted: Collection = WANTED, **more: Any) -> Outcome:
    return collect(queue, table, wanted, **more)


def filled(*bodies: str, plug: Plug | None = None) -> tuple[FakeQueue, FakeTable]:
    queue = FakeQueue(plug)
    queue.send(*bodies)
    return queue, FakeTable(plug)


@pytest.mark.parametrize("concurrency", [1, 8])
def test_drains_everything_and_leaves_only_what_it_cannot_read(concurrency: int) -> None:
    queue, table = filled(*BODIES)
    outcome = run(queue, table, replace(WANTED, concurrency=concurrency))
    assert set(table.items) == expected(*BODIES)
    assert [message.body for message in queue.queues[queue.URL]] == [BODIES[6], BODIES[7]]
    results = outcome.results
    assert outcome.changed
    assert (results["received"], results["deleted"], results["recorded"]) == (68, 66, 72)
    assert results["dropped"] == {"Replication:OperationNotTracked": 1, "s3:TestEvent": 1}
    assert results["stopped_because"] == "empty"
    assert results["malformed"]["count"] == 2
    told = {entry["message_id"]: entry["problem"] for entry in results["malformed"]["messages"]}
    assert "not JSON" in told["m-6-res"] and "eventName" in told["m-7-res"]
    assert "can't be read" in outcome.warnings[0] and "m-6-res" in outcome.warnings[0]


def test_counts_by_bucket_rule_and_reason() -> None:
    queue, table = filled(
        body(record("a", rule="x"), record("b", rule="x", reason="DstKmsKeyNotFound")),
        body(record("c", rule="x"), record("d", bucket="other")),
    )
    assert run(queue, table).results["rules"] == [
        {
            "bucket": "other",
            "rule_id": "to-dr",
            "recorded": 1,
            "reasons": [{"reason": "AssumeRoleNotPermitted", "recorded": 1}],
        },
        {
            "bucket": "src",
            "rule_id": "x",
            "recorded": 3,
            "reasons": [
                {"reason": "AssumeRoleNotPermitted", "recorded": 2},
                {"reason": "DstKmsKeyNotFound", "recorded": 1},
            ],
        },
    ]


def test_an_empty_queue_changes_nothing() -> None:
    queue, table = filled()
    outcome = run(queue, table)
    assert not outcome.changed and table.writes == 0
    assert (outcome.before, outcome.after) == ({"messages": 0}, {"messages": 0})
    assert len(queue.requests) >= drain.QUIET_POLLS
    assert all(request["WaitTimeSeconds"] >= 1 for request in queue.requests)


def test_a_single_empty_answer_is_not_believed() -> None:
    queue, table = filled(body(record()))
    queue.empty_answers = 2
    assert run(queue, table).results["recorded"] == 1


def test_a_second_run_finds_nothing_to_do() -> None:
    queue, table = filled(*BODIES[:6])
    run(queue, table)
    before = dict(table.items)
    assert not run(queue, table).changed
    assert table.items == before


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("concurrency", [1, 4])
def test_killed_at_any_call_and_run_again_the_ledger_is_the_same(after: bool, concurrency: int) -> None:
    whole = Plug()
    run(*filled(*BODIES, plug=whole), wanted=replace(WANTED, concurrency=concurrency))
    assert whole.calls > 15
    for number in range(whole.calls + 2):
        plug = Plug(at=number, after=after)
        queue, table = filled(*BODIES, plug=plug)
        try:
            run(queue, table, replace(WANTED, concurrency=concurrency))
        except Killed:
            # Whatever has left the queue by now is in the ledger.
            gone = set(BODIES) - {message.body for message in queue.queues[queue.URL]}
            assert expected(*gone) <= set(table.items)
        plug.at = None
        queue.reappear()
        run(queue, table)
        assert set(table.items) == expected(*BODIES)
        assert [message.body for message in queue.queues[queue.URL]] == [BODIES[6], BODIES[7]]


keys = st.text(st.sampled_from("ab#é\0+% "), min_size=1, max_size=3)
messages = st.lists(st.lists(keys.map(record), min_size=1, max_size=4).map(lambda several: body(*several)), max_size=30)


@settings(max_examples=30)
@given(messages, st.lists(st.integers(0, 25), max_size=6), st.integers(0, 3), st.integers(0, 40), st.booleans())
def test_no_fault_loses_or_doubles_anything(
    bodies: list[str], unprocessed: list[int], undeletable: int, killed_at: int, after: bool
) -> None:
    plug = Plug(at=killed_at, after=after)
    queue, table = filled(*bodies, plug=plug)
    table.unprocessed = unprocessed
    queue.undeletable = [("InternalError", False)] * undeletable
    try:
        run(queue, table)
    except Killed:
        plug.at = None
        queue.reappear()
        run(queue, table)
    assert set(table.items) == expected(*bodies)
    assert queue.queues[queue.URL] == []


def test_nothing_is_deleted_when_the_ledger_refuses_and_little_was_received() -> None:
    queue, table = filled(*BODIES)
    table.refuse = client_error("AccessDeniedException", "BatchWriteItem", "User is not authorized", 400)
    with pytest.raises(AccessDeniedError) as caught:
        run(queue, table, replace(WANTED, concurrency=8))
    assert caught.value.permission == "dynamodb:BatchWriteItem"
    assert (caught.value.details["recorded"], caught.value.details["deleted"]) == (0, 0)
    assert len(queue.queues[queue.URL]) == len(BODIES)
    assert sum(message.received for message in queue.queues[queue.URL]) <= 10


def test_what_dynamodb_leaves_unprocessed_is_written_before_anything_is_deleted() -> None:
    queue, table = filled(*BODIES[:6])
    table.unprocessed = [5, 3, 1]
    run(queue, table)
    assert set(table.items) == expected(*BODIES[:6])


def test_items_that_stay_unprocessed_end_the_run_with_nothing_deleted() -> None:
    queue, table = filled(body(record("a"), record("b")))
    table.unprocessed = [1] * 100
    with pytest.raises(ThrottledError, match="unprocessed"):
        run(queue, table)
    assert len(queue.queues[queue.URL]) == 1


def test_a_partial_failure_of_a_delete_is_tried_again() -> None:
    queue, table = filled(*BODIES[:6])
    queue.undeletable = [("InternalError", False)] * 3
    outcome = run(queue, table)
    assert queue.queues[queue.URL] == []
    assert (outcome.results["deleted"], outcome.results["undeleted"]) == (6, 0)


def test_an_expired_receipt_is_told_and_not_tried_again() -> None:
    queue, table = filled(body(record()))
    queue.undeletable = [("ReceiptHandleIsInvalid", True)] * 9
    outcome = run(queue, table)
    assert (outcome.results["deleted"], outcome.results["undeleted"]) == (0, 1)
    assert len(queue.undeletable) == 8
    assert "visibility timeout" in outcome.warnings[0] and outcome.changed


def test_deletes_that_never_succeed_end() -> None:
    queue, table = filled(body(record()))
    queue.undeletable = [("InternalError", False)] * 1000
    assert run(queue, table).results["undeleted"] == 1


def test_malformed_messages_that_come_again_at_once_do_not_keep_the_run_going() -> None:
    queue, table = filled("{ broken", body(record()), "[]")
    queue.visibility = 0
    outcome = run(queue, table)
    assert outcome.results["stopped_because"] == "empty"
    assert outcome.results["malformed"]["count"] == 2
    assert len(queue.requests) < 10


def test_a_queue_full_of_something_else_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "MOST_MALFORMED", 20)
    queue, table = filled(*['{"order": 1}'] * 200)
    outcome = run(queue, table)
    assert outcome.results["stopped_because"] == "malformed" and not outcome.changed
    assert len(queue.queues[queue.URL]) == 200
    assert sum(message.received for message in queue.queues[queue.URL]) <= 70


@pytest.mark.parametrize("limit", [1, 7, 10, 23])
@pytest.mark.parametrize("concurrency", [1, 6])
@pytest.mark.parametrize("at_once", [3, 10])
def test_max_messages_is_reached_and_not_passed(limit: int, concurrency: int, at_once: int) -> None:
    queue, table = filled(*(body(record(str(number))) for number in range(40)))
    queue.most_at_once = at_once
    outcome = run(queue, table, replace(WANTED, max_messages=limit, concurrency=concurrency))
    assert (outcome.results["received"], outcome.results["stopped_because"]) == (limit, "limit")
    assert len(queue.queues[queue.URL]) == 40 - limit


def test_max_messages_beyond_what_there_is_ends_empty() -> None:
    queue, table = filled(body(record()))
    assert run(queue, table, replace(WANTED, max_messages=50)).results["stopped_because"] == "empty"


def test_the_deadline_ends_the_run_and_what_was_received_is_recorded() -> None:
    queue, table = filled(*BODIES)
    ticks = iter(range(10_000))
    outcome = run(queue, table, replace(WANTED, wait_timeout=4), clock=lambda: float(next(ticks)))
    assert outcome.results["stopped_because"] == "deadline"
    gone = set(BODIES) - {message.body for message in queue.queues[queue.URL]}
    assert gone and expected(*gone) <= set(table.items)
    assert len(queue.queues[queue.URL]) > 10


def test_check_mode_receives_nothing_and_foretells() -> None:
    queue, table = filled(*BODIES)
    outcome = run(queue, table, check_mode=True)
    assert outcome.changed and outcome.results["expected"] == len(BODIES)
    assert (outcome.before, outcome.after) == ({"messages": 68}, {"messages": 0})
    assert queue.requests == [] and table.writes == 0
    assert outcome.results["stopped_because"] == "check_mode"
    assert not run(*filled(), check_mode=True).changed


def test_check_mode_knows_the_limit() -> None:
    outcome = run(*filled(*BODIES), wanted=replace(WANTED, max_messages=5), check_mode=True)
    assert (outcome.results["expected"], outcome.after) == (5, {"messages": 63})


def test_results_have_the_same_names_in_check_mode() -> None:
    assert run(*filled(*BODIES)).results.keys() == run(*filled(*BODIES), check_mode=True).results.keys()


def test_redrive_reads_the_dead_letter_queue_and_leaves_what_is_still_unreadable() -> None:
    queue, table = filled(body(record("fresh")))
    queue.send(body(record("parked")), "{ broken", url=queue.DEAD_LETTER_URL)
    outcome = run(queue, table, replace(WANTED, redrive=True))
    assert set(table.items) == expected(body(record("fresh"), record("parked")))
    assert [message.body for message in queue.queues[queue.DEAD_LETTER_URL]] == ["{ broken"]
    assert [entry["url"] for entry in outcome.results["queues"]] == [queue.URL, queue.DEAD_LETTER_URL]
    assert outcome.results["received"] == 3


def test_without_redrive_the_dead_letter_queue_is_not_touched() -> None:
    queue, table = filled(body(record("fresh")))
    queue.send(body(record("parked")), url=queue.DEAD_LETTER_URL)
    run(queue, table)
    assert len(queue.queues[queue.DEAD_LETTER_URL]) == 1


def test_redrive_without_a_dead_letter_queue_says_what_to_do() -> None:
    queue, table = filled(body(record()))
    queue.redrive_policy = False
    with pytest.raises(ToldError, match="no redrive policy"):
        run(queue, table, replace(WANTED, redrive=True))
    assert run(queue, table, replace(WANTED, redrive=True, dead_letter_queue="failures-dlq")).changed
    with pytest.raises(ToldError, match="same queue"):
        run(queue, table, replace(WANTED, redrive=True, dead_letter_queue="failures"))


def _untouched(queue: FakeQueue) -> bool:
    return queue.requests == [] and all(message.received == 0 for message in queue.queues[queue.URL])


def test_a_missing_table_is_told_before_anything_is_received() -> None:
    queue, table = filled(*BODIES)
    with pytest.raises(ToldError, match="ledger table nowhere does not exist in us-east-1"):
        run(queue, table, replace(WANTED, table="nowhere"))
    assert _untouched(queue)


@pytest.mark.parametrize("status", ["CREATING", "DELETING", "ARCHIVED"])
def test_a_table_that_cannot_be_used_now_is_told_before_anything_is_received(status: str) -> None:
    queue, table = filled(*BODIES)
    table.description["TableStatus"] = status
    with pytest.raises(ToldError, match=status):
        run(queue, table)
    assert _untouched(queue)


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ([{"AttributeName": "pk", "KeyType": "HASH"}], "S"),
        ([{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}], "S"),
        ([{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}], "N"),
    ],
)
def test_a_table_that_is_no_ledger_is_told_before_anything_is_received(schema: list[Any], kind: str) -> None:
    queue, table = filled(*BODIES)
    table.description["KeySchema"] = schema
    table.description["AttributeDefinitions"][1]["AttributeType"] = kind
    with pytest.raises(ToldError, match="is not a ledger"):
        run(queue, table)
    assert _untouched(queue)


def test_a_missing_queue_is_told() -> None:
    queue, table = filled()
    with pytest.raises(MissingError, match=r"no such queue in us-east-1.*region"):
        run(queue, table, replace(WANTED, queue="nowhere"))
    with pytest.raises(MissingError, match="no such queue"):
        run(queue, table, replace(WANTED, queue="https://sqs.us-east-1.amazonaws.com/111122223333/nowhere"))


@pytest.mark.parametrize(
    "name",
    [
        "https://sqs.eu-west-1.amazonaws.com/111122223333/failures",
        "arn:aws:sqs:eu-west-1:111122223333:failures",
    ],
)
def test_a_queue_of_another_region_is_told(name: str) -> None:
    with pytest.raises(ToldError, match="is in eu-west-1, and us-east-1 is asked"):
        run(*filled(), wanted=replace(WANTED, queue=name))


def test_options_that_cannot_be_right_are_all_told() -> None:
    with pytest.raises(RefusedError) as caught:
        run(*filled(), wanted=replace(WANTED, max_messages=-1, wait_timeout=0, retention_days=0))
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("check_mode", [False, True])
def test_what_names_no_queue_is_refused_before_any_call(check_mode: bool) -> None:
    queue, table = filled()
    wanted = replace(WANTED, queue="arn:aws:sqs:us-east-1:111122223333", dead_letter_queue="https://example.com/x")
    with pytest.raises(RefusedError) as caught:
        run(queue, table, replace(wanted, table="none"), check_mode=check_mode)
    assert [problem.split(";")[0] for problem in caught.value.problems] == [
        "failure_queue 'arn:aws:sqs:us-east-1:111122223333' names no SQS queue",
        "dead_letter_queue 'https://example.com/x' names no SQS queue",
    ]
    assert not queue.requests


def test_retention_is_noted_on_the_items() -> None:
    queue, table = filled(body(record(time="1970-01-02T00:00:00.000Z")))
    run(queue, table, replace(WANTED, retention_days=1))
    items = [from_wire(wire) for wire in table.items.values()]
    assert [item["expires_at"] for item in items if "object_key" in item] == [2 * 86400]


def test_names_of_dropped_events_are_bounded() -> None:
    queue, table = filled(*(body(record(name=f"Other:{number}")) for number in range(300)))
    dropped = run(queue, table).results["dropped"]
    assert sum(dropped.values()) == 300 and len(dropped) <= 101


def test_the_result_is_json() -> None:
    json.dumps(run(*filled(*BODIES)).results)
