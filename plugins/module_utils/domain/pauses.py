# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pauses of replication that AWS Fault Injection Service makes on purpose: which buckets they hold, and until when.

Sources: FIS User Guide, "AWS FIS actions reference" (``aws:s3:bucket-pause-replication``: targets by tags only,
duration PT1M to PT12H), "Experiments" (states). While an action runs, FIS may have changed the buckets' replication:
whoever puts that right fights the experiment, and may leave a rule disabled for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.durations import read_duration

ACTION = "aws:s3:bucket-pause-replication"
ALIVE = frozenset({"pending", "initiating", "running", "stopping"})
LONGEST = timedelta(hours=12)
"""The longest duration of the action."""


@dataclass(frozen=True)
class Pause:
    """One action of one experiment.

    ``buckets`` are those that FIS has resolved; ``tags`` select them before it has. ``until`` is its end by its own
    duration, counted from now where it has not begun.
    """

    experiment: str
    buckets: frozenset[str]
    tags: tuple[tuple[str, str], ...]
    until: datetime

    def holds(self, bucket: str, tags: Mapping[str, str]) -> bool:
        """Tell whether it is about a bucket with these tags."""
        if bucket in self.buckets:
            return True
        return bool(self.tags) and all(tags.get(key) == value for key, value in self.tags)


def is_alive(experiment: Mapping[str, Any]) -> bool:
    """Tell whether an experiment, or one in a list of them, has not ended."""
    return str((experiment.get("state") or {}).get("status")) in ALIVE


def pauses_of(experiment: Mapping[str, Any], resolved: Iterable[Mapping[str, Any]], now: datetime) -> list[Pause]:
    """Read the pauses out of GetExperiment's ``experiment`` and ListExperimentResolvedTargets' ``resolvedTargets``."""
    arns: dict[str, set[str]] = {}
    for target in resolved:
        arn = str((target.get("targetInformation") or {}).get("arn") or "")
        arns.setdefault(str(target.get("targetName")), set()).add(arn.rpartition(":")[2])
    targets = experiment.get("targets") or {}
    found = []
    for action in (experiment.get("actions") or {}).values():
        if action.get("actionId") != ACTION or not _may_hold(action):
            continue
        name = str((action.get("targets") or {}).get("Buckets"))
        tags = (targets.get(name) or {}).get("resourceTags") or {}
        begun = action.get("startTime") or now
        length = _length(str((action.get("parameters") or {}).get("duration", "")))
        until = begun + length
        found.append(Pause(str(experiment["id"]), frozenset(arns.get(name, ())), tuple(sorted(tags.items())), until))
    return found


def seconds_left(pauses: Iterable[Pause], bucket: str, tags: Mapping[str, str], now: datetime) -> int | None:
    """Give the seconds until the last pause that holds the bucket is over; ``None`` when none does.

    At least a minute: an action that is past its duration and still running is about to end.
    """
    ends = [pause.until for pause in pauses if pause.holds(bucket, tags)]
    if not ends:
        return None
    left = min(max(ends) - now, LONGEST)
    return max(60, round(left.total_seconds()))


def _may_hold(action: Mapping[str, Any]) -> bool:
    """An action whose state is not told may hold: better to come back once too often."""
    status = (action.get("state") or {}).get("status")
    return status is None or status in ALIVE


def _length(duration: str) -> timedelta:
    """Read an ISO 8601 duration; what can't be read counts as the longest."""
    length = read_duration(duration)
    return LONGEST if length is None else length
