# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a replication rule says, in the words of our options, read from either schema of S3.

A document is what ``GetBucketReplication`` gives (boto3's dicts). It is the truth: what we do not know of it has to
survive. A :class:`Rule` is what we understand of one rule; ``replication_document`` writes it back into the document.

Source: S3 API Reference, "ReplicationRule"; S3 User Guide, "Replication configuration file elements" and "Backward
compatibility considerations for replication configurations".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

V1, V2 = "V1", "V2"
Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Destination:
    """Where a rule's replicas go. ``bucket`` is a name; ``None`` is what the rule does not say."""

    bucket: str
    account_id: str | None = None
    owner_override: bool = False
    storage_class: str | None = None
    replica_kms_key_id: str | None = None


@dataclass(frozen=True)
class Rule:
    """One rule. ``priority`` is ``None`` where there is none (V1, or not chosen yet).

    ``delete_marker_replication`` is true for every V1 rule: V1 always replicates the delete markers that users make.
    """

    id: str
    destination: Destination
    priority: int | None = None
    status: str = "enabled"
    prefix: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    delete_marker_replication: bool = False
    replica_modifications: bool = False
    replication_time_control: bool = False
    metrics: bool = False
    schema: str = V2

    def as_option(self) -> dict[str, Any]:
        """Give the rule in the shape of the option ``rules``."""
        to = self.destination
        return {
            "id": self.id,
            "priority": self.priority,
            "status": self.status,
            "prefix": self.prefix,
            "tags": dict(self.tags),
            "destination": {
                "bucket": to.bucket,
                "account_id": to.account_id,
                "owner_override": to.owner_override,
                "storage_class": to.storage_class,
                "replica_kms_key_id": to.replica_kms_key_id,
            },
            "delete_marker_replication": self.delete_marker_replication,
            "replica_modifications": self.replica_modifications,
            "replication_time_control": self.replication_time_control,
            "metrics": self.metrics,
        }


@dataclass(frozen=True)
class Configuration:
    """A bucket's replication configuration: the role's ARN, and the rules as S3 gives them, in their order."""

    role: str
    rules: tuple[Raw, ...]

    @property
    def schema(self) -> str:
        """S3 takes the whole document for V1 as soon as one rule has no ``Filter``."""
        return V2 if all("Filter" in rule for rule in self.rules) else V1

    def read(self) -> list[Rule]:
        """What the rules say, in their order."""
        return [read_rule(rule) for rule in self.rules]

    def as_document(self) -> dict[str, Any]:
        """Give the document for ``PutBucketReplication``."""
        return {"Role": self.role, "Rules": [dict(rule) for rule in self.rules]}


def read_configuration(document: Raw) -> Configuration:
    """Read what ``GetBucketReplication`` gives under ``ReplicationConfiguration``."""
    return Configuration(role=str(document.get("Role", "")), rules=tuple(document.get("Rules", [])))


def read_rule(raw: Raw) -> Rule:
    """Read one rule of either schema. What is missing is read as S3 reads it: off."""
    destination = raw.get("Destination") or {}
    prefix, tags = _filter(raw)
    return Rule(
        id=str(raw.get("ID", "")),
        priority=raw.get("Priority"),
        status="enabled" if raw.get("Status") == "Enabled" else "disabled",
        prefix=prefix,
        tags=tags,
        destination=_destination(destination, is_on(raw.get("SourceSelectionCriteria"), "SseKmsEncryptedObjects")),
        delete_marker_replication="Filter" not in raw or is_on(raw, "DeleteMarkerReplication"),
        replica_modifications=is_on(raw.get("SourceSelectionCriteria"), "ReplicaModifications"),
        replication_time_control=is_on(destination, "ReplicationTime"),
        metrics=is_on(destination, "Metrics"),
        schema=V2 if "Filter" in raw else V1,
    )


def is_on(holder: Raw | None, name: str) -> bool:
    """Whether the element ``name`` is there and enabled."""
    return bool(((holder or {}).get(name) or {}).get("Status") == "Enabled")


def as_result(configuration: Configuration | None) -> dict[str, Any]:
    """Give the return value ``replication``: ``configured``, ``role``, ``schema``, ``rules``."""
    if configuration is None:
        return {"configured": False, "role": None, "schema": None, "rules": []}
    return {
        "configured": True,
        "role": configuration.role,
        "schema": configuration.schema,
        "rules": [rule.as_option() for rule in configuration.read()],
    }


def _filter(raw: Raw) -> tuple[str, dict[str, str]]:
    if "Filter" not in raw:
        return raw.get("Prefix") or "", {}
    chosen = raw["Filter"] or {}
    both = chosen.get("And") or {}
    tags = [chosen["Tag"]] if chosen.get("Tag") else both.get("Tags") or []
    return chosen.get("Prefix") or both.get("Prefix") or "", {tag["Key"]: tag["Value"] for tag in tags}


def _destination(raw: Raw, replicates_kms: bool) -> Destination:
    """A replica key counts only where objects encrypted with KMS are selected for replication."""
    key = (raw.get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID")
    # Not the last part: what a task gives for a bucket may be another ARN, and must not turn into a bucket's name.
    text = str(raw.get("Bucket", ""))
    return Destination(
        bucket=text.partition(":::")[2] if ":::" in text else text,
        account_id=raw.get("Account") or None,
        owner_override="AccessControlTranslation" in raw,
        storage_class=raw.get("StorageClass") or None,
        replica_kms_key_id=key if replicates_kms else None,
    )
