# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication metrics in CloudWatch (S3 User Guide, "Using S3 Replication metrics", "Metrics and dimensions").

Namespace AWS/S3, dimensions SourceBucket, DestinationBucket and RuleId, once a minute of lab time, for rules with
metrics. In the source's Region OperationsFailedReplication (Sum: failed, SampleCount: all; S3 Batch Replication
counts), unless nothing was replicated. In the destination's Region, of live replication only and while the destination
exists: ReplicationLatency, BytesPendingReplication and OperationsPendingReplication, also while nothing is replicated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ministack.core.responses import request_scope
from ministack.services import cloudwatch

from aws_lab import clock, store
from aws_lab.replication import rules as rule_sets
from aws_lab.replication.rules import Operation, Rule
from aws_lab.replication.timetable import Timetable
from aws_lab.store import Version

_PERIOD = 60.0

_Flow = tuple[str, str, str]
_Thing = tuple[str, str, Operation, float]


@dataclass
class _Counts:
    """What goes on between one source and one destination under one rule. pending: requested at, bytes."""

    account: str
    pending: dict[_Thing, tuple[float, int]] = field(default_factory=dict)
    succeeded: int = 0
    failed: int = 0
    latency: float = 0.0
    live: bool = False  # whether anything was replicated in this minute


_flows: dict[_Flow, _Counts] = {}
_minutes: Timetable[None] = Timetable()


def begun(source: Version, rule: Rule, operation: Operation, requested_at: float) -> None:
    """Live replication of one thing under one rule is pending from now on."""
    if rule.metrics:
        size = source.size if operation is Operation.PUT else 0
        _counts(source, rule).pending[_thing(source, operation, requested_at)] = (requested_at, size)


def ended(
    source: Version, rule: Rule, operation: Operation, requested_at: float, *, replicated: bool, batch: bool
) -> None:
    """What became of it, by live replication or by S3 Batch Replication."""
    if not rule.metrics:
        return
    counts = _counts(source, rule)
    counts.pending.pop(_thing(source, operation, requested_at), None)
    counts.succeeded += replicated
    counts.failed += not replicated
    if not batch:
        counts.live = True
        counts.latency = max(counts.latency, clock.now() - requested_at)


async def publish() -> None:
    """Publish every minute, for ever (a background task of the lab)."""
    while True:
        await _minutes.pop()
        _minutes.add(clock.now() + _PERIOD, None)
        for flow, counts in _flows.items():
            _publish_flow(flow, counts)


def reset() -> None:
    """Forget everything; the minutes begin with the next thing that is replicated."""
    _flows.clear()
    _minutes.clear()


def _publish_flow(flow: _Flow, counts: _Counts) -> None:
    source, destination, _unused = flow
    home, away = store.region(source), store.region(destination)
    if home and counts.succeeded + counts.failed:
        outcomes = {0.0: counts.succeeded, 1.0: counts.failed}
        _put(counts.account, home, flow, {"OperationsFailedReplication": ("Count", outcomes)})
    if away and (counts.live or counts.pending or _is_watched(flow)):
        now, waiting = clock.now(), counts.pending.values()
        latency = max([counts.latency, *(now - since for since, _unused in waiting)])
        _put(counts.account, away, flow, {
            "ReplicationLatency": ("Seconds", {latency: 1}),
            "BytesPendingReplication": ("Bytes", {float(sum(size for _unused, size in waiting)): 1}),
            "OperationsPendingReplication": ("Count", {float(len(waiting)): 1}),
        })  # fmt: skip
    counts.succeeded = counts.failed = 0
    counts.latency, counts.live = 0.0, False


def _is_watched(flow: _Flow) -> bool:
    """Whether the rule is there still, enabled and with metrics."""
    source, destination, rule_id = flow
    present = rule_sets.parse(store.replication_configuration(source))
    return any(
        rule.enabled and rule.metrics and (rule.id, rule.destination) == (rule_id, destination) for rule in present
    )


def _put(account: str, region: str, flow: _Flow, metrics: Mapping[str, tuple[str, Mapping[float, int]]]) -> None:
    dimensions = dict(zip(("SourceBucket", "DestinationBucket", "RuleId"), flow, strict=True))
    with request_scope(account, region):
        for name, (unit, seen) in metrics.items():
            values = {value: count for value, count in seen.items() if count}
            cloudwatch._store_datum(
                "AWS/S3", name, dimensions, clock.now(), unit, None, list(values), list(values.values()), None
            )
        cloudwatch._evaluate_all_alarms()


def _counts(source: Version, rule: Rule) -> _Counts:
    flow = (source.bucket, rule.destination, rule.id)
    if flow not in _flows:
        _flows[flow] = _Counts(source.owner)
    if not len(_minutes):
        _minutes.add(clock.now() + _PERIOD, None)
    return _flows[flow]


def _thing(source: Version, operation: Operation, requested_at: float) -> _Thing:
    return source.key, source.version_id, operation, requested_at
