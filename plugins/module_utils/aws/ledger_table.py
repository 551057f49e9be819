# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that make and shape the ledger's table. Clients are low-level boto3 DynamoDB clients."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import call

Tags = dict[str, str]


def create_table(client: Any, request: dict[str, Any]) -> None:
    """CreateTable. Raises :class:`ConflictError` when it is being made already."""
    with call(f"create the ledger table {request['TableName']}", "dynamodb:CreateTable"):
        client.create_table(**request)


def update_table(client: Any, table: str, change: dict[str, Any]) -> None:
    """UpdateTable with one change; DynamoDB takes one at a time."""
    with call(f"change the ledger table {table}", "dynamodb:UpdateTable"):
        client.update_table(TableName=table, **change)


def expiry_attribute(client: Any, table: str) -> str:
    """DescribeTimeToLive: the attribute by which items expire, ``""`` when none do."""
    with call(f"read the time to live of table {table}", "dynamodb:DescribeTimeToLive"):
        answer = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    on = answer.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    return str(answer.get("AttributeName", "")) if on else ""


def set_expiry_attribute(client: Any, table: str, attribute: str) -> None:
    """UpdateTimeToLive."""
    with call(f"set the time to live of table {table}", "dynamodb:UpdateTimeToLive"):
        client.update_time_to_live(
            TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute}
        )


def has_point_in_time_recovery(client: Any, table: str) -> bool:
    """DescribeContinuousBackups: whether the table can be restored to any second of the last weeks."""
    with call(f"read the backups of table {table}", "dynamodb:DescribeContinuousBackups"):
        answer = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    return bool(answer.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED")


def set_point_in_time_recovery(client: Any, table: str, enabled: bool) -> None:
    """UpdateContinuousBackups. Answers ContinuousBackupsUnavailableException while a new table is being prepared."""
    with call(f"set point-in-time recovery of table {table}", "dynamodb:UpdateContinuousBackups"):
        client.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
        )


def list_tags(client: Any, arn: str) -> Tags:
    """ListTagsOfResource, all pages."""
    tags: Tags = {}
    request = {"ResourceArn": arn}
    while True:
        with call(f"read the tags of table {arn}", "dynamodb:ListTagsOfResource"):
            answer = client.list_tags_of_resource(**request)
        tags.update({tag["Key"]: tag["Value"] for tag in answer.get("Tags", [])})
        if not answer.get("NextToken"):
            return tags
        request["NextToken"] = answer["NextToken"]


def add_tags(client: Any, arn: str, tags: Tags) -> None:
    """TagResource."""
    with call(f"tag the table {arn}", "dynamodb:TagResource"):
        client.tag_resource(ResourceArn=arn, Tags=wire_tags(tags))


def wire_tags(tags: Tags) -> list[dict[str, str]]:
    """Give tags the API's shape."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
