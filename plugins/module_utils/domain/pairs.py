# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pairs of buckets: what is wrong with a list of them before anything was looked at.

Problems are sentences for a person; all problems of a list are told together, and nothing is changed before there are
none. Source: S3 User Guide, "Requirements and considerations for replication".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_names import form_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import is_account_id

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
SIDES = ("source", "destination")

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Pair:
    """One source and one destination bucket with their Regions; ``rule_id`` names the rule between them."""

    source: str
    source_region: str
    destination: str
    destination_region: str
    destination_account: str | None
    rule_id: str

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}"

    def buckets(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """(bucket, Region) of the source and of the destination."""
        return (self.source, self.source_region), (self.destination, self.destination_region)


@dataclass(frozen=True)
class Problem:
    """What stands in the way, as a sentence, of which pairs (their places in the list, from 0)."""

    text: str
    pairs: frozenset[int] = field(default=frozenset())


def default_rule_id(destination: str) -> str:
    """Name the rule of a pair that does not name one: stable, and unique among the destinations of a source."""
    return f"to-{destination}"


def bears_mark(rule_id: str, destination: str) -> bool:
    """Tell whether the id of a rule is one that this collection gives: of a pair, or of a pair of a replica set."""
    return rule_id == default_rule_id(destination) or rule_id.endswith(f"-{default_rule_id(destination)}")


def is_region(name: Any) -> bool:
    """Tell whether this can be a Region."""
    return isinstance(name, str) and bool(_REGION.fullmatch(name))


def pairs_of_any_account(raw: Sequence[Entry], account: str) -> tuple[list[Pair], list[str]]:
    """Give the pairs that can be looked at, and every problem that shows without looking at AWS.

    Destinations may be of other accounts than the credentials, ``account``.
    """
    named = [str((entry.get("destination") or {}).get("account_id") or account) for entry in raw]
    pairs: list[Pair] = []
    problems: list[str] = []
    legal, found = legal_pairs([_in_account(entry, account) for entry in raw], account)
    for number, pair in legal.items():
        owner = named[number]
        if is_account_id(owner):
            pairs.append(replace(pair, destination_account=None if owner == account else owner))
        else:
            told = _account_problems(owner, account, account)
            problems += [f"pair {number + 1} ({label(raw[number])}): {problem}" for problem in told]
    return pairs, [problem.text for problem in found] + problems


def _in_account(entry: Entry, account: str) -> Entry:
    return {**entry, "destination": {**(entry.get("destination") or {}), "account_id": account}}


def legal_pairs(
    raw: Sequence[Entry], account: str, destination_account: str | None = None
) -> tuple[dict[int, Pair], list[Problem]]:
    """Give the pairs that can be looked at by their place in ``raw``, and every problem that shows so far.

    ``account`` is that of the source side's credentials, ``destination_account`` that of the other side where it has
    its own.
    """
    pairs: dict[int, Pair] = {}
    problems: list[Problem] = []
    for number, entry in enumerate(raw):
        found = list(_entry_problems(entry, account, destination_account or account))
        problems += [
            Problem(f"pair {number + 1} ({label(entry)}): {problem}", frozenset([number])) for problem in found
        ]
        if not found:
            pairs[number] = _pair(entry)
    return pairs, [*problems, *_same_rules(pairs), *_different_regions(pairs)]


def shared_destinations(pairs: Mapping[int, Pair], raw: Sequence[Entry]) -> list[Problem]:
    """Find destinations of two sources that may have the same keys: one would overwrite the other's objects.

    Fine are prefixes of which none begins with the other, and sources that replicate to each other: these have the same
    objects anyway (a replica set).
    """
    by_destination: dict[str, list[int]] = {}
    for number, pair in pairs.items():
        by_destination.setdefault(pair.destination, []).append(number)
    ways = {(pair.source, pair.destination) for pair in pairs.values()}
    problems = []
    for destination, numbers in by_destination.items():
        meeting: set[int] = set()
        for one, other in itertools.combinations(numbers, 2):
            sources = (pairs[one].source, pairs[other].source)
            apart = sources[0] == sources[1] or {sources, sources[::-1]} <= ways
            if not apart and _meet(raw[one].get("prefix"), raw[other].get("prefix")):
                meeting |= {one, other}
        if meeting:
            names = ", ".join(sorted({pairs[number].source for number in meeting}))
            problems.append(
                Problem(
                    f"bucket {destination} is the destination of {names}, which may hold the same keys; give each its "
                    f"own destination, or each pair a prefix with which no other's begins",
                    frozenset(meeting),
                )
            )
    return problems


def _meet(one: str | None, other: str | None) -> bool:
    first, second = one or "", other or ""
    return first.startswith(second) or second.startswith(first)


def label(entry: Entry) -> str:
    """Name a pair, as it was given, for a person."""
    names = [(entry.get(side) or {}).get("bucket") or "?" for side in SIDES]
    return " -> ".join(str(name) for name in names)


def named(entry: Entry) -> Pair:
    """Give a pair that is not legal, to be told of it: with whatever it was given as names."""
    sides = [entry.get(side) or {} for side in SIDES]
    names = [str(side.get(name) or "?") for side in sides for name in ("bucket", "region")]
    account = sides[1].get("account_id")
    rule_id = entry.get("rule_id") or default_rule_id(names[2])
    return Pair(names[0], names[1], names[2], names[3], str(account) if account else None, str(rule_id))


def _pair(entry: Entry) -> Pair:
    source, destination = entry["source"], entry["destination"]
    return Pair(
        source["bucket"],
        source["region"],
        destination["bucket"],
        destination["region"],
        destination.get("account_id") or None,
        entry.get("rule_id") or default_rule_id(destination["bucket"]),
    )


def _entry_problems(entry: Entry, account: str, destination_account: str) -> Iterator[str]:
    for side in SIDES:
        given = entry.get(side) or {}
        bucket, region = given.get("bucket"), given.get("region")
        problem = form_problem(bucket) if isinstance(bucket, str) else f"{bucket!r} is not a bucket's name"
        if problem:
            yield f"{side}.bucket {problem}"
        if not is_region(region):
            yield f"{side}.region {region!r} is not a Region; expected one like eu-west-1"
    yield from _account_problems((entry.get("destination") or {}).get("account_id"), account, destination_account)
    source, destination = ((entry.get(side) or {}).get("bucket") for side in SIDES)
    if source is not None and source == destination:
        yield "source and destination are the same bucket; name another destination"


def _account_problems(named: Any, account: str, destination_account: str) -> Iterator[str]:
    if not named or named == destination_account:
        return
    if not is_account_id(named):
        yield f"destination.account_id {named!r} is not an account id; expected twelve digits, quoted"
    elif destination_account != account:
        yield f"the destination belongs to account {named}, the role of that side to {destination_account}"
    else:
        yield (
            f"the destination belongs to account {named}, these credentials to {account}; name a role of account "
            f"{named} (destination_account_role)"
        )


def _same_rules(pairs: Mapping[int, Pair]) -> Iterator[Problem]:
    by_rule: dict[tuple[str, str], set[int]] = {}
    for number, pair in pairs.items():
        by_rule.setdefault((pair.source, pair.rule_id), set()).add(number)
    for (source, rule_id), numbers in by_rule.items():
        if len(numbers) > 1:
            told = (
                f"{len(numbers)} pairs would become the rule {rule_id!r} of bucket {source}; remove the doubles, or "
                f"give each its own rule_id"
            )
            yield Problem(told, frozenset(numbers))


def _different_regions(pairs: Mapping[int, Pair]) -> Iterator[Problem]:
    regions: dict[str, dict[str, set[int]]] = {}
    for number, pair in pairs.items():
        for bucket, region in pair.buckets():
            regions.setdefault(bucket, {}).setdefault(region, set()).add(number)
    for bucket, named in regions.items():
        if len(named) > 1:
            told = f"bucket {bucket} is said to be in {' and in '.join(sorted(named))}; a bucket is in one Region"
            yield Problem(told, frozenset().union(*named.values()))
