# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeAlarms in the query protocol, which boto3 spoke until botocore 1.41, tells what the newer protocols tell."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.session import Session
from labclient import Clients

US = "us-east-1"


@pytest.fixture
def alarms(client: Clients) -> Iterator[Any]:
    cloudwatch = client("cloudwatch", US)
    for name, dimensions in (("a & b", [{"Name": "QueueName", "Value": "<dead>"}]), ("plain", [])):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            AlarmActions=[f"arn:aws:sns:{US}:111122223333:on-call"],
            Namespace="AWS/SQS",
            MetricName="ApproximateNumberOfMessagesVisible",
            Dimensions=dimensions,
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )
    yield cloudwatch
    cloudwatch.delete_alarms(AlarmNames=["a & b", "plain"])


def by_query(**parameters: str) -> Any:
    """The answer to DescribeAlarms as the query protocol's parser of botocore reads it."""
    session = Session()
    body = urlencode({"Action": "DescribeAlarms", "Version": "2010-08-01", **parameters})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", f"https://monitoring.{US}.amazonaws.com/", headers=headers, data=body)
    SigV4Auth(session.get_credentials(), "monitoring", US).add_auth(request)
    answer = URLLib3Session(verify=os.environ["AWS_CA_BUNDLE"], proxies={"https": os.environ["HTTPS_PROXY"]}).send(
        request.prepare()
    )
    model = ServiceModel(session.get_component("data_loader").load_service_model("cloudwatch", "service-2"))
    shape = model.operation_model("DescribeAlarms").output_shape
    told = {"body": answer.content, "headers": answer.headers, "status_code": answer.status_code}
    parser = create_parser("query")
    assert answer.status_code == 200, answer.content
    # The newer model names no wrapper, as only this protocol has one.
    shape.serialization["resultWrapper"] = "DescribeAlarmsResult"
    return parser.parse(told, shape)


def test_all_members_are_told(alarms: Any) -> None:
    told = by_query()["MetricAlarms"]
    expected = alarms.describe_alarms()["MetricAlarms"]
    assert [alarm["AlarmName"] for alarm in told] == ["a & b", "plain"]
    for one, other in zip(told, expected, strict=True):
        assert one == {name: value for name, value in other.items() if value is not None}


def test_names_choose(alarms: Any) -> None:
    told = by_query(**{"AlarmNames.member.1": "plain", "AlarmNames.member.2": "nothing"})["MetricAlarms"]
    assert [alarm["AlarmName"] for alarm in told] == ["plain"]
    assert told[0]["Dimensions"] == []
