# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.setup_plan import Roles, rule, setup_plan

ROLES = Roles("111122223333", "aws", "s3-replication-")
PAIR: dict[str, Any] = {
    "source": {"bucket": "invoices", "region": "us-east-1"},
    "destination": {"bucket": "invoices-dr", "region": "eu-west-1"},
}
SECOND: dict[str, Any] = {**PAIR, "destination": {"bucket": "archive", "region": "eu-west-1"}}


def found(bucket: str, **facts: Any) -> dict[str, Any]:
    region = "us-east-1" if bucket in ("invoices", "photos") else "eu-west-1"
    nothing = {"object_lock": False, "replication_role": "", "rule_ids": []}
    return {"bucket": bucket, "region": region, "exists": True, "versioning": "enabled", **nothing, **facts}


def plan(*pairs: dict[str, Any], roles: Roles = ROLES, **facts: dict[str, Any]) -> dict[str, Any]:
    names = {pair[side]["bucket"] for pair in pairs for side in ("source", "destination")}
    return setup_plan(pairs, [found(name, **facts.get(name.replace("-", "_"), {})) for name in names], roles)


def test_all_there_leaves_only_the_rules() -> None:
    made = plan(PAIR)
    assert (made["problems"], made["create"], made["version"]) == ([], [], [])
    (source,) = made["sources"]
    assert source["ready"]
    assert source["role"] == "arn:aws:iam::111122223333:role/s3-replication-invoices"
    assert source["role_name"] == "s3-replication-invoices"
    assert [policy["name"] for policy in source["policies"]] == ["replicate-to-invoices-dr"]
    assert source["rules"] == [{"id": "to-invoices-dr", "destination": {"bucket": "invoices-dr"}, "metrics": True}]


def test_a_missing_destination_is_made_and_what_is_not_versioned_is_versioned() -> None:
    made = plan(PAIR, invoices={"versioning": "suspended"}, invoices_dr={"exists": False, "versioning": "off"})
    assert made["create"] == [{"bucket": "invoices-dr", "region": "eu-west-1", "object_lock": False}]
    assert made["version"] == [{"bucket": "invoices", "region": "us-east-1", "object_lock": False}]
    assert not made["sources"][0]["ready"]


def test_object_lock_of_the_source_is_carried_to_a_new_destination_and_into_the_role() -> None:
    made = plan(PAIR, invoices={"object_lock": True}, invoices_dr={"exists": False})
    assert made["create"][0]["object_lock"]
    sids = [said["Sid"] for said in made["sources"][0]["policies"][0]["document"]["Statement"]]
    assert "SourceObjectLocks" in sids


def test_each_destination_has_a_policy_of_its_own_and_all_rules_are_put_at_once() -> None:
    (source,) = plan(PAIR, SECOND)["sources"]
    assert [policy["name"] for policy in source["policies"]] == ["replicate-to-archive", "replicate-to-invoices-dr"]
    for policy in source["policies"]:
        resources = [resource for said in policy["document"]["Statement"] for resource in said["Resource"]]
        other = "invoices-dr" if policy["name"].endswith("archive") else "archive"
        assert not any(other in resource for resource in resources)
    assert [one["id"] for one in source["rules"]] == ["to-invoices-dr", "to-archive"]


def test_sources_have_roles_of_their_own() -> None:
    photos = {"source": {"bucket": "photos", "region": "us-east-1"}, "destination": SECOND["destination"]}
    assert [source["role_name"] for source in plan(PAIR, photos)["sources"]] == [
        "s3-replication-invoices",
        "s3-replication-photos",
    ]


def test_a_role_of_the_users_own_is_left_alone() -> None:
    own = "arn:aws:iam::111122223333:role/ops/mine"
    (source,) = plan(PAIR, roles=Roles("111122223333", "aws", "x-", existing=own))["sources"]
    assert (source["role"], source["role_name"], source["policies"]) == (own, None, [])


def test_another_role_is_not_replaced_unasked() -> None:
    there = {"replication_role": "arn:aws:iam::111122223333:role/theirs", "rule_ids": ["a", "b"]}
    (problem,) = plan(PAIR, invoices=there)["problems"]
    assert (
        "bucket invoices replicates already (rules: a, b) with the role arn:aws:iam::111122223333:role/theirs"
        in problem
    )
    assert (
        plan(PAIR, roles=Roles("111122223333", "aws", "s3-replication-", replace=True), invoices=there)["problems"]
        == []
    )
    own = {"replication_role": "arn:aws:iam::111122223333:role/s3-replication-invoices"}
    assert plan(PAIR, invoices=own)["problems"] == []


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        (Roles("111122223333", "aws", "x", existing="mine"), "is not an ARN"),
        (Roles("111122223333", "aws", "x", existing="arn:aws:iam::444455556666:role/r"), "is of account 444455556666"),
        (Roles("111122223333", "aws", "x", path="dr"), "must begin and end with a slash"),
    ],
)
def test_a_bad_role_is_told(roles: Roles, told: str) -> None:
    assert any(told in problem for problem in plan(PAIR, roles=roles)["problems"])


def test_a_bad_key_is_told() -> None:
    bad = {**PAIR, "destination": {**PAIR["destination"], "replica_kms_key_id": "alias/mine"}}
    assert any("alias/mine" in problem for problem in plan(bad)["problems"])


def test_a_pair_without_legal_buckets_is_left_to_those_who_told_it() -> None:
    bad = {"source": {"bucket": "X", "region": "us-east-1"}, "destination": {"bucket": "y", "region": "eu-west-1"}}
    made = setup_plan([PAIR, bad], [found("invoices"), found("invoices-dr")], ROLES)
    assert [source["bucket"] for source in made["sources"]] == ["invoices"]


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
