# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket_lists as lists
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_bucket_lists import ListSetting

ASKED = {"Bucket": "invoices", "ExpectedBucketOwner": "111122223333"}
OWNER = "111122223333"
TARGET = {"S3BucketDestination": {"Bucket": "arn:aws:s3:::lists", "Format": "CSV"}}
ENTRIES: dict[str, dict[str, Any]] = {
    "metrics_configuration": {"Id": "a"},
    "intelligent_tiering_configuration": {
        "Id": "a",
        "Status": "Enabled",
        "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}],
    },
    "analytics_configuration": {"Id": "a", "StorageClassAnalysis": {}},
    "inventory_configuration": {
        "Id": "a",
        "IsEnabled": True,
        "IncludedObjectVersions": "All",
        "Schedule": {"Frequency": "Daily"},
        "Destination": TARGET,
    },
}
SETTINGS = [value for value in vars(lists).values() if isinstance(value, ListSetting)]
IDS = [setting.words for setting in SETTINGS]


@pytest.fixture
def stubbed() -> Iterator[tuple[Any, Stubber]]:
    """A real client, whose requests are checked against botocore's model, with scripted answers."""
    client = boto3.client("s3", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize("setting", SETTINGS, ids=IDS)
def test_all_pages_are_read(stubbed: tuple[Any, Stubber], setting: ListSetting) -> None:
    client, stubber = stubbed
    entry = ENTRIES[setting.operation]
    method, field = f"list_bucket_{setting.operation}s", f"{setting.kind}List"
    stubber.add_response(method, {"IsTruncated": True, "NextContinuationToken": "t", field: [entry]}, ASKED)
    stubber.add_response(method, {"IsTruncated": False, field: [entry]}, {**ASKED, "ContinuationToken": "t"})
    assert lists.get_list(setting, client, "invoices", OWNER) == [entry, entry]
    stubber.add_response(method, {"IsTruncated": False}, {"Bucket": "invoices"})
    assert lists.get_list(setting, client, "invoices") == []


@pytest.mark.parametrize("setting", SETTINGS, ids=IDS)
def test_entries_are_written_and_removed_by_id(stubbed: tuple[Any, Stubber], setting: ListSetting) -> None:
    client, stubber = stubbed
    entry = ENTRIES[setting.operation]
    stubber.add_response(f"put_bucket_{setting.operation}", {}, {**ASKED, "Id": "a", setting.kind: entry})
    lists.put_entry(setting, client, "invoices", entry, OWNER)
    stubber.add_response(f"delete_bucket_{setting.operation}", {}, {**ASKED, "Id": "a"})
    lists.delete_entry(setting, client, "invoices", "a", OWNER)
    stubber.add_client_error(f"delete_bucket_{setting.operation}", "NoSuchConfiguration", "gone", 404)
    lists.delete_entry(setting, client, "invoices", "a", OWNER)
    stubber.add_client_error(f"delete_bucket_{setting.operation}", "NoSuchBucket", "gone", 404)
    with pytest.raises(AwsError, match="NoSuchBucket"):
        lists.delete_entry(setting, client, "invoices", "a", OWNER)


@pytest.mark.parametrize("setting", SETTINGS, ids=IDS)
def test_what_is_denied_names_the_permission(stubbed: tuple[Any, Stubber], setting: ListSetting) -> None:
    client, stubber = stubbed
    stubber.add_client_error(f"list_bucket_{setting.operation}s", "AccessDenied", "Access Denied", 403)
    with pytest.raises(AccessDeniedError) as denied:
        lists.get_list(setting, client, "invoices")
    assert denied.value.permission == setting.may_read


def test_a_list_without_an_end_is_given_up(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    for _page in range(100):
        stubber.add_response("list_bucket_metrics_configurations", {"IsTruncated": True, "NextContinuationToken": "t"})
    with pytest.raises(AwsError, match="did not end"):
        lists.get_list(lists.METRICS, client, "invoices")
