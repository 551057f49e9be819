# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import fis_experiment as domain

BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def one(number: int, status: str = "completed", run: str | None = None, mode: str = "run-all") -> dict[str, Any]:
    """An experiment as ListExperiments gives it."""
    return {
        "id": f"EXP{number}",
        "state": {"status": status},
        "creationTime": BEGAN + timedelta(minutes=number),
        "experimentOptions": {"actionsMode": mode},
        "tags": {} if run is None else {domain.RUN_TAG: run},
    }


@pytest.mark.parametrize("status", ["pending", "initiating", "running", "stopping"])
def test_one_that_runs_is_taken_up(status: str) -> None:
    assert domain.choose([one(1), one(2, status), one(3)], None, "run-all") == domain.Choice(adopt="EXP2")


def test_the_run_is_found_also_when_it_has_ended() -> None:
    assert domain.choose([one(1, run="june"), one(2)], "june", "run-all").adopt == "EXP1"
    assert domain.choose([one(1, run="june"), one(2, run="june")], "june", "run-all").adopt == "EXP2"
    assert domain.choose([one(1, run="may")], "june", "run-all") == domain.Choice()
    assert domain.choose([one(1)], None, "run-all") == domain.Choice()


def test_another_run_or_mode_is_in_the_way() -> None:
    assert "another run" in domain.choose([one(1, "running", run="may")], "june", "run-all").problem
    assert "actions_mode skip-all" in domain.choose([one(1, "running", mode="skip-all")], None, "run-all").problem


def test_tokens() -> None:
    known = [one(1), one(2)]
    token = domain.token("EXT1", None, "run-all", known)
    assert token == domain.token("EXT1", None, "run-all", reversed(known))
    run = domain.token("EXT1", "june", "run-all", known)
    assert run == domain.token("EXT1", "june", "run-all", [])
    others = {
        domain.token("EXT1", None, "run-all", [*known, one(3)]),
        domain.token("EXT1", None, "run-all", []),
        domain.token("EXT2", None, "run-all", known),
        domain.token("EXT1", None, "skip-all", known),
        domain.token("EXT1", "", "run-all", known),
    }
    assert len({token, run, *others}) == 7


def ended(status: str, reason: str = "", **more: Any) -> dict[str, Any]:
    """A whole experiment."""
    return {"id": "EXP1", "state": {"status": status, "reason": reason}, **more}


def test_ends_are_told_apart() -> None:
    assert domain.end_told(ended("completed")) is None
    alarm = domain.end_told(ended("stopped", "Experiment halted by stop condition."))
    somebody = domain.end_told(ended("stopped", "Experiment was stopped by a user request."))
    failed = domain.end_told(
        ended("failed", "No.", actions={"pause": {"state": {"status": "failed", "reason": "not allowed"}}, "b": {}})
    )
    cancelled = domain.end_told(ended("cancelled"))
    assert alarm and somebody and failed and cancelled
    assert "alarms" in alarm[1] and "Somebody" in somebody[1] and "No action" in cancelled[1]
    assert failed[0] == "experiment EXP1 failed (No). Failed actions: pause: not allowed"
    assert cancelled[0] == "experiment EXP1 was cancelled"


def test_results() -> None:
    whole = ended(
        "failed",
        "x",
        actions={"a": {"actionId": "aws:fis:wait", "state": {"status": "completed"}, "startTime": BEGAN}},
        startTime=BEGAN,
        endTime=BEGAN + timedelta(seconds=90),
        experimentReport={"state": {"status": "completed"}, "s3Reports": [{"arn": "arn:x", "reportType": "pdf"}]},
    )
    whole["state"]["error"] = {"code": "Oops", "accountId": "111122223333"}
    resolved = [{"targetName": "b", "targetInformation": {"arn": arn}} for arn in ("arn:2", "arn:1")]
    shown = domain.as_result(whole, resolved)
    assert (shown["seconds"], shown["targets"]) == (90, {"b": ["arn:1", "arn:2"]})
    assert shown["error"] == {"code": "Oops", "account_id": "111122223333", "location": None}
    assert shown["report"]["arns"] == ["arn:x"]
    assert shown["actions"]["a"]["started_at"] == BEGAN.isoformat()
    assert domain.as_result({"id": "EXP1"}, None)["targets"] is None


def test_actions_that_were_left_out() -> None:
    actions = {"a": {"state": {"status": "skipped"}}, "b": {"state": {"status": "completed"}}}
    assert domain.skipped(ended("completed", actions=actions)) == ["a"]
    assert domain.skipped(ended("completed", actions=actions, experimentOptions={"actionsMode": "skip-all"})) == []


statuses = st.sampled_from(["pending", "running", "completed", "failed", "stopped", "cancelled", "?"])
some = st.builds(
    one, st.integers(0, 9), statuses, st.none() | st.sampled_from(["a", "b"]), st.sampled_from(["run-all"])
)


@given(st.lists(some, max_size=6), st.none() | st.sampled_from(["a", "c"]))
def test_two_never_run_at_once(known: list[dict[str, Any]], run: str | None) -> None:
    choice = domain.choose(known, run, "run-all")
    if not choice.adopt and not choice.problem:
        assert all(experiment["state"]["status"] in (*domain.ENDS, "?") for experiment in known)
