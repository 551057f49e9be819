# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import Member
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_plan import Wish
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap import present
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_absent import absent
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_site import Site
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import Killed, Plug, client_error
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_mrap import ACCOUNT, PREFIX, World

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]}
ANOTHER = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*"}]}
WISH = Wish("invoices", (Member("b-east"), Member("b-west")))
CREATE, DELETE = "create_multi_region_access_point", "delete_multi_region_access_point"
PUT, GET = "put_multi_region_access_point_policy", "get_multi_region_access_point"


@pytest.fixture
def world() -> World:
    made = World()
    made.regions |= {"b-east": "us-east-1", "b-west": "us-west-2"}
    return made


def site(world: World, timeout: float | None = 600, **more: Any) -> Site:
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    patience = None if timeout is None else Patience(timeout, 10, lambda: clock[0], sleep)
    return Site(world.client, Caller(ACCOUNT, "aws"), patience, **more)


def made(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = outcome.results["multi_region_access_point"]
    return found


@pytest.mark.parametrize("steps", [0, 1, 5])
def test_it_is_created_with_its_policy_and_then_all_is_right(world: World, steps: int) -> None:
    world.steps = steps
    wish = replace(WISH, policy=POLICY)
    predicted = present(site(world, check_mode=True), wish)
    assert world.points == {} and made(predicted)["arn"] is None
    outcome = present(site(world), wish)
    assert (outcome.changed, outcome.before, outcome.after) == (predicted.changed, predicted.before, predicted.after)
    assert outcome.changed and outcome.before is None and outcome.after["buckets"] == ["b-east", "b-west"]
    found = made(outcome)
    assert (found["status"], found["policy"], found["policy_is_public"]) == ("READY", POLICY, False)
    assert found["arn"] == PREFIX + found["alias"]
    assert [one["active"] for one in found["routes"]] == [True, True]
    assert set(found) == set(made(predicted))
    again = present(site(world), wish)
    assert not again.changed and again.before == again.after
    assert made(again) == found
    assert {operation: world.count(operation) for operation in (CREATE, PUT)} == {CREATE: 1, PUT: 1}


def test_all_is_asked_for_in_the_region_that_manages(world: World) -> None:
    present(site(world), WISH)
    assert {region for region, operation in world.calls if "routes" not in operation} == {"us-west-2"}
    with pytest.raises(RefusedError, match="partition aws-us-gov"):
        present(replace(site(world), caller=Caller(ACCOUNT, "aws-us-gov")), WISH)


def test_a_changed_policy_is_put_and_shown(world: World) -> None:
    present(site(world), replace(WISH, policy=POLICY))
    outcome = present(site(world), replace(WISH, policy=ANOTHER))
    assert outcome.changed and (outcome.before["policy"], outcome.after["policy"]) == (POLICY, ANOTHER)
    assert made(outcome)["policy"] == ANOTHER


def test_a_policy_goes_to_and_fro_though_aws_remembers_tokens(world: World) -> None:
    for policy in (POLICY, ANOTHER, POLICY, ANOTHER, POLICY):
        outcome = present(site(world), replace(WISH, policy=policy))
        assert outcome.changed and made(outcome)["policy"] == policy
        assert not present(site(world), replace(WISH, policy=policy)).changed


def test_created_and_deleted_and_created_again_though_aws_remembers_tokens(world: World) -> None:
    aliases = []
    for _run in range(4):
        outcome = present(site(world), WISH)
        assert outcome.changed
        aliases.append(made(outcome)["alias"])
        gone = absent(site(world), "invoices")
        assert gone.changed and world.points == {} and gone.after is None
        assert gone.before["alias"] == aliases[-1] and gone.results == {"multi_region_access_point": None}
        assert not absent(site(world), "invoices").changed
    assert len(set(aliases)) == 4


def test_created_again_as_another_one(world: World) -> None:
    world.regions["b-north"] = "eu-north-1"
    for wish in (
        WISH,
        replace(WISH, block={"block_public_acls": False}),
        replace(WISH, members=(Member("b-east"), Member("b-north"))),
        replace(WISH, members=(Member("b-east", account=ACCOUNT), Member("b-west"))),
    ):
        found = made(present(site(world), wish))
        assert found["public_access_block"] == wish.whole_block()
        assert {one["bucket"] for one in found["buckets"]} == {one.bucket for one in wish.members}
        absent(site(world), "invoices")


def test_without_waiting_several_can_be_asked_for_and_waited_for_later(world: World) -> None:
    world.steps = 3
    wish = replace(WISH, policy=POLICY)
    started = present(site(world, timeout=None), wish)
    assert started.changed and made(started)["status"] == "CREATING"
    assert started.warnings == [
        "Multi-Region Access Point invoices gets its policy when it is ready; run the task again with wait"
    ]
    unready = present(site(world, timeout=None), wish)
    assert not unready.changed and world.count(CREATE) == 1 and world.count(PUT) == 0
    assert not present(site(world, timeout=None, check_mode=True), wish).changed
    world.end(next(iter(world.operations)))
    done = present(site(world), wish)
    assert done.changed and made(done)["policy"] == POLICY and world.count(CREATE) == 1


def test_a_wait_for_one_that_is_being_created_changes_nothing(world: World) -> None:
    point = world.add("invoices", "abc.mrap", {"b-east": "us-east-1", "b-west": "us-west-2"}, "CREATING")
    with pytest.raises(DeadlineError, match="was not ready within wait_timeout: its status is CREATING"):
        present(site(world), WISH)
    ready = Patience(60, 1, sleep=lambda _seconds: point.update(Status="READY"))
    outcome = present(replace(site(world), patience=ready), WISH)
    assert not outcome.changed and made(outcome)["status"] == "READY" and world.count(CREATE) == 0


def test_a_wait_that_runs_out_says_where_it_stood_and_the_next_run_goes_on(world: World) -> None:
    world.steps = 10
    with pytest.raises(DeadlineError, match="the request is INPROGRESS") as raised:
        present(site(world, timeout=50), WISH)
    assert raised.value.details["request_token_arn"] in world.operations
    world.end(next(iter(world.operations)))
    assert not present(site(world), WISH).changed and world.count(CREATE) == 1


def test_a_request_that_fails_is_told_with_its_reason_and_is_made_anew_by_the_next_run(world: World) -> None:
    world.steps, world.fails = 2, {"create": "MultiRegionAccessPointSameBucketRegion"}
    with pytest.raises(ToldError, match="the request ended FAILED: MultiRegionAccessPointSameBucketRegion: No"):
        present(site(world), WISH)
    assert world.count(CREATE) == 1
    world.fails = {}
    assert made(present(site(world), WISH))["status"] == "READY"


def test_one_that_vanishes_while_it_is_created_is_told(world: World) -> None:
    world.add("invoices", "abc.mrap", {"b-east": "us-east-1", "b-west": "us-west-2"}, "CREATING")
    vanishing = Patience(60, 1, sleep=lambda _seconds: world.points.clear())
    with pytest.raises(ToldError, match="is gone again: S3 could not create it, or somebody deleted it"):
        present(replace(site(world), patience=vanishing), WISH)


def test_one_created_in_part_is_created_where_it_lacks(world: World) -> None:
    point = world.add("invoices", "abc.mrap", {"b-east": "us-east-1", "b-west": "us-west-2"}, "PARTIALLY_CREATED")
    planned = present(site(world, check_mode=True), WISH)
    assert planned.changed
    outcome = present(site(world), WISH)
    assert outcome.changed and point["Status"] == "READY" and made(outcome)["alias"] == "abc.mrap"


def test_one_that_stays_created_in_part_is_told(world: World) -> None:
    point = world.add("invoices", "abc.mrap", {"b-east": "us-east-1", "b-west": "us-west-2"}, "CREATING")
    stuck = Patience(60, 1, sleep=lambda _seconds: point.update(Status="PARTIALLY_CREATED"))
    with pytest.raises(ToldError, match="was created in some of its Regions only"):
        present(replace(site(world), patience=stuck), WISH)


def test_what_can_not_be_changed_is_refused_in_check_mode_too(world: World) -> None:
    present(site(world), WISH)
    for check_mode in (False, True):
        with pytest.raises(RefusedError, match="AWS can't change that: delete the access point"):
            present(site(world, check_mode=check_mode), replace(WISH, members=(Member("b-east"),)))
        with pytest.raises(RefusedError, match="its block_public_acls is true, wanted is false"):
            present(site(world, check_mode=check_mode), replace(WISH, block={"block_public_acls": False}))


def test_buckets_are_looked_at_before(world: World) -> None:
    world.regions["b-north"] = "us-east-1"
    wish = replace(WISH, members=(Member("b-east"), Member("b-north"), Member("nobodys")))
    for check_mode in (False, True):
        with pytest.raises(RefusedError) as refused:
            present(site(world, check_mode=check_mode), wish)
        assert len(refused.value.problems) == 2
    assert world.count(CREATE) == 0
    with pytest.raises(RefusedError, match="buckets is empty"):
        present(site(world), replace(WISH, members=()))


def test_one_region_is_warned_of(world: World) -> None:
    outcome = present(site(world), replace(WISH, members=(Member("b-east"),)))
    assert any("has one Region; there is nothing that traffic could be switched to" in one for one in outcome.warnings)


def test_routes_that_can_not_be_read_are_a_warning(world: World) -> None:
    world.errors["get_multi_region_access_point_routes"] = [client_error("AccessDenied", "Get", status=403)]
    outcome = present(site(world), WISH)
    assert made(outcome)["routes"] is None and outcome.changed
    assert any("s3:GetMultiRegionAccessPointRoutes" in warning for warning in outcome.warnings)


def test_a_region_that_is_down_is_told(world: World) -> None:
    world.down.add("us-west-2")
    with pytest.raises(UnreachableError, match="Could not read Multi-Region Access Point invoices"):
        present(site(world), WISH)


def test_trouble_on_the_way_does_not_end_a_wait(world: World) -> None:
    world.steps = 3
    describe = "describe_multi_region_access_point_operation"
    troubles: list[Exception] = [
        EndpointConnectionError(endpoint_url="https://s3-control.us-west-2.amazonaws.com"),
        client_error("SlowDown", "Describe", status=503),
    ]
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds
        if troubles:
            world.errors[describe] = [troubles.pop()]

    patience = Patience(600, 10, lambda: clock[0], sleep)
    assert made(present(replace(site(world), patience=patience), WISH))["status"] == "READY"
    assert not troubles and world.count(CREATE) == 1


def test_trouble_that_lasts_until_the_deadline_is_told(world: World) -> None:
    world.steps = 3
    down = Patience(30, 10, sleep=lambda _seconds: world.down.add("us-west-2"))
    clock = iter(range(0, 10_000, 5))
    with pytest.raises(UnreachableError, match="Could not follow the request"):
        present(replace(site(world), patience=replace(down, now=lambda: next(clock))), WISH)


@pytest.mark.parametrize("status", ["READY", "PARTIALLY_CREATED", "PARTIALLY_DELETED", "INCONSISTENT_ACROSS_REGIONS"])
@pytest.mark.parametrize("steps", [0, 3])
def test_it_is_deleted_whatever_its_status(world: World, status: str, steps: int) -> None:
    world.steps = steps
    world.add("invoices", "abc.mrap", {"b-east": "us-east-1"}, status)
    assert absent(site(world, check_mode=True), "invoices").changed and world.points
    assert absent(site(world), "invoices").changed and not world.points


def test_one_that_is_being_deleted_is_waited_for(world: World) -> None:
    world.steps = 2
    world.add("invoices", "abc.mrap", {"b-east": "us-east-1"})
    assert absent(site(world, timeout=None), "invoices").changed
    assert world.points["invoices"]["Status"] == "DELETING"
    with pytest.raises(DeadlineError, match="was not gone within wait_timeout: its status is DELETING"):
        absent(site(world), "invoices")
    with pytest.raises(RefusedError, match="it is being deleted"):
        present(site(world), replace(WISH, members=(Member("b-east"),)))
    world.end(next(iter(world.operations)))
    assert not absent(site(world), "invoices").changed
    assert world.count(DELETE) == 1


def test_one_that_is_still_being_created_can_be_deleted_only_afterwards(world: World) -> None:
    point = world.add("invoices", "abc.mrap", {"b-east": "us-east-1"}, "CREATING")
    for timeout in (None, 20):
        with pytest.raises(DeadlineError, match="is still being created and can be deleted afterwards only"):
            absent(site(world, timeout=timeout), "invoices")
    assert world.count(DELETE) == 0
    ready = Patience(60, 1, sleep=lambda _seconds: point.update(Status="READY"))
    assert absent(replace(site(world), patience=ready), "invoices").changed and not world.points


def test_one_that_somebody_else_deletes_first_is_gone_all_the_same(world: World) -> None:
    world.add("invoices", "abc.mrap", {"b-east": "us-east-1"})
    world.errors[DELETE] = [client_error("NoSuchMultiRegionAccessPoint", "Delete", status=404)]
    assert absent(site(world), "invoices").changed
    world.steps, world.fails = 2, {"delete": "NoSuchMultiRegionAccessPoint"}
    quicker = Patience(60, 1, sleep=lambda _seconds: world.points.clear())
    assert absent(replace(site(world), patience=quicker), "invoices").changed
    with pytest.raises(RefusedError, match="is not a name"):
        absent(site(world), "abc.mrap")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("steps", [0, 2])
def test_a_run_that_is_killed_anywhere_can_be_run_again(after: bool, steps: int) -> None:
    wish = replace(WISH, policy=POLICY)
    at = 0
    while True:
        world = World(steps)
        world.regions |= {"b-east": "us-east-1", "b-west": "us-west-2"}
        world.plug = Plug(at=at, after=after)
        try:
            present(site(world), wish)
        except Killed:
            world.plug = Plug()
            for arn in list(world.operations):  # time goes on while nobody looks
                world.step(arn)
                world.step(arn)
            outcome = present(site(world), wish)
            assert made(outcome)["policy"] == POLICY and made(outcome)["status"] == "READY"
            kinds = [operation["kind"] for operation in world.operations.values()]
            assert kinds.count("create") == 1, "made twice"
            assert kinds.count("put-policy") <= 2
            assert not present(site(world), wish).changed
            at += 1
            continue
        break
    assert at > 6
