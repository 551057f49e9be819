# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS Fault Injection Service: one function a call, typed errors. Clients are boto3 FIS clients of one Region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import call


def list_experiments(client: Any) -> Iterator[dict[str, Any]]:
    """ListExperiments, all pages: the summaries of the account's experiments in the Region (AWS keeps 120 days)."""
    region = client.meta.region_name
    with call(f"list the FIS experiments in {region}", "fis:ListExperiments"):
        for page in client.get_paginator("list_experiments").paginate():
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
