# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_version_pages import Place, VersionPage, list_page
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_spans import ListPage, Span
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.compare_samples import KEYS, buckets, entry
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_listing import FakeS3


def lister(versions: list[Entry], before: Callable[[int], None] = lambda size: None) -> ListPage:
    """What lists a bucket of these versions, on either side; ``before`` is called before each page."""
    s3 = FakeS3(one=versions)

    def give(side: int, prefix: str, after: Place | None, size: int) -> VersionPage:
        before(size)
        return list_page(s3, "one", None, prefix, after, size)

    return give


def read(span: Span, versions: list[Entry], size: int = 1) -> list[Entry]:
    """All that a span gives of a bucket."""
    return [one for page in span.read(0, lister(versions), size) for one in page]


@given(buckets(), st.lists(KEYS, max_size=3), st.integers(1, 3))
def test_spans_beside_each_other_give_every_version_once(versions: list[Entry], cuts: list[str], size: int) -> None:
    cuts = sorted(set(cuts))
    spans = [Span("", low, high) for low, high in zip(["", *cuts], [*cuts, None], strict=True)]
    found = [one for span in spans for one in read(span, versions, size)]
    assert [one.key for one in found] == [one.key for one in versions]
    assert sorted(found) == sorted(versions)


def test_a_key_whose_versions_lie_on_several_pages_belongs_wholly_to_the_span_that_it_ends() -> None:
    versions = [entry("k", f"v{number}") for number in range(5)]
    assert read(Span("", "", "k"), versions, 2) == versions
    assert read(Span("", "k"), versions, 2) == []


def test_a_listing_that_takes_its_marker_in_gives_that_key_to_one_span_only() -> None:
    versions = [entry(key, f"v{number}") for key in "abc" for number in range(2)]

    def inclusive(side: int, prefix: str, after: Place | None, size: int) -> VersionPage:
        within = [one for one in versions if after is None or one.key >= after.key]
        return VersionPage(within, None)

    spans = [Span("", "", "b"), Span("", "b")]
    assert [one for span in spans for page in span.read(0, inclusive, 10) for one in page] == versions


def test_a_cut_while_it_is_read_loses_and_doubles_nothing() -> None:
    versions = [entry(f"folder/{number:03}", f"v{number}") for number in range(300)]
    span, give = Span(), lister(versions)
    reading = span.read(0, give, 10)
    first = next(reading)
    (other,) = span.split(give)
    rest = [one for page in reading for one in page]
    beyond = read(other, versions, 10)
    assert first + rest + beyond == versions
    assert rest and beyond


def test_several_parts_that_are_cut_off_at_once_lie_beside_each_other() -> None:
    versions = [entry(f"folder/{number:03}", f"v{number}") for number in range(1000)]
    span, give = Span(), lister(versions)
    reading = span.read(0, give, 10)
    found = list(next(reading))
    parts = span.split(give, 4)
    assert len(parts) == 4
    found += [one for page in reading for one in page]
    for part in parts:
        more = read(part, versions, 10)
        assert more
        found += more
    assert found == versions


def test_what_was_handed_out_while_a_cut_was_looked_for_stays_where_it_is() -> None:
    versions = [entry(f"folder/{number:03}", f"v{number}") for number in range(300)]
    span = Span()
    got: list[Entry] = []
    first = threading.Lock()

    def read_on(size: int) -> None:
        # The one who lists goes on while the other one asks its questions.
        if size == 1 and first.acquire(blocking=False):
            got.extend(one for page in islice(reading, 28) for one in page)

    give = lister(versions, read_on)
    reading = span.read(0, give, 10)
    got += next(reading)
    others = span.split(give)
    assert len(got) == 290
    got += [one for page in reading for one in page]
    assert got + [one for other in others for one in read(other, versions, 10)] == versions


def test_of_several_points_those_are_taken_that_the_listing_has_not_passed() -> None:
    versions = [entry(f"{number:02}", f"v{number}") for number in range(100)]
    span, give = Span(), lister(versions)
    reading = span.read(0, give, 10)
    got = list(next(reading))
    asked: list[str] = []

    def elsewhere(point: str) -> bool:
        asked.append(point)
        return len(asked) > 2 and span.cut_here(point)

    span.cut = elsewhere
    parts = span.split(give, 4)
    assert len(asked) == 3
    assert [part.low for part in parts] == [asked[2], *(part.high for part in parts[:-1])]
    got += [one for page in reading for one in page]
    assert got + [one for part in parts for one in read(part, versions, 10)] == versions


def test_a_span_that_has_come_to_its_end_or_further_is_not_cut() -> None:
    versions = [entry(f"{number:02}", f"v{number}") for number in range(100)]
    span = Span()
    assert not span.cut_here("5")  # it has not begun: whoever begins would not know of the cut
    reading = span.read(0, lister(versions), 10)
    next(reading)
    assert not span.cut_here("08")
    assert span.cut_here("09")
    list(reading)
    assert not span.cut_here("99")
    assert span.split(lister(versions)) == []


def test_a_span_is_worth_splitting_once_enough_was_read_since_the_last_cut() -> None:
    versions = [entry(f"folder/{number:03}", f"v{number}") for number in range(300)]
    span = Span()
    assert not span.worth_splitting(0)
    reading = span.read(0, lister(versions), 10)
    next(reading)
    assert [span.worth_splitting(least) for least in (1, 2)] == [True, False]
    assert span.split(lister(versions))
    assert not span.worth_splitting(1)
    next(reading)
    assert span.worth_splitting(1)
    list(reading)
    assert not span.worth_splitting(1)


def test_a_span_that_could_not_be_cut_is_given_twice_as_long() -> None:
    span, give = Span(), lister([entry("k", f"v{number}") for number in range(9)])
    reading = span.read(0, give, 1)
    next(reading)
    assert span.split(give) == []
    next(reading)
    assert not span.worth_splitting(1)
    next(reading)
    assert span.worth_splitting(1)
