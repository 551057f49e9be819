# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.setup_plan import (
    Roles,
    policy_name,
    role_problems,
    rule,
)

ROLES = Roles("111122223333", "aws", "s3-replication-")
PAIR: dict[str, Any] = {
    "source": {"bucket": "invoices", "region": "us-east-1"},
    "destination": {"bucket": "invoices-dr", "region": "eu-west-1"},
}


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        (Roles("111122223333", "aws", "x", existing="mine"), "is not an ARN"),
        (Roles("111122223333", "aws", "x", existing="arn:aws:iam::444455556666:role/r"), "is of account 444455556666"),
        (Roles("111122223333", "aws", "x", path="dr"), "must begin and end with a slash"),
    ],
)
def test_a_bad_role_is_told(roles: Roles, told: str) -> None:
    (problem,) = role_problems(roles)
    assert told in problem


def test_names_of_roles_and_policies_follow_from_the_buckets() -> None:
    assert ROLES.arn("invoices") == "arn:aws:iam::111122223333:role/s3-replication-invoices"
    assert policy_name("invoices-dr") == "replicate-to-invoices-dr"
    own = "arn:aws:iam::111122223333:role/ops/mine"
    assert Roles("111122223333", "aws", "x-", existing=own).arn("invoices") == own


def test_a_rule_holds_what_the_user_named_and_metrics() -> None:
    whole = {
        "source": PAIR["source"],
        "destination": {
            **PAIR["destination"],
            "storage_class": "STANDARD_IA",
            "owner_override": False,
            "account_id": None,
        },
        "rule_id": "dr",
        "prefix": "in/",
        "priority": 0,
        "tags": None,
        "delete_marker_replication": True,
    }
    assert rule(whole) == {
        "id": "dr",
        "prefix": "in/",
        "priority": 0,
        "delete_marker_replication": True,
        "destination": {"bucket": "invoices-dr", "storage_class": "STANDARD_IA", "owner_override": False},
        "metrics": True,
    }


def test_long_names_fit() -> None:
    name = "b" * 63
    assert len(ROLES.name(name)) == 64
    assert ROLES.name(name) != ROLES.name("b" * 62 + "c")
