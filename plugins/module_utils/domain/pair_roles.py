# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The replication role of a source bucket: what it lacks, as steps.

Each destination has an inline policy of its own in the role, so that a run that names some of the pairs takes nothing
away from the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_policy import same
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import RoleFound, Step
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_role import permissions_policy, trust_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_role_parts import (
    INLINE_POLICIES_SIZE,
    policy_size,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.setup_plan import Roles, policy_name

Document = dict[str, Any]


@dataclass(frozen=True)
class RoleTarget:
    """The role of one source bucket. ``needs`` are its pairs by destination, as ``permissions_policy`` takes them."""

    bucket: str
    pairs: frozenset[int]
    needs: Mapping[str, Sequence[Mapping[str, Any]]]
    of_destination: Mapping[str, frozenset[int]]
    boundary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def wanted_policies(target: RoleTarget, partition: str) -> dict[str, tuple[str, Document]]:
    """Give the inline policies by name, each with its destination. Raises :class:`RefusedError`."""
    return {
        policy_name(destination): (destination, permissions_policy(needs, partition))
        for destination, needs in sorted(target.needs.items())
    }


def role_problem(
    target: RoleTarget, found: RoleFound, roles: Roles, policies: Mapping[str, tuple[str, Document]]
) -> str | None:
    """Say why the role can't be as it should, or ``None``."""
    name, arn = roles.name(target.bucket), roles.arn(target.bucket)
    if found.problem:
        return found.problem
    if found.exists and found.arn != arn:
        return f"there is a role {name} already, {found.arn}; the one asked for is {arn}. Choose another prefix or path"
    sizes = {policy: policy_size(dict(document)) for policy, document in found.policies.items()}
    sizes |= {policy: policy_size(document) for policy, (_destination, document) in policies.items()}
    if sum(sizes.values()) > INLINE_POLICIES_SIZE:
        return (
            f"the inline policies of role {name} would have {sum(sizes.values()):,} characters, IAM takes "
            f"{INLINE_POLICIES_SIZE:,}; replicate {target.bucket} to fewer destinations, or make a role with managed "
            f"policies (filter aws_dr.s3.replication_role_policies) and name it as role"
        )
    return None


def role_steps(
    target: RoleTarget, found: RoleFound, roles: Roles, policies: Mapping[str, tuple[str, Document]]
) -> Iterator[Step]:
    """Give the steps that bring the role to what its pairs need."""
    name = roles.name(target.bucket)
    trust = trust_policy(roles.account)

    def step(kind: str, told: str, what: str, before: Any, after: Any, value: Any = None) -> Step:
        pairs = target.pairs
        return Step(
            steps.ROLES, kind, name, pairs, told, f"role {name}", what, before, after, after if value is None else value
        )

    if not found.exists:
        value = {
            "path": roles.path,
            "trust": trust,
            "description": f"S3 replication of {target.bucket}",
            "boundary": target.boundary,
            "tags": dict(target.tags),
        }
        yield step(steps.ROLE, f"create role {name}", "trust", None, trust, value)
    else:
        if not same(found.trust, trust):
            yield step(steps.ROLE_TRUST, f"let S3 assume role {name}", "trust", found.trust, trust)
        if target.boundary and found.boundary != target.boundary:
            told = f"set the permissions boundary of role {name}"
            yield step(steps.ROLE_BOUNDARY, told, "boundary", found.boundary or None, target.boundary)
        missing = {key: value for key, value in target.tags.items() if found.tags.get(key) != value}
        if missing:
            told = f"tag role {name}"
            yield step(steps.ROLE_TAGS, told, "tags", dict(found.tags), {**found.tags, **missing}, missing)
    for policy, (destination, document) in policies.items():
        has = found.policies.get(policy)
        if not same(has, document):
            told = f"allow role {name} to replicate to {destination}"
            yield Step(
                steps.ROLES,
                steps.ROLE_POLICY,
                name,
                target.of_destination[destination],
                told,
                f"role {name}",
                policy,
                has,
                document,
                {"name": policy, "document": document},
            )
