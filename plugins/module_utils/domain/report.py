# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Completion reports of S3 Batch Operations: where they are, what they list, what their rows say.

Source: S3 User Guide, "Examples: S3 Batch Operations completion reports". The guide's ``ReportSchema`` puts ErrorCode
before HTTPStatusCode; its example rows, and reports of Batch Replication jobs that users published, put HTTPStatusCode
first (``failed,500,SrcObjectNotEligible,Object is not eligible for replication``). The two are told apart by what they
hold. The key column repeats the manifest's, so it is percent-encoded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import ObjectVersion

FORMAT = "Report_CSV_20180820"
_COLUMNS = 7
# Reports that users published show this where the manifest's version id is empty.
_NO_VERSION = r"\N"
_HTTP_STATUS = re.compile(r"[1-5]\d\d")
_MD5 = re.compile(r"[0-9a-f]{32}")


class ReportError(ToldError):
    """A report that is missing, half written or not a report. Nothing may be concluded from it.

    ``fact`` is what was found; ``todo``, which follows it in the message, says what to do next.
    """

    def __init__(self, fact: str, todo: str = "", **details: Any) -> None:
        super().__init__(f"{fact}. {todo}" if todo else fact, **details)
        self.fact = fact


@dataclass(frozen=True)
class ResultFile:
    """One file of results; ``md5`` is the hexadecimal MD5 of its bytes as the report's manifest gives it."""

    bucket: str
    key: str
    md5: str
    task_status: str


@dataclass(frozen=True)
class TaskResult:
    """What the job did with one object version. ``http_status`` is 0 and ``code`` empty where the report has none."""

    version: ObjectVersion
    succeeded: bool
    code: str
    http_status: int
    message: str

    def as_result(self) -> dict[str, Any]:
        """Give the JSON-able form that modules return."""
        return {
            "key": self.version.key,
            "version_id": self.version.version_id,
            "code": self.code,
            "http_status": self.http_status,
            "message": self.message,
        }


def report_manifest_key(prefix: str, job_id: str) -> str:
    """Give the key of the report's top-level ``manifest.json``. S3 adds a slash whatever the prefix ends with."""
    return f"{prefix}/job-{job_id}/manifest.json" if prefix else f"job-{job_id}/manifest.json"


def parse_report_manifest(document: bytes) -> list[ResultFile]:
    """Read the report's ``manifest.json``. Raises :class:`ReportError` when it is half written or something else."""
    try:
        read: Any = json.loads(document)
    except ValueError:
        raise ReportError("its manifest.json is not whole JSON: the report is half written") from None
    if not isinstance(read, dict) or not isinstance(read.get("Results"), list):
        raise ReportError("its manifest.json lists no Results: the report is half written, or this is no report")
    if read.get("Format") != FORMAT:
        raise ReportError(f"its format is {read.get('Format')!r}; only {FORMAT} can be read")
    return [_result_file(entry) for entry in read["Results"]]


def _result_file(entry: Any) -> ResultFile:
    try:
        file = ResultFile(
            bucket=str(entry["Bucket"]),
            key=str(entry["Key"]),
            md5=str(entry["MD5Checksum"]).lower(),
            task_status=str(entry["TaskExecutionStatus"]),
        )
    except (KeyError, TypeError):
        raise ReportError(f"its manifest.json has an entry without Bucket, Key and MD5Checksum: {entry!r}") from None
    if not _MD5.fullmatch(file.md5):
        raise ReportError(f"its manifest.json gives {file.md5!r} as the MD5 of {file.key}; the report is half written")
    return file


def parse_report_rows(rows: Iterable[Sequence[str]]) -> Iterator[TaskResult]:
    """Read the split rows of one file of results, in either column order.

    Raises :class:`ReportError` for a row that was cut off. A comma in an unquoted message does no harm.
    """
    for number, row in enumerate(rows, start=1):
        if row:
            yield _task_result(number, row)


def _task_result(number: int, row: Sequence[str]) -> TaskResult:
    if len(row) < _COLUMNS:
        raise ReportError(f"row {number} has {len(row)} of {_COLUMNS} columns")
    bucket, key, version_id, status, first, second = row[:6]
    if not bucket or not key or not status:
        raise ReportError(f"row {number} names no bucket, key or status")
    http_status, code = _told_apart(first.strip(), second.strip())
    try:
        decoded = unquote(key, errors="strict")
    except UnicodeDecodeError:
        raise ReportError(f"row {number} has the key {key!r}, which is not percent-encoded UTF-8") from None
    return TaskResult(
        version=ObjectVersion(bucket, decoded, "" if version_id == _NO_VERSION else version_id),
        succeeded=status.strip().lower() == "succeeded",
        code=code,
        http_status=int(http_status or 0),
        message=",".join(row[6:]).strip(),
    )


def _told_apart(first: str, second: str) -> tuple[str, str]:
    """Give (HTTP status, error code), whichever comes first in the row."""
    if _HTTP_STATUS.fullmatch(first):
        return first, second
    if _HTTP_STATUS.fullmatch(second):
        return second, first
    return "", first or second
