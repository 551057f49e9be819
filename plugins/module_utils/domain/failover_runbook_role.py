# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies of the role that the failover runbook assumes.

Sources: Systems Manager User Guide, "Setting up Automation" (trust with ``aws:SourceAccount`` and ``aws:SourceArn``);
Service Authorization Reference, "Amazon S3", "Amazon Route 53", "Amazon Route 53 Recovery Cluster", "Amazon DynamoDB",
"AWS Systems Manager".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_runbook_settings import (
    Settings,
    read_settings,
)
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
    return document([*_traffic(settings, partition), *_telling(settings, partition, account_id)])


def _traffic(settings: Settings, partition: str) -> Iterator[Statement]:
    """Yield what decides where traffic goes, and whether it is let in."""
    if settings.buckets:
        actions = [f"s3:{verb}BucketPolicy" for verb in ("Get", "Put", "Delete")]
        buckets = [bucket_arn(bucket, partition) for listed in settings.buckets.values() for bucket in listed]
        yield allow("OpenBuckets", actions, buckets)
    if settings.multi_region_access_points:
        actions = ["s3:GetMultiRegionAccessPointRoutes", "s3:SubmitMultiRegionAccessPointRoutes"]
        yield allow("SwitchRoutes", actions, settings.multi_region_access_points)
    if settings.routing_controls:
        states = ("GetRoutingControlState", "UpdateRoutingControlStates")
        actions = [f"route53-recovery-cluster:{state}" for state in states]
        yield allow("SwitchRoutingControls", actions, settings.control_arns())
    if settings.dns_records:
        zones = [f"arn:{partition}:route53:::hostedzone/{record['hosted_zone_id']}" for record in settings.dns_records]
        yield allow("SwitchDnsRecords", ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"], zones)
        # Changes are numbered by Route 53 when they are made.
        yield allow("WaitForDnsRecords", ["route53:GetChange"], [f"arn:{partition}:route53:::change/*"])


def _telling(settings: Settings, partition: str, account_id: str) -> Iterator[Statement]:
    """Yield what workloads ask."""
    regions = settings.pointer_regions()
    if settings.pointer:
        table, name = settings.pointer["table"], settings.pointer["name"]
        tables = [f"arn:{partition}:dynamodb:{region}:{account_id}:table/{table}" for region in regions]
        only = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [name]}}
        yield allow("SwitchPointer", ["dynamodb:GetItem", "dynamodb:UpdateItem"], tables, only)
    if settings.parameter:
        name = settings.parameter.lstrip("/")
        written = dict.fromkeys([*regions, *settings.regions])
        parameters = [f"arn:{partition}:ssm:{region}:{account_id}:parameter/{name}" for region in written]
        yield allow("SwitchParameter", ["ssm:GetParameter", "ssm:PutParameter"], parameters)


def _refuse_no_account(account_id: str) -> None:
    if not is_account_id(account_id):
        raise RefusedError("Runbook role", [f"{account_id!r} is not an account id; expected twelve digits, quoted"])
