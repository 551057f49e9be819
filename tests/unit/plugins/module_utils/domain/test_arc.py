# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import (
    Endpoint,
    arn_problem,
    changes,
    control_panel_of,
    endpoints_from,
    refuse,
    shuffled,
    told_control,
    wanted_states,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.arc_samples import (
    CLUSTER,
    ENDPOINTS,
    PANEL,
    REGIONS,
    control,
    rule,
)

KINDS = {"cluster": CLUSTER, "control panel": PANEL, "routing control": control("a"), "safety rule": rule("a")}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_arn_is_told_from_the_others(kind: str) -> None:
    for other, arn in KINDS.items():
        assert (arn_problem(arn, kind) is None) == (other == kind), arn
    gov = KINDS[kind].replace("arn:aws:", "arn:aws-us-gov:")
    assert arn_problem(gov, kind) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "east",
        control("a").replace("111122223333", "11112222333"),
        control("a").replace("111122223333", "١١١١٢٢٢٢٣٣٣٣"),
        control("a").replace("control::", "control:us-west-2:"),
        control("a").replace("recovery-control:", "recovery-cluster:"),
        control("a") + "\n",
        control("a b"),
        control("{{ lookup('pipe', 'id') }}"),
        control("a") + "/routingcontrol/b",
        control("a" * 250),
    ],
)
def test_what_is_no_routing_control_is_told_with_the_form_expected(text: str) -> None:
    told = arn_problem(text, "routing control")
    assert told and "controlpanel/<id>/routingcontrol/<id>" in told


@given(st.text(max_size=300))
def test_hostile_text_is_no_arn_and_breaks_nothing(text: str) -> None:
    for kind in KINDS:
        assert arn_problem(text, kind) is not None or text.startswith("arn:")
    endpoints, problems = endpoints_from([{"endpoint": text, "region": text}])
    assert problems and not endpoints


def test_the_panel_of_a_control() -> None:
    assert control_panel_of(control("a")) == control_panel_of(rule("b")) == PANEL


def test_states_wanted_keep_their_order_and_problems_are_told_together() -> None:
    a, b = control("a"), control("b")
    wanted, problems = wanted_states([{"arn": b, "state": "on"}, {"arn": a, "state": "off"}, {"arn": b, "state": "on"}])
    assert (list(wanted.items()), problems) == ([(b, "on"), (a, "off")], [])
    _wanted, problems = wanted_states(
        [{"arn": a, "state": "on"}, {"arn": "a", "state": "on"}, {"arn": a, "state": "off"}]
    )
    assert len(problems) == 2
    assert "'a' is not the ARN" in problems[0] and f"{a} is to be both on and off" in problems[1]
    assert "empty" in wanted_states([])[1][0]


def test_refused_only_with_problems() -> None:
    refuse([])
    with pytest.raises(RefusedError, match="No routing control was changed: one; two"):
        refuse(["one", "two"])


def test_endpoints_each_once() -> None:
    endpoints, problems = endpoints_from([*ENDPOINTS, ENDPOINTS[0]])
    assert [endpoint.region for endpoint in endpoints] == list(REGIONS) and not problems
    assert [endpoint.told() for endpoint in endpoints] == ENDPOINTS


@pytest.mark.parametrize(
    ("given_", "told"),
    [
        ({"endpoint": "http://x.route53-recovery-cluster.eu-west-1.amazonaws.com/v1"}, "expected https"),
        ({"endpoint": "x.route53-recovery-cluster.eu-west-1.amazonaws.com"}, "expected https"),
        ({"endpoint": "https://user@host/v1"}, "expected https"),
        ({"endpoint": "https://host/v1?x=y"}, "expected https"),
        ({"endpoint": "https://[/v1"}, "is not a URL"),
        ({"region": "Ireland"}, "'Ireland' is not a Region"),
        ({"region": "us-west-2"}, "is in eu-west-1, and us-west-2 is given"),
    ],
)
def test_endpoints_that_can_not_be_right(given_: dict[str, str], told: str) -> None:
    _endpoints, problems = endpoints_from([{**ENDPOINTS[3], **given_}])
    assert len(problems) == 1 and told in problems[0]


def test_an_endpoint_of_another_form_is_taken() -> None:
    endpoints, problems = endpoints_from([{"endpoint": "https://host-dddddd.example.com/v1", "region": "us-west-2"}])
    assert endpoints == [Endpoint("https://host-dddddd.example.com/v1", "us-west-2")] and not problems
    assert "empty" in endpoints_from([])[1][0]


@given(st.lists(st.integers(0, 4), max_size=8), st.integers())
def test_shuffling_loses_nothing_and_is_decided_by_the_seed(picked: list[int], seed: int) -> None:
    endpoints = [Endpoint(ENDPOINTS[number]["endpoint"], REGIONS[number]) for number in picked]
    order = shuffled(endpoints, seed)
    assert sorted(order, key=str) == sorted(endpoints, key=str) and order == shuffled(endpoints, seed)


def test_different_seeds_ask_different_endpoints_first() -> None:
    endpoints, _problems = endpoints_from(ENDPOINTS)
    assert {shuffled(endpoints, seed)[0].region for seed in range(50)} == set(REGIONS)


STATES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["on", "off"]))


@given(STATES, STATES)
def test_after_the_changes_all_is_as_wanted_and_nothing_right_is_touched(
    wanted: dict[str, str], found: dict[str, str]
) -> None:
    found = {**dict.fromkeys(wanted, "off"), **found}
    changed = changes(wanted, found)
    assert {**found, **changed} == {**found, **wanted}
    assert all(found[arn] != state for arn, state in changed.items())


def test_a_control_in_our_words() -> None:
    found: dict[str, Any] = {
        "RoutingControlArn": control("a"),
        "RoutingControlName": "east",
        "RoutingControlState": "On",
    }
    told = told_control({**found, "ControlPanelArn": PANEL, "ControlPanelName": "app", "Owner": "111122223333"})
    assert told == {
        "arn": control("a"),
        "name": "east",
        "state": "on",
        "control_panel": PANEL,
        "control_panel_name": "app",
        "owner": "111122223333",
    }
