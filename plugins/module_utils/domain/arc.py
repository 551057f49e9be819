# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routing controls of Amazon Application Recovery Controller (ARC): what is asked for, and at which endpoints.

Sources: ARC Developer Guide, "Getting and updating routing control states using the ARC API" (five Regional endpoints
of a cluster, of which three answer at any time: try each in rotation), "Quotas for routing control"; Service
Authorization Reference, "Amazon Route 53 Recovery Controls" (forms of the ARNs).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import is_region

CONTROL_PLANE_REGION = "us-west-2"
ON, OFF = "on", "off"
STATES = (ON, OFF)
# "Number of routing controls per UpdateRoutingControlStates operation call"
MOST_AT_ONCE = 10

_SERVICE = "route53-recovery-control"
_ID = r"[A-Za-z0-9_-]+"
_FORMS = {
    "cluster": f"cluster/{_ID}",
    "control panel": f"controlpanel/{_ID}",
    "routing control": f"controlpanel/{_ID}/routingcontrol/{_ID}",
    "safety rule": f"controlpanel/{_ID}/safetyrule/{_ID}",
}
_LONGEST_ARN = 255
_HOST = re.compile(r"(?P<id>[a-z0-9-]+)\.route53-recovery-cluster\.(?P<region>[a-z0-9-]+)\.(amazonaws\.com|api\.aws)")


@dataclass(frozen=True)
class Endpoint:
    """One of a cluster's endpoints, and the Region in which calls to it are signed."""

    url: str
    region: str

    def told(self) -> dict[str, str]:
        """Give it in the shape of the option ``cluster_endpoints``."""
        return {"endpoint": self.url, "region": self.region}


def arn_problem(text: str, kind: str) -> str | None:
    """Say why ``text`` is not the ARN of a ``kind`` (a key of the forms above), or ``None`` when its form is right."""
    arn = parse_arn(text)
    right = (
        arn is not None
        and text.isascii()
        and len(text) <= _LONGEST_ARN
        and (arn.service, arn.region) == (_SERVICE, "")
        and arn.account.isdigit()
        and re.fullmatch(_FORMS[kind], arn.resource, re.ASCII)
    )
    if right:
        return None
    form = _FORMS[kind].replace(_ID, "<id>")
    return f"{text!r} is not the ARN of a {kind}; expected arn:<partition>:{_SERVICE}::<account>:{form}"


def control_panel_of(arn: str) -> str:
    """Give the ARN of the control panel that a routing control or safety rule belongs to."""
    head, slash, rest = arn.partition("/")
    return head + slash + rest.partition("/")[0]


def wanted_states(entries: Iterable[Mapping[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Read the option ``routing_controls``; give state by ARN in its order, and what can't be right about it."""
    wanted: dict[str, str] = {}
    problems: list[str] = []
    for entry in entries:
        arn, state = entry["arn"], entry["state"]
        problem = arn_problem(arn, "routing control")
        if problem:
            problems.append(problem)
        elif wanted.setdefault(arn, state) != state:
            problems.append(f"{arn} is to be both {wanted[arn]} and {state}; name it once")
    if not wanted and not problems:
        problems.append("routing_controls is empty; name at least one routing control and its state")
    return wanted, problems


def endpoints_from(entries: Sequence[Mapping[str, str]]) -> tuple[list[Endpoint], list[str]]:
    """Read the option ``cluster_endpoints``; give the endpoints, each once, and what can't be right about them."""
    endpoints: list[Endpoint] = []
    problems: list[str] = []
    for entry in entries:
        endpoint = Endpoint(str(entry["endpoint"]).strip(), str(entry["region"]).strip())
        problem = _endpoint_problem(endpoint)
        if problem:
            problems.append(problem)
        elif endpoint not in endpoints:
            endpoints.append(endpoint)
    if not entries:
        problems.append("cluster_endpoints is empty; DescribeCluster tells the five endpoints of a cluster")
    return endpoints, problems


def _endpoint_problem(endpoint: Endpoint) -> str | None:
    try:
        parts = urlsplit(endpoint.url)
        host, whole = parts.hostname or "", not (parts.query or parts.fragment or parts.username)
    except ValueError:
        return f"{endpoint.url!r} is not a URL"
    if parts.scheme != "https" or not re.fullmatch(r"[a-z0-9.-]+", host, re.ASCII) or not whole:
        return (
            f"{endpoint.url!r} is not an endpoint of a cluster; expected https://<host>/v1, as DescribeCluster tells it"
        )
    if not is_region(endpoint.region):
        return f"{endpoint.region!r} is not a Region (endpoint {endpoint.url})"
    known = _HOST.fullmatch(host)
    if known and known["region"] != endpoint.region:
        return f"{endpoint.url} is in {known['region']}, and {endpoint.region} is given as its Region; they must agree"
    return None


def shuffled(endpoints: Sequence[Endpoint], seed: int) -> list[Endpoint]:
    """Give the endpoints in an order that ``seed`` decides, so that not all callers ask the same one first."""
    order = list(endpoints)
    random.Random(seed).shuffle(order)  # noqa: S311 - to spread load, not to keep a secret
    return order


def changes(wanted: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """Give the states that have to be set, by ARN, in the order of ``wanted``."""
    return {arn: state for arn, state in wanted.items() if found[arn] != state}


def refuse(problems: list[str]) -> None:
    """Raise :class:`RefusedError` with all of ``problems``, if there are any."""
    if problems:
        raise RefusedError("No routing control was changed", problems)


def told_control(found: Mapping[str, Any]) -> dict[str, Any]:
    """Give a routing control as ``ListRoutingControls`` of the cluster tells it, in our words."""
    return {
        "arn": str(found.get("RoutingControlArn", "")),
        "name": str(found.get("RoutingControlName", "")),
        "state": str(found.get("RoutingControlState", "")).lower(),
        "control_panel": str(found.get("ControlPanelArn", "")),
        "control_panel_name": str(found.get("ControlPanelName", "")),
        "owner": str(found.get("Owner", "")),
    }
