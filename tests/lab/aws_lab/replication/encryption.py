# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a replica is encrypted.

S3 User Guide, "Replicating encrypted objects", "Using default encryption with replication" and "Using an S3 Bucket Key
with replication".

SSE-KMS objects are encrypted with the rule's ReplicaKmsKeyID; others keep the encryption of their source; what was
written without any takes the destination bucket's default. Whether an S3 Bucket Key is used is noted with each object,
and S3 gives KMS the bucket's ARN instead of the object's as the encryption context where it is.
"""

from __future__ import annotations

import functools
from typing import Any

from ministack.services import s3

from aws_lab import store
from aws_lab.replication.rules import Rule
from aws_lab.store import Version
from aws_lab.versions import BUCKET_KEY

ALGORITHM = "x-amz-server-side-encryption"
KMS_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


def install() -> None:
    """Note with every SSE-KMS object whether it uses an S3 Bucket Key: the request says so, or the bucket does."""
    s3._SSE_STORED_HEADERS = (*s3._SSE_STORED_HEADERS, BUCKET_KEY)
    resolve = s3._resolve_sse_write_headers

    @functools.wraps(resolve)
    def resolved(headers: dict[str, str], bucket: str) -> Any:
        stored, refused = resolve(headers, bucket)
        if stored and _is_kms(stored):
            asked = headers.get(BUCKET_KEY, "").lower()
            if asked == "true" or (not asked and store.uses_bucket_key(bucket)):
                stored = {**stored, BUCKET_KEY: "true"}
        return stored, refused

    s3._resolve_sse_write_headers = resolved


def of_replica(source: Version, rule: Rule) -> dict[str, str]:
    """The encryption headers of the replica that the rule makes."""
    given = source.encryption
    bucket_key = {BUCKET_KEY: "true"} if source.uses_bucket_key or store.uses_bucket_key(rule.destination) else {}
    if not given:
        default = store.default_encryption(rule.destination)
        return {**default, **(bucket_key if _is_kms(default) else {})}
    if source.kms_key is None:
        return given
    return {
        ALGORITHM: given[ALGORITHM],
        **({KMS_KEY: rule.replica_kms_key} if rule.replica_kms_key else {}),
        **bucket_key,
    }


def context_arn(bucket: str, key: str, uses_bucket_key: bool) -> str:
    """The encryption context S3 gives KMS."""
    return f"arn:aws:s3:::{bucket}" if uses_bucket_key else f"arn:aws:s3:::{bucket}/{key}"


def actions_on_replica_key(source: Version, headers: dict[str, str]) -> list[str]:
    """The KMS actions that writing a replica with these encryption headers takes.

    kms:Encrypt for a re-encrypted SSE-KMS object, kms:GenerateDataKey for a plain one that the destination's default
    encrypts; with an S3 Bucket Key kms:GenerateDataKey and kms:Decrypt besides in both cases.
    """
    actions = ["kms:GenerateDataKey"] if source.kms_key is None else ["kms:Encrypt"]
    if BUCKET_KEY in headers:
        actions += ["kms:GenerateDataKey", "kms:Decrypt"]
    return list(dict.fromkeys(actions))


def _is_kms(headers: dict[str, str]) -> bool:
    return headers.get(ALGORITHM, "").startswith("aws:kms")
