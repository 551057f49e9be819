# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.runbook import routes

EAST, WEST = "us-east-1", "eu-west-1"
SHOP = "arn:aws:s3::111122223333:accesspoint/shop.mrap"
BLOG = "arn:aws:s3::111122223333:accesspoint/blog.mrap"


class World:
    """Access points with a dial for each Region; ``down`` route Regions do not answer; ``lag`` reads show the old."""

    def __init__(self) -> None:
        self.dials = {arn: {EAST: 100, WEST: 0} for arn in (SHOP, BLOG)}
        self.down: set[str] = set()
        self.lag = 0
        self.shown: dict[str, dict[str, int]] = {}
        self.asked: list[str] = []
        self.submits: list[dict[str, Any]] = []

    def client(self, service: str, region: str) -> Any:
        assert service == "s3control"
        self.asked.append(region)
        if region in self.down:
            raise EndpointConnectionError(endpoint_url=f"https://{region}")
        return self

    def get_multi_region_access_point_routes(self, AccountId: str, Mrap: str) -> dict[str, Any]:  # noqa: N803
        assert AccountId == "111122223333"
        dials = self.dials[Mrap]
        if self.lag and Mrap in self.shown:
            self.lag -= 1
            dials = self.shown[Mrap]
        return {
            "Routes": [
                {"Bucket": f"b-{region}", "Region": region, "TrafficDialPercentage": dial}
                for region, dial in dials.items()
            ]
        }

    def submit_multi_region_access_point_routes(
        self,
        AccountId: str,  # noqa: N803
        Mrap: str,  # noqa: N803
        RouteUpdates: list[dict[str, Any]],  # noqa: N803
    ) -> None:
        self.submits.append({"Mrap": Mrap, "RouteUpdates": RouteUpdates})
        self.shown[Mrap] = dict(self.dials[Mrap])
        for update in RouteUpdates:
            self.dials[Mrap][update["Bucket"].removeprefix("b-")] = update["TrafficDialPercentage"]


def run(world: World, monkeypatch: pytest.MonkeyPatch, target: str = WEST, **changes: Any) -> dict[str, Any]:
    monkeypatch.setattr(routes, "_client", world.client)
    events = {"target_region": target, "regions": [EAST, WEST], "access_points": [SHOP, BLOG]}
    return routes.set_routes({**events, "seconds": 0.2, "delay": 0.01, **changes}, None)


def test_all_in_one_submit_each_and_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    assert run(world, monkeypatch) == {"switched": [SHOP, BLOG]}
    assert [submit["Mrap"] for submit in world.submits] == [SHOP, BLOG]
    updates = {one["Bucket"]: one["TrafficDialPercentage"] for one in world.submits[0]["RouteUpdates"]}
    assert updates == {f"b-{EAST}": 0, f"b-{WEST}": 100}
    assert run(world, monkeypatch) == {"switched": []} and len(world.submits) == 2, "set, never toggled"


def test_the_target_region_is_asked_first_and_the_one_left_behind_last(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.down = {*routes.ROUTE_REGIONS} - {EAST}
    run(world, monkeypatch, access_points=[SHOP])
    assert world.asked[0] == WEST and world.asked[:5].index(EAST) == 4
    world.down = set(routes.ROUTE_REGIONS)
    with pytest.raises(RuntimeError, match="Not switched to us-east-1"):
        run(world, monkeypatch, target=EAST)


def test_routes_that_show_late_are_not_submitted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.lag = 5
    assert run(world, monkeypatch, access_points=[SHOP])["switched"] == [SHOP] and len(world.submits) == 1


def test_one_that_has_no_bucket_there_does_not_stop_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.dials[SHOP] = {EAST: 100, "us-west-2": 0}
    with pytest.raises(RuntimeError, match=r"\(1 others were\): .*shop.mrap: it has no bucket in eu-west-1"):
        run(world, monkeypatch)
    assert world.dials[BLOG] == {EAST: 0, WEST: 100} and world.dials[SHOP][EAST] == 100


def test_routes_that_never_show_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.lag = 10**6
    with pytest.raises(RuntimeError, match="do not show yet"):
        run(world, monkeypatch)
