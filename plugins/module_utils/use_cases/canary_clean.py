# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove probes on all sides, version by version, and those that killed runs left. Nothing else is ever deleted.

A version that is deleted by its id leaves no delete marker, and its deletion is not replicated (S3 User Guide, "How
delete operations affect replication"), so each side is cleaned by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_versions
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_versions import Version
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_probes import NAME_BEGINS, Probe, is_leftover
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.canary_wait import Flight, Sides


@dataclass(frozen=True)
class Owners:
    """The accounts of both sides."""

    source: str
    destination: str


@dataclass(frozen=True)
class _Spot:
    """A bucket with probes; ``region`` is unset where the task does not say it."""

    bucket: str
    region: str | None
    owner: str
    is_source: bool


@dataclass
class Cleaner:
    """Removes; notes what is left and why."""

    sides: Sides
    owners: Owners
    concurrency: int
    left: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def remove(self, flights: Iterable[Flight]) -> None:
        """Remove probes, the sources first: what S3 has not begun to replicate does not arrive any more."""
        found = [(flight, self._spots(flight.probe)) for flight in flights]
        for is_source in (True, False):
            things = [
                (spot, Version(flight.probe.key, flight.version_id))
                for flight, spots in found
                for spot in spots
                if spot.is_source == is_source
            ]
            list(in_order(self._remove, things, self.concurrency))

    def sweep(self, probes: Iterable[Probe], prefix_of: dict[str, str], now: datetime, check_mode: bool) -> int:
        """Remove what earlier runs left below the prefixes of these probes, everywhere; give how many versions.

        ``prefix_of``: by key what stands before the probe's name.
        """
        places = {(spot, prefix_of[probe.key]) for probe in probes for spot in self._spots(probe)}
        found = list(in_order(lambda place: self._leftovers(*place, now), places, self.concurrency))
        things = [thing for some in found for thing in some]
        if check_mode:
            return len(things)
        return sum(in_order(self._remove, things, self.concurrency))

    def _spots(self, probe: Probe) -> list[_Spot]:
        source = probe.source
        here = _Spot(source.source, source.source_region, self.owners.source, True)
        return [
            here,
            *(
                _Spot(place.bucket, place.region, place.account_id or self.owners.destination, False)
                for place in probe.places
            ),
        ]

    def _client(self, spot: _Spot) -> Any:
        if spot.is_source and spot.region:
            return self.sides.source(spot.region)
        return self.sides.destination(spot.region)

    def _leftovers(self, spot: _Spot, prefix: str, now: datetime) -> list[tuple[_Spot, Version]]:
        found = []
        try:
            for page in s3_versions.list_pages(self._client(spot), spot.bucket, spot.owner, prefix + NAME_BEGINS):
                found += [(spot, version) for version in page if is_leftover(version.key, prefix, now)]
        except AwsError as error:
            self.warnings.append(f"Probes that earlier runs may have left were not looked for: {error.message}")
        return found

    def _remove(self, thing: tuple[_Spot, Version]) -> bool:
        spot, version = thing
        try:
            refusal = s3_versions.delete_version(self._client(spot), spot.bucket, spot.owner, version)
        except AwsError as error:
            self._note(spot, version, error.message)
            return False
        if refusal is None:
            return True
        self._note(spot, version, self._why(spot, version, f"{refusal.code}: {refusal.message}"))
        return False

    def _why(self, spot: _Spot, version: Version, said: str) -> str:
        """S3 says no more than AccessDenied of a lock, so the lock is looked at."""
        try:
            locks = s3_versions.get_locks(self._client(spot), spot.bucket, spot.owner, version)
        except AwsError:
            locks = s3_versions.Locks()
        if locks.mode:
            return f"Object Lock keeps it in {locks.mode} mode until {locks.until}; a run after that removes it"
        if locks.legal_hold:
            return "a legal hold keeps it; a run after that was taken off removes it"
        return f"{said}. Allow s3:DeleteObjectVersion, and look for an explicit deny and for MFA delete"

    def _note(self, spot: _Spot, version: Version, why: str) -> None:
        self.left.append(
            {
                "bucket": spot.bucket,
                "region": spot.region,
                "key": version.key,
                "version_id": version.version_id,
                "why": why,
            }
        )
