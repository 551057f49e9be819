# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import (
    ACTIVE_STATUSES,
    STATUSES,
    Job,
    Progress,
    Situation,
    parse_job,
    told_seconds,
)

ENDS = {"Complete": Situation.COMPLETE, "Failed": Situation.FAILED, "Cancelled": Situation.CANCELLED}


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_of_the_model(status: str) -> None:
    job = Job("j", status, "us-east-1")
    others = {"Suspended": Situation.UNCONFIRMED, "Paused": Situation.PAUSED}
    assert job.situation is {**ENDS, **others}.get(status, Situation.RUNNING)
    assert job.ended is (status in ENDS)
    assert (status in ACTIVE_STATUSES) is not job.ended


def test_the_statuses_are_those_of_the_sdk() -> None:
    session = pytest.importorskip("botocore.session").get_session()
    shape = session.get_service_model("s3control").shape_for("JobStatus")
    # A status that AWS adds shows up here; until somebody looks at it, it counts as running.
    assert sorted(shape.enum) == sorted(STATUSES)


@given(st.text().filter(lambda status: status not in STATUSES))
def test_an_unknown_status_counts_as_running(status: str) -> None:
    assert Job("j", status, "r").situation is Situation.RUNNING
    assert not Job("j", status, "r").ended


@pytest.mark.parametrize(
    ("progress", "rate", "left", "told"),
    [
        (Progress(), None, None, "0 of ? done, 0 failed"),
        (Progress(total=10), None, None, "0 of 10 done, 0 failed"),
        (Progress(total=0), None, 0, "0 of 0 done, 0 failed"),
        (Progress(100, 40, 10, 25), 2.0, 25, "50 of 100 done, 10 failed, 2/s, about 25 s left"),
        (Progress(100, 90, 10, 25), 4.0, 0, "100 of 100 done, 10 failed, 4/s"),
        (Progress(100, 50, 0, 0), None, None, "50 of 100 done, 0 failed"),
        (Progress(30000, 0, 3, 30), 0.1, 299970, "3 of 30000 done, 3 failed, 0.1/s, about 83 h 20 min left"),
    ],
)
def test_progress(progress: Progress, rate: float | None, left: int | None, told: str) -> None:
    assert (progress.rate, progress.seconds_left, progress.told()) == (rate, left, told)


@given(
    total=st.none() | st.integers(0, 10**10),
    succeeded=st.integers(0, 10**10),
    failed=st.integers(0, 10**10),
    seconds=st.integers(0, 10**7),
)
def test_progress_never_fails_or_goes_negative(total: int | None, succeeded: int, failed: int, seconds: int) -> None:
    progress = Progress(total, succeeded, failed, seconds)
    assert (progress.seconds_left or 0) >= 0
    assert progress.told()


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 s"), (119.4, "119 s"), (120, "2 min"), (7140, "119 min"), (7200, "2 h 0 min")]
)
def test_spans(seconds: float, told: str) -> None:
    assert told_seconds(seconds) == told


DESCRIBED: dict[str, Any] = {
    "JobId": "00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c",
    "JobArn": "arn:aws:s3:us-west-2:111122223333:job/00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c",
    "Status": "Failed",
    "Operation": {"S3ReplicateObject": {}},
    "Description": "mine",
    "Priority": 10,
    "ConfirmationRequired": False,
    "RoleArn": "arn:aws:iam::111122223333:role/batch",
    "CreationTime": datetime(2024, 9, 5, 23, 4, 32, 527999, timezone(timedelta(hours=2))),
    "TerminationDate": datetime(2024, 9, 5, 22, 0, 0, 0, UTC),
    "ProgressSummary": {
        "TotalNumberOfTasks": 8,
        "NumberOfTasksSucceeded": 6,
        "NumberOfTasksFailed": 2,
        "Timers": {"ElapsedTimeInActiveSeconds": 4},
    },
    "FailureReasons": [{"FailureCode": "JobFailed", "FailureReason": "the threshold"}],
    "Manifest": {
        "Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key", "VersionId"]},
        "Location": {"ObjectArn": "arn:aws:s3:::jobs/manifests/a/b.csv", "ETag": '"e"'},
    },
    "Report": {
        "Enabled": True,
        "Bucket": "arn:aws:s3:::jobs",
        "Prefix": "reports",
        "ReportScope": "AllTasks",
        "Format": "Report_CSV_20180820",
    },
}


def test_a_described_job_is_read() -> None:
    job = parse_job(DESCRIBED, "us-west-2")
    result = job.as_result()
    assert job.operation == "S3ReplicateObject"
    assert (job.created_at, job.ended_at) == ("2024-09-05T21:04:32.527Z", "2024-09-05T22:00:00.000Z")
    assert result["progress"] == "8 of 8 done, 2 failed, 2/s"
    assert result["failure_reasons"] == [{"code": "JobFailed", "reason": "the threshold"}]
    assert result["report"] == {
        "bucket": "jobs",
        "prefix": "reports",
        "key": "reports/job-00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c/manifest.json",
        "scope": "all_tasks",
        "lost": False,
    }
    assert result["manifest"] == {
        "bucket": "jobs",
        "key": "manifests/a/b.csv",
        "etag": "e",
        "version_id": None,
        "kind": "csv",
        "fields": ["Bucket", "Key", "VersionId"],
        "generated": False,
    }


def test_a_listed_job_is_read_too() -> None:
    listed = {"JobId": "abcde", "Operation": "S3ReplicateObject", "Status": "New", "Priority": 1}
    job = parse_job(listed, "us-west-2")
    assert (job.operation, job.created_at, job.report, job.manifest) == ("S3ReplicateObject", "", {}, {})


@pytest.mark.parametrize("status", ["Failed", "Cancelled", "Complete", "Cancelling", "Failing"])
def test_nothing_is_left_to_wait_for_once_a_job_has_ended_or_is_stopping(status: str) -> None:
    summary = {**DESCRIBED["ProgressSummary"], "TotalNumberOfTasks": 20}
    ended = parse_job({**DESCRIBED, "Status": status, "ProgressSummary": summary}, "us-west-2")
    assert (ended.told, ended.as_result()["progress"]) == ("8 of 20 done, 2 failed, 2/s",) * 2
    assert ended.as_result()["seconds_left"] == 0
    at_work = parse_job({**DESCRIBED, "Status": "Active", "ProgressSummary": summary}, "us-west-2")
    assert at_work.told == "8 of 20 done, 2 failed, 2/s, about 6 s left"
    assert at_work.as_result()["seconds_left"] == 6


@pytest.mark.parametrize("status", ["Failed", "Complete"])
def test_a_report_that_could_not_be_written_is_known(status: str) -> None:
    said = "The job report could not be written to your report bucket. Please check your permissions."
    reasons = [{"FailureCode": "AccessDenied", "FailureReason": said}]
    job = parse_job({**DESCRIBED, "Status": status, "FailureReasons": reasons}, "us-west-2")
    assert job.report_lost and job.as_result()["report"]["lost"]
    assert job.reasons == f"AccessDenied: {said}"
    assert not parse_job(DESCRIBED, "us-west-2").report_lost


def test_a_generated_manifest_is_told_as_such() -> None:
    described = {**DESCRIBED, "Manifest": None, "GeneratedManifestDescriptor": DESCRIBED["Manifest"]}
    assert parse_job(described, "us-west-2").manifest["generated"]


def test_a_job_without_report_has_none() -> None:
    assert parse_job({**DESCRIBED, "Report": {"Enabled": False}}, "us-west-2").report == {}


def test_a_generator_that_found_nothing_is_known() -> None:
    told = {"FailureCode": "X", "FailureReason": "Manifest generation found no keys matching the filter criteria."}
    assert parse_job({**DESCRIBED, "FailureReasons": [told]}, "us-west-2").found_nothing
    assert not parse_job(DESCRIBED, "us-west-2").found_nothing
    assert not parse_job({**DESCRIBED, "Status": "Complete", "FailureReasons": [told]}, "us-west-2").found_nothing
