# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import (
    COPY,
    EXECUTION,
    MESSAGE,
    Message,
    Task,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import (
    Killed,
    Plug,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.reconcile_runs import (
    COPYING,
    SENDING,
    STARTING,
    Run,
    counted,
    marks,
    run_in,
    workload,
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return partial(run_in, str(tmp_path))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("action", [COPY, MESSAGE, "fifo", EXECUTION, "express"])
def test_killed_at_any_call_and_run_again(run: Run, action: str, after: bool) -> None:
    fifo = {"message": Message("jobs.fifo", "{id}")}
    task = {COPY: COPYING, MESSAGE: SENDING, "fifo": replace(SENDING, **fifo)}.get(action, STARTING)
    kinds = {"fifo": action == "fifo", "kind": "EXPRESS" if action == "express" else "STANDARD"}
    doubled = 0
    for at in range(100):
        lost = workload(2, plug=Plug(at, after), **kinds)
        try:
            run(lost, task, concurrency=1)
        except Killed:
            lost.plug.at = None
        else:
            break
        again = run(lost, task, concurrency=1)
        restarted = {COPY: len(lost.bucket.events), MESSAGE: len(lost.jobs.sent), "fifo": len(lost.jobs.sent)}
        number = restarted.get(action, lost.states.started)
        counts = counted(again)
        assert number >= 2 and counts.get("restarted", 0) + counts.get("restarted_before", 0) == 2, f"killed at {at}"
        doubled += number - 2
        assert (action != EXECUTION) or lost.seconds == 0, "whoever is refused the second time need not wait"
        assert set(marks(lost)) == {("restarted", "1")}
    assert at > 6
    if action in (COPY, "fifo", EXECUTION):
        assert doubled == 0
    else:
        assert doubled == (2 if after else 0) + (2 if not after else 0), (
            "at least once, not more than the one under way"
        )


@given(
    st.sampled_from([COPYING, SENDING, STARTING]),
    st.lists(st.tuples(st.integers(0, 25), st.booleans(), st.integers(0, 300)), max_size=4),
    st.integers(1, 5),
)
def test_any_series_of_killed_runs_loses_nothing_and_doubles_nothing_that_can_be_known(
    task: Task, kills: list[tuple[int, bool, int]], concurrency: int
) -> None:
    lost = workload(4)
    with TemporaryDirectory() as folder:
        for at, after, pause in kills:
            lost.plug.at, lost.plug.after, lost.plug.calls = at, after, 0
            with suppress(Killed):
                run_in(folder, lost, task, concurrency=concurrency)
            lost.plug.at = None
            lost.seconds += pause
        last = run_in(folder, lost, task, concurrency=concurrency)
    counts = counted(last)
    assert counts.get("restarted", 0) + counts.get("restarted_before", 0) == 4, counts
    if task is SENDING:
        sent = [one["MessageBody"] for one in lost.jobs.sent]
        assert len(set(sent)) == 4 and len(sent) <= 4 + len(kills) * concurrency
    else:
        done = lost.bucket.events if task is COPYING else list(lost.states.executions)
        assert len(done) == len(set(done)) == 4
        assert lost.states.started in (0, 4)
    assert set(marks(lost)) == {("restarted", "1")}


def test_another_runs_items_are_waited_for(run: Run) -> None:
    lost = workload(1)
    lost.plug.at = 3  # scan, head, mark, and here the copy
    with pytest.raises(Killed):
        run(lost, COPYING, concurrency=1)
    lost.plug.at = None
    assert marks(lost) == [("begun", "1")]
    checked = run(lost, COPYING, check_mode=True)
    assert counted(checked) == {"selected": 1, "in_progress": 1} and not checked.changed and lost.seconds == 0
    assert counted(run(lost, COPYING)) == {"selected": 1, "restarted": 1}
    assert 120 <= lost.seconds < 130 and lost.bucket.events == ["input/0.csv"]


def test_a_mark_whose_answer_was_lost_is_ones_own(run: Run) -> None:
    lost = workload(3)
    lost.table.lost_answers = 6
    assert counted(run(lost, COPYING)) == {"selected": 3, "restarted": 3}
    assert len(lost.bucket.events) == 3 and lost.seconds == 0 and set(marks(lost)) == {("restarted", "1")}


def test_two_runs_at_once_restart_every_item_once(run: Run) -> None:
    lost = workload(20)
    other = iter([True])

    def interfere(key: str) -> None:
        if key == "job3" and next(other, False):
            run(lost, COPYING)

    lost.table.before_update = interfere
    done = run(lost, COPYING)
    assert sorted(lost.bucket.events) == sorted(f"input/{one}.csv" for one in range(20))
    assert done.results["counts"]["restarted"] < 20 and set(marks(lost)) == {("restarted", "1")}
