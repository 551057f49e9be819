# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that a job reads and writes with its own role: manifests and reports."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from aws_lab import iam, store
from aws_lab.replication import kms
from aws_lab.store import Version

_KMS_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


class AccessRefused(Exception):
    """The role may not, or the object or bucket isn't there. code: S3's error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def split_arn(arn: str) -> tuple[str, str]:
    """Bucket and key ("" without one) of arn:aws:s3:::bucket/key."""
    bucket, _unused, key = arn.split(":::", 1)[-1].partition("/")
    return bucket, key


def find(session: iam.Session, bucket: str, key: str, version_id: str | None = None) -> Version:
    """The object (version) that the role reads; raises AccessRefused."""
    action = "s3:GetObjectVersion" if version_id else "s3:GetObject"
    if store.owner(bucket) is None:
        raise AccessRefused("NoSuchBucket")
    if not session.may(action, f"arn:aws:s3:::{bucket}/{key}"):
        raise AccessRefused("AccessDenied")
    version = store.find(bucket, key, version_id) if version_id else store.current(bucket, key)
    if version is None or version.is_delete_marker:
        raise AccessRefused("NoSuchVersion" if version_id else "NoSuchKey")
    return version


def read(session: iam.Session, version: Version) -> bytes:
    """The object's content; raises AccessRefused where the role may not decrypt it."""
    if version.kms_key:
        key = kms.find(version.kms_key, account=version.owner, region=store.region(version.bucket) or "")
        arn = f"arn:aws:s3:::{version.bucket}/{version.key}"
        if key is None or not key.usable or not kms.may_use(session, key, "kms:Decrypt", arn):
            raise AccessRefused("AccessDenied")
    return store.body(version)


def write(
    session: iam.Session, bucket: str, key: str, content: bytes, headers: Mapping[str, str], expected_owner: str | None
) -> str:
    """Write an object; its ETag without quotes. Raises AccessRefused. headers: lower-case, encryption included."""
    owner = store.owner(bucket)
    if owner is None:
        raise AccessRefused("NoSuchBucket")
    if expected_owner and owner != expected_owner:
        raise AccessRefused("AccessDenied")
    if not session.may("s3:PutObject", f"arn:aws:s3:::{bucket}/{key}", dict(headers)):
        raise AccessRefused("AccessDenied")
    _check_key(session, owner, bucket, key, headers)
    if store.default_retention(bucket):  # S3 asks for a checksum header that Batch Operations doesn't send
        raise AccessRefused("InvalidRequest")
    try:
        answer = store.put_object(bucket, key, content, dict(headers))
    except LookupError:
        raise AccessRefused("InvalidRequest") from None
    return next(value for name, value in answer.items() if name.lower() == "etag").strip('"')


def _check_key(session: iam.Session, owner: str, bucket: str, key: str, headers: Mapping[str, str]) -> None:
    if _KMS_KEY not in headers:
        return
    found = kms.find(headers[_KMS_KEY], account=owner, region=store.region(bucket) or "")
    if found is None or not found.usable:
        raise AccessRefused("KMS.NotFoundException" if found is None else "KMS.DisabledException")
    if not kms.may_use(session, found, "kms:GenerateDataKey", f"arn:aws:s3:::{bucket}/{key}"):
        raise AccessRefused("AccessDenied")


def md5(content: bytes) -> str:
    """32 hex digits."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
