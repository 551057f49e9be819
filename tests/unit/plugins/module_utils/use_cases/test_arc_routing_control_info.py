# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence

import pytest
from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_routing_control_info import read
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.arc_samples import (
    ENDPOINTS,
    OTHER_PANEL,
    PANEL,
    assertion,
    control,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_arc import (
    EAST,
    GIVEN,
    WEST,
    FakeArc,
)

ELSEWHERE = control("elsewhere", OTHER_PANEL)


@pytest.fixture
def world() -> FakeArc:
    world = FakeArc(assertion("min-one", [EAST, WEST]))
    world.states[ELSEWHERE] = "Off"
    return world


def look(world: FakeArc, arns: Sequence[str] | None = None, panel: str | None = None) -> Outcome:
    return read(world.surroundings(), GIVEN, arns, panel)


def arns(outcome: Outcome) -> list[str]:
    return [found["arn"] for found in outcome.results["routing_controls"]]


def test_all_of_the_cluster(world: FakeArc) -> None:
    outcome = look(world)
    assert arns(outcome) == [EAST, WEST, ELSEWHERE] and not outcome.changed
    assert outcome.results["routing_controls"][0]["state"] == "on"
    assert [rule["name"] for rule in outcome.results["safety_rules"]] == ["min-one"]
    assert outcome.results["cluster_endpoints"] == ENDPOINTS and outcome.results["endpoint"]
    assert outcome.results["safety_rules_error"] is None and not outcome.warnings


def test_those_of_one_panel_and_those_named_in_their_order(world: FakeArc) -> None:
    assert arns(look(world, panel=PANEL)) == [EAST, WEST]
    assert arns(look(world, panel=OTHER_PANEL)) == [ELSEWHERE]
    assert look(world, panel=OTHER_PANEL).results["safety_rules"] == []
    assert arns(look(world, [ELSEWHERE, WEST])) == [ELSEWHERE, WEST]


def test_one_that_is_not_there_is_an_error_with_the_others(world: FakeArc) -> None:
    with pytest.raises(ToldError, match="gone is not among") as told:
        look(world, [EAST, control("gone")])
    assert EAST in [found["arn"] for found in told.value.details["routing_controls"]]
    with pytest.raises(ToldError, match="no such control panel"):
        look(world, [control("x", f"{PANEL}0")])


def test_rules_that_can_not_be_read_are_not_no_rules(world: FakeArc) -> None:
    world.away = EndpointConnectionError(endpoint_url="https://us-west-2")
    outcome = look(world)
    assert outcome.results["safety_rules"] is None and "us-west-2" in outcome.results["safety_rules_error"]
    assert outcome.warnings and arns(outcome) == [EAST, WEST, ELSEWHERE]


def test_malformed_input_is_refused(world: FakeArc) -> None:
    with pytest.raises(RefusedError, match="'x' is not the ARN of a routing control"):
        look(world, ["x"])
    with pytest.raises(RefusedError, match="control_panel: 'x' is not the ARN of a control panel"):
        look(world, panel="x")
    assert not world.calls
