# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of the failover runbook: look who else changes the pointer that workloads ask, and let it say the target.

Run in Systems Manager Automation (aws:executeScript), so they need nothing but Python and boto3. The pointer is the
item that the module aws_dr.s3.active_region keeps; it is written only where its revision is the one that was read.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

SWITCHED = "switched"  # the last stage of a claim
Item = dict[str, dict[str, str]]


def refuse_to_undo(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Raise while somebody changes the pointer to elsewhere. Where no Region tells, say so; the runbook goes on."""
    name, target = events["name"], events["target_region"]
    problems = []
    for region in events["table_regions"] or [target]:
        try:
            _refuse_to_undo(_read(_client(region), events), target, name)
        except PermissionError as refused:
            raise PermissionError(f"Nothing was switched. {refused}") from refused
        except Exception as error:  # noqa: BLE001 - whatever it is, the next Region may tell
            problems.append(f"{region}: {error}")
            continue
        return {"told": f"nobody changes {name} to another Region, says its table in {region}"}
    return {"told": f"nobody knows whether {name} is being changed, its pointer can't be read: {'; '.join(problems)}"}


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
    item = _read(client, events)
    target = events["target_region"]
    _refuse_to_undo(item, target, events["name"])
    revision = int(item.get("revision", {}).get("N", "0"))
    now = datetime.now(UTC)
    since = {"S": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"}
    sets: Item = _claim(item, events, revision, since)
    says = _text(item, "active_region")
    if says != target:
        sets |= {"active_region": {"S": target}, "since": since, "changed_by": {"S": events["by"]}}
        if says:
            sets["previous_region"] = {"S": says}
    if not sets:
        return False
    sets["revision"] = {"N": str(revision + 1)}
    client.update_item(
        TableName=events["table"],
        Key={"name": {"S": events["name"]}},
        UpdateExpression="SET " + ", ".join(f"#{attribute} = :{attribute}" for attribute in sets),
        ConditionExpression="#revision = :was" if revision else "attribute_not_exists(#revision) OR #revision = :was",
        ExpressionAttributeNames={f"#{attribute}": attribute for attribute in sets},
        ExpressionAttributeValues={
            ":was": {"N": str(revision)},
            **{f":{attribute}": value for attribute, value in sets.items()},
        },
    )
    return True


def _claim(item: Item, events: dict[str, Any], revision: int, since: dict[str, str]) -> Item:
    """Give what is to be set of the claim that stays, for the role aws_dr.s3.failover to join and do the rest.

    It counts as left behind at once, so that it hinders nobody. Where all is switched and there is none, the role has
    done the rest already.
    """
    target, claimed = events["target_region"], _text(item, "claim_target")
    if claimed == target:
        return {} if _text(item, "claim_stage") == SWITCHED else {"claim_stage": {"S": SWITCHED}}
    if not claimed and _text(item, "active_region") == target:
        return {}
    return {
        "claim_id": {"S": f"{target}-{revision}"},
        "claim_target": {"S": target},
        "claim_by": {"S": events["by"]},
        "claim_since": since,
        "claim_stage": {"S": SWITCHED},
        "claim_expires": {"N": str(int(time.time()))},
    }


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


def _read(client: Any, events: dict[str, Any]) -> Item:
    key = {"name": {"S": events["name"]}}
    item: Item = client.get_item(TableName=events["table"], Key=key, ConsistentRead=True).get("Item", {})
    return item


def _text(item: Item, attribute: str) -> str:
    return item.get(attribute, {}).get("S", "")


def _client(region: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})
    return boto3.client("dynamodb", region_name=region, config=config)
