# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication rules, and which of them apply. Pure: no clock, no storage.

S3 User Guide, "Replication configuration file elements": every enabled rule whose filter matches applies; of several
with the same destination bucket the one with the highest priority. A rule without Filter is of the old schema (V1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Operation(StrEnum):
    """What is replicated; the value is the s3Operation of an event (only OBJECT_PUT is in AWS's documentation)."""

    PUT = "OBJECT_PUT"
    PUT_TAGGING = "OBJECT_PUT_TAGGING"
    PUT_ACL = "OBJECT_PUT_ACL"
    PUT_RETENTION = "OBJECT_PUT_RETENTION"
    PUT_LEGAL_HOLD = "OBJECT_PUT_LEGAL_HOLD"
    DELETE = "OBJECT_DELETE"

    @property
    def is_metadata(self) -> bool:
        """Whether only what hangs on the object changes; the version itself has to be at the destination already."""
        return self not in (Operation.PUT, Operation.DELETE)


@dataclass(frozen=True)
class Rule:
    """One rule. destination: the bucket's name. An unset option is "" (storage class, account, key)."""

    id: str
    destination: str
    enabled: bool = True
    priority: int = 0
    prefix: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    is_v1: bool = False
    account: str = ""
    storage_class: str = ""
    owner_override: bool = False
    replica_kms_key: str = ""
    replicates_kms: bool = False
    replicates_delete_markers: bool = False
    replica_modifications: bool = False
    metrics: bool = False
    time_control_minutes: int = 0

    def matches(self, key: str, tags: Mapping[str, str]) -> bool:
        """Whether the filter holds the object: its key's prefix, and every tag of the filter."""
        return key.startswith(self.prefix) and all(tags.get(name) == value for name, value in self.tags.items())


def parse(configuration: Mapping[str, Any] | None) -> list[Rule]:
    """The rules of a stored configuration ({"Role", "Rules"} as boto3's GetBucketReplication gives it)."""
    return [_rule(given) for given in (configuration or {}).get("Rules", [])]


def matching(rules: Iterable[Rule], key: str, tags: Mapping[str, str]) -> list[Rule]:
    """The enabled rules whose filters match: for every destination bucket the one of the highest priority."""
    best: dict[str, Rule] = {}
    for rule in rules:
        if not rule.enabled or not rule.matches(key, tags):
            continue
        rival = best.get(rule.destination)
        if rival is None or rule.priority > rival.priority:
            best[rule.destination] = rule
    return list(best.values())


def _rule(given: Mapping[str, Any]) -> Rule:
    destination = given.get("Destination") or {}
    selection = given.get("SourceSelectionCriteria") or {}
    is_v1 = "Filter" not in given
    prefix, tags = _filter(given)
    return Rule(
        id=given.get("ID", ""),
        destination=str(destination.get("Bucket", "")).rsplit(":::", 1)[-1],
        enabled=given.get("Status") == "Enabled",
        priority=int(given.get("Priority") or 0),
        prefix=prefix,
        tags=tags,
        is_v1=is_v1,
        account=destination.get("Account", ""),
        storage_class=destination.get("StorageClass", ""),
        owner_override="AccessControlTranslation" in destination,
        replica_kms_key=(destination.get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID", ""),
        replicates_kms=_on(selection, "SseKmsEncryptedObjects"),
        # S3 User Guide, "How delete operations affect replication": V1 replicates markers, V2 only when told to.
        replicates_delete_markers=is_v1 or (_on(given, "DeleteMarkerReplication") and not tags),
        replica_modifications=_on(selection, "ReplicaModifications"),
        metrics=_on(destination, "Metrics"),
        time_control_minutes=_minutes(destination),
    )


def _filter(given: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    if "Filter" not in given:
        return given.get("Prefix") or "", {}
    chosen = given["Filter"] or {}
    both = chosen.get("And") or {}
    tags = [chosen["Tag"]] if chosen.get("Tag") else both.get("Tags") or []
    return chosen.get("Prefix") or both.get("Prefix") or "", {tag["Key"]: tag["Value"] for tag in tags}


def _on(holder: Mapping[str, Any], name: str) -> bool:
    return bool((holder.get(name) or {}).get("Status") == "Enabled")


def _minutes(destination: Mapping[str, Any]) -> int:
    if not _on(destination, "ReplicationTime"):
        return 0
    return int((destination["ReplicationTime"].get("Time") or {}).get("Minutes") or 15)
