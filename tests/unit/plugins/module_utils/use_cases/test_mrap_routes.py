# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import ROUTE_REGIONS
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_routes import Entry, Task, switch
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_mrap import ACCOUNT, PREFIX, World

BUCKETS = {"b-east": "us-east-1", "b-west": "us-west-2"}
ONE, TWO = PREFIX + "one.mrap", PREFIX + "two.mrap"
SUBMIT, GET = "submit_multi_region_access_point_routes", "get_multi_region_access_point_routes"


class Clock:
    def __init__(self) -> None:
        self.time, self.slept = 0.0, 0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.slept += 1


@pytest.fixture
def world() -> World:
    made = World()
    made.add("one", "one.mrap", BUCKETS)
    made.add("two", "two.mrap", {"c-east": "us-east-1", "c-eu": "eu-west-1", "c-se": "sa-east-1"})
    return made


def run(world: World, *entries: tuple[str, list[str]], timeout: float = 60, **more: Any) -> Outcome:
    clock = Clock()
    task = Task([Entry(asked, tuple(active)) for asked, active in entries], **more)
    return switch(world.client, task, Patience(timeout, 5, clock.now, clock.sleep))


def failing(world: World, *entries: tuple[str, list[str]], **more: Any) -> ToldError:
    with pytest.raises(ToldError) as raised:
        run(world, *entries, **more)
    return raised.value


def test_many_are_switched_in_one_submit_each_and_then_all_is_right(world: World) -> None:
    wanted = [(ONE, ["us-west-2"]), ("two.mrap", ["c-eu", "sa-east-1"])]
    outcome = run(world, *wanted)
    assert outcome.changed
    first, second = outcome.results["access_points"]
    assert (first["status"], first["changed"], first["arn"], first["name"]) == ("switched", True, ONE, None)
    assert first["routes"] == [
        {"bucket": "b-east", "region": "us-east-1", "active": False},
        {"bucket": "b-west", "region": "us-west-2", "active": True},
    ]
    assert [one["active"] for one in first["routes_before"]] == [True, True]
    assert first["msg"] == "b-west (us-west-2) is active now, before it was b-east (us-east-1), b-west (us-west-2)"
    assert (second["multi_region_access_point"], second["alias"], second["arn"]) == ("two.mrap", "two.mrap", TWO)
    assert world.routes == {ONE: {"b-east": 0, "b-west": 100}, TWO: {"c-east": 0, "c-eu": 100, "c-se": 100}}
    assert world.count(SUBMIT) == 2
    assert (outcome.before[ONE], outcome.after[ONE]) == (first["routes_before"], first["routes"])
    again = run(world, *wanted)
    assert not again.changed and world.count(SUBMIT) == 2
    assert [one["status"] for one in again.results["access_points"]] == ["unchanged", "unchanged"]
    assert again.before == again.after


def test_check_mode_predicts_and_submits_nothing(world: World) -> None:
    planned = run(world, (ONE, ["us-west-2"]), ("two", ["us-east-1", "eu-west-1", "sa-east-1"]), check_mode=True)
    assert planned.changed and world.count(SUBMIT) == 0
    first, second = planned.results["access_points"]
    assert (first["status"], first["changed"], second["status"], second["changed"]) == (
        "planned",
        True,
        "unchanged",
        False,
    )
    done = run(world, (ONE, ["us-west-2"]), ("two", ["us-east-1", "eu-west-1", "sa-east-1"]))
    assert (done.changed, done.before, done.after) == (planned.changed, planned.before, planned.after)


@pytest.mark.parametrize("asked", [ONE, "one.mrap"])
@pytest.mark.parametrize("dead", [["us-west-2"], ["us-east-1"], list(ROUTE_REGIONS[:4]), list(ROUTE_REGIONS[1:])])
def test_one_region_is_enough_for_an_arn_and_an_alias(world: World, asked: str, dead: list[str]) -> None:
    world.down |= set(dead)
    outcome = run(world, (asked, ["us-west-2"]), avoid=dead[0])
    (result,) = outcome.results["access_points"]
    assert result["status"] == "switched" and result["region"] not in dead
    assert (world.count("get_caller_identity") > 0) == (asked != ONE)
    assert world.calls[0][0] != dead[0], "the Region that failed is not asked first"


def test_an_arn_needs_neither_sts_nor_the_region_that_manages(world: World) -> None:
    run(world, (ONE, ["us-west-2"]))
    assert {operation for _region, operation in world.calls} == {GET, SUBMIT}
    assert {region for region, _operation in world.calls} == {"us-east-1"}


def test_a_name_needs_the_region_that_manages_and_says_so(world: World) -> None:
    world.down.add("us-west-2")
    error = failing(world, ("one", ["us-east-1"]), ("two.mrap", ["eu-west-1"]), avoid="us-west-2")
    assert "Only us-west-2 knows names, and it does not answer: give the alias or the ARN" in error.message
    first, second = error.details["access_points"]
    assert (first["status"], first["arn"], first["routes"], first["changed"]) == ("failed", None, None, False)
    assert second["status"] == "switched" and error.details["changed"] is True
    assert world.routes[TWO] == {"c-east": 0, "c-eu": 100, "c-se": 0}


@pytest.mark.parametrize("check_mode", [False, True])
def test_all_that_can_not_be_is_refused_together_before_anything_changes(world: World, check_mode: bool) -> None:
    world.add("lone", "lone.mrap", {"d-east": "us-east-1"})
    with pytest.raises(RefusedError) as refused:
        run(
            world,
            (ONE, ["us-west-2"]),
            ("one", ["us-west-2"]),
            ("two", ["ap-south-1"]),
            ("lone", ["us-east-1"]),
            ("nobody", ["us-east-1"]),
            (PREFIX + "gone.mrap", ["us-east-1"]),
            check_mode=check_mode,
        )
    assert len(refused.value.problems) == 5 and world.count(SUBMIT) == 0
    for said in (
        "two: ap-south-1 is none of its buckets or Regions",
        "lone: it has one Region only (us-east-1)",
        "nobody: No",
        "gone.mrap: There is none",
        f"{ONE} and one are the same access point ({ONE}); name it once",
    ):
        assert any(said in problem for problem in refused.value.problems), (said, refused.value.problems)


def test_what_can_not_be_a_name_is_refused_without_asking_anybody(world: World) -> None:
    with pytest.raises(RefusedError) as refused:
        run(world, ("Bad", ["us-east-1"]), ("one", []))
    assert len(refused.value.problems) == 2 and world.calls == []
    with pytest.raises(RefusedError, match="access_points is empty"):
        run(world)


def test_the_change_is_believed_when_it_is_seen(world: World) -> None:
    world.routes_lag = 3
    (result,) = run(world, (ONE, ["us-west-2"])).results["access_points"]
    assert (result["status"], result["seconds"]) == ("switched", 15.0)
    assert world.count(SUBMIT) == 1, "a change that was taken is not submitted again"


def test_a_change_that_is_never_seen_fails_and_says_where_it_stands(world: World) -> None:
    world.routes_lag = 1000
    error = failing(world, (ONE, ["us-west-2"]), ("two", ["us-east-1"]), timeout=20)
    assert "the routes were submitted, but after 20 s active is b-east (us-east-1), b-west (us-west-2)" in error.message
    assert "instead of b-west (us-west-2). Run again" in error.message
    assert [one["status"] for one in error.details["access_points"]] == ["failed", "failed"]
    assert error.details["changed"] is True, "they were submitted"
    assert world.count(SUBMIT) == 2


def test_regions_that_answer_again_are_waited_for(world: World) -> None:
    world.routes_lag = 1
    submitted = world.submit_routes
    clock = Clock()

    def then_nobody(arn: str, updates: list[dict[str, Any]]) -> None:
        submitted(arn, updates)
        world.down |= set(ROUTE_REGIONS)

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if clock.slept == 2:
            world.down.clear()

    world.submit_routes = then_nobody  # type: ignore[method-assign]
    task = Task([Entry(ONE, ("us-west-2",))])
    (result,) = switch(world.client, task, Patience(60, 5, clock.now, sleep)).results["access_points"]
    assert result["status"] == "switched" and world.count(SUBMIT) == 1


def test_regions_that_stay_away_after_the_submit_are_told(world: World) -> None:
    submitted = world.submit_routes

    def then_nobody(arn: str, updates: list[dict[str, Any]]) -> None:
        submitted(arn, updates)
        world.down |= set(ROUTE_REGIONS)

    world.submit_routes = then_nobody  # type: ignore[method-assign]
    error = failing(world, (ONE, ["us-west-2"]), timeout=10)
    assert "the routes were submitted, but after 10 s Could not read the routes" in error.message
    assert error.details["changed"] is True


def conflict() -> Exception:
    return client_error("OperationAborted", "Submit", status=409)


def test_another_change_is_waited_out(world: World) -> None:
    world.errors[SUBMIT] = [conflict(), conflict()]
    (result,) = run(world, (ONE, ["us-west-2"])).results["access_points"]
    assert (result["status"], result["seconds"], world.count(SUBMIT)) == ("switched", 10.0, 3)


def test_another_change_that_never_ends_fails(world: World) -> None:
    world.errors[SUBMIT] = [conflict() for _time in range(100)]
    error = failing(world, (ONE, ["us-west-2"]), timeout=20)
    assert "another change was under way all the time" in error.message and error.details["changed"] is False


@pytest.mark.parametrize("same", [True, False])
def test_two_controllers_do_not_switch_to_and_fro(world: World, same: bool) -> None:
    """The other one got there first: with the same wish all is well, with another one it is left as it is."""

    submitted = world.submit_routes

    def quicker(arn: str, updates: list[dict[str, Any]]) -> None:
        world.submit_routes = submitted  # type: ignore[method-assign]
        world.routes[arn] = {"b-east": 0, "b-west": 100} if same else {"b-east": 100, "b-west": 0}
        raise conflict()

    world.submit_routes = quicker  # type: ignore[method-assign]
    if same:
        assert run(world, (ONE, ["us-west-2"])).results["access_points"][0]["status"] == "switched"
    else:
        error = failing(world, (ONE, ["us-west-2"]))
        assert "somebody else changed the routes meanwhile, active is now b-east (us-east-1)" in error.message
    assert world.count(SUBMIT) == 1


def test_who_is_overruled_after_the_submit_does_not_submit_again(world: World) -> None:
    submitted = world.submit_routes

    def overruled(arn: str, updates: list[dict[str, Any]]) -> None:
        submitted(
            arn, [{"Bucket": "b-east", "TrafficDialPercentage": 100}, {"Bucket": "b-west", "TrafficDialPercentage": 0}]
        )

    world.submit_routes = overruled  # type: ignore[method-assign]
    error = failing(world, (ONE, ["us-west-2"]), timeout=10)
    assert "active is b-east (us-east-1) instead of b-west (us-west-2)" in error.message
    assert world.count(SUBMIT) == 1


def test_a_submit_whose_answer_was_lost_goes_to_the_next_region(world: World) -> None:
    submitted = world.submit_routes

    def cut(arn: str, updates: list[dict[str, Any]]) -> None:
        world.submit_routes = submitted  # type: ignore[method-assign]
        submitted(arn, updates)
        raise client_error("InternalError", "Submit", status=500)

    world.submit_routes = cut  # type: ignore[method-assign]
    (result,) = run(world, (ONE, ["us-west-2"])).results["access_points"]
    assert (result["status"], result["region"]) == ("switched", "us-west-2")
    assert [region for region, operation in world.calls if operation == SUBMIT] == ["us-east-1", "us-west-2"]


def test_a_denied_one_stops_no_other_and_names_the_permission(world: World) -> None:
    world.errors[SUBMIT] = [client_error("AccessDenied", "Submit", status=403)]
    error = failing(world, (ONE, ["us-west-2"]), ("two", ["us-east-1"]), concurrency=1)
    assert error.message.startswith("1 of 2 access points could not be switched: ")
    assert error.details["permission"] == "s3:SubmitMultiRegionAccessPointRoutes"
    assert [one["status"] for one in error.details["access_points"]] == ["failed", "switched"]


def test_no_region_at_all(world: World) -> None:
    world.down |= set(ROUTE_REGIONS)
    error = failing(world, (ONE, ["us-west-2"]))
    assert "none of the Regions that take routes answered" in error.message
    (result,) = error.details["access_points"]
    assert (result["status"], result["region"], result["routes"], result["arn"]) == ("failed", None, None, ONE)


def test_the_account_of_an_arn_is_the_one_that_is_asked_for(world: World) -> None:
    assert ACCOUNT in ONE
    other = ONE.replace(ACCOUNT, "444455556666")
    world.errors[GET] = [client_error("AccessDenied", "Get", status=403)]
    error = failing(world, (other, ["us-west-2"]))
    assert "Allow s3:GetMultiRegionAccessPointRoutes" in error.message and "444455556666" in error.message
