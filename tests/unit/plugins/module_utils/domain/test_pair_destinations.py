# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_destinations import (
    BLOCKED,
    ENFORCED,
    Target,
    default_key,
    destination_steps,
    policy_problem,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found, Standard, Step

ACCOUNT, EU = "111122223333", "eu-west-1"
KEY = f"arn:aws:kms:{EU}:{ACCOUNT}:key/1234"
OTHER_KEY = f"arn:aws:kms:{EU}:{ACCOUNT}:key/5678"
MISSING = Found(False)


def target(**options: Any) -> Target:
    return Target("invoices-dr", EU, ACCOUNT, "aws", frozenset([0]), **options)


def sse(algorithm: str, key: str = "", **more: Any) -> dict[str, Any]:
    default = {"SSEAlgorithm": algorithm, **({"KMSMasterKeyID": key} if key else {})}
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": default, **more}]}


def there(**settings: Any) -> Found:
    standard = {
        steps.VERSIONING: "Enabled",
        steps.ENCRYPTION: sse("AES256"),
        steps.PUBLIC_ACCESS_BLOCK: BLOCKED,
        steps.OWNERSHIP: {"Rules": [{"ObjectOwnership": ENFORCED}]},
        steps.POLICY: {"Version": "2012-10-17", "Statement": [bucket_policy.tls_only("invoices-dr", "aws")]},
        steps.TAGS: None,
    }
    return Found(True, EU, settings={**standard, **settings})


def plan(found: Found, standard: Standard | None = None, **options: Any) -> list[Step]:
    return list(destination_steps(target(**options), found, standard or Standard()))


def kinds(made: list[Step]) -> list[str]:
    return [step.kind for step in made]


def test_nothing_is_done_where_all_is_well() -> None:
    assert plan(there()) == []


def test_a_bucket_is_made_closed_from_the_first_moment() -> None:
    made = plan(MISSING)
    assert kinds(made) == [steps.CREATE, steps.VERSIONING, steps.PUBLIC_ACCESS_BLOCK, steps.POLICY]
    assert made[0].value == {"region": EU, "object_lock": False, "enforced": True, "account_regional": False}


def test_object_lock_comes_with_the_bucket_or_later() -> None:
    made = plan(MISSING, locked=True)
    assert made[0].value["object_lock"]
    assert steps.VERSIONING not in kinds(made)
    assert kinds(plan(there(**{steps.OBJECT_LOCK: False}), locked=True)) == [steps.OBJECT_LOCK]
    assert plan(there(**{steps.OBJECT_LOCK: True}), locked=True) == []
    assert plan(there(), Standard(object_lock=False), locked=True) == []


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({steps.VERSIONING: "Suspended"}, steps.VERSIONING),
        ({steps.VERSIONING: ""}, steps.VERSIONING),
        ({steps.ENCRYPTION: None}, steps.ENCRYPTION),
        ({steps.PUBLIC_ACCESS_BLOCK: None}, steps.PUBLIC_ACCESS_BLOCK),
        ({steps.PUBLIC_ACCESS_BLOCK: {**BLOCKED, "IgnorePublicAcls": False}}, steps.PUBLIC_ACCESS_BLOCK),
        ({steps.OWNERSHIP: None}, steps.OWNERSHIP),
        ({steps.OWNERSHIP: {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}}, steps.OWNERSHIP),
        ({steps.POLICY: None}, steps.POLICY),
    ],
)
def test_a_run_that_was_cut_off_is_made_up_for(settings: dict[str, Any], kind: str) -> None:
    assert kinds(plan(there(**settings))) == [kind]


def test_what_is_switched_off_is_left_alone() -> None:
    nothing = Standard(encryption=False, public_access_block=False, ownership=False, tls_only=False)
    assert kinds(plan(Found(True, EU, settings={steps.VERSIONING: "Enabled"}), nothing)) == []
    assert plan(MISSING, nothing)[0].value["enforced"] is False


def test_the_key_of_the_pair_becomes_the_default_and_no_key_is_ever_taken_away() -> None:
    def after(found: Any, *keys: str) -> Any:
        made = plan(there(**{steps.ENCRYPTION: found}), kms_keys=frozenset(keys))
        return made[0].value if made else None

    assert after(sse("AES256"), KEY) == sse("aws:kms", KEY, BucketKeyEnabled=True)
    assert after(sse("aws:kms", KEY, BucketKeyEnabled=True), KEY) is None
    assert after(sse("aws:kms", KEY, BucketKeyEnabled=False), KEY) == sse("aws:kms", KEY, BucketKeyEnabled=True)
    for kept in (sse("aws:kms", OTHER_KEY), sse("aws:kms:dsse", KEY), sse("aws:kms")):
        assert after(kept, KEY) is None
        assert after(kept) is None
    # Two pairs with different keys agree on none.
    assert after(sse("AES256"), KEY, OTHER_KEY) is None
    blocked = {"BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}}
    assert after(sse("AES256", **blocked), KEY) == sse("aws:kms", KEY, BucketKeyEnabled=True, **blocked)


def test_the_default_key_is_named_by_its_arn() -> None:
    def key(encryption: Any) -> str | None:
        return default_key(there(**{steps.ENCRYPTION: encryption}), EU, ACCOUNT, "aws")

    assert key(sse("AES256")) is None
    assert key(sse("aws:kms")) is None
    assert key(sse("aws:kms", "alias/mine")) is None
    assert key(sse("aws:kms", KEY)) == KEY
    assert key(sse("aws:kms:dsse", "1234")) == KEY


def test_statements_for_roles_wait_for_the_roles() -> None:
    role = "arn:aws:iam::111122223333:role/s3-replication-invoices"
    replicators = tuple(bucket_policy.allow_replication("invoices-dr", [role], "aws"))
    (step,) = plan(there(), replicators=replicators)
    assert (step.kind, step.stage) == (steps.POLICY, steps.POLICIES)
    assert plan(there(**{steps.POLICY: step.value}), replicators=replicators) == []


def test_a_policy_that_gets_too_large_is_told() -> None:
    statement = {"Sid": "Large", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    large = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "arn:aws:s3:::x/" + "k" * 20_400}]}
    problem = policy_problem(target(), there(**{steps.POLICY: large}), Standard())
    assert problem and "S3 takes 20480" in problem


def test_tags_are_added_and_those_of_aws_not_written() -> None:
    has = [{"Key": "owner", "Value": "them"}, {"Key": "aws:cloudformation:stack-id", "Value": "x"}]
    (step,) = plan(there(**{steps.TAGS: has}), Standard(tags={"dr": "yes"}))
    assert step.value == [{"Key": "owner", "Value": "them"}, {"Key": "dr", "Value": "yes"}]
    assert plan(there(**{steps.TAGS: [{"Key": "dr", "Value": "yes"}]}), Standard(tags={"dr": "yes"})) == []


SWITCH = st.booleans()


@given(
    st.fixed_dictionaries(
        {},
        optional={
            steps.VERSIONING: st.sampled_from(["", "Suspended", "Enabled"]),
            steps.OBJECT_LOCK: SWITCH,
            steps.ENCRYPTION: st.sampled_from([None, sse("AES256"), sse("aws:kms"), sse("aws:kms", KEY)]),
            steps.PUBLIC_ACCESS_BLOCK: st.none() | st.dictionaries(st.sampled_from(sorted(BLOCKED)), SWITCH),
            steps.OWNERSHIP: st.sampled_from([None, {"Rules": []}, {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}]),
            steps.TAGS: st.none() | st.just([{"Key": "a", "Value": "b"}]),
        },
    ),
    st.builds(Standard, SWITCH, SWITCH, SWITCH, SWITCH, SWITCH, st.sampled_from([{}, {"dr": "yes"}])),
    SWITCH,
    st.sampled_from([frozenset(), frozenset([KEY])]),
)
def test_after_the_steps_nothing_is_left_to_do(
    settings: dict[str, Any], standard: Standard, locked: bool, keys: frozenset[str]
) -> None:
    made = list(destination_steps(target(locked=locked, kms_keys=keys), Found(True, EU, settings=settings), standard))
    values = {step.kind: step.value for step in made}
    if steps.OBJECT_LOCK in values:
        values[steps.OBJECT_LOCK] = True
    done = Found(True, EU, settings={**settings, **values})
    assert list(destination_steps(target(locked=locked, kms_keys=keys), done, standard)) == []
