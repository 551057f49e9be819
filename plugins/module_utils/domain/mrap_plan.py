# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Multi-Region Access Point is to be, and what has to be done to get there.

Buckets and public access block of an access point can't be changed (S3 User Guide, "Rules for choosing buckets for
Amazon S3 Multi-Region Access Points", "Configuring a Multi-Region Access Point public access block"). What its statuses
allow stands in the S3 API Reference, "MultiRegionAccessPointReport".
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_names import form_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import is_account_id
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import (
    BLOCK,
    CREATING,
    DELETING,
    PARTIALLY_CREATED,
    PARTIALLY_DELETED,
    READY,
    AccessPoint,
    Member,
    name_problem,
)

Policy = Mapping[str, Any]
_REPLACE = (
    "AWS can't change that: delete the access point (state absent) and create it again. It then gets another alias and "
    "ARN, which clients and policies have to follow"
)


@dataclass(frozen=True)
class Wish:
    """An access point as it is to be. ``block`` holds what the user named; ``policy`` unset is left as it is."""

    name: str
    members: tuple[Member, ...]
    policy: Policy | None = None
    block: Mapping[str, bool] = field(default_factory=dict)

    def whole_block(self) -> dict[str, bool]:
        """Give all four settings; what the user did not name is blocked, as the console does."""
        return {option: self.block.get(option, True) for option in BLOCK}


@dataclass(frozen=True)
class Policies:
    """Both policies that AWS keeps: the one that is in force everywhere, and the one that was put last."""

    established: Policy | None = None
    proposed: Policy | None = None

    def settled_on(self, policy: Policy) -> bool:
        """Tell whether exactly this policy is in force and no other is on its way."""
        return self.established is not None and all(
            bucket_policy.same(one, policy) for one in (self.established, self.proposed) if one is not None
        )


@dataclass(frozen=True)
class Plan:
    """``create``: CreateMultiRegionAccessPoint is to be called, for the first time or again. ``put_policy`` likewise.

    ``wait``: it is there, but AWS is still at work on it.
    """

    create: bool = False
    wait: bool = False
    put_policy: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything is to be changed."""
        return self.create or self.put_policy


def form_problems(wish: Wish) -> list[str]:
    """Say everything about the wish that AWS would refuse by form."""
    problems = [problem] if (problem := name_problem(wish.name)) else []
    if not wish.members:
        problems.append("buckets is empty; name one bucket for each Region")
    counted = Counter(member.bucket for member in wish.members)
    problems += [f"bucket {bucket} is named {times} times" for bucket, times in counted.items() if times > 1]
    problems += [problem for bucket in counted if (problem := form_problem(bucket))]
    for member in wish.members:
        if member.account and not is_account_id(member.account):
            problems.append(f"bucket {member.bucket}: account_id {member.account!r} is not twelve digits")
    if wish.policy is not None and not wish.policy.get("Statement"):
        problems.append("policy has no Statement")
    return problems


def region_problems(wish: Wish, regions: Mapping[str, str], account: str) -> list[str]:
    """Say which buckets are missing, and which share a Region. ``regions`` holds all buckets of the caller."""
    mine = [member.bucket for member in wish.members if member.account in ("", account)]
    problems = [
        f"bucket {bucket} is not a bucket of account {account}; create it first, or give its account_id"
        for bucket in mine
        if bucket not in regions
    ]
    by_region: dict[str, list[str]] = {}
    for bucket in mine:
        if region := regions.get(bucket):
            by_region.setdefault(region, []).append(bucket)
    for region, buckets in sorted(by_region.items()):
        if len(buckets) > 1:
            problems.append(f"buckets {' and '.join(buckets)} are both in {region}; name one bucket for each Region")
    return problems


def plan(wish: Wish, found: AccessPoint | None, policies: Policies, account: str) -> Plan:
    """Tell what is to be done. Raises :class:`ValueError` with what can't be done, and what can instead."""
    put_policy = wish.policy is not None and not policies.settled_on(wish.policy)
    if found is None:
        return Plan(create=True, put_policy=put_policy)
    if found.status in (DELETING, PARTIALLY_DELETED):
        raise ValueError(
            f"it is being deleted (status {found.status}); wait until it is gone (state absent does), then create it"
        )
    if differences := immutable_differences(wish, found, account):
        raise ValueError(f"{'; '.join(differences)}. {_REPLACE}")
    again = found.status == PARTIALLY_CREATED
    return Plan(create=again, wait=found.status != READY and not again, put_policy=put_policy)


def immutable_differences(wish: Wish, found: AccessPoint, account: str) -> list[str]:
    """Say in which of the things that can't be changed the access point is not as wished."""
    differences = []
    there = {member.bucket: member.account or account for member in found.members}
    wanted = {member.bucket: member.account for member in wish.members}
    if set(there) != set(wanted):
        differences.append(f"its buckets are {', '.join(sorted(there))}, wanted are {', '.join(sorted(wanted))}")
    differences += [
        f"its bucket {bucket} is of account {there[bucket]}, wanted is {wanted[bucket]}"
        for bucket in sorted(set(there) & set(wanted))
        if wanted[bucket] and wanted[bucket] != there[bucket]
    ]
    differences += [
        f"its {option} is {str(not value).lower()}, wanted is {str(value).lower()}"
        for option, value in wish.block.items()
        if found.block.get(option) != value
    ]
    return differences


def deletion(found: AccessPoint | None) -> tuple[bool, bool]:
    """Tell whether DeleteMultiRegionAccessPoint is to be called, and whether its creation is to be waited for first."""
    if found is None or found.status == DELETING:
        return False, False
    return True, found.status == CREATING


def client_token(operation: str, account: str, name: str, content: Any, after: str = "") -> str:
    """Give the token of a request: the same for the same content, so that a run that was killed makes no second one.

    ``after`` is the request before it of the same content that is over, where there is one: AWS does not say how long
    it remembers a token, and a token that it remembers may be answered with that old request. AWS takes 64 characters.
    """
    text = json.dumps([operation, account, name, content, after], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
