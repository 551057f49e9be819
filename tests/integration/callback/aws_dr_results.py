# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write every task result of a run as a line of JSON: tests look at what ansible-playbook really returned."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: aws_dr_results
type: notification
short_description: Task results as lines of JSON, for tests
description:
  - Appends one JSON object per task result to the file that the environment variable AWS_DR_RESULTS names.
options: {}
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "aws_dr_results"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, outcome: str, result: Any) -> None:
        line = {"task": result.task_name, "outcome": outcome, "result": result._result}
        with Path(os.environ["AWS_DR_RESULTS"]).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write("failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._write("skipped", result)
