# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import BLOCK, AccessPoint, Member
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_plan import (
    Plan,
    Policies,
    Wish,
    client_token,
    deletion,
    form_problems,
    plan,
    region_problems,
)

ACCOUNT, OTHER = "111122223333", "444455556666"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"]}]}
SAME = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject"}}
ANOTHER = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*"}]}
BLOCKED = dict.fromkeys(BLOCK, True)
WISH = Wish("invoices", (Member("b-east"), Member("b-west")))
THERE = AccessPoint(
    "invoices",
    "abc.mrap",
    "READY",
    "",
    (Member("b-west", "us-west-2", ACCOUNT), Member("b-east", "us-east-1", ACCOUNT)),
    BLOCKED,
)


def of(status: str) -> AccessPoint:
    return replace(THERE, status=status)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, Plan(create=True)),
        (THERE, Plan()),
        (of("CREATING"), Plan(wait=True)),
        (of("INCONSISTENT_ACROSS_REGIONS"), Plan(wait=True)),
        (of("PARTIALLY_CREATED"), Plan(create=True)),
    ],
)
def test_each_status_has_its_plan(found: AccessPoint | None, expected: Plan) -> None:
    assert plan(WISH, found, Policies(), ACCOUNT) == expected
    assert expected.changed == expected.create


@pytest.mark.parametrize("status", ["DELETING", "PARTIALLY_DELETED"])
def test_one_that_is_being_deleted_is_not_made_over(status: str) -> None:
    with pytest.raises(ValueError, match=f"it is being deleted .status {status}.; wait until it is gone"):
        plan(WISH, of(status), Policies(), ACCOUNT)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (replace(WISH, members=(Member("b-east"),)), "its buckets are b-east, b-west, wanted are b-east"),
        (replace(WISH, members=(Member("b-east"), Member("x-west"))), "wanted are b-east, x-west"),
        (
            replace(WISH, members=(Member("b-east", account=OTHER), Member("b-west"))),
            f"its bucket b-east is of account {ACCOUNT}, wanted is {OTHER}",
        ),
        (replace(WISH, block={"block_public_acls": False}), "its block_public_acls is true, wanted is false"),
    ],
)
@pytest.mark.parametrize("status", ["READY", "CREATING", "PARTIALLY_CREATED"])
def test_what_can_not_be_changed_is_refused_with_the_way_out(wish: Wish, said: str, status: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        plan(wish, of(status), Policies(), ACCOUNT)
    assert "delete the access point (state absent) and create it again" in str(refused.value)
    assert "another alias" in str(refused.value)


def test_what_is_not_named_is_not_looked_at() -> None:
    open_one = replace(THERE, block={**BLOCKED, "block_public_policy": False})
    assert plan(WISH, open_one, Policies(), ACCOUNT) == Plan()
    named = replace(
        WISH, members=(Member("b-east", account=ACCOUNT), Member("b-west")), block={"block_public_acls": True}
    )
    assert plan(named, open_one, Policies(), ACCOUNT) == Plan()
    assert replace(WISH, block={"block_public_acls": False}).whole_block() == {**BLOCKED, "block_public_acls": False}


@pytest.mark.parametrize(
    ("held", "settled"),
    [
        (Policies(), False),
        (Policies(POLICY, POLICY), True),
        (Policies(SAME, None), True),
        (Policies(POLICY, ANOTHER), False),
        (Policies(ANOTHER, POLICY), False),
        (Policies(None, POLICY), False),
    ],
)
def test_a_policy_is_settled_when_it_is_in_force_and_no_other_on_its_way(held: Policies, settled: bool) -> None:
    wish = replace(WISH, policy=POLICY)
    assert plan(wish, THERE, held, ACCOUNT) == Plan(put_policy=not settled)
    assert plan(WISH, THERE, held, ACCOUNT) == Plan(), "a policy that is not named is left as it is"


def test_all_problems_of_form_are_told_together() -> None:
    wish = Wish("Bad", (Member("b"), Member("b-east", account="12"), Member("b-east")), policy={"Version": "x"})
    told = form_problems(wish)
    assert len(told) == 5
    for part in (
        "'Bad' is not a name",
        "b-east is named 2 times",
        "'b' is not a bucket's name",
        "'12'",
        "no Statement",
    ):
        assert any(part in one for one in told), (part, told)
    assert form_problems(Wish("invoices", ())) == ["buckets is empty; name one bucket for each Region"]
    assert form_problems(replace(WISH, policy=POLICY)) == []


def test_missing_buckets_and_shared_regions_are_told_together() -> None:
    wish = Wish(
        "invoices", (Member("a"), Member("b"), Member("c"), Member("d", account=OTHER), Member("e", account=ACCOUNT))
    )
    told = region_problems(wish, {"a": "us-east-1", "b": "us-east-1", "d": "us-east-1", "e": "eu-west-1"}, ACCOUNT)
    assert told == [
        f"bucket c is not a bucket of account {ACCOUNT}; create it first, or give its account_id",
        "buckets a and b are both in us-east-1; name one bucket for each Region",
    ]
    assert region_problems(WISH, {"b-east": "us-east-1", "b-west": "us-west-2"}, ACCOUNT) == []


@pytest.mark.parametrize(
    ("found", "delete", "creating"),
    [
        (None, False, False),
        (THERE, True, False),
        (of("CREATING"), True, True),
        (of("DELETING"), False, False),
        (of("PARTIALLY_DELETED"), True, False),
        (of("PARTIALLY_CREATED"), True, False),
        (of("INCONSISTENT_ACROSS_REGIONS"), True, False),
    ],
)
def test_deletion(found: AccessPoint | None, delete: bool, creating: bool) -> None:
    assert deletion(found) == (delete, creating)


_CONTENT: st.SearchStrategy[Any] = st.recursive(st.text() | st.integers(), st.lists, max_leaves=5)


@given(st.text(), st.text(), _CONTENT, st.text(), st.text())
def test_a_token_follows_from_the_content_alone(one: str, name: str, content: Any, after: str, other: str) -> None:
    token = client_token(one, ACCOUNT, name, content, after)
    assert token == client_token(one, ACCOUNT, name, content, after)
    assert len(token) == 64 and not any(letter.isspace() for letter in token)
    if other != after:
        assert token != client_token(one, ACCOUNT, name, content, other)
    assert token != client_token(one, OTHER, name, content, after)
