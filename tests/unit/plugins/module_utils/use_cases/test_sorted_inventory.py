# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_kinds as kinds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.inventory import InventoryError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import sorted_inventory
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_compare import (
    PairTask,
    SideTask,
    Task,
    compare_buckets,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.sorted_inventory import SortedInventory
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.compare_samples import (
    OLD,
    buckets,
    entry,
    marker,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_listing import FakeS3
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.test_bucket_compare import around

COLUMNS = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, ReplicationStatus"
URL = "s3://inventories/manifest.json"


class FakeObjects(FakeS3):
    """Objects to read besides; ``cut`` shortens the files of inventories."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.objects: dict[str, bytes] = {}

    def put_inventory(self, bucket: str, versions: list[Entry], files: int = 1, folder: str = "") -> str:
        """Write an inventory; gives its URL."""
        listed = []
        for number in range(files):
            lines = "".join(_line(bucket, one) for one in versions[number::files])
            content = gzip.compress(lines.encode())
            self.objects[f"{folder}data/{number}.csv.gz"] = content
            listed.append({"key": f"{folder}data/{number}.csv.gz", "MD5checksum": hashlib.md5(content).hexdigest()})
        described = {
            "sourceBucket": bucket,
            "destinationBucket": "arn:aws:s3:::inventories",
            "creationTimestamp": "1767323100000",  # 2026-01-02T03:05:00Z, between OLD and NEW
            "fileFormat": "CSV",
            "fileSchema": COLUMNS,
            "files": listed,
        }
        self.objects[f"{folder}manifest.json"] = json.dumps(described).encode()
        return f"s3://inventories/{folder}manifest.json"

    def get_object(self, Bucket: str, Key: str, **_more: Any) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """An object as a stream."""
        return {"ETag": "e", "Body": io.BytesIO(self.objects[Key])}


def _line(bucket: str, one: Entry) -> str:
    told = [str(one.latest).lower(), str(one.marker).lower(), str(one.size), one.modified, one.etag, one.status]
    return ",".join(f'"{value}"' for value in [bucket, quote(one.key, safe="/"), one.version_id, *told]) + "\n"


def read(s3: FakeObjects, folder: Path) -> list[Entry]:
    """All of the inventory."""
    inventory = SortedInventory(s3, URL, "one", None, all_versions=True, folder=str(folder))
    try:
        return [version for page in inventory.pages(lambda one: True) for version in page]
    finally:
        inventory.close()


@given(buckets(), st.integers(1, 3), st.integers(1, 3))
def test_an_inventory_in_any_order_is_read_as_a_listing(versions: list[Entry], files: int, run: int) -> None:
    s3 = FakeObjects()
    s3.put_inventory("one", versions[::-1], files)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_inventory, "RUN", run)
        patch.setattr(sorted_inventory, "PAGE", 2)
        patch.setattr(sorted_inventory, "MOST_RUNS", 2)
        found = read(s3, Path("/tmp"))
    assert [one.key for one in found] == [one.key for one in versions]
    assert sorted(found) == sorted(one._replace(status="NONE") for one in versions)


@pytest.mark.parametrize("damage", [lambda body: body[:-9], lambda body: body[:-1] + b"x", lambda body: b"Key\n", None])
def test_a_damaged_file_is_an_error(tmp_path: Path, damage: Any) -> None:
    s3 = FakeObjects()
    s3.put_inventory("one", [entry(f"{number}") for number in range(100)])
    body = s3.objects["data/0.csv.gz"]
    s3.objects["data/0.csv.gz"] = damage(body) if damage else gzip.compress(b"another one,but,whole\n")
    with pytest.raises(InventoryError, match=r"The inventory s3://inventories/manifest.json: its file data/0.csv.gz"):
        read(s3, tmp_path)


def test_a_file_that_was_replaced_by_a_good_one_is_an_error(tmp_path: Path) -> None:
    s3 = FakeObjects()
    s3.put_inventory("one", [entry("a")])
    other = FakeObjects()
    other.put_inventory("one", [])
    s3.objects["data/0.csv.gz"] = other.objects["data/0.csv.gz"]
    with pytest.raises(InventoryError, match="MD5"):
        read(s3, tmp_path)


def pair(source: str | None, destination: str | None = None) -> Task:
    """A task with inventories."""
    sides = SideTask("one", "us-east-1", inventory=source), SideTask("two", "eu-west-1", inventory=destination)
    return Task([PairTask(*sides)], [], concurrency=2)


def test_an_inventory_is_compared_with_a_listing_up_to_its_own_time(tmp_path: Path) -> None:
    new = entry("z", "v9", modified="2026-01-02T03:05:01.000Z")
    versions = [entry("a"), entry("b", status="FAILED"), marker("c"), entry("d")]
    s3 = FakeObjects(one=[], two=[entry("a"), new, marker("c")])
    s3.heads["one", "v1"] = {"ReplicationStatus": "PENDING"}
    url = s3.put_inventory("one", versions)
    (result,) = compare_buckets(around(s3, tmp_path), pair(url)).results["pairs"]
    assert {kind: number for kind, number in result["counts"].items() if number} == {kinds.EQUAL: 2, kinds.MISSING: 2}
    assert result["statuses"]["FAILED"] == 1
    assert s3.calls.count("HeadObject") == 0  # the inventory told the statuses


def test_two_inventories_are_compared_without_a_listing(tmp_path: Path) -> None:
    versions = [entry("a", modified=OLD), entry("b")]
    s3 = FakeObjects()
    urls = s3.put_inventory("one", versions, folder="1/"), s3.put_inventory("two", versions[:1], folder="2/")
    (result,) = compare_buckets(around(s3, tmp_path), pair(*urls)).results["pairs"]
    assert (result["counts"][kinds.EQUAL], result["counts"][kinds.MISSING], s3.calls) == (1, 1, [])
    assert list(tmp_path.iterdir()) == []


def test_an_inventory_of_another_bucket_is_refused(tmp_path: Path) -> None:
    s3 = FakeObjects(two=[])
    url = s3.put_inventory("photos", [])
    with pytest.raises(ToldError, match="it is about bucket photos, not about one"):
        compare_buckets(around(s3, tmp_path), pair(url))
