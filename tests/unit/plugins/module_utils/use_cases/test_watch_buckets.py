# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_changes import event_pattern
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.watch_buckets import TARGET_ID, Watch, unwatch, watch

QUEUE = "arn:aws:sqs:us-east-1:111122223333:changes"
BUS = "arn:aws:events:eu-west-1:111122223333:event-bus/default"
WANTED = Watch("changes", QUEUE, function="enrol")
RULE = {
    "Name": "changes",
    "EventPattern": json.dumps(event_pattern()),
    "State": "ENABLED",
    "Description": WANTED.description,
}
MAPPING = {
    "UUID": "5c4a2d3e-0000-4000-8000-000000000000", "State": "Enabled", "BatchSize": 10,
    "FunctionResponseTypes": ["ReportBatchItemFailures"], "ScalingConfig": {"MaximumConcurrency": 2},
}  # fmt: skip
MISSING = ("ResourceNotFoundException", "none", 400)


def stubbed(service: str) -> tuple[Any, Stubber]:
    """A real client, whose requests are checked against botocore's model, with scripted answers."""
    client: Any = boto3.client(service, "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")  # type: ignore[call-overload]
    return client, Stubber(client)


class Aws:
    """Scripted EventBridge and Lambda."""

    def __init__(self) -> None:
        self.events, self.rules = stubbed("events")
        self.functions, self.sources = stubbed("lambda")

    def has(self, rule: Any = None, targets: Any = (), mapping: Any = None) -> None:
        """What is there, as it is read."""
        if rule is None:
            self.rules.add_client_error("describe_rule", *MISSING)
        else:
            self.rules.add_response("describe_rule", rule, {"Name": "changes"})
            told = {"Targets": list(targets)} if targets else {}
            self.rules.add_response("list_targets_by_rule", told, {"Rule": "changes"})
        found = {"EventSourceMappings": [mapping] if mapping else []}
        self.sources.add_response("list_event_source_mappings", found)

    def __enter__(self) -> Aws:
        self.rules.activate()
        self.sources.activate()
        return self

    def __exit__(self, *_unused: object) -> None:
        self.rules.assert_no_pending_responses()
        self.sources.assert_no_pending_responses()


def test_everything_is_made_and_check_mode_makes_nothing() -> None:
    for check_mode in (True, False):
        aws = Aws()
        aws.has()
        if not check_mode:
            pattern = json.dumps(event_pattern(), separators=(",", ":"))
            put = {"Name": "changes", "EventPattern": pattern, "State": "ENABLED", "Description": WANTED.description}
            aws.rules.add_response("put_rule", {"RuleArn": "arn:aws:events:us-east-1:111122223333:rule/changes"}, put)
            target = {"Rule": "changes", "Targets": [{"Id": TARGET_ID, "Arn": QUEUE}]}
            aws.rules.add_response("put_targets", {"FailedEntryCount": 0, "FailedEntries": []}, target)
            made = {"FunctionName": "enrol", "EventSourceArn": QUEUE, **WANTED.mapping_document()}
            aws.sources.add_response("create_event_source_mapping", MAPPING, made)
        with aws:
            outcome = watch(aws.events, aws.functions, WANTED, check_mode)
        assert outcome.changed
        assert outcome.before == {"rule": None, "target": None, "mapping": None}


def test_nothing_is_done_when_all_is_there() -> None:
    aws = Aws()
    others = {"Id": "somebody", "Arn": QUEUE}
    aws.has(RULE, [others, {"Id": TARGET_ID, "Arn": QUEUE}], MAPPING)
    with aws:
        assert not watch(aws.events, aws.functions, WANTED, False).changed


def test_a_disabled_mapping_and_a_changed_limit_are_put_right() -> None:
    aws = Aws()
    aws.has(RULE, [{"Id": TARGET_ID, "Arn": QUEUE}], {**MAPPING, "State": "Disabled", "ScalingConfig": {}})
    aws.sources.add_response(
        "update_event_source_mapping", MAPPING, {"UUID": MAPPING["UUID"], **WANTED.mapping_document()}
    )
    with aws:
        assert watch(aws.events, aws.functions, WANTED, False).changed


def test_a_role_that_is_not_known_everywhere_yet_is_waited_for() -> None:
    aws, waited = Aws(), []
    aws.has(RULE, [{"Id": TARGET_ID, "Arn": QUEUE}])
    said = "The provided execution role does not have permissions to call ReceiveMessage on SQS"
    aws.sources.add_client_error("create_event_source_mapping", "InvalidParameterValueException", said, 400)
    aws.sources.add_response("create_event_source_mapping", MAPPING)
    with aws:
        assert watch(aws.events, aws.functions, WANTED, False, waited.append).changed
    assert waited == [5]


def test_other_refusals_of_lambda_are_told_at_once() -> None:
    aws = Aws()
    aws.has(RULE, [{"Id": TARGET_ID, "Arn": QUEUE}])
    said = "Queue visibility timeout: 30 seconds is less than Function timeout: 120 seconds"
    aws.sources.add_client_error("create_event_source_mapping", "InvalidParameterValueException", said, 400)
    with aws, pytest.raises(AwsError, match="visibility timeout"):
        watch(aws.events, aws.functions, WANTED, False)


def test_a_target_that_was_refused_within_a_good_answer_is_told() -> None:
    aws = Aws()
    aws.has(RULE, [], MAPPING)
    failed = {"TargetId": TARGET_ID, "ErrorCode": "ConcurrentModificationException", "ErrorMessage": "later"}
    aws.rules.add_response("put_targets", {"FailedEntryCount": 1, "FailedEntries": [failed]})
    with aws, pytest.raises(AwsError, match="ConcurrentModification"):
        watch(aws.events, aws.functions, WANTED, False)


def test_what_is_taken_away_and_what_stays() -> None:
    ours, others = {"Id": TARGET_ID, "Arn": QUEUE}, {"Id": "somebody", "Arn": QUEUE}
    for targets in ([ours], [ours, others]):
        aws = Aws()
        aws.has(RULE, targets, MAPPING)
        aws.rules.add_response("list_targets_by_rule", {"Targets": targets}, {"Rule": "changes"})
        aws.sources.add_response("delete_event_source_mapping", MAPPING, {"UUID": MAPPING["UUID"]})
        removed = {"Rule": "changes", "Ids": [TARGET_ID]}
        aws.rules.add_response("remove_targets", {"FailedEntryCount": 0, "FailedEntries": []}, removed)
        if len(targets) == 1:
            aws.rules.add_response("delete_rule", {}, {"Name": "changes"})
        with aws:
            assert unwatch(aws.events, aws.functions, WANTED, False).changed


def test_what_can_not_be_right_is_told_together() -> None:
    wrong = Watch("changes", BUS, function="enrol", concurrency=1, batch_size=11)
    with pytest.raises(RefusedError) as refused:
        watch(None, None, wrong, False)
    assert len(refused.value.problems) == 4
