# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes of access points, and when a change of them shows.

S3 User Guide, "Using Amazon S3 Multi-Region Access Point failover controls" (at least one stays active, a change may
take two minutes) and "... failover controls errors" (400, 405, 409). The texts are what MiniStack's authors saw, but
those of 405 and 409.
"""

from __future__ import annotations

from typing import Any

from ministack.services import s3

from aws_lab import clock, settings, store
from aws_lab.mrap.points import Record, RefusedError
from aws_lab.wire import ServiceError

REGIONS = ("us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1", "us-east-1")  # as AWS's redirect names them
_NOT_A_MEMBER = "The provided Region or bucket is not part of the Multi-Region Access Point."
_NONE_ACTIVE = (
    "At least one Region or bucket in the Multi-Region Access Point must be configured to receive traffic. Set at "
    "least one Region or bucket to Active, and then try again."
)


def shown(record: Record) -> list[dict[str, Any]]:
    """What GetMultiRegionAccessPointRoutes tells now."""
    _settle(record)
    dials = record.get("Shown") or s3.mrap_routes(record)
    return [
        {"Bucket": bucket, "Region": store.region(bucket), "TrafficDialPercentage": dial}
        for bucket, dial in dials.items()
    ]


def bucket_of(record: Record) -> str:
    """The bucket that takes a request to the global address now, as MiniStack chooses among the active ones."""
    _settle(record)
    return str(s3.resolve_mrap_bucket(record["Alias"]))


async def submit(record: Record, updates: list[dict[str, Any]]) -> None:
    """Take a change; raises RefusedError. While one is being taken in others are refused."""
    if len(record["Regions"]) < 2:
        message = "The specified method is not allowed against this resource."
        raise RefusedError(ServiceError(405, "MethodNotAllowed", message))
    if record.get("Submitting"):
        message = "A conflicting conditional operation is currently in progress against this resource."
        raise RefusedError(ServiceError(409, "OperationAborted", message))
    dials = _changed(record, updates)
    if settings.get().mrap_submit_time:
        record["Submitting"] = True
        try:
            await clock.sleep(settings.get().mrap_submit_time)
        finally:
            record["Submitting"] = False
    _settle(record)
    record["Shown"] = {row["Bucket"]: row["TrafficDialPercentage"] for row in shown(record)}
    now = clock.now()
    record["Coming"] = [
        (now + settings.get().mrap_routes_delay, "Routes", dials),
        (now + settings.get().mrap_routes_shown_delay, "Shown", dials),
    ]
    _settle(record)


def _changed(record: Record, updates: list[dict[str, Any]]) -> dict[str, int]:
    """All dials as they are to be; raises RefusedError. What is not named stays as it was submitted last."""
    coming = [dials for _when, kind, dials in record.get("Coming", ()) if kind == "Routes"]
    dials = dict(coming[-1] if coming else s3.mrap_routes(record))
    by_region = {store.region(bucket): bucket for bucket in dials}
    for update in updates:
        if update["TrafficDialPercentage"] not in (0, 100):
            raise RefusedError(ServiceError(400, "InvalidRequest", "Request invalid"))
        bucket = update.get("Bucket") or by_region.get(update.get("Region"))
        wrong_region = update.get("Region") and store.region(bucket or "") != update["Region"]
        if bucket not in dials or wrong_region:
            raise RefusedError(ServiceError(400, "InvalidRequest", _NOT_A_MEMBER))
        dials[bucket] = update["TrafficDialPercentage"]
    if not any(dials.values()):
        raise RefusedError(ServiceError(400, "InvalidRequest", _NONE_ACTIVE))
    return dials


def _settle(record: Record) -> None:
    """Bring in what was submitted and is due."""
    coming = record.get("Coming") or []
    for when, kind, dials in coming:
        if when <= clock.now():
            record[kind] = dials
    record["Coming"] = [change for change in coming if change[0] > clock.now()]
