# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What failed is on the other side, the ledger and the queues are empty, and one job did it."""

from __future__ import annotations

from remediation.prepare import GONE, KEYS
from shared import aws


def test_every_version_that_failed_is_on_the_other_side() -> None:
    source, replicas = aws.versions("invoices", aws.US), aws.versions("invoices-dr", aws.EU)
    assert len(source) == len(KEYS) + 1
    assert {key for key, _version_id in source} == set(KEYS)
    assert replicas == source
    statuses = {aws.status("invoices", aws.US, *version) for version in source}
    assert statuses == {"COMPLETED"}
    assert {aws.status("invoices-dr", aws.EU, *version) for version in replicas} == {"REPLICA"}


def test_the_newest_version_is_the_newest_on_the_other_side() -> None:
    newest = {
        bucket: aws.client("s3", region).get_object(Bucket=bucket, Key=KEYS[0])["Body"].read()
        for bucket, region in (("invoices", aws.US), ("invoices-dr", aws.EU))
    }
    assert newest["invoices-dr"] == newest["invoices"] == str(len(KEYS)).encode()


def test_nothing_is_left_in_the_ledger_nor_in_the_queues() -> None:
    assert [item for item in aws.items("ledger", aws.EU) if "object_key" in item or "job_id" in item] == []
    assert [aws.waiting(aws.queue("failures", region)) for region in (aws.US, aws.EU)] == [0, 0]


def test_one_job_did_it_and_none_was_made_where_nothing_had_failed() -> None:
    us, eu = (aws.client("s3control", region) for region in (aws.US, aws.EU))
    (job,) = us.list_jobs(AccountId=aws.ACCOUNT)["Jobs"]
    assert job["Status"] == "Complete"
    progress = job["ProgressSummary"]
    done = (progress["TotalNumberOfTasks"], progress["NumberOfTasksSucceeded"], progress["NumberOfTasksFailed"])
    assert done == (len(KEYS) + 2, len(KEYS) + 1, 1), f"all but {GONE!r}, which is gone at the source"
    assert eu.list_jobs(AccountId=aws.ACCOUNT)["Jobs"] == []


def test_the_jobs_files_lie_in_the_bucket_for_them_and_nowhere_else() -> None:
    bucket = f"job-files-{aws.ACCOUNT}-us-east-1"
    folders = {key.split("/")[0] for key, _version_id in aws.versions(bucket, aws.US)}
    assert folders == {"manifests", "reports"}
    assert aws.versions(f"job-files-{aws.ACCOUNT}-eu-west-1", aws.EU) == {}
