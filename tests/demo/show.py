# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the demo speaks: numbered steps with times, and checks that end it when they do not hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
_WIDTH = 112
_SETTINGS = {
    "ANSIBLE_STDOUT_CALLBACK": "demo_lines",
    "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
    "ANSIBLE_DEPRECATION_WARNINGS": "false",
    "ANSIBLE_LOCALHOST_WARNING": "false",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_NOCOLOR": "true",
    "ANSIBLE_PIPELINING": "true",
    "PYTHONUNBUFFERED": "1",
}


class DemoFailed(Exception):
    """A check did not hold."""


@dataclass(frozen=True)
class Play:
    """How a run of ansible-playbook ended. ``told``: what it left with set_stats."""

    changed: int
    failures: int
    output: str
    told: dict[str, Any]


@dataclass
class Show:
    """Prints, and remembers how long each step took."""

    times: list[tuple[str, float]] = field(default_factory=list)
    checks: int = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Print the title, do the step, tell its time."""
        print(f"\n{len(self.times) + 1:2}. {title}")
        started = time.monotonic()
        yield
        seconds = time.monotonic() - started
        self.times.append((title, seconds))
        print(f"    ({seconds:.1f} s)", flush=True)

    def say(self, text: str) -> None:
        """Print a line of a step."""
        print(f"    {text}", flush=True)

    def check(self, holds: bool, text: str, found: object = None) -> None:
        """Print what holds, or end the demo."""
        if not holds:
            raise DemoFailed(f"{text}: this does not hold{'' if found is None else f' (found {found})'}")
        self.checks += 1
        print(f"    ok: {text}", flush=True)

    def ansible(self, play: str, variables: Path, shown: str | None = None) -> Play:
        """Run ansible-playbook and show what it changed and told, as it comes."""
        self.say(f"$ ansible-playbook {shown or play} -e @{variables.name}")
        with tempfile.TemporaryDirectory() as folder:
            recap = Path(folder) / "recap.json"
            settings = {**_SETTINGS, "DEMO_RECAP": str(recap)}
            command = ["ansible-playbook", play, "-e", f"@{variables}"]
            lines = []
            with subprocess.Popen(
                command,
                env={**os.environ, **settings},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
            ) as running:
                assert running.stdout is not None
                for line in running.stdout:
                    lines.append(line.rstrip())
                    self._quote(line.rstrip())
            if running.returncode:
                raise DemoFailed(f"ansible-playbook {play} ended with code {running.returncode}")
            numbers = json.loads(recap.read_text(encoding="utf-8"))
        return Play(numbers["changed"], numbers["failures"], "\n".join(lines), numbers["told"])

    def _quote(self, line: str) -> None:
        """Print a line of a command, wrapped, its continuation below its text."""
        text = line.lstrip()
        indent = " " * (6 + len(line) - len(text))
        hanging = indent + " " * 8 if text.startswith(("why: ", "remedy: ")) else indent + "  "
        print(textwrap.fill(text, _WIDTH, initial_indent=indent, subsequent_indent=hanging), flush=True)

    def table(self) -> None:
        """Print the time of each step."""
        for number, (title, seconds) in enumerate(self.times, start=1):
            print(f"    {number:2}. {title:<64}{seconds:7.1f} s")
        print(f"        {'altogether':<64}{sum(seconds for _title, seconds in self.times):7.1f} s")
        sys.stdout.flush()
