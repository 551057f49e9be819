# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of access points, which are MiniStack's, and what their status allows.

S3 API Reference, "MultiRegionAccessPointReport"; S3 User Guide, "Rules for choosing buckets for Amazon S3 Multi-Region
Access Points" and "Multi-Region Access Point restrictions and limitations". What S3 says of a name that is taken and of
two buckets in one Region is what MiniStack's authors saw.

MiniStack's record has Name, Alias, Regions (names of buckets), CreatedAt, PublicAccessBlockConfiguration, Routes and
Policy (the one in force); Status, Proposed and Owners (of buckets) are ours.
"""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import s3

from aws_lab import clock, store
from aws_lab.wire import ServiceError

Record = dict[str, Any]
STATUSES = (
    "READY", "INCONSISTENT_ACROSS_REGIONS", "CREATING", "PARTIALLY_CREATED", "PARTIALLY_DELETED", "DELETING",
)  # fmt: skip
BLOCK = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
NONE_SUCH = ServiceError(404, "NoSuchMultiRegionAccessPoint", "The specified Multi-Region Access Point does not exist.")
_MOST = 100
_TAKEN = ServiceError(
    409,
    "MultiRegionAccessPointAlreadyOwnedByYou",
    "You must provide a unique name for each Multi-Region Access Point in your account. A MRAP with this name already "
    "exists.",
)


class RefusedError(Exception):
    """A request that S3 refuses, at once or later."""

    def __init__(self, error: ServiceError) -> None:
        super().__init__(error.message)
        self.error = error


def all_of_account() -> list[Record]:
    """The caller's access points, oldest first."""
    return sorted(s3._mraps.values(), key=lambda record: (record["CreatedAt"], record["Name"]))


def by_name(name: str) -> Record | None:
    """The caller's access point of this name."""
    return next((record for record in s3._mraps.values() if record["Name"] == name), None)


def by_alias(alias: str) -> Record | None:
    """The caller's access point of this alias."""
    found: Record | None = s3._mraps.get(alias)
    return found


def arn(record: Record | None) -> str:
    """Its ARN; without one that of all of the account, which a request for a new one is about."""
    return f"arn:aws:s3::{get_account_id()}:accesspoint/{record['Alias'] if record else '*'}"


def status(record: Record) -> str:
    """Its status; CloudFormation makes records without one."""
    return str(record.get("Status", "READY"))


def report(record: Record) -> dict[str, Any]:
    """A MultiRegionAccessPointReport."""
    owners = record.get("Owners") or {}
    block = record.get("PublicAccessBlockConfiguration") or {}
    return {
        "Name": record["Name"],
        "Alias": record["Alias"],
        "CreatedAt": record["CreatedAt"],
        "PublicAccessBlock": {name: block.get(name, True) for name in BLOCK},
        "Status": status(record),
        "Regions": [
            {"Bucket": bucket, "Region": store.region(bucket), "BucketAccountId": owners.get(bucket, get_account_id())}
            for bucket in record["Regions"]
        ],
    }


def begin(details: dict[str, Any]) -> Record:
    """Let there be one that is being created; raises RefusedError. One that was created in part goes on."""
    owners = _owners(details["Regions"])
    known = by_name(details["Name"])
    if known is not None:
        if status(known) != "PARTIALLY_CREATED" or set(known["Regions"]) != set(owners):
            raise RefusedError(_TAKEN)
        known["Status"] = "CREATING"
        return known
    if len(s3._mraps) >= _MOST:
        raise RefusedError(
            ServiceError(400, "TooManyMultiRegionAccessPoints", "You have attempted to create more than 100.")
        )
    record = {
        "Name": details["Name"],
        "Alias": s3.new_mrap_alias(),
        "Regions": list(owners),
        "Owners": owners,
        "CreatedAt": clock.iso(),
        "PublicAccessBlockConfiguration": details.get("PublicAccessBlock") or {},
        "Routes": dict.fromkeys(owners, 100),
        "Policy": None,
        "Status": "CREATING",
    }
    s3._mraps[record["Alias"]] = record
    return record


def _owners(regions: list[dict[str, str]]) -> dict[str, str]:
    """The buckets with their owners: all there, each of the account named, each in a Region of its own."""
    owners: dict[str, str] = {}
    seen: set[str | None] = set()
    for wanted in regions:
        bucket, account = wanted["Bucket"], wanted.get("BucketAccountId") or get_account_id()
        if store.owner(bucket) != account:
            raise RefusedError(ServiceError(404, "NoSuchBucket", "The specified bucket does not exist."))
        if store.region(bucket) in seen:
            message = "The buckets specified must be part of different Regions."
            raise RefusedError(ServiceError(400, "MultiRegionAccessPointSameBucketRegion", message))
        seen.add(store.region(bucket))
        owners[bucket] = account
    return owners


def existing(name: str) -> Record:
    """The one of this name; raises RefusedError."""
    found = by_name(name)
    if found is None:
        raise RefusedError(NONE_SUCH)
    return found


def begin_deletion(name: str) -> Record:
    """Let one be deleted from now on; raises RefusedError."""
    found = existing(name)
    if status(found) == "CREATING":
        message = "A conflicting conditional operation is currently in progress against this resource."
        raise RefusedError(ServiceError(409, "OperationAborted", message))
    found["Status"] = "DELETING"
    return found


def remove(record: Record) -> None:
    """Let it be gone."""
    s3._mraps.pop(record["Alias"], None)


def set_status(name: str, wanted: str) -> dict[str, Any]:
    """For tests: the status that some trouble would bring, whoever owns it."""
    if wanted not in STATUSES:
        raise ValueError(f"status has to be one of {', '.join(STATUSES)}")
    found = [record for record in s3._mraps._data.values() if record["Name"] == name]
    if not found:
        raise ValueError(f"there is no Multi-Region Access Point {name}")
    for record in found:
        record["Status"] = wanted
    return {"name": name, "status": wanted}
