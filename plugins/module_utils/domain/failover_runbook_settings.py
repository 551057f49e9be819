# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failover runbook switches: the settings of its filters, read and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import arn_problem, endpoints_from
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import (
    is_bucket_name,
    parse_arn,
    role_arn_problem,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import is_region

ByRegion = Mapping[str, tuple[str, ...]]

_ACCESS_POINT = re.compile(r"accesspoint/[a-z0-9]+\.mrap", re.ASCII)
_ZONE = re.compile(r"[A-Z0-9]{1,32}", re.ASCII)
_DNS = frozenset(["hosted_zone_id", "record", "type", "ttl", "values", "zone", "private_zone"])


@dataclass(frozen=True)
class Settings:
    """The settings by their names; what is empty is not switched."""

    regions: tuple[str, ...]
    buckets: ByRegion
    multi_region_access_points: tuple[str, ...]
    routing_controls: ByRegion
    cluster_endpoints: tuple[Mapping[str, str], ...]
    dns_records: tuple[Mapping[str, Any], ...]
    pointer: Mapping[str, Any]
    parameter: str
    assume_role: str

    def control_arns(self) -> list[str]:
        """Give the routing controls of all Regions."""
        return [arn for arns in self.routing_controls.values() for arn in arns]

    def pointer_regions(self) -> tuple[str, ...]:
        """Give the Regions in which the pointer's table and the parameter may be written."""
        return tuple(self.pointer.get("regions") or self.regions)


def read_settings(given: Mapping[str, Any]) -> Settings:
    """Read the settings of the filters. Raises :class:`RefusedError` with all that can't be right."""
    known = [field.name for field in fields(Settings)]
    problems = [f"{name!r} is not a setting; there are {', '.join(known)}" for name in given if name not in known]
    settings = Settings(
        regions=tuple(dict.fromkeys(_texts(given.get("regions"), "regions", problems))),
        buckets=_by_region(given.get("buckets"), "buckets", problems),
        multi_region_access_points=tuple(
            _texts(given.get("multi_region_access_points"), "multi_region_access_points", problems)
        ),
        routing_controls=_by_region(given.get("routing_controls"), "routing_controls", problems),
        cluster_endpoints=_endpoints(given.get("cluster_endpoints"), problems),
        dns_records=_records(given.get("dns_records"), problems),
        pointer=_pointer(given.get("pointer"), problems),
        parameter=str(given.get("parameter") or ""),
        assume_role=str(given.get("assume_role") or ""),
    )
    problems += _problems(settings)
    if problems:
        raise RefusedError("The failover runbook", sorted(problems))
    return settings


def _texts(given: Any, name: str, problems: list[str]) -> list[str]:
    if not given and given != 0:
        return []
    if isinstance(given, (str, Mapping)) or not isinstance(given, Sequence):
        problems.append(f"{name} is {given!r}; give a list")
        return []
    return [str(each) for each in given]


def _by_region(given: Any, name: str, problems: list[str]) -> ByRegion:
    if not given:
        return {}
    if not isinstance(given, Mapping):
        problems.append(f"{name} is {given!r}; give a list for each Region")
        return {}
    lists = {str(region): _texts(listed, f"{name} of {region}", problems) for region, listed in given.items()}
    return {region: tuple(listed) for region, listed in lists.items() if listed}


def _endpoints(given: Any, problems: list[str]) -> tuple[Mapping[str, str], ...]:
    if not given:
        return ()
    try:
        endpoints, told = endpoints_from([{"endpoint": each["endpoint"], "region": each["region"]} for each in given])
    except (TypeError, KeyError):
        problems.append(f"cluster_endpoints is {given!r}; give a list of endpoint and region")
        return ()
    problems += told
    return tuple(endpoint.told() for endpoint in endpoints)


def _records(given: Any, problems: list[str]) -> tuple[Mapping[str, Any], ...]:
    """Fill in what is not said, as the role does; a zone is known by its id, for that is what a policy can name."""
    if given and (isinstance(given, (str, Mapping)) or not isinstance(given, Sequence)):
        problems.append(f"dns_records is {given!r}; give a list")
        return ()
    records = []
    for each in given or ():
        right = isinstance(each, Mapping) and set(each) <= _DNS and each.get("record")
        zone = str(each.get("hosted_zone_id") or "").rpartition("/")[2] if right else ""
        ttl, values = (each.get("ttl") or 60, each.get("values") or {}) if right else (0, {})
        if not _ZONE.fullmatch(zone) or not str(ttl).isdecimal() or not isinstance(values, Mapping):
            problems.append(
                f"dns_records has {each!r}; give record and hosted_zone_id, and if need be type, ttl, values"
            )
            continue
        said = {str(region): value for region, value in values.items()}
        kind = str(each.get("type") or "TXT")
        record = {"hosted_zone_id": zone, "record": str(each["record"]), "type": kind, "ttl": int(ttl), "values": said}
        records.append(record)
    return tuple(records)


def _pointer(given: Any, problems: list[str]) -> Mapping[str, Any]:
    if not given:
        return {}
    if not isinstance(given, Mapping) or not given.get("table") or not given.get("name"):
        problems.append(f"pointer is {given!r}; give table and name")
        return {}
    regions = _texts(given.get("regions"), "regions of the pointer", problems)
    return {"table": str(given["table"]), "name": str(given["name"]), "regions": regions}


def _problems(settings: Settings) -> Iterator[str]:
    if len(settings.regions) < 2:
        yield "regions: name at least two, those that may become active"
    named = [*settings.regions, *settings.pointer.get("regions", ())]
    yield from (f"{region!r} is not a Region" for region in named if not is_region(region))
    switched = ("buckets", "multi_region_access_points", "routing_controls", "dns_records", "pointer", "parameter")
    if not any(getattr(settings, name) for name in switched):
        yield f"there is nothing to switch; give at least one of {', '.join(switched)}"
    for name in ("buckets", "routing_controls"):
        strangers = set(getattr(settings, name)) - set(settings.regions)
        yield from (f"{name} of {region}, which is not among regions" for region in strangers)
    buckets = [bucket for listed in settings.buckets.values() for bucket in listed]
    yield from (f"{bucket!r} is not a bucket's name" for bucket in buckets if not is_bucket_name(bucket))
    yield from (told for arn in settings.multi_region_access_points if (told := _access_point_problem(arn)))
    controls = settings.control_arns()
    yield from (told for arn in controls if (told := arn_problem(arn, "routing control")))
    yield from (
        f"{arn} is named twice in routing_controls" for arn in {one for one in controls if controls.count(one) > 1}
    )
    if controls and not settings.cluster_endpoints:
        yield "routing_controls need cluster_endpoints, which work without the control plane"
    problem = role_arn_problem(settings.assume_role) if settings.assume_role else None
    if problem:
        yield f"assume_role: {problem}"
    # Automation would take it for a reference to a parameter.
    yield from (f"{text!r} holds {{{{, which Automation would replace" for text in _all_texts(settings) if "{{" in text)


def _all_texts(settings: Settings) -> Iterator[str]:
    yield from (settings.assume_role, settings.parameter)
    for given in (settings.pointer, *settings.dns_records):
        yield from map(str, given.values())


def _access_point_problem(arn: str) -> str | None:
    parsed = parse_arn(arn)
    is_s3 = parsed is not None and (parsed.service, parsed.region) == ("s3", "") and parsed.account.isdigit()
    if parsed and is_s3 and arn.isascii() and _ACCESS_POINT.fullmatch(parsed.resource):
        return None
    form = "arn:<partition>:s3::<account>:accesspoint/<alias>.mrap"
    return f"{arn!r} is not the ARN of a Multi-Region Access Point; expected {form}"
