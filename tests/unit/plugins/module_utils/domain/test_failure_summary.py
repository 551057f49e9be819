# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import FailureRecord, JobNote
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_summary import Summary

RECORD = FailureRecord(
    bucket="src",
    rule_id="to-dr",
    object_key="a",
    version_id="v1",
    destination="dst",
    reason="DstPutObjectNotPermitted",
    first_failed_at="2024-09-02T00:00:00.000Z",
    last_failed_at="2024-09-03T00:00:00.000Z",
    failures=2,
    size=10,
)


def test_counts_with_cause_and_remedy() -> None:
    summary = Summary()
    summary.add(RECORD)
    summary.add(replace(RECORD, object_key="b", first_failed_at="2024-09-01T00:00:00.000Z", size=None, failures=1))
    summary.add(replace(RECORD, object_key="c", last_failed_at="2024-09-09T00:00:00.000Z"))
    taken = JobNote("job-1", "taken", "2024-09-09T00:00:00.000Z")
    summary.add(replace(RECORD, object_key="d", job=taken))
    (group,) = summary.as_result()
    assert "not write the object" in group.pop("cause") and "s3:ReplicateObject" in group.pop("remedy")
    assert group == {
        "bucket": "src",
        "rule_id": "to-dr",
        "destination": "dst",
        "reason": "DstPutObjectNotPermitted",
        "reason_class": "permission-dst",
        "batch_only": False,
        "count": 4,
        "failures": 7,
        "size": 30,
        "first_failed_at": "2024-09-01T00:00:00.000Z",
        "last_failed_at": "2024-09-09T00:00:00.000Z",
        "taken_by_jobs": 1,
        "example_keys": ["a", "b", "c"],
    }
    assert summary.count == 4 and summary.rules == {("src", "to-dr")}


def test_each_rule_destination_and_reason_is_counted_apart_and_the_most_frequent_reason_comes_first() -> None:
    summary = Summary()
    for record in (
        RECORD,
        replace(RECORD, reason="NewCode"),
        replace(RECORD, reason="NewCode"),
        replace(RECORD, bucket="a"),
        replace(RECORD, rule_id="x"),
        replace(RECORD, destination="z"),
    ):
        summary.add(record)
    shown = [(each["bucket"], each["rule_id"], each["destination"], each["reason"]) for each in summary.as_result()]
    assert shown == [
        ("a", "to-dr", "dst", "DstPutObjectNotPermitted"),
        ("src", "to-dr", "dst", "NewCode"),
        ("src", "to-dr", "dst", "DstPutObjectNotPermitted"),
        ("src", "to-dr", "z", "DstPutObjectNotPermitted"),
        ("src", "x", "dst", "DstPutObjectNotPermitted"),
    ]


def test_an_unknown_reason_is_kept() -> None:
    summary = Summary()
    summary.add(replace(RECORD, reason="NewCode"))
    (group,) = summary.as_result()
    assert (group["reason"], group["reason_class"]) == ("NewCode", "unknown") and group["remedy"]
