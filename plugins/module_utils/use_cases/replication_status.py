# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell the backlog and the failures of many rules, each figure from the Region that has it.

Made for the moment when the source's Region is gone: each Region is asked by itself, all at once and for seconds only,
and what one does not say takes nothing away from what the others do. Where the rules can't be read, the metrics that
the destination's Region lists tell which there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import cloudwatch
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import BRIEFLY, Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import replication_metrics as metrics
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.account_role import AccountRole
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import (
    AskedPair,
    no_rule_told,
    read_asked,
    rules_between,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_metrics import Flow, Point
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.rules_found import Found, read_rules

# A clock that is behind AWS's must not hide the newest minutes.
_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Task:
    """What is asked for. ``window``: how many seconds back; ``stale_after``: how old the newest figures may be."""

    pairs: list[Any]
    window: int = 3600
    stale_after: int = 300
    source_role: AccountRole | None = None
    destination_role: AccountRole | None = None
    concurrency: int = 32


@dataclass
class _Line:
    """One rule of a pair, or a pair of which no rule is known. The answers stand unless there are figures."""

    pair: AskedPair
    rule_id: str | None
    metrics: bool | None
    answer: str
    failed_answer: str
    errors: list[str] = field(default_factory=list)
    backlog: dict[str, list[Point]] = field(default_factory=dict)
    failures: dict[str, list[Point]] = field(default_factory=dict)

    @property
    def flow(self) -> Flow | None:
        """The dimensions of its metrics, if it can have any."""
        return None if self.rule_id is None else Flow(self.pair.source, self.pair.destination, self.rule_id)


def replication_status(clients_of: Callable[[], Clients], task: Task, now: datetime) -> Outcome:
    """Give a row for each rule and a summary. Raises :class:`RefusedError` for what can't be asked."""
    pairs, problems = read_asked(task.pairs)
    if task.window < metrics.PERIOD:
        problems.append(f"window is {task.window}; figures come once a minute, so it must be {metrics.PERIOD} or more")
    if problems:
        raise RefusedError("Nothing was read", problems)
    status = _Status(clients_of().varied(BRIEFLY), task, now)
    lines = status.lines(pairs)
    status.read(lines)
    rows = [_row(line, task, now) for line in lines]
    results = {
        "rules": rows,
        "summary": metrics.summary(rows),
        "unreachable_regions": sorted(status.unreachable),
    }
    return Outcome(False, results)


class _Status:
    """Reads; notes which Regions do not answer."""

    def __init__(self, clients: Clients, task: Task, now: datetime) -> None:
        # Roles are assumed in the task's Region, which has to be up.
        self.source = clients.assuming(task.source_role) if task.source_role else clients
        self.destination = clients.assuming(task.destination_role) if task.destination_role else None
        self._task, self._now = task, now
        self.unreachable: set[str] = set()
        self._silent: dict[str, str] = {}  # Regions whose CloudWatch does not answer

    # ---- which rules ----

    def lines(self, pairs: list[AskedPair]) -> list[_Line]:
        """Give the rules of all pairs, in their order, each once."""
        found = read_rules(self.source, pairs, self._task.concurrency)
        unread = [pair for pair in pairs if found[pair.source].error]
        self.unreachable |= {pair.source_region for pair in unread if found[pair.source].unreachable}
        listed = self._listed({pair.destination_region for pair in unread if pair.rule_id is None})
        lines: dict[tuple[str, str, str | None], _Line] = {}
        for pair in pairs:
            for line in _lines(pair, found[pair.source], listed.get(pair.destination_region)):
                lines.setdefault((pair.source, pair.destination, line.rule_id), line)
        return list(lines.values())

    def _listed(self, regions: Iterable[str]) -> dict[str, set[Flow] | str]:
        """Give by Region the flows that have metrics there, or why that is not known."""

        def ask(region: str) -> set[Flow] | str:
            found: set[Flow] = set()
            try:
                for client in self._watchers(region):
                    listed = cloudwatch.list_metrics(client, metrics.NAMESPACE, metrics.OPERATIONS_PENDING)
                    found |= {flow for dimensions in listed if (flow := metrics.read_flow(dimensions))}
            except AwsError as error:
                self._note(region, error)
                return error.message
            return found

        names = sorted(regions)
        return dict(zip(names, in_order(ask, names, self._task.concurrency), strict=True))

    def _watchers(self, region: str) -> list[Any]:
        """Clients of the accounts that may have the metrics: AWS does not say which one has those of the other side."""
        sides = [self.source, *([self.destination] if self.destination else [])]
        return [side.get("cloudwatch", region) for side in sides]

    # ---- which figures ----

    def read(self, lines: list[_Line]) -> None:
        """Read the datapoints of all rules that have metrics: one question for each Region and side."""
        asked = [line for line in lines if line.answer == metrics.NO_DATA and line.flow]
        questions = [("backlog", region) for region in sorted({line.pair.destination_region for line in asked})]
        sources = {line.pair.source_region for line in asked}
        questions += [("failures", region) for region in sorted(sources - self.unreachable)]

        def ask(question: tuple[str, str]) -> None:
            part, region = question
            mine = [line for line in asked if _region(line, part) == region]
            if region in self._silent:
                _unread(mine, part, self._silent[region])
                return
            for client in self._watchers(region):
                self._read(client, part, region, [line for line in mine if not getattr(line, part)])

        list(in_order(ask, questions, self._task.concurrency))

    def _read(self, client: Any, part: str, region: str, lines: list[_Line]) -> None:
        names: Mapping[str, tuple[str, str]] = getattr(metrics, part.upper())
        wanted = [(line, name) for line in lines for name in names]
        queries = [
            cloudwatch.Query(metrics.NAMESPACE, names[name][0], line.flow.dimensions(), names[name][1])
            for line, name in wanted
            if line.flow
        ]
        start, end = self._now - timedelta(seconds=self._task.window), self._now + _AHEAD
        try:
            answers = list(cloudwatch.get_metric_data(client, queries, start, end, metrics.PERIOD))
        except AwsError as error:
            self._note(region, error)
            _unread(lines, part, error.message)
            return
        for (line, name), series in zip(wanted, answers, strict=True):
            if series.points:
                getattr(line, part)[name] = series.points
            elif series.problem:
                _unread([line], part, f"Could not read metric {names[name][0]} in {region}: {series.problem}")

    def _note(self, region: str, error: AwsError) -> None:
        if isinstance(error, UnreachableError):
            self.unreachable.add(region)
            self._silent[region] = error.message


def _lines(pair: AskedPair, found: Found, listed: set[Flow] | str | None) -> list[_Line]:
    if found.error:
        return _unread_lines(pair, found, listed)
    rules = rules_between(pair, found.configuration)
    enabled = [rule for rule in rules if rule.status == "enabled"]
    if not enabled:
        none = metrics.NOT_CONFIGURED
        return [_Line(pair, pair.rule_id, None, none, none, [no_rule_told(pair, rules)])]
    lines = []
    for rule in enabled:
        answer = metrics.NO_DATA if rule.metrics else metrics.METRICS_OFF
        off = f"Rule {rule.id} of bucket {pair.source} has no metrics; set metrics: true for it (bucket_replication)"
        lines.append(_Line(pair, rule.id, rule.metrics, answer, answer, [] if rule.metrics else [off]))
    return lines


def _unread_lines(pair: AskedPair, found: Found, listed: set[Flow] | str | None) -> list[_Line]:
    """Give what can be asked for without the configuration."""
    errors = [found.error or ""]
    failed = metrics.COULD_NOT_READ if found.unreachable else metrics.NO_DATA
    if pair.rule_id is not None:
        return [_Line(pair, pair.rule_id, None, metrics.NO_DATA, failed, errors)]
    if isinstance(listed, str):
        unread = metrics.COULD_NOT_READ
        return [_Line(pair, None, None, unread, unread, [*errors, listed])]
    ways = (pair.source, pair.destination)
    rules = sorted(flow.rule_id for flow in listed or () if (flow.source, flow.destination) == ways)
    if rules:
        return [_Line(pair, rule_id, None, metrics.NO_DATA, failed, list(errors)) for rule_id in rules]
    none = f"CloudWatch in {pair.destination_region} has had no metrics of {pair} for two weeks"
    return [_Line(pair, None, None, metrics.NO_DATA, metrics.COULD_NOT_READ, [*errors, none])]


def _region(line: _Line, part: str) -> str:
    return line.pair.destination_region if part == "backlog" else line.pair.source_region


def _unread(lines: Iterable[_Line], part: str, told: str) -> None:
    for line in lines:
        if part == "backlog":
            line.answer = metrics.COULD_NOT_READ
        else:
            line.failed_answer = metrics.COULD_NOT_READ
        if told not in line.errors:
            line.errors.append(told)


def _row(line: _Line, task: Task, now: datetime) -> metrics.Row:
    return {
        **line.pair.as_result(line.rule_id),
        "metrics": line.metrics,
        **metrics.backlog(line.answer, line.backlog, now, task.stale_after),
        **metrics.failures(line.failed_answer, line.failures, now),
        "errors": line.errors,
    }
