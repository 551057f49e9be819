# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rules a change sets off (S3 User Guide, "What does Amazon S3 replicate?" and "What isn't replicated?")."""

from __future__ import annotations

from aws_lab import store
from aws_lab.replication import rules as rule_sets
from aws_lab.replication.rules import Operation, Rule
from aws_lab.store import Version

_ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")


def for_change(version: Version, operation: Operation) -> list[Rule]:
    """The rules of live replication that a change of this version sets off.

    Tag filters look at the tags the object was written with: tags that come later never make it match. What replication
    wrote is replicated no further, except for metadata changes that users make on a replica, under replica
    modification sync.
    """
    notes = version.notes
    chosen = [rule for rule in _enabled(version, notes.written_tags) if _takes(rule, version, operation)]
    return [rule for rule in chosen if rule.replica_modifications] if notes.is_replica else chosen


def for_batch(version: Version) -> list[Rule]:
    """The rules that S3 Batch Replication runs: objects older than the rule, replicas and today's tags count too."""
    operation = Operation.DELETE if version.is_delete_marker else Operation.PUT
    return [rule for rule in _enabled(version, store.extras(version).tags) if _takes(rule, version, operation)]


def _enabled(version: Version, tags: dict[str, str]) -> list[Rule]:
    configuration = store.replication_configuration(version.bucket)
    if configuration is None or store.versioning(version.bucket) != "Enabled":
        return []
    return rule_sets.matching(rule_sets.parse(configuration), version.key, tags)


def _takes(rule: Rule, version: Version, operation: Operation) -> bool:
    if operation is Operation.DELETE:
        return rule.replicates_delete_markers
    if version.storage_class in _ARCHIVED:
        return False
    return version.kms_key is None or rule.replicates_kms
