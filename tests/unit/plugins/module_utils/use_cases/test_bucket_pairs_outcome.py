# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Step
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import Pair, legal_pairs
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs import _outcome

ACCOUNT = "111122223333"


class Asked(frozenset[int]):
    """Numbers of pairs that count how often anybody asks whether one is among them."""

    times = 0

    def __contains__(self, number: object) -> bool:
        Asked.times += 1
        return super().__contains__(number)


def pairs(number: int) -> dict[int, Pair]:
    entries: list[dict[str, Any]] = [
        {
            "source": {"bucket": f"invoices-{index}", "region": "us-east-1"},
            "destination": {"bucket": f"invoices-{index}-dr", "region": "eu-west-1"},
        }
        for index in range(number)
    ]
    legal, problems = legal_pairs(entries, ACCOUNT, ACCOUNT)
    assert not problems
    return legal


def step(kind: str, subject: str, numbers: frozenset[int]) -> Step:
    return Step(steps.BUCKETS, kind, subject, numbers, f"{kind} {subject}", f"bucket {subject}", kind, "off", "on")


def test_the_diff_has_the_steps_of_each_pair_those_that_are_shared_for_each() -> None:
    done = [
        step(steps.VERSIONING, "shared", frozenset([0, 2])),
        step(steps.CREATE, "invoices-0-dr", frozenset([0])),
    ]
    legal = pairs(3)
    outcome = _outcome(legal, done, {}, ACCOUNT, {}, {}, [])
    assert list(outcome.after) == [str(legal[0]), str(legal[2])]
    assert outcome.after[str(legal[0])] == {
        "bucket shared": {"versioning": "on"},
        "bucket invoices-0-dr": {"create": "on"},
    }
    assert outcome.before[str(legal[2])] == {"bucket shared": {"versioning": "off"}}
    assert outcome.results["summary"]["unchanged"] == 1


def test_hundreds_of_pairs_are_not_held_against_hundreds_of_steps() -> None:
    number = 300
    done = [step(steps.VERSIONING, f"invoices-{index}-dr", Asked([index])) for index in range(number)]
    Asked.times = 0
    outcome = _outcome(pairs(number), done, {}, ACCOUNT, {}, {}, [])
    assert len(outcome.after) == number
    assert Asked.times <= 10 * number
