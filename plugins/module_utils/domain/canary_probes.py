# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes of a canary: which objects to write so that each rule is measured, and how they are known again.

A probe fits the filter of its rule. Rules with the same filter share one, because it goes to all of their destinations
anyway. Sources: S3 User Guide, "Replication configuration file elements" (of several rules that match and have the same
destination the one of the highest priority applies) and "Object key names" (1,024 bytes of UTF-8).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import AskedPair
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Rule

# The time is when nobody waits for the probe any more. Until then it belongs to the run that wrote it.
_NAME = re.compile(r"probe-([0-9]{8}T[0-9]{6}Z)-[0-9a-f]{16}")
_TIME = "%Y%m%dT%H%M%SZ"
NAME_BEGINS = "probe-"
_LONGEST_KEY = 1024
_ANY = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Measure:
    """One rule that a probe measures. ``acting``: the rule that replicates it there, which may be another one."""

    pair: AskedPair
    rule: Rule
    acting: str


@dataclass(frozen=True)
class Place:
    """A bucket that a probe goes to. Region and account are unset where the task names no pair with it."""

    bucket: str
    region: str | None
    account_id: str | None


@dataclass(frozen=True)
class Probe:
    """An object to be written. ``kms_key`` unset: encrypted as the bucket encrypts. ``places``: every destination."""

    source: AskedPair
    key: str
    tags: Mapping[str, str]
    kms_key: str | None
    measures: tuple[Measure, ...]
    places: tuple[Place, ...]


def name_of_probe(expires: datetime, token: str) -> str:
    """Name a probe. ``token``: sixteen random hexadecimal digits."""
    return f"{NAME_BEGINS}{expires.astimezone(UTC).strftime(_TIME)}-{token}"


def is_leftover(key: str, prefix: str, now: datetime) -> bool:
    """Whether a key below ``prefix`` is a probe that nobody waits for any more. Anything else is none of ours."""
    found = _NAME.fullmatch(key[len(prefix) :]) if key.startswith(prefix) else None
    if found is None:
        return False
    try:
        return datetime.strptime(found[1], _TIME).replace(tzinfo=UTC) < now
    except ValueError:
        return False


def plan_probes(
    pairs: Sequence[AskedPair],
    asked: Iterable[tuple[AskedPair, Rule]],
    rules: Sequence[Rule],
    name: Callable[[str], str],
) -> list[Probe]:
    """Plan the probes of one source bucket.

    ``asked``: the rules to measure, each with its pair. ``rules``: all of the bucket. ``pairs``: all of the task, which
    say where destinations are. ``name`` makes a key below a rule's prefix.
    """
    groups: dict[tuple[str, tuple[tuple[str, str], ...], str | None], list[tuple[AskedPair, Rule]]] = {}
    for pair, rule in asked:
        key = pair.kms_keys[0] if pair.kms_keys and rule.destination.replica_kms_key_id else None
        groups.setdefault((rule.prefix, tuple(sorted(rule.tags.items())), key), []).append((pair, rule))
    probes = []
    for (prefix, tags, kms_key), members in groups.items():
        key = name(prefix)
        acting = acting_rules(rules, key, dict(tags))
        measures = tuple(Measure(pair, rule, acting[rule.destination.bucket].id) for pair, rule in members)
        places = tuple(_place(rule, pairs) for rule in acting.values())
        probes.append(Probe(members[0][0], key, dict(tags), kms_key, measures, places))
    return probes


def acting_rules(rules: Iterable[Rule], key: str, tags: Mapping[str, str]) -> dict[str, Rule]:
    """Give by destination the rule that replicates an object with this key and these tags."""
    acting: dict[str, Rule] = {}
    for rule in rules:
        matches = key.startswith(rule.prefix) and all(tags.get(name) == value for name, value in rule.tags.items())
        if rule.status != "enabled" or not matches:
            continue
        rival = acting.get(rule.destination.bucket)
        if rival is None or (rule.priority or 0) > (rival.priority or 0):
            acting[rule.destination.bucket] = rule
    return acting


def key_problem(prefix: str, key_prefix: str) -> str | None:
    """Say why no probe fits below a rule's prefix."""
    longest = len((prefix + key_prefix + name_of_probe(_ANY, "0" * 16)).encode("utf-8", "surrogatepass"))
    if longest <= _LONGEST_KEY:
        return None
    return f"A probe's key below {prefix!r} would have {longest} bytes, S3 allows {_LONGEST_KEY}; shorten key_prefix"


def _place(rule: Rule, pairs: Iterable[AskedPair]) -> Place:
    to = rule.destination
    known = next((pair for pair in pairs if pair.destination == to.bucket), None)
    region = known.destination_region if known else None
    return Place(to.bucket, region, (known.account_id if known else None) or to.account_id)
