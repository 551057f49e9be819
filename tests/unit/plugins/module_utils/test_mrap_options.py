# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import Member
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_plan import Wish
from ansible_collections.aws_dr.s3.plugins.module_utils.mrap_options import patience_from, wish_from

NOTHING: dict[str, Any] = {"name": "invoices", "buckets": None, "policy": None, "public_access_block": None}


def test_what_is_not_given_is_not_wished() -> None:
    assert wish_from(NOTHING) == Wish("invoices", ())
    block = {"block_public_acls": False, "ignore_public_acls": None}
    buckets = [{"bucket": "a", "account_id": None}, {"bucket": "b", "account_id": "444455556666"}]
    given = {**NOTHING, "buckets": buckets, "policy": '{"Statement": []}', "public_access_block": block}
    members = (Member("a"), Member("b", account="444455556666"))
    assert wish_from(given) == Wish("invoices", members, {"Statement": []}, {"block_public_acls": False})


@pytest.mark.parametrize(("policy", "said"), [("{", "it is not JSON"), ("[]", "no object"), ("null", "no object")])
def test_a_policy_that_is_none_is_refused(policy: str, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        wish_from({**NOTHING, "policy": policy})


def test_a_wait_is_not_negative() -> None:
    assert patience_from({"wait_timeout": 0, "wait_delay": 0}).timeout == 0
    with pytest.raises(RefusedError) as refused:
        patience_from({"wait_timeout": -1, "wait_delay": -1})
    assert len(refused.value.problems) == 2
