# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routing controls, safety rules and endpoints for tests of what is about ARC."""

from __future__ import annotations

from typing import Any

ACCOUNT = "111122223333"
ARN = f"arn:aws:route53-recovery-control::{ACCOUNT}:"
CLUSTER = f"{ARN}cluster/8f2b9c1e-0000-4000-8000-000000000001"
PANEL = f"{ARN}controlpanel/0123456bbbbbbb0123456bbbbbb0123456"
OTHER_PANEL = f"{ARN}controlpanel/fedcba9bbbbbbb0123456bbbbbb0123456"
REGIONS = ("us-east-1", "ap-northeast-1", "us-west-2", "eu-west-1", "ap-southeast-2")
ENDPOINTS = [
    {"endpoint": f"https://{number}abcdef0.route53-recovery-cluster.{region}.amazonaws.com/v1", "region": region}
    for number, region in enumerate(REGIONS)
]


def control(name: str, panel: str = PANEL) -> str:
    """The ARN of a routing control."""
    return f"{panel}/routingcontrol/{name}"


def rule(name: str, panel: str = PANEL) -> str:
    """The ARN of a safety rule."""
    return f"{panel}/safetyrule/{name}"


def assertion(name: str, controls: list[str], kind: str = "ATLEAST", threshold: int = 1, **more: Any) -> dict[str, Any]:
    """A member of ListSafetyRules."""
    config = {"Type": kind, "Threshold": threshold, "Inverted": more.pop("inverted", False)}
    return {
        "ASSERTION": {
            "SafetyRuleArn": rule(name),
            "Name": name,
            "ControlPanelArn": PANEL,
            "AssertedControls": controls,
            "RuleConfig": config,
            "WaitPeriodMs": more.pop("wait", 5000),
            "Status": "DEPLOYED",
        }
    }


def gating(name: str, gates: list[str], targets: list[str], kind: str = "OR", threshold: int = 0) -> dict[str, Any]:
    """A member of ListSafetyRules."""
    return {
        "GATING": {
            "SafetyRuleArn": rule(name),
            "Name": name,
            "ControlPanelArn": PANEL,
            "GatingControls": gates,
            "TargetControls": targets,
            "RuleConfig": {"Type": kind, "Threshold": threshold, "Inverted": False},
            "WaitPeriodMs": 5000,
            "Status": "DEPLOYED",
        }
    }
