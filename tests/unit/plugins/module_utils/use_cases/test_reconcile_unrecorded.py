# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import Due, Layout
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import (
    Message,
    Task,
    Unrecorded,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_workload import (
    BUCKET,
    NOON,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.reconcile_runs import (
    COPYING,
    EARLIER,
    SENDING,
    Run,
    counted,
    outcomes,
    run_in,
    workload,
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return partial(run_in, str(tmp_path))


class Uploads:
    """Objects of the outage: two that no item names, one that one does, an old one, a young one, folders."""

    def __init__(self) -> None:
        self.lost = workload(1)
        for key, minutes in (
            ("input/x", 30),
            ("input/y ü", 31),
            ("input/old", 600),
            ("input/young", 1),
            ("other/z", 30),
        ):
            self.lost.bucket.put(key, {"t": "1"}, LastModified=NOON - timedelta(minutes=minutes))
        for minutes in (1, 30):
            self.lost.bucket.put(f"input/f{minutes}/", ContentLength=0, LastModified=NOON - timedelta(minutes=minutes))
        self.lost.table.put("done", key="input/0.csv", status="COMPLETED", started=EARLIER)

    def task(self, base: Task = COPYING, restart: bool = True) -> Task:
        wanted = Unrecorded("input/", NOON - timedelta(hours=1), 300, restart)
        return replace(base, bucket=BUCKET, unrecorded=wanted)


def test_objects_that_no_item_names_are_told(run: Run) -> None:
    uploads = Uploads()
    done = run(uploads.lost, uploads.task(restart=False))
    assert counted(done) == {"selected": 1, "restarted": 1, "unrecorded": 2, "unrecorded_too_young": 1}
    assert uploads.lost.bucket.events == ["input/0.csv"]
    told = [row for row in done.results["items"] if row["outcome"] == "unrecorded"]
    assert [row["key"] for row in told] == ["input/x", "input/y ü"]
    assert {row["msg"] for row in told} == {"no item names it"} and told[0]["modified"] == "2026-01-31T11:30:00.000Z"


@pytest.mark.parametrize("check_mode", [False, True])
def test_young_objects_are_counted_told_and_found_when_they_are_older(run: Run, check_mode: bool) -> None:
    uploads = Uploads()
    first = run(uploads.lost, uploads.task(restart=False), check_mode=check_mode)
    assert first.results["counts"]["unrecorded_too_young"] == 1
    assert "left alone: 1. They are younger than 300 seconds" in first.warnings[0]
    assert "Run this again in 300 seconds" in first.warnings[0]
    uploads.lost.seconds = 300
    second = run(uploads.lost, uploads.task(restart=False), check_mode=check_mode)
    assert second.results["counts"]["unrecorded_too_young"] == 0 and second.warnings == []
    assert outcomes(second)["input/young"] == "unrecorded"


def test_young_objects_that_are_recorded_and_copies_of_this_run_are_nobodys_concern(run: Run) -> None:
    uploads = Uploads()
    uploads.lost.table.put("young", key="input/young", status="COMPLETED", started=NOON.isoformat())
    uploads.lost.bucket.put("input/0.csv", {"t": "1"}, LastModified=NOON)
    done = run(uploads.lost, uploads.task())
    assert counted(done) == {"selected": 1, "restarted": 1, "unrecorded": 2, "unrecorded_restarted": 2}
    assert done.warnings == []


def test_young_objects_are_told_when_the_run_fails_too(run: Run) -> None:
    uploads = Uploads()
    uploads.lost.bucket.denied.add("input/x")
    with pytest.raises(ToldError) as failed:
        run(uploads.lost, uploads.task())
    assert "Run this again in 300 seconds" in failed.value.details["warnings"][0]
    assert failed.value.details["counts"]["unrecorded_too_young"] == 1


def at(minutes: float) -> str:
    return (NOON - timedelta(minutes=minutes)).isoformat()


@pytest.mark.parametrize("check_mode", [False, True])
def test_an_upload_under_a_name_that_was_used_before_is_found(run: Run, check_mode: bool) -> None:
    lost = workload(0)
    for key in ("input/daily", "input/twice", "input/known", "input/clocks", "input/mute"):
        lost.bucket.put(key, LastModified=NOON - timedelta(minutes=30))
        if key != "input/mute":
            lost.table.put(f"{key} of yesterday", key=key, status="COMPLETED", started=at(24 * 60))
    lost.table.put("1", key="input/twice", status="COMPLETED", started=at(60))
    lost.table.put("0", key="input/known", status="COMPLETED", started=at(29))
    lost.table.put("2", key="input/clocks", status="COMPLETED", started=at(31))
    lost.table.put("3", key="input/mute", status="COMPLETED")
    wanted = Unrecorded("input/", NOON - timedelta(hours=1), 300, True)
    task = replace(COPYING, unrecorded=wanted)
    told = run(lost, replace(task, unrecorded=replace(wanted, restart=False)), check_mode=check_mode)
    assert {row["key"]: row["msg"] for row in told.results["items"]} == dict.fromkeys(
        ["input/daily", "input/mute", "input/twice"], "no item that names it was started since it was uploaded"
    )
    done = run(lost, task, check_mode=check_mode)
    assert counted(done) == {"unrecorded": 3, "unrecorded_restarted": 3}
    assert sorted(lost.bucket.events) == ([] if check_mode else ["input/daily", "input/mute", "input/twice"])
    # Without starts names are all there is to compare.
    names = run(lost, replace(task, layout=Layout(key="key"), due=Due(("STARTED",))), check_mode=True)
    assert counted(names) == {}


@pytest.mark.parametrize("keeps", ["its item", "the start"])
def test_what_a_run_has_copied_is_not_unrecorded_in_it_nor_later(run: Run, keeps: str) -> None:
    lost = workload(1)
    lost.bucket.put("input/0.csv", LastModified=NOON - timedelta(minutes=20))  # since its item was started
    wanted = Unrecorded("input/", NOON - timedelta(hours=1), 300, True)
    task = replace(COPYING, unrecorded=wanted)
    expected = {"selected": 1, "restarted": 1}
    assert counted(run(lost, task, check_mode=True)) == expected
    assert counted(run(lost, task)) == expected and lost.bucket.events == ["input/0.csv"]
    if keeps == "the start":  # and finishes its work
        lost.table.items["job0"]["status"] = {"S": "COMPLETED"}
    lost.seconds = 900
    again = run(lost, task)
    assert not again.changed and lost.bucket.events == ["input/0.csv"] and again.results["counts"]["unrecorded"] == 0
    # What is uploaded after that is another upload.
    lost.bucket.put("input/0.csv", LastModified=NOON + timedelta(seconds=900))
    lost.seconds = 1800
    assert counted(run(lost, task))["unrecorded_restarted"] == 1
    assert lost.bucket.events == ["input/0.csv"] * 2


def test_what_could_not_be_copied_is_told_once(run: Run) -> None:
    lost = workload(1)
    lost.bucket.put("input/0.csv", LastModified=NOON - timedelta(minutes=20))
    lost.bucket.denied.add("input/0.csv")
    task = replace(COPYING, unrecorded=Unrecorded("input/", NOON - timedelta(hours=1), 300, True))
    with pytest.raises(ToldError) as failed:
        run(lost, task)
    assert failed.value.details["counts"]["denied"] == len(failed.value.details["items"]) == 1


def test_a_message_of_an_old_item_does_not_stand_for_a_new_upload(run: Run) -> None:
    lost = workload(1)
    lost.bucket.put("input/0.csv", LastModified=NOON - timedelta(minutes=20))
    wanted = Unrecorded("input/", NOON - timedelta(hours=1), 300, True)
    sending = replace(SENDING, bucket=BUCKET, message=Message("jobs", "{object.key}"), unrecorded=wanted)
    assert counted(run(lost, sending)) == {
        "selected": 1,
        "restarted": 1,
        "unrecorded": 1,
        "unrecorded_restarted": 1,
    }
    assert not run(lost, sending).changed and len(lost.jobs.sent) == 2


def test_objects_that_no_item_names_are_restarted_once(run: Run) -> None:
    uploads = Uploads()
    lost = uploads.lost
    expected = {
        "selected": 1,
        "restarted": 1,
        "unrecorded": 2,
        "unrecorded_restarted": 2,
        "unrecorded_too_young": 1,
    }
    assert counted(run(lost, uploads.task(), check_mode=True)) == expected and lost.bucket.events == []
    assert counted(run(lost, uploads.task())) == expected
    assert sorted(lost.bucket.events) == ["input/0.csv", "input/x", "input/y ü"]
    new = lost.bucket.versions["input/x"][-1]
    assert new.tags["t"] == "1" and new.tags["aws_dr_reconciled"] == lost.bucket.versions["input/x"][0].version_id
    lost.bucket.delete("input/young")
    lost.seconds = 600
    again = run(lost, uploads.task())
    assert not again.changed and len(lost.bucket.events) == 3
    assert outcomes(again)["input/x"] == "restarted_before"


def test_an_unrecorded_object_gets_one_message_and_keeps_its_version(run: Run) -> None:
    uploads = Uploads()
    task = uploads.task(replace(SENDING, message=Message("jobs", "{object.key}")))
    run(uploads.lost, task)
    assert not run(uploads.lost, task).changed
    assert sorted(one["MessageBody"] for one in uploads.lost.jobs.sent) == ["input/0.csv", "input/x", "input/y ü"]
    assert len(uploads.lost.bucket.versions["input/x"]) == 1


def test_an_unrecorded_object_without_room_for_the_tag_is_left(run: Run) -> None:
    uploads = Uploads()
    tags = {str(number): "x" for number in range(10)}
    uploads.lost.bucket.put("input/full", tags, LastModified=NOON - timedelta(minutes=30))
    with pytest.raises(ToldError, match="has 10 tags already"):
        run(uploads.lost, uploads.task())
    assert "input/full" not in uploads.lost.bucket.events and "input/x" in uploads.lost.bucket.events


def test_no_object_of_that_time_is_no_second_scan(run: Run) -> None:
    uploads = Uploads()
    wanted = Unrecorded("nowhere/", NOON - timedelta(hours=1), 300, False)
    run(uploads.lost, replace(COPYING, unrecorded=wanted))
    assert uploads.lost.table.scans == 1


def test_where_all_objects_are_young_those_that_are_recorded_are_not_told(run: Run) -> None:
    lost = workload(0)
    for key in ("input/known", "input/nobody"):
        lost.bucket.put(key, LastModified=NOON - timedelta(seconds=10))
    lost.table.put("1", key="input/known", status="COMPLETED", started=NOON.isoformat())
    task = replace(COPYING, unrecorded=Unrecorded("input/", NOON - timedelta(hours=1), 300, True))
    assert counted(run(lost, task)) == {"unrecorded_too_young": 1}


def test_a_row_tells_when_what_was_found_was_written(run: Run) -> None:
    lost = workload(1)
    lost.bucket.put("input/0.csv", LastModified=NOON - timedelta(days=1))
    lost.table.put("gone", key="input/gone", status="STARTED", started=EARLIER)
    rows = {row["key"]: row for row in run(lost, COPYING, check_mode=True).results["items"]}
    assert rows["input/0.csv"]["modified"] == "2026-01-30T12:00:00.000Z"
    assert rows["input/gone"]["modified"] is None
