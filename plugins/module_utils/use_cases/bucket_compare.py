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
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_objects, s3_replication, s3_version_pages
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare import Rules
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Window
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_markers import (
    Markers,
    all_markers,
    markers_expected,
)
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
        opened, done = _opened(where, task)
        compares = _Compares(where, task, opened, stack)
        preparing = _Preparing(where, task, now, differences, stack)
        done |= zip(opened, in_order(preparing.prepare, opened.items(), task.concurrency), strict=True)
        prepared = [done[number] for number in range(len(task.pairs))]
        _compare([pair for pair in prepared if isinstance(pair, PairComparison)], task.concurrency, compares)
        file.flush()
        outcome = _outcome(task, prepared, now)
        if task.output and not where.check_mode:
            _deliver(where, Path(file.name), task.output, outcome.results)
            outcome.results["output"] = task.output
    return _unless_failed(outcome)


def _opened(where: Surroundings, task: Task) -> tuple[dict[int, Pair], dict[int, PairComparison | ToldError]]:
    """Give the pairs by their numbers, with the clients of both sides, and why there are none of the others.

    None of the clients has asked anything yet: connections can't be shared with other processes.
    """
    opened: dict[int, Pair] = {}
    failed: dict[int, PairComparison | ToldError] = {}
    for number, pair in enumerate(task.pairs):
        try:
            clients = where.source(pair.source.region), where.destination(pair.destination.region)
        except ToldError as error:
            failed[number] = error
            continue
        source, destination = (
            BucketSide(s3_version_pages.read_fast(client), side.bucket, side.account_id)
            for client, side in zip(clients, (pair.source, pair.destination), strict=True)
        )
        prefixes = disjoint_prefixes(task.key_prefixes, pair.prefix)
        opened[number] = Pair((source, destination), prefixes, task.page_size)
    return opened, failed


class _Compares:
    """Who compares spans: other processes where it takes more than one core, else the threads that have them.

    ``processor`` tells whether they are busy.
    """

    def __init__(self, where: Surroundings, task: Task, opened: Mapping[int, Pair], stack: ExitStack) -> None:
        self._opened = opened
        self._elsewhere: Processes | None = None
        listed = any(not (pair.source.inventory or pair.destination.inventory) for pair in task.pairs)
        number = min(where.processes, task.concurrency) if listed else 1
        self.processor = Processor()
        if number > 1:
            self._elsewhere = Processes(opened, number, task.concurrency)
            stack.callback(self._elsewhere.close)
            self.processor = Processor(number, used=self._elsewhere.used)

    def __call__(self, number: int, rules: Rules, span: Span, told: Told) -> None:
        """Compare a span of a pair. Raises :class:`ToldError`."""
        if self._elsewhere:
            self._elsewhere.compare(number, rules, span, told)
        else:
            self._opened[number].compare(rules, span, told)


def _compare(pairs: list[PairComparison], concurrency: int, compares: _Compares) -> None:
    """Compare what was prepared."""

    def find() -> Job | None:
        if compares.processor.busy():
            return None
        return next((job for pair in pairs if (job := pair.split(crew, compares))), None)

    crew = Crew(concurrency, find)
    crew.run([job for pair in pairs for job in pair.begin(crew, compares)])


class _Preparing:
    """Makes ready to compare a pair: reads its rules and the manifests of its inventories."""

    def __init__(
        self, where: Surroundings, task: Task, now: datetime, differences: DifferencesFile, stack: ExitStack
    ) -> None:
        self._where, self._task, self._now = where, task, now
        self._differences, self._stack = differences, stack

    def prepare(self, numbered: tuple[int, Pair]) -> PairComparison | ToldError:
        """Give the pair of a number ready to be compared, or why it can't be."""
        number, opened = numbered
        task, asked = self._task, self._task.pairs[number]
        try:
            source, destination = map(self._read, opened.sides, (asked.source, asked.destination))
            rules = Rules(task.current, self._window(source, destination), self._markers(asked, source))
        except ToldError as error:
            return error
        names = {"source": asked.source.bucket, "destination": asked.destination.bucket}
        report = Report(task.max_listed, lambda row: self._differences.write({**names, **row}))
        pair = Pair((source, destination), opened.prefixes, task.page_size)
        return PairComparison(number, pair, rules, task.max_heads, report)

    def _read(self, side: BucketSide, asked: SideTask) -> BucketSide:
        """Give the side with its inventory, where it has one."""
        if not asked.inventory:
            return side
        versions = not self._task.current
        inventory = SortedInventory(side.client, asked.inventory, side.bucket, None, versions, self._where.folder)
        self._stack.callback(inventory.close)
        return replace(side, inventory=inventory)

    def _window(self, *sides: BucketSide) -> Window:
        """Give what counts: an inventory tells nothing of what was written after S3 had begun it."""
        untils = [side.inventory.inventory.begun for side in sides if side.inventory]
        if self._task.older_than:
            untils.append(from_datetime(self._now - timedelta(seconds=self._task.older_than)))
        return Window(self._task.since, min(untils, default=""))

    def _markers(self, pair: PairTask, source: BucketSide) -> Markers:
        said = pair.delete_marker_replication
        if said is not None:
            return all_markers(said)
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
