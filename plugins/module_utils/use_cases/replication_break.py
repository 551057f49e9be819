# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep replication from delivering the probes of a drill, or let it again: one statement in destinations' policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket_settings
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import drill_probes as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import AskedPair, no_rule_told, rules_between
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.drill_probes import Spot
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import Document
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Sides
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.rules_found import read_rules


@dataclass(frozen=True)
class Task:
    """What is asked for. ``key_prefix`` follows each rule's own prefix.

    ``any_status``: rules that are disabled count too. While FIS pauses replication, S3 may show them so.
    """

    pairs: Sequence[AskedPair]
    key_prefix: str
    check_mode: bool = False
    concurrency: int = 16
    any_status: bool = False


@dataclass
class _Standing:
    bucket: str
    before: Document | None = None
    after: Document | None = None
    error: str = ""

    @property
    def planned(self) -> bool:
        return not self.error and not bucket_policy.same(self.before, self.after)

    def as_result(self) -> dict[str, Any]:
        return {
            "bucket": self.bucket,
            "changed": self.planned,
            "broken": None if self.error else domain.is_broken(self.after),
            "error": self.error or None,
        }


def find_spots(sides: Sides, task: Task) -> list[Spot]:
    """Give where probes go, by the rules of the pairs. Raises :class:`RefusedError` with all problems."""
    found = read_rules(sides.source.clients, task.pairs, task.concurrency)
    spots, problems = [], []
    for pair in task.pairs:
        answer = found[pair.source]
        if answer.error:
            problems.append(answer.error)
            continue
        rules = rules_between(pair, answer.configuration)
        counted = [rule for rule in rules if task.any_status or rule.status == "enabled"]
        spots += [domain.spot_of(pair, rule, task.key_prefix) for rule in counted]
        problems += [] if counted else [no_rule_told(pair, rules)]
    if problems:
        raise RefusedError("The drill can't begin", list(dict.fromkeys(problems)))
    return spots


def replication_break(sides: Sides, task: Task, present: bool) -> Outcome:
    """Put the statement into the policies of the destinations, or take it out.

    Taking it out needs no rule and no source, so that it works whatever has become of these. Raises
    :class:`RefusedError` before anything changed; :class:`ToldError` with all results where some could not be brought
    there.
    """
    problems = domain.problems([], task.key_prefix, 1)
    if problems:
        raise RefusedError("No policy was changed", problems)
    prefixes: dict[tuple[str, str], list[str]] = {
        (pair.destination, pair.destination_region): [] for pair in task.pairs
    }
    for spot in find_spots(sides, task) if present else []:
        prefixes[spot.pair.destination, spot.pair.destination_region].append(spot.prefix)
    partition = sides.destination.caller.partition
    for _bucket, region in prefixes:
        sides.destination.s3(region)

    def look(one: tuple[str, str]) -> _Standing:
        return _look(sides.destination.s3(one[1]), one[0], prefixes[one] if present else None, partition)

    standings = dict(zip(prefixes, in_order(look, prefixes, task.concurrency), strict=True))
    if present:
        _refuse(standings.values())
    if not task.check_mode:
        for (bucket, region), standing in standings.items():
            if standing.planned:
                _write(sides.destination.s3(region), bucket, standing)
    _refuse(standings.values())
    planned = [standing for standing in standings.values() if standing.planned]
    return Outcome(
        bool(planned),
        {"buckets": [standing.as_result() for standing in standings.values()]},
        {standing.bucket: standing.before for standing in planned},
        {standing.bucket: standing.after for standing in planned},
    )


def _look(client: Any, bucket: str, prefixes: Sequence[str] | None, partition: str) -> _Standing:
    """Plan one bucket. ``prefixes`` is ``None`` where the statement is to go."""
    standing = _Standing(bucket)
    try:
        standing.before = s3_bucket_settings.get_policy(client, bucket)
    except ToldError as error:
        standing.error = error.message
        return standing
    if prefixes is None:
        standing.after = domain.repaired(standing.before)
        return standing
    standing.after = domain.broken(standing.before, bucket, prefixes, partition)
    standing.error = domain.policy_problem(standing.before, prefixes, standing.after) or ""
    return standing


def _write(client: Any, bucket: str, standing: _Standing) -> None:
    try:
        if standing.after is None:
            s3_bucket_settings.delete_policy(client, bucket)
        else:
            s3_bucket_settings.put_policy(client, bucket, standing.after)
    except ToldError as error:
        standing.error = error.message


def _refuse(standings: Any) -> None:
    bad = [standing for standing in standings if standing.error]
    if bad:
        raise ToldError(
            "; ".join(f"bucket {standing.bucket}: {standing.error}" for standing in bad),
            buckets=[standing.as_result() for standing in standings],
        )
