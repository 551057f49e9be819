# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the replication tests share: plain boto3 clients, the lab's control endpoint, and pairs of buckets."""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.config import Config
from labclient import Lab

ACCOUNT = os.environ.get("LAB_ACCOUNT_ID", "")
OTHER_ACCOUNT = os.environ.get("LAB_SECOND_ACCOUNT_ID", "")
HOME, AWAY = "us-east-1", "eu-west-1"
SOURCE_ACTIONS = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
LOCK_ACTIONS = ["s3:GetObjectRetention", "s3:GetObjectLegalHold"]
DESTINATION_ACTIONS = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]
TRUST = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}

_ONE_ATTEMPT = Config(retries={"total_max_attempts": 1})
_make: Any = boto3.client
_numbers = itertools.count(1)


def control(method: str, path: str, **body: Any) -> dict[str, Any]:
    """One call of the lab's control endpoint."""
    return Lab(os.environ["LAB_CONTROL_URL"]).call(method, path, body)


def idle() -> None:
    """Wait until replication has nothing left to do and all events are delivered."""
    control("POST", "/replication/idle")


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Replicate what is written meanwhile only afterwards, however long the looks at it take."""
    before = control("GET", "/settings")["replication_delay"]
    control("PUT", "/settings", replication_delay=600.0)
    yield
    control("PUT", "/settings", replication_delay=before)
    control("POST", "/clock/advance", seconds=601)


def wait_for(look: Callable[[], Any]) -> Any:
    """Look until there is something to see; what was seen. For what no control call waits for."""
    deadline = time.monotonic() + 20
    while not (seen := look()):
        assert time.monotonic() < deadline, "waited 20 seconds in vain"
    return seen


def replicate(bucket: str, key: str, version_id: str | None, *, batch: bool = True) -> dict[str, Any]:
    """What S3 Batch Replication does for one version: {"attempts": [...]} or {"missing": code}."""
    return control("POST", "/replication/version", bucket=bucket, key=key, version_id=version_id, batch=batch)


def client(service: str, region: str = HOME, account: str = ACCOUNT) -> Any:
    """A boto3 client; for the second account with a session of its administrator role (a reset of the lab ends it)."""
    if account == ACCOUNT:
        return _client(service, region)
    role = f"arn:aws:iam::{account}:role/LabCrossAccountAdmin"
    given = client("sts").assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
    return _make(
        service, region_name=region, config=_ONE_ATTEMPT, aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"], aws_session_token=given["SessionToken"],
    )  # fmt: skip


@functools.cache
def _client(service: str, region: str) -> Any:
    return _make(service, region_name=region, config=_ONE_ATTEMPT)


def policy(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: list[str] | str, resource: Any, **more: Any) -> dict[str, Any]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def deny(actions: list[str] | str, resource: Any, **more: Any) -> dict[str, Any]:
    """A Deny statement."""
    return {"Effect": "Deny", "Action": actions, "Resource": resource, **more}


class Bucket:
    """A versioned bucket with a name of its own and a client of its Region and account."""

    def __init__(self, region: str = HOME, account: str = ACCOUNT, *, lock: bool = False) -> None:
        self.name = f"bucket-{next(_numbers)}-{region}"
        self.arn = f"arn:aws:s3:::{self.name}"
        self.region, self.account = region, account
        self.s3 = client("s3", region, account)
        place = {} if region == HOME else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.s3.create_bucket(Bucket=self.name, ObjectLockEnabledForBucket=lock, **place)
        self.version(True)

    def version(self, on: bool) -> None:
        """Switch versioning on or suspend it."""
        status = "Enabled" if on else "Suspended"
        self.s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": status})

    def allow_acls(self) -> None:
        """Object Ownership ObjectWriter: ACLs work."""
        rules = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        self.s3.put_bucket_ownership_controls(Bucket=self.name, OwnershipControls=rules)
        self.s3.delete_public_access_block(Bucket=self.name)

    def set_policy(self, *statements: dict[str, Any]) -> None:
        """The bucket policy."""
        self.s3.put_bucket_policy(Bucket=self.name, Policy=policy(*statements))

    def put(self, key: str = "key", body: bytes = b"body", **more: Any) -> str:
        """PutObject; the new version's id."""
        return str(self.s3.put_object(Bucket=self.name, Key=key, Body=body, **more)["VersionId"])

    def head(self, key: str = "key", version_id: str | None = None) -> dict[str, Any] | None:
        """HeadObject, or None where there is nothing."""
        which = {"VersionId": version_id} if version_id else {}
        try:
            found: dict[str, Any] = self.s3.head_object(Bucket=self.name, Key=key, **which)
        except self.s3.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            return None
        return found

    def status(self, key: str = "key", version_id: str | None = None) -> str | None:
        """x-amz-replication-status of what is there; None without the header or without the object."""
        return (self.head(key, version_id) or {}).get("ReplicationStatus")

    def tags(self, key: str = "key") -> dict[str, str]:
        """The object's tags."""
        return {tag["Key"]: tag["Value"] for tag in self.s3.get_object_tagging(Bucket=self.name, Key=key)["TagSet"]}

    def tag(self, key: str = "key", **tags: str) -> None:
        """PutObjectTagging."""
        tag_set = [{"Key": name, "Value": value} for name, value in tags.items()]
        self.s3.put_object_tagging(Bucket=self.name, Key=key, Tagging={"TagSet": tag_set})

    def versions(self, key: str = "key") -> list[str]:
        """Ids of the key's versions and delete markers, newest first."""
        listed = self.s3.list_object_versions(Bucket=self.name, Prefix=key)
        both = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
        latest_first = sorted(both, key=lambda entry: (entry["IsLatest"], entry["LastModified"]), reverse=True)
        return [entry["VersionId"] for entry in latest_first if entry["Key"] == key]

    def delete_markers(self, key: str = "key") -> list[str]:
        """Ids of the key's delete markers."""
        listed = self.s3.list_object_versions(Bucket=self.name, Prefix=key).get("DeleteMarkers", [])
        return [entry["VersionId"] for entry in listed if entry["Key"] == key]

    def empty_and_delete(self) -> None:
        """Remove every version, then the bucket."""
        listed = self.s3.list_object_versions(Bucket=self.name)
        for entry in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
            self.s3.delete_object(Bucket=self.name, Key=entry["Key"], VersionId=entry["VersionId"])
        self.s3.delete_bucket(Bucket=self.name)


class Role:
    """A replication role with just the documented permissions; change `statements` and `save`."""

    def __init__(self, source: Bucket, *destinations: Bucket, lock: bool = False) -> None:
        self.name = f"replication-{next(_numbers)}"
        self.iam = client("iam", account=source.account)
        created = self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=policy(TRUST))
        self.arn = created["Role"]["Arn"]
        self.statements = [
            allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], source.arn),
            allow(SOURCE_ACTIONS + (LOCK_ACTIONS if lock else []), f"{source.arn}/*"),
            allow(DESTINATION_ACTIONS, [f"{destination.arn}/*" for destination in destinations] or ["arn:aws:s3:::-"]),
        ]
        self.save()

    def save(self) -> None:
        """Put the statements into force."""
        self.iam.put_role_policy(RoleName=self.name, PolicyName="replication", PolicyDocument=policy(*self.statements))

    def add(self, *statements: dict[str, Any]) -> None:
        """Add statements."""
        self.statements += statements
        self.save()

    def withdraw(self, action: str) -> None:
        """Take an action out of all Allow statements."""
        for statement in self.statements:
            if isinstance(statement["Action"], list):
                statement["Action"] = [kept for kept in statement["Action"] if kept != action]
        self.statements = [statement for statement in self.statements if statement["Action"]]
        self.save()

    def trust(self, *statements: dict[str, Any]) -> None:
        """Replace the trust policy."""
        self.iam.update_assume_role_policy(RoleName=self.name, PolicyDocument=policy(*statements))


def rule(destination: Bucket, **changes: Any) -> dict[str, Any]:
    """A V2 rule with metrics; `destination_` changes go into Destination, others replace top-level elements."""
    number = next(_numbers)
    into = {name.removeprefix("destination_"): changes.pop(name) for name in list(changes) if "destination_" in name}
    return {
        "ID": f"rule-{number}", "Priority": number, "Status": "Enabled", "Filter": {},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": destination.arn, "Metrics": {"Status": "Enabled"}, **into},
        **changes,
    }  # fmt: skip


def rule_v1(destination: Bucket, prefix: str = "") -> dict[str, Any]:
    """A rule of the old schema."""
    return {"ID": "old", "Status": "Enabled", "Prefix": prefix, "Destination": {"Bucket": destination.arn}}


def configure(source: Bucket, role: Role | str, *rules: dict[str, Any]) -> None:
    """PutBucketReplication."""
    arn = role if isinstance(role, str) else role.arn
    source.s3.put_bucket_replication(Bucket=source.name, ReplicationConfiguration={"Role": arn, "Rules": list(rules)})


class Queue:
    """An SQS queue that a bucket's replication events go to."""

    def __init__(self, bucket: Bucket, events: list[str] | None = None, **filters: str) -> None:
        self.sqs = client("sqs", bucket.region, bucket.account)
        self.url = self.sqs.create_queue(QueueName=f"queue-{next(_numbers)}")["QueueUrl"]
        known = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = known["Attributes"]["QueueArn"]
        source_only = {
            "ArnLike": {"aws:SourceArn": bucket.arn}, "StringEquals": {"aws:SourceAccount": bucket.account},
        }  # fmt: skip
        self.set_policy(
            allow("sqs:SendMessage", self.arn, Principal={"Service": "s3.amazonaws.com"}, Condition=source_only)
        )
        wanted: dict[str, Any] = {"Id": "to-queue", "QueueArn": self.arn, "Events": events or ["s3:Replication:*"]}
        if filters:
            names = [{"Name": name, "Value": value} for name, value in filters.items()]
            wanted["Filter"] = {"Key": {"FilterRules": names}}
        bucket.s3.put_bucket_notification_configuration(
            Bucket=bucket.name, NotificationConfiguration={"QueueConfigurations": [wanted]}
        )
        self.tests = [body for body in self.bodies() if body.get("Event") == "s3:TestEvent"]

    def set_policy(self, *statements: dict[str, Any]) -> None:
        """The queue's policy."""
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy(*statements)})

    def bodies(self) -> list[dict[str, Any]]:
        """Everything in the queue, removed."""
        found: list[dict[str, Any]] = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(message["Body"]) for message in messages]
            entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)]
            self.sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)
        return found

    def records(self) -> list[dict[str, Any]]:
        """The events in the queue, after replication has come to rest."""
        idle()
        return [record for body in self.bodies() for record in body["Records"]]

    def reasons(self) -> list[str]:
        """The failureReason of every event in the queue."""
        return [record["replicationEventData"]["failureReason"] for record in self.records()]


class Pair:
    """Source and destination with a role, one rule, and a queue for what fails."""

    def __init__(self, *, account: str = ACCOUNT, lock: bool = False, **changes: Any) -> None:
        self.source = Bucket(lock=lock)
        self.destination = Bucket(AWAY, account, lock=lock)
        self.role = Role(self.source, self.destination, lock=lock)
        self.rule = rule(self.destination, **changes)
        self.queue = Queue(self.source)
        self.configure()

    def configure(self, **changes: Any) -> None:
        """Put the rule, changed."""
        self.rule.update(changes)
        configure(self.source, self.role, self.rule)
