# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags, ACL and locks given with CreateMultipartUpload, which MiniStack forgets: S3 gives them to the completed object.

S3 API Reference, CreateMultipartUpload: x-amz-tagging, x-amz-acl, x-amz-object-lock-*. A rule with a tag filter and a
bucket with a default retention depend on them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from ministack.services import s3

_KEPT = (
    "x-amz-tagging", "x-amz-acl", "x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date",
    "x-amz-object-lock-legal-hold",
)  # fmt: skip


def install() -> None:
    """Patch MiniStack's two ends of a multipart upload."""
    s3._create_multipart_upload = _keeping(s3._create_multipart_upload)
    s3._complete_multipart_upload = _applying(s3._complete_multipart_upload)


def _keeping(create: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(create)
    def wrapped(bucket: str, key: str, headers: Mapping[str, str]) -> Any:
        status, answer, body = create(bucket, key, headers)
        if status == 200:
            upload_id = s3.fromstring(body).findtext("{*}UploadId")
            s3._multipart_uploads[upload_id]["_lab"] = {name: headers[name] for name in _KEPT if headers.get(name)}
        return status, answer, body

    return wrapped


def _applying(complete: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(complete)
    def wrapped(bucket: str, key: str, body: bytes, query: Any, headers: Any = None) -> Any:
        upload = s3._multipart_uploads.get(s3._qp(query, "uploadId"))
        response = complete(bucket, key, body, query, headers)
        if upload is not None and response[0] == 200:
            _apply(bucket, key, upload.get("_lab") or {})
        return response

    return wrapped


def _apply(bucket: str, key: str, given: Mapping[str, str]) -> None:
    version = s3._buckets[bucket]["objects"][key].get("version_id")
    s3._apply_object_lock_from_headers(bucket, key, given, version)
    if "x-amz-tagging" in given:
        tags = parse_qsl(given["x-amz-tagging"], keep_blank_values=True)
        s3._object_tags[(bucket, key, version)] = dict(tags)
    if "x-amz-acl" in given:
        s3._object_acl[(bucket, key, version)] = s3._canned_acl_policy_xml(given["x-amz-acl"], s3._canonical_owner_id())
