# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far long work is: done, failed, total, rate, time left; told about once a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

Line = dict[str, Any]


class Progress:
    """Counts what threads have done and tells it. ``tell`` takes a JSON-able line."""

    def __init__(
        self,
        tell: Callable[[Line], None] = lambda line: None,
        every: float = 1.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell, self._every, self._now = tell, every, now
        self._lock = threading.Lock()
        self._doing, self._done, self._failed = "", 0, 0
        self._total: int | None = 0
        self._before = 0
        self._began = self._told = now()

    def begin(self, doing: str, total: int | None, done: int = 0, failed: int = 0) -> None:
        """Begin a piece of work of ``total`` parts (``None``: not known yet); ``doing`` names it to a person.

        ``done`` of them, of which ``failed``, were over before; the rate does not count them.
        """
        with self._lock:
            self._doing, self._total, self._done, self._failed = doing, total, done, failed
            self._before = done
            self._began = self._now()
            self._say()

    def stand(self, total: int | None, done: int, failed: int) -> None:
        """Tell how far the work is that somebody else does and counts."""
        with self._lock:
            self._total, self._done, self._failed = total, done, failed
            self._say()

    def part(self, failed: bool = False) -> None:
        """Count a part that is over."""
        with self._lock:
            self._done += 1
            self._failed += failed
            if self._done == self._total or self._now() - self._told >= self._every:
                self._say()

    def _say(self) -> None:
        self._told = self._now()
        took = self._told - self._began
        rate = (self._done - self._before) / took if took > 0 else 0.0
        left = None if self._total is None or rate <= 0 else (self._total - self._done) / rate
        self._tell(
            {
                "doing": self._doing,
                "done": self._done,
                "failed": self._failed,
                "total": self._total,
                "rate": round(rate, 1),
                "seconds_left": None if left is None else round(left),
            }
        )
