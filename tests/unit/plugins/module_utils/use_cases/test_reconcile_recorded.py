# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.state_table import Table
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import Layout
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_uploads import ALWAYS, NEVER
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_recorded import recorded
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import Stage
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.reconcile_runs import COPYING, SENDING

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ITEM = {"key": {"S": "a+b"}, "day": {"S": "2026-01-31"}, "time": {"S": "12:00:00"}}
LAYOUT = Layout(key_encoding="url", start=("day", "time"))


@pytest.fixture
def stub() -> Iterator[tuple[Stubber, Stage]]:
    client: Any = boto3.client("dynamodb", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield stubber, Stage(client, None, Table("batch-state", "ACTIVE", ("id",), {}))


def asked(*names: str) -> dict[str, Any]:
    named = {f"#a{number}": name for number, name in enumerate(names)}
    return {
        "TableName": "batch-state",
        "ProjectionExpression": ", ".join(named),
        "ExpressionAttributeNames": named,
        "ConsistentRead": True,
    }


def test_key_start_and_mark_are_asked_for_and_every_page_is_read(stub: tuple[Stubber, Stage]) -> None:
    request, last = asked("key", "day", "time", "aws_dr_reconciled"), {"id": {"S": "1"}}
    others = [{}, {"key": {"S": "%ff"}}, {"key": {"BOOL": True}}, {"key": {"S": "c"}}]
    stub[0].add_response("scan", {"Items": [ITEM], "LastEvaluatedKey": last}, request)
    stub[0].add_response("scan", {"Items": others}, {**request, "ExclusiveStartKey": last})
    found = list(recorded(stub[1], replace(COPYING, layout=LAYOUT)))
    assert found[0] == ("a b", NOON) and ("c", NEVER) in found


def test_no_attribute_is_asked_for_twice_nor_a_mark_that_does_not_count(stub: tuple[Stubber, Stage]) -> None:
    stub[0].add_response("scan", {"Items": []}, asked("key"))
    assert list(recorded(stub[1], replace(SENDING, layout=Layout(start=("key",))))) == []


def test_without_starts_the_key_is_all(stub: tuple[Stubber, Stage]) -> None:
    request = {**asked("key"), "ProjectionExpression": "#a0", "ExpressionAttributeNames": {"#a0": "key"}}
    stub[0].add_response("scan", {"Items": [ITEM]}, request)
    assert list(recorded(stub[1], replace(COPYING, layout=Layout()))) == [("a+b", ALWAYS)]


def test_a_scan_that_is_denied_is_told(stub: tuple[Stubber, Stage]) -> None:
    stub[0].add_client_error("scan", "AccessDeniedException", http_status_code=400)
    with pytest.raises(AccessDeniedError, match="dynamodb:Scan"):
        list(recorded(stub[1], replace(COPYING, layout=LAYOUT)))
