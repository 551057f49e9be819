# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import UnreadableError, Work
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_marks import (
    BEGUN,
    RESTARTED,
    Decision,
    Kind,
    Mark,
    Patience,
    begin,
    decide,
    read_mark,
    token,
)

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
AT = "2026-01-31T12:00:00.000Z"
PATIENCE = Patience(begun=120)

marks = st.builds(
    Mark,
    run=st.text(max_size=40),
    attempt=st.integers(1, 10**9),
    state=st.sampled_from([BEGUN, RESTARTED]),
    at=st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat()),
    of=st.text(max_size=40),
    version=st.text(max_size=40),
)


def mark(state: str = BEGUN, attempt: int = 1, of: str = "s", at: str = AT) -> Mark:
    return Mark("r", attempt, state, at, of, "v1")


@given(marks)
def test_marks_survive_the_table(written: Mark) -> None:
    assert read_mark(written.wire(), "m") == written


def test_no_mark_is_no_mark() -> None:
    assert read_mark(None, "m") is None


@pytest.mark.parametrize(
    "wire",
    [
        {"S": "mine"},
        {"M": {}},
        {"M": {**mark().wire()["M"], "attempt": {"N": "x"}}},
        {"M": {**mark().wire()["M"], "state": {"S": "odd"}}},
        {"M": {**mark().wire()["M"], "at": {"S": "yesterday"}}},
        {"M": "x"},
        {"L": [{"S": "run"}]},
    ],
)
def test_what_others_wrote_is_left_alone(wire: Any) -> None:
    with pytest.raises(UnreadableError, match="mark_attribute"):
        read_mark(wire, "m")


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seen", "now", "patience", "decision"),
    [
        (None, NOON, PATIENCE, Decision(Kind.RESTART, 1)),
        (mark(of="earlier", attempt=7), NOON, PATIENCE, Decision(Kind.RESTART, 1)),
        (mark(of=""), NOON, PATIENCE, Decision(Kind.WAIT, 1, 120)),
        (mark(RESTARTED), later(10**6), PATIENCE, Decision(Kind.DONE, 1)),
        (mark(RESTARTED, 3), later(59), Patience(120, again=60), Decision(Kind.DONE, 3)),
        (mark(RESTARTED, 3), later(60), Patience(120, again=60), Decision(Kind.RESTART, 4)),
        (mark(), later(30), PATIENCE, Decision(Kind.WAIT, 1, 90)),
        (mark(attempt=2), later(120), PATIENCE, Decision(Kind.TAKE_OVER, 2)),
        (mark(), later(-500), PATIENCE, Decision(Kind.WAIT, 1, 120)),
        (mark(), later(0), Patience(120, repeatable=True), Decision(Kind.TAKE_OVER, 1)),
        (mark(RESTARTED), later(0), Patience(120, repeatable=True), Decision(Kind.DONE, 1)),
    ],
)
def test_decisions(seen: Mark | None, now: datetime, patience: Patience, decision: Decision) -> None:
    assert decide(seen, "s", now, patience) == decision


@given(marks, st.datetimes(timezones=st.just(UTC)), st.integers(1, 1000), st.booleans())
def test_whoever_waits_waits_no_longer_than_asked(seen: Mark, now: datetime, begun: int, repeatable: bool) -> None:
    decision = decide(seen, seen.of, now, Patience(begun, repeatable=repeatable))
    assert 0 <= decision.wait <= begun
    assert (decision.kind is Kind.WAIT) <= (not repeatable and seen.state == BEGUN)
    # An attempt that may have been made keeps its number, and so its names, until it is known to have been made.
    assert decision.attempt == seen.attempt


def test_a_mark_says_who_and_of_what() -> None:
    work = Work("k", "STARTED", "s", NOON)
    assert begin("me", Decision(Kind.RESTART, 2), work, NOON, "v9") == Mark("me", 2, BEGUN, AT, AT, "v9")
    assert decide(mark(RESTARTED, of=AT), "", NOON, PATIENCE).kind is Kind.DONE


def test_a_token_names_work_and_attempt() -> None:
    base: list[Any] = ["table", {"id": 1}, "start", 1]
    assert token(*base) == token(*base) and len(token(*base)) == 64
    others = [["other", {"id": 1}, "start", 1], ["table", {"id": "1"}, "start", 1], ["table", {"id": 1}, "x", 1]]
    others += [["table", {"id": 1}, "start", 2], ["table", {"i": "d1"}, "start", 1]]
    assert len({token(*base), *(token(*other) for other in others)}) == 6
    assert token("t", {"a": 1, "b": 2}, "", 1) == token("t", {"b": 2, "a": 1}, "", 1)


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.binary()), max_size=3), st.text())
def test_a_token_can_be_made_of_anything(key: dict[str, Any], of: str) -> None:
    assert len(token("t", key, of, 1)) == 64
