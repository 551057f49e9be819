# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What S3 refuses of a copy, where MiniStack copies anyway: a broken precondition, a copy onto itself without a change.

S3 User Guide, "Add preconditions to S3 operations with conditional requests": If-Match and If-None-Match of CopyObject
are about the destination, as those of PutObject. S3 API Reference, CopyObject: an object is not copied onto itself
without changing its metadata, storage class, website redirect location or encryption; in a bucket with versioning it
is, and so is any version that is named (moto issue 7300, versitygw pull request 2418 report that of S3).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from ministack.services import s3

from aws_lab import store

_ILLEGAL = (
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's "
    "metadata, storage class, website redirect location or encryption attributes."
)
_CHANGES = ("x-amz-storage-class", "x-amz-website-redirect-location", "x-amz-server-side-encryption")


def install() -> None:
    """Wrap MiniStack's CopyObject."""
    s3._copy_object = _checked(s3._copy_object)


def _checked(copy: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(copy)
    def wrapped(bucket: str, key: str, headers: dict[str, str]) -> Any:
        record = s3._ensure_bucket(bucket)
        if record is not None:
            refused = s3._check_put_preconditions(headers, record["objects"].get(key))
            if refused is not None:
                return refused
            if _onto_itself(bucket, key, headers) and store.versioning(bucket) != "Enabled":
                return s3._error("InvalidRequest", _ILLEGAL, 400, f"/{bucket}/{key}")
        return copy(bucket, key, headers)

    return wrapped


def _onto_itself(bucket: str, key: str, headers: dict[str, str]) -> bool:
    """Whether source and destination are one, no version is named, and nothing changes."""
    source, _mark, version = headers.get("x-amz-copy-source", "").lstrip("/").partition("?")
    changes = headers.get("x-amz-metadata-directive", "COPY").upper() == "REPLACE" or any(map(headers.get, _CHANGES))
    return not version and unquote(source) == f"{bucket}/{key}" and not changes
