# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a replica is encrypted.

S3 User Guide, "Replicating encrypted objects" and "Using default encryption with replication".

SSE-KMS objects are encrypted with the rule's ReplicaKmsKeyID; others keep the encryption of their source; what was
written without any takes the destination bucket's default.
"""

from __future__ import annotations

from aws_lab import store
from aws_lab.replication.rules import Rule
from aws_lab.store import Version

ALGORITHM = "x-amz-server-side-encryption"
KMS_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


def of_replica(source: Version, rule: Rule) -> dict[str, str]:
    """The encryption headers of the replica that the rule makes."""
    given = source.encryption
    if not given:
        return store.default_encryption(rule.destination)
    if source.kms_key is None:
        return given
    return {ALGORITHM: given[ALGORITHM], **({KMS_KEY: rule.replica_kms_key} if rule.replica_kms_key else {})}


def context_arn(bucket: str, key: str) -> str:
    """The encryption context S3 gives KMS: the object's ARN, or the bucket's where S3 Bucket Keys are on."""
    return f"arn:aws:s3:::{bucket}" if store.uses_bucket_key(bucket) else f"arn:aws:s3:::{bucket}/{key}"


def actions_on_replica_key(source: Version, bucket: str) -> list[str]:
    """The KMS actions that writing the replica takes.

    kms:Encrypt for a re-encrypted SSE-KMS object, kms:GenerateDataKey for a plain one that the destination's default
    encrypts; with S3 Bucket Keys at the destination kms:GenerateDataKey and kms:Decrypt in both cases.
    """
    actions = ["kms:GenerateDataKey"] if source.kms_key is None else ["kms:Encrypt"]
    return ["kms:GenerateDataKey", "kms:Decrypt"] if store.uses_bucket_key(bucket) else actions
