# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Things that fall due at moments of lab time."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from typing import Any, Generic, TypeVar

from aws_lab import clock

T = TypeVar("T")


class Timetable(Generic[T]):
    """A queue ordered by time due, then by arrival. `pop` waits for the first to fall due; moving time on wakes it."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, T]] = []
        self._arrivals = itertools.count()
        self._earlier = asyncio.Event()

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, due: float, thing: T) -> None:
        """Put a thing in; due is a moment of lab time in seconds since the epoch."""
        is_first = not self._entries or due < self._entries[0][0]
        heapq.heappush(self._entries, (due, next(self._arrivals), thing))
        if is_first:
            self._earlier.set()

    def clear(self) -> None:
        """Drop everything."""
        self._entries.clear()

    async def pop(self) -> T:
        """The next thing, when it is due."""
        while not self._entries or self._entries[0][0] > clock.now():
            await self._wait()
        return heapq.heappop(self._entries)[2]

    async def _wait(self) -> None:
        self._earlier.clear()
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._earlier.wait())]
        if self._entries:
            waits.append(asyncio.ensure_future(clock.sleep(self._entries[0][0] - clock.now())))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
