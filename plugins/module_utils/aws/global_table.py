# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables with replicas in several Regions (DynamoDB global tables, version 2019.11.21): one function a call.

Clients are low-level boto3 DynamoDB clients. A table is changed in one of its Regions, one change at a time.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError, call


def describe(client: Any, table: str) -> dict[str, Any] | None:
    """DescribeTable; ``None`` when there is none in the client's Region. Raises :class:`AwsError`."""
    try:
        with call(f"describe table {table} in {client.meta.region_name}", "dynamodb:DescribeTable"):
            description: dict[str, Any] = client.describe_table(TableName=table)["Table"]
    except MissingError:
        return None
    return description


def create(client: Any, request: dict[str, Any]) -> None:
    """CreateTable. Raises :class:`ConflictError` when it is being made already, :class:`AwsError`."""
    with call(f"create table {request['TableName']} in {client.meta.region_name}", "dynamodb:CreateTable"):
        client.create_table(**request)


def update(client: Any, table: str, change: dict[str, Any]) -> None:
    """UpdateTable with one change. Raises :class:`ConflictError` while another one is under way."""
    permission = "dynamodb:CreateTableReplica" if "ReplicaUpdates" in change else "dynamodb:UpdateTable"
    with call(f"change table {table} in {client.meta.region_name}", permission):
        client.update_table(TableName=table, **change)


def is_restorable(client: Any, table: str) -> bool:
    """DescribeContinuousBackups: whether the replica can be restored to any second of the last weeks."""
    with call(f"read the backups of table {table}", "dynamodb:DescribeContinuousBackups"):
        answer = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    return bool(answer.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED")


def make_restorable(client: Any, table: str) -> None:
    """UpdateContinuousBackups, for the replica in the client's Region. Raises :class:`AwsError`."""
    region = client.meta.region_name
    doing = f"enable point-in-time recovery of table {table} in {region}"
    with call(doing, "dynamodb:UpdateContinuousBackups"):
        client.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
