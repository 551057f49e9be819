# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Step of the failover runbook: switches routing controls of ARC on in the target Region and off in the others.

Runs in Systems Manager Automation (aws:executeScript), so it needs nothing but Python and boto3. States are set, never
toggled, at any of the cluster's endpoints that answers (ARC Developer Guide, "Getting and updating routing control
states using the ARC API").
"""

from __future__ import annotations

import random
import time
from typing import Any

AT_ONCE = 10  # "Number of routing controls per UpdateRoutingControlStates operation call"
CONFLICT = 15  # seconds for which a change is tried that a wait period or another change may hold back


def set_routing_controls(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Set all routing controls of ``events`` and wait until they read so; raise where that can't be."""
    target = events["target_region"]
    wanted = {
        arn: "On" if region == target else "Off" for region, arns in events["routing_controls"].items() for arn in arns
    }
    deadline = time.monotonic() + events["seconds"]
    run = _Run(wanted, events.get("safety_rules_to_override") or [])
    endpoints = list(events["cluster_endpoints"])
    random.shuffle(endpoints)
    problems: dict[str, str] = {}
    while True:
        for endpoint in endpoints:
            try:
                if run.step(_client(endpoint)):
                    return {"switched": sorted(run.switched)}
            except PermissionError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, another endpoint may do it
                problems[endpoint["region"]] = str(error)
        if time.monotonic() >= deadline:
            told = "; ".join(f"{region}: {problem}" for region, problem in problems.items())
            raise RuntimeError(f"Routing controls are not switched to {target}: {told or 'they do not read so'}")
        time.sleep(events["delay"])


class _Run:
    def __init__(self, wanted: dict[str, str], overridden: list[str]) -> None:
        self._wanted, self._overridden = wanted, overridden
        self.switched: set[str] = set()
        self._blocked_since = 0.0

    def step(self, client: Any) -> bool:
        """Look, set what is wrong, and tell whether nothing was."""
        wrong = [arn for arn, state in self._wanted.items() if _state(client, arn) != state]
        if not wrong:
            return True
        # What is to be on first, so that with more than fit into one call some are on at every moment.
        wrong.sort(key=lambda arn: self._wanted[arn] == "Off")
        for begin in range(0, len(wrong), AT_ONCE):
            self._set(client, wrong[begin : begin + AT_ONCE])
        return False

    def _set(self, client: Any, arns: list[str]) -> None:
        entries = [{"RoutingControlArn": arn, "RoutingControlState": self._wanted[arn]} for arn in arns]
        override = {"SafetyRulesToOverride": self._overridden} if self._overridden else {}
        try:
            client.update_routing_control_states(UpdateRoutingControlStateEntries=entries, **override)
        except client.exceptions.ConflictException as error:
            now = time.monotonic()
            self._blocked_since = self._blocked_since or now
            if now - self._blocked_since >= CONFLICT:
                raise PermissionError(
                    f"ARC does not let the routing controls be changed: {error}. If a safety rule is in the way and "
                    "you mean it, start the runbook again with its ARN in SafetyRulesToOverride"
                ) from error
            raise
        self.switched |= set(arns)


def _state(client: Any, arn: str) -> str:
    return str(client.get_routing_control_state(RoutingControlArn=arn)["RoutingControlState"])


def _client(endpoint: dict[str, str]) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})
    return boto3.client(
        "route53-recovery-cluster",
        region_name=endpoint["region"],
        endpoint_url=endpoint["endpoint"],
        config=config,
    )
