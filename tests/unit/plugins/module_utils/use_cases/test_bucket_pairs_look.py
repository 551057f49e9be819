# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_roles import RoleTarget
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.setup_plan import Roles
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import (
    FEW,
    Need,
    Side,
    look_at_buckets,
    look_at_roles,
    region_problems,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress

from .fake_s3_replication import client_error

ACCOUNT, US, EU = "111122223333", "us-east-1", "eu-west-1"


class Answers:
    """A client whose operations answer as told: a value, an error, or a function of the request."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.calls = answers, [("", "")][:0]

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**asked: Any) -> Any:
            self.calls.append((operation, str(asked.get("Bucket") or asked.get("RoleName") or "")))
            answer = self.answers[operation]
            answer = answer(**asked) if callable(answer) else answer
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def get_paginator(self, operation: str) -> Any:
        outer = self

        class Pages:
            def paginate(self, **asked: Any) -> Any:
                asked.pop("PaginationConfig", None)
                yield getattr(outer, operation)(**asked)

        return Pages()


class FakeClients:
    """Gives one client for each service, or service and Region."""

    def __init__(self, **clients: Any) -> None:
        self.clients = clients

    def get(self, service: str, region: str | None = None) -> Any:
        return self.clients.get(f"{service}_{region}".replace("-", "_"), self.clients.get(service))

    def varied(self, config: Any) -> FakeClients:
        return self


def side(**clients: Any) -> Side:
    return Side(FakeClients(**clients), Caller(ACCOUNT, "aws"), US)  # type: ignore[arg-type]


def needs(mine: Side, *names: str, region: str = US) -> dict[str, Need]:
    return {name: Need(mine, "source", region, ACCOUNT, {steps.VERSIONING}) for name in names}


VERSIONED = {"Status": "Enabled"}
NAMES = [f"b-{number:02d}" for number in range(FEW + 1)]


def test_many_buckets_are_found_by_one_call() -> None:
    listed = {"Buckets": [{"Name": name, "BucketRegion": US} for name in NAMES]}
    s3 = Answers(list_buckets=listed, get_bucket_versioning=VERSIONED)
    found = look_at_buckets(needs(side(s3=s3), *NAMES), 4, Progress())
    assert all(one.versioned and one.region == US for one in found.values())
    assert [operation for operation, _name in s3.calls].count("list_buckets") == 1
    assert len(s3.calls) == 1 + len(NAMES)


def test_without_the_permission_or_the_regions_each_is_asked_for() -> None:
    head = {"BucketRegion": US}
    for listed in (client_error("AccessDenied", status=403), {"Buckets": [{"Name": name} for name in NAMES]}):
        s3 = Answers(list_buckets=listed, head_bucket=head, get_bucket_versioning=VERSIONED)
        found = look_at_buckets(needs(side(s3=s3), *NAMES), 4, Progress())
        assert all(one.versioned for one in found.values())
        assert [operation for operation, _name in s3.calls].count("head_bucket") == len(NAMES)


def test_not_there_not_ours_elsewhere_and_not_readable_are_told_apart() -> None:
    heads = {
        "gone": client_error("404", status=404),
        "theirs": client_error("403", status=403),
        "far": {"BucketRegion": EU},
        "moved": client_error("301", status=301),
        "shut": {"BucketRegion": US},
        "just-gone": {"BucketRegion": US},
    }
    reads = {"shut": client_error("AccessDenied", status=403), "just-gone": client_error("NoSuchBucket", status=404)}
    s3 = Answers(
        head_bucket=lambda **asked: heads[asked["Bucket"]],
        get_bucket_location={"LocationConstraint": EU},
        get_bucket_versioning=lambda **asked: reads[asked["Bucket"]],
    )
    found = look_at_buckets(needs(side(s3=s3), *heads), 2, Progress())
    assert [found[name].exists for name in heads] == [False, True, True, True, True, False]
    assert "belongs to another account than 111122223333" in found["theirs"].problem
    assert (found["far"].region, found["moved"].region) == (EU, EU)
    assert "s3:GetBucketVersioning" in found["shut"].problem


def test_regions_that_do_not_know_the_credentials_or_do_not_answer_are_told() -> None:
    identity = {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/me"}
    down = EndpointConnectionError(endpoint_url="https://sts.eu-north-1.amazonaws.com")
    mine = side(
        sts_us_east_1=Answers(get_caller_identity=RuntimeError("it is known already")),
        sts=Answers(get_caller_identity=identity),
        sts_eu_south_2=Answers(get_caller_identity=client_error("InvalidClientTokenId", status=403)),
        sts_eu_north_1=Answers(get_caller_identity=down),
        sts_eu_west_3=Answers(get_caller_identity=client_error("AccessDenied", status=403)),
        s3_eu_north_1=Answers(list_buckets=down),
        sts_eu_west_2=Answers(get_caller_identity=down),
        s3_eu_west_2=Answers(list_buckets=client_error("AccessDenied", status=403)),
    )
    regions = (US, "eu-south-2", "eu-north-1", "eu-west-3", "eu-west-2")
    problems = region_problems([(mine, name) for name in regions], 2)
    assert {place[1] for place in problems} == {"eu-south-2", "eu-north-1", "eu-west-3"}
    assert f"account {ACCOUNT} has not enabled it" in problems[(ACCOUNT, "eu-south-2")]
    assert "can't be reached" in problems[(ACCOUNT, "eu-north-1")]


def targets(*names: str) -> dict[str, RoleTarget]:
    return {name: RoleTarget(name, frozenset([0]), {f"{name}-dr": []}, {}) for name in names}


def test_roles_are_read_at_once_or_one_by_one() -> None:
    roles = Roles(ACCOUNT, "aws", "r-")
    role = {"Arn": "arn", "AssumeRolePolicyDocument": {"a": "b"}, "Tags": [{"Key": "k", "Value": "v"}]}
    policies = [{"PolicyName": f"replicate-to-{name}-dr", "PolicyDocument": {"x": "y"}} for name in NAMES]
    details = [{**role, "RoleName": f"r-{name}", "RolePolicyList": [policies[at]]} for at, name in enumerate(NAMES)]
    at_once = Answers(get_account_authorization_details={"RoleDetailList": details})
    found = look_at_roles(side(iam=at_once), targets(*NAMES), roles, 4, Progress())
    assert len(at_once.calls) == 1
    one_by_one = Answers(
        get_account_authorization_details=client_error("AccessDenied", status=403),
        get_role={"Role": role},
        get_role_policy={"PolicyDocument": {"x": "y"}},
    )
    assert look_at_roles(side(iam=one_by_one), targets(*NAMES), roles, 4, Progress()) == found
    assert found["b-00"].tags == {"k": "v"} and found["b-00"].policies == {"replicate-to-b-00-dr": {"x": "y"}}


def test_a_role_that_is_not_there_and_one_that_may_not_be_read() -> None:
    answers = {"r-a": client_error("NoSuchEntity", status=404), "r-b": client_error("AccessDenied", status=403)}
    iam = Answers(get_role=lambda **asked: answers[asked["RoleName"]])
    found = look_at_roles(side(iam=iam), targets("a", "b"), Roles(ACCOUNT, "aws", "r-"), 2, Progress())
    assert not found["a"].exists
    assert "iam:GetRole" in found["b"].problem
