# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

LEDGER = "aws_dr.s3.replication_failure_ledger"
TEXT_KEYS = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
KEY_SCHEMA = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


def task(**options: Any) -> list[dict[str, Any]]:
    return [{"name": "Ledger", LEDGER: {"ledger_table": "ledger", "wait_delay": 1, **options}}]


def test_a_ledger_is_made_whole_and_stays(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    whole = {"point_in_time_recovery": True, "deletion_protection": True, "tags": {"team": "dr"}}
    dynamodb = aws("dynamodb")

    checked = playbook(tasks=task(**whole), check=True)
    assert checked.last["changed"]
    assert dynamodb.list_tables()["TableNames"] == []

    made = playbook(tasks=task(**whole))
    assert made.last["changed"]
    assert made.last["diff"] == checked.last["diff"]
    table = dynamodb.describe_table(TableName="ledger")["Table"]
    assert table["KeySchema"] == KEY_SCHEMA
    assert sorted(table["AttributeDefinitions"], key=str) == sorted(TEXT_KEYS, key=str)
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"]
    expiry = dynamodb.describe_time_to_live(TableName="ledger")["TimeToLiveDescription"]
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "expires_at")
    backups = dynamodb.describe_continuous_backups(TableName="ledger")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [{"Key": "team", "Value": "dr"}]

    assert not playbook(tasks=task(**whole)).last["changed"]
    assert not playbook(tasks=task()).last["changed"]


def test_a_run_that_was_killed_after_the_table_was_made_is_finished(
    playbook: Callable[..., Any], aws: Callable[..., Any]
) -> None:
    dynamodb = aws("dynamodb")
    dynamodb.create_table(
        TableName="ledger", KeySchema=KEY_SCHEMA, AttributeDefinitions=TEXT_KEYS, BillingMode="PAY_PER_REQUEST"
    )
    run = playbook(tasks=task(point_in_time_recovery=True, tags={"team": "dr"}))
    assert run.last["changed"]
    assert run.last["diff"]["before"] == {"expires_by": "", "point_in_time_recovery": False, "tags": {}}
    assert dynamodb.describe_time_to_live(TableName="ledger")["TimeToLiveDescription"]["AttributeName"] == "expires_at"
    assert not playbook(tasks=task(point_in_time_recovery=True, tags={"team": "dr"})).last["changed"]


@pytest.mark.parametrize("key", ["id", "pk"])
def test_a_table_that_is_something_else_is_refused(
    playbook: Callable[..., Any], aws: Callable[..., Any], key: str
) -> None:
    kind = "N" if key == "pk" else "S"
    aws("dynamodb").create_table(
        TableName="ledger",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert "it is not a ledger" in playbook(tasks=task(), expect=2).last["msg"]


def test_a_missing_permission_is_named(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    iam = aws("iam")
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    policy = {"Effect": "Allow", "Action": ["dynamodb:DescribeTable", "sts:GetCallerIdentity"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=document)
    env = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    run = playbook(tasks=task(), env=env, expect=2)
    assert "dynamodb:CreateTable" in run.last["msg"]
