# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication metrics: which, in which Region, when (S3 User Guide, "Using S3 Replication metrics")."""

from __future__ import annotations

import datetime
from typing import Any

from replication_lab import AWAY, HOME, Pair, allow, client, control, idle, replicate, wait_for

FAILED = "OperationsFailedReplication"
PENDING = ("ReplicationLatency", "BytesPendingReplication", "OperationsPendingReplication")


def named(region: str) -> set[str]:
    """The replication metrics that a Region has."""
    return {metric["MetricName"] for metric in client("cloudwatch", region).list_metrics(Namespace="AWS/S3")["Metrics"]}


def after_a_minute(region: str) -> set[str]:
    """Let a minute go by, and wait for what it brings."""
    before = len(points(region))
    control("POST", "/clock/advance", seconds=61)
    wait_for(lambda: len(points(region)) > before)
    return named(region)


def points(region: str) -> list[Any]:
    return [metric for name in (FAILED, *PENDING) for metric in statistics(region, name, {})]


def statistics(region: str, name: str, dimensions: dict[str, str]) -> list[dict[str, Any]]:
    cloudwatch = client("cloudwatch", region)
    found = []
    for metric in cloudwatch.list_metrics(Namespace="AWS/S3", MetricName=name)["Metrics"]:
        has = {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
        if dimensions.items() <= has.items():
            now = datetime.datetime.now(datetime.UTC)
            found += cloudwatch.get_metric_statistics(
                Namespace="AWS/S3", MetricName=name, Dimensions=metric["Dimensions"], Period=60,
                StartTime=now - datetime.timedelta(hours=1), EndTime=now + datetime.timedelta(days=1),
                Statistics=["Sum", "SampleCount", "Average", "Maximum"],
            )["Datapoints"]  # fmt: skip
    return sorted(found, key=lambda point: point["Timestamp"])


def flow(pair: Pair) -> dict[str, str]:
    return {
        "SourceBucket": pair.source.name, "DestinationBucket": pair.destination.name, "RuleId": pair.rule["ID"],
    }  # fmt: skip


def test_failures_in_the_sources_region_the_rest_in_the_destinations() -> None:
    pair = Pair()
    for n in range(3):
        pair.source.put(f"good{n}")
    idle()
    pair.role.withdraw("s3:ReplicateObject")
    failed = pair.source.put("bad")
    idle()
    assert after_a_minute(HOME) == {FAILED}
    assert named(AWAY) == set(PENDING)
    (point,) = statistics(HOME, FAILED, flow(pair))
    assert (point["Sum"], point["SampleCount"], point["Average"]) == (1, 4, 0.25)
    pair.role.add(allow("s3:ReplicateObject", f"{pair.destination.arn}/*"))
    replicate(pair.source.name, "bad", failed)
    after_a_minute(HOME)
    assert [(point["Sum"], point["SampleCount"]) for point in statistics(HOME, FAILED, flow(pair))] == [(1, 4), (0, 1)]
    # Batch replication is not in these; they go on all the same.
    assert [statistics(AWAY, name, flow(pair))[-1]["Maximum"] for name in PENDING] == [0, 0, 0]


def test_the_backlog_is_told_as_long_as_the_rule_is_there_and_failures_only_while_something_is_replicated() -> None:
    pair = Pair()
    pair.source.put()
    idle()
    for minutes in (1, 2, 3):
        after_a_minute(AWAY)
        assert [len(statistics(AWAY, name, flow(pair))) for name in PENDING] == [minutes] * 3
    assert len(statistics(HOME, FAILED, flow(pair))) == 1
    client("s3").delete_bucket_replication(Bucket=pair.source.name)
    other = Pair()
    other.source.put()
    idle()
    after_a_minute(AWAY)
    assert [len(statistics(AWAY, name, flow(pair))) for name in PENDING] == [3] * 3


def test_the_backlog_while_a_region_is_down() -> None:
    pair = Pair()
    control("POST", "/regions/eu-west-1/down")
    pair.source.put("one", b"12345")
    pair.source.put("two", b"123")
    control("POST", "/clock/advance", seconds=300)
    control("POST", "/regions/eu-west-1/up")
    idle()
    latency, pending_bytes, operations = (statistics(AWAY, name, flow(pair))[0]["Maximum"] for name in PENDING)
    assert latency >= 300
    assert (pending_bytes, operations) == (8, 2)
    after_a_minute(AWAY)
    assert [statistics(AWAY, name, flow(pair))[-1]["Maximum"] for name in PENDING[1:]] == [0, 0]


def test_no_metrics_for_a_rule_without() -> None:
    pair = Pair()
    del pair.rule["Destination"]["Metrics"]
    pair.configure()
    pair.source.put()
    other = Pair()
    other.source.put()
    idle()
    after_a_minute(HOME)
    assert statistics(HOME, FAILED, flow(pair)) == []
    assert len(statistics(HOME, FAILED, flow(other))) == 1
