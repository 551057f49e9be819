# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
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
    """Objects of the outage: two that no item names, one that one does, an old one, a young one, a folder."""

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
        self.lost.bucket.put("input/f/", ContentLength=0, LastModified=NOON - timedelta(minutes=30))
        self.lost.table.put("done", key="input/0.csv", status="COMPLETED", started=EARLIER)

    def task(self, base: Task = COPYING, restart: bool = True) -> Task:
        wanted = Unrecorded("input/", NOON - timedelta(hours=1), 300, restart)
        return replace(base, bucket=BUCKET, unrecorded=wanted)


def test_objects_that_no_item_names_are_told(run: Run) -> None:
    uploads = Uploads()
    done = run(uploads.lost, uploads.task(restart=False))
    assert counted(done) == {"selected": 1, "restarted": 1, "unrecorded": 2}
    assert uploads.lost.bucket.events == ["input/0.csv"]
    assert [row["key"] for row in done.results["items"] if row["outcome"] == "unrecorded"] == ["input/x", "input/y ü"]


def test_objects_that_no_item_names_are_restarted_once(run: Run) -> None:
    uploads = Uploads()
    lost = uploads.lost
    expected = {"selected": 1, "restarted": 1, "unrecorded": 2, "unrecorded_restarted": 2}
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


def test_no_young_object_is_no_second_scan(run: Run) -> None:
    uploads = Uploads()
    wanted = Unrecorded("nowhere/", NOON - timedelta(hours=1), 300, False)
    run(uploads.lost, replace(COPYING, unrecorded=wanted))
    assert uploads.lost.table.scans == 1
