# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The DynamoDB calls of the pointer to the active Region: one function a call, typed errors.

Clients are low-level boto3 DynamoDB clients of a Region that has a replica of the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.ledger import from_wire, to_wire
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import KEY, Item

_NO_TABLE = "The role aws_dr.s3.failover_setup makes it; or correct table or regions"


def get(client: Any, table: str, name: str) -> Item | None:
    """GetItem, consistent: the pointer's attributes; ``None`` when there is none. Raises :class:`AwsError`."""
    doing = f"read the pointer {name} in table {table} in {client.meta.region_name}"
    try:
        with call(doing, "dynamodb:GetItem"):
            answer = client.get_item(TableName=table, Key={KEY: {"S": name}}, ConsistentRead=True)
    except MissingError as error:
        raise MissingError(doing, error.code, error.status, error.said, _NO_TABLE) from error
    return from_wire(answer["Item"]) if answer.get("Item") else None


def put(client: Any, table: str, name: str, attributes: Mapping[str, Any], revision: int) -> None:
    """UpdateItem where the item's revision still is ``revision`` (0: none yet); ``None`` removes an attribute.

    Attributes of others stay. Raises :class:`ConflictError` when somebody else was quicker, :class:`AwsError`.
    """
    names = {f"#{number}": attribute for number, attribute in enumerate(attributes)}
    values = {attribute: value for attribute, value in attributes.items() if value is not None}
    wired = to_wire(values)
    placed = {f":{place[1:]}": wired[attribute] for place, attribute in names.items() if attribute in values}
    sets = ", ".join(f"{place} = :{place[1:]}" for place, attribute in names.items() if attribute in values)
    removes = ", ".join(place for place, attribute in names.items() if attribute not in values)
    unchanged = "#was = :was" if revision else "attribute_not_exists(#was) OR #was = :was"
    with call(f"write the pointer {name} in table {table} in {client.meta.region_name}", "dynamodb:UpdateItem"):
        client.update_item(
            TableName=table,
            Key={KEY: {"S": name}},
            UpdateExpression=f"SET {sets}" + (f" REMOVE {removes}" if removes else ""),
            ConditionExpression=unchanged,
            ExpressionAttributeNames={**names, "#was": "revision"},
            ExpressionAttributeValues={**placed, ":was": {"N": str(revision)}},
        )


def delete(client: Any, table: str, name: str, revision: int) -> None:
    """DeleteItem where the item's revision still is ``revision``. Raises :class:`ConflictError`, :class:`AwsError`."""
    with call(f"delete the pointer {name} in table {table} in {client.meta.region_name}", "dynamodb:DeleteItem"):
        client.delete_item(
            TableName=table,
            Key={KEY: {"S": name}},
            ConditionExpression="#was = :was" if revision else "attribute_not_exists(#was) OR #was = :was",
            ExpressionAttributeNames={"#was": "revision"},
            ExpressionAttributeValues={":was": {"N": str(revision)}},
        )
