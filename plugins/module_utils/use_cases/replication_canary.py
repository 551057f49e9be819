# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write a probe for each rule, see when its replica is on the other side, clean up, and remember how long it took.

What does not work is a result of its rule, never an exception: a canary that stops at the first dead Region says
nothing about the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket, s3_probe
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import BRIEFLY, Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import get_caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import canary_history as past
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import canary_verdict as verdicts
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.account_role import AccountRole
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import AskedPair, read_asked
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_probes import Probe
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_verdict import row_of
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import from_datetime
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.canary_clean import Cleaner, Owners
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.canary_history import History, Shared
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.canary_plan import Planner
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.canary_wait import Flight, Sides, wait_for
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

# Besides wait_timeout, how long a run may take to write and to clean up before its probes are anybody's to remove.
_MARGIN = timedelta(minutes=10)
Row = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """What is asked for, in the words of the options."""

    pairs: list[Any]
    key_prefix: str = ".aws-dr-canary/"
    fail_on_timeout: bool = False
    history_file: str | None = None
    history_bucket: str | None = None
    history_key: str = "replication-canary.jsonl"
    history_region: str | None = None
    history_size: int = 1000
    source_role: AccountRole | None = None
    destination_role: AccountRole | None = None
    concurrency: int = 32
    check_mode: bool = False


def replication_canary(
    clients_of: Callable[[], Clients],
    task: Task,
    patience: Patience,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Outcome:
    """Run the canary. Raises :class:`RefusedError` before anything is written; with ``fail_on_timeout``
    :class:`ToldError` at the end, with all results in its details."""
    pairs, problems = read_asked(task.pairs)
    problems += _option_problems(task, patience)
    _refuse(problems)
    if not pairs:
        return Outcome(False, _results([], [], 0, []))
    return _Canary(clients_of().varied(BRIEFLY), pairs, task, patience, clock).run()


class _Canary:
    def __init__(
        self,
        clients: Clients,
        pairs: list[AskedPair],
        task: Task,
        patience: Patience,
        clock: Callable[[], datetime],
    ) -> None:
        self._pairs, self._task, self._patience, self._clock = pairs, task, patience, clock
        # STS is asked in the task's Region, which has to be up.
        asked_in = clients.region or pairs[0].destination_region
        caller = get_caller(clients.get("sts", asked_in))
        roles = (task.source_role, task.destination_role)
        source, destination = (clients.assuming(role, asked_in) if role else clients for role in roles)
        self._source = source
        self._sides = Sides(lambda region: source.get("s3", region), lambda region: destination.get("s3", region))
        self._owners = Owners(*(_account(role) if role else caller.account for role in roles))
        self._history = History(task.history_file, self._shared(clients, caller.account), task.history_size)
        self._cleaner = Cleaner(self._sides, self._owners, task.concurrency)

    def _shared(self, clients: Clients, account: str) -> Shared | None:
        task = self._task
        if not task.history_bucket:
            return None
        client = clients.get("s3", task.history_region)
        return Shared(client, task.history_bucket, task.history_key, account)

    def run(self) -> Outcome:
        """Plan, write, wait, clean up, remember."""
        check_mode = self._task.check_mode
        self._history.read()
        _refuse(self._history.problems)
        plan = self._planner().plan(self._pairs)
        swept = self._cleaner.sweep(plan.probes, plan.prefixes, self._clock(), check_mode)
        known = [row for probe in plan.probes for row in _planned(probe)] if check_mode else self._measured(plan.probes)
        rows = _in_order([*plan.rows, *known], self._pairs)
        if not check_mode:
            self._history.add([line for row in rows if (line := _line(row, self._clock()))])
        warnings = [*plan.warnings, *self._history.warnings, *dict.fromkeys(self._cleaner.warnings)]
        return self._outcome(rows, bool(plan.probes) or swept > 0, swept, warnings)

    def _planner(self) -> Planner:
        expires = self._clock() + timedelta(seconds=self._patience.timeout) + _MARGIN
        return Planner(
            self._source,
            self._sides.destination,
            self._owners.source,
            self._task.key_prefix,
            expires,
            self._task.concurrency,
        )

    # ---- measuring ----

    def _measured(self, probes: list[Probe]) -> list[Row]:
        written: list[Flight] = []
        try:
            answers = list(in_order(lambda probe: self._write(probe, written), probes, self._task.concurrency))
            wait_for(self._sides, written, self._patience, self._task.concurrency)
            rows = [row for answer in answers if isinstance(answer, list) for row in answer]
            done = [(flight, place) for flight in written for place in range(len(flight.probe.measures))]
            return rows + list(in_order(lambda one: self._row(*one), done, self._task.concurrency))
        finally:
            self._cleaner.remove(written)

    def _write(self, probe: Probe, written: list[Flight]) -> list[Row] | None:
        """Write a probe; give the results of its rules when that is refused."""
        pair, started = probe.source, from_datetime(self._clock())
        body = json.dumps({"probe_of": "aws_dr.s3.replication_canary", "written_at": started}).encode()
        try:
            client = self._sides.source(pair.source_region)
            made = s3_probe.put_probe(
                client, pair.source, self._owners.source, probe.key, body, probe.tags, probe.kms_key
            )
        except AwsError as error:
            status = verdicts.UNREACHABLE if isinstance(error, UnreachableError) else verdicts.NOT_WRITTEN
            return [
                row_of(one.pair, one.rule.id, status, error.message, key=probe.key, started_at=started)
                for one in probe.measures
            ]
        flight = Flight(probe, made.version_id, made.encryption, self._patience.now(), started)
        for place, measure in enumerate(probe.measures):
            if verdicts.never_replicated(measure, made.encryption):
                flight.verdicts[place] = (verdicts.FAILED, 0.0)
        written.append(flight)
        return None

    def _row(self, flight: Flight, place: int) -> Row:
        measure, seen = flight.probe.measures[place], flight.seen[place]
        status, waited = flight.verdicts[place]
        never = verdicts.never_replicated(measure, flight.encryption)
        msg = never or verdicts.told(status, seen, measure, flight.probe.key, waited)
        after = seen.replica_after if status == verdicts.REPLICATED else None
        if status == verdicts.TIMED_OUT:
            after = waited
        reason = self._reason(measure.pair) if status == verdicts.FAILED and not never and not seen.gone else None
        return row_of(
            measure.pair,
            measure.rule.id,
            status,
            msg,
            seconds=None if after is None else round(after, 3),
            source_status=seen.source_status or None,
            key=flight.probe.key,
            version_id=flight.version_id,
            encryption=flight.encryption,
            replicated_by=measure.acting,
            reason=reason,
            advice=verdicts.advice(reason) if status == verdicts.FAILED and not never and not seen.gone else None,
            started_at=flight.started_at,
        )

    def _reason(self, pair: AskedPair) -> str | None:
        """Give S3's code where the destination itself shows it; all others are in the failure event alone."""
        owner = pair.account_id or self._owners.destination
        try:
            status, _mfa = s3_bucket.get_versioning_and_mfa(
                self._sides.destination(pair.destination_region), pair.destination, owner
            )
        except MissingError:
            return "DstBucketNotFound"
        except AwsError:
            return None
        return None if status == "Enabled" else "DstBucketUnversioned"

    # ---- telling ----

    def _outcome(self, rows: list[Row], changed: bool, swept: int, warnings: list[str]) -> Outcome:
        told = past.told(self._history.lines, self._pairs, self._task.history_size, self._clock())
        results = _results(rows, self._cleaner.left, swept, told)
        if self._cleaner.left:
            warnings.append(f"{len(self._cleaner.left)} probes could not be removed; see left")
        bad = [row for row in rows if row["status"] not in (verdicts.REPLICATED, verdicts.PLANNED)]
        if bad and self._task.fail_on_timeout and not self._task.check_mode:
            told_bad = "; ".join(
                f"{row['source']} -> {row['destination']}: {row['status']}, {row['msg']}" for row in bad
            )
            raise ToldError(
                f"{len(bad)} of {len(rows)} rules did not replicate their probe. {told_bad}", **results, changed=changed
            )
        return Outcome(changed, results, warnings=warnings)


def _results(rows: list[Row], left: list[Row], swept: int, history: list[Row]) -> dict[str, Any]:
    good = [row["seconds"] for row in rows if row["status"] == verdicts.REPLICATED]
    return {
        "replicated": bool(rows) and len(good) == len(rows),
        "counts": {status: sum(row["status"] == status for row in rows) for status in verdicts.STATUSES},
        "rules": rows,
        "seconds": {**past.percentiles(good), "measured": len(good)} if good else None,
        "left": left,
        "removed_leftovers": swept,
        "history": history,
    }


def _planned(probe: Probe) -> list[Row]:
    where = f"s3://{probe.source.source}/{probe.key}"
    return [
        row_of(
            one.pair,
            one.rule.id,
            verdicts.PLANNED,
            f"A probe like {where} would be written",
            key=probe.key,
            replicated_by=one.acting,
        )
        for one in probe.measures
    ]


def _line(row: Mapping[str, Any], now: datetime) -> past.Line | None:
    if row["status"] not in past.KEPT or row["rule_id"] is None:
        return None
    at = row["started_at"] or from_datetime(now)
    way = (row["source"], row["destination"], row["rule_id"])
    return past.Line(at, *way, row["status"], row["seconds"], row["key"])


def _in_order(rows: list[Row], pairs: list[AskedPair]) -> list[Row]:
    place = {(pair.source, pair.destination): number for number, pair in reversed(list(enumerate(pairs)))}
    # S3 gives the rules of a bucket in any order.
    return sorted(rows, key=lambda row: (place[row["source"], row["destination"]], row["rule_id"] or ""))


def _option_problems(task: Task, patience: Patience) -> list[str]:
    problems = []
    if patience.timeout < 1:
        problems.append(f"wait_timeout is {patience.timeout}; it must be 1 or more")
    if patience.delay < 0:
        problems.append(f"wait_delay is {patience.delay}; it must not be negative")
    if task.history_size < 1:
        problems.append(f"history_size is {task.history_size}; it must be 1 or more")
    if task.history_bucket and not task.history_key:
        problems.append("history_key is empty; name an object")
    return problems


def _refuse(problems: list[str]) -> None:
    if problems:
        raise RefusedError("No probe was written", problems)


def _account(role: AccountRole) -> str:
    arn = parse_arn(role.role_arn)
    return arn.account if arn else ""
