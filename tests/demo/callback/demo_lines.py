# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-playbook prints in the demo: what changed, and the messages for people, a line each.

The numbers of the recap go to the file that DEMO_RECAP names, so that the demo can assert them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: demo_lines
type: stdout
short_description: Prints what changed and what is told, a line each
description:
  - For the demo of this collection only.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Prints little."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "demo_lines"

    def v2_runner_on_ok(self, result: Any) -> None:
        """Print a message, or the name of a task that changed something."""
        found = result._result
        if result._task.action.endswith("debug"):
            self._say(found.get("msg"))
        elif found.get("changed") and not found.get("results"):
            self._display.display(f"changed  {_short(result)}")

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """Print the name of a loop's item that changed something."""
        if result._result.get("changed"):
            label = result._result.get("_ansible_item_label", result._result.get("item"))
            self._display.display(f"changed  {_short(result)}: {label}")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Print why it failed."""
        self._display.display(f"FAILED   {_short(result)}: {result._result.get('msg')}")

    def v2_runner_item_on_failed(self, result: Any) -> None:
        """Print why a loop's item failed."""
        self.v2_runner_on_failed(result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Leave the numbers to the demo."""
        summary = {**stats.summarize("localhost"), "told": stats.custom.get("_run", {})}
        Path(os.environ["DEMO_RECAP"]).write_text(json.dumps(summary), encoding="utf-8")

    def _say(self, message: Any) -> None:
        for line in message if isinstance(message, list) else [message]:
            self._display.display(f"{line}")


def _short(result: Any) -> str:
    name: str = result._task.get_name()
    return name.split(" : ", 1)[-1]
