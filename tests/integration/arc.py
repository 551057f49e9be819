# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of routing controls in the lab, made and read through plain boto3."""

from __future__ import annotations

from typing import Any

import boto3

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws


class RoutingCluster:
    """A cluster with the routing controls ``east``, which is on, and ``west``, and a rule that wants one of them on."""

    def __init__(self, aws: Aws, name: str) -> None:
        self.config = aws("route53-recovery-control-config", "us-west-2")
        self.arn = str(self.config.create_cluster(ClusterName=name)["Cluster"]["ClusterArn"])
        described = self.config.describe_cluster(ClusterArn=self.arn)["Cluster"]
        self.endpoints = [
            {"endpoint": str(one["Endpoint"]), "region": str(one["Region"])} for one in described["ClusterEndpoints"]
        ]
        self.east, self.west = self.control("east"), self.control("west")
        self.panel = self.east.partition("/routingcontrol/")[0]
        self.set({self.east: "On"})
        self.rule = self._assertion([self.east, self.west])

    def control(self, name: str) -> str:
        """Make a routing control; give its ARN."""
        made = self.config.create_routing_control(ClusterArn=self.arn, RoutingControlName=name)
        return str(made["RoutingControl"]["RoutingControlArn"])

    def _assertion(self, controls: list[str]) -> str:
        rule = {
            "Name": "min-one",
            "ControlPanelArn": self.panel,
            "AssertedControls": controls,
            "RuleConfig": {"Type": "ATLEAST", "Threshold": 1, "Inverted": False},
            "WaitPeriodMs": 0,
        }
        return str(self.config.create_safety_rule(AssertionRule=rule)["AssertionRule"]["SafetyRuleArn"])

    def states(self, region: str = "ap-southeast-2") -> dict[str, str]:
        """Read the states by name at one endpoint."""
        listed: list[dict[str, Any]] = self._at(region).list_routing_controls()["RoutingControls"]
        return {one["RoutingControlName"]: one["RoutingControlState"] for one in listed}

    def set(self, states: dict[str, str], region: str = "ap-southeast-2") -> None:
        """Set states at one endpoint."""
        entries = [{"RoutingControlArn": arn, "RoutingControlState": state} for arn, state in states.items()]
        self._at(region).update_routing_control_states(UpdateRoutingControlStateEntries=entries)

    def _at(self, region: str) -> Any:
        (url,) = (one["endpoint"] for one in self.endpoints if one["region"] == region)
        return boto3.client("route53-recovery-cluster", region_name=region, endpoint_url=url)
