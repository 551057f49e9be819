# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_policy import (
    TLS_ONLY_SID,
    allow_replication,
    denies_without_tls,
    merged,
    our_sids,
    replication_sids,
    same,
    size_problem,
    tls_only,
    without,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError

ROLE = "arn:aws:iam::111122223333:role/dr/s3-replication-invoices"
OTHER_ROLE = "arn:aws:iam::111122223333:role/s3-replication-photos"
BUCKET = "arn:aws:s3:::invoices-dr"
THEIRS = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:Get*", "Resource": f"{BUCKET}/*"}
NAMELESS = {"Effect": "Deny", "Principal": "*", "Action": ["s3:DeleteBucket"], "Resource": [BUCKET]}


def ours(owner_override: bool = False) -> list[dict[str, Any]]:
    replication = allow_replication("invoices-dr", [ROLE], "aws", owner_override)
    return [tls_only("invoices-dr", "aws"), *replication]


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


# ---- the statements


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_everything_without_tls_is_denied(partition: str) -> None:
    arn = f"arn:{partition}:s3:::invoices-dr"
    assert tls_only("invoices-dr", partition) == {
        "Sid": "AwsDrTlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_a_role_of_another_account_may_replicate_and_nothing_else() -> None:
    on_objects, on_bucket = allow_replication("invoices-dr", [ROLE], "aws")
    assert {**on_objects, "Sid": ""} == {
        "Sid": "",
        "Effect": "Allow",
        "Principal": {"AWS": ROLE},
        "Action": ["s3:ReplicateDelete", "s3:ReplicateObject"],
        "Resource": [f"{BUCKET}/*"],
    }
    assert (on_bucket["Action"], on_bucket["Resource"]) == (["s3:GetBucketVersioning", "s3:List*"], [BUCKET])
    assert [on_objects["Sid"], on_bucket["Sid"]] == list(replication_sids(ROLE))
    assert all(sid.startswith("AwsDrReplication") and sid.isalnum() for sid in replication_sids(ROLE))


def test_replicas_change_hands_only_where_that_is_asked_for() -> None:
    plain, overriding = (allow_replication("invoices-dr", [ROLE], "aws", override)[0] for override in (False, True))
    assert set(overriding["Action"]) - set(plain["Action"]) == {"s3:ObjectOwnerOverrideToBucketOwner"}


def test_each_role_has_statements_of_its_own() -> None:
    statements = allow_replication("invoices-dr", [OTHER_ROLE, ROLE, ROLE], "aws")
    assert [said["Principal"]["AWS"] for said in statements] == [ROLE, ROLE, OTHER_ROLE, OTHER_ROLE]
    assert len({said["Sid"] for said in statements}) == 4


def test_what_is_no_role_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"invoices-dr: .*root.* role") as refused:
        allow_replication("invoices-dr", ["arn:aws:iam::111122223333:root", ROLE, "me"], "aws")
    assert len(refused.value.problems) == 2


# ---- into the policy and out of it


def test_a_bucket_without_policy_gets_ours() -> None:
    assert merged(None, ours()) == policy(*ours())


def test_the_statements_of_others_stay_word_for_word_and_in_order() -> None:
    before = {"Version": "2008-10-17", "Id": "theirs", "Statement": [NAMELESS, THEIRS]}
    told = copy.deepcopy(before)
    after = merged(before, ours())
    assert after == {**told, "Statement": [NAMELESS, THEIRS, *ours()]}
    assert before == told


def test_a_policy_of_the_old_version_keeps_it_for_the_variables_in_it() -> None:
    assert "Version" not in merged({"Statement": THEIRS}, ours())


def test_ours_is_replaced_in_its_place() -> None:
    tls, objects, bucket = ours()
    after = merged(policy(objects, THEIRS, tls), ours(owner_override=True))
    assert [said["Sid"] for said in after["Statement"]] == [objects["Sid"], "Theirs", TLS_ONLY_SID, bucket["Sid"]]
    assert "s3:ObjectOwnerOverrideToBucketOwner" in after["Statement"][0]["Action"]


def test_the_role_of_another_run_keeps_its_right() -> None:
    first = merged(None, allow_replication("invoices-dr", [ROLE], "aws"))
    second = merged(first, allow_replication("invoices-dr", [OTHER_ROLE], "aws"))
    assert set(replication_sids(ROLE)) < set(our_sids(second))


def test_a_statement_of_ours_that_stands_there_twice_becomes_one() -> None:
    tls = tls_only("invoices-dr", "aws")
    assert merged(policy(tls, tls), [tls]) == policy(tls)


def test_nothing_is_left_when_only_ours_was_there() -> None:
    assert without(policy(*ours()), our_sids(policy(*ours()))) is None
    assert without(None, [TLS_ONLY_SID]) is None


def test_only_the_named_are_taken_out() -> None:
    assert without(policy(THEIRS, *ours(), NAMELESS), our_sids(policy(*ours()))) == policy(THEIRS, NAMELESS)


def test_only_our_marks_are_ours() -> None:
    assert our_sids(policy(THEIRS, NAMELESS, *ours())) == [said["Sid"] for said in ours()]
    assert our_sids(None) == []


# ---- TLS-only of somebody else


def theirs_tls(**changes: Any) -> dict[str, Any]:
    return {**tls_only("invoices-dr", "aws"), "Sid": "EnforceTLS", **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": ["*"]}},
        {"Action": ["S3:*"]},
        {"Action": "*"},
        {"Resource": "*"},
        {"Resource": [f"{BUCKET}*"]},
        {"Resource": [f"{BUCKET}/*", BUCKET, "arn:aws:s3:::another"]},
        {"Condition": {"Bool": {"AWS:securetransport": [False]}}},
        {"Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}}},
    ],
)
def test_tls_only_of_somebody_else_counts_as_present(changes: dict[str, Any]) -> None:
    before = policy(THEIRS, theirs_tls(**changes))
    assert denies_without_tls(before, "invoices-dr", "aws")
    assert merged(before, [tls_only("invoices-dr", "aws")]) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Allow"},
        {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {"Principal": {"Service": "*"}},
        {"Action": "s3:GetObject"},
        {"Resource": f"{BUCKET}/*"},
        {"Resource": BUCKET},
        {"Resource": ["arn:aws:s3:::invoices-d", "arn:aws:s3:::invoices-d/*"]},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": ["true", "false"]}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalTag/a": "b"}}},
        {"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
        {"NotAction": "s3:GetObject"},
    ],
)
def test_what_denies_less_does_not_count(changes: dict[str, Any]) -> None:
    before = policy(theirs_tls(**changes))
    assert not denies_without_tls(before, "invoices-dr", "aws")
    assert our_sids(merged(before, [tls_only("invoices-dr", "aws")])) == [TLS_ONLY_SID]


def test_another_sid_of_the_same_denial_is_the_same() -> None:
    assert same(policy(theirs_tls()), policy(tls_only("invoices-dr", "aws")))
    assert same(policy(theirs_tls(), tls_only("invoices-dr", "aws")), policy(theirs_tls()))
    assert not same(policy({**THEIRS, "Sid": "Another"}), policy(THEIRS))


# ---- the same or not


def test_order_and_lists_of_one_do_not_count() -> None:
    one = policy({**THEIRS, "Action": ["s3:GetObject", "s3:GetObjectVersion"]}, *ours())
    other = policy(*reversed(ours()), {**THEIRS, "Action": ["s3:GetObjectVersion", "s3:GetObject"]})
    assert same(one, other)
    assert same(policy(THEIRS), {"Version": "2012-10-17", "Statement": {**THEIRS, "Resource": [THEIRS["Resource"]]}})


def test_what_differs_differs() -> None:
    assert not same(policy(*ours()), policy(*ours(owner_override=True)))
    assert not same(policy(THEIRS), {**policy(THEIRS), "Version": "2008-10-17"})
    assert not same(policy(THEIRS), None)
    assert same(None, None)


def test_a_policy_that_s3_would_not_take_is_told() -> None:
    roles = [f"arn:aws:iam::111122223333:role/s3-replication-{number:03d}" for number in range(60)]
    assert size_problem(merged(None, allow_replication("invoices-dr", roles[:30], "aws"))) is None
    told = size_problem(merged(None, allow_replication("invoices-dr", roles, "aws")))
    assert told is not None and "20480" in told


# ---- whatever others wrote

texts = st.text(max_size=8)
values = st.one_of(texts, st.lists(texts, max_size=3))
conditions = st.dictionaries(texts, st.dictionaries(texts, st.one_of(values, st.booleans()), max_size=2), max_size=2)
theirs = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": st.one_of(texts, st.sampled_from([TLS_ONLY_SID, *replication_sids(ROLE)])),
        "Principal": st.one_of(st.just("*"), st.dictionaries(texts, values, max_size=2)),
        "Action": values,
        "NotAction": values,
        "Resource": values,
        "Condition": conditions,
    },
)
policies = st.one_of(
    st.none(),
    st.fixed_dictionaries({"Statement": st.one_of(theirs, st.lists(theirs, max_size=4))}, optional={"Id": texts}),
)


@given(policies)
def test_merging_keeps_others_and_a_second_time_changes_nothing(existing: dict[str, Any] | None) -> None:
    before = copy.deepcopy(existing)
    names = {said["Sid"] for said in ours()}
    after = merged(existing, ours())
    assert existing == before
    others = [said for said in bucket_policy._statements(existing) if said.get("Sid") not in names]
    assert [said for said in after["Statement"] if said.get("Sid") not in names] == others
    assert merged(after, ours()) == after
    assert same(merged(after, ours()), after)
    assert all(said in after["Statement"] for said in ours()[1:])
    assert denies_without_tls(after, "invoices-dr", "aws")
    left = without(after, names)
    assert (left["Statement"] if left else []) == others


@given(policies, st.randoms(use_true_random=False))
def test_the_same_policy_is_the_same_whatever_its_order(existing: dict[str, Any] | None, random: Any) -> None:
    other = json.loads(json.dumps(existing))
    if other and isinstance(other["Statement"], list):
        random.shuffle(other["Statement"])
    assert same(existing, other)
