# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ranges of keys that are listed on both sides at once, and split while they are listed.

A span belongs to one thread, here or in another process, which lists and compares it. Another thread that has nothing
to do may cut off its far end. What either side has handed out already stays: a cut lies at or beyond the last key of
it.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator
from operator import attrgetter

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_version_pages import Place, VersionPage
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_split import split_points

_KEY = attrgetter("key")

# Gives of a side the page of a prefix behind a place, of at most so many entries.
ListPage = Callable[[int, str, "Place | None", int], VersionPage]
_QUESTIONS = 4
SIDES = (0, 1)  # source, destination


class Span:
    """The keys beyond ``low`` up to and with ``high`` (``None``: all) that begin with ``prefix``.

    ``end`` is a marker after which no key is known to come; it only saves questions. ``pages`` were read of both sides,
    ``position`` is the last key of them, and ``going`` are the sides of which more is to come.
    """

    def __init__(self, prefix: str = "", low: str = "", high: str | None = None, end: str | None = None) -> None:
        self.prefix, self.low, self.high = prefix, low, high
        self.pages, self.position, self.going = 0, low, list[int]()
        self.being_split = False
        # Who lists the span elsewhere sets it: there the cut has to be made.
        self.cut: Callable[[str], bool] = self.cut_here
        self._end = end
        self._lock = threading.Lock()
        self._tried_at, self._patience = 0, 1

    # ---- for the one who lists -------------------------------------------------------------------------------------

    def read(self, side: int, list_page: ListPage, size: int) -> Iterator[list[Entry]]:
        """List one side of the span, in pages. Raises :class:`AwsError`."""
        after: Place | None = Place(self.low) if self.low else None
        self.going.append(side)
        while True:
            page = list_page(side, self.prefix, after, size)
            after = page.next
            entries, over = self._hand_out(page)
            if over:
                self.going.remove(side)
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
                self.position = max(self.position, entries[-1].key)
            return entries, over

    def cut_here(self, point: str) -> bool:
        """End the span at a key, unless it has come further already; tell whether that was done."""
        with self._lock:
            if not self.going or point < self.position:
                return False
            self.high = point
            return True

    # ---- for those who have nothing to do --------------------------------------------------------------------------

    def worth_splitting(self, least: int) -> bool:
        """Whether ``least`` pages, of both sides, were read since the last cut, and there is more to come.

        Cutting costs some questions, and on either side a page that is read in vain. A span that could not be cut is
        given twice as long.
        """
        rested = self.pages - self._tried_at >= least * self._patience
        return rested and bool(self.going) and not self.being_split

    def split(self, list_page: ListPage, most: int = 1) -> list[Span]:
        """Cut off the far end, in at most ``most`` parts, and give them; nothing where no good place was found.

        Asks S3, some questions at once. Raises :class:`AwsError`.
        """
        at_once = max(most, _QUESTIONS)
        high, position = self.high, self.position
        going = self.going[:1]

        def follows(marker: str) -> str | None:
            if any(bound is not None and marker >= bound for bound in (high, self._end)):
                return None
            page = list_page(going[0], self.prefix, Place(marker), 1)
            if page.entries and (high is None or page.entries[0].key <= high):
                return page.entries[0].key
            self._end = marker
            return None

        def follow(markers: list[str]) -> list[str | None]:
            return list(in_order(follows, markers, at_once))

        points = split_points(position, self.prefix, follow, most, at_once) if going and position else []
        self._tried_at = self.pages
        while points and not self.cut(points[0]):
            del points[0]
        if not points:
            self._patience *= 2
            return []
        self.high = points[0]
        bounds = [*points[1:], high]
        return [Span(self.prefix, low, to, self._end) for low, to in zip(points, bounds, strict=True)]
