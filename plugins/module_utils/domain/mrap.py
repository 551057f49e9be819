# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Multi-Region Access Points: how they are named, where AWS manages them, and what AWS tells of one.

Sources: S3 User Guide, "Rules for naming Amazon S3 Multi-Region Access Points" (name, alias, ARN, global host name),
"Managing Multi-Region Access Points" (requests go to US West (Oregon) only) and "Using Amazon S3 Multi-Region Access
Point failover controls" (the five Regions that take routes); S3 API Reference, "MultiRegionAccessPointReport".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import Arn, parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError

# Where each partition that has Multi-Region Access Points manages them. The China and GovCloud Regions have none.
_CONTROL_REGIONS = {"aws": "us-west-2"}
_DNS_SUFFIXES = {"aws": "amazonaws.com"}
ROUTE_REGIONS = ("us-east-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1")

READY, CREATING, PARTIALLY_CREATED = "READY", "CREATING", "PARTIALLY_CREATED"
DELETING, PARTIALLY_DELETED, INCONSISTENT = "DELETING", "PARTIALLY_DELETED", "INCONSISTENT_ACROSS_REGIONS"

_NAME = re.compile(r"[a-z0-9][-a-z0-9]{1,48}[a-z0-9]")
_ALIAS = re.compile(r"[a-z][a-z0-9]*\.mrap")

# Option of ours -> member of PublicAccessBlockConfiguration
BLOCK = {
    "block_public_acls": "BlockPublicAcls",
    "ignore_public_acls": "IgnorePublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "restrict_public_buckets": "RestrictPublicBuckets",
}


def control_region(partition: str) -> str:
    """Give the Region that manages Multi-Region Access Points. Raises :class:`RefusedError` where there are none."""
    region = _CONTROL_REGIONS.get(partition)
    if region is None:
        known = ", ".join(_CONTROL_REGIONS)
        problem = f"AWS offers them in partition {known} only; the credentials are of partition {partition}"
        raise RefusedError("Multi-Region Access Points", [problem])
    return region


def name_problem(name: str) -> str | None:
    """Say why no Multi-Region Access Point can have this name, or ``None``."""
    if _NAME.fullmatch(name):
        return None
    return (
        f"{name!r} is not a name of a Multi-Region Access Point (3 to 50 lower-case letters, digits and dashes; begins "
        f"and ends with a letter or digit)"
    )


@dataclass(frozen=True)
class Reference:
    """What a user calls a Multi-Region Access Point: its name, its alias or its ARN.

    ``account`` and ``partition`` are known of an ARN only; whoever has one needs to ask nobody else.
    """

    asked: str
    name: str | None = None
    alias: str | None = None
    account: str | None = None
    partition: str | None = None


def reference(asked: str) -> Reference:
    """Read a name, an alias or an ARN. Raises :class:`ValueError` that says what is wrong with it.

    A name holds no dot and an alias ends in ``.mrap``, so they can't be mixed up.
    """
    if asked.startswith("arn:"):
        return _from_arn(asked)
    if "." in asked:
        if not _is_alias(asked):
            raise ValueError(f"{asked!r} is not an alias; expected letters and digits, then .mrap")
        return Reference(asked, alias=asked)
    if problem := name_problem(asked):
        raise ValueError(problem)
    return Reference(asked, name=asked)


def _from_arn(asked: str) -> Reference:
    arn = parse_arn(asked)
    alias = arn.resource.removeprefix("accesspoint/") if arn else ""
    fits = arn and arn.service == "s3" and not arn.region and arn.account.isdigit() and arn.resource != alias
    if arn is None or not fits or not _is_alias(alias):
        raise ValueError(
            f"{asked!r} is not the ARN of a Multi-Region Access Point; expected "
            f"arn:<partition>:s3::<account>:accesspoint/<alias>.mrap"
        )
    return Reference(asked, alias=alias, account=arn.account, partition=arn.partition)


def _is_alias(text: str) -> bool:
    return bool(_ALIAS.fullmatch(text)) and len(text) <= 63


def access_point_arn(partition: str, account: str, alias: str) -> str:
    """Give the ARN, which holds the alias and not the name."""
    return str(Arn(partition, "s3", "", account, f"accesspoint/{alias}"))


@dataclass(frozen=True)
class Member:
    """A bucket behind a Multi-Region Access Point. ``region`` and ``account`` are empty where they are not known."""

    bucket: str
    region: str = ""
    account: str = ""


@dataclass(frozen=True)
class AccessPoint:
    """A Multi-Region Access Point as AWS tells of it; ``block`` has the names of our option."""

    name: str
    alias: str
    status: str
    created_at: str
    members: tuple[Member, ...]
    block: Mapping[str, bool]


def parse_report(report: Mapping[str, Any]) -> AccessPoint:
    """Read a ``MultiRegionAccessPointReport`` as boto3 gives it."""
    created = report.get("CreatedAt")
    block = report.get("PublicAccessBlock") or {}
    return AccessPoint(
        name=str(report["Name"]),
        alias=str(report.get("Alias") or ""),
        status=str(report.get("Status") or ""),
        created_at=created.isoformat() if created is not None else "",
        members=tuple(
            Member(region["Bucket"], region.get("Region") or "", region.get("BucketAccountId") or "")
            for region in report.get("Regions") or ()
        ),
        block={option: bool(block.get(member)) for option, member in BLOCK.items()},
    )


def as_result(found: AccessPoint, partition: str, account: str) -> dict[str, Any]:
    """Give what a module returns of it; policy and routes are added by whoever has read them."""
    suffix = _DNS_SUFFIXES.get(partition, "amazonaws.com")
    alias = found.alias or None
    return {
        "name": found.name,
        "alias": alias,
        "arn": access_point_arn(partition, account, found.alias) if alias else None,
        "domain_name": f"{alias}.accesspoint.s3-global.{suffix}" if alias else None,
        "status": found.status or None,
        "created_at": found.created_at or None,
        "buckets": [
            {"bucket": one.bucket, "region": one.region or None, "account_id": one.account or None}
            for one in found.members
        ],
        "public_access_block": dict(found.block),
    }
