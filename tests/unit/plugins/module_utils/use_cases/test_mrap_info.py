# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_info import read
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_mrap import PREFIX, World

POLICY = {"Statement": [{"Effect": "Allow"}]}


@pytest.fixture
def world() -> World:
    made = World()
    made.add("one", "one.mrap", {"b-east": "us-east-1", "b-west": "us-west-2"})
    made.add("two", "two.mrap", {"c-east": "us-east-1"}, "CREATING")
    made.policies["one"] = {"Established": {"Policy": '{"Statement": [{"Effect": "Allow"}]}'}}
    return made


def asked(world: World, names: list[str] | None = None, avoid: str | None = None) -> Outcome:
    return read(world.client, names, avoid, 4)


def answers(outcome: Outcome) -> dict[str, Any]:
    return {one["multi_region_access_point"]: one["answer"] for one in outcome.results["access_points"]}


def test_one_by_its_name(world: World) -> None:
    outcome = asked(world, ["one"])
    found = outcome.results["multi_region_access_point"]
    assert (found["name"], found["policy"], found["policy_proposed"], found["policy_is_public"]) == (
        "one",
        POLICY,
        None,
        False,
    )
    assert [one["bucket"] for one in found["routes"]] == ["b-east", "b-west"]
    assert (outcome.changed, outcome.warnings, answers(outcome)) == (False, [], {"one": "configured"})
    assert world.count("list_multi_region_access_points") == 0, "a name needs no list"


def test_several_by_whatever_they_are_called(world: World) -> None:
    outcome = asked(world, ["one.mrap", PREFIX + "two.mrap", "two", "none", "none.mrap"])
    assert answers(outcome) == {
        "one.mrap": "configured",
        PREFIX + "two.mrap": "configured",
        "two": "configured",
        "none": "not_configured",
        "none.mrap": "not_configured",
    }
    assert [one["readable"] for one in outcome.results["access_points"]] == [True] * 5
    assert "multi_region_access_point" not in outcome.results
    assert world.count("list_multi_region_access_points") == 1


def test_one_that_is_not_there_is_null(world: World) -> None:
    assert asked(world, ["none"]).results["multi_region_access_point"] is None


def test_all(world: World) -> None:
    assert answers(asked(world)) == {"one": "configured", "two": "configured"}
    world.points.clear()
    assert asked(world).results["access_points"] == []


def test_what_can_not_be_read_is_never_not_configured(world: World) -> None:
    denied = "get_multi_region_access_point_policy"
    world.errors[denied] = [client_error("AccessDenied", "Get", status=403)]
    with pytest.raises(ToldError) as raised:
        asked(world, ["one"])
    (answer,) = raised.value.details["access_points"]
    assert (answer["answer"], answer["readable"]) == ("unreadable", False)
    assert answer["permission"] == raised.value.details["permission"] == "s3:GetMultiRegionAccessPointPolicy"
    assert answer["details"]["policy"] is None and answer["details"]["routes"], "the rest was read"
    world.errors[denied] = [client_error("AccessDenied", "Get", status=403)]
    outcome = asked(world)
    assert sorted(answers(outcome).values()) == ["configured", "unreadable"]
    assert outcome.warnings[0].startswith("1 of 2 Multi-Region Access Points could not be read: ")
    world.errors["get_multi_region_access_point"] = [client_error("AccessDenied", "Get", status=403)]
    with pytest.raises(ToldError, match="s3:GetMultiRegionAccessPoint "):
        asked(world, ["one"])


def test_one_of_another_account_is_told(world: World) -> None:
    with pytest.raises(ToldError, match="it is of account 444455556666, the credentials are of 111122223333"):
        asked(world, ["arn:aws:s3::444455556666:accesspoint/one.mrap"])


def test_names_that_can_be_none_are_refused_together(world: World) -> None:
    with pytest.raises(RefusedError) as refused:
        asked(world, ["Bad", "x.y"])
    assert len(refused.value.problems) == 2 and world.calls == []


def test_routes_come_from_a_region_that_is_up(world: World) -> None:
    world.down.add("us-east-1")
    assert asked(world, ["one"], "us-east-1").results["multi_region_access_point"]["routes"]
    assert all(region != "us-east-1" for region, _operation in world.calls)
