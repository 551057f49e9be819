# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A workload's state table in DynamoDB: described, read page by page, and marked by conditional updates.

Clients are low-level boto3 DynamoDB clients. Items stay as the API gives them: the table is not ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import ConflictError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import Wire
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_marks import Mark

WireItem = dict[str, Wire]
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class Index:
    """An index: its partition key and that key's type, and whether it has all attributes. ``is_global``: not local."""

    partition: str
    partition_type: str
    keys: tuple[str, ...]
    whole: bool
    is_global: bool


@dataclass(frozen=True)
class Table:
    """What DescribeTable says. ``keys`` are the attributes of the primary key."""

    name: str
    status: str
    keys: tuple[str, ...]
    indexes: Mapping[str, Index]


def describe(client: Any, table: str) -> Table:
    """DescribeTable. Raises :class:`MissingError` when there is no such table in the client's Region."""
    with call(f"describe the table {table} in {client.meta.region_name}", "dynamodb:DescribeTable"):
        answer = client.describe_table(TableName=table)["Table"]
    types = {one["AttributeName"]: one["AttributeType"] for one in answer["AttributeDefinitions"]}
    indexes = {}
    for member in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for index in answer.get(member) or ():
            keys = _keys(index["KeySchema"])
            whole = index.get("Projection", {}).get("ProjectionType") == "ALL"
            is_global = member.startswith("Global")
            indexes[index["IndexName"]] = Index(keys[0], types.get(keys[0], "S"), keys, whole, is_global)
    return Table(table, answer["TableStatus"], _keys(answer["KeySchema"]), indexes)


def _keys(schema: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The names of the key's attributes, the partition's first."""
    return tuple(one["AttributeName"] for one in sorted(schema, key=lambda one: one["KeyType"]))


def query_status(client: Any, table: str, index: str, about: Index, status: str) -> Iterator[WireItem]:
    """Query, all pages: the items of one status. Of a local index strongly consistent; AWS has no such read of others.

    DynamoDB Developer Guide, "Using Global Secondary Indexes: Querying".
    """
    request = {
        "TableName": table,
        "IndexName": index,
        "KeyConditionExpression": "#s = :s",
        "ExpressionAttributeNames": {"#s": about.partition},
        "ExpressionAttributeValues": {":s": {about.partition_type: status}},
        "ConsistentRead": not about.is_global,
    }
    with call(f"query the index {index} of the table {table}", "dynamodb:Query"):
        for page in client.get_paginator("query").paginate(**request):
            yield from page["Items"]


def scan_statuses(client: Any, table: str, attribute: str, statuses: Sequence[str]) -> Iterator[WireItem]:
    """Scan, all pages, strongly consistent: the items whose status is one of these, be it text or a number."""
    wires: list[Wire] = [{"S": status} for status in statuses]
    wires += [{"N": status} for status in statuses if _NUMBER.fullmatch(status)]
    values = {f":s{number}": wire for number, wire in enumerate(wires)}
    request = {
        "TableName": table,
        "FilterExpression": f"#s IN ({', '.join(values)})",
        "ExpressionAttributeNames": {"#s": attribute},
        "ExpressionAttributeValues": values,
        "ConsistentRead": True,
    }
    with call(f"scan the table {table}", "dynamodb:Scan"):
        for page in client.get_paginator("scan").paginate(**request):
            yield from page["Items"]


def scan_attributes(client: Any, table: str, attributes: Sequence[str]) -> Iterator[WireItem]:
    """Scan, all pages, strongly consistent: some attributes, no name twice, of every item."""
    named = {f"#a{number}": name for number, name in enumerate(attributes)}
    request = {
        "TableName": table,
        "ProjectionExpression": ", ".join(named),
        "ExpressionAttributeNames": named,
        "ConsistentRead": True,
    }
    with call(f"scan the table {table}", "dynamodb:Scan"):
        for page in client.get_paginator("scan").paginate(**request):
            yield from page["Items"]


def get(client: Any, table: str, key: WireItem) -> WireItem | None:
    """GetItem, strongly consistent; ``None`` when it is gone."""
    with call(f"read an item of the table {table}", "dynamodb:GetItem"):
        item: WireItem | None = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    return item


def set_mark(
    client: Any, table: str, key: WireItem, attribute: str, seen: Mark | None, mark: Mark, same: Mapping[str, Wire]
) -> bool:
    """UpdateItem: write the mark if the item has the mark that was ``seen``, and ``same`` attributes as they were.

    False when it has not. An item that is gone is not made anew.
    """
    named = {f"#a{number}": name for number, name in enumerate(same)}
    values: dict[str, Wire] = {f":a{number}": wire for number, wire in enumerate(same.values())}
    conditions = [f"#a{number} = :a{number}" for number in range(len(same))]
    request = _marked(key, attribute, seen, conditions, named, values)
    values[":new"] = mark.wire()
    try:
        with call(f"mark an item of the table {table}", "dynamodb:UpdateItem"):
            client.update_item(TableName=table, UpdateExpression="SET #m = :new", **request)
    except ConflictError:
        return False
    return True


def drop_mark(client: Any, table: str, key: WireItem, attribute: str, seen: Mark) -> None:
    """UpdateItem: take the mark away if it is the one that was ``seen``."""
    request = _marked(key, attribute, seen, [], {}, {})
    try:
        with call(f"unmark an item of the table {table}", "dynamodb:UpdateItem"):
            client.update_item(TableName=table, UpdateExpression="REMOVE #m", **request)
    except ConflictError:
        return


def _marked(
    key: WireItem,
    attribute: str,
    seen: Mark | None,
    conditions: list[str],
    named: dict[str, str],
    values: dict[str, Wire],
) -> dict[str, Any]:
    """Key and condition of an update: the item is there and has the mark that was seen."""
    named["#m"] = attribute
    if seen is None:
        named["#k"] = next(iter(key))
        conditions = [*conditions, "attribute_exists(#k)", "attribute_not_exists(#m)"]
    else:
        conditions = [*conditions, "#m = :seen"]
        values[":seen"] = seen.wire()
    return {
        "Key": key,
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": named,
        "ExpressionAttributeValues": values,
    }
