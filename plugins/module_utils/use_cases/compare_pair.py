# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing one pair of buckets: both sides are listed in spans, differences are looked at, and counted.

Threads of a crew do it; they may leave listing to other processes. What fails ends the pair, and says why; it never
ends as a difference.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple, Protocol

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_version_pages
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_version_pages import Place, VersionPage
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_kinds as kinds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_verdicts as verdicts
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare import Comparison, Progress, Rules
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry, Finding
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_verdicts import Look
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_report import Report
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_spans import SIDES, Span
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.sorted_inventory import SortedInventory

Job = Callable[[], None]


class Workers(Protocol):
    """Those who take jobs."""

    size: int

    @property
    def idle(self) -> int:
        """How many have nothing to do."""

    def add(self, job: Job) -> None:
        """Have a job done soon."""

    def look_again(self) -> None:
        """Tell those who found nothing to do that there may be something now."""


@dataclass(frozen=True)
class BucketSide:
    """One bucket of a pair: its client, and its inventory where that is read instead of listing it."""

    client: Any
    bucket: str
    owner: str | None = None
    inventory: SortedInventory | None = None

    def list_page(self, prefix: str, after: Place | None, size: int) -> VersionPage:
        """ListObjectVersions. Raises :class:`AwsError`."""
        return s3_version_pages.list_page(self.client, self.bucket, self.owner, prefix, after, size)

    def look_at(self, entry: Entry) -> Look:
        """HeadObject of a version. Raises :class:`AwsError`."""
        return s3_version_pages.look_at(self.client, self.bucket, self.owner, entry.key, entry.version_id)


class Listed(NamedTuple):
    """A page more was listed; where the span stands now is as in :class:`Span`."""

    pages: int
    position: str
    going: list[int]


class Found(NamedTuple):
    """What is not the same, or has to be looked at."""

    findings: list[Finding]


class Done(NamedTuple):
    """All of a span was listed: how many versions are equal, and how many were seen."""

    equal: int
    seen: Progress


# Is told of listing a span, in this order: any number of Listed and Found, then Done. May raise to end it.
Told = Callable[["Listed | Found | Done"], None]


class Pair:
    """One pair as it is listed and compared. ``page_size`` is for tests."""

    def __init__(self, sides: tuple[BucketSide, BucketSide], prefixes: list[str], page_size: int) -> None:
        self.sides, self.prefixes, self._page_size = sides, prefixes, page_size

    @property
    def inventories(self) -> bool:
        """Whether a side is read from its inventory: then there are no spans."""
        return any(side.inventory for side in self.sides)

    def compare(self, rules: Rules, span: Span | None, told: Told) -> None:
        """Compare a span, or all there is. Raises :class:`ToldError`."""
        source, destination = (self._pages(side, rules, span, told) for side in SIDES)
        comparison = Comparison(source, destination, rules)
        for batch in comparison.run():
            if batch:
                told(Found(batch))
        told(Done(comparison.equal, comparison.seen))

    def list_page(self, side: int, prefix: str, after: Place | None, size: int) -> VersionPage:
        """Give a page of a side. Raises :class:`AwsError`."""
        return self.sides[side].list_page(prefix, after, size)

    def _pages(self, side: int, rules: Rules, span: Span | None, told: Told) -> Iterator[list[Entry]]:
        for page in self._read(side, span):
            told(Listed(span.pages, span.position, [*span.going]) if span else Listed(0, "", []))
            yield [entry for entry in page if entry.latest] if rules.current else page
            del page  # not to hold it while the next one is on its way

    def _read(self, side: int, span: Span | None) -> Iterator[list[Entry]]:
        prefixes = tuple(self.prefixes)
        inventory = self.sides[side].inventory
        if inventory is not None:
            return inventory.pages(lambda entry: entry.key.startswith(prefixes))
        spans = [span] if span is not None else [Span(prefix) for prefix in prefixes]
        return chain.from_iterable(one.read(side, self.list_page, self._page_size) for one in spans)


class _Stopped(Exception):  # noqa: N818 - no error: another thread has met one
    """The pair has failed already."""


# Compares a span of the pair of this number by these rules, here or elsewhere.
Compare = Callable[[int, Rules, Span, Told], None]


class PairComparison:
    """One pair at work, the one of this ``number``. ``looks`` is how many of its versions may be looked at."""

    def __init__(self, number: int, pair: Pair, rules: Rules, looks: int, report: Report) -> None:
        self.number, self.pair, self.report = number, pair, report
        self._rules = rules
        self._looks = looks
        self._pages_read = 0
        self._lock = threading.Lock()
        self._running: list[Span] = []
        self.error: ToldError | None = None
        self.looks_failed: AwsError | None = None
        self.looks_left_out = 0

    # ---- jobs ------------------------------------------------------------------------------------------------------

    def begin(self, workers: Workers, compare: Compare) -> list[Job]:
        """Give the jobs that the pair begins with. ``compare`` compares a span."""
        if self.pair.inventories:
            return [self._job(lambda: self.pair.compare(self._rules, None, lambda event: self._told(event, workers)))]
        return [self._span_job(Span(prefix), workers, compare) for prefix in self.pair.prefixes]

    def split(self, workers: Workers, compare: Compare) -> Job | None:
        """Give a job that splits the span which was read longest, if there is one worth it."""
        # A span that was read for long is likely to go on for long: the more was read, the larger have parts to be.
        # Where most threads have nothing to do, the pair is at its beginning or near its end: then it is worth more.
        idle = workers.idle
        least = 1 + self._pages_read * (workers.size - idle) // (2 * workers.size**2)
        with self._lock:
            worth = [] if self.error else [span for span in self._running if span.worth_splitting(least)]
            if not worth:
                return None
            span = max(worth, key=lambda one: one.pages)
            span.being_split = True  # no other thread is to split it meanwhile
            most = max(1, idle // len(self._running))

        def job() -> None:
            new = span.split(self.pair.list_page, most)
            span.being_split = False
            for one in new:
                workers.add(self._span_job(one, workers, compare))

        return self._job(job)

    def _job(self, work: Job) -> Job:
        """Let a failure end the pair, not the others."""

        def job() -> None:
            try:
                if self.error is None:
                    work()
            except _Stopped:
                pass
            except ToldError as error:
                self.error = self.error or error

        return job

    def _span_job(self, span: Span, workers: Workers, compare: Compare) -> Job:
        def job() -> None:
            with self._lock:
                self._running.append(span)
            compare(self.number, self._rules, span, lambda event: self._told(event, workers))
            with self._lock:
                self._running.remove(span)

        return self._job(job)

    def _told(self, event: Listed | Found | Done, workers: Workers) -> None:
        if self.error is not None:
            raise _Stopped
        if isinstance(event, Listed):
            self._pages_read += 1  # near enough without a lock
            workers.look_again()
        elif isinstance(event, Found):
            for finding in event.findings:
                self._take(finding, workers)
        else:
            self.report.add_counts(event.equal, event.seen)

    # ---- looking closer --------------------------------------------------------------------------------------------

    def _take(self, finding: Finding, workers: Workers) -> None:
        known = finding.entry.status and finding.kind in verdicts.ONE_SIDED
        if finding.kind in verdicts.LOOKED_AT and not known:
            with self._lock:
                self._looks -= 1
                granted = self._looks >= 0
                self.looks_left_out += not granted
            if granted:
                workers.add(self._job(lambda: self.report.add(self._looked_at(finding))))
                return
        self.report.add(verdicts.explained(finding))

    def _looked_at(self, finding: Finding) -> Finding:
        source, destination = self.pair.sides
        if finding.kind == kinds.ETAG_QUESTION:
            return verdicts.of_question(finding, self._look(source, finding), self._look(destination, finding))
        own, other = (source, destination) if finding.source else (destination, source)
        look = self._look(own, finding)
        again = self._look(other, finding) if verdicts.asks_other_side(finding, look) else None
        return verdicts.of_one_sided(finding, look, again)

    def _look(self, side: BucketSide, finding: Finding) -> Look:
        try:
            return side.look_at(finding.entry)
        except AwsError as error:
            self.looks_failed = error
            return Look(known=False)
