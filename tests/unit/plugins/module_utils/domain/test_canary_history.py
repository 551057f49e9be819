# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import AskedPair
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_history import (
    Line,
    merged,
    newest,
    percentiles,
    read_lines,
    told,
    write_lines,
)

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
PAIR = AskedPair("src", "us-east-1", "dr", "eu-west-1")


def line(minute: int, status: str = "replicated", seconds: float | None = 1.0, rule: str = "r") -> Line:
    return Line(f"2026-11-21T11:{minute:02}:00.000Z", "src", "dr", rule, status, seconds, f"key{minute}")


texts = st.text(max_size=6)
lines = st.lists(
    st.builds(
        Line,
        st.integers(0, 59).map(lambda minute: f"2026-11-21T11:{minute:02}:00.000Z"),
        texts,
        texts,
        st.none() | texts,
        texts,
        st.none() | st.floats(0, 1e6),
        st.none() | texts,
    ),
    max_size=8,
)


@given(lines)
def test_what_is_written_is_read(some: list[Line]) -> None:
    assert read_lines(write_lines(some)) == some


@given(lines, st.integers(0, 3000), st.text(max_size=10))
def test_a_file_that_was_cut_off_or_spoiled_loses_only_what_was_hit(some: list[Line], at: int, rubbish: str) -> None:
    text = write_lines(some)
    found = read_lines(text[:at] + rubbish + "\n" + text[at:])
    assert len(found) >= len(some) - 1
    assert all(one in some for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[1]",
        "{}",
        '{"at": "no time", "source": "a", "destination": "b", "status": "replicated"}',
        '{"at": "2026-01-01", "source": 1, "destination": "b", "status": "replicated"}',
        '{"at": "2026-01-01", "source": "a", "destination": "b", "status": "replicated", "seconds": NaN}',
        '{"at": "2026-01-01", "source": "a", "destination": "b", "status": "replicated", "seconds": true}',
        '{"at": "2026-01-01", "source": "a", "destination": "b", "status": "replicated", "seconds": 1e999}',
        '{"at": "2026-01-01", "source": "a", "destination": "b", "status": "replicated", "rule_id": 4}',
        "[" * 100_000,
        "9" * 10_000,
    ],
)
def test_what_is_no_result_is_passed_over(text: str) -> None:
    assert read_lines(text) == []


@given(lines, lines)
def test_two_histories_make_one_without_doubles(one: list[Line], other: list[Line]) -> None:
    both = merged(one, other, one)
    assert set(both) == {*one, *other} and len(both) == len(set(both))
    assert [line.at for line in both] == sorted(line.at for line in both)


@given(lines, st.integers(1, 3))
def test_the_newest_of_each_rule_are_kept(some: list[Line], size: int) -> None:
    kept = newest(some, size)
    for way in {one.way for one in some}:
        mine = [one.at for one in merged(some) if one.way == way]
        assert [one.at for one in kept if one.way == way] == mine[-size:]


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_percentiles_are_measured_values_in_order(seconds: list[float]) -> None:
    found = percentiles(seconds)
    values = [value for value in found.values() if value is not None]
    assert set(values) <= set(seconds) and values == sorted(values)
    assert found["max"] == max(seconds)
    assert sum(one <= values[0] for one in seconds) * 2 >= len(seconds)


def test_percentiles_of_a_hundred_and_of_none() -> None:
    assert percentiles([float(number) for number in range(100, 0, -1)]) == {"p50": 50, "p95": 95, "p99": 99, "max": 100}
    assert set(percentiles([]).values()) == {None}


def test_a_probe_that_was_given_up_counts_with_the_time_it_was_waited_for() -> None:
    some = [line(1), line(2, "timed_out", 900.0), line(3, "failed", None), line(4, "unreachable", None)]
    (found,) = told(some, [PAIR], 10, NOW)
    assert found == {
        "source": "src",
        "destination": "dr",
        "rule_id": "r",
        "measured": 4,
        "replicated": 1,
        "timed_out": 1,
        "failed": 1,
        "unreachable": 1,
        "p50": 1.0,
        "p95": 900.0,
        "p99": 900.0,
        "max": 900.0,
        "last_status": "unreachable",
        "last_at": "2026-11-21T11:04:00.000Z",
        "last_replicated_at": "2026-11-21T11:01:00.000Z",
        "age_seconds": 59 * 60,
    }


def test_a_rule_that_never_replicated_has_no_age_and_others_rules_are_not_told() -> None:
    some = [line(1, "failed", None, "r"), line(2, rule="other")]
    named = AskedPair("src", "us-east-1", "dr", "eu-west-1", rule_id="r")
    (found,) = told(some, [named], 10, NOW)
    assert (found["rule_id"], found["age_seconds"], found["p50"]) == ("r", None, None)
    assert told(some, [AskedPair("src", "us-east-1", "dr2", "eu-west-1")], 10, NOW) == []
    assert len(told(some, [PAIR], 10, NOW)) == 2
