# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""arc_routing_control and arc_routing_control_info against the lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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

    run = playbook(
        tasks=[
            to("predicted", over, check=True, **given),
            {"name": "read before", INFO: given},
            to("switched", over, **given),
            to("again", over, **given),
            to("checked again", over, check=True, **given),
            to("without endpoints", over, cluster=cluster.arn),
            # YAML reads bare on and off as booleans
            to("back", {cluster.east: True, cluster.west: False}, **given),
        ]
    )
    predicted, switched = run.of("predicted"), run.of("switched")
    assert predicted["changed"] and switched["changed"]
    assert predicted["diff"] == switched["diff"]
    assert predicted["routing_controls"] == switched["routing_controls"]
    assert [one["name"] for one in switched["routing_controls"]] == ["east", "west"]
    assert predicted["endpoint"] is None
    assert switched["endpoint"]["region"] not in ("us-west-2", "eu-west-1")
    assert {one["region"] for one in switched["tried"]} <= {"us-west-2", "eu-west-1"}
    assert any("safety rules" in warning for warning in predicted["warnings"])
    before = run.of("read before")
    assert {one["name"]: one["state"] for one in before["routing_controls"]} == {"east": "on", "west": "off"}
    assert before["safety_rules"] is None and "us-west-2" in before["safety_rules_error"]
    assert not run.of("again")["changed"] and not run.of("checked again")["changed"]
    assert "Give cluster_endpoints instead of cluster" in run.of("without endpoints")["msg"]
    assert run.of("back")["changed"] and cluster.states() == {"east": "On", "west": "Off"}

    updates = lab.call("GET", "/journal?operation=UpdateRoutingControlStates")["entries"]
    assert len([one for one in updates if one["status"] == 200]) == 2, "nothing was sent when all was right"


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
