# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.tests.integration.capture import Capture, allow, examples, restricted
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.failure_events import (
    NASTY_KEYS,
    body,
    notification,
    record,
)

MODULE = "aws_dr.s3.replication_failure_collect"
Aws = Callable[..., Any]
Playbook = Callable[..., Any]
COLLECTING = (
    "sqs:GetQueueUrl",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "dynamodb:DescribeTable",
    "dynamodb:BatchWriteItem",
)


def task(name: str, **options: Any) -> list[dict[str, Any]]:
    wanted = {"failure_queue": name, "ledger_table": name, "concurrency": 4, **options}
    return [{"name": "Collect", MODULE: {key: value for key, value in wanted.items() if value is not None}}]


def wait_until(condition: Callable[[], Any]) -> None:
    """Look until it is so."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "waited two minutes in vain"
        time.sleep(0.05)


def descendants(pid: int) -> list[int]:
    """Processes that a process has started, and those that these have (ansible's workers leave its group)."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [(int(line.split()[0]), int(line.split()[1])) for line in listed.splitlines()]
    children = [child for child, parent in parents if parent == pid]
    return children + [deeper for child in children for deeper in descendants(child)]


@pytest.fixture
def capture(aws: Aws, name: str) -> Capture:
    return Capture(aws, name)


def test_failures_are_recorded_and_their_messages_deleted(playbook: Playbook, capture: Capture) -> None:
    capture.send(
        *(body(record(key)) for key in NASTY_KEYS),
        notification(notification(body(record("wrapped twice"), record("beside it")))),
        body(record("nobody counts me", name="Replication:OperationNotTracked")),
        '{"Service":"Amazon S3","Event":"s3:TestEvent"}',
    )
    check = playbook(task(capture.name), check=True)
    assert check.changed and check.last["expected"] == len(NASTY_KEYS) + 3
    assert capture.items() == [] and capture.count() == len(NASTY_KEYS) + 3

    done = playbook(task(capture.name)).last
    assert [item["object_key"] for item in capture.failures()] == sorted([*NASTY_KEYS, "wrapped twice", "beside it"])
    assert capture.count() == 0
    assert done["changed"] and done["stopped_because"] == "empty"
    assert done["dropped"] == {"Replication:OperationNotTracked": 1, "s3:TestEvent": 1}
    assert (done["received"], done["deleted"]) == (len(NASTY_KEYS) + 3, len(NASTY_KEYS) + 3)
    assert done["rules"] == [
        {
            "bucket": "src",
            "rule_id": "to-dr",
            "recorded": len(NASTY_KEYS) + 2,
            "reasons": [{"reason": "AssumeRoleNotPermitted", "recorded": len(NASTY_KEYS) + 2}],
        }
    ]
    before = capture.items()
    again = playbook(task(capture.name))
    assert not again.changed and again.last["received"] == 0
    assert capture.items() == before
    assert not playbook(task(capture.name), check=True).changed


def test_the_same_event_twice_is_one_item(playbook: Playbook, capture: Capture) -> None:
    capture.send(*[body(record("a"))] * 5)
    done = playbook(task(capture.name, retention_days=365)).last
    (item,) = capture.failures()
    assert done["recorded"] == 5
    assert item == {
        "pk": item["pk"],
        "sk": item["sk"],
        "bucket": "src",
        "rule_id": "to-dr",
        "object_key": "a",
        "version_id": "3HL4kqtJlcpXroDTDmJ",
        "destination": "dst",
        "reason": "AssumeRoleNotPermitted",
        "failed_at": "2024-09-05T21:04:32.527Z",
        "requested_at": "2024-09-05T21:03:59.168Z",
        "operation": "OBJECT_PUT",
        "size": "520080",
        "etag": "0e1f2a",
        "sequencer": "0066DA1CBF104C0D51",
        "region": "us-east-1",
        "event_name": "Replication:OperationFailedReplication",
        "source": "event",
        "expires_at": str(1725570272 + 365 * 86400),
    }


def test_an_empty_queue_changes_nothing(playbook: Playbook, capture: Capture) -> None:
    run = playbook(task(capture.name))
    assert not run.changed and run.last["stopped_because"] == "empty"
    assert capture.items() == []


def test_a_malformed_message_ends_in_the_dead_letter_queue_and_can_be_redriven(
    playbook: Playbook, aws: Aws, name: str, lab: Any
) -> None:
    capture = Capture(aws, name, max_receives=2)
    capture.send("{ broken", body(record("good")))
    told = playbook(task(name)).last
    assert told["malformed"]["count"] == 1
    assert "not JSON" in told["malformed"]["messages"][0]["problem"]
    assert any("can't be read" in warning for warning in told["warnings"])
    for _run in range(2):
        lab.call("POST", "/clock/advance", {"seconds": 31})
        playbook(task(name))
    assert capture.count() == 0
    assert capture.receive(capture.dead_letter_url) == ["{ broken"]
    assert [item["object_key"] for item in capture.failures()] == ["good"]

    # What can be read leaves the dead-letter queue, what still can't be stays there.
    capture.send(body(record("parked")), url=capture.dead_letter_url)
    foretold = playbook(task(name, redrive=True), check=True)
    assert foretold.changed and foretold.last["expected"] == 2
    assert playbook(task(name, redrive=True)).last["deleted"] == 1
    assert [item["object_key"] for item in capture.failures()] == ["good", "parked"]
    assert capture.count(capture.dead_letter_url) == 1


def test_failures_that_come_by_way_of_a_topic(playbook: Playbook, aws: Aws, capture: Capture) -> None:
    """S3 tells a topic, to which the queue is subscribed; not raw, so that SNS wraps what S3 said."""
    sns = aws("sns")
    topic = sns.create_topic(Name=capture.name)["TopicArn"]
    statement = {**allow("sqs:SendMessage", resource=capture.queue_arn), "Principal": {"Service": "sns.amazonaws.com"}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    capture.sqs.set_queue_attributes(QueueUrl=capture.url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=capture.queue_arn)
    sns.publish(TopicArn=topic, Message='{"Service":"Amazon S3","Event":"s3:TestEvent"}')
    for key in NASTY_KEYS:
        sns.publish(TopicArn=topic, Message=body(record(key)))
    wait_until(lambda: capture.count() == len(NASTY_KEYS) + 1)
    done = playbook(task(capture.name)).last
    assert (done["recorded"], done["malformed"]["count"]) == (len(NASTY_KEYS), 0)
    assert done["dropped"] == {"s3:TestEvent": 1}
    assert [item["object_key"] for item in capture.failures()] == sorted(NASTY_KEYS)
    assert capture.count() == 0


def test_a_queue_and_a_dead_letter_queue_given_by_url(playbook: Playbook, capture: Capture) -> None:
    capture.send(body(record("a")))
    capture.send(body(record("b")), url=capture.dead_letter_url)
    options = {"failure_queue": capture.url, "redrive": True, "dead_letter_queue": capture.dead_letter_url}
    playbook(task(capture.name, **options))
    assert [item["object_key"] for item in capture.failures()] == ["a", "b"]


def test_the_queue_may_be_in_another_region_than_the_ledger(playbook: Playbook, aws: Aws, name: str) -> None:
    home, away = Capture(aws, name), Capture(aws, name, region="eu-west-1")
    away.send(body(record("a")))
    playbook(task(name, failure_queue=away.url))
    assert [item["object_key"] for item in home.failures()] == ["a"]
    assert away.count() == 0 and away.items() == []


def test_max_messages_leaves_the_rest(playbook: Playbook, capture: Capture) -> None:
    capture.send(*(body(record(str(number))) for number in range(30)))
    done = playbook(task(capture.name, max_messages=12)).last
    assert (done["received"], done["stopped_because"]) == (12, "limit")
    assert capture.count() == 18 and len(capture.failures()) == 12


def test_what_a_killed_run_received_comes_again(playbook: Playbook, capture: Capture, lab: Any) -> None:
    capture.send(*(body(record(str(number))) for number in range(20)))
    # As a run leaves it that was killed after it had received and before it had written anything.
    capture.sqs.receive_message(QueueUrl=capture.url, MaxNumberOfMessages=10)
    first = playbook(task(capture.name)).last
    assert first["received"] == 10 and first["queues"][0]["in_flight"] == 10
    lab.call("POST", "/clock/advance", {"seconds": 31})
    playbook(task(capture.name))
    assert len(capture.failures()) == 20 and capture.count() == 0


@pytest.mark.parametrize("slow", [("dynamodb", "BatchWriteItem"), ("sqs", "DeleteMessageBatch")])
def test_a_run_that_is_killed_loses_and_doubles_nothing(
    playbook: Playbook, capture: Capture, lab: Any, tmp_path: Path, slow: tuple[str, str]
) -> None:
    """Killed while the first such call is under way: before anything is written, and between writing and deleting."""
    capture.send(*(body(record(str(number))) for number in range(30)))
    service, operation = slow
    lab.call("POST", "/faults", {"kind": "delay", "service": service, "operation": operation, "delay": 60.0})
    play = tmp_path / "killed.yml"
    head = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    play.write_text(json.dumps([{**head, "tasks": task(capture.name)}]))
    settings = {"ANSIBLE_PYTHON_INTERPRETER": sys.executable}
    command = ["ansible-playbook", "-i", "localhost,", str(play)]
    with subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL) as run:
        try:
            wait_until(lambda: any(fault["hits"] for fault in lab.call("GET", "/faults")["faults"]))
        finally:
            for pid in [run.pid, *descendants(run.pid)]:
                os.kill(pid, signal.SIGKILL)
    lab.call("DELETE", "/faults")
    assert capture.count() == 30
    lab.call("POST", "/clock/advance", {"seconds": 120})
    playbook(task(capture.name))
    assert capture.count() == 0
    assert [item["object_key"] for item in capture.failures()] == sorted(str(number) for number in range(30))


def test_a_ledger_that_throttles_loses_nothing(playbook: Playbook, capture: Capture, lab: Any) -> None:
    capture.send(*(body(record(str(number))) for number in range(60)))
    fault = {"kind": "throttle", "service": "dynamodb", "operation": "BatchWriteItem", "times": 3}
    lab.call("POST", "/faults", fault)
    done = playbook(task(capture.name)).last
    assert done["deleted"] == 60 and len(capture.failures()) == 60


def test_answers_that_are_cut_off_lose_and_double_nothing(playbook: Playbook, capture: Capture, lab: Any) -> None:
    capture.send(*(body(record(str(number))) for number in range(60)))
    for service, operation in (("dynamodb", "BatchWriteItem"), ("sqs", "DeleteMessageBatch")):
        lab.call("POST", "/faults", {"kind": "cut", "service": service, "operation": operation, "times": 1})
    playbook(task(capture.name))
    assert len(capture.failures()) == 60 and capture.count() == 0


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"failure_queue": "nowhere"}, ["nowhere", "no such queue in us-east-1", "region"]),
    (
        {"failure_queue": "https://sqs.us-east-1.amazonaws.com/111122223333/nowhere"},
        ["nowhere", "no such queue in us-east-1"],
    ),
    ({"failure_queue": "https://sqs.eu-west-1.amazonaws.com/111122223333/x"}, ["no such queue in eu-west-1"]),
    (
        {"failure_queue": "arn:aws:sqs:us-east-1:111122223333", "ledger_table": "nowhere"},
        ["'arn:aws:sqs:us-east-1:111122223333' names no SQS queue", "arn:<partition>:sqs:<Region>:<account>:<name>"],
    ),
    ({"failure_queue": "arn:aws:sns:us-east-1:111122223333:t"}, ["names no SQS queue", "its name (letters"]),
    ({"failure_queue": "https://example.com/111122223333/failures"}, ["names no SQS queue", "https://sqs.<Region>"]),
    ({"failure_queue": "https://sqs.us-east-1.example.com/111122223333/failures"}, ["names no SQS queue"]),
    ({"region": "eu-west-1"}, ["does not exist in eu-west-1"]),
    ({"ledger_table": "nowhere"}, ["ledger table nowhere does not exist in us-east-1", "failure_capture"]),
    ({"ledger_table": "other-table"}, ["other-table in us-east-1 is not a ledger", "id (HASH"]),
    (
        {"redrive": True, "dead_letter_queue": "arn:aws:sqs:eu-west-1:111122223333:x"},
        ["is in eu-west-1, and us-east-1 is asked for it"],
    ),
    ({"max_messages": -1, "wait_timeout": 0}, ["max_messages is -1", "wait_timeout is 0"]),
    ({"retention_days": 0}, ["retention_days is 0"]),
    ({"concurrency": 0}, ["concurrency is 0"]),
    ({"redrive": True, "failure_queue": "no-redrive"}, ["no-redrive", "no redrive policy", "dead_letter_queue"]),
]


def test_wrong_options_are_told_and_nothing_is_received(playbook: Playbook, capture: Capture) -> None:
    capture.send(body(record("a")))
    capture.sqs.create_queue(QueueName="no-redrive")
    capture.dynamodb.create_table(
        TableName="other-table",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    # Check mode refuses the same.
    tasks = [
        {**task(capture.name, **options)[0], "ignore_errors": True, "check_mode": check}
        for check in (False, True)
        for options, _said in WRONG
    ]
    results = playbook(tasks).tasks
    for result, (options, said) in zip(results, WRONG * 2, strict=True):
        message = result["result"]["msg"]
        assert result["outcome"] == "failed", options
        assert all(text in message for text in said), message
    assert capture.receive(capture.url) == [body(record("a"))]
    assert capture.items() == []


def test_a_missing_permission_is_named_and_nothing_is_lost(
    playbook: Playbook, aws: Aws, capture: Capture, lab: Any
) -> None:
    tasks = []
    for missing in COLLECTING:
        others = [action for action in COLLECTING if action != missing]
        keys = restricted(aws, f"{capture.name}-{len(tasks)}", allow(*others))
        options = {name.lower(): value for name, value in keys.items()}
        tasks.append({**task(capture.name, **options)[0], "ignore_errors": True})
    capture.send(*(body(record(str(number))) for number in range(30)))
    results = [run["result"] for run in playbook(tasks).tasks]
    assert [result["permission"] for result in results] == list(COLLECTING)
    assert all(missing in result["msg"] for missing, result in zip(COLLECTING, results, strict=True))
    # Without sqs:DeleteMessage what was received is recorded, and nothing more than the first messages was received.
    assert [result.get("recorded", 0) for result in results] == [0, 0, 0, 10, 0, 0]
    assert capture.count() == 30 and len(capture.failures()) == 10
    lab.call("POST", "/clock/advance", {"seconds": 31})
    playbook(task(capture.name))
    assert capture.count() == 0 and len(capture.failures()) == 30


def test_the_documented_permissions_suffice(playbook: Playbook, aws: Aws, capture: Capture) -> None:
    capture.send(body(record("a")))
    capture.send(body(record("b")), url=capture.dead_letter_url)
    environment = restricted(
        aws,
        capture.name,
        allow(*COLLECTING[:4], resource=capture.queue_arn),
        allow(*COLLECTING[:4], resource=capture.dead_letter_arn),
        allow(*COLLECTING[4:], resource=f"arn:aws:dynamodb:us-east-1:111122223333:table/{capture.name}"),
    )
    assert playbook(task(capture.name, redrive=True), env=environment).last["deleted"] == 2
    assert len(capture.failures()) == 2


def test_the_examples_of_the_documentation_work(playbook: Playbook, aws: Aws) -> None:
    capture = Capture(aws, "s3-replication-failures")
    capture.send(body(record("a")))
    run = playbook(examples("replication_failure_collect"))
    assert [task["outcome"] for task in run.tasks] == ["ok", "ok", "ok"]
    assert len(capture.failures()) == 1
