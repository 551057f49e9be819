# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Marks on items of a state table: who restarts an item, and whether that is done.

The mark is one attribute, a map, written by conditional updates only:

1. ``begun`` before the item is restarted, under the condition that the item still has the status, the start and the
   mark that were read. Of two controllers one wins, and what finished meanwhile is left alone.
2. ``restarted`` after it, under the condition that the mark is still one's own.

A run that is killed in between leaves ``begun``. Whoever finds it takes it over once it is old, or at once where the
service refuses duplicates, with the same attempt and so the same names. So nothing is lost. Whether it may be done
twice depends on the action: see ``use_cases/reconcile_actions.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import UnreadableError, Wire, Work
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import from_datetime

BEGUN, RESTARTED = "begun", "restarted"


@dataclass(frozen=True)
class Mark:
    """``run`` is a random token of the run that holds it, ``of`` the start of the work (``Work.of``).

    ``version`` is the newest version of the object before the restart that is no delete marker; empty without one.
    """

    run: str
    attempt: int
    state: str
    at: str
    of: str
    version: str = ""

    def wire(self) -> Wire:
        """Give the attribute's value."""
        texts = {"run": self.run, "state": self.state, "at": self.at, "of": self.of, "version": self.version}
        return {"M": {**{name: {"S": text} for name, text in texts.items()}, "attempt": {"N": str(self.attempt)}}}


def read_mark(wire: Wire | None, attribute: str) -> Mark | None:
    """Read the attribute's value. Raises :class:`UnreadableError` when it is somebody else's."""
    if wire is None:
        return None
    try:
        inner = wire["M"]
        texts = {name: str(inner[name]["S"]) for name in ("run", "state", "at", "of", "version")}
        mark = Mark(**texts, attempt=int(inner["attempt"]["N"]))
        datetime.fromisoformat(mark.at)
    except (KeyError, TypeError, ValueError):
        mark = None
    if mark is None or mark.state not in (BEGUN, RESTARTED):
        raise UnreadableError(
            f"its attribute {attribute} was not written by this module; name another one in mark_attribute"
        )
    return mark


class Kind(Enum):
    """What is to be done with an item."""

    RESTART = "restart"
    TAKE_OVER = "take over"
    WAIT = "wait"
    DONE = "done"


@dataclass(frozen=True)
class Decision:
    """``wait`` in seconds, until a mark that another run holds is old."""

    kind: Kind
    attempt: int
    wait: float = 0.0


@dataclass(frozen=True)
class Patience:
    """When marks of other runs are old, in seconds. ``again``: restarts that led to nothing; ``None`` never.

    ``repeatable``: the service refuses to do the same twice, so that nobody needs to be waited for.
    """

    begun: float
    again: float | None = None
    repeatable: bool = False


def decide(mark: Mark | None, of: str, now: datetime, patience: Patience) -> Decision:
    """Say what an unfinished item's mark asks for; ``of`` is the start of the work, empty if it is not looked at."""
    if mark is None or (of and mark.of and of != mark.of):
        return Decision(Kind.RESTART, 1)  # never touched, or the mark is of an earlier start of the same object
    age = (now - datetime.fromisoformat(mark.at)) / timedelta(seconds=1)
    if mark.state == RESTARTED:
        if patience.again is not None and age >= patience.again:
            return Decision(Kind.RESTART, mark.attempt + 1)
        return Decision(Kind.DONE, mark.attempt)
    if patience.repeatable or age >= patience.begun:
        return Decision(Kind.TAKE_OVER, mark.attempt)
    # A mark from the future is of a clock that is ahead; it is not waited for longer than one of this moment.
    return Decision(Kind.WAIT, mark.attempt, patience.begun - max(age, 0.0))


def begin(run: str, decision: Decision, work: Work, now: datetime, version: str) -> Mark:
    """Give the mark that says that this run restarts the item."""
    return Mark(run, decision.attempt, BEGUN, from_datetime(now), work.of, version)


def token(table: str, primary_key: Mapping[str, Any], of: str, attempt: int) -> str:
    """Name a restart: the same for the same work and attempt in every run, another one for any other.

    64 hexadecimal digits: fits names of executions (80 characters; Step Functions API Reference, "StartExecution") and
    ids of messages (128; SQS API Reference, "SendMessage").
    """
    told = json.dumps([table, primary_key, of, attempt], sort_keys=True, default=repr)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
