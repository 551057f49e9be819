# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions of a bucket's objects and its unfinished uploads: listed page by page, looked at, deleted for good.

Clients are boto3 S3 clients. ``owner`` is the account that has to own the bucket. botocore asks for URL-encoded keys
and decodes them, so that a key with any character survives a listing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError, call

# S3 API Reference, DeleteObjects and ListObjectVersions: up to 1,000.
BATCH = 1000


@dataclass(frozen=True)
class Version:
    """One version, or one delete marker (``marker``; it has no size)."""

    key: str
    version_id: str
    marker: bool = False
    size: int = 0
    modified: datetime | None = None


@dataclass(frozen=True)
class Refusal:
    """Why DeleteObjects left a version."""

    version: Version
    code: str
    message: str


@dataclass(frozen=True)
class Locks:
    """What keeps a version: ``mode`` is ``COMPLIANCE``, ``GOVERNANCE`` or empty; ``until`` is ISO-8601 or empty."""

    mode: str = ""
    until: str = ""
    legal_hold: bool = False

    @property
    def any(self) -> bool:
        """Whether anything does."""
        return bool(self.mode) or self.legal_hold


def list_pages(client: Any, bucket: str, owner: str, prefix: str = "") -> Iterator[list[Version]]:
    """ListObjectVersions: pages of up to 1,000 versions and delete markers."""
    pages = client.get_paginator("list_object_versions").paginate(
        Bucket=bucket, ExpectedBucketOwner=owner, Prefix=prefix, PaginationConfig={"PageSize": BATCH}
    )
    for answer in _paged(pages, f"list the versions of bucket {bucket}", "s3:ListBucketVersions"):
        yield [
            *(
                Version(one["Key"], one["VersionId"], False, one.get("Size") or 0, one.get("LastModified"))
                for one in answer.get("Versions", ())
            ),
            *(
                Version(one["Key"], one["VersionId"], True, 0, one.get("LastModified"))
                for one in answer.get("DeleteMarkers", ())
            ),
        ]


def delete_versions(
    client: Any, bucket: str, owner: str, versions: Sequence[Version], bypass_governance: bool = False
) -> list[Refusal]:
    """DeleteObjects of up to 1,000 versions, for good; gives those that S3 left, and why.

    ``bypass_governance`` is refused by S3 for a bucket without Object Lock.
    """
    named = {(version.key, version.version_id): version for version in versions}
    request: dict[str, Any] = {
        "Bucket": bucket,
        "ExpectedBucketOwner": owner,
        "Delete": {"Objects": [{"Key": key, "VersionId": number} for key, number in named], "Quiet": True},
        **({"BypassGovernanceRetention": True} if bypass_governance else {}),
    }
    with call(f"delete versions of bucket {bucket}", "s3:DeleteObjectVersion"):
        answer = client.delete_objects(**request)
    refusals = []
    for error in answer.get("Errors", ()):
        version = named.get((error.get("Key", ""), error.get("VersionId", "")))
        if version is not None:
            refusals.append(Refusal(version, error.get("Code", ""), error.get("Message", "")))
    return refusals


def delete_version(
    client: Any, bucket: str, owner: str, version: Version, bypass_governance: bool = False
) -> Refusal | None:
    """DeleteObject of one version: its key stands in the URL, where any character fits."""
    try:
        with call(f"delete version {version.version_id} of s3://{bucket}/{version.key}", "s3:DeleteObjectVersion"):
            client.delete_object(
                Bucket=bucket,
                ExpectedBucketOwner=owner,
                Key=version.key,
                VersionId=version.version_id,
                **({"BypassGovernanceRetention": True} if bypass_governance else {}),
            )
    except MissingError as error:
        if error.code == "NoSuchBucket":
            raise
    except AwsError as error:
        if not error.code:
            raise
        return Refusal(version, error.code, error.said)
    return None


def get_locks(client: Any, bucket: str, owner: str, version: Version) -> Locks:
    """HeadObject: what Object Lock holds a version by, as far as the caller may see it.

    The answer leaves out what s3:GetObjectRetention and s3:GetObjectLegalHold are missing for.
    """
    answer = _head(client, bucket, owner, version.key, version.version_id)
    until = answer.get("ObjectLockRetainUntilDate")
    return Locks(
        answer.get("ObjectLockMode", ""),
        until.isoformat() if until else "",
        answer.get("ObjectLockLegalHoldStatus") == "ON",
    )


def get_replication_status(client: Any, bucket: str, key: str, version_id: str) -> str:
    """HeadObject: ``COMPLETED``, ``FAILED``, ``PENDING``, ``REPLICA`` or ``""``; raises :class:`MissingError`."""
    status = str(_head(client, bucket, None, key, version_id).get("ReplicationStatus", ""))
    return "COMPLETED" if status == "COMPLETE" else status  # the enum of botocore's model has both


def _head(client: Any, bucket: str, owner: str | None, key: str, version_id: str) -> dict[str, Any]:
    named = {"ExpectedBucketOwner": owner} if owner else {}
    with call(f"look at version {version_id} of s3://{bucket}/{key}", "s3:GetObjectVersion"):
        answer: dict[str, Any] = client.head_object(Bucket=bucket, Key=key, VersionId=version_id, **named)
    return answer


def list_uploads(client: Any, bucket: str, owner: str, prefix: str = "") -> Iterator[tuple[str, str]]:
    """ListMultipartUploads: (key, upload id) of every upload that was begun and not ended."""
    pages = client.get_paginator("list_multipart_uploads").paginate(
        Bucket=bucket, ExpectedBucketOwner=owner, Prefix=prefix
    )
    for answer in _paged(pages, f"list the unfinished uploads of bucket {bucket}", "s3:ListBucketMultipartUploads"):
        for upload in answer.get("Uploads", ()):
            yield upload["Key"], upload["UploadId"]


def abort_upload(client: Any, bucket: str, owner: str, key: str, upload_id: str) -> None:
    """AbortMultipartUpload; fine when it is gone."""
    try:
        with call(f"abort the upload {upload_id} of s3://{bucket}/{key}", "s3:AbortMultipartUpload"):
            client.abort_multipart_upload(Bucket=bucket, ExpectedBucketOwner=owner, Key=key, UploadId=upload_id)
    except AwsError as error:
        if error.code != "NoSuchUpload":
            raise


def needs_mfa(client: Any, bucket: str, owner: str) -> bool:
    """GetBucketVersioning: whether deleting a version takes a code of an MFA device."""
    with call(f"read the versioning of bucket {bucket}", "s3:GetBucketVersioning"):
        answer = client.get_bucket_versioning(Bucket=bucket, ExpectedBucketOwner=owner)
    return bool(answer.get("MFADelete") == "Enabled")


def _paged(pages: Any, doing: str, permission: str) -> Iterator[dict[str, Any]]:
    """Go through the pages of a paginator; errors come up where the next page is asked for."""
    iterator = iter(pages)
    while True:
        with call(doing, permission):
            answer = next(iterator, None)
        if answer is None:
            return
        yield answer
