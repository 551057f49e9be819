# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of a manifest. Pure: bytes in, rows out, JobFailure where S3 Batch Operations fails the whole job.

S3 User Guide, "Specifying a manifest", and "Troubleshooting S3 Batch Operations" (InvalidManifestContent): UTF-8
without a byte order mark, no header, no blank lines, as many columns in each row as the specification names, one
bucket, keys URL-encoded. "Unexpected number of task fields" is what real jobs say to rows of another width. A row with
nothing in its VersionId column is no fault of the manifest: its task fails.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from aws_lab.batch.model import JobFailure, Row

_BROKEN_PERCENT = re.compile("%(?![0-9a-fA-F]{2})")
INVALID = "InvalidManifestContent"
GENERATED_FIELDS = ("Bucket", "Key", "VersionId")


@dataclass(frozen=True)
class InventoryFile:
    """One data file of an inventory manifest."""

    key: str
    md5: str


def parse_csv(body: bytes, fields: Sequence[str]) -> list[Row]:
    """The rows of a CSV manifest whose columns are `fields` (Bucket, Key, VersionId, Ignore)."""
    rows = _rows(body, fields)
    _one_bucket(rows)
    return rows


def parse_inventory(body: bytes, read: Callable[[str], bytes]) -> list[Row]:
    """The rows that an inventory's manifest.json leads to. read: gives a data file of the same bucket by its key."""
    fields, files = _inventory_files(body)
    rows: list[Row] = []
    for file in files:
        content = read(file.key)
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != file.md5:
            raise JobFailure(INVALID, f"The MD5 checksum of {file.key} does not match the manifest")
        try:
            rows += _rows(gzip.decompress(content), fields)
        except (OSError, EOFError):
            raise JobFailure(INVALID, "Manifest file is not properly formatted") from None
    if not rows:
        raise JobFailure(INVALID, "Invalid Manifest Content")
    _one_bucket(rows)
    return rows


def decoded_key(encoded: str) -> str | None:
    """The key a row's text stands for; None where it is none: a broken % sequence, or no UTF-8.

    Percent-encoding only: "+" is a plus sign.
    """
    if _BROKEN_PERCENT.search(encoded):
        return None
    try:
        return unquote_to_bytes(encoded).decode("utf-8")
    except UnicodeDecodeError:
        return None


def encoded_key(key: str) -> str:
    """A key as S3 writes it into manifests: percent-encoded, slashes kept."""
    return quote(key, safe="/")


def inventory_manifest(
    source_bucket: str, target_bucket: str, created: float, files: Sequence[dict[str, Any]]
) -> bytes:
    """The manifest.json of a generated manifest, in the shape of S3 Inventory's."""
    document = {
        "sourceBucket": source_bucket,
        "destinationBucket": f"arn:aws:s3:::{target_bucket}",
        "version": "2021-11-30",
        "creationTimestamp": str(int(created * 1000)),
        "fileFormat": "CSV",
        "fileSchema": ", ".join(GENERATED_FIELDS),
        "files": list(files),
    }
    return json.dumps(document, indent=2).encode()


def data_file(rows: Sequence[Row]) -> bytes:
    """The gzipped CSV of a generated manifest: every value in quotes, as S3 Inventory writes it."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows((row.bucket, row.written_key, row.version_id) for row in rows)
    return gzip.compress(text.getvalue().encode(), compresslevel=1, mtime=0)


def _rows(body: bytes, fields: Sequence[str]) -> list[Row]:
    if body.startswith(b"\xef\xbb\xbf"):
        raise JobFailure(INVALID, "Invalid Manifest Content")
    try:
        lines = list(csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise JobFailure(INVALID, "Manifest file is not properly formatted") from None
    if not lines:
        raise JobFailure(INVALID, "Invalid Manifest Content")
    if any(len(line) != len(fields) for line in lines):
        raise JobFailure(INVALID, "Unexpected number of task fields")
    bucket, key = fields.index("Bucket"), fields.index("Key")
    version = fields.index("VersionId") if "VersionId" in fields else None
    return [_row(line[bucket], line[key], None if version is None else line[version]) for line in lines]


def _row(bucket: str, written_key: str, version_id: str | None) -> Row:
    key = decoded_key(written_key)
    if not key or not bucket:
        raise JobFailure(INVALID, "Invalid object key format")
    return Row(bucket, key, version_id, written_key)


def _one_bucket(rows: Sequence[Row]) -> None:
    if len({row.bucket for row in rows}) > 1:
        raise JobFailure(INVALID, "Cannot have more than 1 bucket per Job.")


def _inventory_files(body: bytes) -> tuple[list[str], list[InventoryFile]]:
    try:
        document = json.loads(body)
        fields = [name.strip() for name in document["fileSchema"].split(",")]
        files = [InventoryFile(file["key"], file["MD5checksum"]) for file in document["files"]]
        is_csv = document["fileFormat"] == "CSV"
    except (ValueError, KeyError, TypeError, AttributeError):
        raise JobFailure(INVALID, "Manifest file is not properly formatted") from None
    if not is_csv:
        raise JobFailure(INVALID, "Manifest file is not properly formatted")
    missing = [name for name in ("Bucket", "Key") if name not in fields]
    if missing:
        raise JobFailure(INVALID, f"Required fields are missing in the schema: {', '.join(missing)}")
    return fields, files
