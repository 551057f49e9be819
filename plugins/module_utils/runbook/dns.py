# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Step of the failover runbook: lets records of Route 53 say the target Region.

Runs in Systems Manager Automation (aws:executeScript), so it needs nothing but Python and boto3. Route 53 takes changes
in us-east-1 only; where that must not matter, routing controls are switched instead.
"""

from __future__ import annotations

import json
import time
from typing import Any


def set_records(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Set all records of ``events`` and wait until Route 53 has them everywhere; raise with those that are not set."""
    target = events["target_region"]
    client = _client("route53", "us-east-1")
    deadline = time.monotonic() + events["seconds"]
    left = {f"{record['record']} {record['type']}": record for record in events["records"]}
    pending: dict[str, str] = {}
    switched: list[str] = []
    problems: dict[str, str] = {}
    while left or pending:
        for name, record in list(left.items()):
            try:
                change = _set(client, record, _values(record, target))
            except Exception as error:  # noqa: BLE001 - told, and tried again
                problems[name] = str(error)
                continue
            del left[name]
            if change:
                pending[name] = change
        for name, change in list(pending.items()):
            try:
                if client.get_change(Id=change)["ChangeInfo"]["Status"] == "INSYNC":
                    del pending[name]
                    switched.append(name)
            except Exception as error:  # noqa: BLE001 - told, and tried again
                problems[name] = str(error)
        if not left and not pending:
            break
        if time.monotonic() >= deadline:
            told = "; ".join(f"{name}: {problems.get(name, 'not everywhere yet')}" for name in [*left, *pending])
            raise RuntimeError(f"Records do not say {target}: {told}")
        time.sleep(events["delay"])
    return {"switched": switched}


def _set(client: Any, record: dict[str, Any], values: list[str]) -> str:
    """Give the id of the change, or an empty text when the record is right."""
    name = record["record"].rstrip(".").lower() + "."
    zone, kind = record["hosted_zone_id"], record["type"]
    found = client.list_resource_record_sets(
        HostedZoneId=zone, StartRecordName=name, StartRecordType=kind, MaxItems="1"
    )["ResourceRecordSets"]
    wanted = {"Name": name, "Type": kind, "TTL": record["ttl"], "ResourceRecords": [{"Value": one} for one in values]}
    if found and {key: found[0].get(key) for key in wanted} == wanted:
        return ""
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": wanted}]}
    return str(client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)["ChangeInfo"]["Id"])


def _values(record: dict[str, Any], target: str) -> list[str]:
    given = record["values"].get(target, json.dumps(target))
    return [str(one) for one in given] if isinstance(given, list) else [str(given)]


def _client(service: str, region: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=5, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 4})
    return boto3.client(service, region_name=region, config=config)
