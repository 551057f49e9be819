# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copying an object onto a key so that the copy differs in nothing but its version: the requests for it.

``head`` is HeadObject's answer for the version that is copied (S3 API Reference, HeadObject, CopyObject,
CreateMultipartUpload, UploadPartCopy). S3 refuses to copy an object onto itself without any change; replacing the
metadata, be it by the same, is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

# S3 API Reference, CopyObject: up to 5 GB in one call, above that UploadPartCopy. 5 GiB is what S3 takes.
LARGEST_COPY = 5 * 1024**3
# User Guide, "Amazon S3 multipart upload limits": 10,000 parts of 5 MiB to 5 GiB.
PART_BYTES = 512 * 1024**2
_MOST_PARTS = 10_000
_KEPT = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Metadata",
    "WebsiteRedirectLocation",
    "ServerSideEncryption",
    "SSEKMSKeyId",
    "BucketKeyEnabled",
    "ObjectLockLegalHoldStatus",
)
_ASLEEP = frozenset(["GLACIER", "DEEP_ARCHIVE"])
_CHECKSUMS = (
    "SHA512",
    "SHA256",
    "SHA1",
    "CRC64NVME",
    "CRC32C",
    "CRC32",
    "MD5",
    "XXHASH128",
    "XXHASH64",
    "XXHASH3",
)


def kept(head: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Give what a copy has to be told to be as its source. Tags and a checksum CopyObject takes along by itself.

    A version that was restored from an archive class becomes STANDARD: whoever works with the copy has to read it.
    """
    request = {name: head[name] for name in _KEPT if head.get(name)}
    if head.get("Expires"):
        request["Expires"] = head["Expires"]
    storage_class = head.get("StorageClass")
    if storage_class and storage_class not in _ASLEEP:
        request["StorageClass"] = storage_class
    until = head.get("ObjectLockRetainUntilDate")
    # A date that has passed holds nothing any more, and S3 refuses it.
    if head.get("ObjectLockMode") and until is not None and until > now:
        request |= {"ObjectLockMode": head["ObjectLockMode"], "ObjectLockRetainUntilDate": until}
    return request


def unkeepable(head: Mapping[str, Any]) -> str | None:
    """Say what of a version no copy can have; ``None`` when it can have all."""
    if head.get("SSECustomerAlgorithm"):
        return "it is encrypted with a key of the customer's own (SSE-C), which only the customer can give"
    if head.get("MissingMeta"):
        return f"{head['MissingMeta']} entries of its metadata can't be read over HTTP and would be lost"
    if head.get("ExpiresString") and not head.get("Expires"):
        return f"its Expires header, {head['ExpiresString']!r}, is no date and would be lost"
    return None


def checksum(head: Mapping[str, Any]) -> dict[str, str]:
    """Give the algorithm and the type for an upload in parts, from a HEAD with the checksum mode on."""
    for algorithm in _CHECKSUMS:
        if head.get(f"Checksum{algorithm}"):
            kind = head.get("ChecksumType")
            return {"ChecksumAlgorithm": algorithm, **({"ChecksumType": kind} if kind else {})}
    return {}


def asleep(head: Mapping[str, Any]) -> str | None:
    """Name the archive class or tier that keeps a version from being read; ``None`` when it can be read."""
    if head.get("ArchiveStatus"):
        return str(head["ArchiveStatus"])
    restored = 'ongoing-request="false"' in str(head.get("Restore") or "")
    return str(head["StorageClass"]) if head.get("StorageClass") in _ASLEEP and not restored else None


def ranges(size: int, part_bytes: int = PART_BYTES) -> Iterator[tuple[int, str]]:
    """Give part numbers and the ranges of bytes for UploadPartCopy."""
    each = max(part_bytes, -(-size // _MOST_PARTS))
    for number in range(-(-size // each)):
        yield number + 1, f"bytes={number * each}-{min(size, (number + 1) * each) - 1}"


def archive_keys(key: str, input_prefix: str, archive_prefixes: tuple[str, ...]) -> list[str]:
    """Say where a workload may have moved an object: ``input/a.csv`` to ``archive/a.csv``."""
    rest = key.removeprefix(input_prefix)
    return [prefix + rest for prefix in archive_prefixes if prefix + rest != key]
