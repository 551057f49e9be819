# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_report import (
    Failure,
    failure_results,
    failure_table,
    pair_results,
    summary,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Step, diff
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import Pair

PAIRS = {
    0: Pair("invoices", "us-east-1", "invoices-dr", "eu-west-1", None, "to-invoices-dr"),
    1: Pair("a", "us-east-1", "a-dr", "eu-west-1", "444455556666", "x"),
    2: Pair("b", "us-east-1", "b-dr", "eu-west-1", None, "to-b-dr"),
}


def step(told: str, *pairs: int) -> Step:
    return Step(1, "create", "bucket", frozenset(pairs), told, "bucket a", told, False, True)


def test_each_pair_tells_what_was_done_for_it() -> None:
    failures = {1: Failure("create bucket a-dr", "No")}
    told = pair_results(
        PAIRS, [step("one", 0, 1), step("two", 0)], failures, "111122223333", {"b": {"status": "counted"}}
    )
    assert [one["back_fill"] for one in told] == [None, None, {"status": "counted"}]
    assert [one["actions"] for one in told] == [["one", "two"], ["one"], []]
    assert [one["changed"] for one in told] == [True, True, False]
    assert [one["failed"] for one in told] == [False, True, False]
    assert [one["destination"]["account_id"] for one in told] == ["111122223333", "444455556666", "111122223333"]
    assert summary(told, ["z", "y"]) == {
        "pairs": 3,
        "changed": 2,
        "unchanged": 1,
        "failed": 1,
        "buckets_created": ["y", "z"],
    }


def test_the_table_has_a_row_a_failure_and_says_what_to_do_once() -> None:
    failures = {
        1: Failure("create bucket a-dr", "Could not create bucket a-dr: AccessDenied: No. Allow it", "Allow it"),
        0: Failure("look at the pair", "it is gone"),
    }
    rows = failure_results(PAIRS, failures)
    assert [row["source"] for row in rows] == ["invoices", "a"]
    head, first, second = failure_table(rows).split("\n")
    assert [part.strip() for part in head.split(" | ")] == ["pair", "step", "why", "what to do"]
    assert first.startswith("invoices -> invoices-dr | look at the pair   | it is gone | put it right and run again")
    assert second.endswith("| Could not create bucket a-dr: AccessDenied: No | Allow it")


def test_a_diff_is_by_heading_and_name() -> None:
    assert diff([step("one", 0), step("two", 0)]) == (
        {"bucket a": {"one": False, "two": False}},
        {"bucket a": {"one": True, "two": True}},
    )
