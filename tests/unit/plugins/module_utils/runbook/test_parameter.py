# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.runbook import parameter

EAST, WEST = "us-east-1", "eu-west-1"


class ParameterNotFound(Exception):
    """As boto3's clients hold it."""


class World:
    """The parameter's value by Region; Regions that are ``down`` do not answer, so many times."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.down: dict[str, int] = {}
        self.forgets = False

    def client(self, region: str) -> Any:
        if self.down.get(region):
            self.down[region] -= 1
            raise EndpointConnectionError(endpoint_url=f"https://ssm.{region}")
        return SimpleNamespace(
            exceptions=SimpleNamespace(ParameterNotFound=ParameterNotFound),
            get_parameter=lambda Name: self._get(region),  # noqa: N803 - boto3's name
            put_parameter=lambda **given: self._put(region, given),
        )

    def _get(self, region: str) -> dict[str, Any]:
        if region not in self.values:
            raise ParameterNotFound
        return {"Parameter": {"Value": self.values[region]}}

    def _put(self, region: str, given: dict[str, Any]) -> None:
        assert given["Overwrite"] and given["Type"] == "String"
        if not self.forgets:
            self.values[region] = given["Value"]


def run(world: World, monkeypatch: pytest.MonkeyPatch, target: str = WEST) -> dict[str, Any]:
    monkeypatch.setattr(parameter, "_client", world.client)
    events = {"target_region": target, "parameter": "active", "parameter_regions": [EAST, WEST]}
    return parameter.set_parameter({**events, "seconds": 0.2, "delay": 0.01}, None)


def test_set_in_every_region_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.down[EAST] = 1
    assert run(world, monkeypatch) == {"changed": [WEST], "unreachable": [EAST]}
    assert run(world, monkeypatch) == {"changed": [EAST], "unreachable": []}
    assert run(world, monkeypatch) == {"changed": [], "unreachable": []}
    assert world.values == {EAST: WEST, WEST: WEST}


def test_the_target_region_has_to_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.down[WEST] = 3
    assert run(world, monkeypatch)["changed"] == [WEST, EAST]
    world.down[EAST] = 10**6
    with pytest.raises(RuntimeError, match="The parameter active in us-east-1 does not say us-east-1"):
        run(world, monkeypatch, EAST)
    world.down, world.forgets = {}, True
    with pytest.raises(RuntimeError, match="it reads eu-west-1"):
        run(world, monkeypatch, EAST)
