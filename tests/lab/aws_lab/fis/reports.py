# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of experiments (FIS User Guide, "Experiment report configurations for AWS FIS").

FIS writes a PDF below the configured prefix as the experiment's role, which needs s3:PutObject there. Here it is a JSON
of the states of the actions, written at once; dashboards are not drawn.
"""

from __future__ import annotations

import json
from typing import Any

from aws_lab import iam, store
from aws_lab.fis.model import Experiment, Report

SERVICE = "fis.amazonaws.com"


def write(experiment: Experiment) -> None:
    """Write the report of an experiment that has ended, where one is configured."""
    request: dict[str, Any] = experiment.template.request
    place = ((request.get("experimentReportConfiguration") or {}).get("outputs") or {}).get("s3Configuration")
    if not place:
        return
    bucket = place["bucketName"]
    key = f"{place.get('prefix', '').rstrip('/')}/{experiment.id}/report.json".lstrip("/")
    arn = f"arn:aws:s3:::{bucket}/{key}"
    if store.owner(bucket) is None or not iam.Session(str(request["roleArn"]), SERVICE).may("s3:PutObject", arn):
        experiment.report = Report("failed", f"The experiment role is not allowed to perform s3:PutObject on {arn}.")
        return
    told = {name: {"status": state.status, "reason": state.reason} for name, state in experiment.actions.items()}
    store.put_object(bucket, key, json.dumps({"experiment": experiment.id, "actions": told}).encode())
    experiment.report = Report("completed", "Report was written.", [arn])
