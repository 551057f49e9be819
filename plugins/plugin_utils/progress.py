# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugins that show how far their module is while it works: a module can't say anything before it has ended.

The module writes lines of progress to a file; where it runs on the controller itself, this reads the file meanwhile.
Everywhere else (other hosts, other users, async, check mode) the module is run as the task says.
"""

from __future__ import annotations

import json
import tempfile
import threading
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

display = Display()

# A file is looked at so often (seconds), and work that is over before that is not worth a line.
LOOK = 1.0


class ProgressAction(ActionBase):  # type: ignore[misc]
    """Runs the module ``MODULE``, which has the option ``progress_file``, and shows progress in between."""

    MODULE: str

    _supports_async = True
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = dict(self._task.args)
        if not self._is_here() or args.get("progress_file"):
            detached = self._task.async_val and not self._connection.has_native_async
            return {**result, **self._execute_module(module_name=self.MODULE, task_vars=task_vars, wrap_async=detached)}
        with tempfile.TemporaryDirectory(prefix="aws_dr.") as folder:
            file = Path(folder) / "progress"
            file.touch()
            over = threading.Event()
            shower = threading.Thread(target=_show, args=(file, over), daemon=True)
            shower.start()
            try:
                args["progress_file"] = str(file)
                came = self._execute_module(module_name=self.MODULE, module_args=args, task_vars=task_vars)
            finally:
                over.set()
                shower.join()
        return {**result, **came}

    def _is_here(self) -> bool:
        """Whether the module runs on this machine as this user, and is waited for."""
        local = getattr(self._connection, "transport", "") == "local"
        return local and not (self._task.async_val or self._task.check_mode or self._task.become)


def _show(file: Path, over: threading.Event) -> None:
    """Show the newest line again and again until the module has ended."""
    shown, seen = "", 0
    while not over.wait(LOOK):
        text = file.read_text(encoding="utf-8")
        lines = [line for line in text[seen:].split("\n")[:-1] if line]
        seen = text.rfind("\n") + 1
        told = _told(lines[-1]) if lines else ""
        if told and told != shown:
            display.display(told)
            shown = told


def _told(line: str) -> str:
    """Say a line of progress to a person; ``""`` for what is none."""
    try:
        at = json.loads(line)
        left = at["seconds_left"]
        failed = f", {at['failed']} failed" if at["failed"] else ""
        rest = f", about {left} s left" if left is not None else ""
        total = "?" if at["total"] is None else at["total"]
        return f"{at['doing']}: {at['done']} of {total}{failed} ({at['rate']} a second{rest})"
    except (ValueError, KeyError, TypeError):
        return ""
