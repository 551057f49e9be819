# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came of each pair, as return values and as a table for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Step
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import Pair

_AGAIN = "put it right and run again; what is done stays done"
_HEAD = ("pair", "step", "why", "what to do")


@dataclass(frozen=True)
class Failure:
    """Why a pair is not as it should be: the step that failed, why, and what helps ("": nothing special)."""

    step: str
    why: str
    todo: str = ""

    def told(self) -> dict[str, str]:
        """Give it as a return value. What to do is not said twice."""
        why = self.why.removesuffix(self.todo).rstrip(". ") if self.todo else self.why
        return {"step": self.step, "why": why, "what_to_do": self.todo or _AGAIN}


def pair_results(
    pairs: Mapping[int, Pair],
    steps: Iterable[Step],
    failures: Mapping[int, Failure],
    account: str,
    back_fills: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Give what came of each pair; ``steps`` are those that were done, or would be; ``back_fills`` by source bucket."""
    actions: dict[int, list[str]] = {number: [] for number in pairs}
    for step in steps:
        for number in step.pairs & actions.keys():
            actions[number].append(step.told)
    return [
        {
            "source": {"bucket": pair.source, "region": pair.source_region},
            "destination": {
                "bucket": pair.destination,
                "region": pair.destination_region,
                "account_id": pair.destination_account or account,
            },
            "rule_id": pair.rule_id,
            "changed": bool(actions[number]),
            "actions": actions[number],
            "failed": number in failures,
            "msg": failures[number].why if number in failures else "",
            "back_fill": back_fills.get(pair.source),
        }
        for number, pair in pairs.items()
    ]


def summary(results: Iterable[Mapping[str, Any]], created: Iterable[str]) -> dict[str, Any]:
    """Count the pairs."""
    results = list(results)
    failed = sum(bool(result["failed"]) for result in results)
    changed = sum(bool(result["changed"]) for result in results)
    return {
        "pairs": len(results),
        "changed": changed,
        "unchanged": sum(not (result["changed"] or result["failed"]) for result in results),
        "failed": failed,
        "buckets_created": sorted(created),
    }


def failure_results(pairs: Mapping[int, Pair], failures: Mapping[int, Failure]) -> list[dict[str, str]]:
    """Give the failures, a row each."""
    return [
        {"source": pairs[number].source, "destination": pairs[number].destination, **failure.told()}
        for number, failure in sorted(failures.items())
        if number in pairs
    ]


def failure_table(rows: Iterable[Mapping[str, str]]) -> str:
    """Write the failures as a table."""
    lines = [(f"{row['source']} -> {row['destination']}", row["step"], row["why"], row["what_to_do"]) for row in rows]
    widths = [max(len(line[column]) for line in (_HEAD, *lines)) for column in range(2)]
    return "\n".join(
        " | ".join([*(line[column].ljust(widths[column]) for column in range(2)), *line[2:]])
        for line in (_HEAD, *lines)
    )
