# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restarting one piece of work: a copy in place, a message, an execution.

How often, when a run is killed between a restart and its mark, and another run takes the item over:

* a copy once: the mark names the newest version before it, so that whoever takes over sees whether there is a newer
  one by now, whose event has fired;
* an execution of a STANDARD state machine once: its name is made of the work and the attempt, and refused if used;
* a message in a FIFO queue once within five minutes, by its deduplication id, which is made the same way;
* any other message, and an execution of an EXPRESS state machine, at least once: twice for work that was under way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import object_copies, sqs_send, stepfunctions
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import object_copy, reconcile_template
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_locate import Place
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import COPY, MESSAGE, Stage, Task


@dataclass(frozen=True)
class Restart:
    """One restart. ``text`` is the body or input, ``token`` names work and attempt; ``tags`` are of the copy."""

    key: str
    place: Place | None
    text: str
    token: str
    tags: Mapping[str, str] | None = None


def fill(task: Task, key: str, place: Place | None, values: Mapping[str, Any], attempt: int) -> str:
    """Fill the action's template. Raises :class:`UnreadableError`."""
    if task.template is None:
        return ""
    own: dict[str, Any] = {"object.key": place.key if place else key, "attempt": attempt}
    if task.bucket:
        own["object.bucket"] = task.bucket
    if place:
        own |= {
            "object.version_id": place.version_id,
            "object.size": place.head["ContentLength"],
            "object.etag": place.head["ETag"].strip('"'),
        }
    return reconcile_template.render(task.template, {**values, **own})


def act(stage: Stage, task: Task, what: Restart, now: datetime, alive: Callable[[], None]) -> str:
    """Do it; gives the version, message or execution that came of it.

    Raises :class:`AwsError`, and ``object_copies.OvertakenError`` when a copy would hide a version that came meanwhile.
    """
    if task.action == COPY:
        return _copy(stage, task, what, now, alive)
    if task.action == MESSAGE and task.message:
        group = (task.message.group or what.token) if stage.fifo else None
        return sqs_send.send(stage.queue, stage.queue_url, what.text, group, what.token)
    machine = task.execution.state_machine if task.execution else ""
    execution = stepfunctions.start_execution(stage.states, machine, what.token, what.text)
    return execution or f"execution {what.token} was started before"


def _copy(stage: Stage, task: Task, what: Restart, now: datetime, alive: Callable[[], None]) -> str:
    place = what.place
    if place is None:
        raise AssertionError("a copy without a place: the options forbid that")
    copy = object_copies.Copy(
        bucket=str(task.bucket),
        key=what.key,
        source_key=place.key,
        version_id=place.version_id,
        head=place.head,
        kept=object_copy.kept(place.head, now),
        replacing=place.replacing,
        tags=what.tags,
    )
    return object_copies.copy(stage.s3, copy, alive)
