# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of single tasks, and the report that tells it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from batch_lab import (
    AWAY,
    HOME,
    PATIENCE,
    Bucket,
    JobRole,
    Role,
    Work,
    allow,
    client,
    control,
    describe,
    idle,
    progress,
    rule,
    wait,
)
from labclient import Lab
from replication_lab import configure


@pytest.fixture
def work(lab: Lab) -> Work:
    """A pair and everything a job needs."""
    return Work()


def one(work: Work, row: str, fields: str = "Bucket Key VersionId", **changes: Any) -> tuple[dict[str, Any], list[str]]:
    """Run a job with this one row (after the bucket); the job, and the row of its report."""
    job = work.run(Manifest=work.manifest([f"{work.source.name},{row}"], fields), **changes)
    results = work.results(job["JobId"])
    assert len(results) == 1
    return job, results[0]


# ---- which version


def test_a_missing_version_id_fails_the_task_only(work: Work) -> None:
    version = work.unreplicated("key")[0]
    rows = [f"{work.source.name},key,", *work.rows(["key"], [version])]
    job = work.run(Manifest=work.manifest(rows))
    assert (job["Status"], progress(job)) == ("Complete", (2, 1, 1))
    failed = [row for row in work.results(job["JobId"]) if row[3] == "failed"]
    assert failed == [[work.source.name, "key", "", "failed", "400", "InvalidRequest",
                       "Task failed due to missing VersionId"]]  # fmt: skip


def test_a_missing_version_id_as_real_jobs_report_it(work: Work, lab: Lab) -> None:
    lab.settings(batch_missing_version_id="observed")
    _unused, row = one(work, "key,")
    assert row[1:] == ["key", r"\N", "failed", "500", "SrcObjectNotFound", "Object versionID is invalid"]


def test_null_is_the_null_version(work: Work) -> None:
    source = work.source
    source.s3.delete_bucket_replication(Bucket=source.name)
    source.version(False)
    source.s3.put_object(Bucket=source.name, Key="old", Body=b"before versioning")
    source.version(True)
    work.configure()
    _unused, row = one(work, "old,null")
    assert row[2:] == ["null", "succeeded", "200", "", "success"]
    assert work.destination.status("old", "null") == "REPLICA"


def test_without_a_column_of_versions_the_newest_is_meant(work: Work) -> None:
    first, second = work.unreplicated("key", "key")
    _unused, row = one(work, "key", "Bucket Key")
    assert row[1:5] == ["key", "", "succeeded", "200"]
    assert work.destination.head("key", first) is None
    assert work.destination.status("key", second) == "REPLICA"


def test_replicas_and_old_objects_are_replicated_too(work: Work) -> None:
    further = Bucket(AWAY)
    back = Role(work.destination, further)
    version = work.source.put("key")
    idle()
    configure(work.destination, back, rule(further))
    role = JobRole(work.destination, work.files)
    manifest = work.manifest([f"{work.destination.name},key,{version}"])
    away_reports = work.report(Prefix="away")
    job = work.run(AWAY, Manifest=manifest, RoleArn=role.arn, Report=away_reports)
    assert progress(job) == (1, 1, 0)
    assert further.status("key", version) == "REPLICA"


# ---- what is gone


def test_deleted_versions_and_keys_do_not_hold_the_rest_up(work: Work) -> None:
    keys = ["kept", "version-gone", "version-gone", "key-gone"]
    versions = work.unreplicated(*keys)
    work.source.s3.delete_object(Bucket=work.source.name, Key="version-gone", VersionId=versions[1])
    work.source.s3.delete_object(Bucket=work.source.name, Key="key-gone", VersionId=versions[3])
    job = work.run(Manifest=work.manifest([*work.rows(keys, versions), f"{work.source.name},version-gone,null"]))
    assert (job["Status"], progress(job)) == ("Complete", (5, 2, 3))
    outcomes = {(row[1], row[2]): (row[3], row[5]) for row in work.results(job["JobId"])}
    assert outcomes == {
        ("kept", versions[0]): ("succeeded", ""),
        ("version-gone", versions[1]): ("failed", "SrcVersionNotFound"),
        ("version-gone", versions[2]): ("succeeded", ""),
        ("key-gone", versions[3]): ("failed", "SrcKeyNotFound"),
        ("version-gone", "null"): ("failed", "SrcObjectNotFound"),
    }


def test_keys_that_are_not_encoded_are_not_found(work: Work) -> None:
    version = work.unreplicated("a b")[0]
    _unused, row = one(work, f"a+b,{version}")
    assert row[1:6] == ["a+b", version, "failed", "500", "SrcKeyNotFound"]


def test_a_hard_deleted_replica_does_not_come_back(work: Work) -> None:
    version = work.source.put("key")
    idle()
    work.destination.s3.delete_object(Bucket=work.destination.name, Key="key", VersionId=version)
    _unused, row = one(work, f"key,{version}")
    assert row[5] == "DstObjectHardDeleted"


def test_archived_objects_are_not_eligible_and_left_alone(work: Work) -> None:
    version = work.unreplicated("key", StorageClass="GLACIER")[0]
    _unused, row = one(work, f"key,{version}")
    assert row[3:] == ["failed", "500", "SrcObjectNotEligible", "Object is not eligible for replication"]
    assert work.source.status("key", version) is None


def test_what_no_enabled_rule_matches_is_not_eligible(work: Work) -> None:
    version = work.unreplicated("key")[0]
    work.configure(rule(work.destination, Filter={"Prefix": "other/"}), rule(work.destination, Status="Disabled"))
    assert one(work, f"key,{version}")[1][5] == "SrcObjectNotEligible"


def test_without_a_replication_configuration(work: Work) -> None:
    version = work.source.put("key")
    work.source.s3.delete_bucket_replication(Bucket=work.source.name)
    assert one(work, f"key,{version}")[1][5] == "SrcBucketReplicationConfigMissing"


def test_a_bucket_that_is_not_there(work: Work) -> None:
    job = work.run(Manifest=work.manifest([b"no-such-bucket-here,key,null".decode()]))
    assert work.codes(job["JobId"]) == [("500", "SrcBucketNotFound")]


# ---- permissions and Regions


def test_the_job_role_has_to_be_allowed_to_initiate_replication(work: Work) -> None:
    version = work.unreplicated("key")[0]
    work.role.without("s3:InitiateReplication")
    job, row = one(work, f"key,{version}")
    assert row[3:6] == ["failed", "403", "InitiateReplicationNotPermitted"]
    assert job["Status"] == "Complete"
    assert work.destination.head("key", version) is None


def test_the_trust_may_end_while_the_job_runs(work: Work, lab: Lab) -> None:
    version = work.unreplicated("key")[0]
    manifest = work.manifest(work.rows(["key"] * 40, [version] * 40))
    lab.settings(batch_task_rate=20.0)
    job_id = work.create(Manifest=manifest)
    while progress(describe(job_id))[1] == 0:
        pass
    work.role.trust("s3.amazonaws.com")
    lab.advance(10)
    assert progress(wait(job_id))[2] > 0
    assert ("403", "AssumeRoleNotPermitted") in work.codes(job_id)


def test_the_reasons_of_replication_are_those_of_the_task(work: Work) -> None:
    version = work.unreplicated("key")[0]
    work.destination.set_policy({
        "Effect": "Deny", "Principal": {"AWS": work.replication_role.arn}, "Action": "s3:ReplicateObject",
        "Resource": f"{work.destination.arn}/*",
    })  # fmt: skip
    assert one(work, f"key,{version}")[1][3:6] == ["failed", "403", "DstPutObjectNotPermitted"]
    assert work.source.status("key", version) == "FAILED"
    work.destination.s3.delete_bucket_policy(Bucket=work.destination.name)
    assert one(work, f"key,{version}")[1][3] == "succeeded"
    assert work.source.status("key", version) == "COMPLETED"


def test_every_rule_runs_and_one_broken_rule_fails_the_task(work: Work) -> None:
    version = work.unreplicated("key")[0]
    broken = Bucket(AWAY)
    work.configure(rule(work.destination), rule(broken))
    _unused, row = one(work, f"key,{version}")
    assert row[5] == "DstPutObjectNotPermitted", "the role has no permission for the second destination"
    assert broken.name in row[6]
    assert work.destination.status("key", version) == "REPLICA"


def test_a_job_in_another_region_than_the_source(work: Work) -> None:
    version = work.unreplicated("key")[0]
    job = work.run(AWAY, Manifest=work.manifest(work.rows(["key"], [version])))
    assert job["Status"] == "Complete"
    assert job["JobArn"].startswith(f"arn:aws:s3:{AWAY}:")
    assert work.codes(job["JobId"]) == [("500", "SrcBucketInvalidRegion")]


# ---- the report


def mixed(work: Work, **changes: Any) -> dict[str, Any]:
    """A job with two good rows and a bad one."""
    versions = work.unreplicated("a b", "c")
    rows = [*work.rows(["a b", "c"], versions), f"{work.source.name},gone%2F1,null"]
    return work.run(Manifest=work.manifest(rows), **changes)


def test_the_report_has_its_documented_place_and_shape(work: Work) -> None:
    job = mixed(work)
    objects = work.objects(job["JobId"])
    manifest = json.loads(objects["manifest.json"])
    assert manifest.keys() == {"Format", "ReportCreationDate", "Results", "ReportSchema"}
    assert manifest["Format"] == "Report_CSV_20180820"
    assert manifest["ReportSchema"] == ("Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage")
    age = datetime.fromisoformat(manifest["ReportCreationDate"]) - job["CreationTime"]
    assert timedelta() <= age < timedelta(seconds=PATIENCE)
    assert [result["TaskExecutionStatus"] for result in manifest["Results"]] == ["succeeded", "failed"]
    for result in manifest["Results"]:
        assert result["Bucket"] == work.files.name
        name = result["Key"].removeprefix(f"reports/job-{job['JobId']}/")
        folder, _unused, file = name.partition("/")
        assert folder == "results"
        assert len(file) == 44 and file.endswith(".csv")
        body = objects[name]
        assert hashlib.md5(body).hexdigest() == result["MD5Checksum"]
        assert body.endswith(b"\r\n")
        statuses = {line.split(",")[3] for line in body.decode().splitlines()}
        assert statuses == {result["TaskExecutionStatus"]}
    assert objects["manifest.json.md5"].decode() == hashlib.md5(objects["manifest.json"]).hexdigest()
    assert len(objects) == 4


def test_keys_are_written_as_the_manifest_has_them(work: Work) -> None:
    job = mixed(work)
    assert [row[1] for row in work.results(job["JobId"])] == ["a%20b", "c", "gone%2F1"]


def test_real_reports_have_the_status_before_the_code(work: Work) -> None:
    rows = work.results(mixed(work)["JobId"])
    assert [row[3:6] for row in rows] == [
        ["succeeded", "200", ""], ["succeeded", "200", ""], ["failed", "500", "SrcKeyNotFound"],
    ]  # fmt: skip


def test_the_order_of_the_schema_can_be_switched_on(work: Work, lab: Lab) -> None:
    lab.settings(batch_report_order="schema")
    rows = work.results(mixed(work)["JobId"])
    assert [row[3:6] for row in rows] == [
        ["succeeded", "", "200"], ["succeeded", "", "200"], ["failed", "SrcKeyNotFound", "500"],
    ]  # fmt: skip


def test_a_report_of_failed_tasks_only(work: Work) -> None:
    job = mixed(work, Report=work.report(ReportScope="FailedTasksOnly"))
    assert [row[3] for row in work.results(job["JobId"])] == ["failed"]


def test_a_report_of_failed_tasks_when_none_failed_names_no_results(work: Work) -> None:
    version = work.unreplicated("key")[0]
    scope = work.report(ReportScope="FailedTasksOnly")
    job = work.run(Manifest=work.manifest(work.rows(["key"], [version])), Report=scope)
    assert json.loads(work.objects(job["JobId"])["manifest.json"])["Results"] == []


@pytest.mark.parametrize(("prefix", "home"), [("a/b", "a/b/"), ("a/", "a//"), (None, "")])
def test_the_prefix_is_taken_as_it_is(work: Work, prefix: str | None, home: str) -> None:
    report = {name: value for name, value in work.report(Prefix=prefix).items() if value is not None}
    job = mixed(work, Report=report)
    assert "manifest.json" in work.objects(job["JobId"], home)
    assert len(work.results(job["JobId"], home)) == 3


def test_no_report_when_none_was_asked_for(work: Work) -> None:
    job = mixed(work, Report={"Enabled": False})
    assert job["Status"] == "Complete"
    assert not work.objects(job["JobId"])


def test_the_report_is_encrypted_with_sse_s3_whatever_the_bucket_does(work: Work) -> None:
    sse = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": client("kms").create_key()["KeyMetadata"]["Arn"]}
    reports = Bucket()
    reports.s3.put_bucket_encryption(
        Bucket=reports.name,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": sse}]},
    )
    work.role.statements.append(allow("s3:PutObject", f"{reports.arn}/*"))
    work.role.save()
    job = mixed(work, Report=work.report(Bucket=reports.arn))
    head = reports.head(f"reports/job-{job['JobId']}/manifest.json")
    assert head is not None
    assert head["ServerSideEncryption"] == "AES256"


LOST = "The job report could not be written to your report bucket. Please check your permissions."


@pytest.mark.parametrize("status", ["Failed", "Complete"])
def test_a_report_that_cannot_be_written_is_told_and_the_tasks_are_done(work: Work, lab: Lab, status: str) -> None:
    lab.settings(batch_report_failure_status=status)
    work.role.without("s3:PutObject")
    job = mixed(work)
    assert job["Status"] == status
    assert [why["FailureReason"] for why in job["FailureReasons"]] == [LOST]
    assert progress(job) == (3, 2, 1)
    assert not work.objects(job["JobId"])
    assert work.destination.status("c") == "REPLICA"


def lost_reports(work: Work, report: dict[str, Any]) -> None:
    job = mixed(work, Report=report)
    assert [why["FailureReason"] for why in job["FailureReasons"]] == [LOST]


def test_a_report_bucket_that_retains_by_default(work: Work) -> None:
    locked = Bucket(lock=True)
    keep = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    locked.s3.put_object_lock_configuration(Bucket=locked.name, ObjectLockConfiguration=keep)
    work.role.statements.append(allow("s3:PutObject", f"{locked.arn}/*"))
    work.role.save()
    lost_reports(work, work.report(Bucket=locked.arn))


@pytest.mark.parametrize(
    "wrong", [{"Bucket": "arn:aws:s3:::no-such-bucket-here"}, {"ExpectedBucketOwner": "444455556666"}]
)  # fmt: skip
def test_a_report_bucket_that_is_missing_or_of_somebody_else(work: Work, wrong: dict[str, str]) -> None:
    lost_reports(work, work.report(**wrong))


def test_the_source_bucket_may_take_the_report(work: Work) -> None:
    work.role.statements.append(allow("s3:PutObject", f"{work.source.arn}/*"))
    work.role.save()
    job = mixed(work, Report=work.report(Bucket=work.source.arn))
    assert job["Status"] == "Complete"
    assert work.source.head(f"reports/job-{job['JobId']}/manifest.json")


# ---- as many as a real job has


def test_10000_tasks_take_no_longer_each_than_1000(work: Work) -> None:
    """Three times as long each would be noise; work that grows with its square takes ten times as long."""
    version = work.unreplicated("key")[0]
    took = {}
    for number in (1000, 10_000):
        job_id = work.create(Manifest=work.manifest(work.rows(["key"] * number, [version] * number)))
        control("POST", "/batch/idle")
        job = describe(job_id)
        assert progress(job) == (number, number, 0)
        took[number] = (job["TerminationDate"] - job["CreationTime"]).total_seconds()
        assert len(work.results(job_id)) == number
        assert HOME in job["JobArn"]
    assert took[10_000] < 30 * took[1000]
