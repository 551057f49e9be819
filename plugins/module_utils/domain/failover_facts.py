# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known before a failover: who says which Region is active, what the target is like, what is not there yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import Pointer

ROUTES, CONTROLS, POINTER = "routes", "routing controls", "pointer"
RANK = (ROUTES, CONTROLS, POINTER)
"""Who is believed when they disagree: the nearer to the traffic, the sooner. Routes decide where S3 writes go, routing
controls where names point, the pointer only says what was last decided."""

READ, UNREADABLE, NOT_CONFIGURED, UNUSED = "read", "unreadable", "not_configured", "unused"


@dataclass(frozen=True)
class Said:
    """What one of :data:`RANK` says: the active Regions of each of its subjects (access points, control panels)."""

    answer: str = UNUSED
    subjects: Mapping[str, frozenset[str]] = field(default_factory=dict)
    error: str = ""

    @property
    def regions(self) -> frozenset[str]:
        """All Regions that any subject has active."""
        return frozenset().union(*self.subjects.values()) if self.subjects else frozenset()

    @property
    def is_mixed(self) -> bool:
        """Whether its subjects differ among themselves."""
        return len(set(self.subjects.values())) > 1

    def is_all(self, region: str) -> bool:
        """Tell whether every subject says this Region and no other."""
        return bool(self.subjects) and all(said == {region} for said in self.subjects.values())

    def told(self) -> str:
        """Say it to a person."""
        if self.answer != READ:
            return self.answer.replace("_", " ")
        if not self.is_mixed:
            return _list(self.regions)
        return "; ".join(f"{subject}: {_list(regions)}" for subject, regions in sorted(self.subjects.items()))


@dataclass(frozen=True)
class TargetBucket:
    """A bucket in the target Region. ``error`` says why it can't be used, ``answers`` whether S3 there answers."""

    bucket: str
    answers: bool = True
    versioned: bool = True
    fenced: bool = False
    error: str = ""


@dataclass(frozen=True)
class Flow:
    """What one bucket of another Region has that its counterpart in the target Region has not.

    ``how`` it is known: ``compare`` (both listed), ``metrics`` (what was last published), or ``""``. ``lag`` is the age
    of the oldest version that is missing, or the longest time whose writes may be missing, in seconds. ``failed``
    versions do not come by themselves. Of ``removed`` ones S3 says that they were replicated, so that somebody, or a
    lifecycle rule, has removed them there. Of ``unknown`` ones S3 was not asked, or did not say. ``as_of``: the moment
    that metrics speak of.
    """

    source: str
    region: str
    destination: str
    answers: bool = True
    how: str = ""
    lag: float = 0.0
    missing: int | None = None
    failed: int = 0
    removed: int = 0
    unknown: int = 0
    as_of: str = ""
    error: str = ""

    @property
    def loss(self) -> float | None:
        """Seconds of writes that may be lost; ``None`` when nobody knows.

        What waits in a Region that answers comes by itself, late; what failed to replicate does not, and is a loss of
        a second at least, however new it is.
        """
        if not self.how:
            return None
        if self.failed:
            return max(self.lag, 1.0)
        if self.unknown:
            return None
        return 0.0 if self.answers else self.lag

    def told(self) -> dict[str, Any]:
        """Give it as results show it."""
        return {
            "source": {"bucket": self.source, "region": self.region},
            "destination": self.destination,
            "answers": self.answers,
            "known_by": self.how or None,
            "lag": self.lag if self.how else None,
            "loss": self.loss,
            "missing": self.missing,
            "failed": self.failed,
            "removed": self.removed,
            "pending": None if self.missing is None else max(0, self.missing - self.failed - self.removed),
            "as_of": self.as_of or None,
            "error": self.error or None,
        }


@dataclass(frozen=True)
class Facts:
    """All of it. ``groups`` are the Regions of each set of buckets that replicate to each other, by name.

    ``account`` is whose credentials these are, ``accounts`` whose they have to be. ``problems`` is further input that
    can't be right, ``remarks`` what a person should know, and ``others`` what is switched that nobody here is asked
    about, as DNS records.
    """

    target: str
    groups: Mapping[str, frozenset[str]]
    now: float
    account: str = ""
    accounts: frozenset[str] = frozenset()
    pointer: Pointer | None = None
    said: Mapping[str, Said] = field(default_factory=dict)
    buckets: tuple[TargetBucket, ...] = ()
    flows: tuple[Flow, ...] = ()
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def says(self, who: str) -> Said:
        """Give what one of :data:`RANK` says."""
        return self.said.get(who, Said())

    @property
    def winner(self) -> str:
        """Who is believed: the first of :data:`RANK` that says anything; ``""`` when nobody does."""
        return next((who for who in RANK if self.says(who).answer == READ and self.says(who).subjects), "")


def longest_loss(end: float, as_of: float, pending: float, latency: float) -> float:
    """Give the longest time whose writes may be missing, from metrics that were last published at ``as_of``.

    What was written until then is there, or with operations pending, until ``latency`` before then (S3 User Guide,
    "Using S3 Replication metrics": ReplicationLatency is the most that the destination is behind). After ``end``, the
    moment the Region failed, nothing was written any more.
    """
    return max(0.0, end - as_of + (latency if pending else 0.0))


def _list(regions: frozenset[str]) -> str:
    return ", ".join(sorted(regions)) or "no Region"
