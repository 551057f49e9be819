# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pack a Lambda function out of this collection, where the collection is (the controller), and put it on the target.

A module can't: only the files that it imports itself are sent to the target.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.code_package import code_sha256, needed_files, zipped

COLLECTION = "ansible_collections.aws_dr.s3"
HANDLERS = f"{COLLECTION}.plugins.module_utils.lambda_handlers"
MODULE = "aws_dr.s3.lambda_package"
ROOT = Path(__file__).resolve().parents[2]


class ActionModule(ActionBase):  # type: ignore[misc]
    """Packs, and lets the module write the file."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        handler = self._task.args.get("handler")
        if not isinstance(handler, str) or not handler.isidentifier():
            raise AnsibleActionFail(f"handler is {handler!r}; name one of the collection's Lambda functions")
        package = packed(handler, self._task.args.get("settings") or {})
        arguments = {
            "handler": handler,
            "settings": self._task.args.get("settings") or {},
            "dest": self._task.args.get("dest"),
            "content": base64.b64encode(package).decode(),
        }
        told = self._execute_module(module_name=MODULE, module_args=arguments, task_vars=task_vars)
        told.pop("invocation", None)  # holds the whole package
        return {**result, **told, "code_sha256": code_sha256(package), "entry_point": f"{HANDLERS}.{handler}.handler"}


def packed(handler: str, settings: dict[str, Any]) -> bytes:
    """Give the zip file of a handler with its settings."""
    try:
        files = needed_files(f"{HANDLERS}.{handler}", COLLECTION, _read)
    except LookupError as error:
        raise AnsibleActionFail(f"There is no Lambda function {handler}: {error}") from error
    files["settings.json"] = json.dumps(settings, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return zipped(files)


def _read(path: str) -> str | None:
    """Read a file of the collection by its path under ``ansible_collections``' parent, wherever it is installed."""
    inside = path.removeprefix(COLLECTION.replace(".", os.sep) + os.sep)
    file = ROOT / inside
    return file.read_text(encoding="utf-8") if file.is_file() else None
