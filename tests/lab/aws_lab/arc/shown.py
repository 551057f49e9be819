# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters and what is in them as the control plane shows them (API Reference of the control configuration)."""

from __future__ import annotations

from typing import Any

from aws_lab.arc.model import Cluster, Control, Panel, Rule, controls_of

Json = dict[str, Any]


def cluster(found: Cluster) -> Json:
    """A Cluster; its endpoints only once it is deployed."""
    endpoints = [{"Endpoint": found.url(region), "Region": region} for region in found.endpoints]
    return {
        "ClusterArn": found.arn,
        "Name": found.name,
        "Status": found.status,
        "Owner": found.account,
        "NetworkType": found.network_type,
        **({"ClusterEndpoints": endpoints} if found.status == "DEPLOYED" else {}),
    }


def panel(found: Panel) -> Json:
    """A ControlPanel."""
    return {
        "ClusterArn": found.cluster,
        "ControlPanelArn": found.arn,
        "DefaultControlPanel": found.default,
        "Name": found.name,
        "RoutingControlCount": len(controls_of(found.arn)),
        "Status": found.status,
        "Owner": found.account,
    }


def control(found: Control) -> Json:
    """A RoutingControl; the control plane does not know its state."""
    return {
        "ControlPanelArn": found.panel,
        "RoutingControlArn": found.arn,
        "Name": found.name,
        "Status": found.status,
        "Owner": found.account,
    }


def rule(found: Rule) -> Json:
    """A Rule: the safety rule below the name of its kind."""
    asserted = {"AssertedControls": found.conditions}
    gated = {"GatingControls": found.conditions, "TargetControls": found.guarded}
    return {
        found.kind: {
            "SafetyRuleArn": found.arn,
            "ControlPanelArn": found.panel,
            "Name": found.name,
            "RuleConfig": found.config,
            "WaitPeriodMs": found.wait_ms,
            "Status": found.status,
            "Owner": found.account,
            **(asserted if found.kind == "ASSERTION" else gated),
        }
    }
