# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two listings of object versions: a merge of two sorted streams that holds neither of them.

Both streams give pages of entries in the order of S3's listings: keys in the order of their UTF-8 bytes, which is the
order of Python's strings (S3 API Reference, "ListObjectVersions"; S3 User Guide, "Listing object keys
programmatically"). The versions of one key are matched by their ids whatever their order is: S3 lists them as they were
stored, and replicas may arrive in another order than their originals were written.

What is kept in memory are versions of one key that have found no match yet, if both sides have such versions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_kinds as kinds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry, Finding, Window
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_markers import all_markers

_KEY = attrgetter("key")
# How far beyond a match the next attempt to match a whole run of entries reaches.
_FIRST_STRIDE, _GROWTH = 16, 8
_LAST_KEY = "\U0010ffff" * 1025  # beyond all keys, which have 1,024 bytes at most


class Progress(NamedTuple):
    """How many entries of either side were looked at, delete markers and what the window leaves out included."""

    source: int
    destination: int


@dataclass
class Rules:
    """What is to be the same. ``current``: only what is newest of each key, which the streams were cut down to.

    ``markers_expected`` tells of a key whether its delete markers are replicated.
    """

    current: bool = False
    window: Window = field(default_factory=Window)
    markers_expected: Callable[[str], bool] = field(default_factory=lambda: all_markers(True))


class Comparison:
    """Merges two streams. ``equal`` counts the versions that are the same on both sides, so far."""

    def __init__(self, source: Iterable[list[Entry]], destination: Iterable[list[Entry]], rules: Rules) -> None:
        self._source, self._destination = _Stream(source), _Stream(destination)
        self._rules, self._stride = rules, _FIRST_STRIDE
        self.equal = 0

    @property
    def seen(self) -> Progress:
        """What was taken from the streams so far."""
        return Progress(self._source.taken, self._destination.taken)

    def run(self) -> Iterator[list[Finding]]:
        """Give all that is not the same, in the order of the keys, a batch at a time."""
        source, destination = self._source, self._destination
        while source.more() and destination.more():
            if not self._take_equal_run():
                yield from self._next_keys()
        while source.more():
            yield self._only_source(source.take_before(_LAST_KEY))
        while destination.more():
            yield self._only_destination(destination.take_before(_LAST_KEY))

    def _take_equal_run(self) -> bool:
        """Take entries from both sides as long as they are the same in everything; tell whether there were any.

        This is what equal buckets are made of. Lists are compared by the interpreter itself, not entry by entry here.
        """
        first, second = self._source.upcoming(self._stride), self._destination.upcoming(self._stride)
        length = min(len(first), len(second))
        first, second = first[:length], second[:length]
        if first != second:
            length = next(at for at, (one, other) in enumerate(zip(first, second, strict=True)) if one != other)
            first = first[:length]
            self._stride = _FIRST_STRIDE
        else:
            self._stride *= _GROWTH
        self._source.skip(length)
        self._destination.skip(length)
        window = self._rules.window
        self.equal += length if window.open else sum(map(window.has, first))
        return length > 0

    def _next_keys(self) -> Iterator[list[Finding]]:
        """Go on to where both sides have the same key, or through that key."""
        here, there = self._source.head.key, self._destination.head.key
        if here < there:
            yield self._only_source(self._source.take_before(there))
        elif there < here:
            yield self._only_destination(self._destination.take_before(here))
        else:
            yield from self._key(here)

    def _only_source(self, entries: Iterable[Entry]) -> list[Finding]:
        return [found for one in entries if (found := self._missing(one))]

    def _only_destination(self, entries: Iterable[Entry]) -> list[Finding]:
        return [found for one in entries if (found := self._extra(one))]

    def _missing(self, entry: Entry) -> Finding | None:
        if self._rules.current and entry.marker:  # deleted here, not there at all: it is gone on both sides
            self._same(entry)
            return None
        if not self._rules.window.has(entry):
            return None
        return Finding(self._missing_kind(entry), entry, None)

    def _missing_kind(self, entry: Entry) -> str:
        if not entry.marker:
            return kinds.MISSING
        return kinds.MISSING_MARKER if self._rules.markers_expected(entry.key) else kinds.MARKER_NOT_REPLICATED

    def _extra(self, entry: Entry) -> Finding | None:
        if self._rules.current and entry.marker:
            self._same(entry)
            return None
        if not self._rules.window.has(entry):
            return None
        return Finding(kinds.EXTRA_MARKER if entry.marker else kinds.EXTRA, None, entry)

    def _same(self, entry: Entry) -> None:
        self.equal += self._rules.window.has(entry)

    # ---- one key that both sides have ------------------------------------------------------------------------------

    def _key(self, key: str) -> Iterator[list[Finding]]:
        group = _Group()
        source, destination = self._source, self._destination
        here = there = True
        while here or there:
            if here and (here := source.at(key)):
                entry = source.take()
                match = group.there.pop(entry.version_id, None)
                if match is not None:
                    yield from self._pair(group, entry, match)
                elif not there and not group.there:  # nothing that it could be matched with comes any more
                    yield self._only_source([entry])
                else:
                    group.here[entry.version_id] = entry
            if there and (there := destination.at(key)):
                entry = destination.take()
                match = group.here.pop(entry.version_id, None)
                if match is not None:
                    yield from self._pair(group, match, entry)
                elif not here and not group.here:
                    yield self._only_destination([entry])
                else:
                    group.there[entry.version_id] = entry
        yield self._ungrouped(group)

    def _pair(self, group: _Group, one: Entry, other: Entry) -> Iterator[list[Finding]]:
        if one.latest:
            group.latest_here = one
        if other.latest:
            group.latest_there = other
        if self._rules.window.has(one):
            kind = kinds.of_match(one, other)
            if kind == kinds.EQUAL:
                self.equal += 1
            else:
                yield [Finding(kind, one, other)]

    def _ungrouped(self, group: _Group) -> list[Finding]:
        """Judge what was matched by no id, and which version is the newest."""
        found = self._currents(group) if self._rules.current else self._copies(group)
        found += self._only_source(group.here.values())
        found += self._only_destination(group.there.values())
        one, other = group.latest_here, group.latest_there
        # A newest version that is on one side only was told of; that another one is the newest there follows from it.
        if one and other and one.version_id != other.version_id and self._rules.window.has(one):
            found.append(Finding(kinds.LATEST, one, other))
        return found

    def _copies(self, group: _Group) -> list[Finding]:
        """Match the same content under another version id: what was copied by other means than replication."""
        by_content: dict[tuple[int | None, str], list[Entry]] = {}
        for entry in group.there.values():
            if not entry.marker and entry.etag:
                by_content.setdefault((entry.size, entry.etag), []).append(entry)
        found = []
        for entry in list(group.here.values()) if by_content else ():
            same = None if entry.marker else by_content.get((entry.size, entry.etag))
            if same:
                del group.here[entry.version_id]
                other = group.there.pop(same.pop(0).version_id)
                if self._rules.window.has(entry):
                    found.append(Finding(kinds.OTHER_ID, entry, other))
        return found

    def _currents(self, group: _Group) -> list[Finding]:
        """Judge the newest versions of both sides where they have different ids."""
        if not (group.here and group.there):
            return []
        (one,), (other,) = group.here.values(), group.there.values()
        group.here.clear()
        group.there.clear()
        if one.marker and other.marker:
            self._same(one)
        elif self._rules.window.has(one):
            return [Finding(self._current_kind(one, other), one, other)]
        return []

    def _current_kind(self, one: Entry, other: Entry) -> str:
        if one.marker:
            return self._missing_kind(one)
        if other.marker:
            return kinds.EXTRA_MARKER
        same = one.size == other.size and one.etag and one.etag == other.etag
        return kinds.OTHER_ID if same else kinds.CURRENT


@dataclass
class _Group:
    """Versions of one key that have found no match, by id, and the newest ones among those that have."""

    here: dict[str, Entry] = field(default_factory=dict)
    there: dict[str, Entry] = field(default_factory=dict)
    latest_here: Entry | None = None
    latest_there: Entry | None = None


class _Stream:
    """Pages as one stream with a place in it."""

    def __init__(self, pages: Iterable[list[Entry]]) -> None:
        self._pages, self._page, self._at = iter(pages), list[Entry](), 0
        self.taken = 0

    def more(self) -> bool:
        """Whether there is an entry; gets the next page if need be."""
        while self._at >= len(self._page):
            self._page, self._at = [], 0  # not to hold it while the next one is on its way
            page = next(self._pages, None)
            if page is None:
                return False
            self._page = page
            self.taken += len(page)
        return True

    @property
    def head(self) -> Entry:
        """The entry at the place; only after :meth:`more`."""
        return self._page[self._at]

    def at(self, key: str) -> bool:
        """Whether there is an entry, and it has this key."""
        return self.more() and self._page[self._at].key == key

    def take(self) -> Entry:
        """Give the entry at the place and go on."""
        self._at += 1
        return self._page[self._at - 1]

    def upcoming(self, most: int) -> list[Entry]:
        """Give entries of the page at hand without going on."""
        return self._page[self._at : self._at + most]

    def skip(self, entries: int) -> None:
        """Go on within the page at hand."""
        self._at += entries

    def take_before(self, key: str) -> list[Entry]:
        """Give the entries of the page at hand with lesser keys and go on."""
        begin = self._at
        self._at = bisect_left(self._page, key, begin, key=_KEY)
        return self._page[begin : self._at]


def compare(
    source: Iterable[list[Entry]], destination: Iterable[list[Entry]], rules: Rules
) -> tuple[Counter[str], list[Finding]]:
    """Compare two streams to their ends: how many of each kind, and all that is not equal."""
    comparison = Comparison(source, destination, rules)
    found = [finding for batch in comparison.run() for finding in batch]
    counts = Counter(finding.kind for finding in found)
    counts[kinds.EQUAL] += comparison.equal
    return counts, found
