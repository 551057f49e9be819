# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Object versions by the page, as fast as a process can take them, and a look at one version.

A listing that ends early must never look like a bucket that ends: every page has to say whether it is the last one, and
where the next one begins, or it is an error. botocore sends, signs, retries and decodes; only the versions within an
answer are taken out of it before botocore's parser sees it, by an event that botocore has for such a purpose
(``before-parse``). What the fast way does not know is parsed by botocore.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_verdicts import NONE, Look
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import from_datetime
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.version_page import Page, read_page

with contextlib.suppress(ImportError):  # AnsibleAWSModule reports the missing library
    from botocore.parsers import ResponseParserError

# S3 API Reference, "ListObjectVersions": up to 1,000.
LARGEST_PAGE = 1000
_TAKEN = "AwsDrEntries"
_KEY = attrgetter("key")
# Handlers of the operation of any service run before those of all operations of S3, of which one parses the whole
# document to see whether it is an error. In another order the result is the same, only later.
_EVENT = "before-parse.*.ListObjectVersions"
_READ_HERE = threading.local()


@dataclass(frozen=True)
class Place:
    """Where a listing goes on: behind a key, or with ``version_id`` within it."""

    key: str
    version_id: str = ""


@dataclass(frozen=True)
class VersionPage:
    """A page in the order of its keys. ``next`` is ``None`` where the listing ends."""

    entries: list[Entry]
    next: Place | None


def read_fast(client: Any) -> Any:
    """Let an S3 client read listings of versions the fast way; gives the client."""
    client.meta.events.register(_EVENT, _take_entries, unique_id="aws_dr.s3")
    return client


def _take_entries(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_others: Any) -> None:
    # A thread that compares reads the one side and the other in turn.
    last: Page | None = getattr(_READ_HERE, "page", None)
    if response_dict.get("status_code") == 200 and (page := read_page(response_dict["body"], last)):
        response_dict["body"] = page.rest
        customized_response_dict[_TAKEN] = page.entries
        _READ_HERE.page = page


def list_page(
    client: Any, bucket: str, owner: str | None, prefix: str, after: Place | None, size: int = LARGEST_PAGE
) -> VersionPage:
    """ListObjectVersions: one page, behind ``after``. Raises :class:`AwsError`."""
    request: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix, "MaxKeys": size}
    if owner:
        request["ExpectedBucketOwner"] = owner
    if after and after.key:
        request["KeyMarker"] = after.key
        if after.version_id:
            request["VersionIdMarker"] = after.version_id
    doing = f"list the versions of bucket {bucket}"
    answer = _asked(client, request, doing)
    entries = answer[_TAKEN] if _TAKEN in answer else _entries(answer)
    following = _following(answer, after, doing)
    keys = list(map(_KEY, entries))
    if keys != sorted(keys):
        raise AwsError(doing, "", 0, "the keys of a page are not in order, as those of general purpose buckets are")
    return VersionPage(entries, following)


def _asked(client: Any, request: Mapping[str, Any], doing: str) -> dict[str, Any]:
    """Ask; botocore asks again where the answer is no whole document (S3's documentation expects that to happen)."""
    try:
        with call(doing, "s3:ListBucketVersions"):
            answer: dict[str, Any] = client.list_object_versions(**request)
    except ResponseParserError as error:
        raise AwsError(doing, "", 0, f"the answer can't be read: {error}") from error
    return answer


def _following(answer: Mapping[str, Any], after: Place | None, doing: str) -> Place | None:
    truncated = answer.get("IsTruncated")
    if truncated is False:
        return None
    key, version_id = answer.get("NextKeyMarker"), answer.get("NextVersionIdMarker", "")
    if not truncated or not key:
        raise AwsError(doing, "", 0, "the answer does not say where the listing goes on, or that it ends")
    place = Place(key, version_id)
    if after and (key < after.key or place == after):
        raise AwsError(doing, "", 0, f"the listing goes round in circles at key {key!r}")
    return place


def _entries(answer: Mapping[str, Any]) -> list[Entry]:
    """Give the entries as botocore read them: it has versions and delete markers apart."""
    versions = [_entry(one, False) for one in answer.get("Versions", ())]
    markers = [_entry(one, True) for one in answer.get("DeleteMarkers", ())]
    return sorted([*versions, *markers], key=_KEY)


def _entry(one: Mapping[str, Any], marker: bool) -> Entry:
    return Entry(
        one["Key"],
        one["VersionId"],
        marker,
        bool(one["IsLatest"]),
        from_datetime(one["LastModified"]),
        0 if marker else int(one["Size"]),
        "" if marker else str(one["ETag"]).strip('"'),
    )


def look_at(client: Any, bucket: str, owner: str | None, key: str, version_id: str) -> Look:
    """HeadObject of a version: whether it is there, its replication status, its encryption. Raises :class:`AwsError`.

    Of a delete marker S3 says 405 and no more than that it is one (S3 User Guide, "Working with delete markers").
    """
    request = {"Bucket": bucket, "Key": key, "VersionId": version_id}
    if owner:
        request["ExpectedBucketOwner"] = owner
    try:
        with call(f"look at version {version_id} of s3://{bucket}/{key}", "s3:GetObjectVersion"):
            answer = client.head_object(**request)
    except MissingError:
        return Look(there=False)
    except AwsError as error:
        if error.status == 405:
            return Look()
        raise
    status = str(answer.get("ReplicationStatus") or NONE)
    customer_key = answer.get("SSECustomerAlgorithm")
    return Look(
        status="COMPLETED" if status == "COMPLETE" else status,  # the enum of botocore's model has both
        encryption="SSE-C" if customer_key else str(answer.get("ServerSideEncryption") or NONE),
    )
