# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.tests.integration.capture import ACCOUNT, Aws, allow, restricted
from ansible_collections.aws_dr.s3.tests.integration.remediation import Pair, awaited
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.failure_events import NASTY_KEYS

MODULE = "aws_dr.s3.replication_failure_prune"
JOB_MODULE = "aws_dr.s3.batch_replication_job"
KEYS = [key for key in NASTY_KEYS if "\0" not in key and key not in ("/", "//a//", ".")]
Playbook = Callable[..., Any]


@pytest.fixture
def pair(aws: Aws, lab: Any, name: str) -> Pair:
    return Pair(aws, lab, name)


def task(name: str, pair: Pair, job_id: str, **more: Any) -> dict[str, Any]:
    options = {"ledger_table": pair.name, "bucket": pair.source, "job_id": job_id}
    return {"name": name, MODULE: options, **more}


def job(playbook: Playbook, pair: Pair, **options: Any) -> str:
    """Run a job over all failure records to its end."""
    run = playbook([{"name": "Repair", JOB_MODULE: pair.from_failures(**options)}])
    job_id: str = run.last["job_id"]
    pair.ended(job_id)
    return job_id


def test_what_is_proven_goes_and_what_is_not_stays(playbook: Playbook, pair: Pair) -> None:
    versions = pair.fail(*KEYS, "denied/a", "denied/b", "gone", "overwritten")
    pair.s3.delete_object(Bucket=pair.source, Key="gone", VersionId=versions["gone"])
    pair.deny("denied/*")
    pair.s3.put_object(Bucket=pair.source, Key="overwritten", Body=b"newer")
    pair.s3.delete_object(Bucket=pair.source, Key="overwritten", VersionId=versions["overwritten"])
    job_id = job(playbook, pair)
    pair.record(KEYS[0], versions[KEYS[0]], "2099-01-01T00:00:00.000Z")
    pair.record("not tried", "v1")
    items = pair.capture.items()
    run = playbook([
        task("Predict", pair, job_id, check_mode=True, diff=True),
        task("Prune", pair, job_id),
        task("Again", pair, job_id),
        task("Predict again", pair, job_id, check_mode=True),
    ])  # fmt: skip
    predicted, pruned, again = run.of("Predict"), run.of("Prune"), run.of("Again")
    assert run.changed == ["Predict", "Prune"]
    assert pruned["removed"] == {"succeeded": len(KEYS) - 1, "obsolete": 2, "already_replicated": 0}
    assert pruned["kept"] == {"failed": 2, "failed_again": 1, "not_in_report": 1}
    for part in ("removed", "kept", "remaining", "msg"):
        assert predicted[part] == pruned[part]
    assert predicted["diff"] == {"before": {"records": len(KEYS) + 5}, "after": {"records": 4}}
    assert again["kept"] == pruned["kept"] and sum(again["removed"].values()) == 0
    assert pair.records() == {"denied/a": "failed", "denied/b": "failed", KEYS[0]: "succeeded", "not tried": None}
    (remaining,) = pruned["remaining"]
    assert (remaining["rule_id"], remaining["reason"], remaining["count"]) == ("to-dr", "DstPutObjectNotPermitted", 4)
    assert "s3:ReplicateObject" in remaining["remedy"]
    assert len(items) > len(pair.capture.items())

    # The whole circle: with the cause gone, the next job takes what remains, and then nothing does.
    pair.allow()
    second = job(playbook, pair, from_failures={"bucket": pair.source, "key_prefix": "denied/"})
    assert second != job_id
    assert sum(playbook([task("Prune", pair, second)]).last["removed"].values()) == 2
    assert sorted(pair.records()) == sorted([KEYS[0], "not tried"])


def test_what_is_replicated_already_goes(playbook: Playbook, pair: Pair) -> None:
    pair.fail("a", "b")
    pair.allow()
    first = job(playbook, pair)
    second = job(playbook, pair, run_id="again")
    assert first != second
    outcome = playbook([task("Prune", pair, second)]).last
    assert sum(outcome["removed"].values()) == 2
    assert pair.records() == {}


def test_a_report_that_is_missing_or_half_written_removes_nothing(playbook: Playbook, pair: Pair) -> None:
    pair.fail("a", "b", "denied/c")
    pair.deny("denied/*")
    job_id = job(playbook, pair)
    report = f"reports/job-{job_id}/manifest.json"
    whole = pair.s3.get_object(Bucket=pair.jobs_bucket, Key=report)["Body"].read()
    results = {entry["TaskExecutionStatus"]: entry["Key"] for entry in json.loads(whole)["Results"]}
    rows = pair.s3.get_object(Bucket=pair.jobs_bucket, Key=results["succeeded"])["Body"].read()
    items = pair.capture.items()

    def told() -> str:
        run = playbook([task("Prune", pair, job_id)], expect=2)
        assert run.changed == [] and pair.capture.items() == items
        return str(run.last["msg"])

    def put(key: str, body: bytes) -> None:
        pair.s3.put_object(Bucket=pair.jobs_bucket, Key=key, Body=body)

    put(results["succeeded"], rows[:-10])
    assert "half written or was changed" in told()
    pair.s3.delete_object(Bucket=pair.jobs_bucket, Key=results["succeeded"])
    assert results["succeeded"] in told()
    put(report, whole[:-30])
    assert "not whole JSON" in told()
    pair.s3.delete_object(Bucket=pair.jobs_bucket, Key=report)
    assert f"is missing at s3://{pair.jobs_bucket}/{report}" in told()
    put(report, whole)
    put(results["succeeded"], rows)
    assert playbook([task("Prune", pair, job_id)]).last["removed"]["succeeded"] == 2


def test_a_report_of_failed_tasks_only_in_the_documented_order(playbook: Playbook, pair: Pair, lab: Any) -> None:
    lab.call("PUT", "/settings", {"batch_report_order": "schema"})
    pair.fail("a", "denied/b")
    pair.deny("denied/*")
    job_id = job(playbook, pair, report_scope="failed_tasks_only")
    pruned = playbook([task("Prune", pair, job_id)]).last
    assert pruned["removed"]["succeeded"] == 1 and pruned["kept"]["failed"] == 1
    assert pair.records() == {"denied/b": "failed"}
    assert pruned["remaining"][0]["reason"] == "DstPutObjectNotPermitted"


def test_jobs_that_prove_nothing(playbook: Playbook, pair: Pair, lab: Any) -> None:
    pair.fail(*(f"{number:02d}" for number in range(20)))
    pair.allow()
    lab.call("PUT", "/settings", {"batch_task_rate": 0.5})
    made = playbook([{"name": "Repair", JOB_MODULE: pair.from_failures()}]).last["job_id"]
    awaited(lambda: pair.job(made), lambda seen: seen["ProgressSummary"]["NumberOfTasksSucceeded"] > 0)
    run = playbook([
        task("Running", pair, made, ignore_errors=True),
        task("Unknown", pair, "00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c", ignore_errors=True),
    ])  # fmt: skip
    assert "is Active" in run.of("Running")["msg"] and "wait for its end" in run.of("Running")["msg"]
    assert "Region of their source bucket" in run.of("Unknown")["msg"]
    assert len(pair.records()) == 20
    pair.s3control.update_job_status(AccountId=ACCOUNT, JobId=made, RequestedJobStatus="Cancelled")
    assert pair.ended(made)["Status"] == "Cancelled"
    pruned = playbook([task("Prune", pair, made)]).last
    done = pruned["removed"]["succeeded"]
    assert 0 < done < 20 and pruned["kept"]["not_in_report"] == 20 - done
    assert len(pair.records()) == 20 - done


def test_throttling_and_a_missing_permission(playbook: Playbook, pair: Pair, lab: Any, aws: Aws) -> None:
    pair.fail("a")
    pair.allow()
    job_id = job(playbook, pair)
    caller = restricted(aws, f"{pair.name}-caller", allow("s3:ListBucket", "s3:DescribeJob", "dynamodb:Query"))
    denied = playbook([task("Prune", pair, job_id)], env=caller, expect=2).last
    assert "s3:GetObject" in denied["msg"] and list(pair.records()) == ["a"]
    for operation in ("DescribeJob", "GetObject", "Query", "BatchWriteItem"):
        lab.call("POST", "/faults", {"kind": "throttle", "operation": operation, "times": 2})
    assert playbook([task("Prune", pair, job_id)]).last["removed"]["succeeded"] == 1
    assert pair.records() == {}
