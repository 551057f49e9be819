# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receive, record, delete: several receivers at once until one queue is empty.

SQS is asked by long polls, because a short poll asks only some of its servers and may come back empty while messages
wait. One empty answer is not believed either: several in a row are.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import sqs
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.record_failures import Recorded, Recorder

POLL_SECONDS = 1
QUIET_POLLS = 3
# Messages that a receiver gathers before it writes: two full BatchWriteItem calls, five full DeleteMessageBatch calls.
GATHERED = 50
# A queue with more messages that can't be read is not the failure queue; remembering them all would cost memory.
MOST_MALFORMED = 10_000
_MOST_NAMES = 100
_OTHER_NAMES = "(other)"
_DELETE_TRIES = 4
_DELETE_PAUSE = 0.2


@dataclass(frozen=True)
class Limits:
    """``deadline`` is a reading of the clock; ``max_messages`` 0 means none."""

    deadline: float
    max_messages: int
    concurrency: int


@dataclass
class Tally:
    """What has been done so far, of all queues of a run. ``malformed`` says why by message id."""

    received: int = 0
    deleted: int = 0
    undeleted: int = 0
    failures: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    malformed: dict[str, str] = field(default_factory=dict)

    def add(self, recorded: Recorded) -> None:
        """Count what was recorded."""
        self.failures.update(recorded.failures)
        self.malformed.update(recorded.malformed)
        for name, count in recorded.dropped.items():
            known = name in self.dropped or len(self.dropped) < _MOST_NAMES
            self.dropped[name if known else _OTHER_NAMES] += count


class Drain:
    """One queue being drained."""

    def __init__(
        self,
        client: Any,
        url: str,
        recorder: Recorder,
        limits: Limits,
        tally: Tally,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._url = url
        self._recorder = recorder
        self._limits = limits
        self._tally = tally
        self._clock = clock
        self._lock = threading.Lock()
        self._quiet = 0
        self._asked_for = tally.received
        self._stopped: str | None = None

    def run(self, waiting: int) -> str:
        """Drain, and tell why it ended: ``empty``, ``limit``, ``deadline`` or ``malformed``.

        ``waiting`` is about how many messages there are; it decides only how many receivers start. Raises the first
        error of any receiver, after the others have finished what they had begun.
        """
        # The first messages go alone: if the ledger refuses them, no more than these were received in vain, and none
        # comes nearer to the dead-letter queue for it.
        self._round(sqs.BATCH)
        # At least as many as empty answers are wanted, so that these are waited for side by side.
        receivers = min(self._limits.concurrency, max(QUIET_POLLS, 1 + waiting // GATHERED))
        with ThreadPoolExecutor(max_workers=receivers) as pool:
            try:
                running = [pool.submit(self._receive_until_stopped) for _unused in range(receivers)]
                wait(running, return_when=FIRST_EXCEPTION)
                stopped = self._stopped
            finally:
                self._stop("error")
        for receiver in running:
            receiver.result()
        return stopped or "limit"

    def _receive_until_stopped(self) -> None:
        while self._stopped is None and self._round(GATHERED):
            pass

    def _round(self, most: int) -> bool:
        """Gather, record, delete; tells whether another round makes sense for this receiver."""
        messages, go_on = self._gather(most)
        if messages:
            recorded = self._recorder.record((message.message_id, message.body) for message in messages)
            with self._lock:
                self._tally.add(recorded)
                if len(self._tally.malformed) > MOST_MALFORMED:
                    self._stop("malformed")
            done = set(recorded.done)
            self._delete([message for message in messages if message.message_id in done])
        return go_on

    def _gather(self, most: int) -> tuple[list[sqs.Message], bool]:
        gathered: list[sqs.Message] = []
        asked = 0
        while len(gathered) < most and self._stopped is None:
            asked = self._reserve()
            if not asked:
                break
            messages = sqs.receive(self._client, self._url, asked, POLL_SECONDS)
            self._count(asked, messages)
            gathered += messages
            if not messages:
                break
        # The same message twice in one gathering: its visibility timeout is very short. The later receipt counts.
        return list({message.message_id: message for message in gathered}.values()), bool(asked)

    def _reserve(self) -> int:
        """How many messages this receiver may ask for now; 0 when it is to end.

        What a receiver reserved and did not get is given back, and it asks again itself: the limit is reached exactly.
        """
        with self._lock:
            if self._clock() >= self._limits.deadline:
                self._stop("deadline")
                return 0
            if not self._limits.max_messages:
                return sqs.BATCH
            most = min(sqs.BATCH, self._limits.max_messages - self._asked_for)
            self._asked_for += most
            return most

    def _count(self, asked: int, messages: list[sqs.Message]) -> None:
        with self._lock:
            self._tally.received += len(messages)
            self._asked_for -= asked - len(messages) if self._limits.max_messages else 0
            news = any(message.message_id not in self._tally.malformed for message in messages)
            # Messages that can't be read come again when their visibility timeout is short: they are no news.
            self._quiet = 0 if news else self._quiet + 1
            if self._quiet >= QUIET_POLLS:
                self._stop("empty")

    def _delete(self, messages: list[sqs.Message]) -> None:
        for start in range(0, len(messages), sqs.BATCH):
            chunk = messages[start : start + sqs.BATCH]
            left = self._delete_chunk(chunk)
            with self._lock:
                self._tally.deleted += len(chunk) - left
                self._tally.undeleted += left

    def _delete_chunk(self, messages: list[sqs.Message]) -> int:
        """Delete up to ten messages, those that SQS left once more; gives how many stayed in the queue for good."""
        stayed = 0
        for attempt in range(_DELETE_TRIES):
            if attempt:
                time.sleep(_DELETE_PAUSE * 2**attempt)
            undeleted = sqs.delete_messages(self._client, self._url, messages)
            messages = [left.message for left in undeleted if left.again]
            stayed += len(undeleted) - len(messages)
            if not messages:
                break
        return stayed + len(messages)

    def _stop(self, why: str) -> None:
        self._stopped = self._stopped or why
