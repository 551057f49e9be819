# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that the lab holds and our roles could change, as plain data: python -m shared.snapshot writes it to a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from shared import aws

FILE = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"], "snapshot.json")

_BUCKET_SETTINGS = (
    "get_bucket_versioning",
    "get_bucket_encryption",
    "get_public_access_block",
    "get_bucket_ownership_controls",
    "get_bucket_policy",
    "get_bucket_tagging",
    "get_bucket_replication",
    "get_bucket_notification_configuration",
    "get_bucket_lifecycle_configuration",
)


def snapshot() -> dict[str, Any]:
    """Buckets, queues, tables and jobs of both Regions, and the IAM roles."""
    roles = [role for page in aws.pages("iam", "list_roles") for role in page["Roles"]]
    found = {"roles": {role["RoleName"]: _role(role["RoleName"]) for role in roles}, "buckets": _buckets()}
    for region in (aws.US, aws.EU):
        urls = [url for page in aws.pages("sqs", "list_queues", region) for url in page.get("QueueUrls", [])]
        tables = [name for page in aws.pages("dynamodb", "list_tables", region) for name in page["TableNames"]]
        found[region] = {
            "queues": [_queue(url.rsplit("/", 1)[1], region) for url in sorted(urls)],
            "tables": {name: _table(name, region) for name in tables},
            "jobs": _jobs(region),
        }
    as_stored: dict[str, Any] = json.loads(json.dumps(found, default=str, sort_keys=True))
    return as_stored


def _role(name: str) -> dict[str, Any]:
    iam = aws.client("iam")
    role = iam.get_role(RoleName=name)["Role"]
    role.pop("RoleLastUsed", None)
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return {"role": role, "inline": aws.inline_policies(name), "attached": attached}


def _buckets() -> dict[str, Any]:
    s3 = aws.client("s3")
    found = {}
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        region = s3.get_bucket_location(Bucket=name)["LocationConstraint"] or aws.US
        there = aws.client("s3", region)
        settings = {what: _setting(there, what, name) for what in _BUCKET_SETTINGS}
        versions = [[*version, etag] for version, etag in sorted(aws.versions(name, region).items())]
        found[name] = {"region": region, "versions": versions, **settings}
    return found


def _setting(s3: Any, operation: str, bucket: str) -> Any:
    answer = aws.said(getattr(s3, operation), Bucket=bucket)
    return answer and {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def _queue(name: str, region: str) -> dict[str, Any]:
    attributes = aws.queue(name, region)
    settled = {key: value for key, value in attributes.items() if not key.startswith(("Approximate", "LastModified"))}
    tags = aws.client("sqs", region).list_queue_tags(QueueUrl=attributes["Url"]).get("Tags", {})
    return {**settled, "messages": aws.waiting(attributes), "tags": tags}


def _table(name: str, region: str) -> dict[str, Any]:
    dynamodb = aws.client("dynamodb", region)
    table = dynamodb.describe_table(TableName=name)["Table"]
    return {
        "table": {key: value for key, value in table.items() if key not in ("ItemCount", "TableSizeBytes")},
        "items": sorted(aws.items(name, region), key=str),
        "expiry": dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"],
        "backups": dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"][
            "PointInTimeRecoveryDescription"
        ]["PointInTimeRecoveryStatus"],
        "tags": dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"]).get("Tags", []),
    }


def _jobs(region: str) -> list[dict[str, Any]]:
    # Newest first, and few enough for one page
    found = aws.client("s3control", region).list_jobs(AccountId=aws.ACCOUNT, MaxResults=1000)["Jobs"]
    return [{"id": job["JobId"], "status": job["Status"]} for job in found]


if __name__ == "__main__":
    FILE.write_text(json.dumps(snapshot()), encoding="utf-8")
