# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing one pair of buckets: both sides are listed in spans, differences are looked at, and counted.

Threads of a crew do it. What fails ends the pair, and says why; it never ends as a difference.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_version_pages
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_version_pages import Place, VersionPage
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_kinds as kinds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_verdicts as verdicts
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare import Comparison, Rules
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry, Finding
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_verdicts import Look
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_report import Report
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_spans import Span
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.sorted_inventory import SortedInventory

Job = Callable[[], None]


class Workers(Protocol):
    """Those who take jobs."""

    size: int

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

    def look_at(self, entry: Entry) -> Look:
        """HeadObject of a version. Raises :class:`AwsError`."""
        return s3_version_pages.look_at(self.client, self.bucket, self.owner, entry.key, entry.version_id)


class _Stopped(Exception):  # noqa: N818 - no error: another thread has met one
    """The pair has failed already."""


class PairComparison:
    """One pair at work. ``looks`` is how many of its versions may be looked at; ``page_size`` is for tests."""

    def __init__(
        self,
        sides: tuple[BucketSide, BucketSide],
        rules: Rules,
        prefixes: list[str],
        looks: int,
        report: Report,
        page_size: int = s3_version_pages.LARGEST_PAGE,
    ) -> None:
        self._sides, self._rules, self.report = sides, rules, report
        self._looks, self._page_size = looks, page_size
        self._pages_read = 0
        self._prefixes = prefixes
        self._lock = threading.Lock()
        self._running: list[Span] = []
        self.error: ToldError | None = None
        self.looks_failed: AwsError | None = None
        self.looks_left_out = 0

    # ---- jobs ------------------------------------------------------------------------------------------------------

    def begin(self, workers: Workers) -> list[Job]:
        """Give the jobs that the pair begins with."""
        if any(side.inventory for side in self._sides):
            return [self._job(lambda: self._compare(None, workers))]
        return [self._span_job(Span(prefix), workers) for prefix in self._prefixes]

    def split(self, workers: Workers) -> Job | None:
        """Give a job that splits the span which was read longest, if there is one worth it."""
        # A span that was read for long is likely to go on for long: the more was read, the larger have parts to be.
        least = 1 + self._pages_read // (2 * workers.size)
        with self._lock:
            worth = [] if self.error else [span for span in self._running if span.worth_splitting(least)]
            if not worth:
                return None
            span = max(worth, key=lambda one: one.pages)
            span.being_split = True  # no other thread is to split it meanwhile

        def job() -> None:
            new = span.split()
            span.being_split = False
            if new is not None:
                workers.add(self._span_job(new, workers))

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

    def _span_job(self, span: Span, workers: Workers) -> Job:
        def job() -> None:
            with self._lock:
                self._running.append(span)
            self._compare(span, workers)
            with self._lock:
                self._running.remove(span)

        return self._job(job)

    # ---- comparing -------------------------------------------------------------------------------------------------

    def _compare(self, span: Span | None, workers: Workers) -> None:
        source, destination = (self._pages(side, span, workers) for side in self._sides)
        comparison = Comparison(source, destination, self._rules)
        for batch in comparison.run():
            for finding in batch:
                self._take(finding, workers)
        self.report.add_counts(comparison.equal, comparison.seen)

    def _pages(self, side: BucketSide, span: Span | None, workers: Workers) -> Iterator[list[Entry]]:
        for page in self._read(side, span):
            if self.error is not None:
                raise _Stopped
            self._pages_read += 1  # near enough without a lock
            workers.look_again()
            yield [entry for entry in page if entry.latest] if self._rules.current else page
            del page  # not to hold it while the next one is on its way

    def _read(self, side: BucketSide, span: Span | None) -> Iterator[list[Entry]]:
        prefixes = tuple(self._prefixes)
        if side.inventory is not None:
            return side.inventory.pages(lambda entry: entry.key.startswith(prefixes))

        def list_page(prefix: str, after: Place | None, size: int) -> VersionPage:
            return s3_version_pages.list_page(side.client, side.bucket, side.owner, prefix, after, size)

        spans = [span] if span is not None else [Span(prefix) for prefix in self._prefixes]
        return chain.from_iterable(one.read(list_page, self._page_size) for one in spans)

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
        source, destination = self._sides
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
