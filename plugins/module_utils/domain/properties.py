# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The properties of a bucket that replication leaves out, and what mirroring one of them comes to.

Source: S3 User Guide, "What does Amazon S3 replicate?" (bucket-level subresources are not replicated).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# In the order in which they are written. Ownership comes first: grants and ACLs depend on it. The public access block
# comes before the policy: loosened, it lets a public policy in; tightened, there is no moment in which the policy is
# open and the block is not there yet.
PROPERTIES = (
    "ownership_controls",
    "public_access_block",
    "policy",
    "encryption",
    "object_lock",
    "tags",
    "lifecycle",
    "cors",
    "logging",
    "website",
    "accelerate",
    "request_payment",
    "intelligent_tiering",
    "metrics",
    "analytics",
    "inventory",
    "notifications",
)
# Events that a copy sends too are work done twice, so notifications are mirrored on request only.
ON_REQUEST = ("notifications",)
DEFAULT = tuple(name for name in PROPERTIES if name not in ON_REQUEST)

# What a bucket has that was just made, as far as it is not "not configured" (S3 User Guide, "Default settings for new
# S3 buckets FAQ"): ACLs are off, and all public access is blocked.
FRESH: dict[str, Any] = {
    "ownership_controls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    "public_access_block": {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    },
    "request_payment": "BucketOwner",
}

# What mirroring a property came to.
SAME = "same"
CHANGED = "changed"
NOT_CARRIED = "not_carried"
UNSUPPORTED = "unsupported"
OFF = "off"
FAILED = "failed"


@dataclass(frozen=True)
class NotCarried:
    """Something of the source that the destination can't have: what it is, and why, with what to do."""

    what: str
    why: str
    value: Any = None

    def told(self) -> dict[str, Any]:
        """Give it as a return value."""
        return {"what": self.what, "why": self.why, **({} if self.value is None else {"value": self.value})}


@dataclass(frozen=True)
class Mirrored:
    """The plan for one property of one destination bucket.

    ``before`` and ``after`` are boto3's inner values, ``None`` where it is not configured; both are the same object
    when nothing is to be done, however differently the same may be written. ``kept`` names what is only on the
    destination and stays, ``notes`` are sentences that a person should know, ``warnings`` such that nobody should miss.
    ``problem``: why it can't be done at all; then nothing is.
    """

    before: Any = None
    after: Any = None
    not_carried: tuple[NotCarried, ...] = ()
    kept: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    problem: str = ""

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return not self.problem and self.before is not self.after

    @property
    def status(self) -> str:
        """Say it in one word; what was not carried is told beside a change too."""
        if self.problem:
            return FAILED
        if self.changed:
            return CHANGED
        return NOT_CARRIED if self.not_carried else SAME

    def told(self) -> dict[str, Any]:
        """Give it as a return value."""
        return {
            "status": self.status,
            "not_carried": [one.told() for one in self.not_carried],
            "kept": list(self.kept),
            "notes": [*self.warnings, *self.notes],
            **({"msg": self.problem} if self.problem else {}),
        }


def selection_problems(names: Iterable[str]) -> list[str]:
    """Say which of these are no properties."""
    unknown = sorted(set(names) - set(PROPERTIES))
    return [f"{name!r} is not a property; known are {', '.join(PROPERTIES)}" for name in unknown]
