# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger's DynamoDB calls: one function a call, typed errors, bounded retries.

Clients are low-level boto3 DynamoDB clients. Items are plain dicts of text and integers (``domain/ledger.py``).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError, ThrottledError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.ledger import (
    KEY_SCHEMA,
    RULES_PARTITION,
    Item,
    rule_of_directory_key,
)

T = TypeVar("T")
Wire = dict[str, dict[str, str]]

BATCH = 25
"""BatchWriteItem takes at most 25 requests (API reference)."""

_TRIES = 10
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 5.0


def to_wire(item: Item) -> Wire:
    """Give an item DynamoDB's types: integers are N, everything else is S."""
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in item.items()}


def from_wire(wire: Wire) -> Item:
    """Take DynamoDB's types off again. Attributes of other types, which others may have added, are left out."""
    item: Item = {}
    for name, typed in wire.items():
        for kind, value in typed.items():
            if kind == "S":
                item[name] = value
            elif kind == "N":
                item[name] = int(float(value)) if "." in value or "E" in value.upper() else int(value)
    return item


def describe(client: Any, table: str) -> dict[str, Any]:
    """DescribeTable. Raises :class:`MissingError` with what to do when there is no such table in the Region."""
    with call(f"describe the ledger table {table}", "dynamodb:DescribeTable"):
        description: dict[str, Any] = client.describe_table(TableName=table)["Table"]
    return description


def check(client: Any, table: str) -> None:
    """Make sure that the table is a ledger and can be used now; raises :class:`ToldError` that says what is wrong."""
    region = client.meta.region_name
    try:
        description = describe(client, table)
    except MissingError as error:
        raise ToldError(
            f"The ledger table {table} does not exist in {region}. Create it (role aws_dr.s3.failure_capture), or "
            f"correct ledger_table or region",
            code=error.code,
        ) from error
    found = {key["AttributeName"]: key["KeyType"] for key in description["KeySchema"]}
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in description["AttributeDefinitions"]}
    if found != KEY_SCHEMA or any(types.get(name) != "S" for name in KEY_SCHEMA):
        shape = ", ".join(f"{name} ({kind}, type {types.get(name)})" for name, kind in found.items())
        raise ToldError(
            f"The table {table} in {region} is not a ledger: its key is {shape}; expected pk (HASH, type S), "
            f"sk (RANGE, type S). Nothing was read or written; correct ledger_table"
        )
    status = description.get("TableStatus")
    if status not in ("ACTIVE", "UPDATING"):
        raise ToldError(f"The ledger table {table} in {region} is {status}; wait until it is ACTIVE")


def put_items(client: Any, table: str, items: Iterable[Item]) -> int:
    """BatchWriteItem puts, 25 a call. When it returns, every item is written; gives their number.

    Items with the same key are written once (DynamoDB refuses a call that names a key twice). ``items`` is read
    lazily. Raises :class:`ThrottledError` when DynamoDB leaves items unprocessed for too long.
    """
    written = 0
    for chunk in _chunks(items):
        by_key = {(item["pk"], item["sk"]): {"PutRequest": {"Item": to_wire(item)}} for item in chunk}
        _write(client, table, list(by_key.values()))
        written += len(by_key)
    return written


def delete_keys(client: Any, table: str, keys: Iterable[tuple[str, str]]) -> int:
    """BatchWriteItem deletes of (pk, sk), 25 a call, in order of the calls. A key that is not there is no error."""
    deleted = 0
    for chunk in _chunks(keys):
        requests = [
            {"DeleteRequest": {"Key": {"pk": {"S": partition}, "sk": {"S": sort_key}}}}
            for partition, sort_key in dict.fromkeys(chunk)
        ]
        _write(client, table, requests)
        deleted += len(requests)
    return deleted


def _chunks(things: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(things)
    while chunk := list(islice(iterator, BATCH)):
        yield chunk


def _write(client: Any, table: str, requests: list[dict[str, Any]]) -> None:
    """One call, and again for what DynamoDB left unprocessed, with growing pauses (Developer Guide, BatchWriteItem)."""
    pause = _FIRST_PAUSE
    for _try in range(_TRIES):
        with call(f"write to the ledger table {table}", "dynamodb:BatchWriteItem"):
            answer = client.batch_write_item(RequestItems={table: requests})
        # Keyed by name or by ARN, as the table was named; there is only one.
        requests = [request for left in answer.get("UnprocessedItems", {}).values() for request in left]
        if not requests:
            return
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
    raise ThrottledError(
        f"write to the ledger table {table}",
        "UnprocessedItems",
        200,
        f"DynamoDB left {len(requests)} items unprocessed {_TRIES} times",
        "Raise the table's capacity or lower concurrency, and run again: what was written stays",
    )


def query_page(
    client: Any,
    table: str,
    partition: str,
    sort_prefix: str = "",
    attributes: tuple[str, ...] = (),
    start: Wire | None = None,
    limit: int | None = None,
) -> tuple[list[Item], Wire | None]:
    """One Query call, strongly consistent: (items in the order of their sort keys, where to go on or None).

    ``attributes`` empty reads all; ``limit`` None reads up to DynamoDB's 1 MB a page.
    """
    request: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk" + (" AND begins_with(sk, :head)" if sort_prefix else ""),
        "ExpressionAttributeValues": {":pk": {"S": partition}},
        # Records that were written a moment ago must be seen: remediation begins right after collecting.
        "ConsistentRead": True,
    }
    if sort_prefix:
        request["ExpressionAttributeValues"][":head"] = {"S": sort_prefix}
    if attributes:
        # Aliased, because DynamoDB reserves hundreds of words ("size", "region", "source" among them).
        request["ExpressionAttributeNames"] = {f"#a{index}": name for index, name in enumerate(attributes)}
        request["ProjectionExpression"] = ", ".join(request["ExpressionAttributeNames"])
    if start:
        request["ExclusiveStartKey"] = start
    if limit:
        request["Limit"] = limit
    try:
        with call(f"query the ledger table {table}", "dynamodb:Query"):
            answer = client.query(**request)
    except MissingError as error:
        raise MissingError(
            error.doing,
            error.code,
            error.status,
            f"there is no such table in {client.meta.region_name}",
            "Correct ledger_table or region; a missing ledger is not an empty one",
        ) from error
    items: list[Any] = answer["Items"]
    for index, wire in enumerate(items):
        items[index] = from_wire(wire)  # in place: a page of a megabyte takes several in memory, so not twice
    return items, answer.get("LastEvaluatedKey")


def query_pages(
    client: Any, table: str, partition: str, sort_prefix: str = "", attributes: tuple[str, ...] = ()
) -> Iterator[list[Item]]:
    """All pages of a partition, or of a prefix within it."""
    start: Wire | None = None
    while True:
        items, start = query_page(client, table, partition, sort_prefix, attributes, start)
        yield items
        if start is None:
            return


def list_rules(client: Any, table: str, bucket: str | None = None) -> list[tuple[str, str]]:
    """(bucket, rule id) of the rules that have, or had, failures, sorted; of one bucket or of all."""
    prefix = f"{bucket}#" if bucket is not None else ""
    return [
        rule_of_directory_key(item["sk"])
        for page in query_pages(client, table, RULES_PARTITION, prefix, ("sk",))
        for item in page
    ]
