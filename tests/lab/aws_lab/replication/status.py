# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""x-amz-replication-status over all destinations (S3 User Guide, "Getting replication status information").

FAILED if one destination failed; COMPLETED only when all are done; PENDING else. A replica whose metadata changes go
back (replica modification sync) says PENDING or FAILED meanwhile, and then REPLICA again.
"""

from __future__ import annotations

from collections.abc import Iterable

from aws_lab import store
from aws_lab.store import Version

PENDING, COMPLETED, FAILED, REPLICA = "PENDING", "COMPLETED", "FAILED", "REPLICA"


def begin(version: Version, destinations: Iterable[str]) -> None:
    """The version is now on its way to these destination buckets."""
    version.notes.destinations.update(dict.fromkeys(destinations, PENDING))
    _show(version)


def settle(version: Version, destination: str, *, replicated: bool) -> None:
    """What became of it at one of them."""
    version.notes.destinations[destination] = COMPLETED if replicated else FAILED
    _show(version)


def is_pending(version: Version, destination: str) -> bool:
    """Whether the version is still on its way there."""
    return version.notes.destinations.get(destination) == PENDING


def _show(version: Version) -> None:
    outcomes = set(version.notes.destinations.values())
    done = REPLICA if version.notes.is_replica else COMPLETED
    store.set_status(version, next((outcome for outcome in (FAILED, PENDING) if outcome in outcomes), done))
