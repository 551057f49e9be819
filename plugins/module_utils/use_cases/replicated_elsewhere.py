# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a bucket replicated to another destination before, so that COMPLETED does not mean that today's have it.

S3 notes one status for all destinations that there were, and never names them: an object that was replicated to a
destination which was since exchanged is COMPLETED, and a job for what was never replicated passes it by (S3 User Guide,
"Replicating existing objects with Batch Replication"). A few old versions are looked at on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_versions
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_versions import Version
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access

_SAMPLE = 8
_FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass
class Found:
    """``elsewhere``: a rule's destination lacks all that was looked at and is said to be replicated."""

    elsewhere: bool = False
    warnings: list[str] = field(default_factory=list)


def replicated_elsewhere(access: Access, bucket: str, rules: Iterable[Mapping[str, Any]]) -> Found:
    """Look at the oldest versions of the first page of a listing: at most 8, and as many at each destination."""
    client = access.clients("s3")
    try:
        replicated = _replicated(access, client, bucket)
    except AwsError as error:
        return Found(warnings=[_unknown(error)])
    found = Found()
    for rule in rules:
        mine = [version for version in replicated if version.key.startswith(rule["prefix"])]
        if rule["tags"] or not mine:
            continue
        try:
            found.elsewhere = found.elsewhere or not any(_is_there(client, rule["destination"], one) for one in mine)
        except AwsError as error:
            found.warnings.append(_unknown(error))
    return found


def _replicated(access: Access, client: Any, bucket: str) -> list[Version]:
    pages = s3_versions.list_pages(client, bucket, access.account)
    versions = [version for page in islice(pages, 1) for version in page if not version.marker]
    oldest = sorted(versions, key=lambda version: version.modified or _FIRST)[:_SAMPLE]
    return [one for one in oldest if _status(client, bucket, one) == "COMPLETED"]


def _status(client: Any, bucket: str, version: Version) -> str:
    try:
        return s3_versions.get_replication_status(client, bucket, version.key, version.version_id)
    except MissingError:
        return ""


def _is_there(client: Any, bucket: str, version: Version) -> bool:
    try:
        s3_versions.get_replication_status(client, bucket, version.key, version.version_id)
    except MissingError as error:
        if error.code == "NoSuchBucket":
            raise
        return False
    return True


def _unknown(error: AwsError) -> str:
    return (
        f"whether its objects were replicated to another destination before is not known ({error.message}). If they "
        "were, back-fill with statuses: [NONE, FAILED, COMPLETED]"
    )
