# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How pairs are set up: the names of replication roles and their policies, and the rule of a pair.

A bucket has one replication role for all its rules, so roles are made one a source bucket: a role then reads one bucket
only, and its name follows from the bucket's. Each destination has an inline policy of its own in that role, so that a
run that names some of the pairs takes nothing away from the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn, role_arn_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.names import fitted_name
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import default_rule_id

Entry = Mapping[str, Any]
Plan = dict[str, Any]

# IAM quotas, "IAM object quotas" (characters).
_ROLE_NAME, _POLICY_NAME = 64, 128
_RULE_OPTIONS = (
    "priority",
    "status",
    "prefix",
    "tags",
    "delete_marker_replication",
    "replica_modifications",
    "replication_time_control",
)
_DESTINATION_OPTIONS = ("bucket", "account_id", "owner_override", "storage_class", "replica_kms_key_id")


@dataclass(frozen=True)
class Roles:
    """How replication roles are named. ``existing`` is the ARN of a role of the user's own, used for all sources.

    ``path`` begins and ends with a slash. ``replace`` lets a bucket that replicates with another role get this one.
    """

    account: str
    partition: str
    prefix: str
    path: str = "/"
    existing: str | None = None
    replace: bool = False

    def name(self, bucket: str) -> str:
        """Name the role of a source bucket."""
        return fitted_name(f"{self.prefix}{bucket}", _ROLE_NAME)

    def arn(self, bucket: str) -> str:
        """Give the ARN of a source bucket's role, whether it exists yet or not."""
        return self.existing or f"arn:{self.partition}:iam::{self.account}:role{self.path}{self.name(bucket)}"


def rule(pair: Entry) -> dict[str, Any]:
    """Give the rule of a pair as ``bucket_replication`` takes it: what the user named, and metrics on.

    S3 sends failure events only for rules with metrics.
    """
    destination = pair["destination"]
    named = {option: pair[option] for option in _RULE_OPTIONS if pair.get(option) is not None}
    target = {option: destination[option] for option in _DESTINATION_OPTIONS if destination.get(option) is not None}
    rule_id = pair.get("rule_id") or default_rule_id(destination["bucket"])
    return {"id": rule_id, **named, "destination": target, "metrics": True}


def policy_name(destination: str) -> str:
    """Name the inline policy of a role that lets it replicate to this bucket."""
    return fitted_name(f"replicate-to-{destination}", _POLICY_NAME)


def role_problems(roles: Roles) -> list[str]:
    """Say what is wrong with how roles are to be named."""
    problems = []
    if roles.existing:
        problem = role_arn_problem(roles.existing)
        arn = parse_arn(roles.existing)
        if problem:
            problems.append(f"the role {problem}")
        elif arn is not None and arn.account != roles.account:
            problems.append(
                f"the role {roles.existing} is of account {arn.account}, the buckets are of {roles.account}; "
                f"S3 takes a role of the source bucket's account only"
            )
    if not (roles.path.startswith("/") and roles.path.endswith("/")):
        problems.append(f"the role's path {roles.path!r} must begin and end with a slash")
    return problems
