# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects on this side that no item records: uploaded while nobody did.

The listing goes to disk first, what the table records is taken out, and what stays is reported, or restarted. Where
items say when they were started, only one that was started since the upload records it: see
``domain/reconcile_uploads.py``. A restarted object carries a tag with the version that was restarted, because there is
no item to mark; a copy gets it in the same call. Two runs at once may both restart such an object.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import object_copies
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import object_copy, reconcile_marks
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import reconcile_report as outcomes
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import UnreadableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_report import Row
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_uploads import earliest_start
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import from_datetime
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_actions import (
    Restart,
    act,
    fill,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_locate import Nowhere, locate
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_recorded import recorded
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import COPY, Stage, Task, Unrecorded

TAG = "aws_dr_reconciled"
_MOST_TAGS = 10  # S3 User Guide, "Categorizing your objects using tags"
_BATCH = 1000


@dataclass(frozen=True)
class Candidate:
    """An object, and whether an item names it, though an older one."""

    key: str
    modified: datetime
    named: bool

    @property
    def told(self) -> str:
        """Say what speaks for it."""
        return "no item that names it was started since it was uploaded" if self.named else "no item names it"


class Candidates:
    """Objects in a file of the task's folder; a context manager that removes it.

    ``young`` ones are only counted. Objects that the run has tried to restart already are no candidates.
    """

    def __init__(self, folder: str) -> None:
        number, name = tempfile.mkstemp(".sqlite", "unrecorded", folder)
        os.close(number)
        self._path = Path(name)
        self._database = sqlite3.connect(self._path)
        # Nothing of this outlives the task.
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(
            "CREATE TABLE objects "
            "(key BLOB PRIMARY KEY, modified REAL, earliest REAL, young INTEGER, named INTEGER) WITHOUT ROWID"
        )
        self._database.execute("CREATE TABLE tried (key BLOB PRIMARY KEY) WITHOUT ROWID")

    def __enter__(self) -> Candidates:
        return self

    def __exit__(self, *_unused: object) -> None:
        self._database.close()
        self._path.unlink(missing_ok=True)

    def tried(self, key: str) -> None:
        """Note that this run has restarted the object, or could not. Before all others."""
        self._database.execute("INSERT OR IGNORE INTO tried VALUES (?)", (key.encode(),))

    def add(self, key: str, modified: datetime, young: bool) -> None:
        """Add an object."""
        self._database.execute(
            "INSERT OR IGNORE INTO objects "
            "SELECT ?1, ?2, ?3, ?4, 0 WHERE NOT EXISTS (SELECT 1 FROM tried WHERE key = ?1)",
            (key.encode(), modified.timestamp(), earliest_start(modified).timestamp(), young),
        )

    def take_out(self, key: str, until: datetime) -> None:
        """Take an object out, if it is in, that an item of its key records ``until`` then."""
        known = key.encode()
        self._database.execute("DELETE FROM objects WHERE key = ? AND earliest <= ?", (known, until.timestamp()))
        self._database.execute("UPDATE objects SET named = 1 WHERE key = ? AND NOT named", (known,))

    @property
    def count(self) -> int:
        """How many there are that are old enough."""
        return self._count(0)

    @property
    def young(self) -> int:
        """How many there are besides."""
        return self._count(1)

    def _count(self, young: int) -> int:
        return int(self._database.execute("SELECT count(*) FROM objects WHERE young = ?", (young,)).fetchone()[0])

    def objects(self) -> Iterator[Candidate]:
        """Give those that are old enough in the order of their keys' bytes."""
        with closing(self._database.cursor()) as cursor:
            cursor.execute("SELECT key, modified, named FROM objects WHERE young = 0 ORDER BY key")
            while rows := cursor.fetchmany(_BATCH):
                for key, modified, named in rows:
                    yield Candidate(key.decode(), datetime.fromtimestamp(modified, UTC), bool(named))


def find(stage: Stage, task: Task, wanted: Unrecorded, now: datetime, candidates: Candidates) -> None:
    """Put all objects that no item records into ``candidates``. Raises :class:`AwsError`."""
    until = now - timedelta(seconds=wanted.older_than)
    for listed in object_copies.list_objects(stage.s3, str(task.bucket), wanted.prefix):
        is_folder = listed.key.endswith("/") and not listed.size
        if wanted.since <= listed.modified and not is_folder:
            candidates.add(listed.key, listed.modified, young=listed.modified > until)
    if candidates.count or candidates.young:
        for key, recorded_until in recorded(stage, task):
            candidates.take_out(key, recorded_until)


class ObjectReconciler:
    """Restarts, or only reports, objects that no item records."""

    def __init__(self, stage: Stage, task: Task, restart: bool, check_mode: bool, now: Callable[[], datetime]) -> None:
        self._stage, self._task, self._restart, self._check_mode, self._now = stage, task, restart, check_mode, now

    def __call__(self, candidate: Candidate) -> Row:
        """Give what came of the object."""
        key = candidate.key
        if not self._restart:
            modified = from_datetime(candidate.modified)
            return Row({}, key, outcomes.UNRECORDED, msg=candidate.told, modified=modified)
        try:
            return self._restarted(key)
        except AccessDeniedError as error:
            return Row({}, key, outcomes.DENIED, why="access_denied", msg=error.message)
        except AwsError as error:
            return Row({}, key, outcomes.FAILED, why=error.code or "no_answer", msg=error.message)
        except UnreadableError as error:
            return Row({}, key, outcomes.FAILED, why="unreadable", msg=f"{candidate.told}, and {error}")
        except object_copies.OvertakenError:
            return Row({}, key, outcomes.UNRECORDED, msg="a newer version came meanwhile, and so its event")

    def _restarted(self, key: str) -> Row:
        stage, task, bucket = self._stage, self._task, str(self._task.bucket)
        place = locate(stage.s3, bucket, key)
        if isinstance(place, Nowhere):
            return Row({}, key, place.outcome, why=place.why, msg=place.msg)
        found: dict[str, Any] = place.facts
        tags = object_copies.tags_of(stage.s3, bucket, place.key, place.version_id)
        if TAG in tags:
            return Row({}, key, outcomes.RESTARTED_BEFORE, msg=f"its tag {TAG} says so", **found)
        problem = object_copy.unkeepable(place.head) if task.action == COPY else None
        if len(tags) >= _MOST_TAGS:
            problem = f"it has {len(tags)} tags already, and the tag {TAG} has no room"
        if problem:
            return Row({}, key, outcomes.FAILED, why="not_to_be_kept", msg=problem, **found)
        text = fill(task, key, place, {}, 1)
        if self._check_mode:
            return Row({}, key, outcomes.RESTARTED, attempt=1, **found)
        marked = {**tags, TAG: place.version_id}
        token = reconcile_marks.token(task.table, {"bucket": bucket, "key": key}, place.version_id, 1)
        copies = task.action == COPY
        what = Restart(key, place, text, token, marked if copies else None)
        result = act(stage, task, what, self._now(), lambda: None)
        if not copies:
            object_copies.put_tags(stage.s3, bucket, place.key, place.version_id, marked)
        return Row({}, key, outcomes.RESTARTED, attempt=1, result=result, **found)
