# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import io
import json
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import (
    OUR_FIELDS,
    ManifestError,
    ObjectVersion,
    encode_key,
    fields_problem,
    format_row,
    manifest_object_key,
    parse_rows,
    source_of_csv,
    source_of_inventory,
)

# Whatever S3 takes as a key: up to 1,024 bytes of UTF-8, control characters, separators and line ends among them.
KEYS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=400).filter(
    lambda key: len(key.encode()) <= 1024
)


@given(key=KEYS, version_id=st.sampled_from(["null", "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY", "a.b_c-d"]))
@example(key="a#b+c%20d e,f\"g'h\n\r\ti\u2028j/k", version_id="null")
@example(key="%2F../+", version_id="v")
@example(key="🪣" * 256, version_id="v")
@example(key="\x00\x01", version_id="v")
def test_any_key_comes_back_from_its_row(key: str, version_id: str) -> None:
    version = ObjectVersion("invoices", key, version_id)
    row = format_row(version)
    assert row.isascii()
    assert row.count("\n") == 1 and row.endswith("\n")
    [columns] = csv.reader(io.StringIO(row, newline=""))
    assert (columns[0], unquote(columns[1]), columns[2]) == version
    assert list(parse_rows([columns], OUR_FIELDS)) == [version]


def test_keys_are_encoded_as_aws_wants_them() -> None:
    # S3 User Guide: percent encoding, a space is %20 and never a plus sign; the slash stays.
    assert encode_key("a b+c/ü~_.-") == "a%20b%2Bc/%C3%BC~_.-"


def test_a_version_without_id_is_the_word_null() -> None:
    assert format_row(ObjectVersion("b-b", "k", "")) == "b-b,k,null\n"


def test_rows_without_a_version_column_mean_the_current_version() -> None:
    assert list(parse_rows([["x", "src", "a%20b"]], ("Ignore", "Bucket", "Key"))) == [ObjectVersion("src", "a b", "")]


def test_a_row_of_another_shape_is_told_with_its_number() -> None:
    with pytest.raises(ManifestError, match="Row 2 of the manifest has 1 columns"):
        list(parse_rows([["src", "a"], ["src"]], ("Bucket", "Key")))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (["Bucket", "Key", "VersionId"], None),
        (["Ignore", "Bucket", "Ignore", "Key"], None),
        (["Bucket", "Key", "Version"], "fields has Version"),
        (["Bucket"], "fields lacks Key"),
        ([], "fields lacks Bucket, Key"),
        (["Bucket", "Key", "Key"], "names a column twice"),
    ],
)
def test_fields(fields: list[str], told: str | None) -> None:
    problem = fields_problem(fields)
    assert problem is None if told is None else told in str(problem)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ([], "is empty"),
        (["src", "k"], "has 2 columns"),
        (["Bucket", "Key", "VersionId"], "no header row"),
        (["\ufeffsrc", "k", "v"], "byte order mark"),
    ],
)
def test_manifests_that_are_none(row: list[str], told: str) -> None:
    with pytest.raises(ManifestError, match=told):
        source_of_csv(row, OUR_FIELDS)


def test_the_source_bucket_is_read_from_the_manifest() -> None:
    assert source_of_csv(["k", "src", "v"], ("Key", "Bucket", "VersionId")) == "src"
    assert source_of_inventory(json.dumps({"sourceBucket": "src", "fileFormat": "CSV"}).encode()) == "src"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (b"src,k,v\n", "not JSON"),
        (b"[]", "no sourceBucket"),
        (b'{"sourceBucket": "src", "fileFormat": "Parquet"}', "Parquet"),
    ],
)
def test_inventories_that_are_none(document: bytes, told: str) -> None:
    with pytest.raises(ManifestError, match=told):
        source_of_inventory(document)


@pytest.mark.parametrize("prefix", ["jobs/manifests", "/jobs/manifests/"])
def test_a_manifest_is_named_by_bucket_and_token(prefix: str) -> None:
    assert manifest_object_key(prefix, "src", "abc-1") == "jobs/manifests/src/abc-1.csv"
    assert manifest_object_key("", "src", "abc-1") == "src/abc-1.csv"
