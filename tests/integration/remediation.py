# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pair that fails to replicate, its ledger, and all that a Batch Replication job needs; made through plain boto3."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.ledger import to_wire
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import FailureEvent
from ansible_collections.aws_dr.s3.tests.integration.capture import ACCOUNT, Aws, Capture

SOURCE_REGION, DESTINATION_REGION = "eu-west-1", "us-west-2"
ENDED = ("Complete", "Failed", "Cancelled")


def policy(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Pair:
    """Bucket ``<name>-src`` replicates to ``<name>-dst``; ``<name>-jobs`` takes manifests and reports.

    The task's Region, where the ledger is, is neither of them. The jobs' bucket has a KMS key as default encryption,
    under which S3 Batch Operations could not read a manifest.
    """

    def __init__(self, aws: Aws, lab: Any, name: str) -> None:
        self.aws, self.lab, self.name = aws, lab, name
        self.source, self.destination, self.jobs_bucket = f"{name}-src", f"{name}-dst", f"{name}-jobs"
        self.s3, self.away = aws("s3", SOURCE_REGION), aws("s3", DESTINATION_REGION)
        self.s3control = aws("s3control", SOURCE_REGION)
        self.capture = Capture(aws, name)
        self.put: set[str] = set()
        self._buckets()
        self.replication_role = self._role("replication", "s3.amazonaws.com", self._replicating())
        self.role = self._role("batch", "batchoperations.s3.amazonaws.com", self._starting())
        self._replicate()

    def _buckets(self) -> None:
        for client, region, buckets in (
            (self.s3, SOURCE_REGION, (self.source, self.jobs_bucket)),
            (self.away, DESTINATION_REGION, (self.destination,)),
        ):
            for bucket in buckets:
                client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
                client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        key = self.aws("kms", SOURCE_REGION).create_key()["KeyMetadata"]["Arn"]
        default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
        self.s3.put_bucket_encryption(Bucket=self.jobs_bucket, ServerSideEncryptionConfiguration={"Rules": [default]})

    def _replicating(self) -> list[dict[str, Any]]:
        reads = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
        writes = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]
        source = f"arn:aws:s3:::{self.source}"
        return [
            allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], source),
            allow(reads, f"{source}/*"),
            allow(writes, f"arn:aws:s3:::{self.destination}/*"),
        ]

    def _starting(self) -> list[dict[str, Any]]:
        source, files = f"arn:aws:s3:::{self.source}", f"arn:aws:s3:::{self.jobs_bucket}"
        return [
            allow(["s3:InitiateReplication"], f"{source}/*"),
            allow(["s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"], source),
            allow(["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], f"{files}/*"),
        ]

    def _role(self, kind: str, service: str, statements: list[dict[str, Any]]) -> str:
        iam = self.aws("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        role = iam.create_role(RoleName=f"{self.name}-{kind}", AssumeRolePolicyDocument=policy(trust))
        iam.put_role_policy(RoleName=f"{self.name}-{kind}", PolicyName=kind, PolicyDocument=policy(*statements))
        return str(role["Role"]["Arn"])

    def _replicate(self) -> None:
        rule = {
            "ID": "to-dr",
            "Priority": 1,
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": f"arn:aws:s3:::{self.destination}", "Metrics": {"Status": "Enabled"}},
        }
        self.s3.put_bucket_replication(
            Bucket=self.source, ReplicationConfiguration={"Role": self.replication_role, "Rules": [rule]}
        )

    def deny(self, *keys: str) -> None:
        """Let the destination refuse replicas of these keys (patterns), of all keys if none is given."""
        statement = {
            "Effect": "Deny",
            "Principal": {"AWS": self.replication_role},
            "Action": ["s3:ReplicateObject", "s3:ReplicateTags"],
            "Resource": [f"arn:aws:s3:::{self.destination}/{key}" for key in keys or ("*",)],
        }
        self.away.put_bucket_policy(Bucket=self.destination, Policy=policy(statement))

    def allow(self) -> None:
        """Take the destination's refusal back."""
        self.away.delete_bucket_policy(Bucket=self.destination)

    def fail(self, *keys: str, record: bool = True) -> dict[str, str]:
        """Put objects that can't be replicated, and record their failures; gives version ids by key."""
        self.deny()
        versions = {key: self.s3.put_object(Bucket=self.source, Key=key, Body=b"x" * 10)["VersionId"] for key in keys}
        self.put.update(keys)
        self.lab.replication_idle()
        assert all(self.status(key) == "FAILED" for key in keys)
        if record:
            for key, version_id in versions.items():
                self.record(key, version_id)
        return versions

    def record(self, key: str, version_id: str, failed_at: str | None = None) -> None:
        """Record a failure in the ledger."""
        now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - 60))
        event = FailureEvent(
            bucket=self.source,
            rule_id="to-dr",
            object_key=key,
            version_id=version_id,
            destination=self.destination,
            reason="DstPutObjectNotPermitted",
            failed_at=failed_at or now,
            event_name="Replication:OperationFailedReplication",
            operation="OBJECT_PUT",
        )
        for item in (ledger.failure_item(event), ledger.directory_item(event.bucket, event.rule_id)):
            self.capture.dynamodb.put_item(TableName=self.name, Item=to_wire(item))

    def status(self, key: str) -> str:
        """The source object's replication status."""
        return str(self.s3.head_object(Bucket=self.source, Key=key).get("ReplicationStatus"))

    def replicas(self) -> dict[str, str]:
        """Keys and version ids at the destination, of the objects that :meth:`fail` put.

        Asked one by one: an XML listing can't hold all characters of the keys.
        """
        found = {}
        for key in self.put:
            with suppress(ClientError):
                found[key] = str(self.away.head_object(Bucket=self.destination, Key=key)["VersionId"])
        return found

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs, the newest first."""
        jobs: list[dict[str, Any]] = self.s3control.list_jobs(AccountId=ACCOUNT)["Jobs"]
        return jobs

    def job(self, job_id: str) -> dict[str, Any]:
        """One job."""
        job: dict[str, Any] = self.s3control.describe_job(AccountId=ACCOUNT, JobId=job_id)["Job"]
        return job

    def ended(self, job_id: str) -> dict[str, Any]:
        """Wait for the end of a job."""
        return awaited(lambda: self.job(job_id), lambda job: job["Status"] in ENDED)

    def records(self) -> dict[str, str | None]:
        """Keys in the ledger, and the status in the newest note of a job."""
        items = self.capture.items()
        notes = sorted((item for item in items if "job_id" in item), key=lambda item: item["at"])
        status = {item["sk"].rpartition("\0J")[0]: item["job_status"] for item in notes}
        return {
            item["object_key"]: status.get(item["sk"].rpartition("\0F")[0]) for item in items if "failed_at" in item
        }

    def from_failures(self, **options: Any) -> dict[str, Any]:
        """Options of a job from all failure records."""
        return {"from_failures": {"bucket": self.source}, "ledger_table": self.name, **self.places(), **options}

    def places(self) -> dict[str, Any]:
        """Options that say where files go, and with which role."""
        return {
            "role": self.role,
            "manifest_bucket": self.jobs_bucket,
            "manifest_prefix": "manifests",
            "report_bucket": self.jobs_bucket,
            "report_prefix": "reports",
        }


def allow(actions: list[str], resource: str) -> dict[str, Any]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def awaited(look: Callable[[], Any], fits: Callable[[Any], bool], seconds: float = 30) -> Any:
    """Look until what is seen fits."""
    deadline = time.monotonic() + seconds
    while not fits(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.05)
    return seen
