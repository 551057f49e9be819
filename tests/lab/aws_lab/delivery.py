# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How events travel: at least once and in no order on AWS, so that they may come late, twice, swapped or never.

Sources: "Event notification types and destinations" (S3 User Guide), "Event delivery level" (EventBridge User Guide).
The settings event_delay, events_lost_probability, events_doubled_probability and events_reordered say how it is here.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from aws_lab import clock, settings

REORDERING_WITHIN = 0.2  # seconds of lab time by which events may overtake one another


class Post:
    """One sender of events, with random numbers of its own, so that one sender's events don't change another's luck."""

    def __init__(self) -> None:
        self._random = random.Random()
        self._seeded_with: int | None = None
        self._waiting: set[asyncio.Task[None]] = set()

    def send(self, deliver: Callable[[], None], delay: float = 0.0) -> None:
        """Call `deliver` as often (not at all, once, twice) and as late as the settings say, `delay` seconds added."""
        knobs = settings.get()
        self._seed(knobs.seed)
        if self._chance(knobs.events_lost_probability):
            return
        for _unused in range(2 if self._chance(knobs.events_doubled_probability) else 1):
            late = delay + knobs.event_delay
            if knobs.events_reordered:
                late += self._random.uniform(0, REORDERING_WITHIN)
            if late:
                task = asyncio.get_running_loop().create_task(_later(late, deliver))
                self._waiting.add(task)
                task.add_done_callback(self._waiting.discard)
            else:
                deliver()

    async def drained(self) -> None:
        """Wait until everything is delivered."""
        while self._waiting:
            await asyncio.wait(set(self._waiting))

    def reset(self) -> None:
        """Forget what is under way and begin the random numbers anew."""
        self._seeded_with = None
        for task in self._waiting:
            task.cancel()
        self._waiting.clear()

    def _seed(self, seed: int) -> None:
        if seed != self._seeded_with:
            self._random.seed(seed)
            self._seeded_with = seed

    def _chance(self, probability: float) -> bool:
        return probability > 0 and self._random.random() < probability


async def _later(delay: float, deliver: Callable[[], None]) -> None:
    await clock.sleep(delay)
    deliver()
