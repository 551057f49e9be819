# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode of the role remediation_setup tells, beside what a run does then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ACCOUNT = "111122223333"
FORETOLD = [
    "Make the batch role",
    "Tell what the batch role would be allowed (check mode)",
    "Tell which bucket would be made (check mode)",
    "Tell which job files would be removed (check mode)",
]
DONE = [
    "Allow the batch role what its jobs need",
    "Make the batch role",
    "Make the bucket for job files",
    "Remove job files when they are old",
]


def names(run: Any) -> list[str]:
    return sorted(task.removeprefix("aws_dr.s3.remediation_setup : ") for task in run.changed)


def test_check_mode_counts_what_the_run_changes(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    variables = {
        "remediation_setup_sources": [
            {"bucket": "invoices", "region": "us-east-1"},
            {"bucket": "orders", "region": "us-east-1"},
            {"bucket": "photos", "region": "eu-west-1"},
        ],
        "remediation_setup_bucket_prefix": "t-files",
        "remediation_setup_role_prefix": "t-batch-",
        "remediation_setup_role_wait": 0,
    }
    role = [{"name": "Set up", "ansible.builtin.include_role": {"name": "aws_dr.s3.remediation_setup"}}]

    def run(check: bool = False) -> Any:
        return playbook(role, variables=variables, check=check)

    foretold = run(check=True)
    assert names(foretold) == sorted(FORETOLD * 2)
    for said in (
        "Would put the policies job-files, replicate-invoices, replicate-orders on the role t-batch-us-east-1",
        "Would put the policies job-files, replicate-photos on the role t-batch-eu-west-1",
        f"Would let the bucket t-files-{ACCOUNT}-us-east-1 remove what is older than 90 days below manifests/ and",
    ):
        assert said in foretold.output
    assert aws("s3").list_buckets()["Buckets"] == []
    assert names(run()) == sorted(DONE * 2)
    assert names(run(check=True)) == []

    # One bucket has the rule of an earlier release, one a rule that somebody changed; somebody's own rule is no matter.
    rules = aws("s3").get_bucket_lifecycle_configuration(Bucket=f"t-files-{ACCOUNT}-us-east-1")["Rules"]
    theirs = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "x/"}, "Expiration": {"Days": 1}}
    old = {**theirs, "ID": "remove-old-job-files", "Filter": {"Prefix": ""}}
    for region, changed in (
        ("us-east-1", [*rules, theirs, old]),
        ("eu-west-1", [{**rule, "Expiration": {"Days": 30}} for rule in rules]),
    ):
        aws("s3", region).put_bucket_lifecycle_configuration(
            Bucket=f"t-files-{ACCOUNT}-{region}", LifecycleConfiguration={"Rules": changed}
        )
    assert names(run(check=True)) == FORETOLD[-1:] * 2
    assert names(run()) == DONE[-1:] * 2
    found = aws("s3").get_bucket_lifecycle_configuration(Bucket=f"t-files-{ACCOUNT}-us-east-1")["Rules"]
    assert sorted(rule["ID"] for rule in found) == ["remove-old-manifests", "remove-old-reports", "theirs"]
