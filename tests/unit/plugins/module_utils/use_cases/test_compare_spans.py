# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

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
    """What lists a bucket of these versions; ``before`` is called before each page."""
    s3 = FakeS3(one=versions)

    def give(prefix: str, after: Place | None, size: int) -> VersionPage:
        before(size)
        return list_page(s3, "one", None, prefix, after, size)

    return give


def read(span: Span, versions: list[Entry], size: int = 1) -> list[Entry]:
    """All that a span gives of a bucket."""
    return [one for page in span.read(lister(versions), size) for one in page]


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

    def inclusive(prefix: str, after: Place | None, size: int) -> VersionPage:
        within = [one for one in versions if after is None or one.key >= after.key]
        return VersionPage(within, None)

    spans = [Span("", "", "b"), Span("", "b")]
    assert [one for span in spans for page in span.read(inclusive, 10) for one in page] == versions


def test_a_cut_while_it_is_read_loses_and_doubles_nothing() -> None:
    versions = [entry(f"folder/{number:03}", f"v{number}") for number in range(300)]
    span, give = Span(), lister(versions)
    reading = span.read(give, 10)
    first = next(reading)
    other = span.split()
    assert other is not None
    rest = [one for page in reading for one in page]
    beyond = read(other, versions, 10)
    assert first + rest + beyond == versions
    assert rest and beyond


def test_what_was_handed_out_while_a_cut_was_looked_for_stays_where_it_is() -> None:
    versions = [entry(f"folder/{number:03}", f"v{number}") for number in range(300)]
    span = Span()
    got: list[Entry] = []

    def read_on(size: int) -> None:
        # The one who lists goes on while the other one asks its questions.
        if size == 1 and len(got) == 10:
            got.extend(one for page in islice(reading, 28) for one in page)

    reading = span.read(lister(versions, read_on), 10)
    got += next(reading)
    other = span.split()
    assert len(got) == 290
    got += [one for page in reading for one in page]
    assert got + (read(other, versions, 10) if other else []) == versions


def test_a_span_is_worth_splitting_once_enough_was_read_since_the_last_cut() -> None:
    versions = [entry(f"folder/{number:03}", f"v{number}") for number in range(300)]
    span = Span()
    assert not span.worth_splitting(0)
    reading = span.read(lister(versions), 10)
    next(reading)
    assert [span.worth_splitting(least) for least in (1, 2)] == [True, False]
    assert span.split() is not None
    assert not span.worth_splitting(1)
    next(reading)
    assert span.worth_splitting(1)
    list(reading)
    assert not span.worth_splitting(1)


def test_a_span_that_could_not_be_cut_is_given_twice_as_long() -> None:
    span = Span()
    reading = span.read(lister([entry("k", f"v{number}") for number in range(9)]), 1)
    next(reading)
    assert span.split() is None
    next(reading)
    assert not span.worth_splitting(1)
    next(reading)
    assert span.worth_splitting(1)
