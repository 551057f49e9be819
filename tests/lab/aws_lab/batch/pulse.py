# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until something is true, looked at whenever a job changes or lab time gets there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aws_lab import clock


class Pulse:
    """Wakes everybody who waits for a condition, each time something may have changed."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def beat(self) -> None:
        """Something has changed."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()

    async def until(self, condition: Callable[[], bool], deadline: float | None = None) -> bool:
        """Wait until the condition holds; False when the deadline (lab time) comes first."""
        while not condition():
            left = None if deadline is None else deadline - clock.now()
            if left is not None and left <= 0:
                return False
            await self._next(left)
        return True

    async def _next(self, seconds: float | None) -> None:
        beat: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(beat)
        alarm = None if seconds is None else asyncio.ensure_future(clock.sleep(seconds))
        try:
            await asyncio.wait({beat, alarm} if alarm else {beat}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting.discard(beat)
            beat.cancel()
            if alarm:
                alarm.cancel()
