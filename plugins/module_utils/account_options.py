# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that name the role to assume for one side; mirrored by the doc fragment ``account_roles``."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.account_role import AccountRole
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError

SIDES = ("source_account_role", "destination_account_role")


def account_roles_spec() -> dict[str, Any]:
    """``source_account_role`` and ``destination_account_role``."""
    inner = {
        "role_arn": {"type": "str", "required": True},
        # An external id is no secret (IAM User Guide), and a task that shows it is easier to put right.
        "external_id": {"type": "str"},
        "session_name": {"type": "str", "default": "aws-dr-s3"},
    }
    return {side: {"type": "dict", "options": inner} for side in SIDES}


def account_roles(options: dict[str, Any]) -> tuple[AccountRole | None, AccountRole | None]:
    """Read the roles of the source and the destination side; ``None``: the task's own credentials.

    Raises :class:`RefusedError` with all that AssumeRole would refuse by form.
    """
    roles = [AccountRole(**given) if (given := options.get(side)) else None for side in SIDES]
    problems = [f"{side}: {told}" for side, role in zip(SIDES, roles, strict=True) if role for told in role.problems()]
    if problems:
        raise RefusedError("The roles to assume", problems)
    return roles[0], roles[1]
