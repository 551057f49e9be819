# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_plan import Asked, PairsPlan, Planner
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_rules import Notify
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found, RoleFound, Standard
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import legal_pairs
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_role import trust_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.setup_plan import Roles

ACCOUNT, OTHER = "111122223333", "444455556666"
US, EU = "us-east-1", "eu-west-1"
ROLES = Roles(ACCOUNT, "aws", "s3-replication-")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/s3-replication-invoices"
BARE = Standard(False, False, False, False)


def asked(**options: Any) -> Asked:
    defaults = {"account": ACCOUNT, "destination_account": ACCOUNT, "partition": "aws", "roles": ROLES}
    return Asked(**{**defaults, "standard": BARE, "entry_id": "ours", **options})


def pair(source: str = "invoices", destination: str = "", **options: Any) -> dict[str, Any]:
    there = {"bucket": destination or f"{source}-dr", "region": EU, **options.pop("to", {})}
    return {"source": {"bucket": source, "region": US}, "destination": there, **options}


def found(region: str = US, **settings: Any) -> Found:
    return Found(True, region, settings={steps.VERSIONING: "Enabled", **settings})


def rule(rule_id: str, destination: str) -> dict[str, Any]:
    return {
        "ID": rule_id,
        "Priority": 0,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{destination}", "Metrics": {"Status": "Enabled"}},
    }


def planned(
    *entries: dict[str, Any],
    want: Asked | None = None,
    role: RoleFound | None = None,
    gone: Iterable[int] = (),
    **buckets: Found,
) -> PairsPlan:
    account = (want or asked()).destination_account
    pairs, problems = legal_pairs(entries, ACCOUNT, account)
    assert problems == []
    names = {name for one in pairs.values() for name, _region in one.buckets()}
    facts = {name: found(EU if name.endswith("-dr") else US) for name in names}
    facts |= {name.replace("_", "-"): fact for name, fact in buckets.items()}
    planner = Planner(want or asked(), dict(enumerate(entries)), pairs, facts, gone)
    return planner.plan({source: role or RoleFound(False) for source in planner.role_targets()})


def texts(plan: PairsPlan) -> list[str]:
    return [problem.text for problem in plan.problems]


def kinds(plan: PairsPlan) -> list[str]:
    return [step.kind for step in plan.steps]


def whole_role(plan: PairsPlan) -> RoleFound:
    policies = {step.value["name"]: step.value["document"] for step in plan.steps if step.kind == steps.ROLE_POLICY}
    return RoleFound(True, ROLE, trust_policy(ACCOUNT), policies)


def test_stages_come_in_order_and_nothing_is_left_after_them() -> None:
    first = planned(pair(), invoices=found(**{steps.VERSIONING: ""}), invoices_dr=Found(False))
    assert first.problems == []
    assert kinds(first) == [
        steps.CREATE,
        steps.VERSIONING,
        steps.VERSIONING,
        steps.ROLE,
        steps.ROLE_POLICY,
        steps.REPLICATION,
    ]
    done = first.rules["invoices"].planned(None, [0]).after
    again = planned(pair(), role=whole_role(first), invoices=found(**{steps.REPLICATION: done}))
    assert (again.problems, again.steps) == ([], [])


def test_replication_without_versioning_read_counts_as_versioned() -> None:
    there = Found(True, US, settings={steps.REPLICATION: Configuration(ROLE, (rule("to-invoices-dr", "invoices-dr"),))})
    assert steps.VERSIONING not in kinds(planned(pair(), invoices=there))


def test_all_pairs_of_a_source_are_one_write_and_each_destination_has_its_policy() -> None:
    plan = planned(pair(), pair(destination="archive-dr", prefix="a/"), pair("photos"))
    puts = [step for step in plan.steps if step.kind == steps.REPLICATION]
    assert [(step.subject, step.pairs) for step in puts] == [("invoices", {0, 1}), ("photos", {2})]
    policies = {step.value["name"]: step.pairs for step in plan.steps if step.kind == steps.ROLE_POLICY}
    assert policies["replicate-to-archive-dr"] == {1}
    assert policies["replicate-to-invoices-dr"] == {0}


def test_only_the_pairs_whose_rules_change_are_changed() -> None:
    has = Configuration(ROLE, (rule("to-invoices-dr", "invoices-dr"),))
    plan = planned(pair(), pair(destination="archive-dr"), invoices=found(**{steps.REPLICATION: has}))
    (put,) = [step for step in plan.steps if step.kind == steps.REPLICATION]
    assert put.pairs == {1}
    assert put.told == "put the rules to-archive-dr of bucket invoices"
    # What fails meanwhile is left out of the write.
    after = plan.rules["invoices"].planned(has, [0]).after
    assert after == has


@pytest.mark.parametrize(
    ("buckets", "told"),
    [
        ({"invoices": Found(False)}, "the source bucket invoices does not exist"),
        ({"invoices": found(EU)}, "the source bucket invoices is in eu-west-1, not in us-east-1"),
        ({"invoices_dr": found(US)}, "the destination bucket invoices-dr is in us-east-1, not in eu-west-1"),
        ({"invoices_dr": Found(True, problem="somebody else's")}, "somebody else's"),
        ({"invoices": Found(True, problem="denied")}, "denied"),
        ({"invoices": found(**{steps.VERSIONING: "Suspended", steps.MFA_DELETE: True})}, "MFA delete"),
        ({"invoices_dr": found(EU, **{steps.VERSIONING: "", steps.MFA_DELETE: True})}, "MFA delete"),
    ],
)
def test_what_stands_in_the_way_is_told(buckets: dict[str, Found], told: str) -> None:
    (problem,) = planned(pair(), pair("photos"), **buckets).problems
    assert told in problem.text
    assert problem.pairs == {0}


def test_object_lock_is_carried_over_or_told_when_it_may_not_be() -> None:
    locked = found(**{steps.OBJECT_LOCK: True})
    plan = planned(pair(), invoices=locked, invoices_dr=found(EU, **{steps.OBJECT_LOCK: False}))
    assert steps.OBJECT_LOCK in kinds(plan)
    (document,) = [step.value["document"] for step in plan.steps if step.kind == steps.ROLE_POLICY]
    assert "SourceObjectLocks" in [said["Sid"] for said in document["Statement"]]
    without = asked(standard=Standard(object_lock=False))
    (problem,) = texts(planned(pair(), want=without, invoices=locked))
    assert "the source bucket invoices has Object Lock, the destination bucket invoices-dr has not" in problem


def test_new_names_are_judged_by_whose_they_will_be() -> None:
    name = f"invoices-{ACCOUNT}-{EU}-an"
    assert planned(pair(destination=name), **{name: Found(False)}).problems == []
    there = asked(destination_account=OTHER)
    (problem,) = texts(planned(pair(destination=name), want=there, **{name: Found(False)}))
    assert f"lies in the namespace of account {ACCOUNT}" in problem


def test_keys_of_another_region_are_told_also_with_a_role_of_the_users_own() -> None:
    key = f"arn:aws:kms:{US}:{ACCOUNT}:key/1"
    own = asked(roles=Roles(ACCOUNT, "aws", "x", existing=f"arn:aws:iam::{ACCOUNT}:role/mine"))
    for want in (None, own):
        (problem,) = texts(planned(pair(to={"replica_kms_key_id": key}), want=want))
        assert f"is in {US}, the bucket is in {EU}" in problem


def test_another_role_is_not_replaced_unasked() -> None:
    has = found(**{steps.REPLICATION: Configuration(f"arn:aws:iam::{ACCOUNT}:role/theirs", (rule("a", "b-dr"),))})
    (problem,) = texts(planned(pair(), invoices=has))
    assert "replicates already (rules: a) with the role" in problem and "replace_role" in problem
    replace = asked(roles=Roles(ACCOUNT, "aws", "s3-replication-", replace=True))
    plan = planned(pair(), want=replace, invoices=has)
    assert plan.problems == [] and {
        rule.id for rule in plan.rules["invoices"].planned(has.replication, [0]).after.read()
    } == {
        "a",
        "to-invoices-dr",
    }


def test_roles_of_others_and_roles_that_get_too_large_are_told() -> None:
    elsewhere = RoleFound(True, f"arn:aws:iam::{ACCOUNT}:role/other/s3-replication-invoices")
    (problem,) = texts(planned(pair(), role=elsewhere))
    assert "there is a role s3-replication-invoices already" in problem
    full = RoleFound(True, ROLE, policies={"theirs": {"Statement": ["x" * 10_240]}})
    (problem,) = texts(planned(pair(), role=full))
    assert "IAM takes 10,240" in problem
    many = [pair("invoices", f"{number}-{'x' * 50}-dr", prefix=f"{number}/") for number in range(30)]
    (problem,) = texts(planned(*many))
    assert "IAM takes 10,240" in problem
    (problem,) = texts(planned(pair(), role=RoleFound(True, problem="Could not look at role")))
    assert problem == "Could not look at role"


def test_a_role_is_brought_to_what_it_should_be() -> None:
    want = asked(
        boundary="arn:aws:iam::111122223333:policy/b", standard=Standard(False, False, False, False, tags={"a": "b"})
    )
    role = RoleFound(True, ROLE, {"Statement": []}, {}, "", {"c": "d"})
    plan = planned(pair(), want=want, role=role)
    mine = [step for step in plan.steps if step.stage == steps.ROLES]
    assert [step.kind for step in mine] == [
        steps.ROLE_TRUST,
        steps.ROLE_BOUNDARY,
        steps.ROLE_TAGS,
        steps.ROLE_POLICY,
    ]
    assert mine[2].value == {"a": "b"}


def test_failures_are_told_to_a_queue_of_each_sources_region() -> None:
    notify = Notify("failures", "ours", ACCOUNT, "aws")
    plan = planned(pair(), want=asked(notify=notify), invoices=found(**{steps.NOTIFICATION: {}}))
    (step,) = [step for step in plan.steps if step.kind == steps.NOTIFICATION]
    assert step.value["QueueConfigurations"][0]["QueueArn"] == f"arn:aws:sqs:{US}:{ACCOUNT}:failures"
    assert step.stage < steps.RULES
    far = Notify(f"arn:aws:sqs:{EU}:{ACCOUNT}:failures", "ours", ACCOUNT, "aws")
    (problem,) = texts(planned(pair(), want=asked(notify=far)))
    assert "S3 sends to queues in the bucket's Region only" in problem


def test_between_accounts_the_rule_names_the_account_and_the_policy_the_role() -> None:
    plan = planned(pair(), want=asked(destination_account=OTHER), invoices_dr=found(EU, **{steps.POLICY: None}))
    assert plan.problems == []
    assert plan.rules["invoices"].options[0]["destination"]["account_id"] == OTHER
    (step,) = [step for step in plan.steps if step.kind == steps.POLICY]
    assert {str(said["Principal"]) for said in step.value["Statement"]} == {str({"AWS": ROLE})}
    order = [step.stage for step in plan.steps]
    assert order == sorted(order)


def test_what_goes_takes_our_rule_and_our_notification_only() -> None:
    rules = (rule("to-invoices-dr", "invoices-dr"), rule("theirs", "b-dr"))
    entry = {"Id": "ours", "QueueArn": "arn:aws:sqs:us-east-1:111122223333:q", "Events": []}
    settings = {
        steps.REPLICATION: Configuration(ROLE, rules),
        steps.NOTIFICATION: {"QueueConfigurations": [entry, {**entry, "Id": "theirs"}]},
    }
    plan = planned(pair(), gone=[0], invoices=found(**settings))
    assert kinds(plan) == [steps.NOTIFICATION, steps.REPLICATION]
    assert [one["Id"] for one in plan.steps[0].value["QueueConfigurations"]] == ["theirs"]
    after = plan.rules["invoices"].planned(settings[steps.REPLICATION], [0]).after
    assert after and [one.id for one in after.read()] == ["theirs"]


def test_the_notification_stays_while_another_pair_of_ours_is_there() -> None:
    rules = (rule("to-invoices-dr", "invoices-dr"), rule("to-archive-dr", "archive-dr"))
    entry = {"Id": "ours", "QueueArn": "arn:aws:sqs:us-east-1:111122223333:q", "Events": []}
    settings = {steps.REPLICATION: Configuration(ROLE, rules), steps.NOTIFICATION: {"QueueConfigurations": [entry]}}
    assert kinds(planned(pair(), gone=[0], invoices=found(**settings))) == [steps.REPLICATION]


def test_a_rule_of_that_name_to_another_bucket_is_not_ours() -> None:
    has = Configuration(ROLE, (rule("to-invoices-dr", "elsewhere-dr"),))
    assert planned(pair(), gone=[0], invoices=found(**{steps.REPLICATION: has})).steps == []
    assert planned(pair(), gone=[0], invoices=Found(False)).problems == []


def test_one_may_go_while_another_of_the_same_source_comes() -> None:
    has = Configuration(ROLE, (rule("to-invoices-dr", "invoices-dr"),))
    plan = planned(pair(), pair(destination="new-dr"), gone=[0], invoices=found(**{steps.REPLICATION: has}))
    (put,) = [step for step in plan.steps if step.kind == steps.REPLICATION]
    assert put.pairs == {0, 1}
    assert put.told == "put the rules to-new-dr and remove the rules to-invoices-dr of bucket invoices"
    after = plan.rules["invoices"].planned(has, [0, 1]).after
    assert after and [one.id for one in after.read()] == ["to-new-dr"]


def test_without_replicate_all_but_the_rules_is_planned() -> None:
    plan = planned(pair(), want=asked(replicate=False), invoices_dr=Found(False))
    assert steps.REPLICATION not in kinds(plan)
    assert {steps.CREATE, steps.ROLE_POLICY} <= set(kinds(plan))
