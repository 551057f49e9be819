# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ansible_collections.aws_dr.s3.plugins.action import batch_replication_job as action
from ansible_collections.aws_dr.s3.plugins.modules import batch_replication_job as module

RUNNING = {"job_id": "j", "status": "Active", "progress": "1 of 2 done", "ended": False, "region": "eu-west-1"}
COMPLETE = {**RUNNING, "status": "Complete", "progress": "2 of 2 done", "ended": True}
FAILED = {**RUNNING, "status": "Failed", "ended": True}
MADE = {"changed": True, "created": True, "job_id": "j", "job": RUNNING, "objects": 2, "warnings": ["w"]}
ARGS = {"from_failures": {"bucket": "src"}, "wait": True, "wait_delay": 7, "aws_region": "us-east-1", "profile": "p"}


class Plugin(action.ActionModule):
    """The action plugin with scripted module runs."""

    def __init__(self, args: dict[str, Any], answers: list[dict[str, Any]], **task: Any) -> None:
        self._task = SimpleNamespace(args=args, **{"async_val": 0, "check_mode": False, "diff": False, **task})
        self._connection = SimpleNamespace(has_native_async=False, _shell=SimpleNamespace(tmpdir=None))
        self.answers, self.calls = answers, []

    def _execute_module(self, module_name: str, module_args: Any = None, task_vars: Any = None, **more: Any) -> Any:
        self.calls.append((module_name.rpartition(".")[2], module_args, more))
        return self.answers.pop(0)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    clock = SimpleNamespace(time=0.0)

    def sleep(seconds: float) -> None:
        clock.time += seconds

    monkeypatch.setattr(action.time, "sleep", sleep)
    monkeypatch.setattr(action.time, "monotonic", lambda: clock.time)
    monkeypatch.setattr(action.display, "display", lines.append)
    monkeypatch.setattr(action.ActionBase, "run", lambda self, tmp, task_vars: {})
    return lines


def run(args: dict[str, Any], *answers: dict[str, Any], **task: Any) -> tuple[Plugin, dict[str, Any]]:
    plugin = Plugin(args, list(answers), **task)
    return plugin, plugin.run(None, {})


def test_progress_is_shown_until_the_job_is_complete(shown: list[str]) -> None:
    plugin, result = run(ARGS, MADE, {"jobs": [RUNNING]}, {"failed": True, "msg": "SlowDown"}, {"jobs": [COMPLETE]})
    names = [name for name, _args, _more in plugin.calls]
    assert names == ["batch_replication_job", *["batch_replication_job_info"] * 3]
    assert plugin.calls[0][1] == {**ARGS, "wait": False}
    assert plugin.calls[1][1] == {"job_id": "j", "region": "eu-west-1", "profile": "p"}
    assert shown[0] == "Job j is Active: 1 of 2 done" and shown[-1] == "Job j is Complete: 2 of 2 done"
    assert result == {**MADE, "job": COMPLETE, "msg": "Job j is Complete: 2 of 2 done"}


def test_a_bad_end_is_told_by_the_module(shown: list[str]) -> None:
    verdict = {"failed": True, "msg": "failed because", "changed": False, "job": FAILED}
    plugin, result = run(ARGS, MADE, {"jobs": [FAILED]}, verdict)
    name, args, _more = plugin.calls[-1]
    assert name == "batch_replication_job"
    assert args == {
        "job_id": "j",
        "wait": True,
        "wait_timeout": 3593,
        "wait_delay": 7,
        "region": "eu-west-1",
        "profile": "p",
    }
    assert result["failed"] and result["changed"] and result["msg"] == "failed because"
    assert (result["job"], result["created"], result["objects"]) == (FAILED, True, 2)


def test_a_wait_that_runs_out_is_told_by_the_module(shown: list[str]) -> None:
    verdict = {"failed": True, "msg": "had not ended", "job": RUNNING}
    plugin, result = run({**ARGS, "wait_timeout": 10}, MADE, {"jobs": [RUNNING]}, {"jobs": [RUNNING]}, verdict)
    assert plugin.calls[-1][1]["wait_timeout"] == 0
    assert result["failed"]


def test_a_suspended_job_is_not_waited_for(shown: list[str]) -> None:
    suspended = {**MADE, "job": {**RUNNING, "status": "Suspended"}}
    plugin, _result = run(ARGS, suspended, {"failed": True, "msg": "confirm it"})
    assert [name for name, _args, _more in plugin.calls] == ["batch_replication_job"] * 2


def test_cancelling_stays_cancelling(shown: list[str]) -> None:
    args = {"job_id": "j", "state": "cancelled", "wait": "yes", "region": "eu-west-1"}
    gone = {**RUNNING, "status": "Cancelled", "ended": True}
    plugin, result = run(args, MADE, {"jobs": [gone]}, {"changed": False, "job": gone})
    assert plugin.calls[-1][1]["state"] == "cancelled"
    assert result["changed"] and not result.get("failed")


@pytest.mark.parametrize(
    "first", [{"failed": True, "msg": "no"}, {"job_id": None, "changed": False}, {**MADE, "job": COMPLETE}]
)
def test_where_there_is_nothing_to_wait_for_one_run_is_enough(shown: list[str], first: dict[str, Any]) -> None:
    plugin, result = run(ARGS, first)
    assert len(plugin.calls) == 1 and result == first and shown == []


@pytest.mark.parametrize(
    ("args", "task"),
    [
        ({**ARGS, "wait": False}, {}),
        ({"from_failures": {}}, {}),
        (ARGS, {"check_mode": True}),
        (ARGS, {"async_val": 60}),
        ({**ARGS, "wait_delay": 0}, {}),
        ({**ARGS, "wait_timeout": -1}, {}),
        ({**ARGS, "wait_timeout": "soon"}, {}),
        ({**ARGS, "wait": "perhaps"}, {}),
        ({**ARGS, "confirmation_required": True}, {}),
    ],
)
def test_the_module_is_run_as_the_task_says(shown: list[str], args: dict[str, Any], task: dict[str, Any]) -> None:
    plugin, result = run(args, MADE, **task)
    assert result == MADE
    assert plugin.calls == [("batch_replication_job", None, {"wrap_async": bool(task.get("async_val"))})]


def test_it_knows_all_options_of_the_module_and_its_defaults() -> None:
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]
    shared = {"wait_timeout", "wait_delay", "concurrency"}
    assert set(documented) | shared == action.OWN_ARGUMENTS
