# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans and messages for roles. Each filter's documentation stands in the file of its name beside this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import failure_lines as lines
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import teardown_plan


def replication_teardown_plan(
    pairs: list[dict[str, Any]], found: list[dict[str, Any]], names: dict[str, str], request: dict[str, Any]
) -> dict[str, Any]:
    """What of the pairs' set-up is to be removed, and what stays."""
    asked = teardown_plan.Request(**{**request, "buckets": tuple(request.get("buckets") or ())})
    return teardown_plan.teardown_plan(pairs, found, teardown_plan.Names(**names), asked)


def failure_lines(summary: list[dict[str, Any]]) -> list[str]:
    """What failed, why, and what helps, for a person to read."""
    return lines.failure_lines(summary)


class FilterModule:
    """The filters of this collection that plan, or tell."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Give the filters by name."""
        return {
            "failure_lines": failure_lines,
            "replication_teardown_plan": replication_teardown_plan,
        }
