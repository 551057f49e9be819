# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of jobs: states and what moves them on, progress, limits, expiry (S3 User Guide, "Managing jobs")."""

from __future__ import annotations

from typing import Any

import pytest
from batch_lab import (
    ACCOUNT,
    AWAY,
    HOME,
    Work,
    control,
    describe,
    error,
    history,
    progress,
    s3control,
    update,
    wait,
    wait_for_tasks,
)
from botocore.exceptions import ClientError
from labclient import Lab

DAY = 86400


@pytest.fixture
def work(lab: Lab) -> Work:
    """A pair and everything a job needs."""
    return Work()


def many(work: Work, count: int, **changes: Any) -> dict[str, Any]:
    """Parameters of a job that tries the same version so many times."""
    version = work.unreplicated("key")[0]
    return {"Manifest": work.manifest(work.rows(["key"] * count, [version] * count)), **changes}


def test_a_job_replicates_and_tells_what_it_did(work: Work) -> None:
    keys = ["plain", 'a b+c%/ü,"q"\n', "deep/er/#1"]
    versions = work.unreplicated(*keys)
    assert all(work.destination.head(key) is None for key in keys)

    manifest = work.manifest(work.rows(keys, versions))
    job = work.run(Manifest=manifest, Description="a job", Tags=[{"Key": "team", "Value": "dr"}])

    assert job["Status"] == "Complete"
    assert progress(job) == (3, 3, 0)
    for key, version in zip(keys, versions, strict=True):
        assert work.destination.status(key, version) == "REPLICA"
        assert work.source.status(key, version) == "COMPLETED"
    assert job["JobArn"] == f"arn:aws:s3:us-east-1:{ACCOUNT}:job/{job['JobId']}"
    assert job["Manifest"] == manifest
    assert job["Operation"] == {"S3ReplicateObject": {}}
    assert job["Report"] == work.report()
    assert (job["Description"], job["Priority"], job["RoleArn"]) == ("a job", 10, work.role.arn)
    assert job["CreationTime"] <= job["TerminationDate"]
    assert job["ConfirmationRequired"] is False
    absent = {"FailureReasons", "SuspendedDate", "ManifestGenerator", "GeneratedManifestDescriptor"}
    assert not absent & job.keys()


def test_states_come_in_order_and_each_can_be_seen(work: Work, lab: Lab) -> None:
    parameters = many(work, 3)
    lab.settings(batch_state_delay=0.15)
    job_id = work.create(**parameters)
    seen: list[str] = []
    while not seen or seen[-1] not in ("Complete", "Failed"):
        status = describe(job_id)["Status"]
        if status not in seen:
            seen.append(status)
    assert seen == history(job_id) == ["New", "Preparing", "Ready", "Active", "Completing", "Complete"]


def test_the_total_is_known_once_the_manifest_is_read(work: Work, lab: Lab) -> None:
    parameters = many(work, 4)
    lab.settings(batch_state_delay=60.0)
    job_id = work.create(**parameters)
    assert describe(job_id)["Status"] == "New"
    assert progress(describe(job_id)) == (0, 0, 0)
    lab.advance(60)
    wait(job_id, "Preparing")
    lab.advance(60)
    assert progress(wait(job_id, "Ready")) == (4, 0, 0)


def test_progress_can_be_watched(work: Work, lab: Lab) -> None:
    parameters = many(work, 40)
    lab.settings(batch_task_rate=20.0)
    job_id = work.create(**parameters)
    halfway = wait_for_tasks(job_id, 5)
    total, succeeded, failed = progress(halfway)
    assert halfway["Status"] == "Active"
    assert (total, failed) == (40, 0)
    assert 5 <= succeeded < 40
    assert halfway["ProgressSummary"]["Timers"]["ElapsedTimeInActiveSeconds"] >= 1
    lab.advance(10)
    assert progress(wait(job_id)) == (40, 40, 0)


# ---- confirmation


def test_a_job_that_needs_confirmation_waits_for_it(work: Work) -> None:
    job_id = work.create(**many(work, 2), ConfirmationRequired=True)
    job = wait(job_id, "Suspended")
    assert progress(job) == (2, 0, 0)
    assert job["SuspendedCause"] == "AWAITING_CONFIRMATION"
    assert job["SuspendedDate"] >= job["CreationTime"]
    assert work.destination.head("key") is None
    control("POST", "/batch/idle")  # a suspended job doesn't keep the lab busy

    answer = update(job_id, "Ready", "looks right")
    assert (answer["JobId"], answer["Status"], answer["StatusUpdateReason"]) == (job_id, "Ready", "looks right")
    job = wait(job_id)
    assert (job["Status"], job["StatusUpdateReason"]) == ("Complete", "looks right")
    assert history(job_id) == ["New", "Preparing", "Suspended", "Ready", "Active", "Completing", "Complete"]


def test_a_job_suspended_for_more_than_30_days_fails(work: Work, lab: Lab) -> None:
    job_id = work.create(**many(work, 1), ConfirmationRequired=True)
    wait(job_id, "Suspended")
    lab.advance(29 * DAY)
    assert describe(job_id)["Status"] == "Suspended"
    lab.advance(DAY + 1)
    job = wait(job_id)
    assert job["Status"] == "Failed"
    assert "30 days" in job["FailureReasons"][0]["FailureReason"]


# ---- cancelling


@pytest.mark.parametrize("state", ["New", "Preparing", "Suspended", "Ready", "Active"])
def test_a_job_can_be_cancelled_in_every_state_before_its_end(work: Work, lab: Lab, state: str) -> None:
    parameters = many(work, 3, ConfirmationRequired=state == "Suspended")
    lab.settings(batch_state_delay=60.0)
    job_id = work.create(**parameters)
    before = {"New": 0, "Preparing": 1, "Suspended": 2, "Ready": 2, "Active": 3}[state]
    for step in ("New", "Preparing", "Ready")[:before]:
        wait(job_id, step)
        lab.advance(60)
    wait(job_id, state)
    lab.settings(batch_state_delay=0.0)
    assert update(job_id, "Cancelled", "not today")["Status"] in ("Cancelling", "Cancelled")
    job = wait(job_id)
    assert (job["Status"], job["StatusUpdateReason"]) == ("Cancelled", "not today")
    assert history(job_id)[-2:] == ["Cancelling", "Cancelled"]
    assert "TerminationDate" in job
    assert not work.objects(job_id), "no report when no task ran"


def test_a_job_cancelled_midway_leaves_the_report_of_what_ran(work: Work, lab: Lab) -> None:
    parameters = many(work, 100)
    lab.settings(batch_task_rate=50.0)
    job_id = work.create(**parameters)
    wait_for_tasks(job_id, 3)
    update(job_id, "Cancelled")
    job = wait(job_id)
    total, succeeded, failed = progress(job)
    assert (job["Status"], total, failed) == ("Cancelled", 100, 0)
    assert 3 <= succeeded < 100
    assert len(work.results(job_id)) == succeeded


@pytest.mark.parametrize("wanted", ["Cancelled", "Ready"])
def test_a_job_that_has_ended_is_not_updated(work: Work, wanted: str) -> None:
    job = work.run(**many(work, 1))
    with pytest.raises(ClientError) as refused:
        update(job["JobId"], wanted)
    assert error(refused)[:2] == (400, "JobStatusException")
    assert "Complete" in error(refused)[2]


def test_only_a_suspended_job_can_be_made_ready(work: Work, lab: Lab) -> None:
    parameters = many(work, 100)
    lab.settings(batch_task_rate=10.0)
    job_id = work.create(**parameters)
    wait(job_id, "Active")
    with pytest.raises(ClientError) as refused:
        update(job_id, "Ready")
    assert error(refused)[:2] == (400, "JobStatusException")


# ---- failing


def failing(work: Work, good: int, bad: int, *, bad_first: bool = True) -> dict[str, Any]:
    version = work.unreplicated("key")[0]
    lines = [work.rows(["gone"], [version])[0]] * bad
    rest = [work.rows(["key"], [version])[0]] * good
    return {"Manifest": work.manifest(lines + rest if bad_first else rest + lines)}


def test_a_job_fails_when_more_than_half_of_1000_tasks_failed(work: Work) -> None:
    job = work.run(**failing(work, good=600, bad=600))
    assert job["Status"] == "Failed"
    assert progress(job) == (1200, 400, 600)
    assert job["FailureReasons"][0]["FailureReason"] == "Job failure rate is above 50%"
    assert history(job["JobId"])[-2:] == ["Failing", "Failed"]
    assert len(work.results(job["JobId"])) == 1000, "what ran before is reported"


def test_exactly_half_is_not_too_much(work: Work) -> None:
    job = work.run(**failing(work, good=500, bad=500))
    assert (job["Status"], progress(job)) == ("Complete", (1000, 500, 500))


def test_fewer_than_1000_tasks_may_all_fail(work: Work) -> None:
    job = work.run(**failing(work, good=0, bad=999))
    assert (job["Status"], progress(job)) == ("Complete", (999, 0, 999))


def test_a_rising_failure_rate_ends_the_job_late(work: Work) -> None:
    job = work.run(**failing(work, good=600, bad=700, bad_first=False))
    assert (job["Status"], progress(job)) == ("Failed", (1300, 600, 601))


# ---- several jobs at once


def test_no_more_than_six_jobs_are_active(work: Work, lab: Lab) -> None:
    parameters = many(work, 50)
    lab.settings(batch_task_rate=2.0)
    ids = [work.create(**parameters) for _unused in range(8)]
    active = [wait(job_id, "Active")["JobId"] for job_id in ids[:6]]
    assert [wait(job_id, "Ready")["Status"] for job_id in ids[6:]] == ["Ready", "Ready"]
    lab.settings(batch_task_rate=0.0)
    lab.advance(100)
    assert {wait(job_id)["Status"] for job_id in [*active, *ids[6:]]} == {"Complete"}
    assert not any("Paused" in history(job_id) for job_id in ids), "equal priority displaces nobody"


def test_a_job_of_higher_priority_pauses_one_of_lower_priority(work: Work, lab: Lab) -> None:
    parameters = many(work, 60)
    lab.settings(batch_task_rate=20.0, batch_active_jobs=1)
    low = work.create(**parameters, Priority=1)
    wait_for_tasks(low, 3)
    high = work.create(**parameters, Priority=2)
    wait(low, "Paused")
    wait(high, "Active")
    lab.settings(batch_task_rate=0.0)
    lab.advance(100)
    assert progress(wait(high)) == (60, 60, 0)
    assert progress(wait(low)) == (60, 60, 0)
    ran = ["Active", "Pausing", "Paused", "Active", "Completing", "Complete"]
    assert history(low) == ["New", "Preparing", "Ready", *ran]
    assert len(work.results(low)) == 60


def test_priority_can_be_changed_and_takes_effect(work: Work, lab: Lab) -> None:
    parameters = many(work, 60)
    lab.settings(batch_task_rate=20.0, batch_active_jobs=1)
    first, second = work.create(**parameters), work.create(**parameters)
    wait(first, "Active")
    wait(second, "Ready")
    answer = s3control().update_job_priority(AccountId=ACCOUNT, JobId=second, Priority=99)
    assert (answer["JobId"], answer["Priority"]) == (second, 99)
    wait(first, "Paused")
    assert wait(second, "Active")["Priority"] == 99
    update(first, "Cancelled")
    assert wait(first)["Status"] == "Cancelled"


# ---- where and for how long a job is known


def test_a_job_is_known_only_in_its_region(work: Work) -> None:
    job = work.run(**many(work, 1))
    calls: list[tuple[str, dict[str, Any]]] = [
        ("describe_job", {}), ("update_job_status", {"RequestedJobStatus": "Cancelled"}),
        ("update_job_priority", {"Priority": 1}), ("get_job_tagging", {}),
    ]  # fmt: skip
    for operation, more in calls:
        with pytest.raises(ClientError) as refused:
            getattr(s3control(AWAY), operation)(AccountId=ACCOUNT, JobId=job["JobId"], **more)
        assert error(refused)[:2] == (404, "NoSuchJob")
    assert s3control(AWAY).list_jobs(AccountId=ACCOUNT)["Jobs"] == []


def test_a_job_is_forgotten_90_days_after_its_end(work: Work, lab: Lab) -> None:
    job_id = work.run(**many(work, 1))["JobId"]
    lab.advance(90 * DAY - 60)
    assert describe(job_id)["Status"] == "Complete"
    lab.advance(120)
    with pytest.raises(ClientError) as refused:
        describe(job_id)
    assert error(refused)[:2] == (404, "NoSuchJob")
    assert s3control().list_jobs(AccountId=ACCOUNT)["Jobs"] == []


def test_a_new_job_can_be_unknown_for_a_moment(work: Work, lab: Lab) -> None:
    parameters = many(work, 1)
    lab.settings(batch_visibility_lag=30.0)
    job_id = work.create(**parameters)
    with pytest.raises(ClientError) as refused:
        describe(job_id)
    assert error(refused)[:2] == (404, "NoSuchJob")
    lab.advance(30)
    assert wait(job_id)["Status"] == "Complete"


def test_a_job_stands_still_while_its_region_is_away(work: Work, lab: Lab) -> None:
    manifest = work.manifest([f"{work.source.name},key,"] * 50)  # tasks that replication itself never sees
    lab.settings(batch_task_rate=50.0)
    job_id = work.create(Manifest=manifest)
    wait_for_tasks(job_id, 1)
    lab.region_down(HOME)
    run = lab.call("GET", "/batch/jobs")["jobs"][0]["tasks_run"]
    lab.advance(10)
    assert {lab.call("GET", "/batch/jobs")["jobs"][0]["tasks_run"] for _unused in range(30)} <= {run, run + 1}
    lab.region_up(HOME)
    lab.advance(10)
    assert progress(wait(job_id)) == (50, 0, 50)


def test_a_job_whose_destination_region_is_away_can_be_cancelled(work: Work, lab: Lab) -> None:
    parameters = many(work, 3)
    lab.region_down(AWAY)
    job_id = work.create(**parameters)
    wait(job_id, "Active")
    update(job_id, "Cancelled")
    assert progress(wait(job_id)) == (3, 0, 0)
    lab.region_up(AWAY)
