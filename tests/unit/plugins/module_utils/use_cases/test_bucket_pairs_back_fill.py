# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_plan import PairsPlan
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_rules import RuleWork
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import back_fill
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.back_fill_work import Task, Work
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_back_fill import BackFilling, BackFills
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Need, Side
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress

ROLE = "arn:aws:iam::111122223333:role/r"
BACK_FILLING = BackFilling("arn:aws:iam::{account}:role/batch-{region}", "jobs-{account}-{region}", "/tmp")
SIDE = cast(Side, SimpleNamespace(clients=None, region="us-east-1", caller=SimpleNamespace(account="111122223333")))
NEEDS = {name: Need(SIDE, "source", "eu-west-1", "111122223333") for name in ("a", "b", "off", "new")}
FOUND = {"a": Found(True), "b": Found(True), "off": Found(True), "new": Found(False)}


def rules(bucket: str, *numbers: int, status: str = "enabled") -> RuleWork:
    options = {
        number: {"id": f"to-{number}", "status": status, "destination": {"bucket": f"{bucket}-dr{number}"}}
        for number in numbers
    }
    return RuleWork(bucket, ROLE, options, {}, "aws")


def planned(monkeypatch: pytest.MonkeyPatch, looked: list[Any] | None = None, **problems: str) -> tuple[BackFills, Any]:
    """Plan sources a (pairs 0 and 1), b (2), one whose rules are off (3) and one that is yet to be made (4)."""

    def look(_access: Any, task: Task, given: Any = None) -> list[Work]:
        (looked if looked is not None else []).append((dict(task.sources), given))
        works = [Work(bucket, options, f"{bucket}.json") for bucket, options in task.sources.items()]
        for work in works:
            work.problems += [problems[work.bucket]] if work.bucket in problems else []
        return works

    monkeypatch.setattr(back_fill, "look", look)
    fills = BackFills(SIDE, BACK_FILLING, 1, Progress())
    works = (rules("a", 0, 1), rules("b", 2), rules("off", 3, status="disabled"), rules("new", 4))
    plan = PairsPlan(rules={work.bucket: work for work in works})
    return fills, fills.plan(plan, NEEDS, FOUND)


def test_each_source_is_planned_with_the_rules_that_it_is_about_to_get(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Any] = []
    fills, problems = planned(monkeypatch, looked)
    ((sources, given),) = looked
    assert problems == [] and list(sources) == ["a", "b"]
    assert (sources["a"].role, sources["a"].report_bucket) == (
        "arn:aws:iam::111122223333:role/batch-eu-west-1",
        "jobs-111122223333-eu-west-1",
    )
    assert [rule["destination"] for rule in given["a"]] == ["a-dr0", "a-dr1"]
    assert [(step.subject, step.stage) for step in fills.steps] == [
        (bucket, steps.OLDER_OBJECTS) for bucket in ("a", "b", "new")
    ]
    fills.predict()
    assert {bucket: result["status"] for bucket, result in fills.results.items()} == dict.fromkeys(
        ("a", "b", "new"), "planned"
    )


def test_what_stands_in_the_way_is_told_of_all_pairs_of_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    fills, (problem,) = planned(monkeypatch, a="role x does not exist")
    assert problem.text == "the back-fill of bucket a: role x does not exist" and problem.pairs == {0, 1}
    assert [step.subject for step in fills.steps] == ["b", "new"]


def test_a_source_that_any_pair_of_has_failed_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    fills, _problems = planned(monkeypatch)
    fills.leave_out([1])
    assert [step.subject for step in fills.steps] == ["b", "new"]
    fills.predict()
    assert set(fills.results) == {"b", "new"}


def test_templates_are_looked_at() -> None:
    assert BACK_FILLING.problems() == []
    wrong = BackFilling("{name}", "jobs-{region", "/tmp").problems()
    assert [problem.split(":")[0] for problem in wrong] == ["back_fill.role", "back_fill.report_bucket"]
