# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pairs whose sources hold older objects: counted and replicated by the same task, once for a rule set."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.pairing import ACCOUNT, EU, US, make, pair, rules, task

OPTIONS = {
    "role": "arn:aws:iam::{account}:role/batch-{region}",
    "report_bucket": "jobs-{account}-{region}",
    "report_prefix": "reports",
    "wait": True,
    "wait_delay": 1,
}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def prepare(aws: Callable[..., Any]) -> None:
    """Two sources in two Regions with an older object each, and what jobs need in each Region."""
    trusted = {"Service": "batchoperations.s3.amazonaws.com"}
    trust = document({"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"})
    for source, region in (("invoices", US), ("photos", EU)):
        make(aws, source, region, versioned=True)
        aws("s3", region).put_object(Bucket=source, Key="older", Body=b"x")
        make(aws, f"jobs-{ACCOUNT}-{region}", region)
        aws("iam").create_role(RoleName=f"batch-{region}", AssumeRolePolicyDocument=trust)
        allowed = document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
        aws("iam").put_role_policy(RoleName=f"batch-{region}", PolicyName="all", PolicyDocument=allowed)


def jobs(aws: Callable[..., Any], region: str) -> list[str]:
    found = aws("s3control", region).list_jobs(AccountId=ACCOUNT)["Jobs"]
    return [job["Status"] for job in found]


def fills(result: dict[str, Any]) -> list[tuple[str, int | None]]:
    return [(one["back_fill"]["status"], one["back_fill"]["total"]) for one in result["pairs"]]


def test_what_is_older_is_replicated_once_and_one_buckets_trouble_stops_no_other(
    playbook: Callable[..., Any], aws: Callable[..., Any]
) -> None:
    prepare(aws)
    both = (pair("invoices"), pair("photos", region=US, source_region=EU))
    replicate = {**OPTIONS, "replicate": True}
    wrong = {**OPTIONS, "role": "arn:aws:iam::{account}:role/none-{region}"}
    templates = {**OPTIONS, "report_bucket": "jobs-{name}"}
    told = playbook(tasks=[task(*both, back_fill=replicate)], check=True).last
    run = playbook(
        tasks=[
            task(*both, pair("nowhere"), back_fill=wrong, called="Wrong role"),
            task(*both, back_fill=templates, called="Wrong template"),
            task(*both, back_fill=OPTIONS, called="Counted"),
            task(*both, back_fill=OPTIONS, called="Counted again"),
            task(*both, back_fill=replicate, called="Replicated"),
            task(*both, back_fill=replicate, called="Replicated again"),
        ]
    )
    # Refused with all other problems, before anything is changed.
    problems = str(run.of("Wrong role")["problems"])
    for named in ("role/none-us-east-1 does not exist", "role/none-eu-west-1 does not", "source bucket nowhere"):
        assert named in problems
    assert "jobs-{name}" in str(run.of("Wrong template")["problems"])
    assert not run.of("Wrong role")["changed"] and not run.of("Wrong template")["changed"]

    assert fills(told) == [("planned", None)] * 2 and told["changed"]
    assert told["pairs"][0]["actions"][-1] == "replicate what is older than the rules of bucket invoices"
    assert fills(run.of("Counted")) == [("counted", 1)] * 2 and run.of("Counted")["changed"]
    assert run.of("Counted")["pairs"][0]["actions"][-1] == "count what is older than the rules of bucket invoices"
    assert not run.of("Counted again")["changed"], run.of("Counted again")["diff"]
    came = run.of("Replicated")
    assert fills(came) == [("done", 1)] * 2 and came["summary"]["changed"] == 2
    assert [one["actions"] for one in came["pairs"]] == [
        ["replicate what is older than the rules of bucket invoices"],
        ["replicate what is older than the rules of bucket photos"],
    ]
    again = run.of("Replicated again")
    assert fills(again) == [("done_before", 1)] * 2 and not again["changed"], again["diff"]
    for bucket, region in (("invoices-dr", EU), ("photos-dr", US)):
        assert aws("s3", region).head_object(Bucket=bucket, Key="older")["ReplicationStatus"] == "REPLICA"
    assert jobs(aws, US) == jobs(aws, EU) == ["Complete"]

    # Another rule makes another rule set. The bucket whose batch role may not list it fails, the other one is done.
    denied = document({"Effect": "Deny", "Action": "s3:PutInventoryConfiguration", "Resource": "*"})
    aws("iam").put_role_policy(RoleName=f"batch-{US}", PolicyName="deny", PolicyDocument=denied)
    seconds = [pair(source, f"{source}-2", US, source_region=at) for source, at in (("invoices", US), ("photos", EU))]
    told = playbook(tasks=[task(*both, *seconds, back_fill=replicate)], check=True).last
    assert [status for status, _total in fills(told)] == ["planned"] * 4 and jobs(aws, EU) == ["Complete"]
    run = playbook(
        tasks=[
            task(*both, *seconds, back_fill=replicate, called="More"),
            task(*both, *seconds, called="Without"),
        ]
    )
    came = run.of("More")
    assert [one["failed"] for one in came["pairs"]] == [True, False, True, False]
    assert fills(came)[1] == ("done", 1) and came["pairs"][0]["back_fill"]["status"] == "failed"
    assert {row["step"] for row in came["failures"]} == {"back-fill bucket invoices"}
    assert set(rules(aws, "invoices")) == {"to-invoices-dr", "to-invoices-2"}
    assert aws("s3", US).head_object(Bucket="photos-2", Key="older")["ReplicationStatus"] == "REPLICA"
    assert run.of("Without")["pairs"][0]["back_fill"] is None and not run.of("Without")["changed"]
