# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of routing controls, at the endpoints of clusters (API Reference of Route 53 Recovery Cluster).

A change is seen at all endpoints at once: they are one cluster. Requests are to be signed for the Region of the
endpoint (ARC Developer Guide, "List and update routing controls and states with the AWS CLI").
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from aws_lab import app
from aws_lab.arc import outage, rules
from aws_lab.arc.answers import DeniedError, Json, RefusedError, body, may, paged, refused
from aws_lab.arc.model import Cluster, Control, cluster_of, clusters, controls, panels
from aws_lab.arc.model import rules as safety_rules
from aws_lab.request import Request, Response

SERVICE = "route53-recovery-cluster"
MOST_AT_ONCE = 10
_SIGNED_FOR = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/")


def matches(request: Request) -> bool:
    """Whether the request is one of ours."""
    return request.service == SERVICE


async def handle(request: Request) -> Response:
    """Answer it."""
    cluster = _cluster_at(request)
    way = outage.how(request.region)
    if cluster is None or way == outage.CUT:
        raise app.ConnectionCutError  # a host name that is no endpoint's does not exist
    try:
        if way == outage.UNAVAILABLE:
            raise RefusedError("EndpointTemporarilyUnavailableException", "The endpoint is temporarily unavailable.")
        _check_signature(request)
        answer = _answer(request, cluster)
    except RefusedError as error:
        return refused(request, error)
    except DeniedError as denied:
        return denied.answer
    return Response(200, {"content-type": "application/x-amz-json-1.0"}, json.dumps(answer).encode())


def _answer(request: Request, cluster: Cluster) -> Json:
    operation = _OPERATIONS.get(request.operation)
    if operation is None or request.path.rstrip("/") not in ("", "/v1"):
        raise RefusedError("UnknownOperationException", f"there is no {request.operation} at {request.path}")
    return operation(request, cluster)


def _get(request: Request, cluster: Cluster) -> Json:
    arn = body(request, SERVICE)["RoutingControlArn"]
    may(request, f"{SERVICE}:GetRoutingControlState", arn)
    control = _find(cluster, arn)
    return {
        "RoutingControlArn": arn,
        "RoutingControlState": control.state,
        "RoutingControlName": control.name,
    }


def _list(request: Request, cluster: Cluster) -> Json:
    given = body(request, SERVICE)
    may(request, f"{SERVICE}:ListRoutingControls", "*")
    wanted = given.get("ControlPanelArn")
    if wanted is not None and (wanted not in panels or panels[wanted].cluster != cluster.arn):
        raise _unknown(wanted, "ControlPanel")
    found = [
        {
            "ControlPanelArn": control.panel,
            "ControlPanelName": panels[control.panel].name,
            "RoutingControlArn": control.arn,
            "RoutingControlName": control.name,
            "RoutingControlState": control.state,
            "Owner": control.account,
        }
        for control in controls.values()
        if cluster_of(control) == cluster.arn and wanted in (None, control.panel)
    ]
    return paged("RoutingControls", found, given.get("NextToken"), given.get("MaxResults", 500))


def _update(request: Request, cluster: Cluster) -> Json:
    given = body(request, SERVICE)
    single = {name: given[name] for name in ("RoutingControlArn", "RoutingControlState") if name in given}
    entries = given.get("UpdateRoutingControlStateEntries") or ([single] if single else [])
    overridden = given.get("SafetyRulesToOverride") or []
    wanted = _wanted(entries)
    context = {f"{SERVICE}:AllowSafetyRulesOverrides": str(bool(overridden)).lower()}
    for arn in wanted:
        may(request, f"{SERVICE}:{request.operation}", arn, context)
    for arn in wanted:
        _find(cluster, arn)
    for arn in overridden:
        if arn not in safety_rules or panels[safety_rules[arn].panel].cluster != cluster.arn:
            raise _unknown(arn, "SafetyRule")
    rules.check(wanted, overridden)
    changed = [arn for arn, state in wanted.items() if controls[arn].state != state]
    for arn in changed:
        controls[arn].state = wanted[arn]
    rules.note(changed)
    return {}


_OPERATIONS: dict[str, Callable[[Request, Cluster], Json]] = {
    "GetRoutingControlState": _get,
    "ListRoutingControls": _list,
    "UpdateRoutingControlState": _update,
    "UpdateRoutingControlStates": _update,
}


def _wanted(entries: list[Json]) -> dict[str, str]:
    if not entries:
        raise RefusedError("ValidationException", "UpdateRoutingControlStateEntries is empty")
    if len(entries) > MOST_AT_ONCE:
        text = f"At most {MOST_AT_ONCE} routing controls can be updated in one call, not {len(entries)}."
        raise RefusedError("ServiceLimitExceededException", text, limitCode="L-ROUTING-CONTROLS", serviceCode=SERVICE)
    wanted: dict[str, str] = {}
    for entry in entries:
        arn, state = entry["RoutingControlArn"], entry["RoutingControlState"]
        if state not in ("On", "Off"):
            raise RefusedError("ValidationException", f"RoutingControlState has to be On or Off, not {state}")
        if wanted.setdefault(arn, state) != state:
            raise RefusedError("ValidationException", f"{arn} is named with two states")
    return wanted


def _find(cluster: Cluster, arn: str) -> Control:
    control = controls.get(arn)
    if control is None or cluster_of(control) != cluster.arn:
        raise _unknown(arn, "RoutingControl")
    return control


def _unknown(arn: str, kind: str) -> RefusedError:
    return RefusedError("ResourceNotFoundException", f"{arn} does not exist.", resourceId=arn, resourceType=kind)


def _cluster_at(request: Request) -> Cluster | None:
    """The cluster whose endpoint the host name is; an undeployed one has none yet."""
    label = request.host.partition(".")[0].lower()
    for cluster in clusters.values():
        if cluster.endpoints.get(request.region) == label and cluster.status == "DEPLOYED":
            return cluster
    return None


def _check_signature(request: Request) -> None:
    signed_for = _SIGNED_FOR.search(request.headers.get("authorization", ""))
    if signed_for and signed_for.group(1) != request.region:
        text = f"Credential should be scoped to a valid region, not {signed_for.group(1)!r}."
        raise RefusedError("InvalidSignatureException", text)
