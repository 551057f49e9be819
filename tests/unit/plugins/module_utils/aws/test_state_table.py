# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.state_table import (
    Index,
    describe,
    drop_mark,
    get,
    query_status,
    scan_attributes,
    scan_statuses,
    set_mark,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_marks import BEGUN, RESTARTED, Mark

KEY = {"id": {"S": "7"}, "part": {"N": "1"}}
LATER = {"id": {"S": "8"}, "part": {"N": "1"}}
OLD = Mark("r1", 1, BEGUN, "2026-01-31T12:00:00.000Z", "s", "v1")
NEW = Mark("r2", 1, RESTARTED, "2026-01-31T12:01:00.000Z", "s", "v1")


@pytest.fixture
def dynamodb() -> Any:
    return boto3.client("dynamodb", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


def keys(*names: str) -> list[dict[str, str]]:
    kinds = [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]
    return kinds[::-1]  # the order is not promised


def test_a_table_and_its_indexes(dynamodb: Any) -> None:
    table = {
        "TableStatus": "ACTIVE",
        "KeySchema": keys("id", "part"),
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "state", "AttributeType": "N"},
        ],
        "GlobalSecondaryIndexes": [
            {"IndexName": "global", "KeySchema": keys("state", "id"), "Projection": {"ProjectionType": "ALL"}}
        ],
        "LocalSecondaryIndexes": [
            {"IndexName": "local", "KeySchema": keys("id"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
        ],
    }
    with Stubber(dynamodb) as stub:
        stub.add_response("describe_table", {"Table": table}, {"TableName": "t"})
        found = describe(dynamodb, "t")
    assert (found.status, found.keys) == ("ACTIVE", ("id", "part"))
    assert found.indexes["global"] == Index("state", "N", ("state", "id"), True, True)
    assert found.indexes["local"] == Index("id", "S", ("id",), False, False)


def test_no_table_is_missing_and_not_empty(dynamodb: Any) -> None:
    with Stubber(dynamodb) as stub:
        stub.add_client_error("describe_table", "ResourceNotFoundException")
        with pytest.raises(MissingError, match="the table t in eu-west-1"):
            describe(dynamodb, "t")


def test_every_page_of_a_scan_strongly_consistent_by_text_and_number(dynamodb: Any) -> None:
    request = {
        "TableName": "t",
        "FilterExpression": "#s IN (:s0, :s1, :s2)",
        "ExpressionAttributeNames": {"#s": "status"},
        "ExpressionAttributeValues": {":s0": {"S": "3"}, ":s1": {"S": "x"}, ":s2": {"N": "3"}},
        "ConsistentRead": True,
    }
    with Stubber(dynamodb) as stub:
        stub.add_response("scan", {"Items": [KEY], "LastEvaluatedKey": KEY}, request)
        stub.add_response("scan", {"Items": [], "LastEvaluatedKey": LATER}, {**request, "ExclusiveStartKey": KEY})
        stub.add_response("scan", {"Items": [KEY]}, {**request, "ExclusiveStartKey": LATER})
        assert list(scan_statuses(dynamodb, "t", "status", ["3", "x"])) == [KEY, KEY]
        more = {"ProjectionExpression": "#a0", "ExpressionAttributeNames": {"#a0": "k"}, "ConsistentRead": True}
        stub.add_response("scan", {"Items": [KEY]}, {"TableName": "t", **more})
        assert list(scan_attributes(dynamodb, "t", ["k"])) == [KEY]


@pytest.mark.parametrize("is_global", [True, False])
def test_a_query_is_as_consistent_as_the_index_allows(dynamodb: Any, is_global: bool) -> None:
    request = {
        "TableName": "t",
        "IndexName": "index",
        "KeyConditionExpression": "#s = :s",
        "ExpressionAttributeNames": {"#s": "state"},
        "ExpressionAttributeValues": {":s": {"N": "3"}},
        "ConsistentRead": not is_global,
    }
    about = Index("state", "N", ("state",), True, is_global)
    with Stubber(dynamodb) as stub:
        stub.add_response("query", {"Items": [KEY], "LastEvaluatedKey": KEY}, request)
        stub.add_response("query", {"Items": [KEY]}, {**request, "ExclusiveStartKey": KEY})
        assert list(query_status(dynamodb, "t", "index", about, "3")) == [KEY, KEY]


def test_one_item(dynamodb: Any) -> None:
    request = {"TableName": "t", "Key": KEY, "ConsistentRead": True}
    with Stubber(dynamodb) as stub:
        stub.add_response("get_item", {"Item": KEY}, request)
        stub.add_response("get_item", {}, request)
        assert get(dynamodb, "t", KEY) == KEY and get(dynamodb, "t", KEY) is None


@pytest.mark.parametrize("holds", [True, False])
def test_a_mark_is_written_only_where_everything_is_as_it_was(dynamodb: Any, holds: bool) -> None:
    first = {
        "TableName": "t",
        "Key": KEY,
        "UpdateExpression": "SET #m = :new",
        "ConditionExpression": "#a0 = :a0 AND attribute_exists(#k) AND attribute_not_exists(#m)",
        "ExpressionAttributeNames": {"#a0": "status", "#m": "mark", "#k": "id"},
        "ExpressionAttributeValues": {":a0": {"S": "STARTED"}, ":new": OLD.wire()},
    }
    second = {
        "TableName": "t",
        "Key": KEY,
        "UpdateExpression": "SET #m = :new",
        "ConditionExpression": "#m = :seen",
        "ExpressionAttributeNames": {"#m": "mark"},
        "ExpressionAttributeValues": {":seen": OLD.wire(), ":new": NEW.wire()},
    }
    with Stubber(dynamodb) as stub:
        for request in (first, second):
            if holds:
                stub.add_response("update_item", {}, request)
            else:
                stub.add_client_error("update_item", "ConditionalCheckFailedException", expected_params=request)
        assert set_mark(dynamodb, "t", KEY, "mark", None, OLD, {"status": {"S": "STARTED"}}) is holds
        assert set_mark(dynamodb, "t", KEY, "mark", OLD, NEW, {}) is holds


@pytest.mark.parametrize("holds", [True, False])
def test_a_mark_is_taken_away_only_where_it_is_ones_own(dynamodb: Any, holds: bool) -> None:
    request = {
        "TableName": "t",
        "Key": KEY,
        "UpdateExpression": "REMOVE #m",
        "ConditionExpression": "#m = :seen",
        "ExpressionAttributeNames": {"#m": "mark"},
        "ExpressionAttributeValues": {":seen": OLD.wire()},
    }
    with Stubber(dynamodb) as stub:
        if holds:
            stub.add_response("update_item", {}, request)
        else:
            stub.add_client_error("update_item", "ConditionalCheckFailedException", expected_params=request)
        drop_mark(dynamodb, "t", KEY, "mark", OLD)
        stub.assert_no_pending_responses()
