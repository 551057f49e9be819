# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether more threads would help, or only take the interpreter from each other.

The threads of a process run Python one at a time (Python's documentation, "Global interpreter lock"): more of them help
as long as answers are waited for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_LOOKED_AT = 0.1  # seconds
_BUSY = 0.8  # of what the processes can use

Clock = Callable[[], float]


class Processor:
    """How much ``processes`` use of what they can: a core each.

    ``clock`` gives seconds, ``used`` the seconds that they have used of the processor so far.
    """

    def __init__(self, processes: int = 1, used: Clock = time.process_time, clock: Clock = time.monotonic) -> None:
        self._processes, self._used, self._clock = processes, used, clock
        self._lock = threading.Lock()
        self._began = clock(), used()
        self._busy = False

    def busy(self) -> bool:
        """Whether they have used nearly all of it lately; not, as long as nothing is known."""
        with self._lock:
            now, used = self._clock(), self._used()
            passed, taken = now - self._began[0], used - self._began[1]
            if passed >= _LOOKED_AT:
                self._busy = taken >= _BUSY * self._processes * passed
                self._began = now, used
            return self._busy
