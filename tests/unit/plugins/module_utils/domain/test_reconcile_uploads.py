# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import Layout, parse_start
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_marks import BEGUN, RESTARTED, Mark
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_uploads import (
    ALWAYS,
    CLOCKS,
    NEVER,
    earliest_start,
    recorded_until,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import from_datetime

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
LAYOUT = Layout(start=("started",))
moments = st.datetimes(datetime(1970, 1, 3), datetime(9000, 1, 1), timezones=st.just(UTC))
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def records(item: dict[str, Any], modified: datetime, layout: Layout = LAYOUT, copying: bool = False) -> bool:
    return earliest_start(modified) <= recorded_until(item, layout, copying)


def started(moment: datetime, form: str = "iso8601") -> dict[str, Any]:
    if form == "iso8601":
        return {"started": {"S": moment.isoformat()}}
    if form == "epoch_ms":
        return {"started": {"N": str(int(moment.timestamp() * 1000))}}
    return (
        {"started": {"N": str(int(moment.timestamp()))}}
        if form == "epoch"
        else {"started": {"S": moment.strftime(form)}}
    )


def mark(at: datetime, state: str = RESTARTED) -> dict[str, Any]:
    return {"aws_dr_reconciled": Mark("run", 1, state, from_datetime(at), "").wire()}


@given(moments, st.integers(0, 10**6), zones)
def test_an_item_that_was_started_since_the_upload_records_it(upload: datetime, later: int, zone: timezone) -> None:
    assert records(started((upload + timedelta(seconds=later)).astimezone(zone)), upload)


@given(moments, st.integers(1, 10**6), zones)
def test_an_item_that_was_started_earlier_than_clocks_differ_does_not(
    upload: datetime, earlier: int, zone: timezone
) -> None:
    start = (upload - CLOCKS - timedelta(seconds=earlier)).astimezone(zone)
    assert not records(started(start), upload)
    assert records(started((upload - CLOCKS).astimezone(zone)), upload)


@given(
    moments,
    st.integers(0, 10**5),
    st.sampled_from(
        ["iso8601", "epoch", "epoch_ms", "%Y-%m-%d", "%d.%m.%Y %H", "%m/%d/%Y %H:%M", "%Y%m%d%H%M%S", "%c"]
    ),
)
def test_however_coarse_a_start_is_written_it_records_what_was_uploaded_before(
    upload: datetime, later: int, form: str
) -> None:
    layout = Layout(start=("started",), start_format=form)
    assert records(started(upload + timedelta(seconds=later), form), upload, layout)


@given(moments, st.sampled_from(["%Y-%m-%d", "%Y-%m-%d %H", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]))
def test_iso_8601_is_as_coarse_as_the_format_that_says_the_same(moment: datetime, form: str) -> None:
    text = moment.strftime(form)
    item = {"started": {"S": text}}
    told = recorded_until(item, Layout(start=("started",), start_format=form), False)
    assert told == recorded_until(item, LAYOUT, False)
    open_span = {"%Y-%m-%d": 86399, "%Y-%m-%d %H": 3599, "%Y-%m-%d %H:%M": 59}.get(form, 0)
    assert told == parse_start(text, form) + timedelta(seconds=open_span)


@given(moments, moments, moments)
def test_a_restart_by_a_copy_counts_as_a_start_and_no_other_does(
    start: datetime, at: datetime, upload: datetime
) -> None:
    for state in (BEGUN, RESTARTED):
        item = {**started(start), **mark(at, state)}
        assert records(item, upload) == records(started(start), upload)
        restarted = records(started(at.replace(microsecond=at.microsecond // 1000 * 1000)), upload)
        assert records(item, upload, copying=True) == (records(started(start), upload) or restarted)


@pytest.mark.parametrize("text", ["", "noon", "99999-01-01"])
def test_an_item_that_does_not_say_when_it_was_started_records_nothing(text: str) -> None:
    assert recorded_until({"started": {"S": text}}, LAYOUT, True) == NEVER == recorded_until({}, LAYOUT, True)
    foreign = {"aws_dr_reconciled": {"S": "another's"}}
    assert recorded_until(foreign, LAYOUT, True) == NEVER < earliest_start(NOON)
    assert recorded_until(mark(NOON), LAYOUT, True) == NOON


def test_without_starts_every_item_records_all() -> None:
    assert recorded_until({}, Layout(), True) == ALWAYS > earliest_start(NOON)


def test_the_end_of_time_is_a_start_too() -> None:
    for form, text in (("iso8601", "9999-12-31"), ("%d.%m.%Y", "31.12.9999")):
        layout = Layout(start=("started",), start_format=form)
        assert records({"started": {"S": text}}, NOON, layout)
