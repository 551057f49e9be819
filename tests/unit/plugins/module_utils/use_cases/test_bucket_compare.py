# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import os
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_kinds as kinds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare import Rules, compare
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import bucket_compare
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_compare import (
    PairTask,
    SideTask,
    Surroundings,
    Task,
    compare_buckets,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.compare_samples import (
    OLD,
    buckets,
    entry,
    marker,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_listing import FakeS3, refusal

NOW = datetime(2026, 1, 2, 3, 5, 5, tzinfo=UTC)  # a minute after OLD
PAIR = PairTask(SideTask("one", "us-east-1"), SideTask("two", "eu-west-1"))
TASK = Task([PAIR], [], concurrency=4)


def around(s3: FakeS3, folder: Any = None, **more: Any) -> Surroundings:
    """Both sides and the task in one S3."""
    return Surroundings(
        lambda region: s3,
        lambda region: s3,
        lambda: (s3, ""),
        str(folder or "/tmp"),
        now=lambda: NOW,
        **{"processes": 1, **more},
    )


def result_of(s3: FakeS3, task: Task = TASK) -> dict[str, Any]:
    """The result of the only pair."""
    (pair,) = compare_buckets(around(s3), task).results["pairs"]
    return dict(pair)


def counted(pair: Mapping[str, Any]) -> dict[str, int]:
    """The kinds that there are."""
    return {kind: number for kind, number in pair["counts"].items() if number}


@settings(max_examples=60)
@given(buckets(), buckets(), st.integers(1, 3), st.integers(1, 6))
def test_however_it_is_split_and_paged_it_is_what_one_listing_says(
    source: list[Entry], destination: list[Entry], page_size: int, concurrency: int
) -> None:
    task = replace(TASK, page_size=page_size, concurrency=concurrency, max_heads=0)
    pair = result_of(FakeS3(one=source, two=destination), task)
    counts, found = compare([source], [destination], Rules())
    questions = [one for one in found if one.kind == kinds.ETAG_QUESTION]
    for one in questions:
        assert one.source and one.destination
        counts[kinds.without_etag(one.source, one.destination)] += 1
    del counts[kinds.ETAG_QUESTION]
    counts[kinds.EQUAL] += counts[kinds.ETAG_NOT_COMPARABLE]
    assert Counter(counted(pair)) == +counts
    assert pair["versions"] == {"source": len(source), "destination": len(destination)}
    listed = [(row["key"], row["version_id"]) for row in pair["differences"]]
    assert listed == sorted(listed)


def many(keys: int) -> list[Entry]:
    """A bucket that is worth splitting."""
    return [entry(f"folder/{number:05}", f"v{number}") for number in range(keys)]


@pytest.mark.parametrize("processes", [1, 3])
def test_a_large_bucket_is_split_and_nothing_is_seen_twice(processes: int, tmp_path: Path) -> None:
    versions = many(3000)
    s3 = FakeS3(one=versions, two=versions[:700] + versions[701:])
    log = tmp_path / "log"

    def noted(request: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        time.sleep(0.002)  # whoever waits is not busy
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"{os.getpid()} {threading.get_ident()} {request['MaxKeys']}\n")
        return answer

    s3.spoil = noted
    task = replace(TASK, page_size=10, concurrency=8)
    (pair,) = compare_buckets(around(s3, processes=processes), task).results["pairs"]
    assert pair["versions"] == {"source": 3000, "destination": 2999}
    assert [row["key"] for row in pair["differences"]] == ["folder/00700"]
    lines = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    listing = {(pid, thread) for pid, thread, size in lines if size == "10"}
    assert len(lines) > 600  # two sides, 300 pages each, and questions where to split
    assert len(listing) > 2
    own = str(os.getpid())
    assert len({pid for pid, _thread in listing}) == processes
    assert (own in {pid for pid, _thread in listing}) == (processes == 1)


def test_while_the_processor_is_busy_nothing_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_compare.Processor, "busy", lambda self: True)
    versions = many(3000)
    s3 = FakeS3(one=versions, two=versions)
    assert result_of(s3, replace(TASK, page_size=10, concurrency=8))["equal"]
    assert s3.calls.count("ListObjectVersions") == 600


@pytest.mark.parametrize("processes", [1, 2])
def test_a_pair_that_fails_in_the_middle_stops_no_other_pair(processes: int) -> None:
    versions = many(500)
    s3 = FakeS3(one=versions, two=versions, three=versions)

    def broken(request: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if request["Bucket"] == "three" and request.get("KeyMarker", "") > "folder/00300":
            raise refusal("AccessDenied", 403)
        return answer

    s3.spoil = broken
    task = replace(TASK, pairs=[replace(PAIR, destination=SideTask("three", "eu-west-1")), PAIR], page_size=10)
    with pytest.raises(ToldError, match=r"1 of 2 pairs could not be compared: one -> three: .*three") as caught:
        compare_buckets(around(s3, processes=processes), task)
    assert [pair["equal"] for pair in caught.value.details["pairs"]] == [False, True]


def test_only_the_first_differences_are_listed_all_are_counted_and_written(tmp_path: Path) -> None:
    versions = many(300)
    s3 = FakeS3(one=versions, two=[])
    file = tmp_path / "differences.csv"
    task = replace(TASK, page_size=10, max_listed=3, output=str(file), max_heads=0)
    outcome = compare_buckets(around(s3, tmp_path), task)
    (pair,) = outcome.results["pairs"]
    assert [row["key"] for row in pair["differences"]] == ["folder/00000", "folder/00001", "folder/00002"]
    assert (pair["differences_total"], pair["bytes_missing"], pair["statuses"]["UNKNOWN"]) == (300, 900, 300)
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["key"] for row in rows} == {one.key for one in versions}
    assert rows[0]["source"] == "one"
    assert outcome.results["output"] == str(file)
    assert list(tmp_path.iterdir()) == [file]


def test_check_mode_writes_no_file(tmp_path: Path) -> None:
    task = replace(TASK, output=str(tmp_path / "differences.csv"))
    outcome = compare_buckets(around(FakeS3(one=many(1), two=[]), tmp_path, check_mode=True), task)
    assert (outcome.changed, outcome.results["equal"], outcome.results["output"]) == (False, False, None)
    assert list(tmp_path.iterdir()) == []


def test_the_lag_is_the_age_of_the_oldest_missing_version() -> None:
    young = entry("b", "v2", modified="2026-01-02T03:05:00.000Z", size=5)
    pair = result_of(FakeS3(one=[entry("a"), young], two=[entry("a")]))
    assert (pair["lag"], pair["bytes_missing"], pair["missing"]) == (5.0, 5, 1)
    assert pair["oldest_missing"] == {"key": "b", "version_id": "v2", "modified": young.modified}
    pair = result_of(FakeS3(one=[entry("a"), young], two=[young]))
    assert pair["lag"] == 60.0


def test_missing_versions_are_looked_at_and_what_came_meanwhile_is_no_difference() -> None:
    versions = [entry("a", "1"), entry("b", "2"), entry("c", "3"), entry("d", "4"), marker("e", "5"), entry("f", "6")]
    s3 = FakeS3(one=versions, two=[])
    s3.heads = {
        ("one", "1"): {"ReplicationStatus": "FAILED"},
        ("one", "2"): {"ReplicationStatus": "COMPLETED"},
        ("two", "2"): {"ReplicationStatus": "REPLICA"},
        ("one", "3"): {"raise": "404"},
        ("one", "4"): {"raise": "403"},
        ("two", "5"): {"raise": "405"},
        ("one", "6"): {"ReplicationStatus": "COMPLETE"},
    }
    outcome = compare_buckets(around(s3), TASK)
    (pair,) = outcome.results["pairs"]
    assert counted(pair) == {kinds.MISSING: 3, kinds.CHANGED_MEANWHILE: 3}
    told = {row["key"]: row["status"] for row in pair["differences"]}
    assert told == {"a": "FAILED", "d": "UNKNOWN", "f": "COMPLETED"}
    assert "could not be looked at" in outcome.warnings[0]


def test_different_etags_mean_something_only_without_kms() -> None:
    one = [entry("a", "1"), entry("b", "2"), entry("c", "3-1", etag="x-1")]
    s3 = FakeS3(one=one, two=[version._replace(etag="other") for version in one])
    s3.heads["two", "2"] = {"ServerSideEncryption": "aws:kms"}
    pair = result_of(s3)
    assert counted(pair) == {kinds.EQUAL: 2, kinds.ETAG_NOT_COMPARABLE: 2, kinds.ETAG: 1}
    assert pair["differences"][0]["key"] == "a"


def test_no_more_versions_are_looked_at_than_allowed() -> None:
    s3 = FakeS3(one=many(50), two=[])
    outcome = compare_buckets(around(s3), replace(TASK, max_heads=7))
    assert s3.calls.count("HeadObject") == 7
    assert "43 versions more than max_heads" in outcome.warnings[0]


def test_the_sources_rules_tell_which_delete_markers_are_to_be_there() -> None:
    s3 = FakeS3(one=[marker("a")], two=[])
    assert counted(result_of(s3)) == {kinds.MISSING_MARKER: 1}
    rule = {
        "ID": "r",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {},
        "Destination": {"Bucket": "arn:aws:s3:::two"},
        "DeleteMarkerReplication": {"Status": "Disabled"},
    }
    s3.rules["one"] = {"Role": "role", "Rules": [rule]}
    assert counted(result_of(s3)) == {kinds.MARKER_NOT_REPLICATED: 1}
    told = replace(TASK, pairs=[replace(PAIR, delete_marker_replication=True)])
    assert counted(result_of(s3, told)) == {kinds.MISSING_MARKER: 1}


def test_prefixes_and_times_select() -> None:
    old = [entry(key, key) for key in ("a/1", "b/1", "c/1")]
    new = [entry("a/2", "a2", modified="2026-01-02T03:05:00.000Z")]
    s3 = FakeS3(one=old + new, two=[])
    for task, expected in (
        (replace(TASK, key_prefixes=["b", "a"]), 3),
        (replace(TASK, pairs=[replace(PAIR, prefix="a/")]), 2),
        (replace(TASK, older_than=30), 3),
        (replace(TASK, since="2026-01-02T03:04:30.000Z"), 1),
    ):
        assert result_of(s3, task)["counts"][kinds.MISSING] == expected


# ---- listings that end early ---------------------------------------------------------------------------------------


def without_token(request: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Says that it goes on and not where."""
    return {name: value for name, value in answer.items() if not name.startswith("Next")}


def without_end(request: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Does not say whether it goes on."""
    return {name: value for name, value in answer.items() if name != "IsTruncated"}


def in_circles(request: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Goes on where it began."""
    return {**answer, "IsTruncated": True, "NextKeyMarker": "folder/00001", "NextVersionIdMarker": "v1"}


@pytest.mark.parametrize("spoil", [without_token, without_end, in_circles])
def test_a_listing_that_ends_early_is_an_error_and_no_difference(spoil: Any) -> None:
    s3 = FakeS3(one=many(100), two=many(100))

    def of_destination(request: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        return spoil(request, answer) if request["Bucket"] == "two" and request["MaxKeys"] > 1 else answer

    s3.spoil = of_destination
    with pytest.raises(ToldError, match="1 of 1 pairs could not be compared: one -> two: Could not list") as told:
        compare_buckets(around(s3), replace(TASK, page_size=10))
    assert told.value.details["equal"] is False
    (pair,) = told.value.details["pairs"]
    assert set(pair) == {"source", "destination", "equal", "error"}


def test_one_pair_that_fails_stops_no_other() -> None:
    s3 = FakeS3(one=many(10), two=many(9))
    other = PairTask(SideTask("one", "us-east-1"), SideTask("gone", "eu-west-1"))
    with pytest.raises(ToldError, match=r"1 of 2 pairs could not be compared: one -> gone: .*NoSuchBucket") as told:
        compare_buckets(around(s3), replace(TASK, pairs=[other, PAIR]))
    gone, compared = told.value.details["pairs"]
    assert "NoSuchBucket" in gone["error"]
    assert counted(compared) == {kinds.EQUAL: 9, kinds.MISSING: 1}
    assert told.value.details["missing"] == 1


def test_pairs_are_told_in_their_order_and_together() -> None:
    s3 = FakeS3(one=[entry("a")], two=[entry("a")], three=[])
    other = PairTask(SideTask("one", "us-east-1"), SideTask("three", "eu-west-1"))
    results = compare_buckets(around(s3), replace(TASK, pairs=[other, PAIR])).results
    assert [pair["equal"] for pair in results["pairs"]] == [False, True]
    assert (results["equal"], results["lag"], results["missing"]) == (False, 60.0, 1)
    assert results["pairs"][0]["oldest_missing"]["modified"] == OLD
