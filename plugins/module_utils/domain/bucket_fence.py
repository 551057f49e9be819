# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The statement of a bucket policy that keeps clients from writing while another Region is active.

It denies what clients change objects with, and nothing that replication needs: S3 writes replicas with actions of their
own (``s3:ReplicateObject``, ``s3:ReplicateDelete``, ``s3:ReplicateTags``) and reads the versions that it sends
(S3 User Guide, "Setting up permissions for live replication"), so that the backlog drains and the bucket goes on
receiving replicas. Multi-Region Access Points ask the policies of their buckets too ("Permissions for Multi-Region
Access Points"). Actions are those that the Service Authorization Reference, "Amazon S3", lists for objects of buckets.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_arn, parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_policy import FENCE_SID
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import Document, Statement

WRITES = (
    "s3:DeleteObject",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:DeleteObjectVersionTagging",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectVersionTagging",
    "s3:RestoreObject",
)


def statement(bucket: str, partition: str, allowed: Iterable[str] = ()) -> Statement:
    """Build it. ``allowed`` are ARNs of principals, with ``*`` and ``?``, that may go on writing.

    A role's ARN stands for its sessions too (IAM User Guide, "AWS global condition context keys", aws:PrincipalArn).
    """
    said: Statement = {
        "Sid": FENCE_SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(WRITES),
        "Resource": f"{bucket_arn(bucket, partition)}/*",
    }
    arns = sorted(set(allowed))
    if arns:
        said["Condition"] = {"ArnNotLike": {"aws:PrincipalArn": arns}}
    return said


def problems(allowed: Iterable[str]) -> list[str]:
    """Say which of the principals are no ARNs; one that is none would make the condition match everybody or nobody."""
    return [
        f"allow_principals: {arn!r} is not a user's or role's ARN; expected arn:<partition>:iam::<account>:role/<name>"
        for arn in allowed
        if (found := parse_arn(arn)) is None or found.service not in ("iam", "sts")
    ]


def fenced(policy: Document | None, bucket: str, partition: str, allowed: Iterable[str] = ()) -> Document:
    """Give the policy with the statement; all others stay."""
    return bucket_policy.merged(policy, [statement(bucket, partition, allowed)])


def unfenced(policy: Document | None) -> Document | None:
    """Give the policy without it; ``None`` when nothing is left."""
    return bucket_policy.without(policy, [FENCE_SID]) if is_fenced(policy) else policy


def is_fenced(policy: Document | None) -> bool:
    """Tell whether the statement is there."""
    return FENCE_SID in bucket_policy.our_sids(policy)
