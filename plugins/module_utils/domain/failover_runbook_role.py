# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies of the role that the failover runbook assumes.

Sources: Systems Manager User Guide, "Setting up Automation" (trust with ``aws:SourceAccount`` and ``aws:SourceArn``);
Service Authorization Reference, "Amazon S3", "Amazon Route 53 Recovery Cluster", "Amazon DynamoDB".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_runbook import read_settings
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import (
    Document,
    Statement,
    allow,
    document,
    is_account_id,
)

SERVICE = "ssm.amazonaws.com"


def trust_policy(account_id: str, partition: str) -> Document:
    """Let Automation of ``account_id`` assume the role, in any Region. Raises :class:`RefusedError`."""
    _refuse_no_account(account_id)
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Service": SERVICE},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account_id},
                    "ArnLike": {"aws:SourceArn": f"arn:{partition}:ssm:*:{account_id}:automation-execution/*"},
                },
            }
        ]
    )


def permissions_policy(given: Mapping[str, Any], partition: str, account_id: str) -> Document:
    """Allow what the runbook of these settings does, and nothing else. Raises :class:`RefusedError`."""
    settings = read_settings(given)
    _refuse_no_account(account_id)
    statements: list[Statement] = []
    if settings.access_points:
        actions = ["s3:GetMultiRegionAccessPointRoutes", "s3:SubmitMultiRegionAccessPointRoutes"]
        statements.append(allow("SwitchRoutes", actions, settings.access_points))
    if settings.routing_controls:
        states = ("GetRoutingControlState", "UpdateRoutingControlStates")
        actions = [f"route53-recovery-cluster:{state}" for state in states]
        statements.append(allow("SwitchRoutingControls", actions, settings.control_arns()))
    if settings.pointer:
        table, name = settings.pointer["table"], settings.pointer["name"]
        tables = [
            f"arn:{partition}:dynamodb:{region}:{account_id}:table/{table}" for region in settings.table_regions()
        ]
        only = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [name]}}
        statements.append(allow("SwitchPointer", ["dynamodb:GetItem", "dynamodb:UpdateItem"], tables, only))
    return document(statements)


def _refuse_no_account(account_id: str) -> None:
    if not is_account_id(account_id):
        raise RefusedError("Runbook role", [f"{account_id!r} is not an account id; expected twelve digits, quoted"])
