# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import FailureRecord, JobNote
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.ledger import StoredRecord, sort_base
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.manifest_spool import ManifestSpool

AT = "2024-09-05T21:00:00.000Z"
RECORD = FailureRecord("src", "to-dr", "a b", "v1", "dst", "DstPutObjectNotPermitted", AT, AT, 1)
TAKEN, FAILED = JobNote("job-1", "taken", AT), JobNote("job-1", "failed", AT)


def stored(record: FailureRecord) -> StoredRecord:
    base = sort_base(record.object_key, record.version_id, record.destination)
    judged_by = record.job.job_id if record.job and record.job.status != "taken" else ""
    return StoredRecord(record, "src#00#to-dr", base, judged_by=judged_by)


def spooled(folder: Path, *records: FailureRecord) -> ManifestSpool:
    spool = ManifestSpool(str(folder))
    spool.fill(stored(record) for record in records)
    return spool


def test_rows_records_and_size(tmp_path: Path) -> None:
    with spooled(tmp_path, RECORD, replace(RECORD, rule_id="other"), replace(RECORD, version_id="null")) as spool:
        assert spool.rows.read() == b"src,a%20b,v1\nsrc,a%20b,null\n"
        assert (spool.objects, spool.records, spool.size) == (2, 3, 28)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({}, False),
        ({"job": TAKEN}, False),
        ({"reason": "Other"}, False),
        ({"job": FAILED}, True),
        ({"last_failed_at": "2024-09-05T21:00:00.001Z"}, True),
        ({"object_key": "a c"}, True),
        ({"version_id": "v2"}, True),
        ({"rule_id": "other"}, True),
        ({"destination": "other"}, True),
    ],
)
def test_what_makes_another_manifest(tmp_path: Path, change: dict[str, object], differs: bool) -> None:
    one, other = spooled(tmp_path, RECORD), spooled(tmp_path, replace(RECORD, **change))
    assert (one.digest != other.digest) is differs


def test_that_a_job_has_taken_a_record_since_makes_no_other_manifest(tmp_path: Path) -> None:
    failed = stored(replace(RECORD, job=FAILED))
    retaken = replace(failed, record=replace(RECORD, job=JobNote("job-2", "taken", AT)))
    one, other = ManifestSpool(str(tmp_path)), ManifestSpool(str(tmp_path))
    one.fill([failed])
    other.fill([retaken])
    assert one.digest == other.digest


def test_only_missing_notes_are_given(tmp_path: Path) -> None:
    keys = {"a": None, "b": TAKEN, "c": JobNote("job-0", "failed", AT)}
    spool = spooled(tmp_path, *(replace(RECORD, object_key=key, job=note) for key, note in keys.items()))
    notes = list(spool.notes("job-1", AT))
    assert [note["sk"][0] for note in notes] == ["a", "c"]
    assert {note["job_status"] for note in notes} == {"taken"}
    assert spool.missing_notes("job-1") == 2


def test_the_jobs_that_took_records_are_remembered_up_to_a_bound(tmp_path: Path) -> None:
    records = [replace(RECORD, object_key=str(n), job=JobNote(f"job-{n % 150}", "taken", AT)) for n in range(300)]
    assert len(spooled(tmp_path, *records).takers) == 100
    assert spooled(tmp_path, replace(RECORD, job=FAILED)).takers == {}
