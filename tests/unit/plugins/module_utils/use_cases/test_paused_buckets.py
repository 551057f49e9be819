# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.stub import Stubber

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pauses import ACTION
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.management_events import management_events
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.paused_buckets import paused_buckets

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def stubbed(service: str) -> tuple[Any, Stubber]:
    """A real client, whose requests are checked against botocore's model, with scripted answers."""
    client: Any = boto3.client(service, "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")  # type: ignore[call-overload]
    return client, Stubber(client)


def test_only_experiments_that_run_and_pause_are_looked_into() -> None:
    client, stubber = stubbed("fis")
    listed = [{"id": name, "state": {"status": status}} for name, status in (("a", "running"), ("b", "completed"))]
    stubber.add_response("list_experiments", {"experiments": listed, "nextToken": "more"}, {})
    pause = {"actionId": ACTION, "parameters": {"duration": "PT1H"}, "targets": {"Buckets": "t"}}
    target = {"t": {"resourceTags": {"drill": "yes"}}}
    stubber.add_response(
        "get_experiment", {"experiment": {"id": "a", "targets": target, "actions": {"p": pause}}}, {"id": "a"}
    )
    found = [{"targetName": "t", "targetInformation": {"arn": "arn:aws:s3:::invoices"}}]
    stubber.add_response("list_experiment_resolved_targets", {"resolvedTargets": found}, {"experimentId": "a"})
    waits = {"id": "c", "state": {"status": "running"}}
    stubber.add_response("list_experiments", {"experiments": [waits]}, {"nextToken": "more"})
    stubber.add_response(
        "get_experiment", {"experiment": {"id": "c", "actions": {"w": {"actionId": "aws:fis:wait"}}}}, {"id": "c"}
    )
    with stubber:
        outcome = paused_buckets(client, NOW)
    stubber.assert_no_pending_responses()
    assert outcome.results["buckets"] == ["invoices"]
    (told,) = outcome.results["pauses"]
    assert told == {
        "experiment_id": "a",
        "buckets": ["invoices"],
        "tags": {"drill": "yes"},
        "until": "2026-01-02T01:00:00+00:00",
    }


def test_a_trail_of_the_organization_that_can_not_be_read_is_told_of() -> None:
    client, stubber = stubbed("cloudtrail")
    arns = {name: f"arn:aws:cloudtrail:us-east-1:111122223333:trail/{name}" for name in ("org", "mine")}
    trails = [{"Name": name, "TrailARN": arn} for name, arn in arns.items()]
    stubber.add_response("describe_trails", {"trailList": trails}, {"includeShadowTrails": True})
    stubber.add_client_error("get_trail_status", "AccessDeniedException", "no", 400)
    stubber.add_response("get_trail_status", {"IsLogging": True}, {"Name": arns["mine"]})
    selectors = {"EventSelectors": [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]}
    stubber.add_response("get_event_selectors", selectors, {"TrailName": arns["mine"]})
    with stubber:
        results = management_events(client, "us-east-1").results
    assert results["delivered"]
    assert [(trail["name"], bool(trail["unreadable"])) for trail in results["trails"]] == [
        ("org", True),
        ("mine", False),
    ]
