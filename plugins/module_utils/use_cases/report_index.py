# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reports say about each object version, on disk: reports and the ledger come in different orders.

A SQLite file in the task's folder on the target, about 100 bytes a task, removed with it. Memory stays within SQLite's
page cache.
"""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from itertools import islice
from pathlib import Path
from types import TracebackType

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import ObjectVersion
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.prune_plan import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report import TaskResult

Row = tuple[bytes, int, int, str, int, str]

_BATCH = 10_000
_MESSAGE = 500
# What a later job says replaces what an earlier one said. Within a job a success stands whatever else is said, and
# what the report says stands before what only follows from its silence.
_IMPLIED, _FAILED, _SUCCEEDED = 0, 1, 2
_PUT = """
INSERT INTO task VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (version) DO UPDATE
SET job = excluded.job, rank = excluded.rank, code = excluded.code, http_status = excluded.http_status,
    message = excluded.message
WHERE excluded.job > task.job OR (excluded.job = task.job AND excluded.rank > task.rank)
"""
_GET = "SELECT job, rank, code, http_status, message FROM task WHERE version = ?"


class ReportIndex:
    """Outcomes by object version; a context manager that removes its file."""

    def __init__(self, folder: str) -> None:
        self._folder = tempfile.TemporaryDirectory(dir=folder)
        self._database = sqlite3.connect(Path(self._folder.name) / "tasks.sqlite", isolation_level=None)
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -16384"):
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute(
            "CREATE TABLE task (version BLOB PRIMARY KEY, job INTEGER, rank INTEGER, code TEXT, http_status INTEGER,"
            " message TEXT) WITHOUT ROWID"
        )
        self.buckets: set[str] = set()

    def __enter__(self) -> ReportIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
        self._folder.cleanup()

    def add(self, job: int, tasks: Iterable[TaskResult]) -> tuple[int, int, int]:
        """Take in the tasks of one job; gives how many succeeded, how many failed, and how many name no version.

        ``job`` numbers jobs in the order of their creation. A task without a version was about whatever was current
        then, which proves nothing about a version.
        """
        succeeded = failed = unversioned = 0
        iterator = iter(tasks)
        while batch := list(islice(iterator, _BATCH)):
            succeeded += sum(task.succeeded for task in batch)
            failed += sum(not task.succeeded for task in batch)
            usable = [task for task in batch if task.version.version_id]
            unversioned += len(batch) - len(usable)
            self.buckets.update(task.version.bucket for task in usable)
            self._put(_row(job, task) for task in usable)
        return succeeded, failed, unversioned

    def imply_success(self, job: int, versions: Iterable[ObjectVersion]) -> int:
        """Take in what a manifest names: those versions succeeded unless the report says otherwise. Gives their number.

        May be called before or after :meth:`add` for the same job.
        """
        named = 0
        iterator = iter(versions)
        while batch := list(islice(iterator, _BATCH)):
            named += len(batch)
            self.buckets.update(version.bucket for version in batch)
            self._put((_key(version), job, _IMPLIED, "", 0, "") for version in batch)
        return named

    def _put(self, rows: Iterable[Row]) -> None:
        self._database.execute("BEGIN")
        self._database.executemany(_PUT, rows)
        self._database.execute("COMMIT")

    def outcome(self, version: ObjectVersion) -> Outcome | None:
        """Give what the newest job that mentions the version says."""
        with closing(self._database.execute(_GET, (_key(version),))) as cursor:
            row = cursor.fetchone()
        if row is None:
            return None
        job, rank, code, http_status, message = row
        return Outcome(job, rank != _FAILED, code, http_status, message)


def _row(job: int, task: TaskResult) -> Row:
    rank = _SUCCEEDED if task.succeeded else _FAILED
    return _key(task.version), job, rank, task.code, task.http_status, task.message[:_MESSAGE]


def _key(version: ObjectVersion) -> bytes:
    # Bucket names hold no NUL and version ids neither, so that the key between them may be anything.
    return hashlib.sha256(f"{version.bucket}\0{version.version_id}\0{version.key}".encode()).digest()
