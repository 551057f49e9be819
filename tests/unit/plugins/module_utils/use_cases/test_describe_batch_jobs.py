# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report import ReportError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.describe_batch_jobs import describe_one, list_all
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.run_batch_job import run_batch_job
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
    fail(world.table, "a b", "c", "d", "done")
    run_batch_job(world.access(), FAILURES, OPTIONS, None)
    return world


def test_a_job_with_its_report(world: World) -> None:
    world.batch.end(JOB, {"a b": "SrcKeyNotFound", "c": "DstKmsKeyNotFound", "d": "DstKmsKeyNotFound"})
    (job,) = describe_one(world.access(), JOB, None, report=True, report_limit=2).results["jobs"]
    codes = [(entry["code"], entry["tasks"]) for entry in job["report"]["codes"]]
    assert codes == [("DstKmsKeyNotFound", 2), ("SrcKeyNotFound", 1)]
    assert all(entry["cause"] and entry["remedy"] for entry in job["report"]["codes"])
    assert len(job["report"]["failed_tasks"]) == 2
    assert job["report"]["failed_tasks"][0]["bucket"] == "src"
    assert job["report"]["key"] == "reports/job-job-0001/manifest.json"


def test_the_report_of_a_job_at_work_is_not_asked_for(world: World) -> None:
    world.batch.jobs[JOB]["ProgressSummary"] = {"NumberOfTasksFailed": 3}
    (job,) = describe_one(world.access(), JOB, None, report=True, report_limit=2).results["jobs"]
    assert (job["report"]["codes"], job["report"]["failed_tasks"]) == (None, None)


def test_without_a_failed_task_there_is_nothing_to_read(world: World) -> None:
    world.batch.end(JOB)
    world.s3.objects.clear()
    (job,) = describe_one(world.access(), JOB, None, report=True, report_limit=2).results["jobs"]
    assert (job["report"]["codes"], job["report"]["failed_tasks"]) == ([], [])


def test_a_missing_report_is_an_error_and_so_is_a_missing_job(world: World) -> None:
    world.batch.end(JOB, {"c": "X"})
    world.s3.objects.clear()
    with pytest.raises(ReportError, match="is missing"):
        describe_one(world.access(), JOB, None, report=True, report_limit=2)
    with pytest.raises(MissingError):
        describe_one(world.access(), "job-none", None, report=False, report_limit=2)


def test_jobs_are_listed_over_all_pages(world: World) -> None:
    for run_id in ("2", "3", "4", "5"):
        world.batch.jobs[f"job-000{int(run_id) - 1}"]["Status"] = "Complete"
        fail(world.table, "a b", failed_at=f"2024-09-06T00:00:0{run_id}.000Z")
        run_batch_job(world.access(), FAILURES, OPTIONS, None)
    world.batch.jobs["job-0003"]["Operation"] = {"S3PutObjectCopy": {}}
    world.batch.jobs["job-0004"]["Description"] = "somebody's"
    listed = list_all(world.access(), None, ()).results["jobs"]
    assert [job["job_id"] for job in listed] == ["job-0001", "job-0002", "job-0004", "job-0005"]
    world.s3.buckets["src"] = "eu-west-1"
    ours = list_all(world.access(), "src", ()).results["jobs"]
    assert [job["job_id"] for job in ours] == ["job-0001", "job-0002", "job-0005"]
    assert ("s3control", "eu-west-1") in world.regions
    active = list_all(world.access(), "src", ("New",)).results["jobs"]
    assert [job["job_id"] for job in active] == ["job-0005"]
