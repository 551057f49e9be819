# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A job's completion report, streamed, and proven whole before anything is concluded from it."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_objects
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import ObjectVersion, parse_rows
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report import (
    ReportError,
    ResultFile,
    TaskResult,
    parse_report_manifest,
    parse_report_rows,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access

# One entry is about 250 bytes; this is far beyond what any job has.
_MANIFEST_BYTES = 64 * 1024 * 1024
_BUFFER = 1024 * 1024


@dataclass(frozen=True)
class Report:
    """Where a job's report is, and the files that it consists of."""

    job: Job
    place: str
    files: tuple[ResultFile, ...]


def open_report(access: Access, job: Job) -> Report:
    """Read the report's ``manifest.json``. Raises :class:`ReportError` naming the job when it is missing or broken."""
    bucket = job.report.get("bucket")
    if not bucket:
        raise ReportError(f"Job {job.job_id} was made without a report: what it did to each object is not known")
    key = job.report["key"]
    place = f"s3://{bucket}/{key}"
    client = access.clients("s3", job.region)
    try:
        document = s3_objects.read_object(client, bucket, key, access.account, _MANIFEST_BYTES)
        files = tuple(parse_report_manifest(document))
    except MissingError as error:
        raise ReportError(_missing(job, place), code=error.code) from error
    except ReportError as error:
        raise ReportError(f"The report of job {job.job_id} at {place} can't be used: {error.message}") from error
    strangers = [file.bucket for file in files if file.bucket != bucket]
    if strangers:
        raise ReportError(f"The report of job {job.job_id} at {place} points to another bucket: {strangers[0]}")
    return Report(job, place, files)


def _missing(job: Job, place: str) -> str:
    return (
        f"The report of job {job.job_id} is missing at {place} (job {job.status}, {job.progress.told()}). It was "
        "removed, expired by a lifecycle rule, or S3 could not write it (Object Lock default retention, a policy of "
        "the bucket). Run the job again with another run_id and a report_bucket that takes it"
    )


def read_tasks(access: Access, report: Report, only_failed: bool = False) -> Iterator[TaskResult]:
    """Yield all tasks of a report, file by file.

    A file's MD5 is known to be right only when the file has been read to its end: what was yielded before counts only
    if nothing was raised. Raises :class:`ReportError` for a file that is missing, cut off or changed.
    """
    for file in report.files:
        if not (only_failed and file.task_status.lower() == "succeeded"):
            yield from _tasks_of(access, report, file)


def _tasks_of(access: Access, report: Report, file: ResultFile) -> Iterator[TaskResult]:
    place = f"s3://{file.bucket}/{file.key}"
    told = f"The report of job {report.job.job_id} is half written or was changed"
    client = access.clients("s3", report.job.region)
    try:
        with s3_objects.open_object(client, file.bucket, file.key, access.account) as reader:
            digesting = _Digesting(reader)
            yield from parse_report_rows(_rows(digesting))
    except MissingError as error:
        raise ReportError(f"{told}: its file {place} is missing. Nothing was concluded from it") from error
    except ReportError as error:
        raise ReportError(f"{told}: {place}: {error.message}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise ReportError(f"{told}: {place} is not whole CSV ({error})") from error
    if digesting.md5() != file.md5:
        raise ReportError(f"{told}: {place} has the MD5 {digesting.md5()}, its manifest.json says {file.md5}")


def _rows(raw: io.RawIOBase) -> Iterator[list[str]]:
    """Split a stream into CSV rows; line ends inside quotes belong to their field."""
    lines = io.TextIOWrapper(io.BufferedReader(raw, _BUFFER), encoding="utf-8", newline="")
    return csv.reader(lines, strict=True)


class _Digesting(io.RawIOBase):
    """A stream that remembers the MD5 of what was read from it."""

    def __init__(self, source: io.RawIOBase) -> None:
        self._source = source
        self._digest = hashlib.md5(usedforsecurity=False)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._source.readinto(buffer) or 0
        self._digest.update(memoryview(buffer)[:count])
        return count

    def md5(self) -> str:
        return self._digest.hexdigest()


def read_manifest(access: Access, job: Job) -> Iterator[ObjectVersion]:
    """Yield what a job's CSV manifest names. Raises :class:`ReportError` when that can't be read any more."""
    manifest = job.manifest
    told = f"The manifest of job {job.job_id}"
    if manifest.get("kind") != "csv" or "VersionId" not in manifest.get("fields", ()):
        raise ReportError(
            f"{told} is not a CSV with version ids: with report_scope failed_tasks_only nothing proves which versions "
            "were replicated. Make the job with report_scope all_tasks"
        )
    place = f"s3://{manifest['bucket']}/{manifest['key']}"
    client = access.clients("s3", job.region)
    try:
        with s3_objects.open_object(
            client, manifest["bucket"], manifest["key"], access.account, manifest["etag"], manifest["version_id"]
        ) as reader:
            yield from parse_rows(_rows(reader), manifest["fields"])
    except MissingError as error:
        raise ReportError(f"{told} is missing at {place}; without it the report proves nothing") from error
    except AwsError as error:
        if error.code != "PreconditionFailed":
            raise
        raise ReportError(f"{told} at {place} was replaced since; it proves nothing") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise ReportError(f"{told} at {place} can't be read: {error}") from error
