# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.lent_tags import (
    MARK,
    lend,
    mark_of,
    tag_problems,
    take_back,
)

DRILL = {"drill": "yes"}


def test_lending_marks_and_taking_back_leaves_no_trace() -> None:
    lent = lend({"team": "a"}, DRILL, "EXT1", {"EXT1"})
    assert lent.after == {"team": "a", "drill": "yes", f"{MARK}drill": "EXT1"} and lent.changed
    again = lend(lent.after, DRILL, "EXT1", {"EXT1"})
    assert not again.changed and not again.problems
    back = take_back(lent.after, DRILL, "EXT1", {"EXT1"})
    assert back.after == {"team": "a"}
    assert not take_back(back.after, DRILL, "EXT1", {"EXT1"}).changed


def test_a_tag_that_was_there_is_used_and_stays() -> None:
    lent = lend(DRILL, DRILL, "EXT1", {"EXT1"})
    assert not lent.changed and not lent.problems
    assert not take_back(DRILL, DRILL, "EXT1", {"EXT1"}).changed


def test_another_value_and_another_lender_are_in_the_way() -> None:
    assert "drill=no" in lend({"drill": "no"}, DRILL, "EXT1", {"EXT1"}).problems[0]
    theirs = lend({}, DRILL, "EXT2", {"EXT2"}).after
    refused = lend(theirs, DRILL, "EXT1", {"EXT1", "EXT2"})
    assert "EXT2" in refused.problems[0] and not refused.changed
    assert not take_back(theirs, DRILL, "EXT1", {"EXT1", "EXT2"}).changed


def test_what_a_template_that_is_gone_left_is_taken_over_and_taken_back() -> None:
    theirs = lend({}, DRILL, "EXT2", {"EXT2"}).after
    assert lend(theirs, DRILL, "EXT1", {"EXT1"}).after[mark_of("drill")] == "EXT1"
    assert take_back(theirs, DRILL, "", {"EXT1"}).after == {}


def test_there_has_to_be_room() -> None:
    full = {str(number): "" for number in range(49)}
    assert "51 tags" in lend(full, DRILL, "EXT1", {"EXT1"}).problems[0]
    assert not lend(dict(list(full.items())[:48]), DRILL, "EXT1", {"EXT1"}).problems


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({}, "empty"),
        ({"aws:x": ""}, "aws:"),
        ({"": "x"}, "1 to 128"),
        ({MARK + "x": ""}, MARK),
        ({"x": "y" * 257}, "257"),
        ({"x": "a,b"}, "letters, digits"),
        ({"x": "a,b"}, "'x'='a,b'"),
    ],
)
def test_tags_that_cannot_be_lent(tags: dict[str, str], told: str) -> None:
    assert told in tag_problems(tags)[0]


keys = st.text(min_size=1, max_size=128).filter(lambda key: not key.startswith(MARK))
some_tags = st.dictionaries(keys, st.text(max_size=5), max_size=4)


@given(some_tags, some_tags, st.booleans())
def test_lend_and_take_back_restore_any_tags(present: dict[str, str], wanted: dict[str, str], overlap: bool) -> None:
    if overlap:
        wanted = {**wanted, **dict(list(present.items())[:1])}
    lent = lend(present, wanted, "EXT1", {"EXT1"})
    assert all(len(key) <= 128 for key in lent.after)
    if not lent.problems:
        assert all(lent.after[key] == value for key, value in wanted.items())
    assert take_back(lent.after, wanted, "EXT1", {"EXT1"}).after == present
