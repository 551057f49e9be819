# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects of the canary: written as anybody writes, and a history that several controllers add to.

Clients are boto3 S3 clients. ``owner`` is the account that has to own the bucket.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError, call

# S3 API Reference, PutObject: 412 when the condition does not hold, 409 when a write is under way.
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")


@dataclass(frozen=True)
class Written:
    """What PutObject says. ``encryption`` is ``AES256``, ``aws:kms``, …; without versions the id is ``null``."""

    version_id: str
    encryption: str


@dataclass(frozen=True)
class Document:
    """An object's content, and its ETag as S3 gives it."""

    content: bytes
    etag: str


def put_probe(
    client: Any, bucket: str, owner: str, key: str, body: bytes, tags: Mapping[str, str], kms_key: str | None
) -> Written:
    """PutObject; without ``kms_key`` as the bucket encrypts unasked. Tags need s3:PutObjectTagging as well."""
    request: dict[str, Any] = {"Tagging": urlencode(tags)} if tags else {}
    if kms_key:
        request |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key}
    needed = ["s3:PutObject", *(["s3:PutObjectTagging"] if tags else []), *(["kms:GenerateDataKey"] if kms_key else [])]
    with call(f"write the probe s3://{bucket}/{key}", " and ".join(needed)):
        answer = client.put_object(
            Bucket=bucket, Key=key, Body=body, ContentType="application/json", ExpectedBucketOwner=owner, **request
        )
    return Written(answer.get("VersionId") or "null", answer.get("ServerSideEncryption") or "AES256")


def get_document(client: Any, bucket: str, key: str, owner: str) -> Document | None:
    """GetObject of a small document; ``None`` when there is none. A missing bucket is an error."""
    try:
        with call(f"read s3://{bucket}/{key}", "s3:GetObject"):
            answer = client.get_object(Bucket=bucket, Key=key, ExpectedBucketOwner=owner)
            return Document(answer["Body"].read(), answer["ETag"])
    except MissingError as error:
        if error.code != "NoSuchKey":
            raise
        return None


def put_document_over(client: Any, bucket: str, key: str, owner: str, content: bytes, before: Document | None) -> bool:
    """PutObject in the place of ``before`` (``None``: of nothing); false when somebody else was quicker."""
    condition = {"IfMatch": before.etag} if before else {"IfNoneMatch": "*"}
    try:
        with call(f"write s3://{bucket}/{key}", "s3:PutObject"):
            client.put_object(
                Bucket=bucket,
                Key=key,
                Body=content,
                ContentType="application/x-ndjson",
                ExpectedBucketOwner=owner,
                **condition,
            )
    except AwsError as error:
        # If-Match where the object is gone meanwhile is NoSuchKey.
        if error.code in _TAKEN or error.code == "NoSuchKey":
            return False
        raise
    return True
