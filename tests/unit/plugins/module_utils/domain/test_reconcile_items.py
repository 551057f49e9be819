# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import (
    Due,
    Layout,
    UnreadableError,
    decode_key,
    parse_start,
    plain,
    read_work,
)

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
LAYOUT = Layout(key="fileName", start=("processDate", "startTime"), start_format="%m/%d/%Y %H:%M:%S")
ITEM = {
    "fileName": {"S": "input/a.csv"},
    "status": {"S": "INITIALIZED"},
    "processDate": {"S": "01/31/2026"},
    "startTime": {"S": "11:58:07"},
}

texts = st.text(max_size=30)
leaves: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(lambda value: {"S": value}, texts),
    st.builds(lambda value: {"N": str(value)}, st.integers(-(10**38), 10**38)),
    st.builds(lambda value: {"N": repr(value)}, st.floats(allow_nan=False, allow_infinity=False)),
    st.builds(lambda value: {"B": value}, st.binary(max_size=20)),
    st.builds(lambda value: {"BOOL": value}, st.booleans()),
    st.just({"NULL": True}),
    st.builds(lambda value: {"SS": value}, st.lists(texts, min_size=1, max_size=4)),
    st.builds(lambda value: {"BS": value}, st.lists(st.binary(max_size=4), min_size=1, max_size=4)),
)
wires = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda value: {"L": value}, st.lists(inner, max_size=4)),
        st.builds(lambda value: {"M": value}, st.dictionaries(texts, inner, max_size=4)),
    ),
    max_leaves=12,
)


def test_work_is_read_by_the_names_that_the_layout_gives() -> None:
    work = read_work(ITEM, LAYOUT)
    assert (work.key, work.status, work.started_text) == ("input/a.csv", "INITIALIZED", "01/31/2026 11:58:07")
    assert work.started == datetime(2026, 1, 31, 11, 58, 7, tzinfo=UTC)
    assert read_work({**ITEM, "status": {"N": "3"}}, LAYOUT).status == "3"
    plainly = read_work(ITEM, Layout(key="fileName"))
    assert (plainly.started_text, plainly.started) == ("", None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"fileName": None}, "it has no attribute fileName"),
        ({"status": {"BOOL": True}}, "its attribute status is neither text nor a number"),
        ({"startTime": None}, "it has no attribute startTime"),
        ({"startTime": {"S": "noon"}}, "its start time '01/31/2026 noon' does not have the form"),
        ({"fileName": {"S": ""}}, "its key has 0 bytes"),
        ({"fileName": {"S": "ü" * 513}}, "its key has 1026 bytes"),
    ],
)
def test_what_an_item_does_not_say_is_told(change: dict[str, Any], told: str) -> None:
    item = {name: wire for name, wire in {**ITEM, **change}.items() if wire is not None}
    with pytest.raises(UnreadableError, match="^" + told.replace("(", r"\(")):
        read_work(item, LAYOUT)


@given(st.text(min_size=1, max_size=300).filter(lambda key: len(key.encode("utf-8", "surrogatepass")) <= 1024))
def test_keys_as_events_write_them_come_back(key: str) -> None:
    try:
        key.encode()
    except UnicodeEncodeError:
        with pytest.raises(UnreadableError):
            decode_key(key, "plain")
        return
    assert decode_key(quote_plus(key, safe="/"), "url") == key
    assert decode_key(key, "plain") == key


def test_a_plus_is_a_blank_in_events_only_and_broken_utf8_is_told() -> None:
    assert decode_key("a+b%20c%2Bd", "url") == "a b c+d"
    assert decode_key("a+b%20c", "plain") == "a+b%20c"
    with pytest.raises(UnreadableError, match="no URL-encoded UTF-8"):
        decode_key("%ff%fe", "url")


@pytest.mark.parametrize(
    ("text", "form", "moment"),
    [
        ("2026-01-31T12:00:00Z", "iso8601", NOON),
        ("2026-01-31T13:00:00+01:00", "iso8601", NOON),
        ("2026-01-31 12:00:00", "iso8601", NOON),
        (str(int(NOON.timestamp())), "epoch", NOON),
        (str(int(NOON.timestamp() * 1000)), "epoch_ms", NOON),
        ("31.01.2026 12:00 +0000", "%d.%m.%Y %H:%M %z", NOON),
    ],
)
def test_start_times(text: str, form: str, moment: datetime) -> None:
    assert parse_start(text, form) == moment


def test_a_time_without_an_offset_is_utc_wherever_this_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert parse_start("2026-01-31 12:00:00", "iso8601") == NOON == parse_start("31.01.2026 12", "%d.%m.%Y %H")
    finally:
        monkeypatch.undo()
        time.tzset()


@given(st.text(max_size=40), st.sampled_from(["iso8601", "epoch", "epoch_ms", "%Y", "%m/%d/%Y %H:%M:%S"]))
def test_no_start_time_ends_in_anything_else(text: str, form: str) -> None:
    try:
        assert parse_start(text, form).tzinfo is not None
    except UnreadableError as error:
        assert form in str(error)


@pytest.mark.parametrize("text", ["inf", "nan", "1e400", "99999999999999999999", "-99999999999999"])
def test_numbers_that_are_no_moment(text: str) -> None:
    with pytest.raises(UnreadableError):
        parse_start(text, "epoch")


def test_what_is_due_by_its_start() -> None:
    before = NOON - timedelta(seconds=1)
    assert Due((), started_after=NOON).takes(NOON, NOON) and not Due((), started_after=NOON).takes(before, NOON)
    assert Due((), started_before=NOON).takes(before, NOON) and not Due((), started_before=NOON).takes(NOON, NOON)
    assert Due((), older_than=1).takes(before, NOON) and not Due((), older_than=2).takes(before, NOON)
    assert Due(()).takes(NOON + timedelta(days=1), NOON) and Due((), older_than=5).takes(None, NOON)


@given(wires)
def test_every_value_becomes_json(wire: dict[str, Any]) -> None:
    json.dumps(plain(wire))


def test_values_keep_what_they_are() -> None:
    wire = {"M": {"n": {"N": "12345678901234567890"}, "f": {"N": "1.5"}, "b": {"B": b"\x00"}, "s": {"NS": ["2", "1"]}}}
    assert plain(wire) == {"n": 12345678901234567890, "f": 1.5, "b": "AA==", "s": [1, 2]}
    assert plain({"NULL": True}) is None and plain({"BOOL": False}) is False
