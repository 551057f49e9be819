# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""CloudWatch: which metrics there are, and their datapoints. Clients are boto3 CloudWatch clients of one Region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import call

# CloudWatch API Reference, GetMetricData: up to 500 queries and 100,800 datapoints a call.
_QUERIES, _DATAPOINTS = 500, 100_800


@dataclass(frozen=True)
class Query:
    """One statistic of one metric; ``dimensions`` in CloudWatch's form."""

    namespace: str
    metric: str
    dimensions: Sequence[Mapping[str, str]]
    statistic: str


@dataclass
class Series:
    """Its datapoints, and what CloudWatch says where it could not give them."""

    points: list[tuple[datetime, float]]
    problem: str | None = None


def list_metrics(client: Any, namespace: str, metric: str) -> Iterator[list[dict[str, str]]]:
    """ListMetrics, all pages: the dimensions of each metric of that name that had data in the last two weeks."""
    with call(f"list the metrics {metric} in {client.meta.region_name}", "cloudwatch:ListMetrics"):
        for page in client.get_paginator("list_metrics").paginate(Namespace=namespace, MetricName=metric):
            for found in page.get("Metrics", []):
                yield found.get("Dimensions", [])


def get_metric_data(
    client: Any, queries: Sequence[Query], start: datetime, end: datetime, period: int
) -> Iterator[Series]:
    """GetMetricData, as many calls and pages as it takes: a series for each query, in their order."""
    buckets = max(1, int((end - start).total_seconds()) // period + 1)
    most = max(1, min(_QUERIES, _DATAPOINTS // buckets))
    for at in range(0, len(queries), most):
        yield from _get(client, queries[at : at + most], start, end, period)


def _get(client: Any, queries: Sequence[Query], start: datetime, end: datetime, period: int) -> list[Series]:
    request = [
        {
            "Id": f"q{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": query.namespace,
                    "MetricName": query.metric,
                    "Dimensions": [dict(dimension) for dimension in query.dimensions],
                },
                "Period": period,
                "Stat": query.statistic,
            },
        }
        for number, query in enumerate(queries)
    ]
    found = {str(query["Id"]): Series([]) for query in request}
    with call(f"read metrics in {client.meta.region_name}", "cloudwatch:GetMetricData"):
        pages = client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=request, StartTime=start, EndTime=end, ScanBy="TimestampDescending"
        )
        for page in pages:
            for result in page.get("MetricDataResults", []):
                series = found[result["Id"]]
                series.points += zip(result.get("Timestamps", []), result.get("Values", []), strict=True)
                if result.get("StatusCode") in ("InternalError", "Forbidden"):
                    told = "; ".join(message.get("Value", "") for message in result.get("Messages", []))
                    series.problem = f"CloudWatch says {result['StatusCode']}{': ' + told if told else ''}"
    return list(found.values())
