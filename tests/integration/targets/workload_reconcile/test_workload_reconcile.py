# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""workload_reconcile against the lab, with the other Region gone: what was not finished starts again, once."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.capture import ACCOUNT, Aws, allow, examples, restricted
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.reconciling import HERE, LOST, MODULE, Site

Playbook = Callable[..., Run]
# The actions that the module's notes name for copies in place.
NAMED = (
    "dynamodb:DescribeTable",
    "dynamodb:Scan",
    "dynamodb:Query",
    "dynamodb:GetItem",
    "dynamodb:UpdateItem",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetBucketVersioning",
    "s3:GetBucketNotification",
    "s3:PutObject",
    "s3:GetObjectTagging",
    "s3:GetObjectVersionTagging",
    "s3:PutObjectTagging",
    "s3:AbortMultipartUpload",
    "kms:Decrypt",
    "kms:GenerateDataKey",
)


def counted(run: Run, title: str) -> dict[str, int]:
    return {name: number for name, number in run.of(title)["counts"].items() if number}


def told(run: Run, title: str) -> dict[str, Any]:
    return {row["key"]: row for row in run.of(title)["items"]}


def machine(aws: Aws, name: str) -> str:
    """A state machine that does nothing."""
    document = {"Version": "2012-10-17", "Statement": [allow("lambda:InvokeFunction")]}
    trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = aws("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({**document, "Statement": [trust]})
    )["Role"]["Arn"]
    definition = {"StartAt": "Do", "States": {"Do": {"Type": "Pass", "End": True}}}
    made = aws("stepfunctions", HERE).create_state_machine(name=name, definition=json.dumps(definition), roleArn=role)
    return str(made["stateMachineArn"])


def test_copies_fire_once_and_keep_all_with_the_other_region_gone(
    aws: Aws, lab: Lab, name: str, playbook: Playbook, tmp_path: Path
) -> None:
    site = Site(aws, lab, name)
    key = aws("kms", HERE).create_key()["KeyMetadata"]["Arn"]
    rich: dict[str, Any] = {
        "Metadata": {"owner": "billing"},
        "Tagging": "team=a%2Bb&x=%C3%BC",
        "ContentType": "text/csv",
        "ContentLanguage": "de",
        "CacheControl": "no-store",
        "StorageClass": "STANDARD_IA",
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": key,
    }
    site.put("input/plain.csv")
    site.put("input/a b+ü.csv", **rich)
    kept = site.put("input/deleted.csv")
    site.s3.delete_object(Bucket=site.standby, Key="input/deleted.csv")
    site.put("archive/moved.csv", Metadata={"was": "moved"})
    site.put("input/done.csv")
    site.put("input/new.csv")
    site.put("input/failed.csv")
    site.put("input/locked.csv")
    for one in ("plain", "locked", "a b+ü", "deleted", "moved", "never"):
        site.record(f"input/{one}.csv")
    site.record("input/done.csv", status="COMPLETED")
    site.record("input/new.csv", minutes=1)
    site.record("input/failed.csv", status="FAILED")
    site.replicate_back()
    site.listen()
    # Whoever may do what the notes say, but for one object.
    deny = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{site.standby}/input/locked.csv"}
    env = restricted(aws, f"{name}-user", allow(*NAMED), deny)
    lab.call("POST", f"/regions/{LOST}/down")
    output = tmp_path / "all.csv"
    where = {"input_prefix": "input/", "archive_prefixes": ["archive/"], "failed": ["FAILED"], "index": "status-index"}

    checked = playbook(tasks=[site.task("checked", output=str(output), **where)], check=True)
    assert checked.changed and site.heard(0) == [] and site.mark("input/plain.csv") is None
    assert counted(checked, "checked") == {"selected": 7, "restarted": 6, "missing": 1, "not_due": 1}
    assert len(list(csv.DictReader(output.open(encoding="utf-8", newline="")))) == 7

    # Once by the index, once by a scan: the same items, restarted once.
    tasks = [
        site.task("restarted", output=str(output), **where),
        site.task("again", **where),
        site.task("scanned", **{**where, "index": None}),
    ]
    run = playbook(tasks=[{**task, "ignore_errors": True} for task in tasks], env=env)
    other = {"selected": 7, "missing": 1, "not_due": 1, "denied": 1}
    assert counted(run, "restarted") == {**other, "restarted": 5} and run.of("restarted")["changed"]
    for title in ("again", "scanned"):
        assert counted(run, title) == {**other, "restarted_before": 5}
        assert not run.of(title)["changed"]
    rows = told(run, "restarted")
    assert {name: (row["outcome"], row["why"], row["found"]) for name, row in rows.items()} == {
        "input/plain.csv": ("restarted", None, "object"),
        "input/a b+ü.csv": ("restarted", None, "object"),
        "input/deleted.csv": ("restarted", None, "earlier_version"),
        "input/moved.csv": ("restarted", None, "archive"),
        "input/failed.csv": ("restarted", None, "object"),
        "input/never.csv": ("missing", "never_here", None),
        "input/locked.csv": ("denied", "access_denied", "object"),
    }
    assert "s3:PutObject" in rows["input/locked.csv"]["msg"] and site.mark("input/locked.csv") is None
    assert rows["input/deleted.csv"]["version_id"] == kept
    before = {key: (row["outcome"], row["version_id"]) for key, row in told(checked, "checked").items()}
    after = {key: (row["outcome"], row["version_id"]) for key, row in rows.items()}
    assert before == {**after, "input/locked.csv": ("restarted", after["input/locked.csv"][1])}
    events = [("ObjectCreated:Copy", f"input/{one}.csv") for one in ("a b+ü", "deleted", "failed", "moved", "plain")]
    assert site.heard(5) == events, "each event once, by all three tasks"
    head = site.s3.head_object(Bucket=site.standby, Key="input/a b+ü.csv")
    assert head["VersionId"] == rows["input/a b+ü.csv"]["result"] != rows["input/a b+ü.csv"]["version_id"]
    assert {one: head[one] for one in rich if one != "Tagging"} == {one: rich[one] for one in rich if one != "Tagging"}
    tags = site.s3.get_object_tagging(Bucket=site.standby, Key="input/a b+ü.csv")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"team": "a+b", "x": "ü"}
    assert site.current("input/deleted.csv") == b"input/deleted.csv"
    assert site.current("input/moved.csv") == b"archive/moved.csv"
    mark = site.mark("input/plain.csv")
    assert mark is not None and (mark["state"], mark["attempt"]) == ("restarted", "1")
    with output.open(encoding="utf-8", newline="") as file:
        assert {row["key"] for row in csv.DictReader(file)} == set(rows)

    # The Region comes back: the copies replicate, and there it ends.
    lab.call("POST", f"/regions/{LOST}/up")
    lab.replication_idle()
    for one in ("input/plain.csv", "input/moved.csv"):
        assert site.versions(one, away=True)[0] == site.versions(one)[0]
    number = len(site.versions("input/plain.csv"))
    assert (number, site.heard(0)) == (2, [])


def test_messages_executions_and_what_no_item_names(aws: Aws, lab: Lab, name: str, playbook: Playbook) -> None:
    site = Site(aws, lab, name)
    site.sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})
    arn = machine(aws, name)
    for one in range(3):
        site.put(f"input/{one} ü")
        site.record(f"input/{one} ü", event=json.dumps({"number": one}))
    site.put("input/nobody knows")
    site.put("other/nobody asks")
    site.listen()
    lab.call("POST", f"/regions/{LOST}/down")
    sending = {
        "action": "send_message",
        "mark_attribute": "sent",
        "queue_message": {
            "queue": f"{name}.fifo",
            "body": {"file": "{object.key}", "event": "{event}", "try": "{attempt}"},
        },
    }
    starting = {
        "action": "start_execution",
        "mark_attribute": "started",
        "execution": {"state_machine": arn, "input": "{event}"},
    }
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    unrecorded = {"prefix": "input/", "since": since, "older_than": 0}
    tasks = [
        site.task("sent", **sending),
        site.task("started", **starting),
        # Whoever has lost the marks meets the names of the executions that are there.
        site.task("started by another", **{**starting, "mark_attribute": "other"}),
        site.task("uploads", unrecorded={**unrecorded, "restart": True}),
        site.task("uploads again", unrecorded={**unrecorded, "restart": True}),
    ]
    run = playbook(tasks=tasks)
    for title in ("sent", "started"):
        assert counted(run, title) == {"selected": 3, "restarted": 3} and run.of(title)["changed"]
    url = site.sqs.get_queue_url(QueueName=f"{name}.fifo")["QueueUrl"]
    messages = site.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    bodies = sorted(message["Body"] for message in messages)
    assert [json.loads(body) for body in bodies] == [
        {"file": f"input/{one} ü", "event": json.dumps({"number": one}), "try": 1} for one in range(3)
    ]
    states = aws("stepfunctions", HERE)
    executions = states.list_executions(stateMachineArn=arn)["executions"]
    inputs = [json.loads(states.describe_execution(executionArn=one["executionArn"])["input"]) for one in executions]
    assert sorted(one["number"] for one in inputs) == [0, 1, 2]
    assert counted(run, "started by another") == {"selected": 3, "restarted": 3}
    assert counted(run, "uploads") == {"selected": 3, "restarted": 3, "unrecorded": 1, "unrecorded_restarted": 1}
    assert run.of("uploads")["changed"] and not run.of("uploads again")["changed"]
    events = [("ObjectCreated:Copy", f"input/{one} ü") for one in range(3)]
    assert site.heard(4) == [*events, ("ObjectCreated:Copy", "input/nobody knows")]


def test_uploads_under_names_that_were_used_before(aws: Aws, lab: Lab, name: str, playbook: Playbook) -> None:
    site = Site(aws, lab, name)
    for one in ("daily", "known", "nobody", "unfinished"):
        site.put(f"input/{one}.csv")
    site.record("input/daily.csv", status="COMPLETED", minutes=24 * 60)
    site.record("input/known.csv", status="COMPLETED", minutes=0)
    site.record("input/unfinished.csv")
    site.listen()
    lab.call("POST", f"/regions/{LOST}/down")
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    young = {"prefix": "input/", "since": since, "restart": True}
    uploads = {**young, "older_than": 0}
    names = {"start_attributes": [], "older_than": None}

    checked = playbook(tasks=[site.task("checked", unrecorded=uploads)], check=True).of("checked")
    run = playbook(
        tasks=[
            site.task("names only", unrecorded={**uploads, "restart": False}, unfinished=["NONE"], **names),
            site.task("too young", unrecorded=young, unfinished=["NONE"]),
            site.task("restarted", unrecorded=uploads),
            site.task("again", unrecorded=uploads),
        ]
    )
    assert counted(run, "names only") == {"unrecorded": 1}, "that nobody names"
    assert counted(run, "too young") == {"unrecorded_too_young": 3} and not run.of("too young")["changed"]
    assert "left alone: 3" in run.of("too young")["warnings"][0]
    expected = {"selected": 1, "restarted": 1, "unrecorded": 2, "unrecorded_restarted": 2}
    assert counted(run, "restarted") == expected
    assert {one: number for one, number in checked["counts"].items() if number} == expected
    assert counted(run, "again") == {"selected": 1, "restarted_before": 1, "unrecorded": 2}
    assert not run.of("again")["changed"]
    restarted = ("daily", "nobody", "unfinished")
    assert site.heard(3) == [("ObjectCreated:Copy", f"input/{one}.csv") for one in restarted]
    first = site.s3.list_object_versions(Bucket=site.standby, Prefix="input/daily.csv")["Versions"][-1]
    row = told(run, "restarted")["input/daily.csv"]
    assert (row["item"], row["version_id"]) == ({}, first["VersionId"])
    assert datetime.fromisoformat(row["modified"]).replace(microsecond=0) == first["LastModified"].replace(
        microsecond=0
    )


def the_names_of_the_examples(aws: Aws, site: Site) -> None:
    """Make all that the module's examples name."""
    s3, dynamodb = site.s3, site.dynamodb
    s3.create_bucket(Bucket="invoices-dr", CreateBucketConfiguration={"LocationConstraint": HERE})
    s3.put_bucket_versioning(Bucket="invoices-dr", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="invoices-dr", Key="input/a.csv")
    site.make_table("batch-state")
    then = {"processDate": "01/31/2026", "startTime": "11:58:07", "startedAt": "2026-01-31T11:58:07Z"}
    item = {"fileName": "input/a.csv", "status": "INITIALIZED", "s3NotificationEvent": '{"a": 1}', **then}
    dynamodb.put_item(TableName="batch-state", Item={one: {"S": text} for one, text in item.items()})
    dynamodb.create_table(
        TableName="jobs",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    job = {"id": {"N": "7"}, "key": {"S": "in"}, "status": {"S": "RUNNING"}, "started": {"N": "1769860000"}}
    dynamodb.put_item(TableName="jobs", Item=job)
    site.sqs.create_queue(QueueName="jobs.fifo", Attributes={"FifoQueue": "true"})
    assert machine(aws, "orchestrator") == f"arn:aws:states:{HERE}:{ACCOUNT}:stateMachine:orchestrator"


def test_refused_before_anything_changes_and_the_examples_work(
    aws: Aws, lab: Lab, name: str, playbook: Playbook, tmp_path: Path
) -> None:
    site = Site(aws, lab, name)
    site.put("input/a.csv")
    site.record("input/a.csv")
    wrong = site.options(
        action="send_message", bucket=f"{name}-none", queue_message={"queue": "none", "body": "{"}, index="none"
    )
    del wrong["older_than"]
    refused = [
        {"name": "no age", MODULE: wrong, "ignore_errors": True},
        {"name": "nothing there", MODULE: {**wrong, "older_than": 0}, "ignore_errors": True},
    ]
    shown = examples("workload_reconcile")
    shown[1][MODULE]["output"] = str(tmp_path / "restarted.csv")
    the_names_of_the_examples(aws, site)
    run = playbook(tasks=[*refused, *shown])
    assert "started_before or older_than is missing" in run.of("no age")["problems"][0]
    problems = " / ".join(run.of("nothing there")["problems"])
    for part in ("'{' has a lone {", "no index none", f"look at bucket {name}-none", "there is no queue none"):
        assert part in problems, problems
    assert site.mark("input/a.csv") is None
    assert [counted(run, task["name"]).get("restarted") for task in shown[:3]] == [1, 1, 1]
    assert counted(run, shown[3]["name"]) == {"selected": 1, "restarted_before": 1}, "the copy marked it"
    assert run.changed == [shown[0]["name"], shown[1]["name"], shown[2]["name"]]
    message = site.sqs.receive_message(QueueUrl=site.sqs.get_queue_url(QueueName="jobs.fifo")["QueueUrl"])["Messages"][
        0
    ]
    assert json.loads(message["Body"]) == {"job": 7, "input": "in", "restart": 1}
