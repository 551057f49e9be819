# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mirror the properties of many pairs at once. One pair's failure stops no other; all are told at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.notification_targets import target_exists
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller, get_caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import properties
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.account_role import AccountRole
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_pairs import (
    Look,
    MirrorPair,
    found_problems,
    names_of,
    read_pairs,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_properties import mirror
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


@dataclass(frozen=True)
class Task:
    """What is asked for: ``pairs`` and ``mapping`` in the shape of the options; no role means own credentials."""

    pairs: list[Mapping[str, Any]]
    selection: Iterable[str] = properties.DEFAULT
    skipped: Iterable[str] = ()
    purge: bool = False
    mapping: Mapping[str, Any] = field(default_factory=dict)
    source_role: AccountRole | None = None
    destination_role: AccountRole | None = None
    concurrency: int = 16


@dataclass(frozen=True)
class _Side:
    """One side's clients, and whose they are."""

    clients: Clients
    caller: Caller


def mirror_pairs(clients_of: Callable[[], Clients], task: Task, check_mode: bool, patience: Patience) -> Outcome:
    """Mirror every pair and give what came of each property.

    Raises :class:`RefusedError` with all that is wrong with the task and its buckets before anything is changed;
    :class:`ToldError` at the end when some property failed, with the same results as a success would have.
    """
    chosen = frozenset(task.selection) - frozenset(task.skipped)
    pairs, problems = read_pairs(task.pairs, task.mapping)
    _refuse(properties.selection_problems([*task.selection, *task.skipped]) + problems)
    if not pairs:
        return Outcome(False, {"pairs": [], "failures": []}, {}, {})
    clients = clients_of()
    source = _side(clients, task.source_role, pairs[0].source_region)
    destination = _side(clients, task.destination_role, pairs[0].destination_region)
    _refuse(found_problems(pairs, _look(pairs, source, destination, task.concurrency)))
    # What pairs do not need of the calls at once speeds up the reading within each.
    inner = max(1, task.concurrency // len(pairs))

    def work(pair: MirrorPair) -> Outcome:
        account = pair.destination_account or destination.caller.account
        return mirror(
            source.clients.get("s3", pair.source_region),
            destination.clients.get("s3", pair.destination_region),
            pair.source,
            pair.destination,
            chosen,
            check_mode,
            names=names_of(pair, pairs, source.caller.account, account),
            purge=task.purge,
            exists=partial(target_exists, destination.clients.get),
            concurrency=inner,
            patience=patience,
        )

    outcomes = list(in_order(work, pairs, max(1, min(task.concurrency, len(pairs)))))
    return _all(pairs, outcomes)


def _all(pairs: list[MirrorPair], outcomes: list[Outcome]) -> Outcome:
    changed = any(outcome.changed for outcome in outcomes)
    told = [_told(pair, outcome) for pair, outcome in zip(pairs, outcomes, strict=True)]
    before = {pair.destination: one.before for pair, one in zip(pairs, outcomes, strict=True) if one.changed}
    after = {pair.destination: one.after for pair, one in zip(pairs, outcomes, strict=True) if one.changed}
    failures = [failure for outcome in outcomes for failure in outcome.results["failures"]]
    results = {"pairs": told, "failures": failures, **({"properties": told[0]["properties"]} if len(told) == 1 else {})}
    if failures:
        raise ToldError(
            f"{len(failures)} properties could not be mirrored. {'; '.join(failures)}",
            changed=changed,
            **results,
            diff={"before": before, "after": after},
        )
    warnings = [warning for outcome in outcomes for warning in outcome.warnings]
    return Outcome(changed, results, before, after, warnings)


def _told(pair: MirrorPair, outcome: Outcome) -> dict[str, Any]:
    return {
        "source": {"bucket": pair.source, "region": pair.source_region},
        "destination": {"bucket": pair.destination, "region": pair.destination_region},
        "changed": outcome.changed,
        "properties": outcome.results["properties"],
    }


def _side(clients: Clients, role: AccountRole | None, region: str) -> _Side:
    if role is not None:
        clients = clients.assuming(role, region)
    return _Side(clients, get_caller(clients.get("sts", region)))


def _look(pairs: list[MirrorPair], source: _Side, destination: _Side, concurrency: int) -> dict[str, Look]:
    """Look at every bucket once. Clients are made before the threads start."""
    asked: dict[str, tuple[Any, str]] = {}
    for pair in pairs:
        account = pair.destination_account or destination.caller.account
        asked[pair.source] = (source.clients.get("s3", pair.source_region), source.caller.account)
        asked[pair.destination] = (destination.clients.get("s3", pair.destination_region), account)
    looked_at = in_order(lambda bucket: _look_at(asked[bucket][0], bucket, asked[bucket][1]), asked, concurrency)
    return dict(zip(asked, looked_at, strict=True))


def _look_at(client: Any, bucket: str, owner: str) -> Look:
    try:
        return Look(True, region=s3_bucket.head_bucket(client, bucket, owner))
    except AccessDeniedError:
        return Look(True, denied=True)
    except MissingError:
        return Look(False)
    except AwsError as error:
        # HeadBucket has no body: a bucket in another Region that S3 does not lead to shows as a bare 301.
        if error.status not in (301, 400):
            raise
        return Look(True, region=s3_bucket.get_location(client, bucket))


def _refuse(problems: list[str]) -> None:
    if problems:
        raise RefusedError("Properties can't be mirrored", problems)
