# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_policy import replication_sids
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.teardown_plan import (
    Names,
    Request,
    confirmation,
    teardown_plan,
)

ACCOUNT = "111122223333"
NAMES = Names(ACCOUNT, "aws", "s3-replication-", "/", "s3-batch-replication-", "s3-replication-jobs")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/s3-replication-src"
JOBS = f"s3-replication-jobs-{ACCOUNT}-us-east-1"
TODAY = "2026-09-12"


def pair(source: str = "src", destination: str = "dst", **more: Any) -> dict[str, Any]:
    return {
        "source": {"bucket": source, "region": "us-east-1"},
        "destination": {"bucket": destination, "region": "eu-west-1"},
        **more,
    }


def rule(destination: str = "dst", rule_id: str | None = None, status: str = "enabled") -> dict[str, Any]:
    return {"id": rule_id or f"to-{destination}", "status": status, "destination": {"bucket": destination}}


def bucket(name: str, *rules: dict[str, Any], role: str = ROLE) -> dict[str, Any]:
    replication = {"configured": bool(rules), "role": role if rules else None, "rules": list(rules)}
    return {"bucket": name, "readable": True, "replication": replication, "error": None}


def unread(name: str) -> dict[str, Any]:
    return {"bucket": name, "readable": False, "replication": None, "error": f"Could not read {name}"}


def plan(*answers: dict[str, Any], pairs: list[dict[str, Any]] | None = None, **asked: Any) -> dict[str, Any]:
    return teardown_plan(pairs or [pair()], answers, NAMES, Request(today=TODAY, **asked))


def test_all_that_setup_made_goes() -> None:
    found = plan(bucket("src", rule()), bucket("dst"), bucket(JOBS))
    assert found["problems"] == found["kept"] == []
    assert found["rules"] == [{"bucket": "src", "region": "us-east-1", "rules": [{"id": "to-dst"}]}]
    assert found["notifications"] == [{"bucket": "src", "region": "us-east-1"}]
    assert found["roles"] == [{"name": "s3-replication-src", "bucket": "src", "region": "us-east-1"}]
    batch = {"name": "s3-batch-replication-us-east-1", "region": "us-east-1", "policies": ["replicate-src"]}
    assert found["batch_roles"] == [batch]
    assert found["buckets"] == []


def test_what_a_replica_set_needs_stays() -> None:
    found = plan(bucket("src", rule(), rule("other", "set-invoices-to-other")), bucket("dst"))
    assert [one["rules"] for one in found["rules"]] == [[{"id": "to-dst"}]]
    assert found["notifications"] == found["roles"] == found["batch_roles"] == []
    assert "set-invoices-to-other, which setup made" in found["kept"][0]


def test_a_second_time_nothing_but_harmless_absences_is_left() -> None:
    found = plan(bucket("src"), bucket("dst"))
    assert found["rules"] == [] and found["problems"] == [] and found["kept"] == []


def test_a_source_that_is_gone_leaves_its_role_and_policy_to_remove() -> None:
    found = plan(bucket("dst"))
    assert found["rules"] == found["notifications"] == []
    assert [role["name"] for role in found["roles"]] == ["s3-replication-src"]
    assert found["batch_roles"][0]["policies"] == ["replicate-src"]


def test_rules_of_others_stay_and_so_does_the_role_that_they_use() -> None:
    found = plan(bucket("src", rule(), rule("else", "theirs")), bucket("dst"))
    assert found["rules"][0]["rules"] == [{"id": "to-dst"}]
    assert found["roles"] == [] and "role s3-replication-src stays: bucket src" in found["kept"][0]
    assert found["notifications"], "the entry is ours, whoever else's rules are left"
    theirs = f"arn:aws:iam::{ACCOUNT}:role/theirs"
    assert plan(bucket("src", rule("else", "theirs"), role=theirs), bucket("dst"))["roles"]


def test_a_role_that_stays_loses_the_policies_for_destinations_that_no_rule_goes_to() -> None:
    found = plan(bucket("src", rule(), rule("else", "theirs")), bucket("dst"))
    policies = [{"name": "s3-replication-src", "region": "us-east-1", "policies": ["replicate-to-dst"]}]
    assert found["role_policies"] == policies
    assert plan(bucket("src", rule(), rule("dst", "theirs")))["role_policies"] == []
    assert plan(bucket("src", rule()))["role_policies"] == [], "the role goes as a whole"
    assert plan(bucket("src", rule()), unread("other"))["role_policies"] == []


def test_statements_of_ours_go_from_the_policies_of_destinations_that_nothing_else_needs() -> None:
    there = (bucket("src", rule()), bucket("dst"))
    objects, of_bucket = replication_sids(ROLE)
    place = {"bucket": "dst", "region": "eu-west-1"}
    assert plan(*there)["statements"] == []
    assert plan(*there, tls_only=True)["statements"] == [{**place, "sids": ["AwsDrTlsOnly"]}]
    assert plan(*there, across=True)["statements"] == [{**place, "sids": [objects, of_bucket]}]
    assert plan(*there, across=True, tls_only=True, buckets=("dst",))["statements"] == []
    for role in (ROLE, f"arn:aws:iam::{ACCOUNT}:role/theirs"):
        needed = plan(
            bucket("src", rule()), bucket("more", rule("dst", "theirs"), role=role), tls_only=True, across=True
        )
        sids = [] if role == ROLE else [{**place, "sids": [objects, of_bucket]}]
        assert needed["statements"] == sids
    away = pair()
    away["destination"]["account_id"] = "444455556666"
    found = plan(*there, pairs=[away], tls_only=True)
    assert found["statements"] == [] and "teardown_destination_account_role" in found["kept"][-1]
    two = plan(*there, pairs=[pair(), pair("second")], tls_only=True)
    assert two["statements"] == [{**place, "sids": ["AwsDrTlsOnly"]}], "each statement is named once"


def test_a_role_that_another_bucket_uses_or_may_use_stays() -> None:
    used = plan(bucket("src", rule()), bucket("other", rule("x", "theirs")))
    assert used["roles"] == [] and "bucket other replicates with it" in used["kept"][0]
    unknown = plan(bucket("src", rule()), unread("secret"))
    assert unknown["roles"] == [] and "secret" in unknown["kept"][0] and unknown["rules"]


def test_a_rule_that_somebody_pointed_elsewhere_is_not_ours_any_more() -> None:
    found = plan(bucket("src", rule("elsewhere", "to-dst")))
    assert found["rules"] == [] and any("goes to elsewhere" in line for line in found["kept"])


def test_the_other_pair_of_a_source_keeps_what_it_needs() -> None:
    found = plan(bucket("src", rule(), rule("dst2")), bucket("dst"), bucket("dst2"))
    assert found["rules"][0]["rules"] == [{"id": "to-dst"}]
    assert found["notifications"] == found["batch_roles"] == found["roles"] == []
    assert any("to-dst2" in line for line in found["kept"])


def test_a_source_that_can_not_be_read_is_a_problem() -> None:
    assert "could not be read" in plan(unread("src"))["problems"][0]


@pytest.mark.parametrize("asked", [{"queues": True}, {"ledger": True}])
def test_what_is_shared_stays_while_other_pairs_of_ours_need_it(asked: dict[str, bool]) -> None:
    assert plan(bucket("src", rule()), bucket("other", rule("x")), **asked)["problems"]
    assert not plan(bucket("src", rule()), bucket("other", rule("x", "theirs")), **asked)["problems"]
    assert not plan(bucket("src", rule()), bucket("other", rule("x")))["problems"]


def test_buckets_go_only_when_today_confirms_exactly_them() -> None:
    answers = (bucket("src", rule()), bucket("dst"), bucket(JOBS))
    sentence = f"delete all data in dst, {JOBS} on {TODAY}"
    assert confirmation([JOBS, "dst", "dst"], TODAY) == sentence
    asked = {"buckets": (JOBS, "dst")}
    found = plan(*answers, **asked, confirm=sentence)
    assert found["problems"] == []
    assert found["buckets"] == [{"bucket": JOBS, "region": "us-east-1"}, {"bucket": "dst", "region": "eu-west-1"}]
    for wrong in (
        "",
        "yes",
        f"delete all data in dst on {TODAY}",
        sentence.replace(TODAY, "2026-09-11"),
        sentence.upper(),
    ):
        (problem,) = plan(*answers, **asked, confirm=wrong)["problems"]
        assert sentence in problem and "--check" in problem
    assert plan(*answers, **asked, confirmed_later=True)["problems"] == []
    assert plan(answers[0], **asked, confirm=sentence)["buckets"] == [], "they are gone already"


@pytest.mark.parametrize(
    ("name", "why"),
    [("src", "source of a pair"), ("stranger", "neither a destination"), ("dst2", "replicates into it")],
)
def test_only_what_setup_made_and_nobody_needs_can_go(name: str, why: str) -> None:
    answers = (bucket("src", rule(), rule("dst2")), bucket("dst"), bucket("dst2"), bucket("x", rule("dst2", "theirs")))
    pairs = [pair(), pair(destination="dst2")]
    found = plan(*answers, pairs=pairs, buckets=(name,), confirm=confirmation([name], TODAY))
    assert any(why in problem for problem in found["problems"])


def test_a_destination_that_replicates_by_rules_of_others_stays() -> None:
    answers = (bucket("src", rule()), bucket("dst", rule("x", "theirs")))
    found = plan(*answers, buckets=("dst",), confirm=confirmation(["dst"], TODAY))
    assert "not of these pairs" in found["problems"][0]
