# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remediation of two buckets whose jobs work at the same time, leave no report of use, or are cancelled."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.remediation import awaited
from ansible_collections.aws_dr.s3.tests.integration.targets.playbooks.test_playbooks import (
    ACCOUNT,
    PAIR,
    REMEDIATE,
    SETUP,
    SOURCE,
    VARIABLES,
    ledger_keys,
    make,
)

PHOTOS = "t-photos"
PAIRS = [
    PAIR,
    {
        "source": {"bucket": PHOTOS, "region": "us-east-1"},
        "destination": {"bucket": f"{PHOTOS}-dr", "region": "eu-west-1"},
    },
]
SOURCES = [SOURCE, PHOTOS]
TWO = {**VARIABLES, "dr_pairs": PAIRS}
FILES = f"t-jobs-{ACCOUNT}-us-east-1"
Aws = Callable[..., Any]


def fail(aws: Aws, lab: Any, *keys: str) -> None:
    """Write objects while the destinations' versioning is suspended, and enable it again."""
    away = aws("s3", "eu-west-1")

    def version(status: str) -> None:
        for bucket in SOURCES:
            away.put_bucket_versioning(Bucket=f"{bucket}-dr", VersioningConfiguration={"Status": status})

    version("Suspended")
    for bucket in SOURCES:
        for key in keys:
            aws("s3").put_object(Bucket=bucket, Key=f"{bucket}/{key}", Body=b"x")
    lab.replication_idle()
    version("Enabled")


def jobs(aws: Aws) -> list[dict[str, Any]]:
    """All jobs, the oldest first."""
    listed: list[dict[str, Any]] = aws("s3control").list_jobs(AccountId=ACCOUNT)["Jobs"]
    return sorted(listed, key=lambda job: job["CreationTime"])


def report_keys(aws: Aws, job_id: str) -> list[str]:
    found = aws("s3").list_objects_v2(Bucket=FILES, Prefix=f"reports/job-{job_id}/").get("Contents", [])
    return [entry["Key"] for entry in found]


def troubles(run: Any) -> str:
    return "\n".join(run.of("Keep the result as a fact")["ansible_facts"]["remediation_result"]["troubles"])


def described(aws: Aws, job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = aws("s3control").describe_job(AccountId=ACCOUNT, JobId=job["JobId"])["Job"]
    return found


def statuses(aws: Aws, *keys: str) -> set[str]:
    heads = [aws("s3").head_object(Bucket=bucket, Key=f"{bucket}/{key}") for bucket in SOURCES for key in keys]
    return {head["ReplicationStatus"] for head in heads}


def test_two_buckets_through_all_that_jobs_may_come_to(playbook: Callable[..., Any], aws: Aws, lab: Any) -> None:
    """One story, because setting up takes longest."""
    for bucket in SOURCES:
        make(aws, bucket)
    playbook(play=SETUP, variables=TWO)

    # It gives up waiting while both jobs are at work. Then time passes for them.
    lab.call("PUT", "/settings", {"batch_task_rate": 0.01})
    fail(aws, lab, "a", "b", "c")
    assert statuses(aws, "a", "b", "c") == {"FAILED"}
    run = playbook(play=REMEDIATE, variables={**TWO, "remediation_wait_timeout": 0}, expect=2)
    assert troubles(run).count("had not ended after 0 s: it is Active") == 2
    first = jobs(aws)
    assert [job["Status"] for job in first] == ["Active", "Active"]
    lab.call("POST", "/clock/advance", {"seconds": 1000})
    for job in first:
        awaited(lambda job=job: described(aws, job)["Status"], lambda status: status == "Complete")

    # One report is gone, the other one is cut within a row: nothing is concluded, new jobs are made at once.
    for key in report_keys(aws, first[0]["JobId"]):
        aws("s3").delete_object(Bucket=FILES, Key=key)
    (rows,) = [key for key in report_keys(aws, first[1]["JobId"]) if key.endswith(".csv")]
    whole = aws("s3").get_object(Bucket=FILES, Key=rows)["Body"].read()
    aws("s3").put_object(Bucket=FILES, Key=rows, Body=whole[:-12])
    lab.call("PUT", "/settings", {"batch_task_rate": 0.0})
    run = playbook(play=REMEDIATE, variables=TWO)
    told = " ".join(run.output.split())  # ansible-core 2.17 breaks the lines of warnings
    assert told.count("so that a new job takes the same failure records") == 2
    assert all(f"The report of job {job['JobId']} " in told for job in first)
    assert ledger_keys(aws) == set()
    texts = [job["Description"] for job in jobs(aws)]
    assert sorted(texts[2:]) == sorted(text.replace("-1 failures", "-2 failures") for text in texts[:2])

    # S3 may not write reports: what the jobs did is not known, and nobody is told to look it up there.
    fail(aws, lab, "d")
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"{arn(FILES)}/reports/*"}
    before = aws("s3").get_bucket_policy(Bucket=FILES)["Policy"]
    denying = {"Version": "2012-10-17", "Statement": [*json.loads(before)["Statement"], statement]}
    aws("s3").put_bucket_policy(Bucket=FILES, Policy=json.dumps(denying))
    told = troubles(playbook(play=REMEDIATE, variables=TWO, expect=2))
    assert told.count("What it did is not known, because there is no report: see to it that role") == 2
    assert "prune" not in told
    assert len(ledger_keys(aws)) == 2

    # One job is cancelled in the midst of its work. What it did is pruned: the user is told no more than that.
    aws("s3").put_bucket_policy(Bucket=FILES, Policy=before)
    fail(aws, lab, *"efghi")
    lab.call("PUT", "/settings", {"batch_task_rate": 0.3})
    canceller = threading.Thread(target=cancel_one, args=(aws, lab))
    canceller.start()
    told = troubles(playbook(play=REMEDIATE, variables=TWO, expect=2))
    canceller.join()
    assert "was cancelled by somebody else (too dear): " in told and " of 6 done, 0 failed, " in told
    assert told.endswith("/s. The ledger is pruned by what it did. Run again for the rest")
    left = ledger_keys(aws)
    assert 0 < len(left) < 6
    assert len({key.split("/")[0] for key in left}) == 1
    playbook(play=REMEDIATE, variables=TWO)
    assert ledger_keys(aws) == set()
    assert statuses(aws, *"abcdefghi") == {"COMPLETED"}
    assert len(jobs(aws)) == 9


def arn(bucket: str) -> str:
    return f"arn:aws:s3:::{bucket}"


def cancel_one(aws: Aws, lab: Any) -> None:
    """Once the jobs of both buckets are at work, cancel one that has done something, and let the other one go on."""

    def at_work() -> list[dict[str, Any]]:
        return [job for job in jobs(aws) if job["Status"] == "Active"]

    def begun(job: dict[str, Any]) -> bool:
        return bool(job["ProgressSummary"]["NumberOfTasksSucceeded"])

    both = awaited(at_work, lambda found: len(found) == 2 and any(map(begun, found)), 60)
    job = next(filter(begun, both))
    aws("s3control").update_job_status(
        AccountId=ACCOUNT, JobId=job["JobId"], RequestedJobStatus="Cancelled", StatusUpdateReason="too dear"
    )
    lab.call("PUT", "/settings", {"batch_task_rate": 0.0})
