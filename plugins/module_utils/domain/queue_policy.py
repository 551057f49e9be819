# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policy of the failure queue: exactly the named buckets of one account may send to it.

Source: S3 User Guide, "Granting permissions to publish event notification messages to a destination". The S3 service
principal is the same in every partition.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_arn, bucket_of, parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import Document, Statement, is_account_id

SID = "AwsDrS3ReplicationEvents"


def failure_queue_policy(
    buckets: Iterable[str], queue_arn: str, account_id: str, existing: str | Mapping[str, Any] | None = None
) -> Document:
    """Let S3 send events of ``buckets`` (all owned by ``account_id``) to the queue; keep what ``existing`` says.

    ``existing`` is the queue's policy as SQS gives it (JSON text or already read). Statements that are not ours stay as
    they are. Buckets that our own statement already names stay too: another run may have added them, and a bucket that
    loses its right here loses its failure events without a sound. One statement names all buckets because SQS allows
    20 statements a policy. Raises :class:`RefusedError`.
    """
    arn = parse_arn(queue_arn)
    names = sorted(set(buckets))
    problems = [f"{name!r} is not a bucket's name" for name in names if bucket_of(name) != name]
    if arn is None or arn.service != "sqs":
        problems.append(f"{queue_arn!r} is not the ARN of an SQS queue")
    if not is_account_id(account_id):
        problems.append(f"{account_id!r} is not an account id; expected twelve digits, quoted")
    if not names:
        problems.append("no bucket is given")
    if problems or arn is None:
        raise RefusedError("Policy of the failure queue", problems)
    policy = _read(existing)
    statements = _statements(policy)
    known = [source for said in statements if said.get("Sid") == SID for source in _sources(said)]
    allowed = sorted({*known, *(bucket_arn(name, arn.partition) for name in names)})
    ours: Statement = {
        "Sid": SID,
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {
            "ArnLike": {"aws:SourceArn": allowed},
            "StringEquals": {"aws:SourceAccount": account_id},
        },
    }
    others = [said for said in statements if said.get("Sid") != SID]
    return {**policy, "Version": policy.get("Version", "2012-10-17"), "Statement": [*others, ours]}


def _read(existing: str | Mapping[str, Any] | None) -> Document:
    if not existing:
        return {}
    if isinstance(existing, Mapping):
        return dict(existing)
    try:
        document = json.loads(existing)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise RefusedError("Policy of the failure queue", ["the policy that the queue has is not JSON; mend it first"])
    return document


def _statements(policy: Document) -> list[Statement]:
    statements: Any = policy.get("Statement", [])
    return [dict(statements)] if isinstance(statements, Mapping) else list(statements)


def _sources(statement: Statement) -> list[str]:
    found = statement.get("Condition", {}).get("ArnLike", {}).get("aws:SourceArn", [])
    return [found] if isinstance(found, str) else list(found)
