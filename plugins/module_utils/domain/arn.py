# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Amazon Resource Names: read, checked and built without a literal partition.

Source: AWS General Reference, "Amazon Resource Names (ARNs)". Partitions are ``aws``, ``aws-cn``, ``aws-us-gov`` and
whatever comes later, so they are taken over from an ARN that the caller has, never written down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):(?P<account>\d{12}|aws|):(?P<resource>.+)"
)
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_IPV4 = re.compile(r"\d{1,3}(\.\d{1,3}){3}")


@dataclass(frozen=True)
class Arn:
    """The five parts that follow ``arn:``; ``region`` and ``account`` may be empty (S3 buckets, IAM)."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def parse_arn(text: str) -> Arn | None:
    """Read an ARN; ``None`` when ``text`` is not one."""
    match = _ARN.fullmatch(text)
    return Arn(**match.groupdict()) if match else None


def is_bucket_name(text: str) -> bool:
    """Tell whether ``text`` is a legal general purpose bucket name (S3 User Guide, "Bucket naming rules")."""
    return bool(_BUCKET_NAME.fullmatch(text)) and ".." not in text and not _IPV4.fullmatch(text)


def bucket_of(name_or_arn: str) -> str | None:
    """Give the bucket's name for a name or a bucket ARN; ``None`` when it is neither."""
    if name_or_arn.startswith("arn:"):
        arn = parse_arn(name_or_arn)
        if arn is None or arn.service != "s3" or arn.region or arn.account:
            return None
        name_or_arn = arn.resource
    return name_or_arn if is_bucket_name(name_or_arn) else None


def bucket_arn(bucket: str, partition: str) -> str:
    """Build the ARN of a bucket; ``partition`` comes from the caller's own identity."""
    return f"arn:{partition}:s3:::{bucket}"


def role_arn_problem(role: str) -> str | None:
    """Say what is wrong with the ARN of an IAM role, or ``None`` when its form is right.

    IAM User Guide, "IAM identifiers": ``arn:partition:iam::account:role/path/name``.
    """
    arn = parse_arn(role)
    if arn is None:
        return f"{role!r} is not an ARN; expected arn:<partition>:iam::<account>:role/<name>"
    if arn.service != "iam" or arn.region or not arn.account.isdigit():
        return f"{role!r} is not an IAM ARN; expected arn:<partition>:iam::<account>:role/<name>"
    if not re.fullmatch(r"role/([\x21-\x7e]+/)?[A-Za-z0-9_+=,.@-]{1,64}", arn.resource):
        return f"{role!r} does not name a role; expected arn:<partition>:iam::<account>:role/<name>"
    return None
