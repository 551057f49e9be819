# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_kinds as kinds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare import Comparison, Rules, compare
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry, Window
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.compare_samples import (
    NEW,
    OLD,
    buckets,
    entry,
    in_order,
    marker,
    pages,
)

CUTS = st.lists(st.integers(0, 50), max_size=5)
WINDOWS = st.builds(Window, st.sampled_from(["", NEW]), st.sampled_from(["", OLD]))


def kinds_of(source: list[Entry], destination: list[Entry], rules: Rules | None = None) -> Counter[str]:
    """How many of each kind."""
    counts, _found = compare([in_order(source)], [in_order(destination)], rules or Rules())
    return +counts


def by_hand(source: list[Entry], destination: list[Entry], window: Window) -> Counter[str]:
    """The same with everything in memory, key by key: what the merge has to agree with."""
    counts: Counter[str] = Counter()
    for key in {one.key for one in [*source, *destination]}:
        here = {one.version_id: one for one in source if one.key == key}
        there = {one.version_id: one for one in destination if one.key == key}
        both = set(here) & set(there)
        counts.update(kinds.of_match(here[one], there[one]) for one in both if window.has(here[one]))
        left = [here[one] for one in here if one not in both]
        right = [there[one] for one in there if one not in both]
        for one in list(left):
            same = [two for two in right if not two.marker and (two.size, two.etag) == (one.size, one.etag)]
            if not one.marker and same:
                left.remove(one)
                right.remove(same[0])
                counts[kinds.OTHER_ID] += window.has(one)
        counts.update(kinds.MISSING_MARKER if one.marker else kinds.MISSING for one in left if window.has(one))
        counts.update(kinds.EXTRA_MARKER if one.marker else kinds.EXTRA for one in right if window.has(one))
        newest = [next((one for one in side.values() if one.latest), None) for side in (here, there)]
        if all(one and one.version_id in both for one in newest) and newest[0] and newest[1]:
            counts[kinds.LATEST] += newest[0].version_id != newest[1].version_id and window.has(newest[0])
    return +counts


@given(buckets(), buckets(), CUTS, CUTS, WINDOWS)
def test_merging_pages_says_what_comparing_key_by_key_in_memory_says(
    source: list[Entry], destination: list[Entry], cuts: list[int], other_cuts: list[int], window: Window
) -> None:
    counts, found = compare(pages(source, cuts), pages(destination, other_cuts), Rules(window=window))
    assert +counts == by_hand(source, destination, window)
    keys = [finding.entry.key for finding in found]
    assert keys == sorted(keys)


@given(buckets(), CUTS, CUTS, st.randoms())
def test_a_bucket_is_equal_to_itself_in_whatever_order_versions_of_a_key_are(
    bucket: list[Entry], cuts: list[int], other_cuts: list[int], random: object
) -> None:
    shuffled = list(bucket)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    counts, found = compare(pages(bucket, cuts), pages(in_order(shuffled), other_cuts), Rules())
    assert (+counts, found) == (+Counter({kinds.EQUAL: len(bucket)}), [])


@given(buckets(), st.data())
def test_what_is_taken_away_is_what_is_missing(bucket: list[Entry], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.integers(0, max(len(bucket) - 1, 0))))
    rest = [one for place, one in enumerate(bucket) if place not in gone]
    _counts, found = compare([bucket], [rest], Rules())
    taken = {one for place, one in enumerate(bucket) if place in gone}
    assert {finding.source for finding in found} == taken
    assert {finding.kind for finding in found} <= {kinds.MISSING, kinds.MISSING_MARKER}


@given(buckets(), buckets(), st.text(min_size=1, max_size=3))
def test_comparing_in_two_parts_finds_what_comparing_at_once_does(
    source: list[Entry], destination: list[Entry], split: str
) -> None:
    whole, _found = compare([source], [destination], Rules())
    parts: Counter[str] = Counter()
    for lower in (True, False):
        cut = [[one for one in side if (one.key <= split) is lower] for side in (source, destination)]
        parts += compare([cut[0]], [cut[1]], Rules())[0]
    assert +parts == +whole


def test_a_source_without_destination_is_streamed_even_within_one_key() -> None:
    def endless() -> Iterator[list[Entry]]:
        for page in range(1000):
            yield [entry("k", f"{page}-{number}") for number in range(100)]

    batches = Comparison(endless(), [[entry("k", "1-1")]], Rules()).run()
    held = max(len(batch) for batch in batches)
    assert held <= 101  # never more than the key's unmatched versions of both sides


def test_a_copy_is_found_in_whatever_order_it_comes_and_without_etags_there_are_none() -> None:
    source = [entry("k", "v1", etag="e2"), entry("k", "v2", etag="e3"), entry("k", "v3", latest=False)]
    assert kinds_of(source, [entry("k", "null")]) == {kinds.OTHER_ID: 1, kinds.MISSING: 2}
    assert kinds_of([entry("k", "null")], source) == {kinds.OTHER_ID: 1, kinds.EXTRA: 2}
    assert kinds_of([entry("k", "v1", etag="")], [entry("k", "v2", etag="")]) == {kinds.MISSING: 1, kinds.EXTRA: 1}


CURRENT = Rules(current=True)


@pytest.mark.parametrize(
    ("source", "destination", "expected"),
    [
        ([entry("k", "v2")], [entry("k", "v2")], kinds.EQUAL),
        ([entry("k", "v2", etag="e2")], [entry("k", "v1")], kinds.CURRENT),
        ([entry("k", "v2")], [entry("k", "null")], kinds.OTHER_ID),
        ([marker("k", "v2")], [entry("k", "v1")], kinds.MISSING_MARKER),
        ([entry("k", "v1")], [marker("k", "v2")], kinds.EXTRA_MARKER),
        ([marker("k", "v1")], [marker("k", "v2")], kinds.EQUAL),
        ([marker("k", "v1")], [], kinds.EQUAL),
        ([], [marker("k", "v1")], kinds.EQUAL),
        ([entry("k", "v1")], [], kinds.MISSING),
        ([], [entry("k", "v1")], kinds.EXTRA),
    ],
)
def test_current_versions_only(source: list[Entry], destination: list[Entry], expected: str) -> None:
    assert kinds_of(source, destination, CURRENT) == {expected: 1}


def test_a_marker_that_no_rule_replicates_is_no_difference() -> None:
    rules = Rules(markers_expected=lambda key: key.startswith("b"))
    source = [marker("a"), marker("b"), entry("a", "v1", latest=False), entry("b", "v1", latest=False)]
    destination = [entry("a", "v1"), entry("b", "v1")]
    expected = {kinds.MARKER_NOT_REPLICATED: 1, kinds.MISSING_MARKER: 1, kinds.EQUAL: 2}
    assert kinds_of(source, destination, rules) == expected


def test_another_newest_version_is_told_of_once_and_not_where_it_follows_from_what_is_missing() -> None:
    one, two = entry("k", "v1", latest=True), entry("k", "v2", latest=False)
    turned = [one._replace(latest=False), two._replace(latest=True)]
    assert kinds_of([one, two], turned) == {kinds.EQUAL: 2, kinds.LATEST: 1}
    assert kinds_of([one, two], [two._replace(latest=True)]) == {kinds.EQUAL: 1, kinds.MISSING: 1}
