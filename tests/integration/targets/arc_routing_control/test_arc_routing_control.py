# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""arc_routing_control and arc_routing_control_info against the lab."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.arc import DATA_PLANE
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import Endpoint, shuffled
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_cluster import Place, Surroundings
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_routing_control import Asked, set_states
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.tests.integration.arc import RoutingCluster
from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run

MODULE, INFO = "aws_dr.s3.arc_routing_control", "aws_dr.s3.arc_routing_control_info"
Playbook = Callable[..., Run]
Task = dict[str, Any]


def to(title: str, states: dict[str, Any], *, check: bool = False, **options: Any) -> Task:
    controls = [{"arn": arn, "state": state} for arn, state in states.items()]
    task = {"name": title, MODULE: {"routing_controls": controls, "wait_timeout": 10, **options}}
    return {**task, "check_mode": check, "diff": True, "ignore_errors": True}


def test_with_two_endpoints_and_the_control_plane_gone(aws: Aws, lab: Lab, name: str, playbook: Playbook) -> None:
    cluster = RoutingCluster(aws, name)
    over = {cluster.east: "off", cluster.west: "on"}
    given = {"cluster_endpoints": cluster.endpoints}
    lab.call("POST", "/regions/us-west-2/down")
    lab.call("POST", "/arc/endpoints/eu-west-1/down", {"how": "unavailable"})
    lab.call("DELETE", "/journal")
    dead = {"us-west-2", "eu-west-1"}
    # Which endpoint is asked first differs from run to run: until it is a dead one.
    until_dead = {"register": "asked", "until": "asked.tried | length > 0", "retries": 40, "delay": 0}

    first = playbook(
        tasks=[
            to("predicted", over, check=True, **given),
            {"name": "read before", INFO: given},
            to("switched", over, **given),
        ]
    )
    assert cluster.states() == {"east": "Off", "west": "On"}
    run = playbook(
        tasks=[
            {**to("met", over, **given), **until_dead},
            to("again", over, **given),
            to("checked again", over, check=True, **given),
            to("without endpoints", over, cluster=cluster.arn),
            # YAML reads bare on and off as booleans
            to("back", {cluster.east: True, cluster.west: False}, **given),
        ]
    )
    predicted, switched = first.of("predicted"), first.of("switched")
    assert predicted["changed"] and switched["changed"]
    assert predicted["diff"] == switched["diff"]
    assert predicted["routing_controls"] == switched["routing_controls"]
    assert [one["name"] for one in switched["routing_controls"]] == ["east", "west"]
    assert predicted["endpoint"] is None
    assert switched["endpoint"]["region"] not in dead
    met = {one["region"] for one in run.of("met")["tried"]}
    assert met and met <= dead
    assert {one["region"] for one in switched["tried"]} <= dead
    assert any("safety rules" in warning for warning in predicted["warnings"])
    before = first.of("read before")
    assert {one["name"]: one["state"] for one in before["routing_controls"]} == {"east": "on", "west": "off"}
    assert before["safety_rules"] is None and "us-west-2" in before["safety_rules_error"]
    assert not [task for task in ("met", "again", "checked again") if run.of(task)["changed"]]
    assert "Give cluster_endpoints instead of cluster" in run.of("without endpoints")["msg"]
    assert run.of("back")["changed"] and cluster.states() == {"east": "On", "west": "Off"}

    updates = lab.call("GET", "/journal?operation=UpdateRoutingControlStates")["entries"]
    assert len([one for one in updates if one["status"] == 200]) == 2, "nothing was sent when all was right"


@pytest.mark.parametrize("how", ["cut", "unavailable"])
def test_whichever_two_endpoints_are_dead_and_asked_first(aws: Aws, lab: Lab, name: str, how: str) -> None:
    """By the use case, with a seed that puts the dead ones first; the tests with playbooks prove the module."""
    cluster = RoutingCluster(aws, name)
    endpoints = [Endpoint(one["endpoint"], one["region"]) for one in cluster.endpoints]
    at_once = Config(retries={"total_max_attempts": 1}, connect_timeout=3)

    def connect(endpoint: Endpoint) -> Any:
        return boto3.client(DATA_PLANE, region_name=endpoint.region, endpoint_url=endpoint.url, config=at_once)

    def control_plane() -> Any:
        raise AssertionError("nobody needs the control plane")

    for dead in itertools.combinations([one.region for one in endpoints], 2):
        for region in dead:
            lab.call("POST", f"/arc/endpoints/{region}/down", {"how": how})
        on = cluster.west if cluster.states(alive(endpoints, dead))["east"] == "On" else cluster.east
        wanted = [{"arn": arn, "state": "on" if arn == on else "off"} for arn in (cluster.east, cluster.west)]
        seed = next(
            seed for seed in itertools.count() if {one.region for one in shuffled(endpoints, seed)[:2]} == {*dead}
        )
        surroundings = Surroundings(connect, control_plane, Patience(10, 0.1), seed)
        switched = set_states(surroundings, Asked(wanted, Place(cluster.endpoints, None)))
        assert switched.changed
        assert {one["region"] for one in switched.results["tried"]} == {*dead}
        assert switched.results["endpoint"]["region"] not in dead
        by_name = {"east": "On" if on == cluster.east else "Off", "west": "On" if on == cluster.west else "Off"}
        assert cluster.states(alive(endpoints, dead)) == by_name
        for region in dead:
            lab.call("POST", f"/arc/endpoints/{region}/up")


def alive(endpoints: list[Endpoint], dead: tuple[str, ...]) -> str:
    """The Region of an endpoint that answers."""
    return next(one.region for one in endpoints if one.region not in dead)


def test_safety_rules_and_refusals(aws: Aws, lab: Lab, name: str, playbook: Playbook) -> None:
    cluster = RoutingCluster(aws, name)
    elsewhere = RoutingCluster(aws, f"{name}-2").east
    given = {"cluster": cluster.arn}
    off = {cluster.east: "off"}
    lab.call("DELETE", "/journal")
    twice = [
        {"arn": cluster.east, "state": "on"},
        {"arn": cluster.east, "state": "off"},
        {"arn": "east", "state": "on"},
    ]
    run = playbook(
        tasks=[
            {"name": "malformed", MODULE: {**given, "routing_controls": twice}, "ignore_errors": True},
            to("two clusters", {cluster.west: "on", elsewhere: "off"}, **given),
            to("refused", off, **given),
            to("refused in check mode", off, check=True, **given),
            to("overridden in check mode", off, check=True, safety_rules_to_override=[cluster.rule], **given),
            to("overridden", off, safety_rules_to_override=[cluster.rule], **given),
            to("overridden again", off, safety_rules_to_override=[cluster.rule], **given),
            {"name": "all", INFO: given},
            {"name": "named", INFO: {**given, "routing_controls": [cluster.west, cluster.east]}},
        ]
    )
    assert "both on and off" in run.of("malformed")["msg"] and "'east' is not the ARN" in run.of("malformed")["msg"]
    assert "belongs to another cluster" in run.of("two clusters")["msg"]
    for title in ("refused", "refused in check mode"):
        told = run.of(title)
        assert "assertion rule min-one wants at least 1 of 2" in told["msg"]
        assert f"safety_rules_to_override: [{cluster.rule}]" in told["msg"]
        assert [rule["name"] for rule in told["safety_rules"]] == ["min-one"]
        assert told["routing_controls"][0]["state"] == "on"
    assert run.of("overridden in check mode")["changed"]
    done = run.of("overridden")
    assert done["changed"] and done["safety_rules_overridden"] == [cluster.rule]
    assert done["cluster_endpoints"] == cluster.endpoints
    assert not run.of("overridden again")["changed"]
    assert cluster.states() == {"east": "Off", "west": "Off"}

    assert [one["name"] for one in run.of("all")["routing_controls"]] == ["east", "west"]
    (rule,) = run.of("all")["safety_rules"]
    assert (rule["name"], rule["asserted_controls"]) == ("min-one", [cluster.east, cluster.west])
    assert [one["name"] for one in run.of("named")["routing_controls"]] == ["west", "east"]
