# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pairs as what fails over: the buckets that replicate to each other, one in each Region.

A Multi-Region Access Point has one bucket in each Region (S3 User Guide, "Multi-Region Access Point restrictions and
limitations"), so that a set with two in one can't fail over as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError

Pair = Mapping[str, Any]
Group = dict[str, Any]


def groups(pairs: Sequence[Pair]) -> list[Group]:
    """Give ``[{name, buckets: {region: bucket}}]``; named by its first source, in the order of the pairs.

    A chain or ring of pairs is one group, whatever their directions. Raises :class:`RefusedError` with all problems.
    """
    problems = [problem for number, pair in enumerate(pairs, 1) for problem in _problems(number, pair)]
    if problems:
        raise RefusedError("The pairs that fail over", problems)
    home: dict[str, str] = {}  # bucket -> the first bucket of its group
    regions: dict[str, str] = {}
    for pair in pairs:
        sides = [pair["source"], pair["destination"]]
        for side in sides:
            name, region = side["bucket"], side["region"]
            if regions.setdefault(name, region) != region:
                problems.append(f"bucket {name} is said to be in {regions[name]} and in {region}; correct one of them")
            home.setdefault(name, name)
        first, second = (home[side["bucket"]] for side in sides)
        if first != second:
            order = list(home)
            keep, gone = sorted((first, second), key=order.index)
            home = {name: keep if of == gone else of for name, of in home.items()}
    found: dict[str, dict[str, str]] = {}
    for name, of in home.items():
        there = found.setdefault(of, {})
        if regions[name] in there:
            problems.append(
                f"{there[regions[name]]} and {name} replicate to each other and are both in {regions[name]}; only one "
                f"bucket in each Region can fail over. Leave one out"
            )
        there.setdefault(regions[name], name)
    if problems:
        raise RefusedError("The pairs that fail over", list(dict.fromkeys(problems)))
    return [{"name": name, "buckets": there} for name, there in found.items()]


def both_ways(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Give the pairs and the way back of each, with what two-way replication needs.

    Delete markers and replica modifications go both ways, with replication within 15 minutes promised, unless a pair
    says otherwise (S3 User Guide, "Configure replication with S3 Multi-Region Access Points"). Storage classes, keys,
    rule ids and priorities belong to one way; what the way back needs of that kind is a pair of its own.
    """
    given = {_ends(pair): pair for pair in pairs}
    result = [_standard(pair) for pair in pairs]
    for (source, destination), pair in given.items():
        if (destination, source) in given:
            continue
        sides = {"source": _end(pair["destination"]), "destination": _end(pair["source"])}
        kept = {name: pair[name] for name in ("prefix", "tags", "status", *_STANDARD) if pair.get(name) is not None}
        result.append(_standard({**sides, **kept}))
    return result


def to_compare(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Give of the pairs what ``bucket_compare`` takes."""
    return [
        {
            "source": _end(pair["source"]),
            "destination": _end(pair["destination"]),
            **({"prefix": pair["prefix"]} if pair.get("prefix") else {}),
        }
        for pair in pairs
    ]


_STANDARD = {"delete_marker_replication": True, "replica_modifications": True, "replication_time_control": True}


def _standard(pair: Pair) -> dict[str, Any]:
    return {**pair, **{name: value if pair.get(name) is None else pair[name] for name, value in _STANDARD.items()}}


def _ends(pair: Pair) -> tuple[str, str]:
    return pair["source"]["bucket"], pair["destination"]["bucket"]


def _end(side: Mapping[str, Any]) -> dict[str, str]:
    return {"bucket": side["bucket"], "region": side["region"]}


def _problems(number: int, pair: Pair) -> Iterable[str]:
    for side in ("source", "destination"):
        given = pair.get(side) if isinstance(pair, Mapping) else None
        for name in ("bucket", "region"):
            if not (isinstance(given, Mapping) and isinstance(given.get(name), str) and given[name]):
                yield f"pair {number} has no {side}.{name}"
