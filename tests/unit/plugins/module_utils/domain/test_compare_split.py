# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import bisect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_split import disjoint_prefixes, split_point
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.compare_samples import KEYS


class Bucket:
    """Keys, and how often one asked what follows a marker."""

    def __init__(self, keys: list[str]) -> None:
        self.keys, self.asked = sorted(keys, key=str.encode), 0

    def follows(self, marker: str) -> str | None:
        """The key that comes after the marker."""
        self.asked += 1
        place = bisect.bisect_right(self.keys, marker)
        return self.keys[place] if place < len(self.keys) else None

    def ahead(self, marker: str) -> int:
        """How many keys come after the marker."""
        return len(self.keys) - bisect.bisect_right(self.keys, marker)


@pytest.mark.parametrize(
    ("keys", "least", "most_asked"),
    [
        ([f"invoices/2026/{number // 5000:02}/{number:09}.json" for number in range(60_000)], 0.15, 9),
        ([f"{number:06}" for number in range(100_000)], 0.3, 4),
        ([f"{number * 2654435761 % 2**32:08x}/data" for number in range(20_000)], 0.3, 4),
        ([f"logs/{day:03}/{hour:02}" for day in range(365) for hour in range(24)], 0.1, 5),
    ],
)
def test_names_as_people_give_them_are_split_with_few_questions(keys: list[str], least: float, most_asked: int) -> None:
    bucket = Bucket(keys)
    point = split_point(bucket.keys[999], "", bucket.follows)
    assert point is not None
    assert least < bucket.ahead(point) / len(keys) < 1 - least
    assert bucket.asked <= most_asked


@given(st.lists(KEYS, min_size=2, max_size=12, unique=True), st.integers(0, 11))
def test_a_split_lies_ahead_and_leaves_something_on_the_far_side(keys: list[str], place: int) -> None:
    bucket = Bucket(keys)
    current = bucket.keys[place % len(keys)]
    point = split_point(current, "", bucket.follows)
    if point is not None:
        assert point.encode() > current.encode()
        assert len(point.encode()) <= 1024
        assert bucket.ahead(point) > 0


def test_the_last_key_is_not_split_and_the_prefix_is_not_asked_about() -> None:
    bucket = Bucket(["a/1", "a/2b"])
    assert split_point("a/2b", "", bucket.follows) is None
    bucket.asked = 0
    assert split_point("a/1", "a/", bucket.follows) is not None
    assert bucket.asked <= 10
    assert split_point("\U0010ffff" * 256, "", lambda marker: marker) is None


@pytest.mark.parametrize(
    ("prefixes", "within", "expected"),
    [
        ([], "", [""]),
        ([], "a/", ["a/"]),
        (["b", "a/x", "a/", "b"], "", ["a/", "b"]),
        (["a/", ""], "", [""]),
        (["a/b/", "c/"], "a/", ["a/b/"]),
        (["a"], "a/b", ["a/b"]),
        (["c"], "a/", []),
    ],
)
def test_prefixes_mean_every_key_once(prefixes: list[str], within: str, expected: list[str]) -> None:
    assert disjoint_prefixes(prefixes, within) == expected


@given(st.lists(st.text("ab", max_size=3), max_size=4), st.text("ab", max_size=2), st.text("ab", max_size=5))
def test_a_key_has_exactly_one_of_the_prefixes_or_was_not_meant(prefixes: list[str], within: str, key: str) -> None:
    meant = key.startswith(within) and (not prefixes or any(key.startswith(one) for one in prefixes))
    assert sum(key.startswith(one) for one in disjoint_prefixes(prefixes, within)) == meant
