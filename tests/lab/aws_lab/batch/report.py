# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The completion report. Pure: outcomes in, objects out.

S3 User Guide, "Examples: S3 Batch Operations completion reports". As real jobs write it: manifest.json with
manifest.json.md5 beside it under <prefix>/job-<id>, the slash added whatever the prefix ends with, and
results/<40 hex digits>.csv, one file of succeeded and one of failed tasks, lines ended by CR LF, keys as the manifest
has them. ReportSchema names the error code before the HTTP status; real rows, and AWS's examples, have the status
first: `order` chooses.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from aws_lab.batch.model import Outcome

SCHEMA = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage"
EXAMPLE_ORDER, SCHEMA_ORDER = "example", "schema"


def objects(
    job_id: str, wanted: Mapping[str, Any], outcomes: Sequence[Outcome], created: float, order: str
) -> Iterator[tuple[str, bytes]]:
    """(key, content) of every object of the report, manifest.json last.

    wanted: the job's Report parameter. created: seconds since the epoch. order: of the columns, example or schema.
    """
    bucket = str(wanted["Bucket"]).split(":::", 1)[-1]
    prefix = f"{wanted['Prefix']}/" if wanted.get("Prefix") else ""
    home = f"{prefix}job-{job_id}"
    statuses = ["failed"] if wanted["ReportScope"] == "FailedTasksOnly" else ["succeeded", "failed"]
    results = []
    for status in statuses:
        chosen = [outcome for outcome in outcomes if outcome.succeeded is (status == "succeeded")]
        if not chosen:
            continue
        content = rows(chosen, order)
        key = f"{home}/results/{hashlib.sha1(f'{job_id} {status}'.encode(), usedforsecurity=False).hexdigest()}.csv"
        results.append({
            "TaskExecutionStatus": status, "Bucket": bucket, "MD5Checksum": _md5(content), "Key": key,
        })  # fmt: skip
        yield key, content
    document = {
        "Format": wanted["Format"], "ReportCreationDate": _date(created), "Results": results, "ReportSchema": SCHEMA,
    }  # fmt: skip
    manifest = json.dumps(document).encode()
    yield f"{home}/manifest.json.md5", _md5(manifest).encode()
    yield f"{home}/manifest.json", manifest


def rows(outcomes: Iterable[Outcome], order: str) -> bytes:
    """A result file: CSV without a header."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(_row(outcome, order) for outcome in outcomes)
    return text.getvalue().encode()


def _row(outcome: Outcome, order: str) -> list[str]:
    columns = [str(outcome.http_status), outcome.error_code]
    if order == SCHEMA_ORDER:
        columns.reverse()
    status = "succeeded" if outcome.succeeded else "failed"
    row = outcome.row
    return [row.bucket, row.written_key, _version(outcome), status, *columns, outcome.message]


def _version(outcome: Outcome) -> str:
    """As in the manifest; what real reports have for an empty one is the NULL of database dumps."""
    if outcome.row.version_id == "" and outcome.error_code == "SrcObjectNotFound":
        return r"\N"
    return outcome.row.version_id or ""


def _date(moment: float) -> str:
    """With nanoseconds, as real reports have it."""
    stamp = datetime.datetime.fromtimestamp(moment, datetime.UTC)
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
