# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was asked for pairs, what was found, and the steps from one to the other: the words that the plan is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration

# Stages, in the order in which they are carried out. Notifications come before rules, so that no failure is missed.
BUCKETS, ROLES, POLICIES, NOTIFICATIONS, RULES, PROPERTIES, OLDER_OBJECTS = range(1, 8)


@dataclass(frozen=True)
class Standard:
    """What destination buckets get besides versioning. ``tags`` are added to those that they have."""

    encryption: bool = True
    public_access_block: bool = True
    ownership: bool = True
    tls_only: bool = True
    object_lock: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What was found of a bucket. ``exists`` false: nobody has it. ``problem``: why it can't be used or read.

    ``settings`` holds what was read, in the API's shapes, by the names below; what was not needed is missing.
    """

    exists: bool
    region: str = ""
    problem: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def replication(self) -> Configuration | None:
        """The replication configuration, where it was read and is configured."""
        configuration: Configuration | None = self.settings.get(REPLICATION)
        return configuration

    @property
    def versioned(self) -> bool:
        """Whether versioning is enabled; S3 does not let go of it where a bucket replicates."""
        return self.replication is not None or self.settings.get(VERSIONING) == "Enabled"


# Names of settings. VERSIONING is the status; MFA_DELETE, OBJECT_LOCK and EMPTY are booleans; the others as in the API.
VERSIONING, MFA_DELETE, OBJECT_LOCK = "versioning", "mfa_delete", "object_lock"
ENCRYPTION, PUBLIC_ACCESS_BLOCK, OWNERSHIP = "encryption", "public_access_block", "ownership"
POLICY, TAGS, REPLICATION, NOTIFICATION = "policy", "tags", "replication", "notification"
EMPTY = "empty"

# What steps do.
CREATE, ROLE, ROLE_TRUST, ROLE_BOUNDARY = "create", "role", "role_trust", "role_boundary"
ROLE_TAGS, ROLE_POLICY, DELETE_BUCKET, MIRROR = "role_tags", "role_policy", "delete_bucket", "mirror"
BACK_FILL = "back_fill"


@dataclass(frozen=True)
class RoleFound:
    """What was found of a role. ``policies`` are inline policies by name: all, or those that were asked for."""

    exists: bool
    arn: str = ""
    trust: Mapping[str, Any] = field(default_factory=dict)
    policies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    boundary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Step:
    """One change.

    ``subject`` is the bucket or role, ``pairs`` are those that need it, ``kind`` says what is done with ``value``.
    ``told`` completes "to …" for a person. ``before`` and ``after`` are what the diff shows under ``heading`` and
    ``name``.
    """

    stage: int
    kind: str
    subject: str
    pairs: frozenset[int]
    told: str
    heading: str
    name: str
    before: Any = None
    after: Any = None
    value: Any = field(default=None, hash=False)


def diff(steps: Iterable[Step]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give both sides of what steps change, by heading and name."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for step in steps:
        before.setdefault(step.heading, {})[step.name] = step.before
        after.setdefault(step.heading, {})[step.name] = step.after
    return before, after
