# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ranges of keys that are listed on both sides at once, and split while they are listed.

A span belongs to one thread, which lists and compares it. Another one that has nothing to do may cut off its far end.
What either side has handed out already stays: a cut lies at or beyond the last key of it.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator
from operator import attrgetter

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_version_pages import Place, VersionPage
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_split import split_point

_KEY = attrgetter("key")

# Gives the page behind a place, of at most so many entries.
ListPage = Callable[[str, "Place | None", int], VersionPage]


class Span:
    """The keys beyond ``low`` up to and with ``high`` (``None``: all) that begin with ``prefix``.

    ``end`` is a marker after which no key is known to come; it only saves questions.
    """

    def __init__(self, prefix: str = "", low: str = "", high: str | None = None, end: str | None = None) -> None:
        self.prefix, self.low, self.high = prefix, low, high
        self._end = end
        self._lock = threading.Lock()
        self._position = low
        self._going: list[ListPage] = []
        self.pages = 0
        self._tried_at, self._patience = 0, 1
        self.being_split = False

    def worth_splitting(self, least: int) -> bool:
        """Whether ``least`` pages, of both sides, were read since the last cut, and there is more to come.

        Cutting costs some questions, and on either side a page that is read in vain. A span that could not be cut is
        given twice as long.
        """
        rested = self.pages - self._tried_at >= least * self._patience
        return rested and bool(self._going) and not self.being_split

    def read(self, list_page: ListPage, size: int) -> Iterator[list[Entry]]:
        """List one side of the span, in pages. Raises :class:`AwsError`."""
        after: Place | None = Place(self.low) if self.low else None
        self._going.append(list_page)
        while True:
            page = list_page(self.prefix, after, size)
            after = page.next
            entries, over = self._hand_out(page)
            if over:
                self._going.remove(list_page)
            del page
            yield entries
            del entries  # not to hold a page while the next one is on its way
            if over:
                return

    def _hand_out(self, page: VersionPage) -> tuple[list[Entry], bool]:
        """Give what of a page lies within the span, and whether there is no more of it."""
        with self._lock:
            self.pages += 1
            entries, high = page.entries, self.high
            over = page.next is None
            # The documentation does not say whether a listing that begins at a key takes that key in. AWS leaves it out
            # (ceph/s3-tests pull request 594); others that speak S3 do not.
            if entries and entries[0].key <= self.low:
                entries = entries[bisect_right(entries, self.low, key=_KEY) :]
            if high is not None and entries and entries[-1].key > high:
                entries, over = entries[: bisect_right(entries, high, key=_KEY)], True
            if entries:
                self._position = max(self._position, entries[-1].key)
            return entries, over

    def split(self) -> Span | None:
        """Cut off the far end and give it, or ``None`` where no good place was found. Asks S3; raises ``AwsError``."""
        high, position = self.high, self._position
        going = self._going[:1]
        if not going:
            return None

        def follows(marker: str) -> str | None:
            if any(bound is not None and marker >= bound for bound in (high, self._end)):
                return None
            page = going[0](self.prefix, Place(marker), 1)
            if page.entries and (high is None or page.entries[0].key <= high):
                return page.entries[0].key
            self._end = marker
            return None

        point = split_point(position, self.prefix, follows) if position else None
        with self._lock:
            self._tried_at = self.pages
            if point is None or point < self._position or self.high != high or not self._going:
                self._patience *= 2
                return None
            self.high = point
        return Span(self.prefix, point, high, self._end)
