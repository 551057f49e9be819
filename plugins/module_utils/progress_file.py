# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option ``progress_file``, which action plugins read while a module works."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress

Spec = dict[str, Any]


def progress_spec() -> Spec:
    """``progress_file``; mirrored by the doc fragment ``aws_dr.s3.progress``."""
    return {"progress_file": {"type": "path"}}


def progress_of(params: dict[str, Any]) -> Progress:
    """Give what counts the work and tells it to the file, if there is one."""
    return Progress(_teller(params["progress_file"]))


def _teller(file: str | None) -> Callable[[dict[str, Any]], None]:
    """Give what appends lines of progress to the file, if there is one."""
    if not file:
        return lambda line: None
    path = Path(file)

    def tell(line: dict[str, Any]) -> None:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")

    return tell
