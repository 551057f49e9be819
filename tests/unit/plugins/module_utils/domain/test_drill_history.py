# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import drill_history as domain


def line(number: int, passed: bool = True, **figures: Any) -> dict[str, Any]:
    """One result."""
    at = f"2026-01-02T03:04:{number:02d}Z"
    return {"scenario": "canary", "passed": passed, "started_at": at, "seconds": number, "figures": figures}


def test_trends_are_of_what_was_reached() -> None:
    lines = [line(number, lag=float(number)) for number in range(1, 6)]
    lines += [line(number, lag=2.0 * number) for number in range(6, 11)]
    lines.append(line(11, passed=False, lag=10**6))
    told = domain.trends(lines)["canary"]
    assert (told["runs"], told["passed"], told["last_passed"]) == (11, 10, False)
    assert (told["last_at"], told["last_passed_at"]) == ("2026-01-02T03:04:11Z", "2026-01-02T03:04:10Z")
    assert told["figures"]["lag"] == {"last": 20.0, "p50": 5.0, "p95": 20.0, "max": 20.0, "change": round(16 / 3, 3)}
    assert told["figures"]["seconds"]["max"] == 10.0
    few = domain.trends([line(1, lag=1.0, good=True, text="x", none=None, nan=float("nan"))])["canary"]
    assert few["figures"]["lag"]["change"] is None and set(few["figures"]) == {"lag", "seconds"}
    assert domain.trends([]) == {}


def test_lines_that_are_none_are_passed_over() -> None:
    text = domain.write_lines([line(2), line(1)]) + '{"scenario": 1}\n[]\nnull\n{"scena\n\n"x"\n'
    assert domain.read_lines(text) == [line(1), line(2)]
    assert domain.merged([line(2)], [line(1), line(2)]) == [line(1), line(2)]


def test_what_cannot_be_kept_is_told() -> None:
    assert domain.problems([line(1)]) == []
    assert len(domain.problems([1, {}, {**line(1), "passed": "yes"}])) == 3


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
results = st.fixed_dictionaries(
    {"scenario": st.text(max_size=3), "passed": st.booleans(), "started_at": st.text(max_size=5)},
    optional={"seconds": anything, "figures": anything, "more": anything},
)


@given(st.lists(results, max_size=5), st.text(max_size=40))
def test_any_results_come_back_and_have_trends(kept: list[dict[str, Any]], junk: str) -> None:
    text = domain.write_lines(kept)
    read = domain.read_lines(f"{junk}\n{text}")
    assert domain.write_lines(read).count("\n") >= len(kept)
    json.dumps(domain.trends(read))
