# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import (
    AccessDeniedError,
    MissingError,
    ThrottledError,
)


@pytest.fixture
def stubbed() -> Iterator[tuple[Any, Stubber]]:
    """A real client, whose requests are checked against botocore's model, with scripted answers."""
    client = boto3.client("dynamodb", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


def puts(*numbers: int) -> dict[str, Any]:
    requests = [{"PutRequest": {"Item": {"pk": {"S": "p"}, "sk": {"S": str(number)}}}} for number in numbers]
    return {"RequestItems": {"ledger": requests}}


def left(*numbers: int) -> dict[str, Any]:
    return {"UnprocessedItems": puts(*numbers)["RequestItems"]} if numbers else {"UnprocessedItems": {}}


items = st.dictionaries(st.text(min_size=1), st.text() | st.integers(-(2**63), 2**63))


@given(items)
def test_types_are_given_and_taken_off_again(item: dict[str, Any]) -> None:
    assert ledger.from_wire(ledger.to_wire(item)) == item


def test_attributes_that_others_added_do_no_harm() -> None:
    wire: Any = {"a": {"S": "x"}, "b": {"N": "1.5E3"}, "c": {"BOOL": True}, "d": {"L": [{"S": "y"}]}, "e": {"N": "7"}}
    assert ledger.from_wire(wire) == {"a": "x", "b": 1500, "e": 7}


def test_puts_go_25_a_call(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    stubber.add_response("batch_write_item", left(), puts(*range(25)))
    stubber.add_response("batch_write_item", left(), puts(*range(25, 30)))
    assert ledger.put_items(client, "ledger", ({"pk": "p", "sk": str(number)} for number in range(30))) == 30


def test_a_call_never_names_a_key_twice(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    stubber.add_response("batch_write_item", left(), puts(1, 2))
    twice = [{"pk": "p", "sk": "1"}, {"pk": "p", "sk": "2"}, {"pk": "p", "sk": "1"}]
    assert ledger.put_items(client, "ledger", twice) == 2


def test_nothing_to_write_is_no_call(stubbed: tuple[Any, Stubber]) -> None:
    client, _stubber = stubbed
    assert ledger.put_items(client, "ledger", []) == 0
    assert ledger.delete_keys(client, "ledger", []) == 0


def test_what_is_left_unprocessed_is_sent_again_with_growing_pauses(
    stubbed: tuple[Any, Stubber], pauses: list[float]
) -> None:
    client, stubber = stubbed
    stubber.add_response("batch_write_item", left(2, 3), puts(1, 2, 3))
    stubber.add_response("batch_write_item", left(3), puts(2, 3))
    stubber.add_response("batch_write_item", left(), puts(3))
    ledger.put_items(client, "ledger", [{"pk": "p", "sk": str(number)} for number in (1, 2, 3)])
    assert len(pauses) == 2 and pauses[0] < pauses[1]


def test_what_stays_unprocessed_is_an_error_that_says_what_to_do(
    stubbed: tuple[Any, Stubber], pauses: list[float]
) -> None:
    client, stubber = stubbed
    for _unused in range(10):
        stubber.add_response("batch_write_item", left(1), puts(1))
    with pytest.raises(ThrottledError, match=r"1 items unprocessed 10 times.*capacity"):
        ledger.put_items(client, "ledger", [{"pk": "p", "sk": "1"}])
    assert max(pauses) <= 5 and sum(pauses) < 30


def test_deletes_go_25_a_call_in_order(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    for numbers in (range(25), range(25, 27)):
        keys = [{"DeleteRequest": {"Key": {"pk": {"S": "p"}, "sk": {"S": str(number)}}}} for number in numbers]
        stubber.add_response("batch_write_item", left(), {"RequestItems": {"ledger": keys}})
    assert ledger.delete_keys(client, "ledger", (("p", str(number)) for number in range(27))) == 27


def test_a_query_names_no_reserved_word_and_reads_consistently(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    start = {"pk": {"S": "p"}, "sk": {"S": "a1"}}
    asked = {
        "TableName": "ledger",
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :head)",
        "ExpressionAttributeValues": {":pk": {"S": "p"}, ":head": {"S": "a"}},
        "ConsistentRead": True,
        "ExpressionAttributeNames": {"#a0": "sk", "#a1": "size"},
        "ProjectionExpression": "#a0, #a1",
    }
    first = [{"sk": {"S": "a1"}, "size": {"N": "5"}}]
    stubber.add_response("query", {"Items": first, "LastEvaluatedKey": start}, asked)
    stubber.add_response("query", {"Items": [{"sk": {"S": "a2"}}]}, {**asked, "ExclusiveStartKey": start})
    assert list(ledger.query_pages(client, "ledger", "p", "a", ("sk", "size"))) == [
        [{"sk": "a1", "size": 5}],
        [{"sk": "a2"}],
    ]


def test_an_empty_page_in_between_is_not_the_end(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    stubber.add_response("query", {"Items": [], "LastEvaluatedKey": {"pk": {"S": "p"}, "sk": {"S": "a"}}})
    stubber.add_response("query", {"Items": [{"sk": {"S": "b"}}]})
    assert list(ledger.query_pages(client, "ledger", "p")) == [[], [{"sk": "b"}]]


def test_rules_of_one_bucket_are_asked_by_the_whole_name(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    values = {":pk": {"S": "#rules"}, ":head": {"S": "src#"}}
    stubber.add_response(
        "query",
        {"Items": [{"sk": {"S": "src#a#b"}}, {"sk": {"S": "src#c"}}]},
        {
            "TableName": "ledger",
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :head)",
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
            "ExpressionAttributeNames": {"#a0": "sk"},
            "ProjectionExpression": "#a0",
        },
    )
    assert ledger.list_rules(client, "ledger", "src") == [("src", "a#b"), ("src", "c")]


@pytest.mark.parametrize(
    ("operation", "permission"),
    [
        ("query", "dynamodb:Query"),
        ("batch_write_item", "dynamodb:BatchWriteItem"),
        ("describe_table", "dynamodb:DescribeTable"),
    ],
)
def test_a_missing_permission_is_named(stubbed: tuple[Any, Stubber], operation: str, permission: str) -> None:
    client, stubber = stubbed
    stubber.add_client_error(operation, "AccessDeniedException", "No.", 400)
    calls = {
        "query": lambda: ledger.query_page(client, "ledger", "p"),
        "batch_write_item": lambda: ledger.put_items(client, "ledger", [{"pk": "p", "sk": "s"}]),
        "describe_table": lambda: ledger.check(client, "ledger"),
    }
    with pytest.raises(AccessDeniedError, match="ledger table ledger") as caught:
        calls[operation]()
    assert caught.value.permission == permission


def test_a_table_that_is_gone_is_no_empty_one(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    stubber.add_client_error("query", "ResourceNotFoundException", "Requested resource not found", 400)
    with pytest.raises(MissingError, match="no such table in us-east-1"):
        ledger.query_page(client, "ledger", "p")
