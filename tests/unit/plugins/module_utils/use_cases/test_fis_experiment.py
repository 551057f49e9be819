# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.fis_experiment import RUN_TAG
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.lent_tags import mark_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.fis_experiment import (
    ExperimentEndError,
    Place,
    Request,
    start,
    stop,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

from .fake_aws import Killed, Plug, client_error
from .fake_fis import FakeFis, FakeTags

DRILL = {"drill": "yes"}
ASKED = Request("pause")
LENDING = Request("pause", buckets=("invoices", "photos"), lent=DRILL)


class World:
    """FIS with one template, two buckets, and a clock that sleeping moves."""

    def __init__(self, plug: Plug | None = None) -> None:
        self.fis = FakeFis(plug)
        self.fis.templates["EXT1"] = {"id": "EXT1", "arn": "arn:t/EXT1", "tags": {"Name": "pause"}}
        self.tags = FakeTags(plug, invoices={"team": "a"}, photos={})
        self.time = 0.0
        self.lines: list[dict[str, Any]] = []

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.time += seconds

    def patience(self, timeout: float, delay: float) -> Patience:
        """Wait by the clock."""
        return Patience(timeout, delay, now=lambda: self.time, sleep=self.sleep)

    def place(self, timeout: float | None = 100) -> Place:
        """What the use cases work with."""
        wait = None if timeout is None else self.patience(timeout, 10)
        progress = Progress(self.lines.append, now=lambda: self.time)
        return Place(self.fis, self.tags, self.tags, "111122223333", wait, progress, self.patience)

    @property
    def lent(self) -> bool:
        """Whether a bucket bears what was lent."""
        return any("drill" in tags for tags in self.tags.buckets.values())


def test_started_waited_for_and_told() -> None:
    world = World()
    told = start(world.place(), ASKED, check_mode=True)
    assert told.changed and not world.fis.writes
    done = start(world.place(), Request("EXT1", tags={"a": "b"}), check_mode=False)
    assert done.changed and done.results["experiment"]["status"] == "completed"
    assert done.results["experiment"]["targets"] == {"buckets": ["arn:aws:s3:::invoices"]}
    (made,) = list(world.fis.experiments.values())
    assert (made["tags"], made["experimentOptions"]) == ({"a": "b"}, {"actionsMode": "run-all"})
    assert [line["doing"].partition(" is ")[2] for line in world.lines] == ["running", "completed"]


def test_without_a_run_id_each_run_is_another_and_with_one_it_is_one() -> None:
    world = World()
    for _unused in range(2):
        assert start(world.place(), ASKED, check_mode=False).changed
    june = Request("pause", run_id="june")
    assert start(world.place(), june, check_mode=False).changed
    again = start(world.place(), june, check_mode=False)
    assert not again.changed and again.results["experiment"]["tags"] == {RUN_TAG: "june"}
    assert len(world.fis.experiments) == 3


def test_one_that_runs_is_taken_up_and_not_doubled() -> None:
    world = World()
    world.fis.script = ["running"] * 3 + ["completed"]
    begun = start(world.place(None), ASKED, check_mode=False)
    assert begun.changed and begun.results["experiment"]["status"] == "initiating"
    ended = start(world.place(), ASKED, check_mode=False)
    assert not ended.changed and ended.results["experiment"]["id"] == begun.results["experiment"]["id"]
    assert len(world.fis.experiments) == 1


@pytest.mark.parametrize("status", ["failed", "stopped", "cancelled"])
def test_a_bad_end_fails_and_gives_the_tags_back(status: str) -> None:
    world = World()
    world.fis.script, world.fis.reason = [status], "because"
    with pytest.raises(ExperimentEndError, match=f"{status} .because") as ended:
        start(world.place(), LENDING, check_mode=False)
    assert ended.value.details["end"] == status and ended.value.details["changed"]
    assert not world.lent
    with pytest.raises(ExperimentEndError, match="another run_id than 'june'"):
        start(world.place(), Request("pause", run_id="june"), check_mode=False)


def test_tags_are_lent_while_it_runs_and_leave_no_trace() -> None:
    world = World()
    told = start(world.place(), LENDING, check_mode=True)
    assert told.after["bucket_tags"]["photos"] == {"drill": "yes", mark_of("drill"): "EXT1"} and not world.lent
    world.tags.late = 3
    done = start(world.place(), LENDING, check_mode=False)
    assert world.tags.written[0]["drill"] == "yes" and not done.warnings
    assert world.tags.buckets == {"invoices": {"team": "a"}, "photos": {}}
    assert world.time >= 15


def test_a_search_that_never_finds_the_tags_or_may_not_be_asked_is_a_warning() -> None:
    world = World()
    world.tags.late = 10**6
    assert "does not know the lent tags of invoices, photos" in start(world.place(), LENDING, False).warnings[0]
    world = World()
    denied = client_error("AccessDeniedException", "GetResources")
    paginator = world.tags.get_paginator

    def refused(method: str) -> Any:
        raise denied if method == "get_resources" else AssertionError

    world.tags.get_paginator = refused  # type: ignore[method-assign]
    assert "tag:GetResources" in start(world.place(), LENDING, False).warnings[0]
    assert paginator and not world.lent


def test_what_cannot_be_lent_or_started_leaves_no_tag() -> None:
    world = World()
    world.tags.buckets["photos"] = {"drill": "no"}
    with pytest.raises(RefusedError, match="bucket photos: it has the tag drill=no"):
        start(world.place(), LENDING, check_mode=False)
    assert world.tags.buckets["invoices"] == {"team": "a"} and not world.fis.writes
    for method, where in (("start_experiment", "fis"), ("put", "s3")):
        world = World()
        if where == "fis":
            world.fis.refusals[method] = [client_error("AccessDeniedException", "StartExperiment")]
        else:
            world.tags.refuse = client_error("AccessDenied", "PutBucketTagging", status=403)
        with pytest.raises(AccessDeniedError):
            start(world.place(), LENDING, check_mode=False)
        assert not world.lent


def test_the_deadline_says_where_it_stood_and_another_run_goes_on() -> None:
    world = World()
    world.fis.script = ["running"] * 20 + ["completed"]
    with pytest.raises(DeadlineError, match="is running after 100 seconds") as late:
        start(world.place(), LENDING, check_mode=False)
    assert late.value.details["experiment"]["status"] == "running" and world.lent
    done = start(world.place(1000), LENDING, check_mode=False)
    assert not done.changed and not world.lent and len(world.fis.experiments) == 1


def test_trouble_on_the_way_is_waited_out() -> None:
    world = World()
    slow = client_error("ThrottlingException", "GetExperiment")
    away = ConnectTimeoutError(endpoint_url="https://fis.us-east-1.amazonaws.com")
    young = client_error("ResourceNotFoundException", "GetExperiment", status=404)
    world.fis.refusals["get_experiment"] = [young, slow, away, None, None]
    assert start(world.place(500), ASKED, False).results["experiment"]["status"] == "completed"
    world = World()
    world.fis.refusals["get_experiment"] = [away] * 100
    with pytest.raises(DeadlineError, match="the last look failed"):
        start(world.place(), ASKED, check_mode=False)
    world = World()
    world.fis.refusals["get_experiment"] = [young] * 100
    with pytest.raises(MissingError):
        start(world.place(), ASKED, check_mode=False)


def test_stopping() -> None:
    world = World()
    world.fis.script = ["running"] * 1000
    begun = start(world.place(None), LENDING, check_mode=False)
    told = stop(world.place(), LENDING, check_mode=True)
    assert told.changed and world.lent and "stop_experiment" not in world.fis.writes
    done = stop(world.place(), LENDING, check_mode=False)
    assert done.changed and not world.lent
    assert [one["status"] for one in done.results["experiments"]] == ["stopped"]
    assert (told.before, told.after) == (done.before, done.after)
    assert not stop(world.place(), LENDING, check_mode=False).changed
    assert not stop(world.place(), Request("gone"), check_mode=False).changed
    by_id = Request(experiment_id=begun.results["experiment"]["id"])
    assert not stop(world.place(), by_id, check_mode=False).changed
    with pytest.raises(MissingError):
        stop(world.place(), Request(experiment_id="EXPnone"), check_mode=False)


def test_stopping_one_run_leaves_others() -> None:
    world = World()
    world.fis.script = ["running"] * 1000
    start(world.place(None), Request("pause", run_id="june"), check_mode=False)
    assert not stop(world.place(), Request("pause", run_id="may"), check_mode=False).changed
    assert stop(world.place(None), Request("pause", run_id="june"), check_mode=False).changed


def test_tags_of_a_template_that_is_gone_are_taken_back() -> None:
    world = World()
    world.fis.script = ["running"] * 1000
    start(world.place(None), LENDING, check_mode=False)
    world.fis.templates.clear()
    assert stop(world.place(), LENDING, check_mode=False).changed
    assert not world.lent


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Request("none"), "there is no such template in us-east-1"),
        (Request("pause", run_id=""), "1 to 256"),
        (Request("pause", tags={RUN_TAG: "x"}), "leave it out"),
        (Request("pause", buckets=("invoices",)), "target_tags: tags is empty"),
    ],
)
def test_what_cannot_be_right_is_refused(asked: Request, told: str) -> None:
    world = World()
    for check_mode in (True, False):
        with pytest.raises(RefusedError, match=told):
            start(world.place(), asked, check_mode)
    assert not world.fis.writes


def test_killed_anywhere_and_run_again_there_is_one_experiment_and_no_trace() -> None:
    calls = 0
    for after in (False, True):
        at = 0
        while True:
            plug = Plug(at=at, after=after)
            world = World(plug)
            asked = Request("pause", run_id="june", buckets=("invoices", "photos"), lent=DRILL)
            try:
                start(world.place(), asked, check_mode=False)
            except Killed:
                plug.at = None
                start(world.place(), asked, check_mode=False)
            else:
                break
            assert len(world.fis.experiments) == 1, (at, after)
            assert json.dumps(world.tags.buckets) == '{"invoices": {"team": "a"}, "photos": {}}', (at, after)
            at += 1
        calls += at
    assert calls > 20
