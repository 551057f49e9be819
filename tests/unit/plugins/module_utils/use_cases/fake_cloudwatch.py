# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch's metrics of one Region in memory, in small pages, with errors on demand; and clients of several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

Raw = dict[str, Any]
_PAGE = 2


@dataclass
class FakeCloudWatch:
    """``data`` by metric, source, destination, rule and statistic; ``error`` is raised by everything."""

    region: str = "eu-west-1"
    data: dict[tuple[str, str, str, str, str], list[tuple[datetime, float]]] = field(default_factory=dict)
    error: Exception | None = None
    problem: str = ""
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    asked: list[Raw] = field(default_factory=list)

    @property
    def meta(self) -> Any:
        return SimpleNamespace(region_name=self.region)

    def put(self, source: str, destination: str, rule: str, **values: tuple[datetime, float]) -> None:
        """One datapoint of each metric: ``OperationsPendingReplication__Maximum=(when, value)``."""
        for name, point in values.items():
            metric, statistic = name.split("__")
            self.data.setdefault((metric, source, destination, rule, statistic), []).append(point)

    def get_paginator(self, operation: str) -> Any:
        return SimpleNamespace(paginate=getattr(self, f"_{operation}"))

    def _called(self, operation: str) -> None:
        self.calls[operation] += 1
        if self.error:
            raise self.error

    def _list_metrics(self, Namespace: str, MetricName: str) -> Iterator[Raw]:  # noqa: N803
        self._called("list")
        assert Namespace == "AWS/S3"
        flows = sorted({flow[1:4] for flow in self.data if flow[0] == MetricName})
        names = ("SourceBucket", "DestinationBucket", "RuleId")
        for flow in flows:
            dimensions = [{"Name": name, "Value": value} for name, value in zip(names, flow, strict=True)]
            yield {"Metrics": [{"Dimensions": dimensions}]}
        yield {"Metrics": [{"Dimensions": [{"Name": "BucketName", "Value": "other"}]}]}

    def _get_metric_data(self, MetricDataQueries: list[Raw], **window: Any) -> Iterator[Raw]:  # noqa: N803
        self._called("get")
        assert len(MetricDataQueries) <= 500
        self.asked.append({"queries": MetricDataQueries, **window})
        for query in MetricDataQueries:
            stat = query["MetricStat"]
            named = {one["Name"]: one["Value"] for one in stat["Metric"]["Dimensions"]}
            flow = (named["SourceBucket"], named["DestinationBucket"], named["RuleId"])
            points = sorted(self.data.get((stat["Metric"]["MetricName"], *flow, stat["Stat"]), []), reverse=True)
            points = [point for point in points if window["StartTime"] <= point[0] < window["EndTime"]]
            for at in range(0, max(1, len(points)), _PAGE):
                some = points[at : at + _PAGE]
                result: Raw = {
                    "Id": query["Id"],
                    "Timestamps": [when for when, _value in some],
                    "Values": [value for _when, value in some],
                    "StatusCode": "PartialData" if at + _PAGE < len(points) else "Complete",
                }
                if self.problem:
                    result |= {"StatusCode": self.problem, "Messages": [{"Value": "said so"}]}
                yield {"MetricDataResults": [result]}


class FakeClients:
    """``made[service, region]``; roles give the clients named by their ARN."""

    region = "eu-west-1"

    def __init__(self, made: dict[tuple[str, str | None], Any], roles: dict[str, FakeClients] | None = None) -> None:
        self.made, self.roles = made, roles or {}
        self.configs: list[Any] = []

    def get(self, service: str, region: str | None = None) -> Any:
        return self.made[service, region]

    def varied(self, config: Any, endpoint: str | None = None) -> FakeClients:
        self.configs.append(config)
        return self

    def assuming(self, role: Any, region: str | None = None) -> FakeClients:
        return self.roles[role.role_arn]
