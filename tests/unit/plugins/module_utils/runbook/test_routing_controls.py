# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.runbook import routing_controls

EAST, WEST = "us-east-1", "eu-west-1"
REGIONS = ("us-east-1", "ap-northeast-1", "us-west-2", "eu-west-1", "ap-southeast-2")


class ConflictException(Exception):
    """As boto3's clients hold it."""


class World:
    """Five endpoints, of which ``down`` do not answer; ``blocked`` changes are refused."""

    def __init__(self) -> None:
        self.states = {"east": "On", "west": "Off"}
        self.down: set[str] = set()
        self.blocked = 0
        self.updates: list[dict[str, Any]] = []
        self.meta = None
        self.exceptions = SimpleNamespace(ConflictException=ConflictException)

    def client(self, endpoint: dict[str, str]) -> Any:
        if endpoint["region"] in self.down:
            raise EndpointConnectionError(endpoint_url=endpoint["endpoint"])
        return self

    def get_routing_control_state(self, RoutingControlArn: str) -> dict[str, str]:  # noqa: N803 - boto3's name
        return {"RoutingControlState": self.states[RoutingControlArn]}

    def update_routing_control_states(self, **request: Any) -> None:
        if self.blocked:
            self.blocked -= 1
            raise ConflictException("safety rule arn:rule blocked it")
        entries = request["UpdateRoutingControlStateEntries"]
        assert len(entries) <= 10
        self.updates.append(request)
        self.states |= {entry["RoutingControlArn"]: entry["RoutingControlState"] for entry in entries}


def run(world: World, monkeypatch: pytest.MonkeyPatch, target: str = WEST, **changes: Any) -> dict[str, Any]:
    monkeypatch.setattr(routing_controls, "_client", world.client)
    events = {
        "target_region": target,
        "routing_controls": {EAST: ["east"], WEST: ["west"]},
        "cluster_endpoints": [{"endpoint": f"https://{region}", "region": region} for region in REGIONS],
        "safety_rules_to_override": [],
        "seconds": 0.2,
        "delay": 0.01,
    }
    return routing_controls.set_routing_controls({**events, **changes}, None)


def test_set_once_in_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    assert run(world, monkeypatch) == {"switched": ["east", "west"]}
    assert world.states == {"east": "Off", "west": "On"} and len(world.updates) == 1
    assert "SafetyRulesToOverride" not in world.updates[0]
    assert run(world, monkeypatch) == {"switched": []} and len(world.updates) == 1, "set, never toggled"


def test_four_endpoints_may_be_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.down = set(REGIONS[:4])
    assert run(world, monkeypatch)["switched"]
    world.down = set(REGIONS)
    with pytest.raises(RuntimeError, match="not switched to us-east-1: ") as failed:
        run(world, monkeypatch, target=EAST)
    assert all(region in str(failed.value) for region in REGIONS)


def test_a_conflict_that_passes_is_waited_for_and_one_that_stays_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.blocked = 7
    assert run(world, monkeypatch)["switched"]
    world.blocked = 10**6
    monkeypatch.setattr(routing_controls, "CONFLICT", 0.05)
    with pytest.raises(PermissionError, match=r"arn:rule blocked it\. .* SafetyRulesToOverride"):
        run(world, monkeypatch, target=EAST, seconds=10)


def test_rules_are_overridden_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    run(world, monkeypatch, safety_rules_to_override=["arn:rule"])
    assert world.updates[0]["SafetyRulesToOverride"] == ["arn:rule"]


def test_more_than_fit_into_one_call_are_switched_on_first(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    east, west = [f"east{n}" for n in range(8)], [f"west{n}" for n in range(8)]
    world.states = {**dict.fromkeys(east, "On"), **dict.fromkeys(west, "Off")}
    run(world, monkeypatch, routing_controls={EAST: east, WEST: west})
    first, second = (update["UpdateRoutingControlStateEntries"] for update in world.updates)
    assert {entry["RoutingControlArn"] for entry in first} >= set(west)
    assert {entry["RoutingControlState"] for entry in second} == {"Off"}
