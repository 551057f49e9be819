# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host names of AWS endpoints: which service and Region they belong to, and which bucket or account they name.

Sources: "AWS service endpoints" (AWS General Reference), "Virtual hosting of buckets" and "Amazon S3 endpoints" (S3),
"Account-based endpoints" (DynamoDB), "Multi-Region Access Points: making requests" (S3).
"""

from __future__ import annotations

import dataclasses
import functools
import re

from aws_lab import regions

_SUFFIXES = (".amazonaws.com.cn", ".amazonaws.com", ".api.aws", ".on.aws")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d+\Z")
_LEGACY_S3 = re.compile(r"s3[-.](" + _REGION.pattern.removesuffix(r"\Z") + r")\Z")
_ACCOUNT = re.compile(r"\d{12}\Z")

# Endpoint name -> name used in the lab (that of the AWS CLI), where they differ
_NAMES = {
    "monitoring": "cloudwatch",
    "ddb": "dynamodb",
    "queue": "sqs",
    "s3-fips": "s3",
    "s3-control-fips": "s3-control",
    "s3-external-1": "s3",
    "s3-accelerate": "s3",
    "s3-accesspoint": "s3",
}
# Where the control plane of a service without Regions runs ("Global services", AWS Fault Isolation Boundaries)
_GLOBAL_REGION = {"globalaccelerator": "us-west-2", "networkmanager": "us-west-2"}


@dataclasses.dataclass(frozen=True)
class Host:
    """What a host name says. `bucket` may contain dots; `account_id` is the prefix of account-based endpoints."""

    service: str
    region: str
    bucket: str | None = None
    account_id: str | None = None


def is_aws(host: str) -> bool:
    """Whether the name is one of AWS's. Nothing else is served, and nothing is ever forwarded.

    AWS has no names for Regions that don't exist: a client with a mistyped one does not get through.
    """
    return host.lower().rstrip(".").endswith(_SUFFIXES) and _exists(parse_host(host).region)


def _exists(region: str) -> bool:
    return region in regions.ALL or not _REGION.match(region)


@functools.lru_cache(maxsize=4096)
def parse_host(host: str) -> Host:
    """Take a host name (a port is ignored) apart. An unknown shape gives its first label as the service."""
    labels = _labels(host)
    region = ""
    if len(labels) > 1 and labels[-1] == "queue" and _REGION.match(labels[-2]):
        return Host("sqs", labels[-2])  # us-west-2.queue.amazonaws.com, the old name of SQS
    if labels and _REGION.match(labels[-1]):
        region = labels.pop()
    if labels and labels[-1] == "dualstack":
        labels.pop()
    if not labels:
        return Host("", region or "us-east-1")
    name = labels.pop()
    legacy = _LEGACY_S3.match(name)
    if legacy:
        name, region = "s3", legacy.group(1)
    service = _NAMES.get(name, name)
    if name == "s3-global":  # alias.mrap.accesspoint.s3-global: a Multi-Region Access Point is in no one Region
        return Host("s3", "global", ".".join(labels) or None)
    if service == "s3":
        return Host("s3", region or "us-east-1", ".".join(labels) or None)
    prefix = labels[-1] if labels and _ACCOUNT.match(labels[-1]) else None
    return Host(service, region or _GLOBAL_REGION.get(service, "us-east-1"), None, prefix)


def _labels(host: str) -> list[str]:
    name = host.lower().rstrip(".")
    if ":" in name:
        name = name.partition(":")[0]
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            return name.removesuffix(suffix).split(".")
    return name.split(".")
