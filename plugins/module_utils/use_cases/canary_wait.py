# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at both sides of all probes, again and again, until it is known what came of each.

One loop for all probes: a probe that takes long holds up no other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_versions
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import (
    AccessDeniedError,
    AwsError,
    MissingError,
    UnreachableError,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_probes import Measure, Probe
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_verdict import Seen, judge
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

# S3 API Reference, HeadObject: who may not list the bucket gets 403 for what is not there.
_NO_LIST = "Without s3:ListBucket on the bucket S3 says the same while the replica is not there yet"


@dataclass
class Flight:
    """A probe that was written, and what is known of it by the place of each measure. ``began``: of the clock."""

    probe: Probe
    version_id: str
    encryption: str
    began: float
    started_at: str
    seen: list[Seen] = field(default_factory=list)
    verdicts: dict[int, tuple[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seen = self.seen or [Seen() for _measure in self.probe.measures]

    @property
    def open(self) -> list[int]:
        """The places of the measures that are not known yet."""
        return [place for place in range(len(self.probe.measures)) if place not in self.verdicts]


@dataclass(frozen=True)
class Sides:
    """Gives S3 clients of both sides by Region."""

    source: Callable[[str], Any]
    destination: Callable[[str | None], Any]


def wait_for(sides: Sides, flights: list[Flight], patience: Patience, concurrency: int) -> None:
    """Fill in the verdicts of all flights."""

    def look(flight: Flight) -> None:
        _look(sides, flight, patience)

    while True:
        waiting = [flight for flight in flights if flight.open]
        if not waiting:
            return
        list(in_order(look, waiting, concurrency))
        if any(flight.open for flight in waiting):
            patience.sleep(patience.delay)


def _look(sides: Sides, flight: Flight, patience: Patience) -> None:
    for place in flight.open:
        seen, measure = flight.seen[place], flight.probe.measures[place]
        if seen.replica_after is None:
            _look_there(sides, flight, measure, seen, patience)
    _look_here(sides, flight, patience)
    elsewhere = len(flight.probe.places) > 1
    elapsed = patience.now() - flight.began
    for place in flight.open:
        verdict = judge(flight.seen[place], elsewhere, elapsed, patience.timeout)
        if verdict:
            flight.verdicts[place] = (verdict, elapsed)


def _look_there(sides: Sides, flight: Flight, measure: Measure, seen: Seen, patience: Patience) -> None:
    pair = measure.pair
    try:
        client = sides.destination(pair.destination_region)
        s3_versions.get_replication_status(client, pair.destination, flight.probe.key, flight.version_id)
    except MissingError:
        seen.silent.pop(pair.destination_region, None)
    except AwsError as error:
        _note(seen, error, pair.destination_region)
    else:
        seen.silent.pop(pair.destination_region, None)
        seen.replica_after = patience.now() - flight.began


def _look_here(sides: Sides, flight: Flight, patience: Patience) -> None:
    probe, region = flight.probe, flight.probe.source.source_region
    mine = [flight.seen[place] for place in flight.open]
    try:
        client = sides.source(region)
        status = s3_versions.get_replication_status(client, probe.source.source, probe.key, flight.version_id)
    except MissingError:
        for seen in mine:
            seen.gone = True
    except AwsError as error:
        for seen in mine:
            _note(seen, error, region)
    else:
        for seen in mine:
            seen.silent.pop(region, None)
            seen.source_status = status
            if status == "FAILED" and seen.failed_after is None:
                seen.failed_after = patience.now() - flight.began


def _note(seen: Seen, error: AwsError, region: str) -> None:
    """A refusal stays one; what may pass (throttling, an internal error) is looked at again."""
    if isinstance(error, UnreachableError):
        seen.silent[region] = seen.silent.get(region, 0) + 1
    elif isinstance(error, AccessDeniedError):
        seen.error = f"{error.message}. {_NO_LIST}"
