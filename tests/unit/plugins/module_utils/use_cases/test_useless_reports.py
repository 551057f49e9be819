# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports that are missing or broken: nothing is concluded from them, and the next run makes a new job."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report import ReportError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.prune_failures import prune_failures
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.run_batch_job import run_batch_job
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import Killed, client_error
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_batch import (
    FAILURES,
    OPTIONS,
    World,
    fail,
    remaining,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.report_damages import (
    AT,
    DAMAGES,
    JOB,
    MAY_WRITE,
    NAMES_NONE,
    TODO,
    Damage,
    cut_manifest,
    lose_manifest,
    name_no_version,
    name_others,
)

TROUBLES = [
    client_error("AccessDenied", "GetObject", status=403),
    client_error("SlowDown", "GetObject", status=503),
    EndpointConnectionError(endpoint_url="https://jobs.s3.us-east-1.amazonaws.com"),
]


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


def raising(trouble: Exception) -> Callable[..., Any]:
    def call(**request: Any) -> Any:
        raise trouble

    return call


@pytest.mark.parametrize(("damage", "told"), DAMAGES.items())
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_broken_report_removes_nothing_and_says_what_to_do(
    world: World, damage: Damage, told: str, check_mode: bool
) -> None:
    start(world, "a", "b", "denied")
    world.batch.end(JOB, {"denied": "DstPutObjectNotPermitted"})
    damage(world)
    items = dict(world.table.items)
    with pytest.raises(ReportError) as error:
        prune(world, check_mode=check_mode)
    assert re.sub("[0-9a-f]{32}", "<MD5>", error.value.message) == told
    assert world.table.items == items


@pytest.mark.parametrize(("status", "ran"), [("Complete", None), ("Failed", 1)])
def test_why_there_is_no_report_is_told_where_it_is_known(world: World, status: str, ran: int | None) -> None:
    start(world, "a", "b", "denied")
    world.batch.end(JOB, status=status, ran=ran)
    lose_manifest(world)
    world.batch.jobs[JOB]["FailureReasons"] = [
        {"FailureCode": "AccessDenied", "FailureReason": "The job report could not be written to your report bucket"}
    ]
    with pytest.raises(ReportError) as error:
        prune(world)
    told = "S3 could not write it (AccessDenied: The job report could not be written to your report bucket): "
    assert error.value.message.endswith(f"). {told}{MAY_WRITE}. {TODO}")


def test_a_broken_report_of_another_job_says_how_to_make_that_anew(world: World) -> None:
    start(world, "a", "b", "denied")
    world.batch.end(JOB)
    world.batch.jobs[JOB]["Description"] = "somebody's"
    cut_manifest(world)
    with pytest.raises(ReportError) as error:
        prune(world)
    again = "Otherwise make a new job of the same objects with batch_replication_job and another run_id"
    assert error.value.message.endswith(again)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_report_that_cannot_be_read_now_is_another_trouble(world: World, trouble: Exception) -> None:
    start(world, "a")
    world.batch.end(JOB)
    items = dict(world.table.items)
    world.s3.get_object = raising(trouble)  # type: ignore[method-assign]
    with pytest.raises(AwsError, match=f"Could not read {AT}"):
        prune(world)
    assert world.table.items == items


# ---- a job whose report proves nothing is made anew


def again(world: World, **changes: Any) -> Outcome:
    return run_batch_job(world.access(changes.pop("check_mode", False)), FAILURES, replace(OPTIONS, **changes), None)


@pytest.mark.parametrize("damage", [*DAMAGES, name_no_version, name_others])
def test_a_useless_report_makes_one_new_job_at_the_next_run(world: World, damage: Damage) -> None:
    start(world, "a", "b", "denied")
    world.batch.end(JOB, {"denied": "DstPutObjectNotPermitted"})
    assert (again(world).results["job_id"], again(world).changed) == (JOB, False)
    damage(world)
    predicted = again(world, check_mode=True)
    assert (predicted.changed, predicted.results["created"], list(world.batch.jobs)) == (True, True, [JOB])
    made = again(world)
    assert (made.changed, made.results["job_id"], made.warnings) == (True, "job-0002", predicted.warnings)
    fact = re.sub("[0-9a-f]{32}", "<MD5>", made.warnings[0])
    assert fact.endswith(". It proves nothing, so that a new job takes the same failure records")
    assert fact.startswith((DAMAGES.get(damage) or NAMES_NONE)[:60])
    adopted = again(world)
    assert (adopted.changed, adopted.results["adopted"], adopted.warnings) == (False, True, [])
    world.batch.end("job-0002")
    assert (again(world).results["job_id"], again(world).changed) == ("job-0002", False)
    assert prune(world, "job-0002").results["removed"]["succeeded"] == 3
    assert remaining(world.table) == {}
    assert list(world.batch.jobs) == [JOB, "job-0002"]


def test_no_second_job_while_the_first_is_at_work(world: World) -> None:
    start(world, "a")
    world.batch.jobs[JOB]["Status"] = "Completing"
    assert (again(world).results["job_id"], list(world.batch.jobs)) == (JOB, [JOB])


def test_attempts_go_on_while_reports_are_useless(world: World) -> None:
    start(world, "a")
    for number, status in enumerate(["Complete", "Failed", "Complete", "Cancelled"], start=1):
        world.batch.end(f"job-{number:04d}", status=status, ran=None if status == "Complete" else 0)
        world.s3.objects.pop(("jobs", f"reports/job-job-{number:04d}/manifest.json"), None)
        assert again(world).results["job_id"] == f"job-{number + 1:04d}"
    assert len(world.batch.by_token) == 5


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_report_that_cannot_be_read_now_is_no_proof_that_it_is_useless(world: World, trouble: Exception) -> None:
    start(world, "a")
    world.batch.end(JOB)
    world.s3.get_object = raising(trouble)  # type: ignore[method-assign]
    outcome = again(world)
    assert (outcome.changed, outcome.results["job_id"], list(world.batch.jobs)) == (False, JOB, [JOB])
    assert outcome.warnings[0].startswith(f"Whether the report of job {JOB} proves anything is not known: Could not")


def test_a_job_that_could_not_report_is_tried_anew_and_not_to_be_pruned_by(world: World) -> None:
    start(world, "a", "b")
    world.batch.end(JOB, status="Failed", ran=1)
    world.batch.jobs[JOB]["FailureReasons"] = [
        {"FailureCode": "AccessDenied", "FailureReason": "The job report could not be written to your report bucket"}
    ]
    outcome = again(world)
    assert outcome.results["job_id"] == "job-0002"
    assert outcome.warnings[0].endswith("its report could not be written: what it did is done once more")


@pytest.mark.parametrize("after", [False, True])
def test_a_run_killed_while_it_makes_the_new_job_ends_in_one_when_run_again(tmp_path: Path, after: bool) -> None:
    def fresh() -> World:
        world = World(tmp_path)
        start(world, *(f"key {number}" for number in range(30)))
        world.batch.end(JOB)
        lose_manifest(world)
        world.plug.calls = 0
        return world

    whole = fresh()
    again(whole)
    for number in range(whole.plug.calls):
        world = fresh()
        world.plug.at, world.plug.after = number, after
        with pytest.raises(Killed):
            again(world)
        world.plug.at = None
        assert again(world).results["job_id"] == "job-0002", number
        assert list(world.batch.jobs) == [JOB, "job-0002"], number
        assert world.table.items == whole.table.items, number
