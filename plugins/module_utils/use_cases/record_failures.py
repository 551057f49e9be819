# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Queue messages into the ledger: what the controller and a Lambda function do alike.

A caller gives messages and gets told which of them may be deleted: those whose every event is confirmed to be in the
ledger, or was told and dropped. Recording is idempotent, so that a message that comes again does no harm.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import ledger as table_calls
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.events import parse_message
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import FailureEvent
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.ledger import Item

Rule = tuple[str, str]


@dataclass
class Recorded:
    """What became of some messages. ``done`` and ``malformed`` go by the caller's message ids.

    ``failures`` counts the events that are in the ledger now by (bucket, rule, reason), ``dropped`` those that were no
    failures by name. Readable events of a malformed message count, though the message is not done.
    """

    done: list[str] = field(default_factory=list)
    malformed: dict[str, str] = field(default_factory=dict)
    failures: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)


class Recorder:
    """Writes to one ledger table; may be used from several threads at once."""

    def __init__(self, client: Any, table: str, retention_days: int | None = None) -> None:
        self._client = client
        self._table = table
        self._retention_days = retention_days
        self._listed: set[Rule] = set()
        self._lock = threading.Lock()

    def record(self, messages: Iterable[tuple[str, str]]) -> Recorded:
        """Record the events of (message id, body) pairs. When it returns, all of them are written.

        Raises :class:`AwsError` when the ledger can't be written; then nothing may be deleted.
        """
        recorded = Recorded()
        events: list[FailureEvent] = []
        for message_id, body in messages:
            parsed = parse_message(body)
            events += parsed.failures
            recorded.dropped.update(parsed.dropped)
            if parsed.problems:
                recorded.malformed[message_id] = "; ".join(parsed.problems[:3])
            else:
                recorded.done.append(message_id)
        self._write(events)
        recorded.failures.update((event.bucket, event.rule_id, event.reason) for event in events)
        return recorded

    def _write(self, events: list[FailureEvent]) -> None:
        """The rules' directory entries travel with the first events: a failed write leaves both to the next run."""
        rules = {(event.bucket, event.rule_id) for event in events}
        with self._lock:
            new = rules - self._listed
        items: list[Item] = [ledger.directory_item(*rule) for rule in sorted(new)]
        items += [ledger.failure_item(event, self._retention_days) for event in events]
        table_calls.put_items(self._client, self._table, items)
        with self._lock:
            self._listed |= new
