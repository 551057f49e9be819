# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a pause of replication (FIS action aws:s3:bucket-pause-replication) takes hold.

What is paused stays PENDING, like what waits for a Region; whoever lifts a pause calls `engine.resume()`.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from aws_lab import clock, settings, store
from aws_lab.replication import rules
from aws_lab.replication.rules import Rule


@dataclass(frozen=True)
class Pause:
    """Rules of these buckets whose destinations are in the Region. Empty destinations or prefixes: all of them.

    since: the moment of lab time from which replication stands still; the configuration shows the pause at once.
    """

    buckets: frozenset[str]
    region: str
    destinations: frozenset[str]
    prefixes: frozenset[str]
    since: float

    def holds(self, bucket: str, rule: Rule) -> bool:
        """Whether the pause is about this rule of the bucket."""
        return (
            bucket in self.buckets
            and store.region(rule.destination) == self.region
            and (not self.destinations or rule.destination in self.destinations)
            and (not self.prefixes or rule.prefix in self.prefixes)
        )


_pauses: dict[str, Pause] = {}


def pause(name: str, wanted: Pause) -> None:
    """Let a pause begin."""
    _pauses[name] = wanted


def lift(name: str) -> bool:
    """Let a pause end; whether there was one of this name."""
    return _pauses.pop(name, None) is not None


def reset() -> None:
    """Forget all pauses."""
    _pauses.clear()


def paused(bucket: str, rule: Rule, destination: str) -> bool:
    """Whether replication from the bucket to the destination under this rule stands still on purpose."""
    del destination
    return any(held.holds(bucket, rule) and clock.now() >= held.since for held in _pauses.values())


def shown(bucket: str, configuration: dict[str, Any]) -> dict[str, Any]:
    """The configuration as a Get shows it during a pause."""
    if not _pauses or not settings.get().fis_pause_shows_disabled:
        return configuration
    seen = copy.deepcopy(configuration)
    for given, rule in zip(seen["Rules"], rules.parse(configuration), strict=True):
        if any(held.holds(bucket, rule) for held in _pauses.values()):
            given["Status"] = "Disabled"
    return seen
