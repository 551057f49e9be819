# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of S3's management calls on EventBridge, as far as a trail logs them. The API of trails is MiniStack's.

EventBridge User Guide, "AWS service events delivered via AWS CloudTrail": the events reach the default bus of the
Region of the call only while a trail with logging switched on logs them; read-only calls (Get…, List…, Describe…,
Head…) only reach rules in state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS, which the lab leaves out. CloudTrail
User Guide, "Logging management events", "Filtering events with advanced event selectors": which trails log a call.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from ministack.services import cloudtrail

from aws_lab import cloudtrail_records, control, eventbridge, extensions, settings, store
from aws_lab.delivery import Post
from aws_lab.request import Request, Response

LOG = logging.getLogger("aws_lab")
DETAIL_TYPE = "AWS API Call via CloudTrail"
Record = dict[str, Any]

_post = Post()


def install() -> None:
    """Hang CloudTrail in the lab: called once."""

    async def idle(_unused: dict[str, Any]) -> dict[str, Any]:
        await _post.drained()
        return {"status": "idle"}

    extensions.on_answer(_observe)
    extensions.on_reset(_post.reset)
    control.route("POST", "/cloudtrail/idle", idle, "wait until the events so far are delivered")


def tell(account: str, region: str, record: Record) -> None:
    """A call has been made: put it on the account's bus, later, if a trail logs it."""
    if any(_logs(selectors, record) for selectors in _selectors(account, region)):
        source = "aws." + str(record["eventSource"]).partition(".")[0]
        deliver = functools.partial(eventbridge.publish, account, region, source, DETAIL_TYPE, record)
        _post.send(deliver, settings.get().cloudtrail_delay)


def _observe(request: Request, response: Response) -> None:
    if not cloudtrail_records.is_bucket_write(request):
        return
    bucket = cloudtrail_records.bucket_of(request)
    region = store.region(bucket) or request.region
    accounts = {request.account_id, store.owner(bucket) or request.account_id}
    for account in sorted(accounts):
        if next(_selectors(account, region), None) is not None:
            record = cloudtrail_records.of_call(request, response, bucket, region, account)
            tell(account, region, record)


# ---- which trails log


def _selectors(account: str, region: str) -> Iterator[list[dict[str, Any]]]:
    """The event selectors of every trail of the account that is logging and looks at the Region."""
    for home, name, trail in cloudtrail._account_trail_items(account):
        if trail.get("IsLogging") and (home == region or trail.get("IsMultiRegionTrail")):
            default = cloudtrail._DEFAULT_EVENT_SELECTORS
            yield cloudtrail._event_selectors.get_scoped(account, home, name, default)


def _logs(selectors: list[dict[str, Any]], record: Record) -> bool:
    return any(
        _advanced_logs(chosen["FieldSelectors"], record) if "FieldSelectors" in chosen else _basic_logs(chosen, record)
        for chosen in selectors
    )


def _basic_logs(selector: Mapping[str, Any], record: Record) -> bool:
    return (
        bool(selector.get("IncludeManagementEvents", True))
        and selector.get("ReadWriteType", "All") in ("All", "ReadOnly" if record["readOnly"] else "WriteOnly")
        and record["eventSource"] not in (selector.get("ExcludeManagementEventSources") or [])
    )


def _advanced_logs(fields: list[dict[str, Any]], record: Record) -> bool:
    """All field selectors of one advanced selector have to hold."""
    known = {
        "eventCategory": record["eventCategory"],
        "readOnly": "true" if record["readOnly"] else "false",
        "eventSource": record["eventSource"],
        "eventName": record["eventName"],
        "eventType": record["eventType"],
        "userIdentity.arn": (record.get("userIdentity") or {}).get("arn", ""),
    }
    return all(field["Field"] in known and _holds(field, known[field["Field"]]) for field in fields)


def _holds(field: Mapping[str, Any], value: str) -> bool:
    wanted: dict[str, bool] = {
        "Equals": value in (field.get("Equals") or []),
        "NotEquals": value not in (field.get("NotEquals") or []),
        "StartsWith": value.startswith(tuple(field.get("StartsWith") or [])),
        "NotStartsWith": not value.startswith(tuple(field.get("NotStartsWith") or [])),
        "EndsWith": value.endswith(tuple(field.get("EndsWith") or [])),
        "NotEndsWith": not value.endswith(tuple(field.get("NotEndsWith") or [])),
    }
    return all(holds for name, holds in wanted.items() if field.get(name))
