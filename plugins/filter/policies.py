# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""IAM and queue policies for playbooks. Each filter's documentation stands in the file of its name beside this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ansible.errors import AnsibleFilterError

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import (
    batch_role,
    names,
    queue_policy,
    replication_role,
    replication_role_parts,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError

Document = dict[str, Any]
T = TypeVar("T")


def _told(build: Callable[[], T]) -> T:
    try:
        return build()
    except (ToldError, ValueError) as error:
        raise AnsibleFilterError(str(error)) from error


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, (str, Mapping)) else [value]


def replication_role_trust_policy(account_id: str) -> Document:
    """Who may assume the replication role."""
    return _told(lambda: replication_role.trust_policy(account_id))


def replication_role_policy(pairs: Any, partition: str) -> Document:
    """What the replication role may do."""
    return _told(lambda: replication_role.permissions_policy(_as_list(pairs), partition))


def replication_role_policies(
    pairs: Any,
    partition: str,
    name: str = "s3-replication",
    kind: str = replication_role_parts.MANAGED,
    policies_per_role: int = replication_role_parts.POLICIES_PER_ROLE,
) -> list[dict[str, Any]]:
    """What the replication role may do, in policies that IAM takes."""
    return _told(
        lambda: replication_role_parts.role_policies(_as_list(pairs), partition, name, kind, policies_per_role)
    )


def batch_role_trust_policy(account_id: str) -> Document:
    """Who may assume the batch role."""
    return _told(lambda: batch_role.trust_policy(account_id))


def batch_role_policy(
    sources: Any,
    partition: str,
    manifest_bucket: str | None = None,
    manifest_prefix: str = "",
    report_bucket: str | None = None,
    report_prefix: str = "",
    generated_manifests: bool = False,
) -> Document:
    """What the batch role may do."""
    manifest = batch_role.Place(manifest_bucket, manifest_prefix) if manifest_bucket else None
    report = batch_role.Place(report_bucket, report_prefix) if report_bucket else None
    return _told(
        lambda: batch_role.permissions_policy(_as_list(sources), partition, manifest, report, generated_manifests)
    )


def failure_queue_policy(buckets: Any, queue_arn: str, account_id: str, existing: Any = None) -> Document:
    """Who may send to the failure queue."""
    return _told(lambda: queue_policy.failure_queue_policy(_as_list(buckets), queue_arn, account_id, existing))


def fitted_name(text: str, limit: int) -> str:
    """A name that fits."""
    return _told(lambda: names.fitted_name(text, limit))


class FilterModule:
    """The filters of this collection that build policies and the names that go with them."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Give the filters by name."""
        return {
            "batch_role_policy": batch_role_policy,
            "batch_role_trust_policy": batch_role_trust_policy,
            "failure_queue_policy": failure_queue_policy,
            "fitted_name": fitted_name,
            "replication_role_policies": replication_role_policies,
            "replication_role_policy": replication_role_policy,
            "replication_role_trust_policy": replication_role_trust_policy,
        }
