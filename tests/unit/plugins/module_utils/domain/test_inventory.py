# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.inventory import (
    DataFile,
    InventoryError,
    Rows,
    read_manifest,
    split_url,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.compare_samples import KEYS

# The example of the User Guide, "Locating your inventory list", with shorter values.
SCHEMA = (
    "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass, "
    "IsMultipartUploaded, ReplicationStatus, EncryptionStatus"
)
MANIFEST: dict[str, Any] = {
    "sourceBucket": "invoices",
    "destinationBucket": "arn:aws:s3:::inventories",
    "version": "2016-11-30",
    "creationTimestamp": "1514944800000",
    "fileFormat": "CSV",
    "fileSchema": SCHEMA,
    "files": [{"key": "inv/data/1.csv.gz", "size": 2147483647, "MD5checksum": "f1130"}],
}


def manifest(**more: Any) -> bytes:
    """The manifest with other values."""
    return json.dumps({**MANIFEST, **more}).encode()


def test_a_manifest_is_read() -> None:
    found = read_manifest(manifest(), "invoices", all_versions=True)
    assert (found.bucket, found.begun) == ("inventories", "2018-01-03T02:00:00.000Z")
    assert found.files == (DataFile("inv/data/1.csv.gz", "f1130"),)
    assert found.columns[:3] == ("Bucket", "Key", "VersionId")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"{", "no manifest.json"),
        (b"[]", "no manifest.json"),
        (json.dumps({**MANIFEST, "files": 3}).encode(), "no manifest.json"),
        (manifest(creationTimestamp="soon"), "no manifest.json"),
        (manifest(fileFormat="ORC"), "its format is ORC; only CSV can be read"),
        (manifest(fileFormat="Parquet"), "its format is Parquet"),
        (manifest(sourceBucket="photos"), "about bucket photos, not about invoices"),
        (
            manifest(fileSchema="Bucket, Key, Size"),
            "lacks LastModifiedDate, VersionId, .* include all versions",
        ),
    ],
)
def test_what_is_no_use_is_refused_with_the_reason(document: bytes, said: str) -> None:
    with pytest.raises(InventoryError, match=said):
        read_manifest(document, "invoices", all_versions=True)


def test_current_versions_need_no_columns_of_versions() -> None:
    schema = "Bucket, Key, Size, LastModifiedDate, ETag"
    rows = Rows(read_manifest(manifest(fileSchema=schema), "invoices", all_versions=False))
    found = rows.entry(["invoices", "a", "3", "2026-01-02T03:04:05.000Z", "e"])
    assert found == Entry("a", "null", False, True, "2026-01-02T03:04:05.000Z", 3, "e")


def rows() -> Rows:
    """Reads rows of all columns."""
    return Rows(read_manifest(manifest(), "invoices", all_versions=True))


def row(key: str, *more: str) -> list[str]:
    """A row of all columns."""
    given = more or ("v1", "true", "false", "3", "2026-01-02T03:04:05.000Z", "e", "STANDARD", "false", "", "SSE-S3")
    return ["invoices", key, *given]


@given(KEYS)
def test_keys_are_decoded_however_they_are_encoded(key: str) -> None:
    assert rows().entry(row(quote(key, safe=""))).key == key
    assert rows().entry(row(quote_plus(key))).key == key


def test_a_row_tells_status_and_encryption() -> None:
    found = rows().entry(row("a"))
    assert (found.version_id, found.latest, found.status, found.encryption) == ("v1", True, "NONE", "SSE-S3")
    complete = row("a", "", "false", "true", "", "2026-01-02T03:04:05.000Z", "", "", "", "COMPLETE", "")
    found = rows().entry(complete)
    assert (found.version_id, found.latest, found.marker, found.size) == ("null", False, True, 0)
    assert found.status == "COMPLETED"


NO_SIZE = ("v1", "true", "false", "x", "2026-01-02T03:04:05.000Z", "e", "STANDARD", "false", "", "")


@pytest.mark.parametrize("bad", [["invoices", "a"], row("%ff"), row("a", *NO_SIZE), []])
def test_a_row_of_another_form_is_an_error(bad: list[str]) -> None:
    with pytest.raises(InventoryError):
        rows().entry(bad)


def test_urls() -> None:
    assert split_url("s3://inventories/a/b c") == ("inventories", "a/b c")
    for wrong in ("inventories/a", "s3://inventories", "s3://inventories/", "s3://In/a", "https://inventories/a"):
        with pytest.raises(InventoryError, match="not of the form"):
            split_url(wrong)
