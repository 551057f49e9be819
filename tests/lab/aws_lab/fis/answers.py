# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates and experiments in the form of FIS's answers (FIS API Reference, ExperimentTemplate, Experiment)."""

from __future__ import annotations

from typing import Any

from aws_lab.fis.model import ActionState, Experiment, Report, Template

Json = dict[str, Any]


def template(of: Template) -> Json:
    """ExperimentTemplate."""
    return {
        **of.request,
        "id": of.id,
        "arn": of.arn,
        "tags": of.tags,
        "creationTime": of.created,
        "lastUpdateTime": of.updated,
        "targetAccountConfigurationsCount": 0,
    }


def options(of: Experiment) -> Json:
    """ExperimentOptions of an experiment, with AWS's defaults."""
    given = of.template.request.get("experimentOptions") or {}
    defaults = {"accountTargeting": "single-account", "emptyTargetResolutionMode": "fail"}
    return {**defaults, **given, "actionsMode": of.actions_mode}


def experiment(of: Experiment) -> Json:
    """Experiment."""
    given = of.template.request
    actions = {name: {**given["actions"][name], **_state(state)} for name, state in of.actions.items()}
    shown = {
        "id": of.id,
        "arn": of.arn,
        "experimentTemplateId": of.template.id,
        "roleArn": given["roleArn"],
        "state": {"status": of.status, "reason": of.reason},
        "targets": given.get("targets") or {},
        "actions": actions,
        "stopConditions": given["stopConditions"],
        "creationTime": of.created,
        "startTime": of.started,
        "endTime": of.ended,
        "tags": of.tags,
        "experimentOptions": options(of),
        "targetAccountConfigurationsCount": 0,
        "logConfiguration": given.get("logConfiguration"),
        "experimentReportConfiguration": given.get("experimentReportConfiguration"),
        "experimentReport": _report(of.report),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _report(report: Report | None) -> Json | None:
    if report is None:
        return None
    written = [{"arn": arn, "reportType": "Experiment"} for arn in report.arns]
    return {"state": {"status": report.status, "reason": report.reason}, "s3Reports": written}


def _state(state: ActionState) -> Json:
    shown = {"startTime": state.started, "endTime": state.ended}
    times = {name: value for name, value in shown.items() if value is not None}
    return {"state": {"status": state.status, "reason": state.reason}, **times}
