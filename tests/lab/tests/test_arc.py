# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routing controls of ARC: the five endpoints, safety rules, the control plane in us-west-2, health checks."""

from __future__ import annotations

import json
import uuid
from typing import Any

import boto3
import pytest
from arc_lab import REGIONS, Cluster, endpoint_client
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError
from labclient import Clients, Lab

UNREACHABLE = (ConnectionClosedError, EndpointConnectionError)


@pytest.fixture
def cluster(client: Clients) -> Cluster:
    return Cluster(client)


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_cluster_has_five_endpoints_and_a_default_panel(client: Clients, cluster: Cluster) -> None:
    assert set(cluster.endpoints) == set(REGIONS)
    for region, url in cluster.endpoints.items():
        assert url.endswith(f".route53-recovery-cluster.{region}.amazonaws.com/v1")
    east = cluster.control("east")
    for region in REGIONS:
        assert cluster.state(east, region) == "Off", "a new routing control is off"
    elsewhere = client("route53-recovery-control-config", "eu-west-1")  # botocore sends it to us-west-2 all the same
    assert elsewhere.describe_routing_control(RoutingControlArn=east)["RoutingControl"]["Status"] == "DEPLOYED"
    assert cluster.config.list_clusters()["Clusters"][0]["Name"].startswith("c-")


def test_a_change_is_seen_at_all_endpoints(cluster: Cluster) -> None:
    east, west = cluster.control("east"), cluster.control("west")
    cluster.set({east: "On", west: "On"}, region="eu-west-1")
    cluster.set({east: "Off"}, region="ap-southeast-2")
    assert {region: (cluster.state(east, region), cluster.state(west, region)) for region in REGIONS} == dict.fromkeys(
        REGIONS, ("Off", "On")
    )
    listed = cluster.at("us-west-2").list_routing_controls(ControlPanelArn=cluster.panel)["RoutingControls"]
    assert [(one["RoutingControlName"], one["RoutingControlState"]) for one in listed] == [
        ("east", "Off"),
        ("west", "On"),
    ]
    pages = cluster.at("us-west-2").get_paginator("list_routing_controls").paginate(PaginationConfig={"PageSize": 1})
    assert len(list(pages)) == 2


def test_all_or_nothing(cluster: Cluster) -> None:
    east = cluster.control("east")
    with pytest.raises(ClientError) as error:
        cluster.set({east: "On", f"{east}0": "On"})
    assert code(error) == "ResourceNotFoundException" and error.value.response["resourceType"] == "RoutingControl"
    assert cluster.state(east) == "Off"
    with pytest.raises(ClientError) as error:
        cluster.set({f"{east}{number}": "On" for number in range(11)})
    assert code(error) == "ServiceLimitExceededException" and error.value.response["limitCode"]


def test_controls_of_another_cluster_are_unknown_here(client: Clients, cluster: Cluster) -> None:
    other = Cluster(client).control("elsewhere")
    with pytest.raises(ClientError) as error:
        cluster.state(other)
    assert code(error) == "ResourceNotFoundException"


def test_dead_endpoints(lab: Lab, cluster: Cluster) -> None:
    east = cluster.control("east")
    lab.call("POST", "/arc/endpoints/us-east-1/down")
    lab.call("POST", "/arc/endpoints/eu-west-1/down", {"how": "unavailable"})
    with pytest.raises(UNREACHABLE):
        cluster.state(east, "us-east-1")
    with pytest.raises(ClientError) as error:
        cluster.state(east, "eu-west-1")
    assert code(error) == "EndpointTemporarilyUnavailableException"
    cluster.set({east: "On"}, region="ap-northeast-1")
    dead = {one["region"]: one["dead"] for one in lab.call("GET", "/arc/endpoints")["endpoints"] if one["dead"]}
    assert dead == {"us-east-1": "cut", "eu-west-1": "unavailable"}
    lab.call("POST", "/arc/endpoints/us-east-1/up")
    assert cluster.state(east, "us-east-1") == "On"
    with pytest.raises(AssertionError, match="not in eu-north-1"):
        lab.call("POST", "/arc/endpoints/eu-north-1/down")


def test_without_us_west_2_the_other_endpoints_work(lab: Lab, cluster: Cluster) -> None:
    east = cluster.control("east")
    lab.region_down("us-west-2")
    with pytest.raises(UNREACHABLE):
        cluster.config.describe_cluster(ClusterArn=cluster.arn)
    with pytest.raises(UNREACHABLE):
        cluster.state(east, "us-west-2")
    cluster.set({east: "On"}, region="eu-west-1")
    assert cluster.state(east, "us-east-1") == "On"


def test_an_endpoint_takes_signatures_of_its_region_only(cluster: Cluster) -> None:
    east = cluster.control("east")
    url = cluster.endpoints["eu-west-1"]
    with pytest.raises(ClientError) as error:
        endpoint_client(url, "us-west-2").get_routing_control_state(RoutingControlArn=east)
    assert code(error) == "InvalidSignatureException"
    with pytest.raises(UNREACHABLE):
        endpoint_client(
            "https://nobody.route53-recovery-cluster.eu-west-1.amazonaws.com/v1", "eu-west-1"
        ).list_routing_controls()


def test_an_assertion_rule_is_about_the_states_afterwards(cluster: Cluster) -> None:
    east, west = cluster.control("east"), cluster.control("west")
    cluster.set({east: "On"})
    rule = cluster.assertion("min-one", [east, west])
    with pytest.raises(ClientError) as error:
        cluster.set({east: "Off"})
    assert code(error) == "ConflictException" and rule in error.value.response["Error"]["Message"]
    assert error.value.response["resourceId"] == rule
    assert cluster.state(east) == "On"
    cluster.set({east: "Off", west: "On"})
    cluster.set({west: "Off"}, rule)
    assert (cluster.state(east), cluster.state(west)) == ("Off", "Off")
    with pytest.raises(ClientError) as error:
        cluster.set({east: "On"}, f"{rule}0")
    assert code(error) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("config", "on", "passes"),
    [
        ({"Type": "ATLEAST", "Threshold": 2}, 2, True),
        ({"Type": "ATLEAST", "Threshold": 2}, 1, False),
        ({"Type": "AND"}, 3, True),
        ({"Type": "AND"}, 2, False),
        ({"Type": "AND", "Inverted": True}, 2, True),
        ({"Type": "OR"}, 1, True),
        ({"Type": "OR", "Inverted": True}, 1, False),
    ],
)
def test_criteria(cluster: Cluster, config: dict[str, Any], on: int, passes: bool) -> None:
    controls = [cluster.control(name) for name in "abc"]
    cluster.assertion("rule", controls, **config)
    wanted = {arn: "On" if number < on else "Off" for number, arn in enumerate(controls)}
    if passes:
        cluster.set(wanted)
    else:
        with pytest.raises(ClientError, match="criteria are not met"):
            cluster.set(wanted)


def test_a_gating_rule_guards_its_targets(lab: Lab, cluster: Cluster) -> None:
    gate, east = cluster.control("gate"), cluster.control("east")
    cluster.gating("gate", [gate], [east])
    with pytest.raises(ClientError, match="criteria are not met"):
        cluster.set({east: "On"})
    with pytest.raises(ClientError, match="criteria are not met"):
        cluster.set({east: "On", gate: "On"})
    cluster.set({gate: "On"})
    cluster.set({east: "On"})
    cluster.set({gate: "Off"})
    lab.settings(arc_gates_count_at_once=True)
    cluster.set({east: "Off", gate: "On"})


def test_a_wait_period_holds_further_changes_back(lab: Lab, cluster: Cluster) -> None:
    east, west, free = cluster.control("east"), cluster.control("west"), cluster.control("free")
    rule = cluster.assertion("min-one", [east, west], wait=5000)
    cluster.set({east: "On"})
    with pytest.raises(ClientError, match="wait period of 5000 ms has not passed"):
        cluster.set({west: "On"})
    cluster.set({free: "On"})
    cluster.set({west: "On"}, rule)
    lab.advance(6)
    cluster.set({west: "Off"})


def test_permissions_of_a_caller(client: Clients, cluster: Cluster) -> None:
    east, west = cluster.control("east"), cluster.control("west")
    rule = cluster.assertion("min-one", [east, west])
    iam = client("iam")
    name = f"u-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    statement = {
        "Effect": "Allow",
        "Action": [
            "route53-recovery-cluster:GetRoutingControlState",
            "route53-recovery-cluster:UpdateRoutingControlStates",
        ],
        "Resource": east,
        "Condition": {"BoolIfExists": {"route53-recovery-cluster:AllowSafetyRulesOverrides": "false"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="arc", PolicyDocument=document)
    theirs = endpoint_client(cluster.endpoints["eu-west-1"], "eu-west-1", keys)

    def switch(arn: str, **more: Any) -> None:
        entry = {"RoutingControlArn": arn, "RoutingControlState": "On"}
        theirs.update_routing_control_states(UpdateRoutingControlStateEntries=[entry], **more)

    switch(east)
    assert theirs.get_routing_control_state(RoutingControlArn=east)["RoutingControlState"] == "On"
    for refused in (
        lambda: switch(west),
        lambda: switch(east, SafetyRulesToOverride=[rule]),
        theirs.list_routing_controls,
    ):
        with pytest.raises(ClientError) as error:
            refused()
        assert code(error) == "AccessDeniedException"


def test_a_health_check_follows_its_routing_control(client: Clients, cluster: Cluster) -> None:
    east = cluster.control("east")
    route53 = client("route53")

    def check(**config: Any) -> str:
        given = {"Type": "RECOVERY_CONTROL", "RoutingControlArn": east, **config}
        made = route53.create_health_check(CallerReference=uuid.uuid4().hex, HealthCheckConfig=given)
        return str(made["HealthCheck"]["Id"])

    def status(name: str) -> set[str]:
        observed = route53.get_health_check_status(HealthCheckId=name)["HealthCheckObservations"]
        return {one["StatusReport"]["Status"].partition(":")[0] for one in observed}

    plain, inverted = check(), check(Inverted=True)
    assert (status(plain), status(inverted)) == ({"Failure"}, {"Success"})
    cluster.set({east: "On"})
    assert (status(plain), status(inverted)) == ({"Success"}, {"Failure"})
    ids = cluster.config.list_associated_route53_health_checks(RoutingControlArn=east)["HealthCheckIds"]
    assert set(ids) == {plain, inverted}
    with pytest.raises(ClientError):
        status("no-such-check")


def test_a_cluster_is_deployed_after_a_while(lab: Lab, client: Clients) -> None:
    lab.settings(arc_deploy_delay=60)
    config = client("route53-recovery-control-config", "us-west-2")
    made = config.create_cluster(ClusterName="slow", ClientToken="token")["Cluster"]
    assert made["Status"] == "PENDING" and "ClusterEndpoints" not in made
    again = config.create_cluster(ClusterName="slow", ClientToken="token")["Cluster"]
    assert again["ClusterArn"] == made["ClusterArn"], "the token stands for the same cluster"
    lab.advance(61)
    boto3.client("route53-recovery-control-config", region_name="us-west-2").get_waiter("cluster_created").wait(
        ClusterArn=made["ClusterArn"], WaiterConfig={"Delay": 1, "MaxAttempts": 2}
    )
    assert len(config.describe_cluster(ClusterArn=made["ClusterArn"])["Cluster"]["ClusterEndpoints"]) == 5


def test_what_the_control_plane_refuses(client: Clients, cluster: Cluster) -> None:
    config = cluster.config
    east = cluster.control("east")
    rule = cluster.assertion("min-one", [east])
    for call, wanted in (
        (lambda: cluster.control("east"), "ConflictException"),
        (lambda: cluster.assertion("min-one", [east]), "ValidationException"),
        (lambda: cluster.assertion("other", [f"{east}0"]), "ValidationException"),
        (config.create_safety_rule, "ValidationException"),
        (lambda: config.delete_cluster(ClusterArn=cluster.arn), "ConflictException"),
        (lambda: config.delete_routing_control(RoutingControlArn=east), "ConflictException"),
        (lambda: config.delete_control_panel(ControlPanelArn=cluster.panel), "ConflictException"),
        (lambda: config.describe_cluster(ClusterArn=f"{cluster.arn}0"), "ResourceNotFoundException"),
    ):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == wanted
    Cluster(client)
    with pytest.raises(ClientError) as error:
        Cluster(client)
    assert code(error) == "ServiceQuotaExceededException"
    config.update_safety_rule(AssertionRuleUpdate={"SafetyRuleArn": rule, "Name": "renamed", "WaitPeriodMs": 1})
    assert config.describe_safety_rule(SafetyRuleArn=rule)["AssertionRule"]["Name"] == "renamed"
    (listed,) = config.list_safety_rules(ControlPanelArn=cluster.panel)["SafetyRules"]
    assert listed["ASSERTION"]["WaitPeriodMs"] == 1
    config.delete_safety_rule(SafetyRuleArn=rule)
    config.delete_routing_control(RoutingControlArn=east)
    config.tag_resource(ResourceArn=cluster.arn, Tags={"a": "b"})
    assert config.list_tags_for_resource(ResourceArn=cluster.arn)["Tags"] == {"a": "b"}
    config.untag_resource(ResourceArn=cluster.arn, TagKeys=["a"])
    panel = config.create_control_panel(ClusterArn=cluster.arn, ControlPanelName="app")["ControlPanel"]
    assert not panel["DefaultControlPanel"]
    config.update_control_panel(ControlPanelArn=panel["ControlPanelArn"], ControlPanelName="shop")
    config.delete_control_panel(ControlPanelArn=panel["ControlPanelArn"])
    config.delete_cluster(ClusterArn=cluster.arn)
