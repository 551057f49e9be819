# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters and what is in them, as values, and where they are kept.

ARC Developer Guide, "Routing control components", "Creating routing control components in ARC" (one endpoint in each of
five Regions; PENDING before DEPLOYED); Service Authorization Reference, "Amazon Route 53 Recovery Controls" (ARNs).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from aws_lab import clock, settings

REGIONS = ("us-east-1", "ap-northeast-1", "us-west-2", "eu-west-1", "ap-southeast-2")
ON, OFF = "On", "Off"
_ARN = "arn:aws:route53-recovery-control::"


def _id(length: int) -> str:
    return uuid.uuid4().hex[:length]


@dataclass
class Resource:
    """What all four kinds have in common."""

    account: str
    name: str
    arn: str
    tags: dict[str, str] = field(default_factory=dict)
    created: float = field(default_factory=clock.now)

    @property
    def status(self) -> str:
        """PENDING until it is deployed."""
        return "DEPLOYED" if clock.now() >= self.created + settings.get().arc_deploy_delay else "PENDING"


@dataclass
class Cluster(Resource):
    """A cluster; endpoints: Region -> the first label of the host name."""

    network_type: str = "IPV4"
    endpoints: dict[str, str] = field(default_factory=lambda: {region: _id(8) for region in REGIONS})

    def url(self, region: str) -> str:
        """The URL of the endpoint in a Region."""
        return f"https://{self.endpoints[region]}.route53-recovery-cluster.{region}.amazonaws.com/v1"


@dataclass
class Panel(Resource):
    """A control panel."""

    cluster: str = ""
    default: bool = False


@dataclass
class Control(Resource):
    """A routing control. A new one is off."""

    panel: str = ""
    state: str = OFF


@dataclass
class Rule(Resource):
    """A safety rule. conditions: the controls that are counted; guarded: those whose change it may stop."""

    panel: str = ""
    kind: str = "ASSERTION"
    config: dict[str, Any] = field(default_factory=dict)
    wait_ms: int = 5000
    conditions: list[str] = field(default_factory=list)
    guarded: list[str] = field(default_factory=list)
    changed: float | None = None  # when a control that it guards was changed last


clusters: dict[str, Cluster] = {}
panels: dict[str, Panel] = {}
controls: dict[str, Control] = {}
rules: dict[str, Rule] = {}
tokens: dict[tuple[str, str, str], str] = {}  # (account, operation, client token) -> ARN


def reset() -> None:
    """Forget everything."""
    for kept in (clusters, panels, controls, rules, tokens):
        kept.clear()


def new_cluster(account: str, name: str, tags: dict[str, str], network_type: str) -> Cluster:
    """A cluster with its default control panel."""
    made = Cluster(account, name, f"{_ARN}{account}:cluster/{uuid.uuid4()}", tags, network_type=network_type)
    clusters[made.arn] = made
    new_panel(made, "DefaultControlPanel", {}, default=True)
    return made


def new_panel(cluster: Cluster, name: str, tags: dict[str, str], *, default: bool = False) -> Panel:
    """A control panel in the cluster."""
    arn = f"{_ARN}{cluster.account}:controlpanel/{_id(32)}"
    panels[arn] = Panel(cluster.account, name, arn, tags, cluster=cluster.arn, default=default)
    return panels[arn]


def new_control(panel: Panel, name: str) -> Control:
    """A routing control in the control panel."""
    arn = f"{panel.arn}/routingcontrol/{_id(16)}"
    controls[arn] = Control(panel.account, name, arn, panel=panel.arn)
    return controls[arn]


def new_rule(panel: Panel, kind: str, given: dict[str, Any], tags: dict[str, str]) -> Rule:
    """A safety rule in the control panel; given: NewAssertionRule or NewGatingRule."""
    arn = f"{panel.arn}/safetyrule/{_id(16)}"
    asserted = list(given.get("AssertedControls") or [])
    made = Rule(panel.account, given["Name"], arn, tags, panel=panel.arn, kind=kind, config=dict(given["RuleConfig"]))
    made.wait_ms = int(given["WaitPeriodMs"])
    made.conditions = asserted or list(given["GatingControls"])
    made.guarded = asserted or list(given["TargetControls"])
    rules[arn] = made
    return made


def default_panel(cluster: str) -> Panel:
    """The default control panel of a cluster."""
    return next(panel for panel in panels.values() if panel.cluster == cluster and panel.default)


def controls_of(panel: str) -> list[Control]:
    """The routing controls of a control panel."""
    return [control for control in controls.values() if control.panel == panel]


def rules_of(panel: str) -> list[Rule]:
    """The safety rules of a control panel."""
    return [rule for rule in rules.values() if rule.panel == panel]


def cluster_of(control: Control) -> str:
    """ARN of the cluster of a routing control."""
    return panels[control.panel].cluster
