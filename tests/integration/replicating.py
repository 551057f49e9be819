# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets, keys and objects on both sides of a replication, in one account or two; made and seen by plain boto3."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import ClientError

ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"
ON, OFF = {"Status": "Enabled"}, {"Status": "Disabled"}
HOLD = {"Status": "ON"}

Json = dict[str, Any]


class Account:
    """One of the lab's accounts; the other one is reached through its administrator's role."""

    def __init__(self, account_id: str = ACCOUNT) -> None:
        self.id = account_id
        self._given: Json = {}
        if account_id != ACCOUNT:
            role = f"arn:aws:iam::{account_id}:role/LabCrossAccountAdmin"
            sts = boto3.client("sts", region_name="us-east-1")
            keys = sts.assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
            self._given = {
                "aws_access_key_id": keys["AccessKeyId"],
                "aws_secret_access_key": keys["SecretAccessKey"],
                "aws_session_token": keys["SessionToken"],
            }
        self._made: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A boto3 client of this account."""
        if (service, region) not in self._made:
            self._made[service, region] = boto3.client(service, region_name=region, **self._given)
        return self._made[service, region]

    def key(self, region: str, *users: str) -> str:
        """A KMS key that this account, and the roles in ``users``, may use; its ARN."""
        statements = [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{self.id}:root"}}]
        statements += [{"Effect": "Allow", "Principal": {"AWS": user}} for user in users]
        policy = [{**said, "Action": "kms:*", "Resource": "*"} for said in statements]
        made = self.client("kms", region).create_key(Policy=document(*policy))
        return str(made["KeyMetadata"]["Arn"])


@dataclass
class Bucket:
    """A versioned bucket."""

    account: Account
    name: str
    region: str
    locked: bool = False
    acls: bool = False
    s3: Any = field(init=False)

    def __post_init__(self) -> None:
        self.s3 = self.account.client("s3", self.region)
        where = {"CreateBucketConfiguration": {"LocationConstraint": self.region}} if self.region != "us-east-1" else {}
        ownership = {"ObjectOwnership": "ObjectWriter"} if self.acls else {}
        self.s3.create_bucket(Bucket=self.name, ObjectLockEnabledForBucket=self.locked, **where, **ownership)
        self.s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration=ON)
        if self.acls:
            self.s3.delete_public_access_block(Bucket=self.name)

    @property
    def arn(self) -> str:
        """Its ARN."""
        return f"arn:aws:s3:::{self.name}"

    def encrypt_with(self, key: str, bucket_key: bool) -> None:
        """The default encryption."""
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key}]
        self.s3.put_bucket_encryption(Bucket=self.name, ServerSideEncryptionConfiguration={"Rules": rules})

    def put(self, key: str, **more: Any) -> None:
        """PutObject."""
        self.s3.put_object(Bucket=self.name, Key=key, Body=b"body", **more)

    def head(self, key: str) -> Json:
        """HeadObject; empty where there is no object."""
        try:
            found: Json = self.s3.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 405), error
            return {}
        return found

    def status(self, key: str) -> str | None:
        """The replication status of the newest version."""
        return self.head(key).get("ReplicationStatus")

    def tags(self, key: str) -> Json:
        """The object's tags."""
        return {tag["Key"]: tag["Value"] for tag in self.s3.get_object_tagging(Bucket=self.name, Key=key)["TagSet"]}

    def owner(self, key: str | None = None) -> str:
        """The canonical id of the owner of the object, or of the bucket."""
        answer = self.s3.get_object_acl(Bucket=self.name, Key=key) if key else self.s3.get_bucket_acl(Bucket=self.name)
        return str(answer["Owner"]["ID"])

    def public(self, key: str) -> bool:
        """Whether everybody may read the object."""
        grants = self.s3.get_object_acl(Bucket=self.name, Key=key)["Grants"]
        return any(grant["Grantee"].get("URI", "").endswith("/AllUsers") for grant in grants)

    def deleted(self, key: str) -> bool:
        """Whether a delete marker is on top."""
        markers = self.s3.list_object_versions(Bucket=self.name, Prefix=key).get("DeleteMarkers", [])
        return any(marker["Key"] == key and marker["IsLatest"] for marker in markers)


def until() -> datetime.datetime:
    """A time until which objects are retained."""
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)


def document(*statements: Json) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
