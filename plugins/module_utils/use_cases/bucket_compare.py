# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare many pairs of buckets at once: prove that both sides hold the same versions, or tell what differs.

One crew of threads works on all pairs. A pair that can't be compared stops no other; the run fails in the end, with the
results of all pairs in the details of the failure.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_objects, s3_replication, s3_version_pages
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare import Rules
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Window
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_markers import markers_expected
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_split import disjoint_prefixes
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.inventory import split_url
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import from_datetime
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_pair import (
    BucketSide,
    Pair,
    PairComparison,
    Told,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_processes import Processes, worth_it
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_report import DifferencesFile, Report
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_spans import Span
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.crew import Crew, Job
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.processor import Processor
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.sorted_inventory import SortedInventory

# Gives the S3 client of a Region.
S3 = Callable[[str], Any]


@dataclass(frozen=True)
class SideTask:
    """One bucket. ``account_id`` is the account that has to own it, ``inventory`` the URL of a ``manifest.json``."""

    bucket: str
    region: str
    account_id: str | None = None
    inventory: str | None = None


@dataclass(frozen=True)
class PairTask:
    """One pair. ``delete_marker_replication`` is ``None`` where the source's rules are to tell it."""

    source: SideTask
    destination: SideTask
    prefix: str = ""
    delete_marker_replication: bool | None = None


@dataclass(frozen=True)
class Task:
    """What is asked for. ``since`` is in the fixed form of ``times``, ``older_than`` in seconds."""

    pairs: list[PairTask]
    key_prefixes: list[str]
    current: bool = False
    since: str = ""
    older_than: int = 0
    max_heads: int = 10_000
    max_listed: int = 100
    output: str | None = None
    concurrency: int = 16
    page_size: int = s3_version_pages.LARGEST_PAGE


@dataclass(frozen=True)
class Surroundings:
    """Clients of the source side and of the destination side, and where files may lie for a while.

    ``own`` gives the S3 client of the task itself and its account; only asked where a file is to be put. ``processes``
    is how many may list.
    """

    source: S3
    destination: S3
    own: Callable[[], tuple[Any, str]]
    folder: str
    check_mode: bool = False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    processes: int = field(default_factory=worth_it)


def compare_buckets(where: Surroundings, task: Task) -> Outcome:
    """Compare all pairs. Raises :class:`ToldError` when one could not be compared, after all others were."""
    now = where.now()
    with ExitStack() as stack:
        file = stack.enter_context(
            tempfile.NamedTemporaryFile("w+", encoding="utf-8", newline="", dir=where.folder, suffix=".csv")
        )
        differences = DifferencesFile(file)
        preparing = _Preparing(where, task, now, differences, stack)
        prepared = list(in_order(preparing.prepare, task.pairs, task.concurrency))
        pairs = [pair for pair in prepared if isinstance(pair, PairComparison)]
        _compare(pairs, task.concurrency, where.processes)
        file.flush()
        outcome = _outcome(task, prepared, now)
        if task.output and not where.check_mode:
            _deliver(where, Path(file.name), task.output, outcome.results)
            outcome.results["output"] = task.output
    return _unless_failed(outcome)


def _compare(pairs: list[PairComparison], concurrency: int, processes: int) -> None:
    """Compare what was prepared. Listing is left to other processes where it takes more than one core."""
    spanned = [number for number, pair in enumerate(pairs) if not pair.pair.inventories]
    processes = min(processes, concurrency) if spanned else 1
    compares: list[Callable[[Span, Told], None]] = [pair.pair.compare for pair in pairs]
    processor = Processor()
    with ExitStack() as stack:
        if processes > 1:
            for side in chain.from_iterable(pair.pair.sides for pair in pairs):
                side.client.close()  # connections can't be shared with other processes
            listing = Processes([pair.pair for pair in pairs], processes, concurrency)
            stack.callback(listing.close)
            processor = Processor(processes, used=listing.used)
            compares = [partial(listing.compare, number) for number in range(len(pairs))]

        def find() -> Job | None:
            if processor.busy():
                return None
            jobs = (pairs[number].split(crew, compares[number]) for number in spanned)
            return next((job for job in jobs if job), None)

        crew = Crew(concurrency, find)
        crew.run([job for pair, compare in zip(pairs, compares, strict=True) for job in pair.begin(crew, compare)])


class _Preparing:
    """Makes ready to compare a pair: reads its rules and the manifests of its inventories."""

    def __init__(
        self, where: Surroundings, task: Task, now: datetime, differences: DifferencesFile, stack: ExitStack
    ) -> None:
        self._where, self._task, self._now = where, task, now
        self._differences, self._stack = differences, stack

    def prepare(self, pair: PairTask) -> PairComparison | ToldError:
        """Give the pair ready to be compared, or why it can't be."""
        task = self._task
        try:
            source = self._side(pair.source, self._where.source)
            destination = self._side(pair.destination, self._where.destination)
            rules = Rules(task.current, self._window(source, destination), self._markers(pair, source))
        except ToldError as error:
            return error
        names = {"source": pair.source.bucket, "destination": pair.destination.bucket}
        report = Report(task.max_listed, lambda row: self._differences.write({**names, **row}))
        prefixes = disjoint_prefixes(task.key_prefixes, pair.prefix)
        return PairComparison(Pair((source, destination), rules, prefixes, task.page_size), task.max_heads, report)

    def _side(self, side: SideTask, s3: S3) -> BucketSide:
        client = s3_version_pages.read_fast(s3(side.region))
        inventory = None
        if side.inventory:
            versions = not self._task.current
            inventory = SortedInventory(client, side.inventory, side.bucket, None, versions, self._where.folder)
            self._stack.callback(inventory.close)
        return BucketSide(client, side.bucket, side.account_id, inventory)

    def _window(self, *sides: BucketSide) -> Window:
        """Give what counts: an inventory tells nothing of what was written after S3 had begun it."""
        untils = [side.inventory.inventory.begun for side in sides if side.inventory]
        if self._task.older_than:
            untils.append(from_datetime(self._now - timedelta(seconds=self._task.older_than)))
        return Window(self._task.since, min(untils, default=""))

    def _markers(self, pair: PairTask, source: BucketSide) -> Callable[[str], bool]:
        said = pair.delete_marker_replication
        if said is not None:
            return lambda key: said
        configuration = s3_replication.get_replication(source.client, source.bucket)
        return markers_expected(configuration, pair.destination.bucket)


def _outcome(task: Task, prepared: list[PairComparison | ToldError], now: datetime) -> Outcome:
    results: list[dict[str, Any]] = []
    warnings: list[str] = []
    for pair, done in zip(task.pairs, prepared, strict=True):
        error = done if isinstance(done, ToldError) else done.error
        names = {
            side: {"bucket": one.bucket, "region": one.region}
            for side, one in (("source", pair.source), ("destination", pair.destination))
        }
        result = {**names, "equal": False, "error": error.message if error else None}
        if isinstance(done, PairComparison) and not error:
            result |= done.report.result(now)
            warnings += _warnings(pair, done, asked=task.max_heads > 0)
        results.append(result)
    compared = [result for result in results if result["error"] is None]
    return Outcome(
        changed=False,
        warnings=warnings,
        results={
            "equal": all(result["equal"] for result in results),
            "missing": sum(result["missing"] for result in compared),
            "bytes_missing": sum(result["bytes_missing"] for result in compared),
            "lag": max((result["lag"] for result in compared), default=0.0),
            "pairs": results,
            "output": None,
        },
    )


def _warnings(pair: PairTask, done: PairComparison, asked: bool) -> list[str]:
    name = f"{pair.source.bucket} -> {pair.destination.bucket}"
    told = []
    if asked and done.looks_left_out:
        told.append(
            f"{name}: {done.looks_left_out} versions more than max_heads were not looked at; their replication status, "
            "or what their ETags mean, is not known"
        )
    if done.looks_failed:
        told.append(f"{name}: some versions could not be looked at: {done.looks_failed.message}")
    return told


def _unless_failed(outcome: Outcome) -> Outcome:
    failed = [result for result in outcome.results["pairs"] if result["error"]]
    if failed:
        told = [
            f"{result['source']['bucket']} -> {result['destination']['bucket']}: {result['error']}" for result in failed
        ]
        raise ToldError(
            f"{len(failed)} of {len(outcome.results['pairs'])} pairs could not be compared: {'; '.join(told)}",
            **outcome.results,
        )
    return outcome


def _deliver(where: Surroundings, file: Path, output: str, results: dict[str, Any]) -> None:
    """Put the file of differences where it is wanted. Raises :class:`ToldError` with the results in its details."""
    try:
        _put(where, file, output)
    except ToldError as error:
        error.details.update(results)
        raise


def _put(where: Surroundings, file: Path, output: str) -> None:
    if not output.startswith("s3://"):
        # Another file system may be meant; what lies there is replaced at once or not at all.
        target = Path(output)
        partial = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            shutil.copyfile(file, partial)
            partial.replace(target)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise ToldError(f"Could not write {output}: {error}. Give a file in a folder that exists") from error
        return
    bucket, key = split_url(output)
    client, account = where.own()
    with file.open("rb") as stream:
        s3_objects.put_file(client, bucket, key, stream, file.stat().st_size, account, {})
