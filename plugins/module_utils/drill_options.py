# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that the modules for drills share."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.account_options import account_roles, account_roles_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import read_asked
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Sides, sides_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replication_break import Task

KEY_PREFIX = ".aws-dr-drill/"


def drill_spec() -> dict[str, Any]:
    """``pairs``, ``key_prefix``, the roles of the sides and ``concurrency``; mirrored by ``aws_dr.s3.drill``."""
    return {
        "pairs": {"type": "list", "elements": "dict", "required": True},
        "key_prefix": {"type": "str", "default": KEY_PREFIX, "no_log": False},
        **account_roles_spec(),
        **concurrency_spec(),
    }


def task_and_sides(module: AwsDrModule) -> tuple[Task, Sides]:
    """Read them. Raises :class:`RefusedError`, :class:`AwsError`."""
    pairs, problems = read_asked(module.params["pairs"])
    if not pairs and not problems:
        problems = ["pairs is empty; name at least one"]
    if problems:
        raise RefusedError("The pairs", problems)
    roles = account_roles(module.params)
    sides = sides_of(module.clients, *roles, module.region or pairs[0].source_region)
    return Task(pairs, module.params["key_prefix"], module.check_mode, module.params["concurrency"]), sides
