# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switch the traffic of Multi-Region Access Points to the buckets named.

All are read first: what can't be right is refused before anything changes. From then on each goes its own way, and the
trouble of one stops no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import mrap
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import mrap_routes as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import Reference, reference
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_routes import Routes
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_find import Finder, Found
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_switch import Switch
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.route_regions import RouteRegions
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

_REFUSED = "No routes were changed"


@dataclass(frozen=True)
class Entry:
    """An access point as the user calls it, and the buckets or Regions that are to be active."""

    asked: str
    active: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """What is asked for. ``avoid`` is the Region that failed."""

    entries: Sequence[Entry]
    avoid: str | None = None
    check_mode: bool = False
    concurrency: int = 16


@dataclass(frozen=True)
class _Standing:
    """Where one access point stands. ``problem`` refuses the task, ``trouble`` fails this one only."""

    entry: Entry
    found: Found | None = None
    before: Routes = ()
    after: Routes = ()
    region: str | None = None
    status: str = "unchanged"
    seconds: float = 0.0
    submitted: bool = False
    problem: str = ""
    trouble: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def as_result(self) -> dict[str, Any]:
        found = self.found
        read = self.region is not None
        return {
            "multi_region_access_point": self.entry.asked,
            "name": found.name if found else None,
            "alias": found.alias if found else None,
            "arn": found.arn if found else None,
            "status": self.status,
            "changed": self.status in ("planned", "switched") or self.submitted,
            "routes": domain.as_result(self.after) if read else None,
            "routes_before": domain.as_result(self.before) if read else None,
            "region": self.region,
            "seconds": round(self.seconds, 1),
            "msg": self.trouble or _said(self),
        }


def switch(clients: Clients, task: Task, patience: Patience) -> Outcome:
    """Bring all routes to what is asked. Raises :class:`RefusedError` before anything changed, or :class:`ToldError`
    with all results in its details when some could not be switched."""
    references = _references(task.entries)
    regions = RouteRegions(clients, task.avoid)
    finder = Finder(clients, regions)
    work = zip(task.entries, references, strict=True)
    standings = list(in_order(lambda one: _look(finder, regions, *one), work, task.concurrency))
    problems = [standing.problem for standing in standings if standing.problem] + _doubles(standings)
    if problems:
        raise RefusedError(_REFUSED, problems)
    if not task.check_mode:
        standings = list(in_order(lambda one: _bring(regions, patience, one), standings, task.concurrency))
    return _outcome(standings)


def _references(entries: Sequence[Entry]) -> list[Reference]:
    """Read all names. Raises :class:`RefusedError` with everything that is wrong by form."""
    references, problems = [], [] if entries else ["access_points is empty; name at least one"]
    for entry in entries:
        try:
            references.append(reference(entry.asked))
        except ValueError as problem:
            problems.append(str(problem))
        if not entry.active:
            problems.append(f"{entry.asked}: active is empty; AWS wants at least one bucket or Region to be active")
    if problems:
        raise RefusedError(_REFUSED, problems)
    return references


def _look(finder: Finder, regions: RouteRegions, entry: Entry, asked: Reference) -> _Standing:
    """Read the routes of one access point and plan."""
    found = None
    try:
        found = finder.find(asked)
        account, arn = found.account, found.arn
        routes, region = regions.ask("s3control", lambda client: mrap.get_routes(client, account, arn))
    except MissingError as error:
        return _Standing(entry, found, problem=f"{entry.asked}: {error.said or 'there is no such access point'}")
    except AwsError as error:
        return _Standing(entry, found, status="failed", trouble=error.message, details=error.details)
    try:
        wanted = domain.desired(routes, entry.active)
    except ValueError as problem:
        return _Standing(entry, found, problem=f"{entry.asked}: {problem}")
    status = "unchanged" if wanted == routes else "planned"
    return _Standing(entry, found, before=routes, after=wanted, region=region, status=status)


def _doubles(standings: Sequence[_Standing]) -> list[str]:
    counted = Counter(standing.found.arn for standing in standings if standing.found)
    return [
        f"{' and '.join(one.entry.asked for one in standings if one.found and one.found.arn == arn)} "
        f"are the same access point ({arn}); name it once"
        for arn, times in counted.items()
        if times > 1
    ]


def _bring(regions: RouteRegions, patience: Patience, standing: _Standing) -> _Standing:
    """Bring one access point to its plan, and tell where it stands then."""
    if standing.status != "planned" or standing.found is None:
        return standing
    began = patience.now()
    switching = Switch(regions, standing.found, standing.before, standing.after)
    try:
        switching.run(patience)
        done = replace(standing, status="switched")
    except ToldError as error:
        trouble = f"{standing.entry.asked}: {error.message}"
        done = replace(standing, status="failed", trouble=trouble, details=error.details)
    region = switching.region or standing.region
    return replace(done, submitted=switching.submitted, region=region, seconds=patience.now() - began)


def _said(standing: _Standing) -> str:
    words = {"unchanged": "is active already", "planned": "would become active", "switched": "is active now"}
    before = "" if standing.status == "unchanged" else f", before it was {domain.told(standing.before)}"
    return f"{domain.told(standing.after)} {words.get(standing.status, '')}{before}"


def _outcome(standings: Sequence[_Standing]) -> Outcome:
    results = [standing.as_result() for standing in standings]
    changed = any(result["changed"] for result in results)
    failed = [standing for standing in standings if standing.trouble]
    if failed:
        told = "; ".join(standing.trouble for standing in failed)
        permission = next((one.details["permission"] for one in failed if one.details.get("permission")), None)
        message = f"{len(failed)} of {len(standings)} access points could not be switched: {told}"
        raise ToldError(message, access_points=results, changed=changed, permission=permission)
    shown = [standing for standing in standings if standing.found is not None]
    return Outcome(
        changed,
        {"access_points": results},
        before={one.found.arn: domain.as_result(one.before) for one in shown if one.found},
        after={one.found.arn: domain.as_result(one.after) for one in shown if one.found},
    )
