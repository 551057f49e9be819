# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Threads that work on jobs of which more come up while they work, and that make work where there is none left."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

Job = Callable[[], None]
# Gives a job for a thread that has none, or nothing.
Find = Callable[[], "Job | None"]


class Crew:
    """At most ``size`` jobs at once. A job that raises ends the crew: nothing new is begun, the error is raised."""

    def __init__(self, size: int, find: Find) -> None:
        self.size, self._find = size, find
        self._jobs: deque[Job] = deque()
        self._busy = 0
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    @property
    def idle(self) -> int:
        """How many threads have nothing to do, about."""
        return max(0, self.size - self._busy - len(self._jobs))

    def add(self, job: Job) -> None:
        """Have a job done soon, before those that the crew began with."""
        with self._changed:
            self._jobs.appendleft(job)
            self._changed.notify()

    def look_again(self) -> None:
        """Tell those who found nothing to do that there may be something now."""
        if self._busy < self.size:
            with self._changed:
                self._changed.notify()

    def run(self, jobs: Iterable[Job]) -> None:
        """Do the jobs, and all that come up by them."""
        self._jobs.extend(jobs)
        threads = [threading.Thread(target=self._work, daemon=True) for _number in range(self.size)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
                self._error = self._error or error
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

    def _next(self) -> Job | None:
        with self._changed:
            while self._error is None:
                job = self._jobs.popleft() if self._jobs else self._find()
                if job is not None:
                    self._busy += 1
                    return job
                if self._busy == 0:
                    return None
                self._changed.wait()
        return None
