# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the modules for Multi-Region Access Points, from a task's parameters to what use cases take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.mrap import QUICK
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import BLOCK, Member
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_plan import Wish
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


def quick_clients(module: AwsDrModule) -> Clients:
    """Give clients that take a Region for dead after seconds; what the task says of its connections goes before."""
    return module.clients.varied({**QUICK, **(module.params.get("aws_config") or {})}).get


def wish_from(params: Mapping[str, Any]) -> Wish:
    """Give what is wished. Raises :class:`RefusedError` for a policy that is no JSON object."""
    policy = params["policy"]
    if policy is not None:
        try:
            policy = json.loads(policy)
        except ValueError as error:
            raise RefusedError("policy", [f"it is not JSON: {error}"]) from None
        if not isinstance(policy, dict):
            raise RefusedError("policy", ["it is JSON, but no object; expected a policy document"])
    given = params["public_access_block"] or {}
    block = {option: given[option] for option in BLOCK if given.get(option) is not None}
    members = tuple(Member(one["bucket"], account=one["account_id"] or "") for one in params["buckets"] or ())
    return Wish(params["name"], members, policy, block)


def patience_from(params: Mapping[str, Any]) -> Patience:
    """Give how long to wait. Raises :class:`RefusedError`."""
    problems = [
        f"{option} is {params[option]}; it must not be negative"
        for option in ("wait_timeout", "wait_delay")
        if params[option] < 0
    ]
    if problems:
        raise RefusedError("The wait can't be right", problems)
    return Patience(params["wait_timeout"], params["wait_delay"])
