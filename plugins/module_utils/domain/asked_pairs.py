# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pairs as a task that only looks names them: which buckets, in which Regions, by which rule.

The same list that ``bucket_pairs`` takes will do. A pair stands for every rule between its two buckets, or for the one
that it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_names import form_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import is_account_id
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import SIDES, is_region, label
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration, Rule


@dataclass(frozen=True)
class AskedPair:
    """``rule_id`` unset: every rule from the source to the destination. ``kms_keys`` encrypt objects of the source."""

    source: str
    source_region: str
    destination: str
    destination_region: str
    account_id: str | None = None
    rule_id: str | None = None
    kms_keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}"

    def as_result(self, rule_id: str | None) -> dict[str, Any]:
        """Give what names one rule of the pair in a result."""
        return {
            "source": self.source,
            "source_region": self.source_region,
            "destination": self.destination,
            "destination_region": self.destination_region,
            "rule_id": rule_id,
        }


def read_asked(raw: Iterable[Any]) -> tuple[list[AskedPair], list[str]]:
    """Give the pairs, each once, and all that is wrong with the list."""
    pairs: dict[AskedPair, None] = {}
    problems: list[str] = []
    for number, entry in enumerate(raw, 1):
        if not isinstance(entry, Mapping):
            problems.append(f"pair {number} is {entry!r}; expected source and destination")
            continue
        found = list(_problems(entry))
        if found:
            problems += [f"pair {number} ({_label(entry)}): {problem}" for problem in found]
        else:
            pairs[_pair(entry)] = None
    return list(pairs), problems + list(_two_regions(pairs))


def rules_between(pair: AskedPair, configuration: Configuration | None) -> list[Rule]:
    """Give the rules that a pair stands for, be they enabled or not, by their ids: S3 gives them in any order."""
    rules = sorted(configuration.read(), key=lambda rule: rule.id) if configuration else []
    return [rule for rule in rules if rule.destination.bucket == pair.destination and pair.rule_id in (None, rule.id)]


def no_rule_told(pair: AskedPair, rules: Iterable[Rule]) -> str:
    """Say that no rule of the pair is enabled, and what to do."""
    named = f" {pair.rule_id!r}" if pair.rule_id else ""
    disabled = [rule.id for rule in rules]
    if disabled:
        return f"Rule {', '.join(disabled)} of bucket {pair.source} is disabled; enable it, or leave the pair out"
    return (
        f"Bucket {pair.source} has no rule{named} to bucket {pair.destination}; set replication up "
        "(aws_dr.s3.bucket_pairs), or leave the pair out"
    )


def _problems(entry: Mapping[str, Any]) -> Iterator[str]:
    for side in SIDES:
        given = entry.get(side)
        if not isinstance(given, Mapping):
            yield f"{side} is {given!r}; expected bucket and region"
            continue
        bucket, region = given.get("bucket"), given.get("region")
        problem = form_problem(bucket) if isinstance(bucket, str) else f"{bucket!r} is not a bucket's name"
        if problem:
            yield f"{side}.bucket {problem}"
        if not is_region(region):
            yield f"{side}.region {region!r} is not a Region; expected one like eu-west-1"
    names = [given.get("bucket") for side in SIDES if isinstance(given := entry.get(side), Mapping)]
    if len(names) == len(SIDES) and names[0] is not None and names[0] == names[1]:
        yield "source and destination are the same bucket"
    yield from _detail_problems(entry)


def _detail_problems(entry: Mapping[str, Any]) -> Iterator[str]:
    source, destination = (given if isinstance(given := entry.get(side), Mapping) else {} for side in SIDES)
    account, rule_id, keys = destination.get("account_id"), entry.get("rule_id"), source.get("kms_key_arns")
    if account and not is_account_id(account):
        yield f"destination.account_id {account!r} is not an account id; expected twelve digits, quoted"
    if rule_id is not None and not isinstance(rule_id, str):
        yield f"rule_id {rule_id!r} is not a text; quote it"
    if keys and not (isinstance(keys, list) and all(isinstance(key, str) for key in keys)):
        yield f"source.kms_key_arns {keys!r} is not a list of ARNs"


def _pair(entry: Mapping[str, Any]) -> AskedPair:
    source, destination = entry["source"], entry["destination"]
    return AskedPair(
        source["bucket"],
        source["region"],
        destination["bucket"],
        destination["region"],
        destination.get("account_id") or None,
        entry.get("rule_id") or None,
        tuple(source.get("kms_key_arns") or ()),
    )


def _label(entry: Mapping[str, Any]) -> str:
    return label({side: given if isinstance(given := entry.get(side), Mapping) else {} for side in SIDES})


def _two_regions(pairs: Iterable[AskedPair]) -> Iterator[str]:
    regions: dict[str, set[str]] = {}
    for pair in pairs:
        regions.setdefault(pair.source, set()).add(pair.source_region)
        regions.setdefault(pair.destination, set()).add(pair.destination_region)
    for bucket, named in regions.items():
        if len(named) > 1:
            yield f"bucket {bucket} is said to be in {' and in '.join(sorted(named))}; a bucket is in one Region"
