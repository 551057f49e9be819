# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pauses import (
    ACTION,
    LONGEST,
    is_alive,
    pauses_of,
    seconds_left,
)

NOW = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def experiment(**action: Any) -> dict[str, Any]:
    """An experiment with one pause of buckets tagged drill=yes."""
    pause = {
        "actionId": ACTION,
        "parameters": {"duration": "PT10M", "region": "eu-west-1"},
        "targets": {"Buckets": "buckets"},
        "state": {"status": "running"},
        "startTime": NOW - timedelta(minutes=4),
        **action,
    }
    wait = {"actionId": "aws:fis:wait", "parameters": {"duration": "PT1H"}}
    return {
        "id": "EXP1",
        "targets": {"buckets": {"resourceTags": {"drill": "yes"}}},
        "actions": {"pause": pause, "wait": wait},
    }


RESOLVED = [{"targetName": "buckets", "targetInformation": {"arn": "arn:aws:s3:::invoices"}}]


def test_a_bucket_is_held_by_its_name_or_its_tags() -> None:
    (pause,) = pauses_of(experiment(), RESOLVED, NOW)
    assert seconds_left([pause], "invoices", {}, NOW) == 360
    assert seconds_left([pause], "other", {"drill": "yes", "more": ""}, NOW) == 360
    assert seconds_left([pause], "other", {"drill": "no"}, NOW) is None
    assert seconds_left([], "invoices", {}, NOW) is None


def test_an_experiment_without_tags_holds_only_what_it_has_resolved() -> None:
    untagged = {**experiment(), "targets": {}}
    (pause,) = pauses_of(untagged, RESOLVED, NOW)
    assert seconds_left([pause], "other", {}, NOW) is None


@pytest.mark.parametrize("status", ["completed", "stopped", "failed", "cancelled", "skipped"])
def test_an_action_that_has_ended_holds_nothing(status: str) -> None:
    assert pauses_of(experiment(state={"status": status}), RESOLVED, NOW) == []


def test_an_action_that_has_not_begun_lasts_from_now_and_an_odd_duration_as_long_as_can_be() -> None:
    (pause,) = pauses_of(experiment(startTime=None, state={"status": "pending"}), RESOLVED, NOW)
    assert pause.until == NOW + timedelta(minutes=10)
    (pause,) = pauses_of(experiment(parameters={"duration": "soon"}, startTime=NOW), RESOLVED, NOW)
    assert pause.until == NOW + LONGEST


def test_a_pause_past_its_end_is_waited_for_a_little() -> None:
    late = pauses_of(experiment(startTime=NOW - timedelta(hours=1)), RESOLVED, NOW)
    assert seconds_left(late, "invoices", {}, NOW) == 60


@pytest.mark.parametrize(
    ("status", "alive"), [("pending", True), ("initiating", True), ("running", True), ("stopped", False), (None, False)]
)
def test_which_experiments_are_looked_at(status: str | None, alive: bool) -> None:
    assert is_alive({"state": {"status": status}}) is alive
