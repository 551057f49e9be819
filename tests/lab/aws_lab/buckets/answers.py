# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers and refusals of S3's bucket operations, in the form MiniStack's functions give them: (status, headers, body).

MiniStack has checked signature, permission and the bucket's Region, and has gone to the owner's account, before it
calls one of the functions that this package puts in place of its own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ministack.services import s3

Answer = tuple[int, dict[str, str], bytes]
XML = {"Content-Type": "application/xml"}


class Refusal(Exception):
    """An error document of S3. fields: further elements of it, such as BucketName or ArgumentName."""

    def __init__(self, code: str, message: str, status: int = 400, **fields: str) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.fields = code, message, status, fields


def malformed() -> Refusal:
    """The document does not fit S3's schema."""
    return Refusal("MalformedXML", str(s3._MALFORMED_XML))


def invalid(message: str, **fields: str) -> Refusal:
    """InvalidArgument."""
    return Refusal("InvalidArgument", message, 400, **fields)


def answering(operation: Callable[..., Any]) -> Callable[..., Any]:
    """operation(bucket, ...) with its refusals as error documents, and NoSuchBucket before everything."""

    @functools.wraps(operation)
    def wrapped(bucket: str, *rest: Any, **named: Any) -> Any:
        if s3._ensure_bucket(bucket) is None:
            return s3._no_such_bucket(bucket)
        return refusing(operation)(bucket, *rest, **named)

    return wrapped


def refusing(operation: Callable[..., Any]) -> Callable[..., Any]:
    """operation(bucket, ...) with its refusals as error documents."""

    @functools.wraps(operation)
    def wrapped(bucket: str, *rest: Any, **named: Any) -> Any:
        try:
            return operation(bucket, *rest, **named)
        except Refusal as refusal:
            return s3._error(refusal.code, refusal.message, refusal.status, f"/{bucket}", extra=refusal.fields)

    return wrapped
