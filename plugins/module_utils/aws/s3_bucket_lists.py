# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sub-resources of a bucket of which it has many, each with an id: one row of a table for each kind, as in
``s3_bucket_settings.py``. Clients are boto3 S3 clients; ``owner`` is sent as ``ExpectedBucketOwner``.

Sources: S3 API reference, "ListBucketMetricsConfigurations" and its like (pages of 100, none of them an error when
there is none); Service Authorization Reference (Delete has no permission of its own).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, call

# S3 takes 1,000 configurations of a kind and gives 100 a page; more pages than this are a list that does not end.
_MOST_PAGES = 100


@dataclass(frozen=True)
class ListSetting:
    """One kind: ``words`` name it to a person, ``operation`` completes boto3's methods, ``may_…`` are IAM actions."""

    words: str
    operation: str
    kind: str
    may_read: str
    may_write: str


INTELLIGENT_TIERING = ListSetting(
    "Intelligent-Tiering configurations",
    "intelligent_tiering_configuration",
    "IntelligentTieringConfiguration",
    "s3:GetIntelligentTieringConfiguration",
    "s3:PutIntelligentTieringConfiguration",
)
METRICS = ListSetting(
    "metrics configurations",
    "metrics_configuration",
    "MetricsConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:PutMetricsConfiguration",
)
ANALYTICS = ListSetting(
    "analytics configurations",
    "analytics_configuration",
    "AnalyticsConfiguration",
    "s3:GetAnalyticsConfiguration",
    "s3:PutAnalyticsConfiguration",
)
INVENTORY = ListSetting(
    "inventory configurations",
    "inventory_configuration",
    "InventoryConfiguration",
    "s3:GetInventoryConfiguration",
    "s3:PutInventoryConfiguration",
)


def get_list(setting: ListSetting, client: Any, bucket: str, owner: str | None = None) -> list[dict[str, Any]]:
    """List all configurations of the kind, page by page; empty when there is none. Raises :class:`AwsError`."""
    request, found = _request(bucket, owner), []
    doing = f"read the {setting.words} of bucket {bucket}"
    for _page in range(_MOST_PAGES):
        with call(doing, setting.may_read):
            answer = getattr(client, f"list_bucket_{setting.operation}s")(**request)
        found += answer.get(f"{setting.kind}List", [])
        if not answer.get("IsTruncated"):
            return found
        request["ContinuationToken"] = answer["NextContinuationToken"]
    raise AwsError(doing, "", 0, f"the list did not end after {_MOST_PAGES} pages")


def put_entry(setting: ListSetting, client: Any, bucket: str, entry: dict[str, Any], owner: str | None = None) -> None:
    """Write one configuration, which replaces the one of its id. Raises :class:`AwsError`."""
    with call(f"write {entry['Id']} of the {setting.words} of bucket {bucket}", setting.may_write):
        getattr(client, f"put_bucket_{setting.operation}")(
            **_request(bucket, owner), Id=entry["Id"], **{setting.kind: entry}
        )


def delete_entry(setting: ListSetting, client: Any, bucket: str, entry_id: str, owner: str | None = None) -> None:
    """Remove one configuration; fine where somebody else was faster. Raises :class:`AwsError`."""
    try:
        with call(f"remove {entry_id} of the {setting.words} of bucket {bucket}", setting.may_write):
            getattr(client, f"delete_bucket_{setting.operation}")(**_request(bucket, owner), Id=entry_id)
    except AwsError as error:
        if error.code != "NoSuchConfiguration":
            raise


def _request(bucket: str, owner: str | None) -> dict[str, Any]:
    return {"Bucket": bucket, **({"ExpectedBucketOwner": owner} if owner else {})}
