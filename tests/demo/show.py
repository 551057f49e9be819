# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the demo talks: numbered steps with their times, plain lines, and a summary at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

WIDTH = 78


class Story:
    """Prints the steps as they go and remembers how long each took."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, float]] = []
        self._facts: list[tuple[str, str]] = []

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announce a step, time what is done in the block, and tell the time."""
        number = len(self._steps) + 1
        print(f"\n{number:2}. {title}\n    {'-' * (WIDTH - 4)}", flush=True)
        started = time.monotonic()
        yield
        seconds = time.monotonic() - started
        self._steps.append((title, seconds))
        print(f"    done in {seconds:.1f} s", flush=True)

    def say(self, *lines: str) -> None:
        """Tell something within the step."""
        for line in lines:
            print(f"    {line}", flush=True)

    def fact(self, name: str, value: object) -> None:
        """Remember something for the summary, and tell it now."""
        self._facts.append((name, str(value)))
        self.say(f"{name}: {value}")

    def check(self, what: str, holds: bool, found: object = "") -> None:
        """Tell that something holds; end the demo, saying what was found, when it does not."""
        if not holds:
            sys.exit(f"\nDEMO FAILED: not true that {what}{f'; found: {found}' if found != '' else ''}")
        self.say(f"[checked] {what}")

    def summary(self) -> None:
        """Print what was shown, and the time of each step."""
        print(f"\n{'=' * WIDTH}\nSummary\n{'=' * WIDTH}")
        for name, value in self._facts:
            print(f"{name:48} {value}")
        print()
        for number, (title, seconds) in enumerate(self._steps, start=1):
            print(f"{number:2}. {title:60} {seconds:7.1f} s")
        print(f"    {'all together':60} {sum(seconds for _title, seconds in self._steps):7.1f} s")
