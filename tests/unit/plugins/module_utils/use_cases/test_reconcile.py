# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import (
    Execution,
    Message,
    Task,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import (
    client_error,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_workload import (
    BUCKET,
    MACHINE,
    NOON,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.reconcile_runs import (
    COPYING,
    EARLIER,
    LAYOUT,
    SENDING,
    STARTING,
    Run,
    counted,
    marks,
    outcomes,
    run_in,
    workload,
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return partial(run_in, str(tmp_path))


def test_every_due_item_is_restarted_once_and_marked(run: Run) -> None:
    lost = workload()
    lost.table.put("done", key="input/0.csv", status="COMPLETED", started=EARLIER)
    lost.table.put("new", key="input/1.csv", status="STARTED", started=NOON.isoformat())
    predicted = run(lost, COPYING, check_mode=True)
    assert lost.bucket.events == [] and marks(lost) == []
    done = run(lost, COPYING)
    assert done.changed and counted(done) == {"selected": 5, "restarted": 5, "not_due": 1} == counted(predicted)
    assert outcomes(done) == outcomes(predicted) and (done.before, done.after) == (predicted.before, predicted.after)
    assert sorted(lost.bucket.events) == [f"input/{one}.csv" for one in range(5)]
    assert marks(lost) == [("restarted", "1")] * 5
    again = run(lost, COPYING)
    assert not again.changed and counted(again) == {"selected": 5, "restarted_before": 5, "not_due": 1}
    assert len(lost.bucket.events) == 5
    checked = run(lost, COPYING, check_mode=True)
    assert not checked.changed and counted(checked) == counted(again)


def test_a_copy_in_place_keeps_everything_and_hides_nothing(run: Run) -> None:
    lost = workload(1)
    (old,) = lost.bucket.versions["input/0.csv"]
    (row,) = run(lost, COPYING).results["items"]
    new = lost.bucket.versions["input/0.csv"][-1]
    assert (row["found"], row["version_id"], row["result"]) == ("object", old.version_id, new.version_id)
    assert new.tags == {"t": "1"} and new.head["Metadata"] == {"m": "input/0.csv"}
    (request,) = lost.bucket.copies
    assert request["MetadataDirective"] == "REPLACE" and "TaggingDirective" not in request
    assert request["IfMatch"] == old.head["ETag"] and request["CopySource"]["VersionId"] == old.version_id


def test_moved_and_deleted_objects_are_found(run: Run) -> None:
    lost = workload(0)
    for name in ("deleted", "moved", "gone", "never", "asleep", "denied", "alike"):
        lost.table.put(name, key=f"input/{name}", status="STARTED", started=EARLIER)
    lost.bucket.put("input/deleted")
    kept = lost.bucket.put("input/deleted")
    lost.bucket.delete("input/deleted")
    lost.bucket.delete("input/deleted")
    archived = lost.bucket.put("archive/moved")
    lost.bucket.delete("input/moved")
    lost.bucket.delete("input/gone")
    lost.bucket.put("input/asleep", StorageClass="GLACIER")
    lost.bucket.denied.add("input/denied")
    lost.bucket.put("input/alike-but-longer")
    task = replace(COPYING, input_prefix="input/", archive_prefixes=("old/", "archive/"))
    with pytest.raises(ToldError, match="1 of what is unfinished could not be restarted") as failure:
        run(lost, task)
    rows = {row["item"]["id"]: row for row in failure.value.details["items"]}
    told = {name: (row["outcome"], row["why"], row["found"]) for name, row in rows.items()}
    assert told == {
        "deleted": ("restarted", None, "earlier_version"),
        "moved": ("restarted", None, "archive"),
        "gone": ("missing", "deleted_for_good", None),
        "never": ("missing", "never_here", None),
        "alike": ("missing", "never_here", None),
        "asleep": ("missing", "archived", None),
        "denied": ("denied", "access_denied", None),
    }
    assert rows["deleted"]["version_id"] == kept and rows["moved"]["version_id"] == archived
    assert rows["moved"]["object_key"] == "archive/moved" and "old/never, archive/never" in rows["never"]["msg"]
    assert "s3:ListBucket" in rows["denied"]["msg"] and sorted(lost.bucket.events) == ["input/deleted", "input/moved"]
    assert all(request["IfNoneMatch"] == "*" for request in lost.bucket.copies)
    assert len(marks(lost)) == 2, "what is not restarted is not marked"


def test_messages_and_executions(run: Run) -> None:
    lost = workload(2, fifo=True)
    sending = replace(SENDING, message=Message("jobs.fifo", {"job": "{id}", "of": "{object.key}"}))
    assert counted(run(lost, sending)) == {"selected": 2, "restarted": 2}
    assert [json.loads(one["MessageBody"]) for one in lost.jobs.sent] == [
        {"job": f"job{one}", "of": f"input/{one}.csv"} for one in range(2)
    ]
    named = {one["MessageDeduplicationId"] for one in lost.jobs.sent}
    assert len(named) == 2 and all(len(one) == 64 for one in named), "named by work and attempt, not by the body"
    lost = workload(2)
    (first, second) = run(lost, STARTING).results["items"]
    assert first["result"].startswith(f"{MACHINE}:") and first["result"] != second["result"]
    assert sorted(lost.states.executions.values()) == ['{"job": "job0"}', '{"job": "job1"}']


def test_where_a_bucket_is_named_a_message_says_where_the_object_is(run: Run) -> None:
    lost = workload(1)
    lost.bucket.versions.clear()
    version = lost.bucket.put("archive/0.csv")
    body = "{object.bucket} {object.key} {object.version_id} {object.size} {attempt}"
    archives = {"input_prefix": "input/", "archive_prefixes": ("archive/",)}
    task = replace(SENDING, bucket=BUCKET, message=Message("jobs", body), **archives)
    run(lost, task)
    assert [one["MessageBody"] for one in lost.jobs.sent] == [f"standby archive/0.csv {version} 3 1"]
    assert lost.bucket.events == []


def test_what_an_item_does_not_say_is_listed_and_the_others_go_on(run: Run) -> None:
    lost = workload(1)
    lost.table.put("no-key", status="STARTED", started=EARLIER)
    lost.table.put("no-start", key="input/0.csv", status="STARTED", started="soon")
    lost.table.put("foreign", key="input/0.csv", status="STARTED", started=EARLIER, aws_dr_reconciled="mine")
    done = run(lost, COPYING)
    assert counted(done) == {"selected": 4, "restarted": 1, "unreadable": 3}
    listed = {row["item"]["id"]: row["msg"] for row in done.results["items"]}
    assert listed["no-key"] == "it has no attribute key" and "mark_attribute" in listed["foreign"]
    task = replace(SENDING, message=Message("jobs", "{other}"))
    assert counted(run(workload(1), task)) == {"selected": 1, "unreadable": 1}


def test_work_that_finishes_meanwhile_is_left_alone(run: Run) -> None:
    lost = workload(3)

    def finish(key: str) -> None:
        if key == "job1":
            lost.table.items[key]["status"] = {"S": "COMPLETED"}
        if key == "job2":
            lost.table.items.pop(key, None)

    lost.table.before_update = finish
    done = run(lost, COPYING)
    assert counted(done) == {"selected": 3, "restarted": 1, "finished_meanwhile": 2}
    assert lost.bucket.events == ["input/0.csv"] and "job2" not in lost.table.items


def test_work_that_was_started_anew_meanwhile_is_left_alone(run: Run) -> None:
    lost = workload(1)

    def anew(key: str) -> None:
        lost.table.put(key, key="input/0.csv", status="STARTED", started=NOON.isoformat())

    lost.table.before_update = anew
    assert counted(run(lost, COPYING)) == {"selected": 1, "finished_meanwhile": 1} and lost.bucket.events == []


def test_a_workload_that_writes_its_item_anew_takes_the_mark_away_and_that_is_fine(run: Run) -> None:
    lost = workload(1)
    updates = iter([False, True])

    def anew(key: str) -> None:
        if next(updates):
            lost.table.put(key, key="input/0.csv", status="STARTED", started=NOON.isoformat())

    lost.table.before_update = anew
    assert counted(run(lost, COPYING)) == {"selected": 1, "restarted": 1}
    lost.table.before_update = lambda key: None
    assert counted(run(lost, COPYING)) == {"not_due": 1}


def test_a_newer_upload_is_not_hidden_and_its_event_is_enough(run: Run) -> None:
    lost = workload(1)
    lost.bucket.before_copy = lambda key: lost.bucket.put(key, ETag='"new"') and None
    (row,) = run(lost, COPYING).results["items"]
    assert row["outcome"] == "restarted" and "newer version" in row["msg"]
    assert lost.bucket.events == [] and lost.bucket.versions["input/0.csv"][-1].head["ETag"] == '"new"'
    assert marks(lost) == [("restarted", "1")]


def test_a_delete_marker_that_comes_meanwhile_is_no_event(run: Run) -> None:
    lost = workload(1)
    times = iter([True])
    lost.bucket.before_copy = lambda key: lost.bucket.delete(key) if next(times, False) else None
    (row,) = run(lost, COPYING).results["items"]
    assert (row["outcome"], row["found"]) == ("restarted", "earlier_version") and lost.bucket.events == ["input/0.csv"]


def test_refused_items_give_their_mark_back_and_the_task_fails_in_the_end(run: Run) -> None:
    lost = workload(3)
    lost.jobs.refusals = [client_error("AccessDenied", "SendMessage", status=403)]
    with pytest.raises(ToldError) as failure:
        run(lost, SENDING)
    assert failure.value.details["counts"]["denied"] == 3 and not failure.value.details["changed"]
    assert marks(lost) == []
    lost.jobs.refusals = [client_error("ServiceUnavailable", "SendMessage", status=503)]
    with pytest.raises(ToldError):
        run(lost, SENDING)
    assert set(marks(lost)) == {("begun", "1")}, "what was not answered may have been done"
    lost.jobs.refusals = []
    assert counted(run(lost, SENDING)) == {"selected": 3, "restarted": 3} and lost.seconds >= 120


def test_restarted_again_only_when_asked_and_old_enough(run: Run) -> None:
    lost = workload(1)
    task = replace(STARTING, again=600)
    run(lost, task)
    lost.seconds = 599
    assert counted(run(lost, task)) == {"selected": 1, "restarted_before": 1}
    lost.seconds = 601
    (row,) = run(lost, task).results["items"]
    assert (row["outcome"], row["attempt"], lost.states.started) == ("restarted", 2, 2)


def test_an_index_that_is_behind_its_table_misleads_nobody(run: Run) -> None:
    lost = workload(2)
    schema = {"KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}
    lost.table.indexes = [{"IndexName": "by-status", **schema}]
    lost.table.stale["job1"] = dict(lost.table.items["job1"])
    lost.table.items["job1"]["status"] = {"S": "COMPLETED"}
    task = replace(COPYING, index="by-status")
    expected = {"selected": 2, "restarted": 1, "finished_meanwhile": 1}
    assert counted(run(lost, task, check_mode=True)) == expected == counted(run(lost, task))
    assert lost.table.scans == 0


def test_what_is_listed_is_capped_and_what_is_written_is_not(run: Run, tmp_path: Path) -> None:
    lost = workload(7)
    output = tmp_path / "all.csv"
    done = run(lost, replace(COPYING, most_listed=2, output=str(output)))
    assert len(done.results["items"]) == 2 and not done.results["listed_all"]
    with output.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 7 and {row["outcome"] for row in rows} == {"restarted"}
    assert json.loads(rows[0]["item"])["id"].startswith("job")
    assert [file.name for file in tmp_path.iterdir()] == ["all.csv"], "nothing else is left behind"


def test_all_that_can_be_known_before_is_refused_together(run: Run, tmp_path: Path) -> None:
    lost = workload(1)
    lost.bucket.versioning = "Suspended"
    task = replace(COPYING, index="none", layout=replace(LAYOUT, mark="status"), output=str(tmp_path / "no" / "x"))
    for check_mode in (True, False):
        with pytest.raises(RefusedError) as refused:
            run(lost, task, check_mode=check_mode)
        told = " / ".join(refused.value.problems)
        for part in ("there is no directory", "no index none", "mark_attribute status", "has no versioning"):
            assert part in told
        assert len(refused.value.problems) == 4
    assert marks(lost) == [] and lost.bucket.events == []


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (replace(COPYING, table="other"), "describe the table other in eu-west-1"),
        (replace(COPYING, bucket="other"), "look at bucket other"),
        (replace(SENDING, message=Message("gone", "x")), "there is no queue gone in eu-west-1"),
        (replace(SENDING, message=Message("a queue", "x")), "names no SQS queue"),
        (replace(SENDING, message=Message("jobs", "{")), "the template: '{' has a lone {"),
        (replace(STARTING, execution=Execution(MACHINE + "x", {})), "there is no such state machine in eu-west-1"),
    ],
)
def test_what_is_missing_is_named(run: Run, task: Task, told: str) -> None:
    with pytest.raises(RefusedError, match="Nothing was restarted") as refused:
        run(workload(1), task)
    assert told in refused.value.problems[0]


def test_a_bucket_elsewhere_and_an_unfit_index_are_refused(run: Run) -> None:
    lost = workload(1)
    lost.bucket.region = "us-east-1"
    schema = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}
    lost.table.indexes = [{"IndexName": "i", **schema}]
    with pytest.raises(RefusedError) as refused:
        run(lost, replace(COPYING, index="i"))
    key, whole, region = refused.value.problems
    assert "is id, not status" in key and "does not project all" in whole and "is in us-east-1" in region


def test_a_bucket_that_nobody_listens_to_is_warned_of(run: Run) -> None:
    lost = workload(1)
    lost.bucket.notifications = {"QueueConfigurations": [{"Events": ["s3:ObjectCreated:Put"]}]}
    assert "a copy in place restarts nothing" in run(lost, COPYING, check_mode=True).warnings[0]
    lost.bucket.notifications = {"LambdaFunctionConfigurations": [{"Events": ["s3:ObjectCreated:*"]}]}
    assert run(lost, COPYING).warnings == []
