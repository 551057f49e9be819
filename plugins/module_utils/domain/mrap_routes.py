# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes of a Multi-Region Access Point: which buckets get traffic, and what has to change.

Sources: S3 User Guide, "Using Amazon S3 Multi-Region Access Point failover controls" and "... failover controls errors"
(at least one Region stays active; an access point with one Region has no failover); S3 API Reference,
"SubmitMultiRegionAccessPointRoutes" (0 is passive, 100 is active, routes that are left out stay as they are).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

ACTIVE, PASSIVE = 100, 0


@dataclass(frozen=True)
class Route:
    """A bucket, its Region, and its share of the traffic, of which only 0 and 100 mean something."""

    bucket: str
    region: str
    dial: int


Routes = tuple[Route, ...]


def parse_routes(routes: Iterable[Mapping[str, Any]]) -> Routes:
    """Read the ``Routes`` that boto3 gives, in an order that does not change from answer to answer."""
    read = (
        Route(str(one["Bucket"]), str(one.get("Region") or ""), int(one["TrafficDialPercentage"])) for one in routes
    )
    return tuple(sorted(read, key=lambda route: (route.region, route.bucket)))


def desired(routes: Routes, active: Sequence[str]) -> Routes:
    """Give the routes with all that ``active`` names at 100 and all others at 0.

    Raises :class:`ValueError` with what is wrong. ``active`` holds names of buckets or of Regions.
    """
    if len(routes) < 2:
        only = ", ".join(route.region for route in routes) or "no Region"
        raise ValueError(f"it has one Region only ({only}), so there is nothing to switch to")
    chosen: set[str] = set()
    unknown = []
    for wanted in active:
        matching = {route.bucket for route in routes if wanted in (route.bucket, route.region)}
        if len(matching) > 1:
            raise ValueError(f"{wanted} is the name of one of its buckets and the Region of another; name the bucket")
        if not matching:
            unknown.append(wanted)
        chosen |= matching
    if unknown:
        has = ", ".join(f"{route.bucket} ({route.region})" for route in routes)
        raise ValueError(f"{', '.join(unknown)} is none of its buckets or Regions; it has {has}")
    if not chosen:
        raise ValueError("active is empty; AWS wants at least one bucket or Region to be active")
    return tuple(replace(route, dial=ACTIVE if route.bucket in chosen else PASSIVE) for route in routes)


def updates(routes: Routes) -> list[dict[str, Any]]:
    """Give all routes as a request takes them, so that old and new change in one step.

    Each by its bucket alone: the API takes ``Region`` by its reference, and refuses it in practice (issue 49681 of
    terraform-provider-aws).
    """
    return [{"Bucket": route.bucket, "TrafficDialPercentage": route.dial} for route in routes]


def as_result(routes: Routes) -> list[dict[str, Any]]:
    """Give what modules return of routes."""
    return [{"bucket": route.bucket, "region": route.region, "active": route.dial > 0} for route in routes]


def told(routes: Routes) -> str:
    """Give the active ones in words."""
    active = ", ".join(f"{route.bucket} ({route.region})" for route in routes if route.dial)
    return active or "none"
