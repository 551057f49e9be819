# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import STATUSES, Job
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import (
    Generator,
    JobOptions,
    Purpose,
    busy_job,
    client_token,
    create_arguments,
    describe,
    description_problem,
    identity,
    manifest_content,
    option_problems,
    purpose,
    standing,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import ManifestFile

ACCOUNT = "111122223333"
OPTIONS = JobOptions(
    role="arn:aws:iam::111122223333:role/batch",
    report_bucket="jobs",
    report_prefix="reports",
    manifest_bucket="jobs",
    manifest_prefix="manifests",
)
BASE = "0123456789abcdef" * 3


def job(
    status: str, attempt: int = 1, base: str = BASE, bucket: str = "src", kind: str = "failures", **more: Any
) -> Job:
    text = describe(bucket, client_token(base, attempt), kind, None)
    return Job(f"job-{attempt}", status, "us-east-1", description=text, **more)


def test_good_options_have_no_problem() -> None:
    assert option_problems(OPTIONS, ACCOUNT) == []


def test_all_problems_are_told_together() -> None:
    bad = JobOptions(
        role="arn:aws:iam::444455556666:role/batch",
        report_bucket="Not_A_Bucket",
        manifest_bucket="arn:aws:s3:::jobs",
        report_prefix="x" * 513,
        priority=-1,
        tags={"aws:mine": "x"},
    )
    problems = option_problems(bad, ACCOUNT)
    assert len(problems) == 6
    for word in (
        "444455556666",
        "report_bucket 'Not_A_Bucket'",
        "manifest_bucket",
        "report_prefix",
        "priority",
        "tags",
    ):
        assert any(word in problem for problem in problems), word


@pytest.mark.parametrize(
    "change",
    [
        {"role": "batch"},
        {"role": "arn:aws:iam::111122223333:user/batch"},
        {"priority": 2147483648},
        {"tags": {f"k{number}": "v" for number in range(51)}},
        {"tags": {"k": "v" * 257}},
        {"tags": {"k": "<b>"}},
        {"tags": {"": "v"}},
    ],
)
def test_each_of_these_is_refused(change: dict[str, Any]) -> None:
    assert len(option_problems(replace(OPTIONS, **change), ACCOUNT)) == 1


@pytest.mark.parametrize("change", [{"priority": 0}, {"priority": 2147483647}, {"tags": {"team": "dr + s3 @home"}}])
def test_each_of_these_is_taken(change: dict[str, Any]) -> None:
    assert option_problems(replace(OPTIONS, **change), ACCOUNT) == []


@given(seed=st.randoms(use_true_random=False), content=st.dictionaries(st.text(max_size=5), st.integers(), max_size=6))
def test_the_identity_does_not_depend_on_order(seed: random.Random, content: dict[str, int]) -> None:
    entries = list(content.items())
    seed.shuffle(entries)
    assert identity("src", "generator", content, OPTIONS) == identity("src", "generator", dict(entries), OPTIONS)


@pytest.mark.parametrize(
    "change",
    [
        {"role": "arn:aws:iam::111122223333:role/other"},
        {"report_bucket": "other"},
        {"report_prefix": "other"},
        {"report_scope": "failed_tasks_only"},
        {"manifest_prefix": "other"},
        {"run_id": "again"},
    ],
)
def test_what_a_job_does_changes_its_identity(change: dict[str, Any]) -> None:
    assert identity("src", "failures", "d", replace(OPTIONS, **change)) != identity("src", "failures", "d", OPTIONS)


@pytest.mark.parametrize(
    "change",
    [
        {"priority": 99},
        {"description": "other"},
        {"tags": {"a": "b"}},
        {"confirmation_required": True},
        {"report_prefix": "/reports/"},
    ],
)
def test_what_can_change_on_a_job_does_not(change: dict[str, Any]) -> None:
    assert identity("src", "failures", "d", replace(OPTIONS, **change)) == identity("src", "failures", "d", OPTIONS)


def test_bucket_kind_and_content_change_the_identity() -> None:
    others = [("dst", "failures", "d"), ("src", "manifest", "d"), ("src", "failures", "e"), ("src", "failures", "d")]
    assert len({identity(bucket, kind, content, OPTIONS) for bucket, kind, content in others}) == 4


@given(
    bucket=st.from_regex(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", fullmatch=True),
    attempt=st.integers(1, 9999),
    text=st.none() | st.text(min_size=1, max_size=90),
)
def test_a_description_is_known_again(bucket: str, attempt: int, text: str | None) -> None:
    token = client_token(BASE, attempt)
    assert len(token) <= 64
    described = Job("j", "New", "r", description=describe(bucket, token, "failures", text))
    assert len(described.description) <= 256
    assert description_problem(bucket, "failures", text) is None
    assert purpose(described) == Purpose(bucket, BASE, attempt, "failures")


def test_a_description_that_does_not_fit_is_refused() -> None:
    free = 256 - len(describe("src", client_token(BASE, 9999), "failures", "x")) + 1
    assert description_problem("src", "failures", "x" * free) is None
    assert f"{free} are free" in str(description_problem("src", "failures", "x" * (free + 1)))


@pytest.mark.parametrize("description", ["", "nightly", "aws_dr.s3 src", f"aws_dr.s3  src {BASE}-1 failures"])
def test_jobs_of_others_are_not_ours(description: str) -> None:
    assert purpose(Job("j", "New", "r", description=description)) is None


@pytest.mark.parametrize("status", STATUSES)
def test_a_job_at_work_on_the_bucket_is_found(status: str) -> None:
    ended = status in ("Complete", "Failed", "Cancelled")
    there = [job("New", bucket="other"), job("New", kind="manifest"), job(status, base="f" * 48)]
    assert busy_job(there, "src") == (None if ended else there[2])


def test_of_two_jobs_at_work_the_older_is_taken() -> None:
    there = [job("Ready", 2, created_at="2024-02"), job("Active", 1, created_at="2024-01")]
    assert busy_job(there, "src") is there[1]


@pytest.mark.parametrize("status", STATUSES)
def test_what_answers_a_request(status: str) -> None:
    there = job(status)
    found = standing([there, job("Active", base="f" * 48), job("Active", bucket="dst")], "src", BASE)
    if status == "Complete":
        assert found == (there, True, 0)
    elif status in ("Failed", "Cancelled"):
        assert found == (None, False, 2)
    else:
        assert found == (there, False, 0)


def test_without_a_job_the_first_attempt_is_made() -> None:
    assert standing([], "src", BASE) == (None, False, 1)


def test_attempts_are_counted_over_all_that_failed() -> None:
    assert standing([job("Cancelled", 3), job("Failed", 1)], "src", BASE).attempt == 4
    done = job("Complete", 2)
    assert standing([job("Failed", 1), done], "src", BASE) == (done, True, 0)


def test_a_job_that_left_no_proof_is_no_answer() -> None:
    done, again, at_work = job("Complete", 1), job("Complete", 2), job("Active", 3)
    assert standing([done], "src", BASE, ["job-1"]) == (None, False, 2)
    assert standing([done, again], "src", BASE, ["job-2"]) == (done, True, 0)
    assert standing([done, again], "src", BASE, ["job-1"]) == (again, True, 0)
    assert standing([done, again], "src", BASE, ["job-1", "job-2"]) == (None, False, 3)
    assert standing([done, again, at_work], "src", BASE, ["job-1", "job-2"]) == (at_work, False, 0)


def test_a_generator_that_found_nothing_is_an_answer() -> None:
    nothing = job("Failed", failure_reasons=(("X", "Manifest generation found no keys matching the filter criteria."),))
    assert standing([nothing], "src", BASE) == (nothing, True, 0)


def test_the_arguments_for_a_manifest() -> None:
    file = ManifestFile("jobs", "manifests/src/t.csv", '"abc"')
    token = client_token(BASE, 1)
    options = replace(OPTIONS, tags={"b": "2", "a": "1"}, description="back-fill")
    assert create_arguments("src", "failures", token, file, options, ACCOUNT) == {
        "AccountId": ACCOUNT,
        "Operation": {"S3ReplicateObject": {}},
        "Report": {
            "Enabled": True,
            "Bucket": "arn:aws:s3:::jobs",
            "Format": "Report_CSV_20180820",
            "Prefix": "reports",
            "ReportScope": "AllTasks",
            "ExpectedBucketOwner": ACCOUNT,
        },
        "ClientRequestToken": token,
        "Description": f"aws_dr.s3 src {token} failures: back-fill",
        "Priority": 10,
        "RoleArn": OPTIONS.role,
        "ConfirmationRequired": False,
        "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
        "Manifest": {
            "Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key", "VersionId"]},
            "Location": {"ObjectArn": "arn:aws:s3:::jobs/manifests/src/t.csv", "ETag": "abc"},
        },
    }


def test_the_arguments_for_an_inventory_in_another_partition() -> None:
    file = ManifestFile("jobs", "inv/manifest.json", "abc", kind="inventory", version_id="v1")
    options = replace(OPTIONS, role="arn:aws-cn:iam::111122223333:role/batch", report_prefix="", priority=0)
    arguments = create_arguments("src", "manifest", "t", file, options, ACCOUNT)
    assert arguments["Manifest"] == {
        "Spec": {"Format": "S3InventoryReport_CSV_20161130"},
        "Location": {
            "ObjectArn": "arn:aws-cn:s3:::jobs/inv/manifest.json",
            "ETag": "abc",
            "ObjectVersionId": "v1",
        },
    }
    assert "Prefix" not in arguments["Report"]
    assert arguments["Report"]["Bucket"] == "arn:aws-cn:s3:::jobs"
    assert arguments["Priority"] == 0


def test_the_arguments_for_a_generator() -> None:
    kept = Generator({"EligibleForReplication": True}, output_bucket="jobs", output_prefix="generated/")
    arguments = create_arguments("src", "generator", "t", kept, OPTIONS, ACCOUNT)
    assert "Manifest" not in arguments
    assert arguments["ManifestGenerator"]["S3JobManifestGenerator"] == {
        "ExpectedBucketOwner": ACCOUNT,
        "SourceBucket": "arn:aws:s3:::src",
        "EnableManifestOutput": True,
        "ManifestOutputLocation": {
            "ExpectedManifestBucketOwner": ACCOUNT,
            "Bucket": "arn:aws:s3:::jobs",
            "ManifestPrefix": "generated",
            "ManifestFormat": "S3InventoryReport_CSV_20211130",
            "ManifestEncryption": {"SSES3": {}},
        },
        "Filter": {"EligibleForReplication": True},
    }
    bare = create_arguments("src", "generator", "t", Generator({}), OPTIONS, ACCOUNT)
    generator = bare["ManifestGenerator"]["S3JobManifestGenerator"]
    assert generator["EnableManifestOutput"] is False
    assert "Filter" not in generator and "ManifestOutputLocation" not in generator


@pytest.mark.parametrize("generated", [True, False])
def test_the_sdk_takes_the_arguments(generated: bool) -> None:
    model = pytest.importorskip("botocore.session").get_session().get_service_model("s3control")
    validate = pytest.importorskip("botocore.validate").ParamValidator().validate
    source = Generator({"ObjectReplicationStatuses": ["FAILED"]}, "jobs") if generated else ManifestFile("b", "k", "e")
    arguments = create_arguments("src", "failures", client_token(BASE, 1), source, OPTIONS, ACCOUNT)
    report = validate(arguments, model.operation_model("CreateJob").input_shape)
    assert not report.has_errors(), report.generate_report()


def test_what_identifies_a_manifest() -> None:
    file = ManifestFile("jobs", "k", "e")
    contents = [
        manifest_content(changed)
        for changed in (
            file,
            replace(file, key="l"),
            replace(file, etag="f"),
            replace(file, version_id="v"),
            replace(file, fields=("Key", "Bucket")),
            replace(file, kind="inventory"),
        )
    ]
    assert len({identity("src", "manifest", content, OPTIONS) for content in contents}) == len(contents)
