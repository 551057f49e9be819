# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.adjust_job import Wish, adjust_job
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.run_batch_job import run_batch_job
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.wait_for_job import JobEndError
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_batch import (
    FAILURES,
    OPTIONS,
    World,
    fail,
)

JOB = "job-0001"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    fail(world.table, "a")
    run_batch_job(world.access(), FAILURES, OPTIONS, None)
    return world


def adjust(world: World, wait: float | None = None, check_mode: bool = False, **wish: Any) -> Outcome:
    patience = None if wait is None else Patience(wait, 30, world.clock.now, world.clock.sleep)
    return adjust_job(world.access(check_mode), JOB, Wish(**wish), patience)


def test_nothing_wanted_changes_nothing(world: World) -> None:
    outcome = adjust(world)
    assert not outcome.changed
    assert outcome.results["msg"] == f"Job {JOB} is New: 0 of ? done, 0 failed"


def test_the_priority(world: World) -> None:
    predicted = adjust(world, priority=50, check_mode=True)
    assert world.batch.jobs[JOB]["Priority"] == 10
    done = adjust(world, priority=50)
    assert predicted.changed and done.changed
    assert (predicted.before, predicted.after) == (done.before, done.after)
    assert done.results["job"]["priority"] == 50
    assert not adjust(world, priority=50).changed
    with pytest.raises(RefusedError, match="priority is -1"):
        adjust(world, priority=-1)


def test_zero_is_a_priority(world: World) -> None:
    assert adjust(world, priority=0).changed
    assert world.batch.jobs[JOB]["Priority"] == 0


@pytest.mark.parametrize("status", ["New", "Active", "Paused", "Suspended", "SomethingNew"])
def test_cancelling(world: World, status: str) -> None:
    world.batch.jobs[JOB]["Status"] = status
    assert adjust(world, cancelled=True, check_mode=True).changed
    assert world.batch.jobs[JOB]["Status"] == status
    assert adjust(world, cancelled=True).changed
    assert not adjust(world, cancelled=True).changed
    world.batch.jobs[JOB]["Status"] = "Cancelled"
    outcome = adjust(world, cancelled=True, wait=60)
    assert not outcome.changed and not outcome.warnings


@pytest.mark.parametrize("status", ["Complete", "Failed"])
def test_a_job_that_has_ended_is_not_cancelled(world: World, status: str) -> None:
    world.batch.end(JOB, status=status)
    outcome = adjust(world, cancelled=True, wait=60)
    assert not outcome.changed and status in outcome.warnings[0]
    assert not adjust(world, priority=3).changed


def test_a_job_that_ends_while_it_is_cancelled_is_no_error(world: World) -> None:
    update = world.batch.update_job_status

    def late(**request: Any) -> Any:
        world.batch.end(JOB)
        return update(**request)

    world.batch.update_job_status = late  # type: ignore[method-assign]
    assert "it had ended before" in adjust(world, cancelled=True).warnings[0]


def test_another_refusal_to_cancel_is_an_error(world: World) -> None:
    def no(**request: Any) -> Any:
        raise client_error("JobStatusException", "UpdateJobStatus", "Not now.")

    world.batch.update_job_status = no  # type: ignore[method-assign]
    with pytest.raises(AwsError, match="Not now"):
        adjust(world, cancelled=True)


def test_waiting_for_a_cancelled_job_ends_well(world: World) -> None:
    def ended() -> None:
        world.batch.jobs[JOB]["Status"] = "Cancelled"

    world.batch.on_describe = [lambda: None, lambda: None, lambda: None, ended]
    outcome = adjust(world, cancelled=True, wait=3600)
    assert outcome.changed and outcome.results["job"]["status"] == "Cancelled"


def test_waiting_for_a_job_that_others_cancelled_is_an_error(world: World) -> None:
    world.batch.end(JOB, status="Cancelled")
    with pytest.raises(JobEndError, match="cancelled by somebody else") as error:
        adjust(world, wait=3600)
    assert error.value.details["changed"] is False


def test_a_confirmation(world: World) -> None:
    world.batch.jobs[JOB]["Status"] = "Suspended"
    assert not adjust(world).changed
    assert not adjust(world, confirmation_required=True).changed
    with pytest.raises(JobEndError, match="until somebody confirms"):
        adjust(world, wait=3600)
    assert adjust(world, confirmation_required=False).changed
    assert world.batch.jobs[JOB]["Status"] == "Ready"
    assert not adjust(world, confirmation_required=False).changed
    with pytest.raises(DeadlineError, match="it is Ready"):
        adjust(world, wait=60)


def test_an_unknown_job_and_one_of_another_kind(world: World) -> None:
    world.batch.jobs[JOB]["Operation"] = {"S3PutObjectCopy": {}}
    with pytest.raises(RefusedError, match="S3PutObjectCopy"):
        adjust(world, cancelled=True)
    del world.batch.jobs[JOB]
    with pytest.raises(MissingError, match="Region of their source bucket"):
        adjust(world)
