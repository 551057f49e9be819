# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_rules import RuleWork
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found, Step
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_apply import Place, Work
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress

from .fake_s3_replication import Clock, client_error

ROLE = "arn:aws:iam::111122223333:role/r"


class Recorder:
    """Any client: takes calls down and fails as told, by operation and bucket or role."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.failures: dict[tuple[str, str], list[Exception]] = {}
        self.replication: dict[str, Any] = {}

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**asked: Any) -> Any:
            name = asked.get("Bucket") or asked.get("RoleName") or ""
            self.calls.append((operation, name))
            waiting = self.failures.get((operation, name))
            if waiting:
                raise waiting.pop(0)
            if operation == "put_bucket_replication":
                self.replication[name] = asked["ReplicationConfiguration"]
            return {"ReplicationConfiguration": self.replication.get(name, {"Role": ROLE, "Rules": []})}

        return call


def step(kind: str, subject: str, *pairs: int, stage: int = steps.BUCKETS, value: Any = None) -> Step:
    return Step(stage, kind, subject, frozenset(pairs), f"{kind} {subject}", subject, kind, None, None, value)


def work(client: Recorder, clock: Clock, **options: Any) -> Work:
    buckets = ("a", "b", "a-dr", "b-dr")
    found = {name: Found(not name.endswith("-dr"), settings={}) for name in buckets}
    rules = {
        name: RuleWork(
            name,
            ROLE,
            {
                number: {"id": f"to-{name}-{number}", "destination": {"bucket": f"{name}-dr{number}"}}
                for number in numbers
            },
            {},
            "aws",
        )
        for name, numbers in (("a", (0, 2)), ("b", (1,)))
    }
    places = {name: Place(client, "111122223333") for name in buckets}
    defaults = {"places": places, "iam": client, "rules": rules, "found": found, "notify": None}
    defaults |= {"patience": clock.patience(), "role_wait": 0, "concurrency": 1, "progress": Progress()}
    return Work(**{**defaults, **options})


BLOCK = {"BlockPublicAcls": True}
PLAN = [
    step(steps.VERSIONING, "a-dr", 0),
    step(steps.PUBLIC_ACCESS_BLOCK, "a-dr", 0, value=BLOCK),
    step(steps.VERSIONING, "b-dr", 1),
    step(steps.ROLE_POLICY, "r", 0, stage=steps.ROLES, value={"name": "p", "document": {}}),
    step(steps.REPLICATION, "a", 0, 2, stage=steps.RULES),
    step(steps.REPLICATION, "b", 1, stage=steps.RULES),
]


def test_what_fails_with_one_bucket_stops_its_pairs_only() -> None:
    client, clock = Recorder(), Clock()
    client.failures[("put_bucket_versioning", "a-dr")] = [client_error("AccessDenied", "No", 403)]
    mine = work(client, clock)
    mine.carry_out(PLAN)
    assert set(mine.failures) == {0}
    assert mine.failures[0].step == "versioning a-dr"
    assert "s3:PutBucketVersioning" in mine.failures[0].todo
    # Nothing more is done for that pair; the other pair of its source gets its rule.
    assert ("put_public_access_block", "a-dr") not in client.calls
    assert ("put_role_policy", "r") not in client.calls
    assert [rule["ID"] for rule in client.replication["a"]["Rules"]] == ["to-a-2"]
    assert [rule["ID"] for rule in client.replication["b"]["Rules"]] == ["to-b-1"]


@pytest.mark.parametrize("code", ["OperationAborted", "ConcurrentModification", "NoSuchBucket"])
def test_what_will_pass_is_tried_again(code: str) -> None:
    client, clock = Recorder(), Clock()
    client.failures[("put_bucket_versioning", "a-dr")] = [client_error(code), client_error(code)]
    mine = work(client, clock)
    mine.carry_out(PLAN[:1])
    assert mine.failures == {}
    assert clock.time == 4


def test_a_bucket_that_was_there_and_is_gone_is_told_at_once_and_trying_ends() -> None:
    client, clock = Recorder(), Clock()
    client.failures[("put_bucket_versioning", "a")] = [client_error("NoSuchBucket", status=404)] * 2
    client.failures[("put_bucket_versioning", "b-dr")] = [client_error("OperationAborted", status=409)] * 99
    mine = work(client, clock)
    mine.carry_out([step(steps.VERSIONING, "a", 0), step(steps.VERSIONING, "b-dr", 1)])
    assert set(mine.failures) == {0, 1}
    assert client.calls.count(("put_bucket_versioning", "a")) == 1
    assert clock.time == 20


def test_a_principal_that_iam_does_not_know_everywhere_yet_is_waited_for() -> None:
    client, clock = Recorder(), Clock()
    client.failures[("put_bucket_policy", "a-dr")] = [client_error("MalformedPolicy", "Invalid principal in policy")]
    mine = work(client, clock)
    mine.carry_out([step(steps.POLICY, "a-dr", 0, stage=steps.POLICIES, value={"Statement": []})])
    assert mine.failures == {} and clock.time == 2


def test_roles_are_given_time_once_before_rules() -> None:
    client, clock = Recorder(), Clock()
    mine = work(client, clock, role_wait=15)
    mine.carry_out(PLAN)
    assert clock.time == 15
    clock.time = 0
    work(client, clock, role_wait=15).carry_out([PLAN[0], PLAN[5]])
    assert clock.time == 0


def test_an_error_that_nobody_expects_ends_the_run() -> None:
    client, clock = Recorder(), Clock()
    client.failures[("put_bucket_versioning", "a-dr")] = [RuntimeError("a mistake")]
    with pytest.raises(RuntimeError):
        work(client, clock).carry_out(PLAN)
