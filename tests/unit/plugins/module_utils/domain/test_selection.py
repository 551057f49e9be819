# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import STATUSES, FailureRecord, JobNote
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.selection import Selection
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import (
    WIDTH,
    canonical_time,
    epoch_seconds,
    from_datetime,
)

RECORD = FailureRecord(
    bucket="src",
    rule_id="to-dr",
    object_key="logs/a b",
    version_id="v1",
    destination="dst",
    reason="DstMultipartPartUploadNotPermitted",
    first_failed_at="2024-09-01T00:00:00.000Z",
    last_failed_at="2024-09-05T21:04:32.527Z",
    failures=2,
)


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        ({}, True),
        ({"bucket": "src"}, True),
        ({"bucket": "sr"}, False),
        ({"rule_ids": ("x", "to-dr")}, True),
        ({"rule_ids": ("x",)}, False),
        ({"destinations": ("dst",)}, True),
        ({"destinations": ("other",)}, False),
        ({"reasons": ("DstMultipartUploadNotPermitted",)}, True),
        ({"reasons": ("AssumeRoleNotPermitted",)}, False),
        ({"statuses": ("failed", "pending")}, True),
        ({"statuses": ("failed", "taken")}, False),
        ({"key_prefix": "logs/a "}, True),
        ({"key_prefix": "logs/b"}, False),
        ({"failed_after": "2024-09-05T21:04:32.527Z"}, True),
        ({"failed_after": "2024-09-05T21:04:32.528Z"}, False),
        ({"failed_before": "2024-09-05T21:04:32.528Z"}, True),
        ({"failed_before": "2024-09-05T21:04:32.527Z"}, False),
        ({"bucket": "src", "rule_ids": ("to-dr",), "reasons": ("AssumeRoleNotPermitted",)}, False),
    ],
)
def test_each_part_selects(wanted: dict[str, Any], matches: bool) -> None:
    assert Selection(**wanted).matches(RECORD) is matches


@pytest.mark.parametrize(
    ("noted", "status"),
    [(None, "pending"), ("taken", "taken"), ("failed", "failed"), ("succeeded", "failed_again")],
)
def test_the_status_is_what_the_last_job_left(noted: str | None, status: str) -> None:
    job = JobNote("job-1", noted, "2024-09-06T00:00:00.000Z") if noted else None
    record = replace(RECORD, job=job)
    assert (record.status, record.as_result()["status"]) == (status, status)
    assert [one for one in STATUSES if Selection(statuses=(one,)).matches(record)] == [status]


def test_a_job_takes_what_jobs_have_taken_too() -> None:
    assert Selection().for_a_job() == Selection()
    assert Selection(statuses=("failed",)).for_a_job() == Selection(statuses=("failed", "taken"))
    assert not Selection(statuses=("failed",)).is_of_whole_rules


@pytest.mark.parametrize(
    ("wanted", "whole"),
    [
        ({"bucket": "src", "rule_ids": ("x",)}, True),
        ({"reasons": ("x",)}, False),
        ({"key_prefix": "x"}, False),
        ({"failed_after": "2024-09-05T21:04:32.527Z"}, False),
    ],
)
def test_selections_of_whole_rules(wanted: dict[str, Any], whole: bool) -> None:
    assert Selection(**wanted).is_of_whole_rules is whole


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-09-05T21:04:32.527Z", "2024-09-05T21:04:32.527Z"),
        ("2024-09-05T21:04:32Z", "2024-09-05T21:04:32.000Z"),
        ("2024-09-05T21:04:32.527999Z", "2024-09-05T21:04:32.527Z"),
        ("2024-09-05 21:04:32", "2024-09-05T21:04:32.000Z"),
        ("2024-09-05T23:04:32+02:00", "2024-09-05T21:04:32.000Z"),
        ("2024-09-05", "2024-09-05T00:00:00.000Z"),
        ("20240905T210432Z", "2024-09-05T21:04:32.000Z"),
        ("2024-W36-4T21:04:32.527Z", "2024-09-05T21:04:32.527Z"),
    ],
)
def test_times_get_one_form(text: str, time: str) -> None:
    assert canonical_time(text) == time


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2024-02-30T21:04:32.527Z", "2024-13-01", "1725570272", "0001-01-01T00:00:00+01:00"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        canonical_time(text)


moments = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 30))


@given(moments, moments)
def test_times_compare_as_text(one: datetime, other: datetime) -> None:
    one, other = (moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in (one, other))
    assert (from_datetime(one) < from_datetime(other)) == (one < other)
    assert len(from_datetime(one)) == WIDTH
    assert epoch_seconds(from_datetime(one)) == (one - datetime(1970, 1, 1)) // timedelta(seconds=1)
