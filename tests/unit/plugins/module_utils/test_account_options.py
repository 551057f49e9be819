# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml

from ansible_collections.aws_dr.s3.plugins.doc_fragments.account_roles import ModuleDocFragment
from ansible_collections.aws_dr.s3.plugins.module_utils.account_options import account_roles, account_roles_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.account_role import AccountRole
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError

ARN = "arn:aws:iam::444455556666:role/dr"


def test_the_fragment_says_what_the_spec_says() -> None:
    told = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    spec = account_roles_spec()
    assert set(told) == set(spec)
    for side, option in spec.items():
        inner = {
            name: {key: value for key, value in one.items() if key != "description"}
            for name, one in told[side]["suboptions"].items()
        }
        assert inner == option["options"]


def test_roles_are_read() -> None:
    given = {"role_arn": ARN, "external_id": "e1", "session_name": "dr"}
    assert account_roles({"destination_account_role": given}) == (None, AccountRole(ARN, "e1", "dr"))


def test_all_that_is_wrong_is_told() -> None:
    wrong = {"role_arn": "dr", "external_id": None, "session_name": "?"}
    with pytest.raises(RefusedError) as refused:
        account_roles({"source_account_role": wrong, "destination_account_role": wrong})
    assert len(refused.value.problems) == 4
    assert {problem.split(":")[0] for problem in refused.value.problems} == {
        "source_account_role",
        "destination_account_role",
    }
