# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report import ReportError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.prune_failures import prune_failures
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.run_batch_job import run_batch_job
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.failure_events import NASTY_KEYS
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import Killed
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_batch import (
    FAILURES,
    OPTIONS,
    World,
    as_csv,
    fail,
    remaining,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.report_damages import JOB, lose_manifest

LATER = "2024-09-05T22:00:00.000Z"  # when the fake's first job is made


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def start(world: World, *keys: str, **changes: Any) -> None:
    fail(world.table, *keys, **changes)
    run_batch_job(world.access(), FAILURES, OPTIONS, None)


def prune(world: World, *job_ids: str, bucket: str | None = None, **more: Any) -> Outcome:
    return prune_failures(world.access(**more), "ledger", job_ids or (JOB,), bucket)


def notes(world: World) -> int:
    return sum("job_id" in item for item in world.table.items.values())


@pytest.mark.parametrize("concurrency", [1, 8])
def test_removes_what_is_proven_and_keeps_the_rest_with_what_the_job_said(world: World, concurrency: int) -> None:
    start(world, "done", "deleted", "there already", "denied", "strange", "again")
    fail(world.table, "again", failed_at=LATER)
    fail(world.table, "later")
    world.batch.end(
        JOB,
        {
            "deleted": "SrcVersionNotFound",
            "there already": "SrcReplicationNotPending",
            "denied": "DstPutObjectNotPermitted",
            "strange": "SomethingNew2031",
        },
    )
    outcome = prune(world, concurrency=concurrency)
    assert outcome.changed
    assert outcome.results["removed"] == {"succeeded": 1, "obsolete": 1, "already_replicated": 1}
    assert outcome.results["kept"] == {"failed": 2, "failed_again": 1, "not_in_report": 1}
    assert remaining(world.table) == {
        "denied": (JOB, "failed"),
        "strange": (JOB, "failed"),
        "again": (JOB, "succeeded"),
        "later": None,
    }
    reasons = {entry["reason"]: entry["count"] for entry in outcome.results["remaining"]}
    assert reasons == {"DstPutObjectNotPermitted": 3, "SomethingNew2031": 1}
    assert outcome.results["msg"] == "3 failure records are proven done, 4 remain"
    assert (outcome.before, outcome.after) == ({"records": 7}, {"records": 4})


def test_a_note_keeps_code_and_message_and_takes_the_place_of_older_ones(world: World) -> None:
    start(world, "denied")
    world.batch.end(JOB, {"denied": "DstPutObjectNotPermitted"})
    prune(world)
    assert notes(world) == 1
    [note] = [item for item in world.table.items.values() if "job_id" in item]
    assert note["job_code"] == {"S": "DstPutObjectNotPermitted"}
    assert note["job_message"] == {"S": "No."}
    assert note["at"] == {"S": "2024-09-05T22:10:00.000Z"}


def test_the_second_run_changes_nothing(world: World) -> None:
    start(world, "done", "denied", "again")
    fail(world.table, "again", failed_at=LATER)
    world.batch.end(JOB, {"denied": "DstPutObjectNotPermitted"})
    assert prune(world).changed
    items = dict(world.table.items)
    again = prune(world)
    assert not again.changed
    assert again.results["removed"] == {"succeeded": 0, "obsolete": 0, "already_replicated": 0}
    assert again.results["kept"] == {"failed": 1, "failed_again": 1, "not_in_report": 0}
    assert world.table.items == items


def test_check_mode_predicts_exactly(world: World) -> None:
    start(world, "done", "denied", "deleted")
    world.batch.end(JOB, {"denied": "DstPutObjectNotPermitted", "deleted": "SrcKeyNotFound"})
    items = dict(world.table.items)
    predicted = prune(world, check_mode=True)
    assert world.table.items == items
    done = prune(world)
    assert (predicted.changed, predicted.results, predicted.after) == (done.changed, done.results, done.after)


def test_hostile_keys_are_matched_exactly(world: World) -> None:
    start(world, *NASTY_KEYS)
    world.batch.end(JOB, {NASTY_KEYS[1]: "DstKmsKeyNotFound"})
    prune(world)
    assert list(remaining(world.table)) == [NASTY_KEYS[1]]


def test_every_rule_and_destination_of_a_version_goes_with_it(world: World) -> None:
    fail(world.table, "a", rule_id="other")
    fail(world.table, "a", destination="dst2")
    fail(world.table, "a", version_id="v2")
    start(world, "a")
    world.batch.end(JOB)
    assert prune(world).results["removed"]["succeeded"] == 4
    assert remaining(world.table) == {}


def test_other_buckets_are_not_touched(world: World) -> None:
    fail(world.table, "a", bucket="elsewhere")
    start(world, "a")
    world.batch.end(JOB)
    assert prune(world).results["kept"]["not_in_report"] == 0
    assert list(remaining(world.table)) == ["a"]


def test_the_last_job_has_the_last_word(world: World) -> None:
    start(world, "a", "b")
    world.batch.end(JOB, {"a": "DstKmsKeyNotFound", "b": "DstKmsKeyNotFound"})
    prune(world)
    start(world)
    world.batch.end("job-0002", {"b": "DstKmsKeyInvalidState"})
    for order in (("job-0002", JOB), (JOB, "job-0002")):
        outcome = prune(world, *order, check_mode=True)
        assert outcome.results["removed"]["succeeded"] == 1
        assert outcome.results["remaining"][0]["reason"] == "DstKmsKeyInvalidState"
    assert [job["job_id"] for job in outcome.results["jobs"]] == [JOB, "job-0002"]


def test_an_older_job_does_not_undo_what_a_newer_one_noted(world: World) -> None:
    start(world, "a")
    world.batch.end(JOB, {"a": "DstKmsKeyNotFound"})
    prune(world)
    start(world)
    assert remaining(world.table) == {"a": ("job-0002", "taken")}
    assert not prune(world).changed
    assert remaining(world.table) == {"a": ("job-0002", "taken")}


def test_what_a_cancelled_job_did_not_do_is_not_concluded(world: World) -> None:
    start(world, "a", "b", "c")
    world.batch.end(JOB, status="Cancelled", ran=1)
    outcome = prune(world)
    assert outcome.results["removed"]["succeeded"] == 1
    assert outcome.results["kept"]["not_in_report"] == 2


def test_a_job_without_any_task_proves_nothing(world: World) -> None:
    start(world, "a")
    world.batch.end(JOB, status="Failed", ran=0)
    outcome = prune(world)
    assert not outcome.changed
    assert "ran no task" in outcome.warnings[0]


def test_notes_without_record_are_cleared_away(world: World) -> None:
    start(world, "a", "b")
    world.batch.end(JOB)
    for key, item in list(world.table.items.items()):
        if item.get("object_key") == {"S": "a"}:
            del world.table.items[key]
    prune(world)
    assert notes(world) == 0


# ---- jobs that can't be pruned by


@pytest.mark.parametrize("status", ["Active", "Suspended", "Completing", "SomethingNew"])
def test_a_job_that_has_not_ended_is_refused(world: World, status: str) -> None:
    start(world, "a")
    world.batch.jobs[JOB]["Status"] = status
    with pytest.raises(RefusedError, match=f"{JOB} is {status}.*wait for its end"):
        prune(world)


def test_a_job_of_another_kind_proves_nothing(world: World) -> None:
    start(world, "a")
    world.batch.end(JOB)
    world.batch.jobs[JOB]["Operation"] = {"S3PutObjectTagging": {}}
    with pytest.raises(RefusedError, match="S3PutObjectTagging"):
        prune(world)


def test_an_unknown_job_says_where_to_look(world: World) -> None:
    with pytest.raises(MissingError, match="Region of their source bucket"):
        prune(world, "job-none")


def test_the_region_is_that_of_the_bucket(world: World) -> None:
    start(world, "a")
    world.batch.end(JOB)
    world.s3.buckets["src"] = "eu-west-1"
    prune(world, bucket="src")
    assert ("s3control", "eu-west-1") in world.regions


# ---- reports that are read


def test_a_report_with_the_other_column_order_says_the_same(world: World) -> None:
    start(world, "a", "deleted", "denied")
    codes = {"deleted": "SrcVersionNotFound", "denied": "DstPutObjectNotPermitted"}
    world.batch.end(JOB, codes)
    rows = [["src", key, "v1", "failed", code, "500", "No."] for key, code in codes.items()]
    key = f"reports/job-{JOB}/results/failed.csv"
    md5 = world.s3.put("jobs", key, as_csv(rows))
    manifest = world.s3.objects["jobs", f"reports/job-{JOB}/manifest.json"]
    document = json.loads(manifest.body)
    document["Results"][1]["MD5Checksum"] = md5.upper()
    manifest.body = json.dumps(document).encode()
    outcome = prune(world)
    assert outcome.results["removed"] == {"succeeded": 1, "obsolete": 1, "already_replicated": 0}
    assert remaining(world.table) == {"denied": (JOB, "failed")}


def test_a_connection_that_breaks_is_taken_up_again(world: World) -> None:
    keys = [f"folder/{number:05d}" for number in range(200)]
    start(world, *keys)
    world.batch.end(JOB)
    world.s3.breaks_at = [100, 1000, 0, 2500]
    assert prune(world).results["removed"]["succeeded"] == 200


def test_a_connection_that_always_breaks_is_an_error(world: World) -> None:
    start(world, "a")
    world.batch.end(JOB)
    items = dict(world.table.items)
    world.s3.breaks_at = [0] * 20
    with pytest.raises(ToldError, match="Could not read s3://jobs/reports"):
        prune(world)
    assert world.table.items == items


def test_counts_that_do_not_add_up_are_a_warning(world: World) -> None:
    start(world, "a", "b")
    world.batch.end(JOB)
    world.batch.jobs[JOB]["ProgressSummary"]["NumberOfTasksSucceeded"] = 3
    assert "AWS counts 3" in prune(world).warnings[0]


def test_rows_without_version_prove_nothing(world: World) -> None:
    start(world, "a")
    world.batch.end(JOB)
    md5 = world.s3.put("jobs", f"reports/job-{JOB}/results/succeeded.csv", b"src,a,,succeeded,200,,success\r\n")
    document = {
        "Format": "Report_CSV_20180820",
        "Results": [
            {
                "TaskExecutionStatus": "succeeded",
                "Bucket": "jobs",
                "MD5Checksum": md5,
                "Key": f"reports/job-{JOB}/results/succeeded.csv",
            }
        ],
    }
    world.s3.put("jobs", f"reports/job-{JOB}/manifest.json", json.dumps(document).encode())
    outcome = prune(world, bucket="src")
    assert outcome.results["kept"]["not_in_report"] == 1
    assert "names no version in 1 rows" in outcome.warnings[0]


# ---- reports of failed tasks only


@pytest.fixture
def failed_only(world: World) -> World:
    fail(world.table, "done", "denied")
    run_batch_job(world.access(), FAILURES, OPTIONS_FAILED_ONLY, None)
    return world


OPTIONS_FAILED_ONLY = OPTIONS.__class__(**{**OPTIONS.__dict__, "report_scope": "failed_tasks_only"})


def test_manifest_minus_failed_is_proof_when_all_adds_up(failed_only: World) -> None:
    failed_only.batch.end(JOB, {"denied": "DstPutObjectNotPermitted"})
    outcome = prune(failed_only)
    assert outcome.results["removed"]["succeeded"] == 1
    assert remaining(failed_only.table) == {"denied": (JOB, "failed")}
    assert not prune(failed_only).changed


def test_without_a_failed_task_there_is_no_report_and_none_is_needed(failed_only: World) -> None:
    failed_only.batch.end(JOB)
    failed_only.s3.objects.pop(("jobs", f"reports/job-{JOB}/manifest.json"))
    assert prune(failed_only).results["removed"]["succeeded"] == 2


def _cancelled(world: World) -> None:
    world.batch.jobs[JOB]["Status"] = "Cancelled"


def _manifest_gone(world: World) -> None:
    [key] = [key for key in world.s3.objects if key[1].startswith("manifests/")]
    del world.s3.objects[key]


def _manifest_replaced(world: World) -> None:
    [key] = [key for key in world.s3.objects if key[1].startswith("manifests/")]
    world.s3.put(*key, b"src,done,v1\n")


def _fewer_failed(world: World) -> None:
    world.batch.jobs[JOB]["ProgressSummary"]["NumberOfTasksFailed"] = 2


def _more_tasks(world: World) -> None:
    world.batch.jobs[JOB]["ProgressSummary"]["TotalNumberOfTasks"] = 3


def _generated(world: World) -> None:
    world.batch.jobs[JOB]["Manifest"] = None


def _without_versions(world: World) -> None:
    world.batch.jobs[JOB]["Manifest"]["Spec"]["Fields"] = ["Bucket", "Key", "Ignore"]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_cancelled, "is Cancelled.*all_tasks"),
        (_manifest_gone, "is missing at s3://jobs/manifests"),
        (_manifest_replaced, "was replaced"),
        (_fewer_failed, "1 of 2 failed tasks"),
        (_more_tasks, "2 rows where AWS counts 3 tasks"),
        (_generated, "not a CSV with version ids"),
        (_without_versions, "not a CSV with version ids"),
        (lose_manifest, "is missing"),
    ],
)
def test_manifest_minus_failed_is_no_proof_otherwise(
    failed_only: World, damage: Callable[[World], None], told: str
) -> None:
    failed_only.batch.end(JOB, {"denied": "DstPutObjectNotPermitted"})
    damage(failed_only)
    items = dict(failed_only.table.items)
    with pytest.raises(ReportError, match=told):
        prune(failed_only)
    assert failed_only.table.items == items


# ---- killed anywhere


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_run_killed_at_any_call_ends_in_the_same_ledger_when_run_again(
    tmp_path: Path, after: bool, concurrency: int
) -> None:
    def fresh() -> World:
        world = World(tmp_path)
        world.table.page = 1000
        keys = [f"key {number}" for number in range(90)]
        start(world, *keys)
        fail(world.table, "key 3", failed_at=LATER)
        world.batch.end(JOB, {"key 1": "SrcKeyNotFound", "key 2": "DstKmsKeyNotFound", "key 4": "X"})
        world.plug.calls = 0
        return world

    whole = fresh()
    prune(whole, concurrency=concurrency)
    calls = whole.plug.calls
    assert calls > 20
    for number in range(calls):
        world = fresh()
        world.plug.at, world.plug.after = number, after
        with pytest.raises(Killed):
            prune(world, concurrency=concurrency)
        world.plug.at = None
        prune(world, concurrency=concurrency)
        assert world.table.items == whole.table.items, number
        assert not prune(world).changed, number
    assert set(remaining(whole.table)) == {"key 2", "key 3", "key 4"}


def test_a_failure_that_comes_in_while_pruning_stays(world: World) -> None:
    start(world, "a", "b")
    world.batch.end(JOB)
    write = world.table.batch_write_item

    def late(**request: Any) -> Any:
        fail(world.table, "a", failed_at="2024-09-05T23:00:00.000Z")
        return write(**request)

    world.table.batch_write_item = late  # type: ignore[method-assign]
    prune(world)
    assert list(remaining(world.table)) == ["a"]
