# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in the way of a pair once its buckets were looked at; sentences for a person, nothing is changed yet.

Source: S3 User Guide, "Requirements and considerations for replication", "Configuring MFA delete" (only the root user
can change the versioning of such a bucket, with a code) and "Object Lock considerations".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_names import new_name_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found, Standard
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import Pair
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_role_keys import key_problems
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration


def source_problems(pair: Pair, found: Found, to_be_made: bool) -> Iterator[str]:
    """``to_be_made``: another pair has this source as its destination, and makes it."""
    bucket = pair.source
    if found.problem:
        yield found.problem
    elif not found.exists:
        if not to_be_made:
            yield f"the source bucket {bucket} does not exist; create it, or correct its name"
    elif found.region != pair.source_region:
        yield f"the source bucket {bucket} is in {found.region}, not in {pair.source_region}; correct source.region"
    else:
        yield from _versioning_problems(bucket, found)


def destination_problems(pair: Pair, found: Found, source: Found, standard: Standard, account: str) -> Iterator[str]:
    """``account`` is the one that the destination belongs to, or will."""
    bucket = pair.destination
    if found.problem:
        yield found.problem
    elif not found.exists:
        if problem := new_name_problem(bucket, account, pair.destination_region):
            yield f"destination.bucket: {problem}"
    elif found.region != pair.destination_region:
        yield (
            f"the destination bucket {bucket} is in {found.region}, not in {pair.destination_region}; correct "
            f"destination.region, or name another bucket"
        )
    else:
        yield from _versioning_problems(bucket, found)
        locked = source.settings.get(steps.OBJECT_LOCK) and not found.settings.get(steps.OBJECT_LOCK)
        if locked and not standard.object_lock:
            yield (
                f"the source bucket {pair.source} has Object Lock, the destination bucket {bucket} has not; let it be "
                f"enabled there (standard.object_lock), or name another bucket"
            )


def _versioning_problems(bucket: str, found: Found) -> Iterator[str]:
    if not found.versioned and found.settings.get(steps.MFA_DELETE):
        yield (
            f"versioning of bucket {bucket} is not enabled, and MFA delete is: only the root user can enable it, with "
            f"a code of the device; let that be done first"
        )


def key_problem_texts(entry: Mapping[str, Any], partition: str) -> list[str]:
    """KMS keys of the wrong Region or partition, and what is no key."""
    return key_problems(entry, partition)


def role_replaced_problem(bucket: str, replication: Configuration | None, role: str, replace: bool) -> str | None:
    """A bucket has one role for all its rules: rules that are there already may fail with another one."""
    if replication is None or replication.role == role or replace:
        return None
    rules = ", ".join(one.id for one in replication.read())
    return (
        f"bucket {bucket} replicates already (rules: {rules}) with the role {replication.role}. All rules of a bucket "
        f"share one role, and those rules may fail with {role}. Name the role that it has (role), or allow to replace "
        f"it (replace_role) once the new role may do what those rules need"
    )
