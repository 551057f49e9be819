# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.action import bucket_pairs, replication_back_fill
from ansible_collections.aws_dr.s3.plugins.plugin_utils import progress as action

LINE = {"doing": "set pairs up", "done": 3, "failed": 1, "total": 9, "rate": 1.5, "seconds_left": 4}


def plugin(transport: str = "local", **task: Any) -> Any:
    made = bucket_pairs.ActionModule.__new__(bucket_pairs.ActionModule)
    made._connection = SimpleNamespace(transport=transport, has_native_async=False)
    made._task = SimpleNamespace(**{"async_val": 0, "check_mode": False, "become": False, **task})
    return made


def test_progress_is_shown_only_where_the_module_runs_here() -> None:
    assert plugin()._is_here()
    assert not plugin("ssh")._is_here()
    for switch in ("async_val", "check_mode", "become"):
        assert not plugin(**{switch: True})._is_here()


def test_a_line_is_said_to_a_person() -> None:
    assert action._told(json.dumps(LINE)) == "set pairs up: 3 of 9, 1 failed (1.5 a second, about 4 s left)"
    quiet = {**LINE, "failed": 0, "seconds_left": None}
    assert action._told(json.dumps(quiet)) == "set pairs up: 3 of 9 (1.5 a second)"
    unknown = {**LINE, "failed": 0, "total": None, "seconds_left": None}
    assert action._told(json.dumps(unknown)) == "set pairs up: 3 of ? (1.5 a second)"
    for junk in ("", "{", "[]", "{}", "null"):
        assert action._told(junk) == ""


def test_the_newest_whole_line_is_shown_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file, shown = tmp_path / "progress", []
    newest = json.dumps({**LINE, "done": 5})
    looks = [f"{json.dumps(LINE)}\n{newest}\n", f"{json.dumps(LINE)}\n{newest}\n" + newest[:9], ""]

    class Over(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if looks:
                file.write_text(looks.pop(0))
                return False
            return True

    monkeypatch.setattr(action, "display", SimpleNamespace(display=shown.append))
    action._show(file, Over())
    assert shown == ["set pairs up: 5 of 9, 1 failed (1.5 a second, about 4 s left)"]


def test_every_module_that_tells_its_progress_is_run_by_its_own_name() -> None:
    assert bucket_pairs.ActionModule.MODULE == "aws_dr.s3.bucket_pairs"
    assert replication_back_fill.ActionModule.MODULE == "aws_dr.s3.replication_back_fill"
