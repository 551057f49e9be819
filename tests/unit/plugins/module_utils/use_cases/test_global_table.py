# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.global_table import Index, Table, ensure
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error

US, EU = "us-east-1", "eu-west-1"


class FakeTables:
    """One table over all Regions. It is busy for one look after each change, and refuses a change meanwhile."""

    def __init__(self) -> None:
        self.table: dict[str, Any] | None = None
        self.regions: list[str] = []
        self.restorable: set[str] = set()
        self.busy = 0
        self.writes: list[str] = []

    def client(self, region: str) -> Any:
        return SimpleNamespace(
            meta=SimpleNamespace(region_name=region),
            describe_table=lambda **_request: self._describe(region),
            create_table=lambda **request: self._create(region, request),
            update_table=lambda **change: self._update(change),
            describe_continuous_backups=lambda **_request: {
                "ContinuousBackupsDescription": {
                    "PointInTimeRecoveryDescription": {
                        "PointInTimeRecoveryStatus": "ENABLED" if region in self.restorable else "DISABLED"
                    }
                }
            },
            update_continuous_backups=lambda **_request: self.restorable.add(region),
        )

    def _describe(self, region: str) -> dict[str, Any]:
        if self.table is None or region not in self.regions:
            raise client_error("ResourceNotFoundException", "DescribeTable")
        self.busy = max(0, self.busy - 1)
        others = [{"RegionName": one, "ReplicaStatus": "ACTIVE"} for one in self.regions if one != region]
        arn = f"arn:aws:dynamodb:{region}:111122223333:table/state"
        status = "UPDATING" if self.busy else "ACTIVE"
        return {"Table": {**self.table, "TableArn": arn, "TableStatus": status, "Replicas": others}}

    def _create(self, region: str, request: dict[str, Any]) -> None:
        self.writes.append("create")
        self.table, self.regions, self.busy = request, [region], 2

    def _update(self, change: dict[str, Any]) -> None:
        if self.busy:
            raise client_error("ResourceInUseException", "UpdateTable")
        del change["TableName"]
        assert self.table is not None
        self.writes.append(", ".join(change))
        for one in change.get("ReplicaUpdates", []):
            self.regions.append(one["Create"]["RegionName"])
        for one in change.get("GlobalSecondaryIndexUpdates", []):
            self.table.setdefault("GlobalSecondaryIndexes", []).append(one["Create"])
        self.busy = 2


ASKED = Table("state", [US, EU], indexes=[Index("by-status", "status")], restorable=True)


def bring(tables: FakeTables, asked: Table = ASKED, check: bool = False, timeout: float = 60) -> Outcome:
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    return ensure(tables.client, asked, check, Patience(timeout, 1, now=lambda: clock[0], sleep=sleep))


def test_made_once_and_found_so() -> None:
    tables = FakeTables()
    planned = bring(tables, check=True)
    assert tables.writes == []
    made = bring(tables)
    assert made.changed
    assert planned.results == made.results
    assert made.results["table"] == {
        "name": "state",
        "regions": [EU, US],
        "indexes": ["by-status"],
        "restorable": [EU, US],
    }
    assert tables.writes == ["create", "ReplicaUpdates"]
    assert not bring(tables).changed


def test_what_is_there_is_extended_from_the_region_that_has_it() -> None:
    tables = FakeTables()
    bring(tables, Table("state", [EU]))
    grown = bring(tables)
    assert (grown.before["regions"], tables.regions) == ([EU], [EU, US])
    assert tables.writes == ["create", "AttributeDefinitions, GlobalSecondaryIndexUpdates", "ReplicaUpdates"]
    assert not bring(tables, Table("state", [US])).changed


def test_another_table_of_that_name_is_refused() -> None:
    tables = FakeTables()
    bring(tables)
    with pytest.raises(RefusedError, match="Name another table"):
        bring(tables, replace(ASKED, partition_key="fileName"))
    with pytest.raises(RefusedError, match="index by-status has the key"):
        bring(tables, replace(ASKED, indexes=[Index("by-status", "state")]))
    with pytest.raises(RefusedError, match="regions is empty"):
        bring(tables, replace(ASKED, regions=[]))


def test_a_wait_that_runs_out_says_where_it_stood() -> None:
    tables = FakeTables()
    with pytest.raises(DeadlineError, match="is UPDATING after 0 s"):
        bring(tables, timeout=0)
