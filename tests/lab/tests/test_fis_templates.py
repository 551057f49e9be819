# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of FIS templates, stop conditions, reports, and the action that disrupts networks."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from replication_lab import ACCOUNT, allow, client, control, wait_for
from test_fis import chaos_role, drilled_pair, running, shown, start, status, template


def test_an_update_replaces_members_and_comes_too_late_for_what_runs() -> None:
    drilled_pair()
    fis, role = client("fis"), chaos_role()
    made = template(role)
    experiment = start(made["id"])
    wait_for(partial(running, experiment))
    wait = {"rest": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT1M"}}}
    told = fis.update_experiment_template(id=made["id"], actions=wait, targets={})["experimentTemplate"]
    assert (list(told["actions"]), told["targets"], told["description"]) == (["rest"], {}, "pause")
    assert told["lastUpdateTime"] > made["lastUpdateTime"]
    told = fis.update_experiment_template(id=made["id"], experimentOptions={"emptyTargetResolutionMode": "skip"})
    assert told["experimentTemplate"]["experimentOptions"]["emptyTargetResolutionMode"] == "skip"
    assert list(fis.get_experiment(id=experiment)["experiment"]["actions"]) == ["pause"]
    fis.stop_experiment(id=experiment)
    with pytest.raises(ClientError, match="ValidationException"):
        fis.update_experiment_template(id=made["id"], stopConditions=[])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        fis.update_experiment_template(id="EXTnone", description="x")


def test_an_alarm_stops_an_experiment_and_says_so() -> None:
    pair = drilled_pair()
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="orders", Namespace="shop", MetricName="failed", Period=60, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold", Statistic="Sum",
    )  # fmt: skip
    arn = cloudwatch.describe_alarms(AlarmNames=["orders"])["MetricAlarms"][0]["AlarmArn"]
    stops = [{"source": "aws:cloudwatch:alarm", "value": arn}]
    experiment = start(template(chaos_role(), stopConditions=stops)["id"])
    wait_for(partial(running, experiment))
    assert shown(pair) == "Disabled"
    cloudwatch.set_alarm_state(AlarmName="orders", StateValue="ALARM", StateReason="drill")
    wait_for(lambda: status(experiment) == "stopped")
    told = client("fis").get_experiment(id=experiment)["experiment"]
    assert told["state"]["reason"] == "Experiment halted by stop condition."
    assert shown(pair) == "Enabled"
    for wrong in ([{"source": "none", "value": arn}], [{"source": "aws:cloudwatch:alarm"}]):
        with pytest.raises(ClientError, match="ValidationException"):
            template(chaos_role(), stopConditions=wrong)


def test_reports_are_written_by_the_role() -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="fis-reports")
    wait = {"rest": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT1M"}}}
    place = {"outputs": {"s3Configuration": {"bucketName": "fis-reports", "prefix": "drills"}}}
    told = {}
    for name, role in (("may", chaos_role(allow("s3:PutObject", "arn:aws:s3:::fis-reports/*"))), ("no", chaos_role())):
        made = template(role, actions=wait, targets={}, experimentReportConfiguration=place)
        experiment = start(made["id"])
        wait_for(partial(running, experiment))
        client("fis").stop_experiment(id=experiment)
        wait_for(lambda experiment=experiment: status(experiment) == "stopped")  # type: ignore[misc]
        told[name] = client("fis").get_experiment(id=experiment)["experiment"]["experimentReport"]
    assert (told["may"]["state"]["status"], told["no"]["state"]["status"]) == ("completed", "failed")
    key = told["may"]["s3Reports"][0]["arn"].partition("/")[2]
    assert b"stopped" in s3.get_object(Bucket="fis-reports", Key=key)["Body"].read()


def test_a_network_disruption_is_recorded() -> None:
    subnet = f"arn:aws:ec2:us-east-1:{ACCOUNT}:subnet/subnet-0"
    parts: dict[str, Any] = {
        "targets": {"nets": {"resourceType": "aws:ec2:subnet", "resourceArns": [subnet], "selectionMode": "ALL"}},
        "actions": {
            "cut": {
                "actionId": "aws:network:disrupt-connectivity",
                "parameters": {"duration": "PT1M", "scope": "s3"},
                "targets": {"Subnets": "nets"},
            }
        },
    }
    experiment = start(template(chaos_role(), **parts)["id"])
    wait_for(partial(running, experiment))
    found = client("fis").list_experiment_resolved_targets(experimentId=experiment)["resolvedTargets"]
    assert [one["targetInformation"]["arn"] for one in found] == [subnet]
    control("POST", "/clock/advance", seconds=61)
    wait_for(lambda: status(experiment) == "completed")
    for wrong in ({"scope": "internet"}, {"scope": "prefix-list"}, {"scope": "s3", "prefixListIdentifier": "pl-1"}):
        parts["actions"]["cut"]["parameters"] = {"duration": "PT1M", **wrong}
        with pytest.raises(ClientError, match="ValidationException"):
            template(chaos_role(), **parts)
