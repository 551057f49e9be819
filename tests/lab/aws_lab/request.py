# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request to AWS and what it asks for: service, Region, account, operation, bucket and key."""

from __future__ import annotations

import dataclasses
import functools
import re
from urllib.parse import parse_qs, unquote

from aws_lab.hosts import Host, parse_host
from aws_lab.operations import operation_of

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/")


@dataclasses.dataclass
class Response:
    """An answer: header names in any case, the body whole."""

    status: int = 200
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    body: bytes = b""


@dataclasses.dataclass
class Request:
    """One HTTP request as it arrived, body complete.

    `headers` has lower-case names; repeated headers are joined by ", ". `raw_headers` is as sent. `path` is decoded,
    `raw_path` is not. `query` keeps every value, also empty ones. `body` is what was sent, so it may be aws-chunked.
    """

    method: str
    host: str
    raw_path: str
    query_string: str
    raw_headers: list[tuple[bytes, bytes]]
    body: bytes
    account_id: str = ""
    pinned: bool = False  # aws_lab.caller has told MiniStack about this request

    @functools.cached_property
    def headers(self) -> dict[str, str]:
        joined: dict[str, str] = {}
        for raw_name, raw_value in self.raw_headers:
            name, value = raw_name.decode("latin-1").lower(), _decoded(raw_value)
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
        return joined

    @functools.cached_property
    def path(self) -> str:
        return unquote(self.raw_path)

    @functools.cached_property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(self.query_string, keep_blank_values=True)

    @functools.cached_property
    def _target(self) -> Host:
        return parse_host(self.host)

    @property
    def service(self) -> str:
        """The service as its endpoint's name says: s3, s3-control, dynamodb, monitoring -> cloudwatch ..."""
        return self._target.service

    @property
    def region(self) -> str:
        """The Region of the endpoint that was called; for global services that of their control plane."""
        return self._target.region

    @functools.cached_property
    def access_key(self) -> str:
        """The caller's access key id, or "" for an unsigned request."""
        found = _CREDENTIAL.search(self.headers.get("authorization", ""))
        if found:
            return found.group(1)
        return self.query.get("X-Amz-Credential", [""])[0].split("/")[0]

    @functools.cached_property
    def bucket(self) -> str | None:
        """The S3 bucket named by host or path; for other services None."""
        if self.service != "s3":
            return None
        if self._target.bucket:
            return self._target.bucket
        return unquote(self.raw_path.lstrip("/").partition("/")[0]) or None

    @functools.cached_property
    def key(self) -> str | None:
        """The S3 object key named by the path, decoded; None when there is none."""
        if self.service != "s3":
            return None
        raw = self.raw_path.removeprefix("/")
        return unquote(raw if self._target.bucket else raw.partition("/")[2]) or None

    @functools.cached_property
    def operation(self) -> str:
        """The operation's name in the API: PutObject, GetBucketReplication, SendMessage ...; "" when unknown."""
        return operation_of(
            service=self.service,
            method=self.method,
            raw_path=self.raw_path,
            query=self.query,
            headers=self.headers,
            body=self.body,
            has_bucket=bool(self.bucket),
            has_key=bool(self.key),
        )


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
