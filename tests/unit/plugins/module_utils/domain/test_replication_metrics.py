# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import replication_metrics as metrics

NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)


def at(seconds: int, value: float) -> metrics.Point:
    return NOW - timedelta(seconds=seconds), value


def test_the_backlog_is_the_newest_datapoint_and_its_age_is_told() -> None:
    points = {
        "pending_operations": [at(90, 5.0), at(30, 3.0)],
        "pending_bytes": [at(30, 4000.0)],
        "latency_seconds": [at(90, 12.5)],
    }
    assert metrics.backlog(metrics.NO_DATA, points, NOW, 60) == {
        "answer": "figures",
        "pending_operations": 3,
        "pending_bytes": 4000,
        "latency_seconds": 12.5,
        "measured_at": "2026-11-21T11:59:00.000Z",
        "age_seconds": 90,
        "stale": True,
    }
    assert metrics.backlog(metrics.NO_DATA, points, NOW, 90)["stale"] is False


@pytest.mark.parametrize("answer", metrics.ANSWERS)
def test_without_a_datapoint_there_is_no_figure(answer: str) -> None:
    row = metrics.backlog(answer, {"pending_bytes": []}, NOW, 60)
    assert row.pop("answer") == answer and set(row.values()) == {None}
    row = metrics.failures(answer, {}, NOW)
    assert row.pop("failed_answer") == answer and set(row.values()) == {None}


def test_failures_are_added_up() -> None:
    points = {"failed_operations": [at(90, 2.0), at(30, 0.0)], "operations": [at(90, 4.0), at(30, 6.0)]}
    assert metrics.failures(metrics.NO_DATA, points, NOW) == {
        "failed_answer": "figures",
        "failed_operations": 2,
        "operations": 10,
        "failed_measured_at": "2026-11-21T12:00:00.000Z",
        "failed_age_seconds": 30,
    }


def test_a_clock_that_is_behind_makes_no_age_negative() -> None:
    assert metrics.backlog(metrics.NO_DATA, {"pending_bytes": [at(-60, 1)]}, NOW, 60)["age_seconds"] == 0


def test_dimensions_there_and_back_and_no_others() -> None:
    flow = metrics.Flow("a", "b", "c")
    assert metrics.read_flow(flow.dimensions()) == flow
    assert metrics.read_flow(flow.dimensions()[:2]) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(metrics.ANSWERS),
            st.lists(st.tuples(st.integers(0, 9000), st.floats(0, 1e12)), max_size=3),
            st.lists(st.tuples(st.integers(0, 9000), st.floats(0, 1e12)), max_size=3),
        ),
        max_size=5,
    )
)
def test_a_summary_counts_each_rule_once_and_makes_no_figure_up(
    given_rows: list[tuple[str, list[tuple[int, float]], list[tuple[int, float]]]],
) -> None:
    rows = [
        {
            **metrics.backlog(answer, {"pending_operations": [at(*one) for one in pending]}, NOW, 300),
            **metrics.failures(answer, {"failed_operations": [at(*one) for one in failed]}, NOW),
        }
        for answer, pending, failed in given_rows
    ]
    total = metrics.summary(rows)
    assert (
        total["rules"]
        == len(rows)
        == sum(total[answer] for answer in metrics.ANSWERS) + sum(row["answer"] not in metrics.ANSWERS for row in rows)
    )
    known = [row["pending_operations"] for row in rows if row["pending_operations"] is not None]
    assert total["pending_operations"] == (sum(known) if known else None)
    assert (total["age_seconds"] is None) == (not known)
    assert (total["failed_operations"] is None) == all(row["failed_operations"] is None for row in rows)
