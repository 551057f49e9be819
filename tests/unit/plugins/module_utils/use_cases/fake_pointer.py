# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A global table with one item, in memory: conditions on the revision, Regions that do not answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.active_region import Place
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error


@dataclass
class FakePointers:
    """All replicas hold the same items at once. ``before_write`` runs once, before the next write is looked at.

    Regions in ``dying`` go down with the next write to them, before it or, with ``acts``, after it was done.
    """

    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    before_write: Any = None
    dying: set[str] = field(default_factory=set)
    acts: bool = False

    def place(self, *regions: str) -> Place:
        """Where the use cases find it."""
        return Place("failover-state", lambda region: FakeReplica(self, region), regions or ("us-east-1", "eu-west-1"))


@dataclass
class FakeReplica:
    """The client of one Region."""

    table: FakePointers
    region: str

    @property
    def meta(self) -> Any:
        return SimpleNamespace(region_name=self.region)

    def _asked(self, what: str) -> None:
        self.table.asked.append(f"{what} {self.region}")
        if self.region in self.table.down:
            raise EndpointConnectionError(endpoint_url=f"https://dynamodb.{self.region}.amazonaws.com")
        if self.region in self.table.broken:
            raise client_error("InternalServerError", what, status=500)

    def get_item(self, TableName: str, Key: dict[str, Any], ConsistentRead: bool) -> dict[str, Any]:  # noqa: N803
        self._asked("get")
        assert ConsistentRead
        if TableName != "failover-state":
            raise client_error("ResourceNotFoundException", "GetItem")
        item = self.table.items.get(Key["name"]["S"])
        return {"Item": dict(item)} if item else {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        if self.region in self.table.dying and not self.table.acts:
            self.table.down.add(self.region)
        self._asked("update")
        name = request["Key"]["name"]["S"]
        item = self._checked(name, request)
        names, values = request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
        sets, _unused, removes = request["UpdateExpression"].partition(" REMOVE ")
        for place, value in re.findall(r"(#\d+) = (:\d+)", sets):
            item[names[place]] = values[value]
        for place in re.findall(r"#\d+", removes):
            item.pop(names[place], None)
        self.table.items[name] = {**item, "name": {"S": name}}
        if self.region in self.table.dying:
            self.table.down.add(self.region)
            self._asked("answer of")
        return {}

    def delete_item(self, **request: Any) -> dict[str, Any]:
        self._asked("delete")
        name = request["Key"]["name"]["S"]
        self._checked(name, request)
        del self.table.items[name]
        return {}

    def _checked(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        if self.table.before_write:
            act, self.table.before_write = self.table.before_write, None
            act()
        item = dict(self.table.items.get(name, {}))
        wanted = request["ExpressionAttributeValues"][":was"]
        missing_is_fine = "attribute_not_exists" in request["ConditionExpression"]
        if item.get("revision") != wanted and not (missing_is_fine and "revision" not in item):
            raise client_error("ConditionalCheckFailedException", "UpdateItem")
        return item
