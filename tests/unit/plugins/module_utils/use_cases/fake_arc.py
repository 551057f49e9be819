# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of ARC in memory: five endpoints that fail on demand, one set of states, a control plane."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import Endpoint
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_cluster import Place, Surroundings
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.arc_samples import (
    CLUSTER,
    ENDPOINTS,
    PANEL,
    control,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error, raise_if

EAST, WEST = control("east"), control("west")
GIVEN = Place(ENDPOINTS, None)
DISCOVERED = Place(None, CLUSTER)


class FakeArc:
    """``broken`` endpoints (by Region) raise what is set for them; ``away`` is raised by the control plane.

    ``at_update`` is called before each UpdateRoutingControlStates with its arguments and may raise.
    """

    def __init__(self, *rules: dict[str, Any]) -> None:
        self.states = {EAST: "On", WEST: "Off"}
        self.rules = list(rules)
        self.broken: dict[str, Exception] = {}
        self.away: Exception | None = None
        self.at_update: Callable[[dict[str, Any]], None] = lambda request: None
        self.lag = 0  # so many reads after an update still show the old states
        self.shown: dict[str, str] = {}
        self.updates: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str]] = []
        self.cluster: dict[str, Any] = {
            "Status": "DEPLOYED",
            "ClusterEndpoints": [{"Endpoint": one["endpoint"], "Region": one["region"]} for one in ENDPOINTS],
        }
        self.time = 0.0
        self.slept: list[float] = []

    def dead(self, *regions: str) -> None:
        """Let these endpoints not be reached."""
        self.broken |= {region: ConnectTimeoutError(endpoint_url=f"https://{region}") for region in regions}

    def surroundings(self, check_mode: bool = False, timeout: float = 60, seed: int = 1) -> Surroundings:
        """What the use cases take."""
        patience = Patience(timeout, 1, lambda: self.time, self._sleep)
        return Surroundings(self.client, self.control_plane, patience, seed, check_mode)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def client(self, endpoint: Endpoint) -> Any:
        """The client of an endpoint."""
        return _Endpoint(self, endpoint)

    def control_plane(self) -> Any:
        """The client of the control plane."""
        return _ControlPlane(self)


class _Endpoint:
    def __init__(self, world: FakeArc, endpoint: Endpoint) -> None:
        self._world, self._region = world, endpoint.region
        self.meta = SimpleNamespace(endpoint_url=endpoint.url)

    def _enter(self, operation: str) -> None:
        self._world.calls.append((operation, self._region))
        raise_if(self._world.broken.get(self._region))

    def _seen(self) -> dict[str, str]:
        world = self._world
        if world.lag and world.shown:
            world.lag -= 1
            return world.shown
        return world.states

    def get_routing_control_state(self, RoutingControlArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        self._enter("GetRoutingControlState")
        if RoutingControlArn not in self._world.states:
            raise client_error("ResourceNotFoundException", "GetRoutingControlState", "no such routing control")
        state = self._seen()[RoutingControlArn]
        name = RoutingControlArn.rpartition("/")[2]
        return {"RoutingControlArn": RoutingControlArn, "RoutingControlState": state, "RoutingControlName": name}

    def update_routing_control_states(self, **request: Any) -> dict[str, Any]:
        self._enter("UpdateRoutingControlStates")
        self._world.at_update(request)
        self._world.shown = dict(self._world.states)
        self._world.updates.append(request)
        for entry in request["UpdateRoutingControlStateEntries"]:
            self._world.states[entry["RoutingControlArn"]] = entry["RoutingControlState"]
        return {}

    def get_paginator(self, _operation: str) -> Any:
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, ControlPanelArn: str | None = None) -> list[dict[str, Any]]:  # noqa: N803 - boto3's name
        self._enter("ListRoutingControls")
        found = [
            {
                "RoutingControlArn": arn,
                "RoutingControlName": arn.rpartition("/")[2],
                "RoutingControlState": state,
                "ControlPanelArn": arn.partition("/routingcontrol/")[0],
                "ControlPanelName": "app",
            }
            for arn, state in self._world.states.items()
        ]
        if ControlPanelArn is not None:
            found = [one for one in found if one["ControlPanelArn"] == ControlPanelArn]
            if not found:
                raise client_error("ResourceNotFoundException", "ListRoutingControls", "no such control panel")
        return [{"RoutingControls": [one]} for one in found]


class _ControlPlane:
    def __init__(self, world: FakeArc) -> None:
        self._world = world

    def describe_cluster(self, ClusterArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        raise_if(self._world.away)
        return {"Cluster": {"ClusterArn": ClusterArn, **self._world.cluster}}

    def get_paginator(self, _operation: str) -> Any:
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, ControlPanelArn: str) -> list[dict[str, Any]]:  # noqa: N803 - boto3's name
        raise_if(self._world.away)
        return [{"SafetyRules": [rule]} for rule in (self._world.rules if ControlPanelArn == PANEL else [])]


def conflict(message: str, resource: str = "") -> ClientError:
    """ConflictException as the data plane raises it."""
    error = client_error("ConflictException", "UpdateRoutingControlStates", message)
    error.response["resourceId"] = resource
    return error
