# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at the Regions, buckets and roles of many pairs, with as few calls as there can be, many at once.

What can't be looked at is a problem of the pairs that need it, never an end of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import (
    iam_role,
    s3_bucket,
    s3_bucket_settings,
    s3_notification,
    s3_replication,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import SOON, Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import (
    AccessDeniedError,
    AwsError,
    MissingError,
    UnreachableError,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller, get_caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.account_role import AccountRole
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_roles import RoleTarget
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found, RoleFound
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.setup_plan import Roles, policy_name
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress

# With more buckets or roles than this, reading all of the account's at once takes fewer calls.
FEW = 10
# What services say to credentials that their Region does not know, as it is not enabled for the account (Account
# Management Guide, "Specify which AWS Regions your account can use"; common errors of each service).
_NOT_ENABLED = frozenset(
    ["AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidToken", "UnrecognizedClientException"]
)


@dataclass(frozen=True)
class Side:
    """One side's clients, and whose they are. ``region`` is where calls go that belong to no bucket."""

    clients: Clients
    caller: Caller
    region: str | None

    def s3(self, region: str) -> Any:
        """Give the S3 client of a Region."""
        return self.clients.get("s3", region)


@dataclass(frozen=True)
class Sides:
    """Both sides; the same one twice where no role is assumed."""

    source: Side
    destination: Side


def sides_of(
    clients: Clients, source_role: AccountRole | None, destination_role: AccountRole | None, region: str | None = None
) -> Sides:
    """Assume the roles of the sides, where there are any. Raises :class:`AwsError`."""

    def side(role: AccountRole | None) -> Side:
        mine = clients.assuming(role, region) if role else clients
        return Side(mine, get_caller(mine.get("sts", region)), region)

    source = side(source_role)
    return Sides(source, source if destination_role == source_role else side(destination_role))


@dataclass
class Need:
    """What has to be known of a bucket: the names of settings, besides whether it is there."""

    side: Side
    role: str
    region: str
    account: str
    settings: set[str] = field(default_factory=set)


# ---- Regions ---------------------------------------------------------------------------------------------------------


def region_problems(asked: Iterable[tuple[Side, str]], concurrency: int) -> dict[tuple[str, str], str]:
    """Tell which Regions can't be used, by account and Region.

    A Region that an account has not enabled does not know its credentials. STS says so there, and needs no permission
    for that; the calls that list Regions need one.
    """
    # Where a side was asked whose its credentials are, they are known.
    places = {(side.caller.account, region): side for side, region in asked if region != side.region}
    soon = {side.caller.account: side.clients.varied(SOON) for side in places.values()}

    def ask(place: tuple[str, str]) -> str:
        account, region = place
        try:
            get_caller(soon[account].get("sts", region))
        except UnreachableError as error:
            # Networks may let through to S3 alone.
            if s3_bucket.answers(soon[account].get("s3", region)):
                return ""
            return f"the Region {region} can't be reached: {error.said}. Check its name, the network, and its health"
        except AwsError as error:
            if error.code not in _NOT_ENABLED:
                return error.message
            return (
                f"the Region {region} does not know the credentials ({error.code}): account {account} has not enabled "
                f"it. Enable it in the account's settings (account:EnableRegion), or choose another Region"
            )
        return ""

    told = dict(zip(places, in_order(ask, places, concurrency), strict=True))
    return {place: problem for place, problem in told.items() if problem}


# ---- buckets ---------------------------------------------------------------------------------------------------------


def look_at_buckets(needs: Mapping[str, Need], concurrency: int, progress: Progress) -> dict[str, Found]:
    """Look at each bucket once; what fails is the bucket's ``problem``."""
    known = _regions(needs)
    for need in needs.values():
        need.side.s3(need.region)
    progress.begin("look at buckets", len(needs))

    def look(name: str) -> Found:
        found = _look(name, needs[name], known.get(needs[name].side.caller.account))
        progress.part(failed=bool(found.problem))
        return found

    return dict(zip(needs, in_order(look, needs, concurrency), strict=True))


def _regions(needs: Mapping[str, Need]) -> dict[str, dict[str, str]]:
    """Regions of all buckets by account, of accounts with many buckets to look at. What is missing is asked for."""
    by_account: dict[str, tuple[Side, set[str]]] = {}
    for name, need in needs.items():
        if need.account == need.side.caller.account:
            by_account.setdefault(need.account, (need.side, set()))[1].add(name)
    known = {}
    for account, (side, names) in by_account.items():
        if len(names) <= FEW:
            continue
        region = side.region or needs[min(names)].region
        try:
            regions = s3_bucket.regions_of_buckets(side.s3(region))
        except AwsError:
            continue  # not allowed, or not able: then each bucket is asked for
        known[account] = {name: there for name, there in regions.items() if there}
    return known


def _look(name: str, need: Need, known: Mapping[str, str] | None) -> Found:
    client = need.side.s3(need.region)
    try:
        region = (known or {}).get(name) or _region(client, name, need.account)
        if region != need.region:
            return Found(True, region)
        return Found(True, region, settings=_settings(client, name, need))
    except MissingError:
        return Found(False)
    except _NotOursError:
        return Found(
            True,
            problem=f"the {need.role} bucket {name} exists, but belongs to another account than {need.account}, or "
            f"s3:ListBucket on it is missing; choose another name, name the role of its account, or allow it",
        )
    except AwsError as error:
        return Found(True, problem=error.message)


class _NotOursError(Exception):
    """HeadBucket was denied."""


def _region(client: Any, bucket: str, account: str) -> str:
    try:
        return s3_bucket.head_bucket(client, bucket, account)
    except AccessDeniedError as error:
        raise _NotOursError from error
    except AwsError as error:
        # HeadBucket has no body: a bucket in another Region that S3 does not lead to shows as a bare 301.
        if error.status not in (301, 400):
            raise
        return s3_bucket.get_location(client, bucket)


def _settings(client: Any, bucket: str, need: Need) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if steps.REPLICATION in need.settings:
        found[steps.REPLICATION] = s3_replication.get_replication(client, bucket)
    # S3 lets nobody suspend the versioning of a bucket that replicates.
    if steps.VERSIONING in need.settings and found.get(steps.REPLICATION) is None:
        status, mfa_delete = s3_bucket.get_versioning_and_mfa(client, bucket, need.account)
        found |= {steps.VERSIONING: status, steps.MFA_DELETE: mfa_delete}
    for name, read in _READ.items():
        if name in need.settings:
            found[name] = read(client, bucket, need.account)
    if steps.NOTIFICATION in need.settings:
        found[steps.NOTIFICATION] = s3_notification.get_notification(client, bucket)
    return found


_READ: dict[str, Callable[[Any, str, str], Any]] = {
    steps.OBJECT_LOCK: s3_bucket.has_object_lock,
    steps.ENCRYPTION: s3_bucket_settings.get_encryption,
    steps.PUBLIC_ACCESS_BLOCK: s3_bucket_settings.get_public_access_block,
    steps.OWNERSHIP: s3_bucket_settings.get_ownership,
    steps.POLICY: s3_bucket_settings.get_policy,
    steps.TAGS: s3_bucket_settings.get_tags,
    steps.EMPTY: s3_bucket.is_empty,
}


def look_for_locks(found: dict[str, Found], needs: Mapping[str, Need], names: Iterable[str], concurrency: int) -> None:
    """Read Object Lock of the destinations ``names``, and add it to ``found``."""

    def look(name: str) -> Found:
        need, there = needs[name], found[name]
        try:
            locked = s3_bucket.has_object_lock(need.side.s3(need.region), name, need.account)
        except AwsError as error:
            return Found(True, there.region, error.message, there.settings)
        return Found(True, there.region, "", {**there.settings, steps.OBJECT_LOCK: locked})

    asked = [
        name
        for name in dict.fromkeys(names)
        if found[name].exists and found[name].settings and steps.OBJECT_LOCK not in found[name].settings
    ]
    found.update(zip(asked, in_order(look, asked, concurrency), strict=True))


# ---- roles -----------------------------------------------------------------------------------------------------------


def look_at_roles(
    side: Side, targets: Mapping[str, RoleTarget], roles: Roles, concurrency: int, progress: Progress
) -> dict[str, RoleFound]:
    """Look at the role of each source bucket; what fails is the role's ``problem``."""
    if not targets:
        return {}
    client = side.clients.get("iam", side.region)
    progress.begin("look at roles", len(targets))
    known: dict[str, Any] | None = None
    if len(targets) > FEW:
        try:
            known = iam_role.all_roles(client)
        except AwsError:
            known = None  # not allowed, most likely: then each role is asked for
    if known is not None:
        for _unused in targets:
            progress.part()
        return {source: _of_details(known.get(roles.name(source))) for source in targets}

    def look(source: str) -> RoleFound:
        found = _look_at_role(client, roles.name(source), targets[source])
        progress.part(failed=bool(found.problem))
        return found

    return dict(zip(targets, in_order(look, targets, concurrency), strict=True))


def _look_at_role(client: Any, name: str, target: RoleTarget) -> RoleFound:
    try:
        role = iam_role.get_role(client, name)
        if role is None:
            return RoleFound(False)
        read = partial(iam_role.get_role_policy, client, name)
        policies = {policy: read(policy) for policy in map(policy_name, target.needs)}
    except AwsError as error:
        return RoleFound(True, problem=error.message)
    return _role_found(role, {policy: document for policy, document in policies.items() if document is not None})


def _of_details(role: Mapping[str, Any] | None) -> RoleFound:
    if role is None:
        return RoleFound(False)
    policies = {policy["PolicyName"]: policy["PolicyDocument"] for policy in role.get("RolePolicyList", [])}
    return _role_found(role, policies)


def _role_found(role: Mapping[str, Any], policies: Mapping[str, Any]) -> RoleFound:
    return RoleFound(
        True,
        str(role["Arn"]),
        role.get("AssumeRolePolicyDocument") or {},
        policies,
        str((role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn") or ""),
        {tag["Key"]: tag["Value"] for tag in role.get("Tags") or []},
    )
