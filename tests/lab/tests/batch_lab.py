# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of S3 Batch Operations share: a pair with a job role, manifests, jobs, and reports read back."""

from __future__ import annotations

import csv
import io
import itertools
import json
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from replication_lab import ACCOUNT, AWAY, HOME, Bucket, Role, allow, client, configure, control, idle, policy, rule

TERMINAL = ("Complete", "Cancelled", "Failed")
PATIENCE = 30.0  # seconds until a state that never comes makes a test fail

_numbers = itertools.count(1)


def s3control(region: str = HOME) -> Any:
    """The client for jobs."""
    return client("s3control", region)


class JobRole:
    """A role that S3 Batch Operations may assume; change `statements` and `save`."""

    def __init__(self, source: Bucket, files: Bucket) -> None:
        self.name = f"batch-{next(_numbers)}"
        self.iam = client("iam")
        trust = allow("sts:AssumeRole", None, Principal={"Service": "batchoperations.s3.amazonaws.com"})
        del trust["Resource"]
        self.arn = self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
        self.statements = [
            allow("s3:InitiateReplication", f"{source.arn}/*"),
            allow(["s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"], source.arn),
            allow(["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], f"{files.arn}/*"),
        ]
        self.save()

    def save(self) -> None:
        """Put the statements into force."""
        self.iam.put_role_policy(RoleName=self.name, PolicyName="batch", PolicyDocument=policy(*self.statements))

    def without(self, action: str) -> None:
        """Take an action away."""
        for statement in self.statements:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            statement["Action"] = [kept for kept in actions if kept != action] or ["s3:GetBucketAcl"]
        self.save()

    def trust(self, service: str) -> None:
        """Let another service assume the role."""
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        self.iam.update_assume_role_policy(RoleName=self.name, PolicyDocument=policy(trust))


class Work:
    """A pair, a bucket for manifests and reports, and the roles: everything a job needs."""

    def __init__(self) -> None:
        control("PUT", "/settings", replication_delay=0.0, batch_state_delay=0.0)
        self.source, self.destination, self.files = Bucket(), Bucket(AWAY), Bucket()
        self.replication_role = Role(self.source, self.destination)
        self.role = JobRole(self.source, self.files)
        self.configure()

    def configure(self, *rules: dict[str, Any]) -> None:
        """Put the replication configuration: one rule for everything unless told otherwise."""
        configure(self.source, self.replication_role, *(rules or [rule(self.destination)]))

    def unreplicated(self, *keys: str, **more: Any) -> list[str]:
        """Put objects while no rule is there, then the rule; the version ids."""
        self.source.s3.delete_bucket_replication(Bucket=self.source.name)
        versions = [self.source.put(key, **more) for key in keys]
        self.configure()
        return versions

    def rows(self, keys: Iterable[str], versions: Iterable[str]) -> list[str]:
        """Lines of a manifest as they should be."""
        pairs = zip(keys, versions, strict=True)
        return [f"{self.source.name},{quote(key)},{version}" for key, version in pairs]

    def manifest(self, body: bytes | list[str], fields: str = "Bucket Key VersionId", **put: Any) -> dict[str, Any]:
        """Put a CSV manifest; the Manifest parameter for it."""
        content = body if isinstance(body, bytes) else "\n".join(body).encode()
        key = f"manifests/{next(_numbers)}.csv"
        etag = self.files.s3.put_object(Bucket=self.files.name, Key=key, Body=content, **put)["ETag"]
        return {
            "Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": fields.split()},
            "Location": {"ObjectArn": f"{self.files.arn}/{key}", "ETag": etag},
        }  # fmt: skip

    def generator(self, **filters: Any) -> dict[str, Any]:
        """The ManifestGenerator parameter for the source bucket."""
        return {"S3JobManifestGenerator": {
            "SourceBucket": self.source.arn, "EnableManifestOutput": False, "Filter": filters,
        }}  # fmt: skip

    def parameters(self, **changes: Any) -> dict[str, Any]:
        """CreateJob's parameters; None takes one away."""
        wanted: dict[str, Any] = {
            "AccountId": ACCOUNT, "Operation": {"S3ReplicateObject": {}}, "Priority": 10, "RoleArn": self.role.arn,
            "ClientRequestToken": f"token-{next(_numbers)}", "ConfirmationRequired": False, "Report": self.report(),
            **changes,
        }  # fmt: skip
        return {name: value for name, value in wanted.items() if value is not None}

    def report(self, **changes: Any) -> dict[str, Any]:
        """The Report parameter."""
        return {
            "Enabled": True, "Bucket": self.files.arn, "Format": "Report_CSV_20180820", "Prefix": "reports",
            "ReportScope": "AllTasks", **changes,
        }  # fmt: skip

    def create(self, region: str = HOME, **changes: Any) -> str:
        """CreateJob; the job's id."""
        return str(s3control(region).create_job(**self.parameters(**changes))["JobId"])

    def run(self, region: str = HOME, **changes: Any) -> dict[str, Any]:
        """CreateJob and wait for its end; the job's description."""
        return wait(self.create(region, **changes), region=region)

    def objects(self, job_id: str, prefix: str = "reports/") -> dict[str, bytes]:
        """The report's objects by their keys below job-<id>/."""
        home = f"{prefix}job-{job_id}/"
        listed = self.files.s3.list_objects_v2(Bucket=self.files.name, Prefix=home).get("Contents", [])
        bodies = {entry["Key"]: self.files.s3.get_object(Bucket=self.files.name, Key=entry["Key"]) for entry in listed}
        return {key.removeprefix(home): body["Body"].read() for key, body in bodies.items()}

    def results(self, job_id: str, prefix: str = "reports/") -> list[list[str]]:
        """All rows of the report, found through its manifest."""
        manifest = json.loads(self.objects(job_id, prefix)["manifest.json"])
        files = [self.files.s3.get_object(Bucket=file["Bucket"], Key=file["Key"]) for file in manifest["Results"]]
        texts = [file["Body"].read().decode() for file in files]
        return [row for text in texts for row in csv.reader(io.StringIO(text, newline=""))]

    def codes(self, job_id: str) -> list[tuple[str, str]]:
        """(HTTP status, error code) of all rows."""
        return [(row[4], row[5]) for row in self.results(job_id)]


def describe(job_id: str, region: str = HOME) -> dict[str, Any]:
    """DescribeJob."""
    return dict(s3control(region).describe_job(AccountId=ACCOUNT, JobId=job_id)["Job"])


def wait(job_id: str, *statuses: str, region: str = HOME) -> dict[str, Any]:
    """Wait until the job is in one of the statuses (the terminal ones when none is named); its description."""
    deadline = time.monotonic() + PATIENCE
    while (job := describe(job_id, region))["Status"] not in (statuses or TERMINAL):
        assert time.monotonic() < deadline, f"waited for {statuses or TERMINAL}: {job}"
        assert not statuses or job["Status"] not in TERMINAL, f"waited for {statuses}: {job}"
    return job


def wait_for_tasks(job_id: str, count: int) -> dict[str, Any]:
    """Wait until so many tasks have been run; the job's description."""
    deadline = time.monotonic() + PATIENCE
    while sum(progress(job := describe(job_id))[1:]) < count:
        assert time.monotonic() < deadline, f"waited for {count} tasks: {job}"
    return job


def progress(job: dict[str, Any]) -> tuple[int, int, int]:
    """(total, succeeded, failed)"""
    summary = job["ProgressSummary"]
    return summary["TotalNumberOfTasks"], summary["NumberOfTasksSucceeded"], summary["NumberOfTasksFailed"]


def history(job_id: str) -> list[str]:
    """The states the job went through, from the lab itself: polling may miss some."""
    found = next(job for job in control("GET", "/batch/jobs")["jobs"] if job["id"] == job_id)
    return [state["status"] for state in found["history"]]


def update(job_id: str, status: str, reason: str | None = None) -> dict[str, Any]:
    """UpdateJobStatus."""
    more = {"StatusUpdateReason": reason} if reason else {}
    return dict(s3control().update_job_status(AccountId=ACCOUNT, JobId=job_id, RequestedJobStatus=status, **more))


def error(refused: Any) -> tuple[int, str, str]:
    """(HTTP status, code, message) of a ClientError."""
    answer = refused.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


__all__ = [
    "ACCOUNT", "AWAY", "HOME", "Bucket", "JobRole", "Role", "Work", "allow", "client", "control", "describe", "error",
    "history", "idle", "policy", "progress", "rule", "s3control", "update", "wait", "wait_for_tasks",
]  # fmt: skip
