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
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import (
    ManifestError,
    ObjectVersion,
    parse_rows,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report import (
    ReportError,
    ResultFile,
    TaskResult,
    parse_report_manifest,
    parse_report_rows,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report_advice import after_useless_report, why_missing
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
    """Read the report's ``manifest.json``. Raises :class:`ReportError` naming the job when it is missing or broken.

    A report that can't be read now is another error, and no proof that it is broken: :class:`AwsError`.
    """
    bucket = job.report.get("bucket")
    if not bucket:
        raise ReportError(
            f"Job {job.job_id} was made without a report: what it did to each object is not known",
            after_useless_report(job),
        )
    key = job.report["key"]
    place = f"s3://{bucket}/{key}"
    client = access.clients("s3", job.region)
    try:
        document = s3_objects.read_object(client, bucket, key, access.account, _MANIFEST_BYTES)
        files = tuple(parse_report_manifest(document))
    except MissingError as error:
        raise ReportError(
            f"The report of job {job.job_id} is missing at {place} (job {job.status}, {job.told})",
            f"{why_missing(job)}. {after_useless_report(job)}",
            code=error.code,
        ) from error
    except ReportError as error:
        raise _useless(job, place, error.fact) from error
    strangers = [file.bucket for file in files if file.bucket != bucket]
    if strangers:
        raise _useless(job, place, f"its manifest.json points to another bucket: {strangers[0]}")
    if job.progress.done and not files:
        raise _useless(job, place, f"its manifest.json lists no results where AWS counts {job.progress.done} tasks")
    return Report(job, place, files)


def _useless(job: Job, place: str, found: str) -> ReportError:
    return ReportError(f"The report of job {job.job_id} at {place} can't be used: {found}", after_useless_report(job))


def read_tasks(access: Access, report: Report, only_failed: bool = False) -> Iterator[TaskResult]:
    """Yield all tasks of a report, file by file.

    A file's MD5 is known to be right only when the file has been read to its end: what was yielded before counts only
    if nothing was raised. Raises :class:`ReportError` for a file that is missing, cut off or changed.
    """
    for file in report.files:
        if not (only_failed and file.task_status.lower() == "succeeded"):
            yield from _tasks_of(access, report, file)


def _tasks_of(access: Access, report: Report, file: ResultFile) -> Iterator[TaskResult]:
    job, its_file = report.job, f"its file s3://{file.bucket}/{file.key}"
    broken = f"{its_file} is half written or was changed"
    client = access.clients("s3", job.region)
    try:
        with s3_objects.open_object(client, file.bucket, file.key, access.account) as reader:
            digesting = _Digesting(reader)
            yield from parse_report_rows(_rows(digesting))
    except MissingError as error:
        raise _useless(job, report.place, f"{its_file} is missing") from error
    except ReportError as error:
        raise _useless(job, report.place, f"{broken}: {error.fact}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise _useless(job, report.place, f"{broken}: it is not whole CSV ({error})") from error
    if digesting.md5() != file.md5:
        found = f"it has the MD5 {digesting.md5()}, its manifest.json says {file.md5}"
        raise _useless(job, report.place, f"{broken}: {found}")


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
    told, todo = f"The manifest of job {job.job_id}", after_useless_report(job)
    if manifest.get("kind") != "csv" or "VersionId" not in manifest.get("fields", ()):
        raise ReportError(
            f"{told} is not a CSV with version ids: with report_scope failed_tasks_only nothing proves which versions "
            "were replicated",
            "Nothing was concluded from it. Make the job with report_scope all_tasks",
        )
    place = f"s3://{manifest['bucket']}/{manifest['key']}"
    client = access.clients("s3", job.region)
    try:
        with s3_objects.open_object(
            client, manifest["bucket"], manifest["key"], access.account, manifest["etag"], manifest["version_id"]
        ) as reader:
            yield from parse_rows(_rows(reader), manifest["fields"])
    except MissingError as error:
        raise ReportError(f"{told} is missing at {place}; without it the report proves nothing", todo) from error
    except AwsError as error:
        if error.code != "PreconditionFailed":
            raise
        raise ReportError(f"{told} at {place} was replaced since; it proves nothing", todo) from error
    except (csv.Error, UnicodeDecodeError, ManifestError) as error:
        raise ReportError(f"{told} at {place} can't be read: {error}", todo) from error
