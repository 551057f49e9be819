# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Step of the failover runbook: lets the pointer that workloads ask say the target Region.

Runs in Systems Manager Automation (aws:executeScript), so it needs nothing but Python and boto3. The pointer is the
item that the module aws_dr.s3.active_region keeps; it is written only where its revision is the one that was read.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

CLAIM = ("claim_id", "claim_target", "claim_by", "claim_since", "claim_stage", "claim_expires")
Item = dict[str, dict[str, str]]


def set_pointer(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Set the pointer and read it; raise where that can't be, or while somebody changes it to elsewhere."""
    target = events["target_region"]
    deadline = time.monotonic() + events["seconds"]
    changed = False
    while True:
        problems = []
        for region in events["table_regions"] or [target]:
            try:
                if not _write(_client(region), events):
                    return {"changed": changed, "table_region": region}
                changed = True
                problems.append(f"{region}: the pointer was set and does not read so")
                break  # read it where it was written
            except PermissionError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the next Region may do it
                problems.append(f"{region}: {error}")
        if time.monotonic() >= deadline:
            raise RuntimeError(f"The pointer {events['name']} does not say {target}: {'; '.join(problems)}")
        time.sleep(events["delay"])


def _write(client: Any, events: dict[str, Any]) -> bool:
    """Tell whether something had to be written."""
    key = {"name": {"S": events["name"]}}
    item: Item = client.get_item(TableName=events["table"], Key=key, ConsistentRead=True).get("Item", {})
    target, says = events["target_region"], _text(item, "active_region")
    _refuse_to_undo(item, target, events["name"])
    if says == target and "claim_target" not in item:
        return False
    now = datetime.now(UTC)
    revision = int(item.get("revision", {}).get("N", "0"))
    values = {":target": {"S": target}, ":next": {"N": str(revision + 1)}, ":was": {"N": str(revision)}}
    sets = ["active_region = :target", "#revision = :next"]
    if says != target:
        sets += ["#since = :since", "changed_by = :by"]
        values[":since"] = {"S": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"}
        values[":by"] = {"S": events["by"]}
    if says and says != target:
        sets.append("previous_region = :previous")
        values[":previous"] = {"S": says}
    names = {"#revision": "revision", **({"#since": "since"} if says != target else {})}
    client.update_item(
        TableName=events["table"],
        Key=key,
        UpdateExpression=f"SET {', '.join(sets)} REMOVE {', '.join(CLAIM)}",
        ConditionExpression="#revision = :was" if revision else "attribute_not_exists(#revision) OR #revision = :was",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )
    return True


def _refuse_to_undo(item: Item, target: str, name: str) -> None:
    """Raise while somebody changes the pointer to another Region, and has renewed that in time."""
    claimed = _text(item, "claim_target")
    expires = int(item.get("claim_expires", {}).get("N", "0"))
    if claimed and claimed != target and time.time() < expires:
        raise PermissionError(
            f"The active Region of {name} is being changed to {claimed} by {_text(item, 'claim_by')} since "
            f"{_text(item, 'claim_since')}; {target} would undo that. Wait until it is over; in "
            f"{expires - time.time():.0f} seconds it counts as left behind"
        )


def _text(item: Item, attribute: str) -> str:
    return item.get(attribute, {}).get("S", "")


def _client(region: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})
    return boto3.client("dynamodb", region_name=region, config=config)
