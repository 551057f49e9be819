# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Manifests of S3 Batch Operations: rows written and read, and which source bucket a manifest is about.

Source: S3 User Guide, "Specifying a manifest" (no header, UTF-8, no blank line, keys percent-encoded, every row has a
version id or none has; an object without one is the version ``null``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import is_bucket_name
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import NULL_VERSION

CSV_FORMAT = "S3BatchOperations_CSV_20180820"
INVENTORY_FORMAT = "S3InventoryReport_CSV_20161130"
FORMATS = {"csv": CSV_FORMAT, "inventory": INVENTORY_FORMAT}
OUR_FIELDS = ("Bucket", "Key", "VersionId")
KNOWN_FIELDS = ("Bucket", "Key", "VersionId", "Ignore")


class ManifestError(ToldError):
    """A manifest that can't be read as what it is said to be."""


class ObjectVersion(NamedTuple):
    """One object version; ``key`` is decoded, ``version_id`` is ``null`` for the version without an id.

    ``version_id`` is empty only where a manifest has no column for it: then the row means the current version.
    """

    bucket: str
    key: str
    version_id: str


@dataclass(frozen=True)
class ManifestFile:
    """A manifest in S3 as CreateJob takes it; ``kind`` is ``csv`` or ``inventory``, ``fields`` belong to ``csv``."""

    bucket: str
    key: str
    etag: str
    kind: str = "csv"
    fields: tuple[str, ...] = OUR_FIELDS
    version_id: str | None = None


def encode_key(key: str) -> str:
    """Percent-encode a key as manifests want it: everything but unreserved characters and ``/``.

    What results holds no comma, quote or line end, so a row needs no CSV quoting whatever the key is.
    """
    return quote(key, safe="/")


def format_row(version: ObjectVersion) -> str:
    """Give the manifest row, line end included."""
    return f"{version.bucket},{encode_key(version.key)},{version.version_id or NULL_VERSION}\n"


def parse_rows(rows: Iterable[Sequence[str]], fields: Sequence[str]) -> Iterator[ObjectVersion]:
    """Read the split rows of a CSV manifest. Raises :class:`ManifestError` for a row of another shape."""
    places = {name: index for index, name in enumerate(fields)}
    for number, row in enumerate(rows, start=1):
        if len(row) != len(fields):
            raise ManifestError(
                f"Row {number} of the manifest has {len(row)} columns; the fields {', '.join(fields)} "
                f"need {len(fields)}"
            )
        version_id = row[places["VersionId"]] or NULL_VERSION if "VersionId" in places else ""
        yield ObjectVersion(row[places["Bucket"]], unquote(row[places["Key"]], errors="strict"), version_id)


def fields_problem(fields: Sequence[str]) -> str | None:
    """Say what is wrong with the fields of a CSV manifest, or ``None``."""
    unknown = [name for name in fields if name not in KNOWN_FIELDS]
    if unknown:
        return f"fields has {', '.join(unknown)}; known are {', '.join(KNOWN_FIELDS)}"
    named = [name for name in fields if name != "Ignore"]
    if len(set(named)) != len(named):
        return "fields names a column twice"
    missing = [name for name in ("Bucket", "Key") if name not in fields]
    if missing:
        return f"fields lacks {', '.join(missing)}; every manifest needs Bucket and Key"
    return None


def source_of_csv(first_row: Sequence[str], fields: Sequence[str]) -> str:
    """Give the source bucket that the first row of a CSV manifest names. Raises :class:`ManifestError`."""
    if not first_row:
        raise ManifestError("the manifest is empty; a job needs at least one row")
    if len(first_row) != len(fields):
        raise ManifestError(
            f"its first row has {len(first_row)} columns where fields says {', '.join(fields)}; "
            "correct fields or the manifest"
        )
    bucket = first_row[list(fields).index("Bucket")]
    if not is_bucket_name(bucket):
        raise ManifestError(
            f"its first row names {bucket!r} as bucket, which can't be one; a manifest has no header row and no "
            "byte order mark"
        )
    return bucket


def source_of_inventory(document: bytes) -> str:
    """Give the source bucket of an S3 Inventory ``manifest.json``. Raises :class:`ManifestError`."""
    try:
        described: Any = json.loads(document)
    except ValueError:
        raise ManifestError("it is not JSON; give the key of the inventory's manifest.json") from None
    if not isinstance(described, dict) or not isinstance(described.get("sourceBucket"), str):
        raise ManifestError("it has no sourceBucket; give the key of the inventory's manifest.json")
    if described.get("fileFormat") != "CSV":
        raise ManifestError(
            f"the inventory's format is {described.get('fileFormat')}; S3 Batch Operations reads CSV inventories only"
        )
    bucket: str = described["sourceBucket"]
    return bucket


def manifest_object_key(prefix: str, bucket: str, token: str) -> str:
    """Give the name under which a job's manifest is kept; the same job always gets the same name, no other does."""
    folder = prefix.strip("/")
    return f"{folder}/{bucket}/{token}.csv" if folder else f"{bucket}/{token}.csv"
