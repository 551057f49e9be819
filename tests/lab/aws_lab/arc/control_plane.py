# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters, control panels, routing controls and safety rules (API Reference of the control configuration; REST JSON).

Answered in us-west-2 only, where botocore sends it whatever the client's Region is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from aws_lab.arc import health, model, shown
from aws_lab.arc.answers import DeniedError, Json, RefusedError, body, may, refused
from aws_lab.arc.asked import (
    SERVICE,
    allowed,
    check_name_and_quota,
    find,
    given_by,
    in_use,
    named,
    once,
    over_quota,
    page,
    tagged,
)
from aws_lab.arc.model import Cluster, Control, Panel, Rule
from aws_lab.request import Request, Response

_PER_ACCOUNT, _PANELS, _CONTROLS, _CONTROLS_IN_ALL, _RULES = 2, 50, 100, 300, 20  # "Quotas for routing control"


def matches(request: Request) -> bool:
    """Whether the request is one of ours."""
    return request.service == SERVICE


async def handle(request: Request) -> Response:
    """Answer it."""
    try:
        operation = _OPERATIONS.get(request.operation)
        if operation is None or request.region != "us-west-2":
            text = f"the lab's ARC has no {request.method} {request.path} in {request.region}"
            raise RefusedError("UnknownOperationException", text, 404)
        answer = operation(request)
    except RefusedError as error:
        return refused(request, error)
    except DeniedError as denied:
        return denied.answer
    return Response(200, {"content-type": "application/json"}, json.dumps(answer).encode())


# ---- creating


def _create_cluster(request: Request) -> Json:
    given = given_by(request, f"arn:aws:route53-recovery-control::{request.account_id}:cluster/*")

    def make() -> Cluster:
        mine = [cluster for cluster in model.clusters.values() if cluster.account == request.account_id]
        check_name_and_quota(mine, given["ClusterName"], _PER_ACCOUNT, "clusters in an account")
        tags, network = given.get("Tags") or {}, given.get("NetworkType", "IPV4")
        return model.new_cluster(request.account_id, given["ClusterName"], tags, network)

    return {"Cluster": shown.cluster(once(request, given, model.clusters, make))}


def _create_panel(request: Request) -> Json:
    given = given_by(request, f"arn:aws:route53-recovery-control::{request.account_id}:controlpanel/*")
    cluster = find(request, model.clusters, given["ClusterArn"])

    def make() -> Panel:
        siblings = [panel for panel in model.panels.values() if panel.cluster == cluster.arn]
        check_name_and_quota(siblings, given["ControlPanelName"], _PANELS, "control panels in a cluster")
        return model.new_panel(cluster, given["ControlPanelName"], given.get("Tags") or {})

    return {"ControlPanel": shown.panel(once(request, given, model.panels, make))}


def _create_control(request: Request) -> Json:
    given = given_by(request, f"arn:aws:route53-recovery-control::{request.account_id}:controlpanel/*")
    cluster = find(request, model.clusters, given["ClusterArn"])
    panel = find(request, model.panels, given.get("ControlPanelArn") or model.default_panel(cluster.arn).arn)
    if panel.cluster != cluster.arn:
        raise RefusedError("ValidationException", f"{panel.arn} is not in {cluster.arn}")

    def make() -> Control:
        check_name_and_quota(
            model.controls_of(panel.arn), given["RoutingControlName"], _CONTROLS, "routing controls in a control panel"
        )
        in_all = [control for control in model.controls.values() if model.cluster_of(control) == cluster.arn]
        if len(in_all) >= _CONTROLS_IN_ALL:
            raise over_quota(_CONTROLS_IN_ALL, "routing controls in a cluster")
        return model.new_control(panel, given["RoutingControlName"])

    return {"RoutingControl": shown.control(once(request, given, model.controls, make))}


def _create_rule(request: Request) -> Json:
    given = given_by(request, f"arn:aws:route53-recovery-control::{request.account_id}:controlpanel/*")
    kinds = [name for name in ("AssertionRule", "GatingRule") if given.get(name)]
    if len(kinds) != 1:
        raise RefusedError("ValidationException", "give either AssertionRule or GatingRule")
    wanted = given[kinds[0]]
    panel = find(request, model.panels, wanted["ControlPanelArn"])
    _check_rule(panel, wanted)

    def make() -> Rule:
        siblings = model.rules_of(panel.arn)
        if len(siblings) >= _RULES or wanted["Name"] in {rule.name for rule in siblings}:
            text = f"safety rules have names of their own, and there are at most {_RULES} in a control panel"
            raise RefusedError("ValidationException", text)  # the operation has no exception for quotas
        return model.new_rule(panel, kinds[0].removesuffix("Rule").upper(), wanted, given.get("Tags") or {})

    made = once(request, given, model.rules, make)
    return {kinds[0]: shown.rule(made)[made.kind]}


def _check_rule(panel: Panel, wanted: Json) -> None:
    known = {control.arn for control in model.controls_of(panel.arn)}
    for member in ("AssertedControls", "GatingControls", "TargetControls"):
        named = wanted.get(member)
        if named is not None and (not named or set(named) - known):
            raise RefusedError("ValidationException", f"{member}: name routing controls of {panel.arn}")
    if wanted["RuleConfig"]["Type"] not in ("ATLEAST", "AND", "OR") or wanted["WaitPeriodMs"] < 0:
        raise RefusedError("ValidationException", "Type has to be ATLEAST, AND or OR, WaitPeriodMs not negative")


# ---- reading


def _describe(member: str, kept: str, tell: Callable[[Any], Json]) -> Callable[[Request], Json]:
    def answer(request: Request) -> Json:
        return {member: tell(named(request, getattr(model, kept)))}

    return answer


def _describe_rule(request: Request) -> Json:
    found = named(request, model.rules)
    return {f"{found.kind.capitalize()}Rule": shown.rule(found)[found.kind]}


def _list_clusters(request: Request) -> Json:
    may(request, f"{SERVICE}:ListClusters", "*")
    mine = [shown.cluster(cluster) for cluster in model.clusters.values() if cluster.account == request.account_id]
    return page(request, "Clusters", mine)


def _list_panels(request: Request) -> Json:
    may(request, f"{SERVICE}:ListControlPanels", "*")
    wanted = request.query.get("ClusterArn", [""])[0]
    mine = [panel for panel in model.panels.values() if panel.account == request.account_id]
    return page(request, "ControlPanels", [shown.panel(panel) for panel in mine if wanted in ("", panel.cluster)])


def _list_controls(request: Request) -> Json:
    panel = named(request, model.panels)
    return page(request, "RoutingControls", [shown.control(control) for control in model.controls_of(panel.arn)])


def _list_rules(request: Request) -> Json:
    panel = named(request, model.panels)
    return page(request, "SafetyRules", [shown.rule(rule) for rule in model.rules_of(panel.arn)])


def _list_checks(request: Request) -> Json:
    control = named(request, model.controls)
    return page(request, "HealthCheckIds", health.of_control(control.arn))


# ---- changing and deleting


def _rename_panel(request: Request) -> Json:
    given = body(request, SERVICE)
    found = allowed(request, model.panels, given["ControlPanelArn"])
    found.name = given["ControlPanelName"]
    return {"ControlPanel": shown.panel(found)}


def _rename_control(request: Request) -> Json:
    given = body(request, SERVICE)
    found = allowed(request, model.controls, given["RoutingControlArn"])
    found.name = given["RoutingControlName"]
    return {"RoutingControl": shown.control(found)}


def _update_rule(request: Request) -> Json:
    given = body(request, SERVICE)
    wanted = given.get("AssertionRuleUpdate") or given.get("GatingRuleUpdate") or {}
    found = allowed(request, model.rules, wanted.get("SafetyRuleArn", ""))
    found.name, found.wait_ms = wanted["Name"], int(wanted["WaitPeriodMs"])
    return {f"{found.kind.capitalize()}Rule": shown.rule(found)[found.kind]}


def _delete_cluster(request: Request) -> Json:
    found = named(request, model.clusters)
    inside = [panel for panel in model.panels.values() if panel.cluster == found.arn]
    if any(not panel.default or model.controls_of(panel.arn) for panel in inside):
        raise in_use(found.arn, "it still has control panels or routing controls")
    for panel in inside:
        del model.panels[panel.arn]
    del model.clusters[found.arn]
    return {}


def _delete_panel(request: Request) -> Json:
    found = named(request, model.panels)
    if found.default or model.controls_of(found.arn) or model.rules_of(found.arn):
        raise in_use(found.arn, "it is the default one, or still has routing controls or safety rules")
    del model.panels[found.arn]
    return {}


def _delete_control(request: Request) -> Json:
    found = named(request, model.controls)
    if any(found.arn in (*rule.conditions, *rule.guarded) for rule in model.rules.values()):
        raise in_use(found.arn, "a safety rule is about it")
    del model.controls[found.arn]
    return {}


def _delete_rule(request: Request) -> Json:
    del model.rules[named(request, model.rules).arn]
    return {}


# ---- tags


def _tags(request: Request) -> Json:
    return {"Tags": tagged(request).tags}


def _tag(request: Request) -> Json:
    tagged(request).tags.update(json.loads(request.body or b"{}").get("Tags") or {})
    return {}


def _untag(request: Request) -> Json:
    found = tagged(request)
    for name in request.query.get("TagKeys", []):
        found.tags.pop(name, None)
    return {}


_OPERATIONS: dict[str, Callable[[Request], Json]] = {
    "CreateCluster": _create_cluster, "CreateControlPanel": _create_panel, "CreateRoutingControl": _create_control,
    "CreateSafetyRule": _create_rule,
    "DescribeCluster": _describe("Cluster", "clusters", shown.cluster),
    "DescribeControlPanel": _describe("ControlPanel", "panels", shown.panel),
    "DescribeRoutingControl": _describe("RoutingControl", "controls", shown.control),
    "DescribeSafetyRule": _describe_rule,
    "ListClusters": _list_clusters, "ListControlPanels": _list_panels, "ListRoutingControls": _list_controls,
    "ListSafetyRules": _list_rules, "ListAssociatedRoute53HealthChecks": _list_checks,
    "UpdateControlPanel": _rename_panel, "UpdateRoutingControl": _rename_control, "UpdateSafetyRule": _update_rule,
    "DeleteCluster": _delete_cluster, "DeleteControlPanel": _delete_panel, "DeleteRoutingControl": _delete_control,
    "DeleteSafetyRule": _delete_rule,
    "ListTagsForResource": _tags, "TagResource": _tag, "UntagResource": _untag,
}  # fmt: skip
