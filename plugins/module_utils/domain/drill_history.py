# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of earlier drills: lines of JSON, one a scenario, and what can be read from them over time.

A line has ``scenario``, ``passed``, ``started_at`` (ISO 8601), ``seconds`` and ``figures``: numbers by their names.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Line = dict[str, Any]

NEEDED = ("scenario", "passed", "started_at")
_LATELY = 5


def problems(results: Sequence[Any]) -> list[str]:
    """Say which results can't be kept."""
    found = []
    for number, result in enumerate(results, 1):
        if not isinstance(result, Mapping) or not is_line(result):
            found.append(f"result {number} has to be a dict with {', '.join(NEEDED)}, and is {result!r}")
    return found


def is_line(given: Mapping[str, Any]) -> bool:
    """Tell whether this is a result of a scenario."""
    return (
        isinstance(given.get("scenario"), str)
        and isinstance(given.get("passed"), bool)
        and isinstance(given.get("started_at"), str)
    )


def read_lines(text: str) -> list[Line]:
    """Read all lines that are results, oldest first; what was cut off, or is something else, is passed over."""
    found = []
    for raw in text.split("\n"):
        try:
            line = json.loads(raw)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict) and is_line(line):
            found.append(line)
    return sorted(found, key=lambda line: str(line["started_at"]))


def write_lines(lines: Iterable[Mapping[str, Any]]) -> str:
    """Write lines; each ends with a newline."""
    return "".join(json.dumps(line, sort_keys=True, default=str) + "\n" for line in lines)


def merged(*histories: Iterable[Line]) -> list[Line]:
    """Give every line once, oldest first."""
    once = {json.dumps(line, sort_keys=True, default=str): line for history in histories for line in history}
    return sorted(once.values(), key=lambda line: str(line["started_at"]))


def trends(lines: Iterable[Line]) -> dict[str, Any]:
    """Tell of each scenario: how often it passed, and of each figure the last, the percentiles and where it goes.

    Figures of drills that did not pass are left out: what was not reached was not measured.
    """
    by_scenario: dict[str, list[Line]] = {}
    for line in lines:
        by_scenario.setdefault(line["scenario"], []).append(line)
    return {scenario: _trend(mine) for scenario, mine in sorted(by_scenario.items())}


def _trend(lines: list[Line]) -> dict[str, Any]:
    passed = [line for line in lines if line["passed"]]
    values: dict[str, list[float]] = {}
    for line in passed:
        figures = line.get("figures")
        named = {**(figures if isinstance(figures, Mapping) else {}), "seconds": line.get("seconds")}
        for name, value in named.items():
            if _is_number(value):
                values.setdefault(str(name), []).append(float(value))
    return {
        "runs": len(lines),
        "passed": len(passed),
        "last_at": lines[-1]["started_at"],
        "last_passed": lines[-1]["passed"],
        "last_passed_at": passed[-1]["started_at"] if passed else None,
        "figures": {name: _figure(series) for name, series in sorted(values.items())},
    }


def _figure(series: list[float]) -> dict[str, Any]:
    """``change`` is how the last few compare with those before, as a ratio of medians; null with too few."""
    ordered = sorted(series)
    late, early = series[-_LATELY:], series[:-_LATELY]
    base = percentile(sorted(early), 0.5) if early else 0.0
    return {
        "last": series[-1],
        "p50": percentile(ordered, 0.5),
        "p95": percentile(ordered, 0.95),
        "max": ordered[-1],
        "change": round(percentile(sorted(late), 0.5) / base, 3) if base > 0 else None,
    }


def percentile(ordered: Sequence[float], share: float) -> float:
    """Give the value that this share of the sorted, not empty ``ordered`` does not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
