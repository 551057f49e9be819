# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Amazon Application Recovery Controller, routing control: one function a call, typed errors.

The states of routing controls are read and set at the five endpoints of a cluster (``route53-recovery-cluster``
clients, each with the Region and the URL of its endpoint). What clusters and safety rules there are is told by the
control plane (``route53-recovery-control-config``), which is in us-west-2 only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import (
    AccessDeniedError,
    AwsError,
    ConflictError,
    ThrottledError,
    UnreachableError,
    call,
)

DATA_PLANE, CONTROL_PLANE = "route53-recovery-cluster", "route53-recovery-control-config"
# An endpoint that does not answer soon is passed over: there are others, and this is a disaster.
SHORT: dict[str, Any] = {
    "retries": {"mode": "standard", "total_max_attempts": 1},
    "connect_timeout": 3,
    "read_timeout": 5,
}
# Codes with which an endpoint says that another one may do it (errors of GetRoutingControlState and the like).
_ELSEWHERE = frozenset(["EndpointTemporarilyUnavailableException", "InternalServerException", "ServiceUnavailable"])
_MAY_OVERRIDE = "the condition key route53-recovery-cluster:AllowSafetyRulesOverrides"
_RULE = re.compile(r"arn:[a-z-]+:route53-recovery-control::\d{12}:controlpanel/[\w-]+/safetyrule/[\w-]+", re.ASCII)


class BlockedError(ConflictError):
    """The states were not changed: a safety rule does not let them, or somebody else is changing them.

    ``rules`` are the ARNs of the safety rules that AWS names (ARC Developer Guide, "Overriding safety rules to reroute
    traffic": the error message includes the ARN of the rule). AWS may name one of several.
    """

    rules: tuple[str, ...] = ()


class TooManyError(AwsError):
    """One transaction can't hold so many routing controls (ServiceLimitExceededException)."""


def is_passing(error: AwsError) -> bool:
    """Tell whether another endpoint may do what this one could not."""
    if isinstance(error, (UnreachableError, ThrottledError)):
        return True
    return error.code in _ELSEWHERE or error.status >= 500


def get_state(client: Any, arn: str) -> tuple[str, str]:
    """GetRoutingControlState: the control's name and state, ``on`` or ``off``."""
    doing = f"read the state of routing control {arn} at {client.meta.endpoint_url}"
    with call(doing, "route53-recovery-cluster:GetRoutingControlState"):
        answer = client.get_routing_control_state(RoutingControlArn=arn)
    return str(answer.get("RoutingControlName", "")), str(answer["RoutingControlState"]).lower()


def list_controls(client: Any, control_panel: str | None = None) -> list[dict[str, Any]]:
    """ListRoutingControls, all pages: the routing controls of the control panel, or of the whole cluster."""
    what = f"control panel {control_panel}" if control_panel else "the cluster"
    doing = f"list the routing controls of {what} at {client.meta.endpoint_url}"
    with call(doing, "route53-recovery-cluster:ListRoutingControls"):
        request = {"ControlPanelArn": control_panel} if control_panel else {}
        pages = client.get_paginator("list_routing_controls").paginate(**request)
        return [control for page in pages for control in page.get("RoutingControls", [])]


def update_states(client: Any, states: Mapping[str, str], overridden: Collection[str]) -> None:
    """UpdateRoutingControlStates: all of ``states`` in one transaction, or none of them.

    Raises :class:`BlockedError` and :class:`TooManyError` besides what every call raises.
    """
    request: dict[str, Any] = {
        "UpdateRoutingControlStateEntries": [
            {"RoutingControlArn": arn, "RoutingControlState": state.capitalize()} for arn, state in states.items()
        ]
    }
    if overridden:
        request["SafetyRulesToOverride"] = list(overridden)
    doing = f"set the states of {len(states)} routing controls at {client.meta.endpoint_url}"
    try:
        with call(doing, "route53-recovery-cluster:UpdateRoutingControlStates"):
            client.update_routing_control_states(**request)
    except ConflictError as error:
        blocked = BlockedError(error.doing, error.code, error.status, error.said)
        answer = getattr(error.__cause__, "response", {})
        blocked.rules = tuple(dict.fromkeys(_RULE.findall(f"{error.said} {answer.get('resourceId', '')}")))
        raise blocked from error
    except AccessDeniedError as error:
        if not overridden:
            raise
        todo = f"{error.todo}. Safety rules are overridden here, which {_MAY_OVERRIDE} may forbid"
        denied = AccessDeniedError(error.doing, error.code, error.status, error.said, todo)
        denied.permission = error.permission
        denied.details |= error.details
        raise denied from error
    except AwsError as error:
        if error.code == "ServiceLimitExceededException":
            raise TooManyError(error.doing, error.code, error.status, error.said) from error
        raise


def describe_cluster(client: Any, cluster: str) -> dict[str, Any]:
    """DescribeCluster: its name, status and, once it is deployed, its endpoints."""
    with call(f"describe the ARC cluster {cluster}", "route53-recovery-control-config:DescribeCluster"):
        found: dict[str, Any] = client.describe_cluster(ClusterArn=cluster)["Cluster"]
    return found


def list_safety_rules(client: Any, control_panel: str) -> list[dict[str, Any]]:
    """ListSafetyRules, all pages: the safety rules of the control panel."""
    doing = f"list the safety rules of control panel {control_panel}"
    with call(doing, "route53-recovery-control-config:ListSafetyRules"):
        pages = client.get_paginator("list_safety_rules").paginate(ControlPanelArn=control_panel)
        return [rule for page in pages for rule in page.get("SafetyRules", [])]
