# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drill passed, its results are kept, and neither it nor the one before that was killed has left a trace."""

from __future__ import annotations

import json

from shared import aws


def test_results_are_kept() -> None:
    files = f"job-files-{aws.ACCOUNT}-{aws.US}"
    kept = aws.client("s3").get_object(Bucket=files, Key="drill-history.jsonl")["Body"].read().decode()
    results = [json.loads(line) for line in kept.splitlines()]
    assert [(one["scenario"], one["passed"]) for one in results] == [("canary", True), ("permission_break", True)]
    assert results[1]["figures"]["probes"] == 3


def test_no_trace_is_left() -> None:
    for bucket, region in (("invoices", aws.US), ("invoices-dr", aws.EU)):
        found = aws.client("s3", region).list_object_versions(Bucket=bucket)
        assert not found.get("Versions") and not found.get("DeleteMarkers")
    policy = json.loads(aws.client("s3", aws.EU).get_bucket_policy(Bucket="invoices-dr")["Policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["Theirs"]
    items = aws.client("dynamodb", aws.EU).scan(TableName="ledger")["Items"]
    assert not [item for item in items if "object_key" in item]
