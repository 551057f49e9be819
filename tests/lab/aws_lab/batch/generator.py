# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests that S3 generates: which versions of the source bucket a JobManifestGeneratorFilter lets through.

S3 API Reference, JobManifestGeneratorFilter and KeyNameConstraint; S3 User Guide, "Replicating existing objects with
Batch Replication": all eligible versions are listed, and a PENDING object matches none of the statuses one can ask for.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aws_lab import store
from aws_lab.batch import manifest
from aws_lab.batch.model import Row
from aws_lab.replication import kms, selection
from aws_lab.store import Version

Filter = Mapping[str, Any]
Test = Callable[[Version], bool]
_CONTENT_FILTERS = (
    "ObjectSizeGreaterThanBytes", "ObjectSizeLessThanBytes", "MatchAnyStorageClass", "MatchAnyObjectEncryption",
)  # fmt: skip
_STATUS = {None: "NONE", "COMPLETE": "COMPLETED"}


def rows(bucket: str, wanted: Filter) -> list[Row]:
    """The rows of the generated manifest, by key, newest version first."""
    found = matching(bucket, wanted)
    return [Row(bucket, version.key, version.version_id, manifest.encoded_key(version.key)) for version in found]


def matching(bucket: str, wanted: Filter) -> Iterator[Version]:
    """The versions that pass the filter, delete markers too where they are eligible for replication."""
    tests = list(_tests(wanted))
    return (version for version in store.versions(bucket) if all(test(version) for test in tests))


def _tests(wanted: Filter) -> Iterator[Test]:
    if wanted.get("EligibleForReplication"):
        yield lambda version: bool(selection.for_batch(version))
    if not wanted.get("EligibleForReplication") or any(name in wanted for name in _CONTENT_FILTERS):
        yield lambda version: not version.is_delete_marker
    yield from _about_time(wanted)
    yield from _about_key(wanted.get("KeyNameConstraint") or {})
    yield from _about_content(wanted)
    if "ObjectReplicationStatuses" in wanted:
        yield lambda version: _STATUS.get(version.status, version.status) in wanted["ObjectReplicationStatuses"]


def _about_time(wanted: Filter) -> Iterator[Test]:
    if "CreatedAfter" in wanted:
        after = _moment(wanted["CreatedAfter"])
        yield lambda version: version.notes.created > after
    if "CreatedBefore" in wanted:
        before = _moment(wanted["CreatedBefore"])
        yield lambda version: version.notes.created < before


def _about_key(names: Mapping[str, list[str]]) -> Iterator[Test]:
    if "MatchAnyPrefix" in names:
        yield lambda version: version.key.startswith(tuple(names["MatchAnyPrefix"]))
    if "MatchAnySuffix" in names:
        yield lambda version: version.key.endswith(tuple(names["MatchAnySuffix"]))
    if "MatchAnySubstring" in names:
        yield lambda version: any(part in version.key for part in names["MatchAnySubstring"])


def _about_content(wanted: Filter) -> Iterator[Test]:
    if "ObjectSizeGreaterThanBytes" in wanted:
        yield lambda version: version.size > wanted["ObjectSizeGreaterThanBytes"]
    if "ObjectSizeLessThanBytes" in wanted:
        yield lambda version: version.size < wanted["ObjectSizeLessThanBytes"]
    if "MatchAnyStorageClass" in wanted:
        yield lambda version: version.storage_class in wanted["MatchAnyStorageClass"]
    if "MatchAnyObjectEncryption" in wanted:
        yield lambda version: any(_encrypted_so(version, kind) for kind in wanted["MatchAnyObjectEncryption"])


def _encrypted_so(version: Version, wanted: Mapping[str, Mapping[str, Any]]) -> bool:
    ((kind, details),) = wanted.items()
    if kind != _encryption(version):
        return False
    if "KmsKeyArn" in details and _key_arn(version) != details["KmsKeyArn"]:
        return False
    return details.get("BucketKeyEnabled", version.uses_bucket_key) is version.uses_bucket_key


def _encryption(version: Version) -> str:
    # Since January 2023 S3 encrypts with SSE-S3 what is written without any encryption; MiniStack notes nothing then.
    return "SSES3" if version.encryption_type == "NOT-SSE" else version.encryption_type.replace("-", "")


def _key_arn(version: Version) -> str | None:
    key = kms.find(version.kms_key or "", account=version.owner, region=store.region(version.bucket) or "")
    return key.arn if key else None


def _moment(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()
