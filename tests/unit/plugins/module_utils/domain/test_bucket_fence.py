# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_fence import (
    WRITES,
    fenced,
    is_fenced,
    problems,
    statement,
    unfenced,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import Names, Side
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_policy import mirror_policy

OPS = "arn:aws:iam::111122223333:role/ops"
OTHERS = st.lists(
    st.fixed_dictionaries(
        {"Effect": st.sampled_from(["Allow", "Deny"]), "Principal": st.just("*"), "Action": st.text(min_size=1)},
        optional={"Sid": st.text(alphabet="abc", max_size=3)},
    ),
    max_size=4,
    unique_by=lambda said: said.get("Sid") or id(said),
)


def test_replication_is_not_denied() -> None:
    said = statement("invoices", "aws-us-gov")
    assert said["Resource"] == "arn:aws-us-gov:s3:::invoices/*"
    assert "Condition" not in said
    assert not [action for action in said["Action"] if "Replicat" in action or "Get" in action or "*" in action]
    assert {"s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"} <= set(WRITES)


def test_some_may_go_on_writing() -> None:
    said = statement("invoices", "aws", [OPS, OPS])
    assert said["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": [OPS]}}
    assert problems([OPS, "arn:aws:sts::111122223333:assumed-role/x/y"]) == []
    assert len(problems(["ops", "arn:aws:s3:::invoices"])) == 2


@given(OTHERS)
def test_statements_of_others_stay_and_taking_it_away_gives_back_what_was(others: list[dict[str, Any]]) -> None:
    policy = {"Version": "2012-10-17", "Statement": others} if others else None
    once = fenced(policy, "invoices", "aws")
    assert [said for said in once["Statement"] if said.get("Sid") != "AwsDrFence"] == others
    assert is_fenced(once)
    assert fenced(once, "invoices", "aws") == once
    assert unfenced(once) == policy
    assert unfenced(policy) == policy


def test_a_fence_with_other_exceptions_is_replaced() -> None:
    policy = fenced(None, "invoices", "aws", [OPS])
    assert fenced(policy, "invoices", "aws") == fenced(None, "invoices", "aws")


def test_a_fence_is_never_mirrored_to_the_destination() -> None:
    names = Names(Side("invoices", "us-east-1", "111122223333"), Side("invoices-dr", "eu-west-1", "111122223333"))
    assert mirror_policy(fenced(None, "invoices", "aws"), None, names, purge=False).after is None
    kept = fenced(None, "invoices-dr", "aws")
    assert mirror_policy(None, kept, names, purge=True).after == kept
