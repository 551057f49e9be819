# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Lambda function that enrols buckets may do: its queue, its log, the buckets, their replication roles.

Sources: Service Authorization Reference of SQS, CloudWatch Logs, S3, IAM and FIS; Lambda Developer Guide, "Configuring
an Amazon SQS event source mapping". Names of buckets are not known beforehand, so the account stands in their place
(``aws:ResourceAccount``); replication roles are told by the beginning of their names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import Document, Statement, allow, document

READ_BUCKETS = (
    "s3:GetBucketLocation",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketNotification",
    "s3:GetEncryptionConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
)
WRITE_BUCKETS = (
    "s3:PutBucketNotification",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutReplicationConfiguration",
)
CREATE_BUCKETS = ("s3:CreateBucket",)
DELETE_BUCKETS = ("s3:DeleteBucket", "s3:ListBucketVersions")
MIRROR = (
    "s3:GetAccelerateConfiguration",
    "s3:GetAnalyticsConfiguration",
    "s3:GetBucketCORS",
    "s3:GetBucketLogging",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketWebsite",
    "s3:GetIntelligentTieringConfiguration",
    "s3:GetInventoryConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucketWebsite",
    "s3:PutAccelerateConfiguration",
    "s3:PutAnalyticsConfiguration",
    "s3:PutBucketCORS",
    "s3:PutBucketLogging",
    "s3:PutBucketRequestPayment",
    "s3:PutBucketWebsite",
    "s3:PutIntelligentTieringConfiguration",
    "s3:PutInventoryConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutMetricsConfiguration",
)
MANAGE_ROLES = (
    "iam:CreateRole",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UpdateAssumeRolePolicy",
)
LOOK_FOR_PAUSES = ("fis:ListExperiments",)
LOOK_INTO_PAUSES = ("fis:GetExperiment", "fis:ListExperimentResolvedTargets")
QUEUE = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
)


@dataclass(frozen=True)
class Scope:
    """Where the function works and what it is called.

    ``roles`` are the patterns of the replication roles' names with their path (``replication/s3-*``), empty when none
    is made; ``passed`` the ARNs of roles of the user's own; ``assumed`` those that lead into other accounts.
    ``mirrors``: properties of buckets are mirrored too; ``deletes``: empty destinations of buckets taken out go.
    """

    partition: str
    region: str
    account: str
    name: str
    roles: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    respect_pauses: bool = True
    mirrors: bool = False
    deletes: bool = False


def function_policy(scope: Scope) -> Document:
    """Build the permissions of the function's role."""
    return document(_statements(scope))


def _statements(scope: Scope) -> Iterable[Statement]:
    here = f"{scope.region}:{scope.account}"
    ours = {"StringEquals": {"aws:ResourceAccount": scope.account}}
    buckets = [f"arn:{scope.partition}:s3:::*"]
    roles = [f"arn:{scope.partition}:iam::{scope.account}:role/{pattern}" for pattern in scope.roles]
    yield allow("Queue", QUEUE, [f"arn:{scope.partition}:sqs:{here}:{scope.name}"])
    log = f"arn:{scope.partition}:logs:{here}:log-group:/aws/lambda/{scope.name}:*"
    yield allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [log])
    yield allow("FindBuckets", ["s3:ListAllMyBuckets"], ["*"])
    yield allow("Buckets", [*READ_BUCKETS, *WRITE_BUCKETS, *(MIRROR if scope.mirrors else ())], buckets, ours)
    if scope.deletes:
        yield allow("EmptyBuckets", DELETE_BUCKETS, buckets, ours)
    yield allow("NewBuckets", CREATE_BUCKETS, buckets)
    if roles:
        yield allow("ReplicationRoles", MANAGE_ROLES, roles)
    if roles or scope.passed:
        to_s3 = {"StringEquals": {"iam:PassedToService": "s3.amazonaws.com"}}
        yield allow("PassReplicationRoles", ["iam:PassRole"], [*roles, *scope.passed], to_s3)
    if scope.assumed:
        yield allow("OtherAccounts", ["sts:AssumeRole"], scope.assumed)
    if scope.respect_pauses:
        yield allow("FindPauses", LOOK_FOR_PAUSES, ["*"])
        yield allow("ReadPauses", LOOK_INTO_PAUSES, [f"arn:{scope.partition}:fis:{here}:experiment/*"])
