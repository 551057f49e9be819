# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the probes of a drill, wait for what becomes of them, and remove all traces of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_objects, s3_probe, s3_versions
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_versions import Version
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import drill_probes as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import rules_between
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.drill_probes import Spot
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Side, Sides
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.drill_records import Books, forget, reasons_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replication_break import Task, find_spots
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.rules_found import read_rules
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience, until

FAILED, RECORDED, REPLICATED = "failed", "recorded", "replicated"
_CONTENT = b'{"probe": "aws_dr.s3 drill, may be deleted"}\n'


@dataclass(frozen=True)
class Probe:
    """One probe and what is known of it. ``reason`` is that of its failure record."""

    spot: Spot
    key: str
    version_id: str | None
    source_status: str | None = None
    replica: bool = False
    recorded: bool = False
    reason: str | None = None

    def is_at(self, stage: str) -> bool:
        """Tell whether it has come as far as that."""
        if stage == FAILED:
            return self.source_status == "FAILED"
        if stage == RECORDED:
            return self.source_status == "FAILED" and self.recorded
        return self.source_status == "COMPLETED" and self.replica

    def as_result(self) -> dict[str, Any]:
        """Give it as a result."""
        return {
            **self.spot.pair.as_result(self.spot.rule_id),
            "key": self.key,
            "version_id": self.version_id,
            "source_status": self.source_status,
            "replica": self.replica,
            "recorded": self.recorded,
            "reason": self.reason,
        }


@dataclass
class _Stages:
    """When which stage was reached by all, in seconds."""

    began: float
    now: Callable[[], float]
    seconds: dict[str, float] = field(default_factory=dict)

    def note(self, probes: Sequence[Probe]) -> None:
        for stage in (FAILED, RECORDED, REPLICATED):
            if stage not in self.seconds and all(probe.is_at(stage) for probe in probes):
                self.seconds[stage] = round(self.now() - self.began, 2)


@dataclass(frozen=True)
class Wish:
    """``count`` probes a rule, waited for until all are at ``stage``; ``fresh``: also those that are there anew."""

    count: int = 3
    stage: str | None = None
    fresh: bool = False


def present(sides: Sides, task: Task, wish: Wish, books: Books | None, patience: Patience) -> Outcome:
    """Write the probes that are not there, and wait.

    Raises :class:`RefusedError`; :class:`DeadlineError` with the probes as they were last seen.
    """
    spots = _checked(sides, task, wish.count)
    there = dict(zip(spots, in_order(lambda spot: _newest(sides, spot), spots, task.concurrency), strict=True))
    wanted = [(spot, spot.key(number)) for spot in spots for number in range(1, wish.count + 1)]
    missing = [(spot, key) for spot, key in wanted if wish.fresh or key not in there[spot]]
    if missing:
        _refuse_locked(sides, task, spots)
    before = {"probes": sorted(f"{spot.pair.source}/{key}" for spot, key in wanted if key in there[spot])}
    after = {"probes": sorted(f"{spot.pair.source}/{key}" for spot, key in wanted)}
    probes = [Probe(spot, key, None if wish.fresh else there[spot].get(key)) for spot, key in wanted]
    stages = _Stages(patience.now(), patience.now)
    if not task.check_mode:
        probes = list(in_order(lambda probe: _written(sides, probe), probes, task.concurrency))
        if wish.stage:
            probes = _wait(sides, task, probes, wish.stage, books, patience, stages)
        else:
            probes = list(in_order(lambda probe: _seen(sides, probe), probes, task.concurrency))
    results = {
        "probes": [probe.as_result() for probe in probes],
        "seconds": stages.seconds,
        "prefixes": _prefixes(spots),
    }
    return Outcome(bool(missing), results, before, after)


def absent(sides: Sides, task: Task, books: Books | None) -> Outcome:
    """Remove every version of every probe on both sides, and their failure records.

    What can't be removed is told with all that was; the rest is removed. Raises :class:`ToldError`.
    """
    spots = _left_spots(sides, task)
    places: dict[tuple[str, str, str], tuple[Side, str, Spot]] = {}
    for spot in spots:
        pair = spot.pair
        here, there = sides.source.caller.account, pair.account_id or sides.destination.caller.account
        places[pair.source, pair.source_region, spot.prefix] = sides.source, here, spot
        places.setdefault((pair.destination, pair.destination_region, spot.prefix), (sides.destination, there, spot))
    removed: list[str] = []
    left: list[str] = []

    def clean(place: tuple[str, str, str]) -> None:
        bucket, region, prefix = place
        side, owner, spot = places[place]
        client = side.s3(region)
        try:
            found = [
                version
                for page in s3_versions.list_pages(client, bucket, owner, prefix)
                for version in page
                if spot.owns(version.key)
            ]
            removed.extend(f"{bucket}/{version.key}" for version in found)
            for start in range(0, 0 if task.check_mode else len(found), s3_versions.BATCH):
                refusals = s3_versions.delete_versions(client, bucket, owner, found[start : start + s3_versions.BATCH])
                left.extend(f"{bucket}/{one.version.key} ({one.code}: {one.message})" for one in refusals)
        except ToldError as error:
            left.append(f"{bucket}/{prefix} ({error.message})")

    for _done in in_order(clean, places, task.concurrency):
        pass
    records = forget(spots, books, task.check_mode) if books else 0
    results = {"removed": sorted(removed), "records_removed": records, "prefixes": _prefixes(spots)}
    if left:
        told = f"Some probes are still there: {'; '.join(sorted(left))}. Run again once the cause is removed"
        raise ToldError(told, left=sorted(left), **results)
    before = {"probes": sorted(set(removed)), "failure_records": records}
    return Outcome(bool(removed or records), results, before, {"probes": [], "failure_records": 0})


def _checked(sides: Sides, task: Task, count: int) -> list[Spot]:
    problems = domain.problems([], task.key_prefix, count)
    spots = [] if problems else find_spots(sides, task)
    problems += domain.problems(spots, task.key_prefix, count) if spots else []
    if problems:
        raise RefusedError("No probe was written", problems)
    return spots


def _refuse_locked(sides: Sides, task: Task, spots: Sequence[Spot]) -> None:
    """Refuse to write what could not be removed: where a bucket locks all new objects. Raises :class:`AwsError`."""
    places: dict[str, tuple[Side, str, str]] = {}
    for pair in (spot.pair for spot in spots):
        there = pair.account_id or sides.destination.caller.account
        places[pair.destination] = sides.destination, pair.destination_region, there
        places[pair.source] = sides.source, pair.source_region, sides.source.caller.account

    def locks(bucket: str) -> bool:
        side, region, owner = places[bucket]
        return s3_objects.has_default_retention(side.s3(region), bucket, owner)

    locked = [bucket for bucket, told in zip(places, in_order(locks, places, task.concurrency), strict=True) if told]
    if locked:
        told = f"{', '.join(sorted(locked))} lock new objects by default (Object Lock), so that probes would stay there"
        raise RefusedError("No probe was written", [f"{told}. Leave these pairs out of the drill"])


def _left_spots(sides: Sides, task: Task) -> list[Spot]:
    """Give where probes may be, whatever has become of the rules."""
    bare = [Spot(pair, "", task.key_prefix) for pair in task.pairs]
    found = read_rules(sides.source.clients, task.pairs, task.concurrency)
    unread = list(dict.fromkeys(answer.error for answer in found.values() if answer.error))
    problems = domain.problems([], task.key_prefix, 1) + unread
    if problems:
        raise RefusedError("No probe was removed", problems)
    ruled = [
        domain.spot_of(pair, rule, task.key_prefix)
        for pair in task.pairs
        for rule in rules_between(pair, found[pair.source].configuration)
    ]
    return [*ruled, *(spot for spot in bare if all(spot.prefix != one.prefix for one in ruled))]


def _newest(sides: Sides, spot: Spot) -> dict[str, str]:
    """Give the probes that a rule has, by key: the newest version of each that is no delete marker."""
    client, owner = sides.source.s3(spot.pair.source_region), sides.source.caller.account
    found: dict[str, Version] = {}
    for page in s3_versions.list_pages(client, spot.pair.source, owner, spot.prefix):
        for version in page:  # of a key, S3 lists the newest first
            if spot.owns(version.key) and not version.marker:
                found.setdefault(version.key, version)
    return {key: version.version_id for key, version in found.items()}


def _written(sides: Sides, probe: Probe) -> Probe:
    if probe.version_id:
        return probe
    pair = probe.spot.pair
    client, owner = sides.source.s3(pair.source_region), sides.source.caller.account
    made = s3_probe.put_probe(client, pair.source, owner, probe.key, _CONTENT, dict(probe.spot.tags), None)
    return replace(probe, version_id=made.version_id)


def _seen(sides: Sides, probe: Probe) -> Probe:
    pair, version = probe.spot.pair, probe.version_id or ""
    here, there = sides.source.s3(pair.source_region), sides.destination.s3(pair.destination_region)
    status = s3_versions.get_replication_status(here, pair.source, probe.key, version)
    try:
        replica = bool(s3_versions.get_replication_status(there, pair.destination, probe.key, version))
    except MissingError:
        replica = False
    return replace(probe, source_status=status or None, replica=replica)


def _wait(
    sides: Sides,
    task: Task,
    probes: list[Probe],
    stage: str,
    books: Books | None,
    patience: Patience,
    stages: _Stages,
) -> list[Probe]:
    def look() -> list[Probe]:
        seen = list(in_order(lambda probe: _seen(sides, probe), probes, task.concurrency))
        if stage == RECORDED and books and all(probe.is_at(FAILED) for probe in seen):
            stages.note(seen)
            seen = _recorded(seen, books)
        stages.note(seen)
        return seen

    seen, reached = until(patience, look, lambda seen: all(probe.is_at(stage) for probe in seen))
    if reached:
        return seen
    late = [probe for probe in seen if not probe.is_at(stage)]
    raise DeadlineError(
        f"{len(late)} of {len(seen)} probes were not {stage} after {round(patience.timeout)} seconds: "
        + "; ".join(_standing(probe, stage) for probe in late[:5]),
        probes=[probe.as_result() for probe in seen],
        seconds=stages.seconds,
    )


def _standing(probe: Probe, stage: str) -> str:
    told = f"s3://{probe.spot.pair.source}/{probe.key} is {probe.source_status or 'not replicated by any rule'}"
    if stage == RECORDED and probe.source_status == "FAILED":
        return f"{told} and not in the ledger; look at the bucket's notification and the failure queue"
    if stage in (FAILED, RECORDED) and probe.source_status == "COMPLETED":
        return f"{told}; the denial had not taken hold when it was written"
    return f"{told}, and {'is' if probe.replica else 'is not'} in {probe.spot.pair.destination}"


def _recorded(probes: list[Probe], books: Books) -> list[Probe]:
    """Collect what has arrived, and look the probes up in the ledger."""
    reasons = reasons_of([probe.spot for probe in probes], books)
    named = {
        probe: (probe.spot.pair.source, probe.key, probe.version_id or "", probe.spot.pair.destination)
        for probe in probes
    }
    return [replace(probe, recorded=named[probe] in reasons, reason=reasons.get(named[probe])) for probe in probes]


def _prefixes(spots: Sequence[Spot]) -> list[dict[str, str]]:
    """Give, for each source bucket, what the keys of its probes begin with."""
    named = sorted({(spot.pair.source, spot.pair.source_region, spot.prefix) for spot in spots})
    return [{"bucket": bucket, "region": region, "key_prefix": prefix} for bucket, region, prefix in named]
