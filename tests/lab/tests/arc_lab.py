# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of routing controls, made through plain boto3."""

from __future__ import annotations

import uuid
from typing import Any

import boto3
from botocore.config import Config
from labclient import Client, Clients

REGIONS = ("us-east-1", "ap-northeast-1", "us-west-2", "eu-west-1", "ap-southeast-2")


class Cluster:
    """A deployed cluster and its default control panel."""

    def __init__(self, client: Clients) -> None:
        self.config = client("route53-recovery-control-config", "us-west-2")
        made = self.config.create_cluster(ClusterName=f"c-{uuid.uuid4().hex[:8]}")["Cluster"]
        self.arn = str(made["ClusterArn"])
        described = self.config.describe_cluster(ClusterArn=self.arn)["Cluster"]
        self.endpoints = {str(one["Region"]): str(one["Endpoint"]) for one in described["ClusterEndpoints"]}
        (panel,) = self.config.list_control_panels(ClusterArn=self.arn)["ControlPanels"]
        self.panel = str(panel["ControlPanelArn"])
        self._clients: dict[str, Client] = {}

    def control(self, name: str) -> str:
        """A new routing control; its ARN."""
        made = self.config.create_routing_control(ClusterArn=self.arn, RoutingControlName=name)
        return str(made["RoutingControl"]["RoutingControlArn"])

    def assertion(self, name: str, controls: list[str], *, wait: int = 0, **config: Any) -> str:
        """A new assertion rule that wants at least one on; its ARN."""
        rule = {"Name": name, "ControlPanelArn": self.panel, "AssertedControls": controls, "WaitPeriodMs": wait}
        given = {**rule, "RuleConfig": {"Type": "ATLEAST", "Threshold": 1, "Inverted": False, **config}}
        return str(self.config.create_safety_rule(AssertionRule=given)["AssertionRule"]["SafetyRuleArn"])

    def gating(self, name: str, gates: list[str], targets: list[str]) -> str:
        """A new gating rule that wants any gate on; its ARN."""
        given = {
            "Name": name,
            "ControlPanelArn": self.panel,
            "GatingControls": gates,
            "TargetControls": targets,
            "WaitPeriodMs": 0,
            "RuleConfig": {"Type": "OR", "Threshold": 0, "Inverted": False},
        }
        return str(self.config.create_safety_rule(GatingRule=given)["GatingRule"]["SafetyRuleArn"])

    def at(self, region: str) -> Client:
        """The client of the endpoint in the Region."""
        if region not in self._clients:
            self._clients[region] = endpoint_client(self.endpoints[region], region)
        return self._clients[region]

    def set(self, states: dict[str, str], *override: str, region: str = "us-east-1") -> None:
        """UpdateRoutingControlStates at one endpoint."""
        entries = [{"RoutingControlArn": arn, "RoutingControlState": state} for arn, state in states.items()]
        more = {"SafetyRulesToOverride": list(override)} if override else {}
        self.at(region).update_routing_control_states(UpdateRoutingControlStateEntries=entries, **more)

    def state(self, arn: str, region: str = "us-east-1") -> str:
        """GetRoutingControlState at one endpoint."""
        return str(self.at(region).get_routing_control_state(RoutingControlArn=arn)["RoutingControlState"])


def endpoint_client(url: str, signed_for: str, credentials: dict[str, str] | None = None) -> Client:
    """A client that asks once, without retries."""
    keys = {}
    if credentials:
        keys = {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
        }
    config = Config(retries={"mode": "standard", "total_max_attempts": 1})
    return boto3.client("route53-recovery-cluster", region_name=signed_for, endpoint_url=url, config=config, **keys)
