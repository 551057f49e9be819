# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS Fault Injection Service: one function a call, typed errors. Clients are boto3 FIS clients of one Region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import call


def list_experiments(client: Any, template: str | None = None) -> Iterator[dict[str, Any]]:
    """ListExperiments, all pages: the summaries of the account's experiments in the Region (AWS keeps 120 days).

    ``template``: only those of the template of that id.
    """
    only = {"experimentTemplateId": template} if template else {}
    region = client.meta.region_name
    with call(f"list the FIS experiments in {region}", "fis:ListExperiments"):
        for page in client.get_paginator("list_experiments").paginate(**only):
            yield from page.get("experiments", [])


def get_experiment(client: Any, experiment: str) -> dict[str, Any]:
    """GetExperiment: its state, targets and actions."""
    with call(f"read the FIS experiment {experiment}", "fis:GetExperiment"):
        found: dict[str, Any] = client.get_experiment(id=experiment)["experiment"]
    return found


def resolved_targets(client: Any, experiment: str) -> list[dict[str, Any]]:
    """ListExperimentResolvedTargets, all pages: the resources that the experiment's targets stand for."""
    doing = f"list the targets of the FIS experiment {experiment}"
    with call(doing, "fis:ListExperimentResolvedTargets"):
        pages = client.get_paginator("list_experiment_resolved_targets").paginate(experimentId=experiment)
        return [target for page in pages for target in page.get("resolvedTargets", [])]


def start_experiment(client: Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """StartExperiment; with the same token it gives the same experiment."""
    doing = f"start an experiment of the FIS experiment template {arguments['experimentTemplateId']}"
    with call(doing, "fis:StartExperiment"):
        started: dict[str, Any] = client.start_experiment(**arguments)["experiment"]
    return started


def stop_experiment(client: Any, experiment: str) -> dict[str, Any]:
    """StopExperiment: what it broke is taken back."""
    with call(f"stop the FIS experiment {experiment}", "fis:StopExperiment"):
        stopped: dict[str, Any] = client.stop_experiment(id=experiment)["experiment"]
    return stopped


def list_templates(client: Any) -> Iterator[dict[str, Any]]:
    """ListExperimentTemplates, all pages: summaries with id, ARN and tags."""
    with call(f"list the FIS experiment templates in {client.meta.region_name}", "fis:ListExperimentTemplates"):
        for page in client.get_paginator("list_experiment_templates").paginate():
            yield from page.get("experimentTemplates", [])


def get_template(client: Any, template: str) -> dict[str, Any]:
    """GetExperimentTemplate: all of it."""
    with call(f"read the FIS experiment template {template}", "fis:GetExperimentTemplate"):
        found: dict[str, Any] = client.get_experiment_template(id=template)["experimentTemplate"]
    return found


def create_template(client: Any, arguments: Mapping[str, Any], name: str) -> dict[str, Any]:
    """CreateExperimentTemplate; with the same token it gives the same template. ``name`` is for people."""
    with call(f"make the FIS experiment template {name}", "fis:CreateExperimentTemplate"):
        made: dict[str, Any] = client.create_experiment_template(**arguments)["experimentTemplate"]
    return made


def update_template(client: Any, template: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """UpdateExperimentTemplate: the members that are given, whole. Experiments that run keep what they began with."""
    with call(f"change the FIS experiment template {template}", "fis:UpdateExperimentTemplate"):
        made: dict[str, Any] = client.update_experiment_template(id=template, **members)["experimentTemplate"]
    return made


def delete_template(client: Any, template: str) -> None:
    """DeleteExperimentTemplate. Its experiments stay."""
    with call(f"remove the FIS experiment template {template}", "fis:DeleteExperimentTemplate"):
        client.delete_experiment_template(id=template)


def tag(client: Any, arn: str, tags: Mapping[str, str]) -> None:
    """TagResource: adds and replaces."""
    with call(f"tag {arn}", "fis:TagResource"):
        client.tag_resource(resourceArn=arn, tags=dict(tags))


def untag(client: Any, arn: str, keys: Sequence[str]) -> None:
    """UntagResource."""
    with call(f"remove tags of {arn}", "fis:UntagResource"):
        client.untag_resource(resourceArn=arn, tagKeys=list(keys))
