# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.ledger import from_wire, to_wire
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import (
    Pointer,
    Request,
    claimed,
    from_item,
    to_item,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.runbook import pointer
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error

EAST, WEST = "us-east-1", "eu-west-1"


class Table:
    """A global table: conditions on the revision, Regions that do not answer. ``rival`` acts before the next write."""

    def __init__(self, kept: Pointer | None = None) -> None:
        self.item: dict[str, Any] = {}
        self.down: set[str] = set()
        self.asked: list[str] = []
        self.writes = 0
        self.rival: Any = None
        if kept is not None:
            self.keep(kept)

    def keep(self, kept: Pointer) -> None:
        there = {name: value for name, value in to_item(kept).items() if value is not None}
        self.item = {"name": {"S": "shop"}, "mine": {"S": "stays"}, **to_wire(there)}

    def read(self) -> Pointer:
        return from_item("shop", from_wire(self.item))

    def client(self, region: str) -> Any:
        self.asked.append(region)
        if region in self.down:
            raise EndpointConnectionError(endpoint_url=f"https://dynamodb.{region}.amazonaws.com")
        return self

    def get_item(self, **request: Any) -> dict[str, Any]:
        assert request["Key"] == {"name": {"S": "shop"}} and request["ConsistentRead"]
        return {"Item": dict(self.item)} if self.item else {}

    def update_item(self, **request: Any) -> None:
        if self.rival:
            act, self.rival = self.rival, None
            act()
        values, names = request["ExpressionAttributeValues"], request["ExpressionAttributeNames"]
        there, condition = self.item.get("revision"), request["ConditionExpression"]
        as_read = "#revision = :was" in condition and there == values[":was"]
        if not as_read and not ("attribute_not_exists(#revision)" in condition and there is None):
            raise client_error("ConditionalCheckFailedException", "UpdateItem")
        sets, _between, removes = request["UpdateExpression"].removeprefix("SET ").partition(" REMOVE ")
        for part in sets.split(", "):
            place, value = part.split(" = ")
            self.item[names.get(place, place)] = values[value]
        for place in removes.split(", "):
            self.item.pop(place, None)
        self.item["name"] = request["Key"]["name"]
        self.writes += 1


def run(table: Table, monkeypatch: pytest.MonkeyPatch, target: str = WEST, **changes: Any) -> dict[str, Any]:
    monkeypatch.setattr(pointer, "_client", table.client)
    events = {"target_region": target, "table": "state", "name": "shop", "table_regions": [EAST, WEST]}
    return pointer.set_pointer({**events, "by": "Automation x", "seconds": 0.2, "delay": 0.01, **changes}, None)


def test_it_is_set_once_and_read_as_the_module_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(Pointer("shop", EAST, "2026-01-01T00:00:00.000Z", "setup", revision=7, settings={"pairs": 2}))
    assert run(table, monkeypatch) == {"changed": True, "table_region": EAST}
    found = table.read()
    assert (found.active_region, found.previous_region, found.revision, found.by) == (WEST, EAST, 8, "Automation x")
    assert found.since > "2026-01-01T00:00:00.000Z" and len(found.since) == len("2026-01-01T00:00:00.000Z")
    assert found.settings == {"pairs": 2} and table.item["mine"] == {"S": "stays"}
    assert run(table, monkeypatch) == {"changed": False, "table_region": EAST} and table.writes == 1


def test_one_that_was_never_set(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table()
    assert run(table, monkeypatch)["changed"]
    assert (table.read().active_region, table.read().previous_region, table.read().revision) == (WEST, "", 1)


def test_the_next_replica_takes_it_when_the_first_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(Pointer("shop", EAST, revision=1))
    table.down = {EAST}
    assert run(table, monkeypatch) == {"changed": True, "table_region": WEST}
    table.down = {EAST, WEST}
    with pytest.raises(RuntimeError, match=r"does not say us-east-1: us-east-1: .*; eu-west-1: "):
        run(table, monkeypatch, target=EAST)


def test_without_replicas_the_target_region_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(Pointer("shop", EAST, revision=1))
    run(table, monkeypatch, table_regions=[])
    assert set(table.asked) == {WEST}


def test_a_change_to_elsewhere_that_is_under_way_is_not_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Pointer("shop", EAST, revision=3)
    theirs = claimed(kept, Request("ap-south-1", "ann", "claim"), time.time()).pointer
    table = Table(theirs)
    with pytest.raises(PermissionError, match="is being changed to ap-south-1 by ann"):
        run(table, monkeypatch)
    assert table.writes == 0
    table.keep(claimed(kept, Request("ap-south-1", "ann", "claim"), time.time() - 901).pointer)
    assert run(table, monkeypatch)["changed"], "it was left behind"
    assert table.read().claim is None


def test_a_change_to_the_same_region_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = claimed(Pointer("shop", EAST, revision=3), Request(WEST, "ann", "claim"), time.time()).pointer
    table = Table(kept)
    assert run(table, monkeypatch)["changed"]
    assert table.read().active_region == WEST and table.read().claim is None
    table.keep(claimed(table.read(), Request(WEST, "ann", "claim"), time.time()).pointer)
    since = table.read().since
    assert run(table, monkeypatch)["changed"] and table.read().claim is None
    assert table.read().since == since and table.read().previous_region == EAST, "it said so already"


def test_a_rival_write_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(Pointer("shop", EAST, revision=3))
    table.rival = lambda: table.keep(Pointer("shop", EAST, revision=4, settings={"new": True}))
    assert run(table, monkeypatch)["changed"]
    assert (table.read().active_region, table.read().revision, table.read().settings) == (WEST, 5, {"new": True})
