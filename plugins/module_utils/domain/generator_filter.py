# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of manifests that S3 generates itself, from a module's options to CreateJob's JobManifestGeneratorFilter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import canonical_time

# Statuses of JobManifestGeneratorFilter; it knows no PENDING (botocore, s3control).
REPLICATION_STATUSES = ("COMPLETED", "FAILED", "NONE", "REPLICA")
# Batch Replication does not read GLACIER and DEEP_ARCHIVE, but a filter may name them.
STORAGE_CLASSES = (
    "DEEP_ARCHIVE",
    "GLACIER",
    "GLACIER_IR",
    "INTELLIGENT_TIERING",
    "ONEZONE_IA",
    "STANDARD",
    "STANDARD_IA",
)
# Members of the union ObjectEncryptionFilter, by the names that S3 calls them.
ENCRYPTIONS = {"DSSE-KMS": "DSSEKMS", "NOT-SSE": "NOTSSE", "SSE-C": "SSEC", "SSE-KMS": "SSEKMS", "SSE-S3": "SSES3"}
ENCRYPTION_FILTER = "MatchAnyObjectEncryption"
_WITH_KEY = ("DSSE-KMS", "SSE-KMS")


def build_filters(asked: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Give CreateJob's filter (JSON-able, times as ISO-8601, lists sorted) and all problems of the options."""
    problems: list[str] = []
    filters: dict[str, Any] = {}
    if asked.get("eligible_for_replication") is not None:
        filters["EligibleForReplication"] = asked["eligible_for_replication"]
    filters.update(_times(asked, problems))
    if asked.get("replication_statuses"):
        filters["ObjectReplicationStatuses"] = sorted(set(asked["replication_statuses"]))
    names = _key_names(asked)
    if names:
        filters["KeyNameConstraint"] = names
    filters.update(_sizes(asked, problems))
    if asked.get("storage_classes"):
        filters["MatchAnyStorageClass"] = sorted(set(asked["storage_classes"]))
    if encryption := _encryption(asked, problems):
        filters[ENCRYPTION_FILTER] = [encryption]
    return filters, problems


def _encryption(asked: Mapping[str, Any], problems: list[str]) -> dict[str, Any]:
    """Give the one filter that the list may hold (botocore, s3control: ObjectEncryptionFilterList)."""
    kind, key, bucket_key = asked.get("encryption"), asked.get("kms_key_arn"), asked.get("bucket_key_enabled")
    if key and kind not in _WITH_KEY:
        problems.append(f"kms_key_arn goes with encryption {' or '.join(_WITH_KEY)}, not with {kind or 'none'}")
    if bucket_key is not None and kind != "SSE-KMS":
        problems.append(f"bucket_key_enabled goes with encryption SSE-KMS, not with {kind or 'none'}")
    arn = parse_arn(key) if key else None
    if key and (arn is None or arn.service != "kms" or not arn.resource.startswith("key/")):
        problems.append(f"kms_key_arn {key!r} is not the ARN of a KMS key")
    if not kind:
        return {}
    details = {"KmsKeyArn": key or None, "BucketKeyEnabled": bucket_key}
    return {ENCRYPTIONS[kind]: {name: value for name, value in details.items() if value is not None}}


def _times(asked: Mapping[str, Any], problems: list[str]) -> dict[str, str]:
    times: dict[str, str] = {}
    for option, name in (("created_after", "CreatedAfter"), ("created_before", "CreatedBefore")):
        if asked.get(option) is None:
            continue
        try:
            times[name] = canonical_time(asked[option])
        except ValueError:
            problems.append(f"{option} {asked[option]!r} is not an ISO-8601 time such as 2024-09-05T21:04:32Z")
    if len(times) == 2 and times["CreatedAfter"] >= times["CreatedBefore"]:
        problems.append("created_after is not before created_before: nothing could match")
    return times


def _key_names(asked: Mapping[str, Any]) -> dict[str, list[str]]:
    # The three are lists in the model and documented to hold one entry.
    names = {
        "MatchAnyPrefix": asked.get("key_prefix"),
        "MatchAnySuffix": asked.get("key_suffix"),
        "MatchAnySubstring": asked.get("key_substring"),
    }
    return {name: [text] for name, text in names.items() if text}


def _sizes(asked: Mapping[str, Any], problems: list[str]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    options = (("size_greater_than", "ObjectSizeGreaterThanBytes"), ("size_less_than", "ObjectSizeLessThanBytes"))
    for option, name in options:
        size = asked.get(option)
        if size is None:
            continue
        if size < 0:
            problems.append(f"{option} is {size}; it must not be negative")
        sizes[name] = size
    smallest, limit = sizes.get("ObjectSizeGreaterThanBytes"), sizes.get("ObjectSizeLessThanBytes")
    if smallest is not None and limit is not None and smallest + 1 >= limit:
        problems.append("no size is greater than size_greater_than and less than size_less_than")
    return sizes
