# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What CloudWatch knows of a rule's backlog and failures: which metrics, in which Region, and what figures they make.

Source: S3 User Guide, "Using S3 Replication metrics" and "Metrics and dimensions". Bytes and operations pending and the
latency are published in the Region of the destination bucket, also while nothing is replicated; failed operations in
the Region of the source bucket, and only while something is. All are delivered on a best-effort basis, once a minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import from_datetime

NAMESPACE = "AWS/S3"
OPERATIONS_PENDING = "OperationsPendingReplication"
FAILED = "OperationsFailedReplication"
PERIOD = 60
# Of each metric the statistic that the guide names for it.
BACKLOG = {
    "pending_operations": (OPERATIONS_PENDING, "Maximum"),
    "pending_bytes": ("BytesPendingReplication", "Maximum"),
    "latency_seconds": ("ReplicationLatency", "Maximum"),
}
FAILURES = {"failed_operations": (FAILED, "Sum"), "operations": (FAILED, "SampleCount")}

FIGURES, NO_DATA, METRICS_OFF = "figures", "no_data", "metrics_off"
NOT_CONFIGURED, COULD_NOT_READ = "not_configured", "could_not_read"
ANSWERS = (FIGURES, NO_DATA, METRICS_OFF, NOT_CONFIGURED, COULD_NOT_READ)

Row = dict[str, Any]
Point = tuple[datetime, float]
# By the names of BACKLOG or FAILURES: the datapoints that there are, in any order.
Points = Mapping[str, Sequence[Point]]


@dataclass(frozen=True)
class Flow:
    """The three dimensions of each metric."""

    source: str
    destination: str
    rule_id: str

    def dimensions(self) -> list[dict[str, str]]:
        """Give them as CloudWatch takes them."""
        named = {"SourceBucket": self.source, "DestinationBucket": self.destination, "RuleId": self.rule_id}
        return [{"Name": name, "Value": value} for name, value in named.items()]


def read_flow(dimensions: Iterable[Mapping[str, str]]) -> Flow | None:
    """Read the dimensions of a metric that CloudWatch lists; ``None`` for those of something else."""
    named = {dimension["Name"]: dimension["Value"] for dimension in dimensions}
    if set(named) != {"SourceBucket", "DestinationBucket", "RuleId"}:
        return None
    return Flow(named["SourceBucket"], named["DestinationBucket"], named["RuleId"])


def backlog(answer: str, points: Points, now: datetime, stale_after: float) -> Row:
    """Give the figures of the backlog, each of its newest datapoint, and how old the oldest of these is.

    ``answer`` is what to say without any datapoint.
    """
    newest = {name: max(points[name]) for name in BACKLOG if points.get(name)}
    figures: Row = dict.fromkeys(BACKLOG)
    for name, (_when, value) in newest.items():
        figures[name] = round(value, 3) if name == "latency_seconds" else round(value)
    measured = min((when for when, _value in newest.values()), default=None)
    age = _age(measured, now)
    return {
        "answer": FIGURES if newest else answer,
        **figures,
        "measured_at": from_datetime(measured) if measured else None,
        "age_seconds": age,
        "stale": None if age is None else age > stale_after,
    }


def failures(answer: str, points: Points, now: datetime) -> Row:
    """Give how many operations failed in the window, of how many, and when the last were counted."""
    counted = {name: points.get(name) or [] for name in FAILURES}
    measured = max((when for series in counted.values() for when, _value in series), default=None)
    figures = {name: round(sum(value for _when, value in series)) for name, series in counted.items()}
    return {
        "failed_answer": FIGURES if measured else answer,
        **(figures if measured else dict.fromkeys(FAILURES)),
        "failed_measured_at": from_datetime(measured) if measured else None,
        "failed_age_seconds": _age(measured, now),
    }


def summary(rows: Sequence[Row]) -> Row:
    """Add up what is known of all rules; ``None`` where nothing is."""
    answers = {answer: sum(row["answer"] == answer for row in rows) for answer in ANSWERS}
    return {
        "rules": len(rows),
        **answers,
        "stale": sum(row["stale"] is True for row in rows),
        "pending_operations": _known(sum, rows, "pending_operations"),
        "pending_bytes": _known(sum, rows, "pending_bytes"),
        "latency_seconds": _known(max, rows, "latency_seconds"),
        "age_seconds": _known(max, rows, "age_seconds"),
        "failed_operations": _known(sum, rows, "failed_operations"),
    }


def _known(total: Any, rows: Sequence[Row], name: str) -> Any:
    known = [row[name] for row in rows if row[name] is not None]
    return total(known) if known else None


def _age(measured: datetime | None, now: datetime) -> int | None:
    # A clock that is a little behind must not make an age negative.
    return None if measured is None else max(0, int((now - measured).total_seconds()))
