# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failure records on their way into a manifest: read once, kept on disk, never in memory.

Two files lie in the task's folder on the target: the manifest's rows (about 60 to 3,200 bytes an object) and what is
needed to note in the ledger which records the job took (about 150 to 1,100 bytes a record).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Generator, Iterable, Iterator
from types import TracebackType
from typing import BinaryIO

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import (
    TAKEN,
    FailureRecord,
    JobNote,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.ledger import Item, StoredRecord, note_item
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import (
    OUR_FIELDS,
    ObjectVersion,
    format_row,
    parse_rows,
)

_encode = json.JSONEncoder(separators=(",", ":")).encode
# Beyond this many different jobs the ledger's notes are no help in finding one that is still at work.
_MOST_TAKERS = 100


class ManifestSpool:
    """A manifest that is being made; a context manager that removes its files.

    ``objects`` counts rows, ``records`` failure records; ``digest`` stands for all that makes this manifest another
    one than the last: its rows, when each record failed last, and which job's word on it was noted last. That a record
    was taken by a job since is left out: a run that was killed may have noted it for some records only, and the same
    task run again has to find its job.
    """

    def __init__(self, folder: str) -> None:
        self.rows: BinaryIO = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._notes: BinaryIO = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self.objects = 0
        self.records = 0
        self.size = 0
        self.takers: dict[str, int] = {}
        self.digest = ""

    def __enter__(self) -> ManifestSpool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rows.close()
        self._notes.close()

    def fill(self, records: Iterable[StoredRecord]) -> None:
        """Write all records; those of one object version (several rules, several destinations) become one row."""
        digest = hashlib.sha256()
        previous: ObjectVersion | None = None
        for stored in records:
            record = stored.record
            version = ObjectVersion(record.bucket, record.object_key, record.version_id)
            if version != previous:
                digest.update(self._write(version))
                previous = version
            digest.update(_distinct(stored))
            self._keep(stored)
        self.digest = digest.hexdigest()
        self.rows.seek(0)

    def _write(self, version: ObjectVersion) -> bytes:
        row = format_row(version).encode()
        self.rows.write(row)
        self.size += len(row)
        self.objects += 1
        return row

    def _keep(self, stored: StoredRecord) -> None:
        self.records += 1
        note = stored.record.job
        if note and note.status == TAKEN and (note.job_id in self.takers or len(self.takers) < _MOST_TAKERS):
            self.takers[note.job_id] = self.takers.get(note.job_id, 0) + 1
        taker = note.job_id if note else ""
        line = _encode([taker, stored.partition, stored.base, stored.expires_at])
        self._notes.write(line.encode() + b"\n")

    def versions(self) -> Generator[ObjectVersion, None, None]:
        """Give what the rows name; ``rows`` stands at its start again when all, or enough, is read."""
        self.rows.seek(0)
        lines = io.TextIOWrapper(self.rows, encoding="utf-8", newline="")
        try:
            yield from parse_rows(csv.reader(lines), OUR_FIELDS)
        finally:
            lines.detach()
            self.rows.seek(0)

    def notes(self, job_id: str, at: str) -> Iterator[Item]:
        """Give the ledger items that say: this job took the record; for those whose newest note is not of this job."""
        self._notes.seek(0)
        note = JobNote(job_id, TAKEN, at)
        for line in self._notes:
            taker, partition, base, expires_at = json.loads(line)
            if taker != job_id:
                yield note_item(StoredRecord(_ANY, partition, base, expires_at=expires_at), note)

    def missing_notes(self, job_id: str) -> int:
        """Count the records whose newest note is not of this job."""
        self._notes.seek(0)
        return sum(1 for line in self._notes if json.loads(line)[0] != job_id)


def _distinct(stored: StoredRecord) -> bytes:
    """Give what makes a record another one than at the last run."""
    record = stored.record
    return "\0".join((record.rule_id, record.destination, record.last_failed_at, stored.judged_by, "")).encode()


# A note's item is made of where its record lies, not of what it says.
_ANY = FailureRecord("", "", "", "", "", "", "", "", 0)
