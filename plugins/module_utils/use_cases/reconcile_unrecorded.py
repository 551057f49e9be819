# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects on this side that no item names: uploaded while nobody recorded them.

The listing goes to disk first, what the table names is taken out, and what stays is reported, or restarted. A restarted
object carries a tag with the version that was restarted, because there is no item to mark; a copy gets it in the same
call. Two runs at once may both restart such an object.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import object_copies, state_table
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import object_copy, reconcile_marks
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import reconcile_report as outcomes
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import UnreadableError, decode_key
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_report import Row
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_actions import (
    Restart,
    act,
    fill,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_locate import Nowhere, locate
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import COPY, Stage, Task, Unrecorded

TAG = "aws_dr_reconciled"
_MOST_TAGS = 10  # S3 User Guide, "Categorizing your objects using tags"
_BATCH = 1000


class Candidates:
    """Keys in a file of the task's folder; a context manager that removes it."""

    def __init__(self, folder: str) -> None:
        self._path = Path(folder) / "unrecorded.sqlite"
        self._database = sqlite3.connect(self._path)
        # Nothing of this outlives the task.
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE keys (key BLOB PRIMARY KEY) WITHOUT ROWID")

    def __enter__(self) -> Candidates:
        return self

    def __exit__(self, *_unused: object) -> None:
        self._database.close()
        self._path.unlink(missing_ok=True)

    def add(self, key: str) -> None:
        """Add a key."""
        self._database.execute("INSERT OR IGNORE INTO keys VALUES (?)", (key.encode(),))

    def remove(self, key: str) -> None:
        """Take a key out, if it is in."""
        self._database.execute("DELETE FROM keys WHERE key = ?", (key.encode(),))

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self._database.execute("SELECT count(*) FROM keys").fetchone()[0])

    def keys(self) -> Iterator[str]:
        """Give them in the order of their bytes."""
        with closing(self._database.cursor()) as cursor:
            cursor.execute("SELECT key FROM keys ORDER BY key")
            while rows := cursor.fetchmany(_BATCH):
                for (key,) in rows:
                    yield key.decode()


def find(stage: Stage, task: Task, wanted: Unrecorded, now: datetime, candidates: Candidates) -> None:
    """Put the keys of all objects that no item names into ``candidates``. Raises :class:`AwsError`."""
    until = now - timedelta(seconds=wanted.older_than)
    for listed in object_copies.list_objects(stage.s3, str(task.bucket), wanted.prefix):
        is_folder = listed.key.endswith("/") and not listed.size
        if wanted.since <= listed.modified <= until and not is_folder:
            candidates.add(listed.key)
    if not candidates.count:
        return
    layout = task.layout
    for item in state_table.scan_attribute(stage.dynamodb, task.table, layout.key):
        text = str(next(iter(item.get(layout.key, {}).values()), ""))
        try:
            candidates.remove(decode_key(text, layout.key_encoding))
        except UnreadableError:
            continue  # names no object


class ObjectReconciler:
    """Restarts, or only reports, objects that no item names."""

    def __init__(self, stage: Stage, task: Task, restart: bool, check_mode: bool, now: Callable[[], datetime]) -> None:
        self._stage, self._task, self._restart, self._check_mode, self._now = stage, task, restart, check_mode, now

    def __call__(self, key: str) -> Row:
        """Give what came of the object."""
        if not self._restart:
            return Row({}, key, outcomes.UNRECORDED, msg="no item names it")
        try:
            return self._restarted(key)
        except AccessDeniedError as error:
            return Row({}, key, outcomes.DENIED, why="access_denied", msg=error.message)
        except AwsError as error:
            return Row({}, key, outcomes.FAILED, why=error.code or "no_answer", msg=error.message)
        except UnreadableError as error:
            return Row({}, key, outcomes.FAILED, why="unreadable", msg=f"no item names it, and {error}")
        except object_copies.OvertakenError:
            return Row({}, key, outcomes.UNRECORDED, msg="a newer version came meanwhile, and so its event")

    def _restarted(self, key: str) -> Row:
        stage, task, bucket = self._stage, self._task, str(self._task.bucket)
        place = locate(stage.s3, bucket, key)
        if isinstance(place, Nowhere):
            return Row({}, key, place.outcome, why=place.why, msg=place.msg)
        found: dict[str, Any] = {"found": place.found, "object_key": place.key, "version_id": place.version_id}
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
