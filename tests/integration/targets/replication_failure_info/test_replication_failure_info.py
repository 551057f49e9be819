# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.tests.integration.capture import ACCOUNT, Capture, allow, examples, restricted
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.failure_events import (
    NASTY_KEYS,
    body,
    record,
)

COLLECT = "aws_dr.s3.replication_failure_collect"
INFO = "aws_dr.s3.replication_failure_info"
# Of the nasty keys those with '#', NUL, emoji, a slash alone, and 1,024 bytes; unit tests ask for all of them.
# Ansible writes a module's options to the system's log, which takes no NUL (Python 3.12 and newer fail there).
PREFIXES = tuple(index for index in (4, 6, 7, 10, 13, 14) if "\0" not in NASTY_KEYS[index])
Aws = Callable[..., Any]
Playbook = Callable[..., Any]


def collect(name: str) -> dict[str, Any]:
    return {"name": "Collect", COLLECT: {"failure_queue": name, "ledger_table": name, "concurrency": 4}}


def ask(table: str, title: str = "Ask", **options: Any) -> dict[str, Any]:
    return {"name": title, INFO: {"ledger_table": table, **options}, "ignore_errors": True}


@pytest.fixture
def capture(aws: Aws, name: str) -> Capture:
    return Capture(aws, name)


def keys(result: dict[str, Any]) -> list[str]:
    return sorted(found["key"] for found in result["records"])


def test_questions(playbook: Playbook, capture: Capture) -> None:
    """One play, many questions: by bucket, rule, destination, reason, prefix, time, and combinations."""
    day = "2026-03-{:02d}T00:00:00.000Z".format
    capture.send(
        *(body(record(key, bucket="nasty")) for key in NASTY_KEYS),
        body(
            record("logs/a", rule="logs", time=day(1)),
            record("logs/b", rule="logs", time=day(2), reason="DstKmsKeyNotFound"),
            record("logs/b", rule="logs", time=day(3), reason="DstMultipartPartUploadNotPermitted"),
            record("data/c", time=day(4), destination="arn:aws:s3:::third"),
            record("data/c", time=day(5)),
            record("data/d", time=day(6), reason="BrandNew", size=None),
        ),
    )
    table = capture.name
    questions: dict[str, dict[str, Any]] = {
        "bucket": {"bucket": "src"},
        "rule": {"bucket": "src", "rule_id": "logs"},
        "rule anywhere": {"rule_id": ["logs", "none"]},
        "destination": {"bucket": "src", "destination": ["arn:aws:s3:::third"]},
        "reason": {"bucket": "src", "reason": "BrandNew"},
        "other spelling": {"bucket": "src", "reason": ["DstMultipartUploadNotPermitted"]},
        "reason of an older failure": {"bucket": "src", "reason": ["DstKmsKeyNotFound"]},
        "prefix": {"bucket": "src", "key_prefix": "logs/"},
        "after": {"bucket": "src", "failed_after": "2026-03-05"},
        "before": {"bucket": "src", "failed_before": "2026-03-03T01:00:00+01:00"},
        "nowhere": {"bucket": "unknown"},
        "pending": {"bucket": "src", "status": ["pending", "failed"], "rule_id": "logs"},
        "taken": {"bucket": "src", "status": "taken"},
        **{f"nasty {index}": {"bucket": "nasty", "key_prefix": NASTY_KEYS[index]} for index in PREFIXES},
        "limit": {"limit": 2},
        "summary": {"bucket": "src", "summary": True, "limit": 0},
    }
    run = playbook([collect(table), *(ask(table, title, **options) for title, options in questions.items())])
    assert [task["task"] for task in run.tasks if task["result"].get("changed")] == ["Collect"]
    assert keys(run.of("bucket")) == ["data/c", "data/c", "data/d", "logs/a", "logs/b"]
    assert keys(run.of("rule")) == keys(run.of("rule anywhere")) == keys(run.of("prefix")) == ["logs/a", "logs/b"]
    assert keys(run.of("destination")) == ["data/c"]
    assert keys(run.of("reason")) == ["data/d"]
    assert keys(run.of("other spelling")) == ["logs/b"]
    assert keys(run.of("reason of an older failure")) == []
    assert keys(run.of("after")) == ["data/c", "data/d"]
    assert keys(run.of("before")) == ["logs/a"]
    nothing = run.of("nowhere")
    assert (nothing["records"], nothing["rules"], nothing["truncated"]) == ([], [], False)
    assert "never held a failure record of bucket unknown" in nothing["warnings"][0]
    assert not any("warnings" in run.of(title) for title in questions if title != "nowhere")
    assert keys(run.of("pending")) == ["logs/a", "logs/b"]
    assert {found["status"] for found in run.of("pending")["records"]} == {"pending"}
    assert keys(run.of("taken")) == []
    for index in PREFIXES:
        begin = [name for name in NASTY_KEYS if name.startswith(NASTY_KEYS[index])]
        assert keys(run.of(f"nasty {index}")) == sorted(begin)
    limited = run.of("limit")
    assert len(limited["records"]) == 2 and limited["truncated"]
    assert limited["rules"] == [
        {"bucket": "nasty", "rule_id": "to-dr"},
        {"bucket": "src", "rule_id": "logs"},
        {"bucket": "src", "rule_id": "to-dr"},
    ]
    twice = next(found for found in run.of("rule")["records"] if found["key"] == "logs/b")
    assert (twice["failures"], twice["first_failed_at"], twice["last_failed_at"]) == (2, day(2), day(3))
    assert twice["reason"] == "DstMultipartPartUploadNotPermitted" and twice["reason_class"] == "permission-dst"
    summary = run.of("summary")
    assert (summary["count"], summary["records"]) == (5, [])
    shown = {(group["rule_id"], group["destination"], group["reason"]): group for group in summary["summary"]}
    assert {key: group["count"] for key, group in shown.items()} == {
        ("logs", "dst", "AssumeRoleNotPermitted"): 1,
        ("logs", "dst", "DstMultipartPartUploadNotPermitted"): 1,
        ("to-dr", "third", "AssumeRoleNotPermitted"): 1,
        ("to-dr", "dst", "AssumeRoleNotPermitted"): 1,
        ("to-dr", "dst", "BrandNew"): 1,
    }
    assert shown["to-dr", "dst", "BrandNew"]["reason_class"] == "unknown"
    assert "s3:ReplicateObject" in shown["logs", "dst", "DstMultipartPartUploadNotPermitted"]["remedy"]


def _replicating(aws: Aws, capture: Capture, name: str) -> tuple[str, str]:
    """A pair whose role may not write at the destination, and whose failure events go to the queue; (source, rule)."""
    source, destination = f"{name}-src", f"{name}-dst"
    s3, iam = aws("s3"), aws("iam")
    for bucket in (source, destination):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    version = {"Version": "2012-10-17"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({**version, "Statement": [trust]}))
    reading = {"Effect": "Allow", "Action": ["s3:Get*", "s3:ListBucket"], "Resource": "*"}
    iam.put_role_policy(
        RoleName=name, PolicyName="read", PolicyDocument=json.dumps({**version, "Statement": [reading]})
    )
    sending = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": capture.queue_arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    capture.sqs.set_queue_attributes(
        QueueUrl=capture.url, Attributes={"Policy": json.dumps({**version, "Statement": [sending]})}
    )
    s3.put_bucket_notification_configuration(
        Bucket=source,
        NotificationConfiguration={
            "QueueConfigurations": [
                {"QueueArn": capture.queue_arn, "Events": ["s3:Replication:OperationFailedReplication"]}
            ]
        },
    )
    rule = {
        "ID": "to-dr",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{destination}", "Metrics": {"Status": "Enabled"}},
    }
    s3.put_bucket_replication(Bucket=source, ReplicationConfiguration={"Role": role["Role"]["Arn"], "Rules": [rule]})
    return source, destination


def test_real_failures_of_real_objects(playbook: Playbook, aws: Aws, capture: Capture, name: str, lab: Any) -> None:
    source, destination = _replicating(aws, capture, name)
    names = [key for key in NASTY_KEYS if "\0" not in key and key not in (".", "//a//")]
    versions = {key: aws("s3").put_object(Bucket=source, Key=key, Body=b"12345")["VersionId"] for key in names}
    lab.replication_idle()
    run = playbook([collect(capture.name), ask(capture.name, bucket=source, summary=True)])
    assert run.of("Collect")["dropped"] == {"s3:TestEvent": 1}
    found = run.last["records"]
    assert {entry["key"]: entry["version_id"] for entry in found} == versions
    assert {
        (entry["bucket"], entry["rule_id"], entry["destination"], entry["reason"], entry["size"], entry["operation"])
        for entry in found
    } == {(source, "to-dr", destination, "DstPutObjectNotPermitted", 5, "OBJECT_PUT")}
    (group,) = run.last["summary"]
    assert (group["count"], group["size"]) == (len(names), 5 * len(names))
    assert group["reason_class"] == "permission-dst" and "s3:ReplicateObject" in group["remedy"]


def test_what_cannot_be_asked_is_told_and_a_missing_ledger_is_no_empty_one(
    playbook: Playbook, aws: Aws, capture: Capture
) -> None:
    table = capture.name
    blind = restricted(aws, f"{table}-blind", allow("dynamodb:DescribeTable"))
    blinder = restricted(aws, f"{table}-blinder", allow("s3:ListBucket"))
    wrong: list[tuple[dict[str, Any], list[str]]] = [
        ({"ledger_table": "nowhere"}, ["ledger table nowhere does not exist in us-east-1"]),
        ({"region": "eu-west-1"}, ["does not exist in eu-west-1"]),
        ({"failed_after": "yesterday"}, ["failed_after is 'yesterday'", "2026-03-01T08:00:00Z"]),
        ({"failed_after": "2026-03-02", "failed_before": "2026-03-01"}, ["not before failed_before"]),
        ({"limit": -1}, ["limit is -1"]),
        ({"key_prefix": "k" * 1025}, ["key_prefix is longer"]),
        ({"rule_id": ["a", ""]}, ["rule_id holds an empty name"]),
        ({name.lower(): value for name, value in blind.items()}, ["Allow dynamodb:Query", table]),
        ({name.lower(): value for name, value in blinder.items()}, ["Allow dynamodb:DescribeTable", table]),
    ]
    run = playbook([ask(table, **options) for options, _said in wrong])
    for task, (options, said) in zip(run.tasks, wrong, strict=True):
        assert task["outcome"] == "failed", options
        assert all(text in task["result"]["msg"] for text in said), task["result"]["msg"]


def test_an_empty_ledger_is_an_answer_and_the_documented_permissions_suffice(
    playbook: Playbook, aws: Aws, capture: Capture
) -> None:
    arn = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{capture.name}"
    environment = restricted(aws, capture.name, allow("dynamodb:DescribeTable", "dynamodb:Query", resource=arn))
    for check in (False, True):
        run = playbook([ask(capture.name, summary=True)], env=environment, check=check)
        assert not run.changed
        answer = {name: run.last[name] for name in ("records", "rules", "summary", "count", "truncated")}
        assert answer == {"records": [], "rules": [], "summary": [], "count": 0, "truncated": False}


def test_the_examples_of_the_documentation_work(playbook: Playbook, aws: Aws) -> None:
    capture = Capture(aws, "s3-replication-failures")
    capture.send(body(record("2026/a", bucket="invoices", time="2026-03-05T00:00:00.000Z")))
    run = playbook([collect("s3-replication-failures"), *examples("replication_failure_info")])
    assert {task["outcome"] for task in run.tasks} == {"ok"}
    (found,) = run.of("List invoices of 2026 that one rule could not replicate since the first of March")["records"]
    assert found["key"] == "2026/a"
