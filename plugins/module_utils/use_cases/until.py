# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking again until an answer fits, with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How long to ask (``timeout``) and how long to rest between two questions (``delay``), both in seconds."""

    timeout: float
    delay: float
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def until(patience: Patience, ask: Callable[[], T], fits: Callable[[T], bool]) -> tuple[T, bool]:
    """Ask at least once, and again until the answer fits or time is up; give the last answer and whether it fits."""
    deadline = patience.now() + patience.timeout
    while True:
        answer = ask()
        if fits(answer):
            return answer, True
        left = deadline - patience.now()
        if left <= 0:
            return answer, False
        patience.sleep(min(patience.delay, left))
