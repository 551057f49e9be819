# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3 as far as comparing asks it: listings of versions by the page, looks at versions, rules. In memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry

Json = dict[str, Any]


class _Events:
    def register(self, *_names: Any, **_more: Any) -> None:
        """Take no handler: answers come parsed."""


class _Meta:
    events = _Events()


class FakeS3:
    """Buckets by name. ``heads`` holds what HeadObject says by (bucket, version id); ``spoil`` changes answers."""

    meta = _Meta()

    def __init__(self, **buckets: Iterable[Entry]) -> None:
        self.buckets = {name: sorted(versions, key=lambda one: one.key.encode()) for name, versions in buckets.items()}
        self.heads: dict[tuple[str, str], Json] = {}
        self.rules: dict[str, Json] = {}
        self.calls: list[str] = []
        self.spoil: Callable[[Mapping[str, Any], Json], Json] = lambda request, answer: answer
        self._lock = threading.Lock()

    def list_object_versions(self, **request: Any) -> Json:
        """One page."""
        with self._lock:
            self.calls.append("ListObjectVersions")
        if request["Bucket"] not in self.buckets:
            raise refusal("NoSuchBucket", 404)
        versions = [one for one in self.buckets[request["Bucket"]] if one.key.startswith(request["Prefix"])]
        key, version_id = request.get("KeyMarker", ""), request.get("VersionIdMarker")
        first = next((at for at, one in enumerate(versions) if one.key > key), len(versions))
        if version_id:
            first = 1 + next(at for at, one in enumerate(versions) if (one.key, one.version_id) == (key, version_id))
        page = versions[first : first + request["MaxKeys"]]
        answer: Json = {"IsTruncated": first + len(page) < len(versions)}
        if answer["IsTruncated"]:
            answer |= {"NextKeyMarker": page[-1].key, "NextVersionIdMarker": page[-1].version_id}
        answer["Versions"] = [_shown(one) for one in page if not one.marker]
        answer["DeleteMarkers"] = [_shown(one) for one in page if one.marker]
        return self.spoil(request, answer)

    def head_object(self, **request: Any) -> Json:
        """A version: what ``heads`` has of it, else what the bucket has."""
        with self._lock:
            self.calls.append("HeadObject")
        bucket, key, version_id = request["Bucket"], request["Key"], request["VersionId"]
        if (bucket, version_id) in self.heads:
            answer = self.heads[bucket, version_id]
            if "raise" in answer:
                raise refusal(answer["raise"], int(answer["raise"]))
            return answer
        found = next((one for one in self.buckets[bucket] if (one.key, one.version_id) == (key, version_id)), None)
        if found is None:
            raise refusal("404", 404)
        if found.marker:
            raise refusal("405", 405)
        return {"ServerSideEncryption": "AES256"}

    def get_bucket_replication(self, Bucket: str) -> Json:  # noqa: N803 - boto3's name
        """The rules."""
        if Bucket not in self.rules:
            raise refusal("ReplicationConfigurationNotFoundError", 404)
        return {"ReplicationConfiguration": self.rules[Bucket]}


def refusal(code: str, status: int) -> ClientError:
    """S3's error."""
    answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Anything")


def _shown(one: Entry) -> Json:
    shown = {
        "Key": one.key,
        "VersionId": one.version_id,
        "IsLatest": one.latest,
        "LastModified": datetime.fromisoformat(one.modified),
    }
    return shown if one.marker else {**shown, "Size": one.size, "ETag": f'"{one.etag}"'}
