# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pairs as what fails over, and the report of a failover.

Each filter's documentation stands in the file of its name beside this one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import failback_judgement as judgement
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import failover_groups as groups
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_report import report


def failover_groups(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The buckets that replicate to each other."""
    try:
        return groups.groups(pairs)
    except ToldError as error:
        raise AnsibleFilterError(error.message) from error


def two_way_pairs(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pairs and their ways back."""
    try:
        groups.groups(pairs)
    except ToldError as error:
        raise AnsibleFilterError(error.message) from error
    return groups.both_ways(pairs)


def pairs_to_compare(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What comparing takes of pairs."""
    return groups.to_compare(pairs)


def failover_report(parts: dict[str, Any]) -> dict[str, Any]:
    """What was switched when, and what is not on the new side."""
    return report(parts)


def failback_judgement(compared: dict[str, Any], regions: list[str]) -> dict[str, Any]:
    """Whether a comparison speaks against going back."""
    return judgement.judged(compared, regions)


class FilterModule:
    """The filters of this collection for failover."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Give the filters by name."""
        return {
            "failback_judgement": failback_judgement,
            "failover_groups": failover_groups,
            "failover_report": failover_report,
            "pairs_to_compare": pairs_to_compare,
            "two_way_pairs": two_way_pairs,
        }
