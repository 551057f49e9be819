# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags, ACL, retention and legal hold of one version, also where the newest version is a delete marker.

S3 User Guide, "Working with delete markers": an older version stays, with all that belongs to it; a delete marker has
none of it, and asking for it is 405 MethodNotAllowed. MiniStack looks for the key among the current objects.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ministack.services import s3

from aws_lab import store
from aws_lab.buckets.answers import Refusal

_CALLS = (
    "_get_object_tagging",
    "_put_object_tagging",
    "_delete_object_tagging",
    "_get_object_acl",
    "_put_object_acl",
    "_get_object_retention",
    "_put_object_retention",
    "_get_object_legal_hold",
    "_put_object_legal_hold",
)


def install() -> None:
    """Wrap MiniStack's functions: all take (bucket, key, ...) and the query last."""
    for name in _CALLS:
        setattr(s3, name, _of_version(getattr(s3, name)))


def _of_version(call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def wrapped(bucket: str, key: str, *rest: Any) -> Any:
        asked = s3._qp((rest[-1] if rest else None) or {}, "versionId", "")
        record = s3._ensure_bucket(bucket)
        if not asked or record is None:
            return call(bucket, key, *rest)
        try:
            version = _found(bucket, key, asked)
        except Refusal as refusal:
            headers = {"x-amz-delete-marker": "true", "Allow": "DELETE"} if refusal.status == 405 else {}
            return s3._error(
                refusal.code, refusal.message, refusal.status, f"/{bucket}/{key}", extra=refusal.fields, headers=headers
            )
        if key in record["objects"]:
            return call(bucket, key, *rest)
        record["objects"][key] = version.record  # for as long as MiniStack looks for it
        try:
            return call(bucket, key, *rest)
        finally:
            record["objects"].pop(key, None)

    return wrapped


def _found(bucket: str, key: str, asked: str) -> Any:
    version = store.find(bucket, key, asked)
    if version is None:
        message = "The specified version does not exist."
        raise Refusal("NoSuchVersion", message, 404, Key=key, VersionId=asked)
    if version.record.get("is_delete_marker"):
        message = "The specified method is not allowed against this resource."
        raise Refusal("MethodNotAllowed", message, 405, ResourceType="DeleteMarker")
    return version
