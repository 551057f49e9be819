# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's time. Everything the lab adds to AWS asks here, so that a test can move time instead of waiting.

Lab time is wall time plus an offset. It only moves forwards while tests run; a reset puts the offset back to 0.
"""

from __future__ import annotations

import asyncio
import datetime
import time

_offset = 0.0
_sleepers: set[asyncio.Future[None]] = set()


def now() -> float:
    """Lab time in seconds since the epoch."""
    return time.time() + _offset


def offset() -> float:
    """Seconds that lab time is ahead of wall time."""
    return _offset


def utc() -> datetime.datetime:
    """Lab time as an aware datetime."""
    return datetime.datetime.fromtimestamp(now(), datetime.UTC)


def iso(moment: float | None = None) -> str:
    """A moment (default: now) as AWS writes it in JSON and XML: 2026-01-02T03:04:05.678Z."""
    stamp = datetime.datetime.fromtimestamp(now() if moment is None else moment, datetime.UTC)
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.") + f"{stamp.microsecond // 1000:03d}Z"


async def sleep(seconds: float) -> None:
    """Wait until `seconds` of lab time have gone by; moving time on ends the wait early."""
    loop = asyncio.get_running_loop()
    deadline = now() + seconds
    while (left := deadline - now()) > 0:
        wake = loop.create_future()
        timer = loop.call_later(left, _wake, wake)
        _sleepers.add(wake)
        try:
            await wake
        finally:
            timer.cancel()
            _sleepers.discard(wake)
    if seconds <= 0:
        await asyncio.sleep(0)


def advance(seconds: float) -> float:
    """Move lab time on and wake every sleeper to look again. Returns the new offset."""
    global _offset
    if seconds < 0:
        raise ValueError(f"lab time cannot go backwards: {seconds}")
    _offset += seconds
    _wake_all()
    return _offset


def reset() -> None:
    """Back to wall time."""
    global _offset
    _offset = 0.0
    _wake_all()


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)


def _wake_all() -> None:
    for sleeper in list(_sleepers):
        _wake(sleeper)
