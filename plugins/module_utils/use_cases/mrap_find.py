# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find Multi-Region Access Points by what a user calls them, needing as little of AWS as that takes.

An ARN says all by itself. An alias needs STS, which every Region has, for account and partition. A name needs the one
Region that manages access points, because no other knows names.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import mrap, sts
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import Reference, access_point_arn, control_region
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.route_regions import RouteRegions


@dataclass(frozen=True)
class Found:
    """What has to be known to ask for routes. ``name`` is known only where it was asked for."""

    account: str
    arn: str
    alias: str
    name: str | None = None


class Finder:
    """Asks STS at most once, and only if it has to; safe to share between threads."""

    def __init__(self, clients: Clients, regions: RouteRegions) -> None:
        self._clients, self._regions = clients, regions
        self._caller: sts.Caller | None = None
        self._lock = threading.Lock()

    @property
    def caller(self) -> sts.Caller:
        """Who is calling. Raises :class:`AwsError` when no Region says it."""
        with self._lock:
            caller = self._caller or self._regions.ask("sts", sts.get_caller)[0]
            self._caller = caller
            return caller

    def find(self, asked: Reference) -> Found:
        """Give account, ARN and alias. Raises :class:`AwsError`; :class:`MissingError` where there is no such name."""
        if asked.account and asked.partition and asked.alias:
            return _found(asked.partition, asked.account, asked.alias)
        account, partition = self.caller.account, self.caller.partition
        if asked.alias:
            return _found(partition, account, asked.alias)
        name = asked.name or asked.asked
        return _found(partition, account, self._alias_of(name, account, control_region(partition)), name)

    def _alias_of(self, name: str, account: str, region: str) -> str:
        try:
            found = mrap.get_access_point(self._clients("s3control", region), account, name)
        except UnreachableError as error:
            todo = f"Only {region} knows names, and it does not answer: give the alias or the ARN, which need it not"
            raise UnreachableError(error.doing, error.code, error.status, error.said, todo) from error
        if not found.alias:
            raise AwsError(f"read the alias of {name}", "", 0, f"it has none yet, its status is {found.status}")
        return found.alias


def _found(partition: str, account: str, alias: str, name: str | None = None) -> Found:
    return Found(account, access_point_arn(partition, account, alias), alias, name)
