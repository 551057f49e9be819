# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints of clusters that are dead, by Region: switched at the control endpoint.

ARC Developer Guide, "Getting and updating routing control states using the ARC API": at least three of the five are
available, each is unavailable for maintenance now and then. Every cluster's endpoint in the Region goes with it.
"""

from __future__ import annotations

from typing import Any

from aws_lab import control
from aws_lab.arc.model import REGIONS, clusters

CUT, UNAVAILABLE = "cut", "unavailable"
_dead: dict[str, str] = {}


def install() -> None:
    """The control routes."""
    control.route(
        "GET", "/arc/endpoints", lambda _unused: told(), "the endpoints of all ARC clusters, and which are dead"
    )
    control.route(
        "POST",
        "/arc/endpoints/{region}/down",
        _down,
        "let the ARC endpoints in a Region be dead: {how: cut (default) or unavailable (they answer that they are)}",
    )
    control.route("POST", "/arc/endpoints/{region}/up", _up, "let the ARC endpoints in a Region answer again")


def how(region: str) -> str | None:
    """In which way the endpoints in a Region are dead, None for not at all."""
    return _dead.get(region)


def reset() -> None:
    """All alive."""
    _dead.clear()


def told() -> dict[str, Any]:
    """All endpoints."""
    return {
        "endpoints": [
            {"cluster": cluster.arn, "endpoint": cluster.url(region), "region": region, "dead": _dead.get(region)}
            for cluster in clusters.values()
            for region in cluster.endpoints
        ]
    }


def _down(given: dict[str, Any]) -> dict[str, Any]:
    way = given.get("how", CUT)
    if way not in (CUT, UNAVAILABLE):
        raise ValueError(f"how has to be {CUT} or {UNAVAILABLE}, not {way!r}")
    _dead[_known(given)] = way
    return told()


def _up(given: dict[str, Any]) -> dict[str, Any]:
    _dead.pop(_known(given), None)
    return told()


def _known(given: dict[str, Any]) -> str:
    if given["region"] not in REGIONS:
        raise ValueError(f"ARC clusters have endpoints in {', '.join(REGIONS)}, not in {given['region']}")
    return str(given["region"])
