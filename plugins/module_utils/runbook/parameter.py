# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Step of the failover runbook: lets a parameter of Systems Manager say the target Region, in each Region that answers.

Runs in Systems Manager Automation (aws:executeScript), so it needs nothing but Python and boto3. A Region that is gone
keeps the old value until the runbook, or the role aws_dr.s3.failover, runs again.
"""

from __future__ import annotations

import time
from typing import Any


def set_parameter(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Set the parameter; raise where the target Region does not take it."""
    target, name = events["target_region"], events["parameter"]
    deadline = time.monotonic() + events["seconds"]
    changed: list[str] = []
    unreachable: dict[str, str] = {}
    for region in dict.fromkeys([target, *events["parameter_regions"]]):
        while True:
            try:
                if _set(_client(region), name, target):
                    changed.append(region)
                break
            except Exception as error:  # told, and in the target Region tried again
                if region != target:
                    unreachable[region] = str(error)
                    break
                if time.monotonic() >= deadline:
                    raise RuntimeError(f"The parameter {name} in {target} does not say {target}: {error}") from error
                time.sleep(events["delay"])
    return {"changed": changed, "unreachable": sorted(unreachable)}


def _set(client: Any, name: str, value: str) -> bool:
    """Tell whether something had to be written; raise where it does not read so afterwards."""
    if _read(client, name) == value:
        return False
    client.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    found = _read(client, name)
    if found != value:
        raise RuntimeError(f"it reads {found}")
    return True


def _read(client: Any, name: str) -> str | None:
    try:
        return str(client.get_parameter(Name=name)["Parameter"]["Value"])
    except client.exceptions.ParameterNotFound:
        return None


def _client(region: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})
    return boto3.client("ssm", region_name=region, config=config)
