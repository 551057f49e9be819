# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans and messages for roles. Each filter's documentation stands in the file of its name beside this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import failure_lines as lines
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import setup_plan
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError


def replication_setup_plan(
    pairs: list[dict[str, Any]],
    buckets: list[dict[str, Any]],
    account_id: str,
    partition: str,
    role_prefix: str,
    role_path: str = "/",
    role: str | None = None,
    replace_role: bool = False,
) -> dict[str, Any]:
    """What has to be done for the pairs."""
    roles = setup_plan.Roles(account_id, partition, role_prefix, role_path, role or None, replace_role)
    try:
        return setup_plan.setup_plan(pairs, buckets, roles)
    except ToldError as error:
        raise AnsibleFilterError(error.message) from error


def failure_lines(summary: list[dict[str, Any]]) -> list[str]:
    """What failed, why, and what helps, for a person to read."""
    return lines.failure_lines(summary)


class FilterModule:
    """The filters of this collection that plan, or tell."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Give the filters by name."""
        return {"failure_lines": failure_lines, "replication_setup_plan": replication_setup_plan}
