# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role ``replication_setup`` has to do: from the pairs asked for and the buckets found to lists of work.

A bucket has one replication role for all its rules, so roles are made one a source bucket: a role then reads one bucket
only, and its name follows from the bucket's. Each destination has an inline policy of its own in that role, so that a
run that names some of the pairs takes nothing away from the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import replication_role
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn, role_arn_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
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


def setup_plan(pairs: Iterable[Entry], buckets: Iterable[Entry], roles: Roles) -> Plan:
    """Plan from the pairs as the user gave them and the ``buckets`` that ``bucket_pair_info`` found.

    Pairs that ``bucket_pair_info`` found no legal bucket for are left out: it told why. Gives ``problems`` (sentences),
    ``create`` and ``version`` (buckets), and ``sources``: each with its role, the policies of that role and its rules.
    ``ready`` is false where a bucket still has to be made or versioned before the rules can be put.
    """
    found = {bucket["bucket"]: bucket for bucket in buckets}
    known = [pair for pair in pairs if all(_bucket(pair, side) in found for side in ("source", "destination"))]
    targets = {_bucket(pair, "destination") for pair in known}
    problems = _role_problems(roles)
    sources = []
    for name in sorted({_bucket(pair, "source") for pair in known}):
        mine = [pair for pair in known if _bucket(pair, "source") == name]
        policies, refused = _policies(mine, found, roles)
        problems += refused + _other_role(found[name], roles)
        sources.append(_source(found[name], mine, policies, found, roles))
    return {
        "problems": problems,
        "create": [_work(found[name], known, found) for name in sorted(targets) if not found[name]["exists"]],
        "version": [_work(found[name], known, found) for name in sorted(found) if _unversioned(found[name])],
        "sources": sources,
    }


def _bucket(pair: Entry, side: str) -> str:
    return str((pair.get(side) or {}).get("bucket"))


def _unversioned(bucket: Entry) -> bool:
    return bool(bucket["exists"]) and bucket["versioning"] != "enabled"


def _work(bucket: Entry, pairs: list[Entry], found: Mapping[str, Entry]) -> dict[str, Any]:
    """A bucket to make or to version; a destination gets Object Lock when one of its sources has it."""
    name = bucket["bucket"]
    sources = [found[_bucket(pair, "source")] for pair in pairs if _bucket(pair, "destination") == name]
    locked = any(one["object_lock"] for one in (bucket, *sources))
    return {"bucket": name, "region": bucket["region"], "object_lock": locked}


def _source(
    bucket: Entry, pairs: list[Entry], policies: list[dict[str, Any]], found: Mapping[str, Entry], roles: Roles
) -> dict[str, Any]:
    name = bucket["bucket"]
    involved = [bucket, *(found[_bucket(pair, "destination")] for pair in pairs)]
    return {
        "bucket": name,
        "region": bucket["region"],
        "role": roles.arn(name),
        "role_name": None if roles.existing else roles.name(name),
        "policies": [] if roles.existing else policies,
        "rules": [rule(pair) for pair in pairs],
        "ready": all(one["exists"] and one["versioning"] == "enabled" for one in involved),
    }


def rule(pair: Entry) -> dict[str, Any]:
    """Give the rule of a pair as ``bucket_replication`` takes it: what the user named, and metrics on.

    S3 sends failure events only for rules with metrics.
    """
    destination = pair["destination"]
    named = {option: pair[option] for option in _RULE_OPTIONS if pair.get(option) is not None}
    target = {option: destination[option] for option in _DESTINATION_OPTIONS if destination.get(option) is not None}
    rule_id = pair.get("rule_id") or default_rule_id(destination["bucket"])
    return {"id": rule_id, **named, "destination": target, "metrics": True}


def _policies(pairs: list[Entry], found: Mapping[str, Entry], roles: Roles) -> tuple[list[dict[str, Any]], list[str]]:
    """One policy a destination, of all its pairs (they may differ in prefix and keys)."""
    policies, problems = [], []
    for destination in sorted({_bucket(pair, "destination") for pair in pairs}):
        mine = [_with_facts(pair, found) for pair in pairs if _bucket(pair, "destination") == destination]
        try:
            document = replication_role.permissions_policy(mine, roles.partition)
        except RefusedError as error:
            problems += error.problems
            continue
        policies.append({"name": fitted_name(f"replicate-to-{destination}", _POLICY_NAME), "document": document})
    return policies, problems


def _with_facts(pair: Entry, found: Mapping[str, Entry]) -> dict[str, Any]:
    source = {**pair["source"], "object_lock": found[_bucket(pair, "source")]["object_lock"]}
    return {"source": source, "destination": pair["destination"]}


def _role_problems(roles: Roles) -> list[str]:
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


def _other_role(bucket: Entry, roles: Roles) -> list[str]:
    """A bucket has one role for all its rules: rules that are there already may fail with another one."""
    has, gets = bucket.get("replication_role"), roles.arn(bucket["bucket"])
    if not has or has == gets or roles.replace:
        return []
    rules = ", ".join(bucket.get("rule_ids", []))
    return [
        f"bucket {bucket['bucket']} replicates already (rules: {rules}) with the role {has}. All rules of a bucket "
        f"share one role, and those rules may fail with {gets}. Name the role that it has (replication_setup_role), or "
        f"allow to replace it (replication_setup_replace_role) once the new role may do what those rules need"
    ]
