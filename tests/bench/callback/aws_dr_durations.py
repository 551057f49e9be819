# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write how long every task took as a line of JSON."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: aws_dr_durations
type: notification
short_description: Durations of tasks as lines of JSON, for benchmarks
description:
  - Appends one JSON object per task to the file that the environment variable AWS_DR_RESULTS names.
options: {}
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "aws_dr_durations"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._started = 0.0

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        self._started = time.monotonic()

    def v2_runner_on_ok(self, result: Any) -> None:
        line = {"task": result.task_name, "seconds": time.monotonic() - self._started}
        with Path(os.environ["AWS_DR_RESULTS"]).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(line) + "\n")
