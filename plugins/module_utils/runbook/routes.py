# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Step of the failover runbook: gives the traffic of Multi-Region Access Points to the target Region.

Runs in Systems Manager Automation (aws:executeScript), so it needs nothing but Python and boto3. Routes are set, never
toggled, by the Regions that answer to it (S3 User Guide, "Managing Multi-Region Access Point failover controls").
"""

from __future__ import annotations

import time
from typing import Any

ROUTE_REGIONS = ("eu-west-1", "us-east-1", "us-west-2", "ap-northeast-1", "ap-southeast-2")
TAKES_EFFECT = 120  # seconds after which routes that do not show are submitted again


def set_routes(events: dict[str, Any], context: Any) -> dict[str, Any]:
    """Set all access points of ``events`` and wait until their routes read so; raise with those that do not."""
    target = events["target_region"]
    others = set(events["regions"]) - {target}
    # The target Region first and those that are left behind last: one of them is why this runs.
    order = sorted(ROUTE_REGIONS, key=lambda region: (region in others, region != target))
    deadline = time.monotonic() + events["seconds"]
    left = {arn: _Routes(arn, target) for arn in events["access_points"]}
    switched = []
    failed: dict[str, str] = {}
    while left:
        for arn, routes in list(left.items()):
            try:
                done = routes.step(order)
            except LookupError as error:
                failed[arn] = str(error)
                del left[arn]
                continue
            if done:
                del left[arn]
                if routes.submitted:
                    switched.append(arn)
        if left and time.monotonic() >= deadline:
            failed |= {arn: routes.problem for arn, routes in left.items()}
            break
        if left:
            time.sleep(events["delay"])
    if failed:
        told = "; ".join(f"{arn}: {problem}" for arn, problem in failed.items())
        raise RuntimeError(f"Not switched to {target} ({len(switched)} others were): {told}")
    return {"switched": switched}


class _Routes:
    def __init__(self, arn: str, target: str) -> None:
        self._arn, self._target = arn, target
        self.submitted = 0.0
        self.problem = "no Region has answered"

    def step(self, order: list[str]) -> bool:
        """Look, submit what is wrong, and tell whether nothing is."""
        problems = []
        for region in order:
            try:
                return self._at(_client("s3control", region))
            except LookupError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, another Region may do it
                problems.append(f"{region}: {error}")
        self.problem = "; ".join(problems)
        return False

    def _at(self, client: Any) -> bool:
        where = {"AccountId": self._arn.split(":")[4], "Mrap": self._arn}
        routes = client.get_multi_region_access_point_routes(**where)["Routes"]
        if self._target not in [route["Region"] for route in routes]:
            raise LookupError(f"it has no bucket in {self._target}")
        wrong = [route for route in routes if (route["TrafficDialPercentage"] > 0) != (route["Region"] == self._target)]
        if not wrong:
            return True
        self.problem = "the routes that were submitted do not show yet"
        if not self.submitted or time.monotonic() - self.submitted > TAKES_EFFECT:
            # All at once: at no moment may the access point be left without an active Region.
            updates = [
                {"Bucket": route["Bucket"], "TrafficDialPercentage": 100 if route["Region"] == self._target else 0}
                for route in wrong
            ]
            client.submit_multi_region_access_point_routes(**where, RouteUpdates=updates)
            self.submitted = time.monotonic()
        return False


def _client(service: str, region: str) -> Any:
    import boto3
    from botocore.config import Config

    retries = {"mode": "standard", "total_max_attempts": 2}
    return boto3.client(service, region_name=region, config=Config(connect_timeout=5, read_timeout=15, retries=retries))
