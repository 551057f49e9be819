# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.tests.integration.capture import ACCOUNT, Aws, allow, restricted
from ansible_collections.aws_dr.s3.tests.integration.remediation import SOURCE_REGION, Pair, awaited
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.failure_events import NASTY_KEYS

MODULE = "aws_dr.s3.batch_replication_job"
INFO = "aws_dr.s3.batch_replication_job_info"
KEYS = [key for key in NASTY_KEYS if "\0" not in key and key not in ("/", "//a//", ".")]
Playbook = Callable[..., Any]


def task(name: str, options: dict[str, Any], module: str = MODULE, **more: Any) -> dict[str, Any]:
    return {"name": name, module: options, **more}


@pytest.fixture
def pair(aws: Aws, lab: Any, name: str) -> Pair:
    return Pair(aws, lab, name)


def test_failures_are_repaired_once(playbook: Playbook, pair: Pair) -> None:
    versions = pair.fail(*KEYS)
    pair.allow()
    options = pair.from_failures(wait=True, wait_delay=1, wait_timeout=60, tags={"team": "dr"})
    run = playbook([task("Predict", options, check_mode=True, diff=True), task("Repair", options)])
    predicted, done = run.of("Predict"), run.of("Repair")
    assert run.changed == ["Predict", "Repair"]
    assert (predicted["objects"], predicted["job_id"], predicted["created"]) == (len(KEYS), None, True)
    assert (done["objects"], done["created"], done["region"]) == (len(KEYS), True, SOURCE_REGION)
    assert done["job"]["status"] == "Complete" and done["job"]["failed_tasks"] == 0
    assert f"{len(KEYS)} of {len(KEYS)} done, 0 failed" in run.output
    assert pair.replicas() == versions
    job = pair.job(done["job_id"])
    assert [listed["JobId"] for listed in pair.jobs()] == [done["job_id"]]
    manifest = pair.s3.head_object(Bucket=pair.jobs_bucket, Key=done["manifest"]["key"])
    assert manifest["ServerSideEncryption"] == "AES256"
    assert job["Manifest"]["Location"]["ETag"] == manifest["ETag"].strip('"')
    assert set(pair.records().values()) == {"taken"}

    before = pair.capture.items()
    again = playbook([task("Again", options), task("Predict", options, check_mode=True)])
    assert again.changed == []
    assert again.of("Again")["job_id"] == again.of("Predict")["job_id"] == done["job_id"]
    assert len(pair.jobs()) == 1 and pair.capture.items() == before


def test_without_failures_there_is_nothing_to_do(playbook: Playbook, pair: Pair) -> None:
    run = playbook([task("Repair", pair.from_failures(wait=True))])
    assert not run.changed and run.last["job_id"] is None and "nothing to do" in run.last["msg"]
    assert pair.jobs() == []
    assert "Contents" not in pair.s3.list_objects_v2(Bucket=pair.jobs_bucket)


def test_a_lost_answer_makes_no_second_job(playbook: Playbook, pair: Pair, lab: Any) -> None:
    pair.fail("a", "b")
    pair.allow()
    lab.call("PUT", "/settings", {"batch_visibility_lag": 1.0})
    lab.call("POST", "/faults", {"kind": "cut", "operation": "CreateJob", "times": 1})
    retried = playbook([task("Repair", pair.from_failures())])
    assert retried.last["created"] and len(pair.jobs()) == 1
    # Now all retries are in vain: the task fails, though the job is there. The next run finds it.
    lab.call("POST", "/faults", {"kind": "cut", "operation": "CreateJob"})
    pair.fail("c")
    pair.ended(retried.last["job_id"])
    failed = playbook([task("Repair", pair.from_failures(run_id="2", aws_config={"retries": {"max_attempts": 2}}))],
                      expect=2)  # fmt: skip
    assert "create a Batch Replication job" in failed.last["msg"]
    lab.call("DELETE", "/faults")
    awaited(pair.jobs, lambda jobs: len(jobs) == 2)
    found = playbook([task("Repair", pair.from_failures(run_id="2"))])
    assert found.last["job_id"] == pair.jobs()[0]["JobId"]
    assert len(pair.jobs()) == 2


def test_throttling_is_sat_out(playbook: Playbook, pair: Pair, lab: Any) -> None:
    pair.fail("a")
    pair.allow()
    for operation in ("ListJobs", "CreateJob", "DescribeJob", "PutObject", "Query", "BatchWriteItem"):
        lab.call("POST", "/faults", {"kind": "throttle", "operation": operation, "times": 2})
    done = playbook([task("Repair", pair.from_failures(wait=True, wait_delay=1))]).last
    assert done["job"]["status"] == "Complete"
    assert "a" in pair.replicas()
    assert all(fault["hits"] == 2 for fault in lab.call("GET", "/faults")["faults"])


def test_a_job_cancelled_by_somebody_else(playbook: Playbook, pair: Pair, lab: Any) -> None:
    pair.fail(*(f"{number:03d}" for number in range(30)))
    pair.allow()
    lab.call("PUT", "/settings", {"batch_task_rate": 5.0})
    canceller = threading.Thread(target=_cancel_the_first, args=(pair,))
    canceller.start()
    options = pair.from_failures(wait=True, wait_delay=1, wait_timeout=60)
    run = playbook([task("Repair", options)], expect=2)
    canceller.join()
    assert "was cancelled by somebody else (too dear)" in run.last["msg"]
    assert "replication_failure_prune" in run.last["msg"] and "left" not in run.last["msg"]
    assert "of 30 done, 0 failed" in run.last["end"] and "replication_failure_prune" not in run.last["end"]
    assert (run.last["changed"], run.last["job"]["status"]) == (True, "Cancelled")
    assert len(pair.records()) == 30
    lab.call("PUT", "/settings", {"batch_task_rate": 0.0})
    again = playbook([task("Repair", options)]).last
    assert again["created"] and again["job_id"] != run.last["job_id"]
    assert len(pair.replicas()) == 30


def _cancel_the_first(pair: Pair) -> None:
    (job,) = awaited(pair.jobs, lambda jobs: jobs and jobs[0]["ProgressSummary"]["NumberOfTasksSucceeded"])
    pair.s3control.update_job_status(
        AccountId=ACCOUNT, JobId=job["JobId"], RequestedJobStatus="Cancelled", StatusUpdateReason="too dear"
    )


def test_a_wait_that_runs_out_says_where_it_stood(playbook: Playbook, pair: Pair, lab: Any) -> None:
    pair.fail(*(f"{number:03d}" for number in range(20)))
    pair.allow()
    lab.call("PUT", "/settings", {"batch_task_rate": 2.0})
    run = playbook([task("Repair", pair.from_failures(wait=True, wait_delay=1, wait_timeout=3))], expect=2)
    told = run.last
    assert "had not ended after" in told["msg"] and "of 20 done" in told["msg"] and "longer wait_timeout" in told["msg"]
    assert (told["changed"], told["job"]["status"], told["job"]["total_tasks"]) == (True, "Active", 20)
    lab.call("PUT", "/settings", {"batch_task_rate": 0.0})
    wait = {"job_id": told["job_id"], "region": SOURCE_REGION, "wait": True, "wait_delay": 1}
    # As a job in the background the module waits by itself, without the action plugin.
    go_on = playbook([task("Wait", wait, **{"async": 60, "poll": 1})])
    assert go_on.last["job"]["status"] == "Complete" and go_on.changed == []
    assert len(pair.replicas()) == 20


def test_a_job_that_waits_for_a_person(playbook: Playbook, pair: Pair) -> None:
    pair.fail("a")
    pair.allow()
    refused = playbook([task("Repair", pair.from_failures(confirmation_required=True, wait=True))], expect=2)
    assert "wait does not go with confirmation_required" in refused.last["msg"]
    made = playbook([task("Repair", pair.from_failures(confirmation_required=True))]).last
    awaited(lambda: pair.job(made["job_id"]), lambda job: job["Status"] == "Suspended")
    there = {"job_id": made["job_id"], "region": SOURCE_REGION, "wait": True, "wait_delay": 1}
    confirmed = {**there, "confirmation_required": False}
    run = playbook([
        task("Wait", there, ignore_errors=True),
        task("Predict", confirmed, check_mode=True),
        task("Confirm", confirmed),
        task("Again", confirmed),
    ])  # fmt: skip
    assert "suspended until somebody confirms it" in run.of("Wait")["msg"]
    assert "confirmation_required: false" in run.of("Wait")["msg"]
    assert run.changed == ["Predict", "Confirm"]
    assert run.of("Confirm")["job"]["status"] == "Complete"
    assert "a" in pair.replicas()


def test_a_job_is_cancelled_and_given_priority(playbook: Playbook, pair: Pair, lab: Any) -> None:
    pair.fail(*(f"{number:03d}" for number in range(30)))
    pair.allow()
    lab.call("PUT", "/settings", {"batch_task_rate": 1.0})
    made = playbook([task("Repair", pair.from_failures())]).last
    there = {"job_id": made["job_id"], "region": SOURCE_REGION}
    cancelled = {**there, "state": "cancelled"}
    run = playbook([
        task("Raise", {**there, "priority": 99}),
        task("Raise again", {**there, "priority": 99}),
        task("Adopt", pair.from_failures(priority=98)),
        task("Predict", cancelled, check_mode=True),
        task("Cancel", {**cancelled, "wait": True, "wait_delay": 1}),
        task("Cancel again", cancelled),
        task("Elsewhere", {**cancelled, "region": "us-east-1"}, ignore_errors=True),
    ])  # fmt: skip
    assert run.changed == ["Raise", "Adopt", "Predict", "Cancel"]
    assert run.of("Adopt")["adopted"]
    assert pair.job(made["job_id"])["Priority"] == 98
    assert pair.job(made["job_id"])["Status"] == run.of("Cancel")["job"]["status"] == "Cancelled"
    assert "Region of their source bucket" in run.of("Elsewhere")["msg"]


def test_everything_wrong_is_told_at_once_and_nothing_is_made(playbook: Playbook, pair: Pair) -> None:
    pair.fail("a")
    locked = f"{pair.name}-locked"
    place = {"LocationConstraint": SOURCE_REGION}
    pair.s3.create_bucket(Bucket=locked, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=True)
    retention = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    pair.s3.put_object_lock_configuration(
        Bucket=locked, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention}
    )
    bad = pair.from_failures(
        from_failures={"bucket": f"{pair.name}-gone"},
        role="arn:aws:iam::111122223333:user/batch",
        manifest_bucket=f"{pair.name}-nowhere",
        report_bucket=locked,
        priority=-5,
    )
    no_role = pair.from_failures(role=f"arn:aws:iam::{ACCOUNT}:role/{pair.name}-none")
    no_table = pair.from_failures(ledger_table=f"{pair.name}-none")
    items = pair.capture.items()
    run = playbook([
        task("All", bad, ignore_errors=True),
        task("All in check mode", bad, ignore_errors=True, check_mode=True),
        task("No role", no_role, ignore_errors=True),
        task("No table", no_table, ignore_errors=True),
        task("Two origins", {**pair.from_failures(), "job_id": "x"}, ignore_errors=True),
        task("Options missing", {"from_failures": {"bucket": pair.source}}, ignore_errors=True),
        task("Delay", pair.from_failures(wait=True, wait_delay=0), ignore_errors=True),
    ])  # fmt: skip
    for name in ("All", "All in check mode"):
        assert len(run.of(name)["problems"]) == 5
        for part in ("user/batch", "-gone does not exist", "-nowhere does not exist", "Object Lock", "priority is -5"):
            assert part in run.of(name)["msg"]
    assert "-none does not exist; S3 could not assume it" in run.of("No role")["msg"]
    assert "ledger table" in run.of("No table")["msg"]
    assert "mutually exclusive" in run.of("Two origins")["msg"]
    assert "ledger_table" in run.of("Options missing")["msg"]
    assert "wait_delay is 0" in run.of("Delay")["msg"]
    assert run.changed == [] and pair.jobs() == [] and pair.capture.items() == items
    assert "Contents" not in pair.s3.list_objects_v2(Bucket=pair.jobs_bucket)


def test_a_missing_permission_is_named(playbook: Playbook, pair: Pair, aws: Aws) -> None:
    pair.fail("a")
    least = ["s3:ListBucket", "s3:ListJobs", "s3:GetObject", "s3:PutObject", "s3:GetBucketObjectLockConfiguration"]
    ledger = ["dynamodb:Query", "dynamodb:BatchWriteItem"]
    caller = restricted(aws, f"{pair.name}-caller", allow(*least, *ledger))
    denied = playbook([task("Repair", pair.from_failures())], env=caller, expect=2).last
    assert "s3:CreateJob" in denied["msg"] and denied["permission"] == "s3:CreateJob"
    enough = restricted(
        aws, f"{pair.name}-other", allow(*least, *ledger, "s3:CreateJob", "s3:DescribeJob", "iam:PassRole")
    )
    assert playbook([task("Repair", pair.from_failures())], env=enough).last["created"]


def test_jobs_from_a_list(playbook: Playbook, pair: Pair) -> None:
    versions = pair.fail("a b", "c", record=False)
    pair.allow()
    rows = f"{pair.source},a%20b,{versions['a b']}\n{pair.source},c,{versions['c']}\n"
    etag = pair.s3.put_object(
        Bucket=pair.jobs_bucket, Key="list.csv", Body=rows.encode(), ServerSideEncryption="AES256"
    )["ETag"]
    pair.s3.put_object(
        Bucket=pair.jobs_bucket, Key="header.csv", Body=b"Bucket,Key,VersionId\n", ServerSideEncryption="AES256"
    )
    pair.s3.put_object(Bucket=pair.jobs_bucket, Key="kms.csv", Body=rows.encode())

    def options(key: str, **manifest: Any) -> dict[str, Any]:
        return {"from_manifest": {"bucket": pair.jobs_bucket, "key": key, **manifest}, **pair.places()}

    run = playbook([
        task("Missing", options("none.csv"), ignore_errors=True),
        task("Header", options("header.csv"), ignore_errors=True),
        task("Encrypted", options("kms.csv"), ignore_errors=True),
        task("Replaced", options("list.csv", etag="0123"), ignore_errors=True),
        task("Predict", options("list.csv"), check_mode=True),
        task("Make", {**options("list.csv", etag=etag), "wait": True, "wait_delay": 1}),
        task("Again", options("list.csv")),
    ])  # fmt: skip
    assert f"there is no s3://{pair.jobs_bucket}/none.csv. Correct bucket, key or" in run.of("Missing")["msg"]
    assert "no header row" in run.of("Header")["msg"]
    assert "only with SSE-S3" in run.of("Encrypted")["msg"]
    assert "it was replaced" in run.of("Replaced")["msg"]
    assert run.changed == ["Predict", "Make"]
    assert run.of("Make")["bucket"] == pair.source
    assert pair.replicas() == versions
    assert len(pair.jobs()) == 1


def test_jobs_from_a_filter(playbook: Playbook, pair: Pair) -> None:
    versions = pair.fail("in/a", "in/b", "out/c", record=False)
    pair.allow()

    filters = pair.s3control.meta.service_model.shape_for("JobManifestGeneratorFilter")

    def options(prefix: str, **more: Any) -> dict[str, Any]:
        wanted = {"bucket": pair.source, "replication_statuses": ["FAILED"], "key_prefix": prefix}
        if "MatchAnyObjectEncryption" in filters.members:  # the oldest boto3 does not know it
            wanted["encryption"] = "SSE-S3"
        return {"from_generator": wanted, **pair.places(), "wait": True, "wait_delay": 1, **more}

    run = playbook([
        task("Elsewhere", options("in/", manifest_bucket=pair.destination), ignore_errors=True),
        task("Make", options("in/")),
        task("Again", options("in/")),
        task("Nothing", options("none/")),
        task("Nothing again", options("none/")),
    ])  # fmt: skip
    assert f"it has to be in {SOURCE_REGION}" in run.of("Elsewhere")["msg"]
    assert run.changed == ["Make", "Nothing"]
    assert run.of("Nothing")["job"]["found_nothing"]
    assert pair.replicas() == {key: versions[key] for key in ("in/a", "in/b")}
    assert len(pair.jobs()) == 2
    assert run.of("Make")["job"]["manifest"]["generated"]


def test_jobs_are_described_and_listed(playbook: Playbook, pair: Pair) -> None:
    versions = pair.fail("good", "denied/a", "denied/b", "gone")
    pair.deny("denied/*")
    pair.s3.delete_object(Bucket=pair.source, Key="gone", VersionId=versions["gone"])
    made = playbook([task("Repair", pair.from_failures(wait=True, wait_delay=1, description="nightly"))]).last
    assert (made["job"]["status"], made["job"]["failed_tasks"]) == ("Complete", 3)
    job_id = made["job_id"]
    run = playbook([
        task("One", {"job_id": job_id, "bucket": pair.source, "report": True, "report_limit": 2}, INFO),
        task("Listed", {"bucket": pair.source}, INFO),
        task("Active", {"bucket": pair.source, "status": ["Active"]}, INFO),
        task("Unknown", {"job_id": job_id}, INFO, ignore_errors=True),
    ])  # fmt: skip
    assert run.changed == []
    (one,) = run.of("One")["jobs"]
    codes = {entry["code"]: entry["tasks"] for entry in one["report"]["codes"]}
    assert codes == {"DstPutObjectNotPermitted": 2, "SrcKeyNotFound": 1}
    assert len(one["report"]["failed_tasks"]) == 2
    assert one["description"].endswith(": nightly")
    assert one["report"]["key"] == f"reports/job-{job_id}/manifest.json"
    assert [job["job_id"] for job in run.of("Listed")["jobs"]] == [job_id]
    assert run.of("Active")["jobs"] == []
    assert "90 days" in run.of("Unknown")["msg"]
