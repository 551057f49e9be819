# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3 objects as files of jobs: looked at, streamed down, streamed up. Memory never depends on an object's size.

Every call names the account that has to own the bucket: a bucket that somebody else took over after it was deleted
must get no manifest and must not be believed a report.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, call

# S3 User Guide, "Amazon S3 multipart upload limits": 10,000 parts of 5 MiB to 5 GiB, only the last may be smaller.
PART_BYTES = 8 * 1024 * 1024
_MOST_PARTS = 10_000
# Parts are held in memory while they are sent.
_PARTS_AT_ONCE = 4
_READ_TRIES = 5
_CONTENT_TYPE = "text/csv"


@dataclass(frozen=True)
class ObjectFacts:
    """What HeadObject says. ``encryption`` is ``AES256``, ``aws:kms``, … or empty; ``etag`` has no quotes."""

    etag: str
    size: int
    encryption: str
    metadata: Mapping[str, str]


def has_default_retention(client: Any, bucket: str, owner: str) -> bool:
    """GetObjectLockConfiguration: whether every new object of the bucket is locked for a time."""
    try:
        with call(f"read the Object Lock configuration of bucket {bucket}", "s3:GetBucketObjectLockConfiguration"):
            answer = client.get_object_lock_configuration(Bucket=bucket, ExpectedBucketOwner=owner)
    except AwsError as error:
        if error.code == "ObjectLockConfigurationNotFoundError":
            return False
        raise
    rule = answer.get("ObjectLockConfiguration", {}).get("Rule") or {}
    return bool(rule.get("DefaultRetention"))


def head_object(client: Any, bucket: str, key: str, owner: str, version_id: str | None = None) -> ObjectFacts:
    """HeadObject. Raises :class:`MissingError` when it is not there."""
    with call(f"look at s3://{bucket}/{key}", "s3:GetObjectVersion" if version_id else "s3:GetObject"):
        answer = client.head_object(Bucket=bucket, Key=key, ExpectedBucketOwner=owner, **_version(version_id))
    return ObjectFacts(
        etag=answer["ETag"].strip('"'),
        size=answer["ContentLength"],
        encryption=answer.get("ServerSideEncryption", ""),
        metadata=answer.get("Metadata", {}),
    )


def _version(version_id: str | None) -> dict[str, str]:
    return {"VersionId": version_id} if version_id else {}


class ObjectReader(io.RawIOBase):
    """One object as a file that is read once from start to end.

    Made by :func:`open_object`. A connection that breaks is taken up where it broke, on the same object (its ETag),
    a few times in a row.
    """

    def __init__(self, client: Any, request: dict[str, Any], doing: str) -> None:
        self._client, self._request, self._doing = client, request, doing
        self._position = 0
        self._body: Any = None
        self._open()

    def _open(self) -> None:
        request = dict(self._request)
        if self._position:
            request["Range"] = f"bytes={self._position}-"
        with call(self._doing, "s3:GetObject"):
            answer = self._client.get_object(**request)
        self._request.setdefault("IfMatch", answer["ETag"])
        self._body = answer["Body"]

    def readable(self) -> bool:
        """A stream to read from."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what fits; 0 at the end of the object."""
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _read(self, size: int) -> bytes:
        for attempt in range(1, _READ_TRIES + 1):
            try:
                if self._body is None:
                    self._open()
                with call(self._doing, "s3:GetObject"):
                    data: bytes = self._body.read(size)
                return data
            except AwsError as error:
                # An answer with a code is AWS's word (the object was replaced, access was taken away): no use to go on.
                if error.code or attempt == _READ_TRIES:
                    raise
                self._body = None
        raise AssertionError("the loop returns or raises")

    def close(self) -> None:
        """Give the connection back."""
        if self._body is not None:
            self._body.close()
        super().close()


def open_object(
    client: Any, bucket: str, key: str, owner: str | None, etag: str | None = None, version_id: str | None = None
) -> ObjectReader:
    """GetObject as a stream. With ``etag`` another content is an error (``PreconditionFailed``).

    ``owner`` is ``None`` only for what the user named and may be anybody's (an inventory).
    """
    request = {"Bucket": bucket, "Key": key, **_version(version_id)}
    if owner:
        request["ExpectedBucketOwner"] = owner
    if etag:
        request["IfMatch"] = f'"{etag}"'
    return ObjectReader(client, request, f"read s3://{bucket}/{key}")


def read_object(
    client: Any, bucket: str, key: str, owner: str | None, most: int, version_id: str | None = None
) -> bytes:
    """Read at most the first ``most`` bytes of an object."""
    with open_object(client, bucket, key, owner, version_id=version_id) as reader:
        return io.BufferedReader(reader).read(most)


def put_file(
    client: Any, bucket: str, key: str, file: BinaryIO, size: int, owner: str, metadata: Mapping[str, str]
) -> str:
    """Upload ``size`` bytes from ``file``, encrypted by SSE-S3 whatever the bucket's default is; gives the ETag.

    Large files go in parts, several at once, whose size depends on ``size`` alone: the same bytes get the same ETag.
    """
    target = {"Bucket": bucket, "Key": key, "ExpectedBucketOwner": owner}
    # S3 User Guide, "Specifying a manifest": CSV manifests must not be encrypted with SSE-KMS or SSE-C.
    kept = {"ServerSideEncryption": "AES256", "ContentType": _CONTENT_TYPE, "Metadata": dict(metadata)}
    if size <= PART_BYTES:
        with call(f"write s3://{bucket}/{key}", "s3:PutObject"):
            answer = client.put_object(**target, **kept, Body=file.read(size))
    else:
        answer = _put_in_parts(client, target, kept, file, size)
    return str(answer["ETag"]).strip('"')


def _put_in_parts(
    client: Any, target: dict[str, str], kept: dict[str, Any], file: BinaryIO, size: int
) -> dict[str, Any]:
    doing = f"write s3://{target['Bucket']}/{target['Key']}"
    with call(doing, "s3:PutObject"):
        upload_id = client.create_multipart_upload(**target, **kept)["UploadId"]
    try:
        parts = list(_upload_parts(client, {**target, "UploadId": upload_id}, file, size, doing))
        with call(doing, "s3:PutObject"):
            answer: dict[str, Any] = client.complete_multipart_upload(
                **target, UploadId=upload_id, MultipartUpload={"Parts": parts}
            )
    except BaseException:
        # Parts that are left behind cost money until a lifecycle rule finds them.
        with suppress(AwsError), call(f"give up {doing}", "s3:AbortMultipartUpload"):
            client.abort_multipart_upload(**target, UploadId=upload_id)
        raise
    return answer


def _upload_parts(
    client: Any, target: dict[str, str], file: BinaryIO, size: int, doing: str
) -> Iterator[dict[str, Any]]:
    part_bytes = max(PART_BYTES, -(-size // _MOST_PARTS))
    reading = threading.Lock()

    def upload(number: int) -> dict[str, Any]:
        with reading:
            file.seek((number - 1) * part_bytes)
            body = file.read(part_bytes)
        with call(doing, "s3:PutObject"):
            answer = client.upload_part(**target, PartNumber=number, Body=body)
        return {"PartNumber": number, "ETag": answer["ETag"]}

    return in_order(upload, range(1, -(-size // part_bytes) + 1), _PARTS_AT_ONCE)


def put_document(client: Any, bucket: str, key: str, content: bytes, owner: str) -> str:
    """PutObject of a small JSON document, encrypted by SSE-S3.

    Gives what S3 says about its expiry: the ``x-amz-expiration`` header names the lifecycle rule that will remove the
    object and when; empty when there is none.
    """
    with call(f"write s3://{bucket}/{key}", "s3:PutObject"):
        answer = client.put_object(
            Bucket=bucket,
            Key=key,
            ExpectedBucketOwner=owner,
            Body=content,
            ServerSideEncryption="AES256",
            ContentType="application/json",
        )
    return str(answer.get("Expiration") or "")
