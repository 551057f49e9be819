# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.ledger import from_wire, to_wire
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import (
    SWITCHED,
    SWITCHING,
    Claim,
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
        for part in request["UpdateExpression"].removeprefix("SET ").split(", "):
            place, value = part.split(" = ")
            self.item[names[place]] = values[value]
        self.item["name"] = request["Key"]["name"]
        self.writes += 1


def run(table: Table, monkeypatch: pytest.MonkeyPatch, target: str = WEST, **changes: Any) -> dict[str, Any]:
    monkeypatch.setattr(pointer, "_client", table.client)
    events = {"target_region": target, "table": "state", "name": "shop", "table_regions": [EAST, WEST]}
    return pointer.set_pointer({**events, "by": "Automation x", "seconds": 0.2, "delay": 0.01, **changes}, None)


def look(table: Table, monkeypatch: pytest.MonkeyPatch, target: str = WEST, **changes: Any) -> str:
    monkeypatch.setattr(pointer, "_client", table.client)
    events = {"target_region": target, "table": "state", "name": "shop", "table_regions": [EAST, WEST], **changes}
    return str(pointer.refuse_to_undo(events, None)["told"])


def test_it_is_set_once_and_read_as_the_module_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(Pointer("shop", EAST, "2026-01-01T00:00:00.000Z", "setup", revision=7, settings={"pairs": 2}))
    assert run(table, monkeypatch) == {"changed": True, "table_region": EAST}
    found = table.read()
    assert (found.active_region, found.previous_region, found.revision, found.by) == (WEST, EAST, 8, "Automation x")
    assert found.since > "2026-01-01T00:00:00.000Z" and len(found.since) == len("2026-01-01T00:00:00.000Z")
    assert found.settings == {"pairs": 2} and table.item["mine"] == {"S": "stays"}
    assert run(table, monkeypatch) == {"changed": False, "table_region": EAST} and table.writes == 1


def test_a_claim_stays_for_whoever_does_the_rest_and_hinders_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(Pointer("shop", EAST, "2026-01-01T00:00:00.000Z", "setup", revision=7))
    begun = int(time.time())
    run(table, monkeypatch)
    found = table.read()
    assert found.claim is not None and begun <= found.claim.expires <= time.time()
    assert found.claim == Claim(f"{WEST}-7", WEST, "Automation x", found.since, SWITCHED, found.claim.expires)
    rest = claimed(found, Request(WEST, "ann", f"{WEST}-8"), time.time())
    assert rest.joined and rest.pointer.claim is not None and rest.pointer.claim.id == f"{WEST}-7"
    assert claimed(found, Request(EAST, "ann", f"{EAST}-8"), time.time()).taken_over == found.claim
    assert table.item["claim_expires"] == {"N": str(found.claim.expires)}


def test_one_that_says_so_without_a_claim_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(Pointer("shop", WEST, revision=7))
    assert run(table, monkeypatch) == {"changed": False, "table_region": EAST}
    assert table.writes == 0 and table.read().claim is None


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
    claim = table.read().claim
    assert claim is not None and (claim.id, claim.target, claim.by) == (f"{WEST}-3", WEST, "Automation x")


def test_a_change_that_was_left_behind_is_replaced_where_the_pointer_never_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = Pointer("shop", WEST, "2026-01-01T00:00:00.000Z", "setup", revision=3)
    table = Table(claimed(kept, Request(EAST, "ann", "claim"), time.time() - 901).pointer)
    assert run(table, monkeypatch)["changed"], "routes may have been switched to there"
    found = table.read()
    assert found.claim is not None and (found.claim.target, found.claim.stage) == (WEST, SWITCHED)
    assert (found.since, found.by, found.previous_region) == (kept.since, "setup", "")
    assert not run(table, monkeypatch)["changed"]


def test_a_change_to_the_same_region_stays_the_same_one(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request(WEST, "ann", "claim", stage=SWITCHING)
    kept = claimed(Pointer("shop", EAST, revision=3), request, time.time()).pointer
    assert kept.claim is not None
    table = Table(kept)
    assert run(table, monkeypatch)["changed"]
    assert table.read().active_region == WEST and table.read().claim == replace(kept.claim, stage=SWITCHED)
    assert not run(table, monkeypatch)["changed"] and table.writes == 1
    table.keep(replace(table.read(), claim=kept.claim))
    since = table.read().since
    assert run(table, monkeypatch)["changed"] and table.read().claim == replace(kept.claim, stage=SWITCHED)
    assert table.read().since == since and table.read().previous_region == EAST, "it said so already"


def test_the_first_step_refuses_while_it_is_changed_to_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Pointer("shop", EAST, revision=3)
    theirs = Request("ap-south-1", "ann", "claim")
    table = Table(claimed(kept, theirs, time.time()).pointer)
    for down in (set(), {EAST}):
        table.down = down
        with pytest.raises(PermissionError, match=r"Nothing was switched\. .* is being changed to ap-south-1 by ann"):
            look(table, monkeypatch)
    assert "nobody changes shop" in look(table, monkeypatch, target="ap-south-1"), "that one is joined"
    table.keep(claimed(kept, theirs, time.time() - 901).pointer)
    assert "says its table in eu-west-1" in look(table, monkeypatch), "left behind"
    assert "nobody changes shop" in look(Table(), monkeypatch), "never set up"
    assert table.writes == 0


def test_the_first_step_lets_go_on_where_nobody_can_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(claimed(Pointer("shop", EAST), Request("ap-south-1", "ann", "claim"), time.time()).pointer)
    table.down = {EAST, WEST}
    told = look(table, monkeypatch)
    assert told.startswith("nobody knows whether shop is being changed") and EAST in told and WEST in told
    table.asked = []
    look(table, monkeypatch, table_regions=[])
    assert table.asked == [WEST], "without replicas the target Region is asked"


def test_a_rival_write_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(Pointer("shop", EAST, revision=3))
    table.rival = lambda: table.keep(Pointer("shop", EAST, revision=4, settings={"new": True}))
    assert run(table, monkeypatch)["changed"]
    assert (table.read().active_region, table.read().revision, table.read().settings) == (WEST, 5, {"new": True})
