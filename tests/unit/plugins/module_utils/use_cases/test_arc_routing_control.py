# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_cluster import Place
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_routing_control import Asked, set_states
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.arc_samples import (
    REGIONS,
    assertion,
    control,
    rule,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_arc import (
    EAST,
    GIVEN,
    WEST,
    FakeArc,
    conflict,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error

OVER = {EAST: "off", WEST: "on"}
MIN_ONE = assertion("min-one", [EAST, WEST])


def run(world: FakeArc, wanted: dict[str, str], *overridden: str, check: bool = False, timeout: float = 60) -> Outcome:
    entries = [{"arn": arn, "state": state} for arn, state in wanted.items()]
    return set_states(world.surroundings(check, timeout), Asked(entries, GIVEN, overridden))


def operations(world: FakeArc) -> list[str]:
    return [operation for operation, _region in world.calls]


def test_both_are_changed_in_one_transaction_and_read_afterwards() -> None:
    world = FakeArc()
    predicted = run(world, OVER, check=True)
    assert world.states == {EAST: "On", WEST: "Off"} and not world.updates
    done = run(world, OVER)
    assert world.states == {EAST: "Off", WEST: "On"} and len(world.updates) == 1
    assert "SafetyRulesToOverride" not in world.updates[0]
    assert operations(world)[-1] == "GetRoutingControlState"
    assert predicted.changed and done.changed
    assert (predicted.before, predicted.after) == (done.before, done.after)
    assert predicted.results["routing_controls"] == done.results["routing_controls"]
    assert done.results["routing_controls"][0] == {
        "arn": EAST,
        "name": "east",
        "state": "off",
        "state_before": "on",
        "changed": True,
    }
    assert predicted.results["endpoint"] is None and done.results["endpoint"]["region"] in REGIONS


def test_set_never_toggled_so_the_second_run_sends_nothing() -> None:
    world = FakeArc()
    run(world, OVER)
    again = run(world, OVER)
    assert not again.changed and len(world.updates) == 1 and again.before == again.after
    assert again.results["endpoint"] is None and again.results["safety_rules_overridden"] == []


def test_only_what_differs_is_sent() -> None:
    world = FakeArc()
    run(world, {EAST: "on", WEST: "on"})
    (sent,) = world.updates
    assert sent["UpdateRoutingControlStateEntries"] == [{"RoutingControlArn": WEST, "RoutingControlState": "On"}]


@pytest.mark.parametrize("dead", list(combinations(REGIONS, 2)))
def test_two_endpoints_and_the_control_plane_may_be_gone(dead: tuple[str, ...]) -> None:
    world = FakeArc()
    world.dead(*dead)
    world.away = EndpointConnectionError(endpoint_url="https://us-west-2")
    assert run(world, OVER).changed and world.states == {EAST: "Off", WEST: "On"}


def test_everything_wrong_is_told_before_anything_is_asked() -> None:
    world = FakeArc()
    entries = [{"arn": "east", "state": "on"}, {"arn": EAST, "state": "on"}, {"arn": EAST, "state": "off"}]
    place = Place([{"endpoint": "http://x", "region": "eu-west-1"}], None)
    with pytest.raises(RefusedError) as refused:
        set_states(world.surroundings(), Asked(entries, place, ("rule",)))
    told = " ".join(refused.value.problems)
    assert len(refused.value.problems) == 4 and not world.calls
    assert "both on and off" in told and "'east'" in told and "http://x" in told and "safety_rules_to_override" in told


@pytest.mark.parametrize("check", [False, True])
def test_a_control_of_another_cluster_is_refused(check: bool) -> None:
    world = FakeArc()
    with pytest.raises(RefusedError, match=r"belongs to another cluster.*task of its own"):
        run(world, {EAST: "off", control("elsewhere"): "on"}, check=check)
    assert not world.updates


@pytest.mark.parametrize("check", [False, True])
def test_a_safety_rule_is_told_by_its_name(check: bool) -> None:
    world = FakeArc(MIN_ONE)

    def refuse(_request: dict[str, Any]) -> None:
        raise conflict(f"blocked by {rule('min-one')}")

    world.at_update = refuse
    with pytest.raises(ToldError, match="assertion rule min-one wants at least 1 of 2") as told:
        run(world, {EAST: "off"}, check=check)
    assert f"safety_rules_to_override: [{rule('min-one')}]" in told.value.message
    assert told.value.details["safety_rules"][0]["name"] == "min-one"
    assert told.value.details["routing_controls"][0]["state"] == "on"
    assert not world.slept and not world.updates


def test_a_rule_is_overridden_only_when_asked() -> None:
    world = FakeArc(MIN_ONE)
    assert run(world, {EAST: "off"}, rule("min-one"), check=True).changed
    done = run(world, {EAST: "off"}, rule("min-one"))
    assert world.updates[0]["SafetyRulesToOverride"] == [rule("min-one")]
    assert done.results["safety_rules_overridden"] == [rule("min-one")]


def test_who_may_not_override_is_told_what_may_forbid_it() -> None:
    world = FakeArc(MIN_ONE)

    def deny(_request: dict[str, Any]) -> None:
        raise client_error("AccessDeniedException", "UpdateRoutingControlStates")

    world.at_update = deny
    with pytest.raises(AccessDeniedError, match="AllowSafetyRulesOverrides may forbid") as told:
        run(world, {EAST: "off"}, rule("min-one"))
    assert told.value.permission == told.value.details["permission"]
    with pytest.raises(AccessDeniedError) as told:
        run(world, OVER)
    assert "AllowSafetyRulesOverrides" not in told.value.message


def test_without_control_plane_check_mode_warns_that_it_does_not_know() -> None:
    world = FakeArc(MIN_ONE)
    world.away = client_error("AccessDeniedException", "ListSafetyRules")
    predicted = run(world, {EAST: "off"}, check=True)
    assert predicted.changed and "Whether safety rules let this change pass is not known" in predicted.warnings[0]
    assert "route53-recovery-control-config:ListSafetyRules" in predicted.warnings[0]


def test_a_wait_period_is_waited_for() -> None:
    world = FakeArc(MIN_ONE)

    def wait(_request: dict[str, Any]) -> None:
        if world.time < 5:
            raise conflict("another change was made a moment ago")

    world.at_update = wait
    assert run(world, OVER).changed and world.states[WEST] == "On" and world.time == 5


def test_a_conflict_that_stays_without_a_reason_is_told_after_the_deadline() -> None:
    world = FakeArc(MIN_ONE)

    def refuse(_request: dict[str, Any]) -> None:
        raise conflict("no", rule("min-one"))

    world.at_update = refuse
    with pytest.raises(ToldError, match=r"\(safety rule min-one\).*wait period has not passed") as told:
        run(world, OVER, timeout=30)
    assert world.time == 30
    assert told.value.details["safety_rules"] == [{"arn": rule("min-one"), "name": "min-one", "problem": "no"}]


def test_a_conflict_that_nobody_can_explain_is_told_soon() -> None:
    world = FakeArc(MIN_ONE)
    world.away = EndpointConnectionError(endpoint_url="https://us-west-2")

    def refuse(_request: dict[str, Any]) -> None:
        raise conflict(f"blocked by {rule('min-one')}")

    world.at_update = refuse
    with pytest.raises(ToldError, match="What stands against it could not be found out") as told:
        run(world, {EAST: "off"})
    assert world.time == 10 and f"[{rule('min-one')}]" in told.value.message
    assert told.value.details["safety_rules"][0]["name"] is None


def test_another_controller_that_did_it_meanwhile_is_fine() -> None:
    world = FakeArc(MIN_ONE)

    def faster(_request: dict[str, Any]) -> None:
        world.states = {EAST: "Off", WEST: "On"}
        raise conflict("a change is under way")

    world.at_update = faster
    assert run(world, OVER).changed and not world.slept and not world.updates


def test_too_many_at_once_says_how_to_split() -> None:
    world = FakeArc()
    wanted = {control(f"c{number}"): "on" for number in range(11)}
    world.states |= dict.fromkeys(wanted, "Off")

    def refuse(_request: dict[str, Any]) -> None:
        raise client_error("ServiceLimitExceededException", "UpdateRoutingControlStates", "limit")

    assert "tasks of at most 10" in run(world, wanted, check=True).warnings[0]
    world.at_update = refuse
    with pytest.raises(ToldError, match=r"11 are not as wanted\. Split routing_controls into tasks of at most 10"):
        run(world, wanted)


def test_an_answer_that_is_lost_is_no_harm() -> None:
    world = FakeArc()

    def lose(request: dict[str, Any]) -> None:
        if not world.updates:
            world.updates.append(request)
            world.states = {EAST: "Off", WEST: "On"}
            raise EndpointConnectionError(endpoint_url="https://lost")

    world.at_update = lose
    assert run(world, OVER).changed and world.states == {EAST: "Off", WEST: "On"}


def test_states_that_show_late_are_waited_for() -> None:
    world = FakeArc()
    world.lag = 4
    assert run(world, OVER).changed and len(world.slept) == 2


def test_states_that_never_show_fail_and_are_named() -> None:
    world = FakeArc()
    world.lag = 1000
    with pytest.raises(DeadlineError, match=r"east \(.*\) is not off; west"):
        run(world, OVER, timeout=5)
    assert world.time == 5


SETS = st.fixed_dictionaries({EAST: st.sampled_from(["on", "off"]), WEST: st.sampled_from(["on", "off"])})


@given(SETS, SETS, st.sets(st.sampled_from(REGIONS), max_size=4), st.integers(0, 1000))
def test_whatever_is_there_and_wanted_the_plan_is_what_happens(
    there: dict[str, str], wanted: dict[str, str], dead: set[str], seed: int
) -> None:
    world = FakeArc()
    world.states = {arn: state.capitalize() for arn, state in there.items()}
    world.dead(*dead)
    predicted = run(world, wanted, check=True)
    assert world.states == {arn: state.capitalize() for arn, state in there.items()}
    done = run(world, wanted)
    assert predicted.changed == done.changed == (there != wanted)
    assert done.after == predicted.after == {"states": wanted}
    assert {arn: state.lower() for arn, state in world.states.items()} == wanted
    assert len(world.updates) == int(done.changed)
