# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is older than the rule is on the other side, by one job, and a note says so."""

from __future__ import annotations

import json

import pytest
from back_fill.prepare import KEYS
from shared import aws


def test_every_older_version_is_on_the_other_side() -> None:
    source, replicas = aws.versions("invoices", aws.US), aws.versions("invoices-dr", aws.EU)
    assert len(source) == len(KEYS) + 1 and {key for key, _version_id in source} == set(KEYS)
    assert replicas == source
    assert {aws.status("invoices", aws.US, *version) for version in source} == {"COMPLETED"}


@pytest.mark.parametrize(("bucket", "region", "total"), [("invoices", aws.US, len(KEYS) + 1), ("photos", aws.EU, 0)])
def test_one_job_did_it_and_a_note_says_so(bucket: str, region: str, total: int) -> None:
    (job,) = aws.client("s3control", region).list_jobs(AccountId=aws.ACCOUNT)["Jobs"]
    files = f"job-files-{aws.ACCOUNT}-{region}"
    body = aws.client("s3", region).get_object(Bucket=files, Key=f"back-fill/{bucket}.json")["Body"].read()
    note = json.loads(body)
    assert (note["bucket"], note["job_id"], note["total"], note["failed"]) == (bucket, job["JobId"], total, 0)
