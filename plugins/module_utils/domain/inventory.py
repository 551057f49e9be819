# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3 Inventory lists in CSV: what a ``manifest.json`` names, and what a row says of a version.

Source: S3 User Guide, "Amazon S3 Inventory list" (columns; keys are URL-encoded in CSV files) and "Locating your
inventory list" (``manifest.json``, files with their MD5 digests).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_of
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import NULL_VERSION, Entry
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import canonical_time, from_datetime

_NEEDED = ("Bucket", "Key", "Size", "LastModifiedDate")
_OF_VERSIONS = ("VersionId", "IsLatest", "IsDeleteMarker")
_HOW = "let the inventory configuration include"


class InventoryError(ToldError):
    """An inventory that can't be read as what it is said to be."""


@dataclass(frozen=True)
class DataFile:
    """One file of an inventory."""

    key: str
    md5: str


@dataclass(frozen=True)
class Inventory:
    """A ``manifest.json``: the bucket it is about, the one it lies in, when S3 began it, its columns and files."""

    source: str
    bucket: str
    begun: str
    columns: tuple[str, ...]
    files: tuple[DataFile, ...]


def split_url(url: str) -> tuple[str, str]:
    """Give bucket and key of ``s3://bucket/key``. Raises :class:`InventoryError`."""
    bucket, _slash, key = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://") or not key or bucket_of(bucket) != bucket:
        raise InventoryError(f"{url!r} is not of the form s3://bucket/key")
    return bucket, key


def read_manifest(document: bytes, bucket: str, all_versions: bool) -> Inventory:
    """Read the manifest of an inventory of ``bucket``. Raises :class:`InventoryError`."""
    try:
        described: Any = json.loads(document)
        found = Inventory(
            source=str(described["sourceBucket"]),
            bucket=str(bucket_of(described["destinationBucket"]) or ""),
            begun=from_datetime(datetime.fromtimestamp(int(described["creationTimestamp"]) / 1000, UTC)),
            columns=tuple(name.strip() for name in str(described["fileSchema"]).split(",")),
            files=tuple(DataFile(str(one["key"]), str(one["MD5checksum"])) for one in described["files"]),
        )
        format_ = described["fileFormat"]
    except (ValueError, KeyError, TypeError, OverflowError, OSError) as error:
        raise InventoryError(f"it is no manifest.json of an S3 Inventory ({error!r})") from None
    problem = _problem(found, format_, bucket, all_versions)
    if problem:
        raise InventoryError(problem)
    return found


def _problem(found: Inventory, format_: Any, bucket: str, all_versions: bool) -> str | None:
    if format_ != "CSV":
        return f"its format is {format_}; only CSV can be read: choose CSV in the inventory configuration"
    if found.source != bucket:
        return f"it is about bucket {found.source}, not about {bucket}"
    needed = (*_NEEDED, *(_OF_VERSIONS if all_versions else ()))
    missing = [name for name in needed if name not in found.columns]
    if missing:
        hint = "all versions" if set(missing) & set(_OF_VERSIONS) else ""
        fields = [name for name in missing if name not in _OF_VERSIONS]
        return f"it lacks {', '.join(missing)}; {_HOW} {' and '.join([*([hint] if hint else []), *fields])}"
    return None


class Rows:
    """Reads rows of an inventory as versions."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._places = {name: place for place, name in enumerate(inventory.columns)}

    def entry(self, row: Sequence[str]) -> Entry:
        """Give the version. Raises :class:`InventoryError`."""
        if len(row) != len(self._inventory.columns):
            raise InventoryError(
                f"a row has {len(row)} columns where the manifest names {len(self._inventory.columns)}"
            )
        marker = self._of(row, "IsDeleteMarker").lower() == "true"
        try:
            return Entry(
                key=unquote_plus(self._of(row, "Key"), errors="strict"),
                version_id=self._of(row, "VersionId") or NULL_VERSION,
                marker=marker,
                # An inventory of current versions has no such column: all of them are.
                latest=self._of(row, "IsLatest", "true").lower() == "true",
                modified=canonical_time(self._of(row, "LastModifiedDate")),
                size=0 if marker else int(self._of(row, "Size")),
                etag="" if marker else self._of(row, "ETag").strip('"'),
                status=self._status(row),
                encryption=self._of(row, "EncryptionStatus"),
            )
        except ValueError as error:
            raise InventoryError(f"a row can't be read ({error}): {','.join(row)[:200]}") from None

    def _status(self, row: Sequence[str]) -> str:
        """Give the replication status, ``NONE`` where it is told that there is none, empty where nothing is told."""
        if "ReplicationStatus" not in self._places:
            return ""
        status = self._of(row, "ReplicationStatus") or "NONE"
        return "COMPLETED" if status == "COMPLETE" else status

    def _of(self, row: Sequence[str], name: str, default: str = "") -> str:
        place = self._places.get(name)
        return default if place is None else row[place]
