# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replica sets as pairs, and what is left of members that left.

Each filter's documentation stands in the file of its name beside this one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import replica_set
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError


def replica_set_pairs(
    members: list[dict[str, Any]],
    name: str,
    bucket_template: str = "",
    account_id: str = "",
    prefix: str = "",
    delete_marker_replication: bool = True,
    replication_time_control: bool = False,
) -> list[dict[str, Any]]:
    """Each member to all others."""
    asked = replica_set.Set(
        name, bucket_template, account_id, prefix, delete_marker_replication, replication_time_control
    )
    try:
        return replica_set.pairs(members, asked)
    except ToldError as error:
        raise AnsibleFilterError(error.message) from error


def replica_set_departures(
    buckets: list[dict[str, Any]],
    name: str,
    members: list[dict[str, Any]],
    leavers: list[str] | None = None,
    role_prefix: str = "s3-replication-",
) -> dict[str, Any]:
    """What goes as members have left."""
    try:
        return replica_set.departures(buckets, name, members, leavers or [], role_prefix)
    except ToldError as error:
        raise AnsibleFilterError(error.message) from error


class FilterModule:
    """The filters of this collection for replica sets."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Give the filters by name."""
        return {"replica_set_departures": replica_set_departures, "replica_set_pairs": replica_set_pairs}
