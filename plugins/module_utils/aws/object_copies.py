# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking for the versions of one object, and copying a version onto a key: one function a call, typed errors.

Clients are boto3 S3 clients of the bucket's Region; source and copy lie in the same bucket. Memory never depends on an
object's size: S3 copies by itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import object_copy

Head = dict[str, Any]
_PARTS_AT_ONCE = 8
# User Guide, "Add preconditions to S3 operations with conditional requests": the condition does not hold, or another
# write was quicker. If-Match on a key without a current version is NoSuchKey.
_OVERTAKEN = frozenset(["PreconditionFailed", "ConditionalRequestConflict", "412", "409"])


@dataclass(frozen=True)
class Versions:
    """Versions of one key: ``newest`` that is no delete marker, empty when there is none; any ``markers``."""

    newest: str = ""
    markers: bool = False


@dataclass(frozen=True)
class Listed:
    """A current object, as a listing tells it."""

    key: str
    size: int
    modified: datetime


def head(client: Any, bucket: str, key: str, version_id: str | None = None, checksums: bool = False) -> Head:
    """HeadObject. Raises :class:`MissingError` (also under a delete marker), :class:`AccessDeniedError`."""
    request = {"VersionId": version_id} if version_id else {}
    if checksums:
        request["ChecksumMode"] = "ENABLED"
    with call(f"look at s3://{bucket}/{key}", "s3:GetObjectVersion" if version_id else "s3:GetObject"):
        answer: Head = client.head_object(Bucket=bucket, Key=key, **request)
    return answer


def versions_of(client: Any, bucket: str, key: str) -> Versions:
    """ListObjectVersions of one key: it comes first among those that begin with it, its newest version first."""
    newest = ""
    markers = False
    pages = client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key)
    with call(f"list the versions of s3://{bucket}/{key}", "s3:ListBucketVersions"):
        for page in pages:
            mine = [one for one in page.get("Versions", ()) if one["Key"] == key]
            gone = [one for one in page.get("DeleteMarkers", ()) if one["Key"] == key]
            markers = markers or bool(gone)
            newest = mine[0]["VersionId"] if mine else ""
            if newest or not gone:
                break
    return Versions(newest, markers)


def list_objects(client: Any, bucket: str, prefix: str) -> Iterator[Listed]:
    """ListObjectsV2, all pages: the current objects below a prefix."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    with call(f"list the objects of bucket {bucket} below {prefix!r}", "s3:ListBucket"):
        for page in pages:
            for one in page.get("Contents", ()):
                yield Listed(one["Key"], one["Size"], one["LastModified"])


def tags_of(client: Any, bucket: str, key: str, version_id: str) -> dict[str, str]:
    """GetObjectTagging of a version."""
    with call(f"read the tags of s3://{bucket}/{key}", "s3:GetObjectVersionTagging"):
        answer = client.get_object_tagging(Bucket=bucket, Key=key, VersionId=version_id)
    return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}


def put_tags(client: Any, bucket: str, key: str, version_id: str, tags: Mapping[str, str]) -> None:
    """PutObjectTagging of a version: these tags instead of all others."""
    tag_set = [{"Key": name, "Value": value} for name, value in tags.items()]
    with call(f"tag s3://{bucket}/{key}", "s3:PutObjectVersionTagging"):
        client.put_object_tagging(Bucket=bucket, Key=key, VersionId=version_id, Tagging={"TagSet": tag_set})


@dataclass(frozen=True)
class Copy:
    """What to copy: a version of ``source_key``, whose HEAD is ``head``, onto ``key``.

    ``replacing`` is the ETag of the current version of ``key``, ``None`` when it has no current version: a version
    that came meanwhile is never hidden by the copy. ``tags``: other tags than the source's.
    """

    bucket: str
    key: str
    source_key: str
    version_id: str
    head: Head
    kept: Mapping[str, Any]
    replacing: str | None
    tags: Mapping[str, str] | None = None

    @property
    def doing(self) -> str:
        """Complete "Could not …"."""
        return f"copy version {self.version_id} of s3://{self.bucket}/{self.source_key} to {self.key!r}"


class OvertakenError(Exception):
    """Another version was written, or a delete marker, before the copy was there."""


def copy(
    client: Any,
    what: Copy,
    alive: Callable[[], None],
    largest: int = object_copy.LARGEST_COPY,
    part_bytes: int = object_copy.PART_BYTES,
) -> str:
    """CopyObject, in parts where the version is larger than ``largest``; gives the version id of the copy.

    ``alive`` is called between the parts; what it raises ends the copy. Raises :class:`OvertakenError` when the key's
    current version is not ``what.replacing`` any more.
    """
    try:
        if what.head["ContentLength"] > largest:
            return _copy_in_parts(client, what, alive, part_bytes)
        return _copy_at_once(client, what)
    except AwsError as error:
        if error.code in _OVERTAKEN or (error.code == "NoSuchKey" and what.replacing is not None):
            raise OvertakenError from error
        raise


def _copy_at_once(client: Any, what: Copy) -> str:
    request = {
        "Bucket": what.bucket,
        "Key": what.key,
        "CopySource": _source(what),
        "CopySourceIfMatch": what.head["ETag"],
        "MetadataDirective": "REPLACE",
        **what.kept,
    }
    if what.tags is not None:
        request |= {"TaggingDirective": "REPLACE", "Tagging": urlencode(what.tags)}
    condition = _condition(client, "CopyObject", what.replacing)
    try:
        with call(what.doing, "s3:PutObject"):
            answer = client.copy_object(**request, **condition)
    except AwsError as error:
        # What S3 said to conditional copies before it knew them, and may say where it does not know them yet.
        if error.code != "NotImplemented" or not condition:
            raise
        with call(what.doing, "s3:PutObject"):
            answer = client.copy_object(**request)
    return str(answer.get("VersionId") or "")


def _source(what: Copy) -> dict[str, str]:
    return {"Bucket": what.bucket, "Key": what.source_key, "VersionId": what.version_id}


def _condition(client: Any, operation: str, replacing: str | None) -> dict[str, str]:
    """The precondition of the write (User Guide, "Add preconditions to S3 operations with conditional requests").

    Releases of botocore that are older than S3's conditional copies don't know it and copy without.
    """
    if not _knows_conditions(client, operation):
        return {}
    return {"IfNoneMatch": "*"} if replacing is None else {"IfMatch": replacing}


@functools.lru_cache(maxsize=8)
def _knows_conditions(client: Any, operation: str) -> bool:
    return "IfMatch" in client.meta.service_model.operation_model(operation).input_shape.members


def _copy_in_parts(client: Any, what: Copy, alive: Callable[[], None], part_bytes: int) -> str:
    target = {"Bucket": what.bucket, "Key": what.key}
    tags = what.tags
    if tags is None:  # TagCount of a HEAD is left out for whoever may not read tags, so it proves nothing
        tags = tags_of(client, what.bucket, what.source_key, what.version_id)
    more = object_copy.checksum(head(client, what.bucket, what.source_key, what.version_id, checksums=True))
    tagging = {"Tagging": urlencode(tags)} if tags else {}
    with call(what.doing, "s3:PutObject"):
        upload_id = client.create_multipart_upload(**target, **what.kept, **more, **tagging)["UploadId"]

    def copy_part(part: tuple[int, str]) -> dict[str, Any]:
        number, span = part
        with call(what.doing, "s3:PutObject"):
            answer = client.upload_part_copy(
                **target,
                UploadId=upload_id,
                PartNumber=number,
                CopySource=_source(what),
                CopySourceIfMatch=what.head["ETag"],
                CopySourceRange=span,
            )["CopyPartResult"]
        sums = {name: value for name, value in answer.items() if name.startswith("Checksum")}
        return {"PartNumber": number, "ETag": answer["ETag"], **sums}

    try:
        parts = []
        for part in in_order(copy_part, object_copy.ranges(what.head["ContentLength"], part_bytes), _PARTS_AT_ONCE):
            parts.append(part)
            alive()
        condition = _condition(client, "CompleteMultipartUpload", what.replacing)
        with call(what.doing, "s3:PutObject"):
            answer = client.complete_multipart_upload(
                **target, UploadId=upload_id, MultipartUpload={"Parts": parts}, **condition
            )
    except BaseException:
        # Parts that are left behind cost money until a lifecycle rule finds them.
        with suppress(AwsError), call(f"give up to {what.doing}", "s3:AbortMultipartUpload"):
            client.abort_multipart_upload(**target, UploadId=upload_id)
        raise
    return str(answer.get("VersionId") or "")
