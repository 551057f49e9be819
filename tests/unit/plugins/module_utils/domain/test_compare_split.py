# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import bisect
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_split import disjoint_prefixes, split_points
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.compare_samples import KEYS


class Bucket:
    """Keys, and how often, and how much at once, one asked what follows a marker."""

    def __init__(self, keys: list[str]) -> None:
        self.keys, self.asked, self.most = sorted(keys, key=str.encode), 0, 0

    def follow(self, markers: list[str]) -> list[str | None]:
        """The keys that come after the markers."""
        self.asked += 1
        self.most = max(self.most, len(markers))
        places = [bisect.bisect_right(self.keys, marker) for marker in markers]
        return [self.keys[place] if place < len(self.keys) else None for place in places]

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
    (point,) = split_points(bucket.keys[999], "", bucket.follow)
    assert least < bucket.ahead(point) / len(keys) < 1 - least
    assert bucket.asked <= most_asked
    bucket.asked = 0
    (point,) = split_points(bucket.keys[999], "", bucket.follow, 1, 5)
    assert least / 2 < bucket.ahead(point) / len(keys) < 1 - least / 2
    assert bucket.asked < most_asked


def test_several_points_divide_what_is_ahead() -> None:
    bucket = Bucket([f"{number:06}" for number in range(100_000)])
    points = split_points("000999", "", bucket.follow, 3, 3)
    shares = [bucket.ahead(one) - bucket.ahead(other) for one, other in pairwise(["000999", *points, "1"])]
    assert len(shares) == 4
    assert min(shares) > 15_000


@given(st.lists(KEYS, min_size=2, max_size=12, unique=True), st.integers(0, 11), st.integers(1, 9), st.integers(1, 9))
def test_a_split_lies_ahead_and_leaves_something_on_the_far_side(
    keys: list[str], place: int, most: int, at_once: int
) -> None:
    bucket = Bucket(keys)
    current = bucket.keys[place % len(keys)]
    points = split_points(current, "", bucket.follow, most, at_once)
    assert len(points) <= most
    assert bucket.most <= at_once
    for before, point in pairwise([current, *points]):
        assert point.encode() > before.encode()
        assert len(point.encode()) <= 1024
    if points:
        assert bucket.ahead(points[0]) > 0


@given(st.lists(KEYS, min_size=2, max_size=12, unique=True), st.integers(0, 11), st.integers(2, 9))
def test_asking_more_at_once_finds_a_place_where_asking_one_by_one_does(
    keys: list[str], place: int, at_once: int
) -> None:
    bucket = Bucket(keys)
    current = bucket.keys[place % len(keys)]
    one_by_one = split_points(current, "", bucket.follow)
    assert bool(split_points(current, "", bucket.follow, 1, at_once)) == bool(one_by_one)


def test_the_last_key_is_not_split_and_the_prefix_is_not_asked_about() -> None:
    bucket = Bucket(["a/1", "a/2b"])
    assert split_points("a/2b", "", bucket.follow) == []
    bucket.asked = 0
    assert split_points("a/1", "a/", bucket.follow)
    assert bucket.asked <= 10
    assert split_points("\U0010ffff" * 256, "", lambda markers: [*markers]) == []


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
