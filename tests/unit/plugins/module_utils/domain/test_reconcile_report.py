# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_report import (
    COLUMNS,
    OUTCOMES,
    UNRECORDED,
    Row,
    Tally,
)

rows = st.builds(
    Row,
    item=st.one_of(st.just({"id": "x"}), st.just({})),
    key=st.text(max_size=5),
    outcome=st.sampled_from(OUTCOMES),
    msg=st.text(max_size=5),
)


def of(outcome: str, item: bool = True) -> Row:
    return Row({"id": 1} if item else {}, "k", outcome)


def test_counts_by_outcome() -> None:
    tally = Tally(10)
    for row in (of("restarted"), of("restarted"), of("missing"), of(UNRECORDED, False), of("restarted", False)):
        tally.add(row)
    counts = tally.counts()
    assert (counts["selected"], counts["restarted"], counts["missing"]) == (3, 2, 1)
    assert (counts["unrecorded"], counts["unrecorded_restarted"]) == (2, 1)
    assert tally.changed and not tally.troubled and tally.listed_all


def test_an_object_that_no_item_names_is_a_change_too() -> None:
    tally = Tally(1)
    tally.add(of("restarted", False))
    assert tally.changed and tally.counts()["restarted"] == 0


def test_what_needs_a_look_comes_first_and_is_kept_when_there_is_no_room() -> None:
    tally = Tally(3)
    for outcome in ("restarted", "restarted", "restarted", "missing", "failed", "denied", "restarted_before"):
        tally.add(of(outcome))
    assert [row.outcome for row in tally.rows()] == ["failed", "denied", "missing"]
    assert not tally.listed_all and tally.troubled == 2


def test_nothing_restarted_is_no_change() -> None:
    tally = Tally(3)
    for outcome in set(OUTCOMES) - {"restarted"}:
        tally.add(of(outcome))
        tally.add(of(outcome, False))
    assert not tally.changed


@given(st.lists(rows), st.integers(0, 5))
def test_every_row_is_counted_and_no_more_kept_than_asked(added: list[Row], most: int) -> None:
    tally = Tally(most)
    for row in added:
        tally.add(row)
    assert len(tally.rows()) == min(most, len(added))
    assert tally.listed_all == (len(added) <= most)
    counts = tally.counts()
    assert counts["selected"] + counts["unrecorded"] == len(added)


def test_cells_are_text_in_the_order_of_the_columns() -> None:
    row = Row({"b": 1, "a": "ü"}, "k", "missing", attempt=0, why="never_here")
    told = dict(zip(COLUMNS, row.cells(), strict=True))
    assert told["item"] == '{"a": "ü", "b": 1}' and told["why"] == "never_here" and told["version_id"] == ""
    assert of(UNRECORDED, False).cells()[0] == ""
