# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pairs of buckets: what is wrong with a list of them, before and after looking at the buckets.

Problems are sentences for a person; all problems of a list are told together, and nothing is changed before there are
none. Source: S3 User Guide, "Requirements and considerations for replication".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import is_bucket_name
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import is_account_id

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
SIDES = ("source", "destination")


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
class BucketFacts:
    """What a bucket is. ``exists`` false: nobody has it. ``denied``: it is another account's, or may not be read."""

    exists: bool
    denied: bool = False
    region: str = ""
    versioning: str = ""
    object_lock: bool = False
    replication_role: str = ""
    rule_ids: tuple[str, ...] = field(default=())


def default_rule_id(destination: str) -> str:
    """Name the rule of a pair that does not name one: stable, and unique among the destinations of a source."""
    return f"to-{destination}"


def read_pairs(raw: Iterable[Mapping[str, Any]], caller_account: str) -> tuple[list[Pair], list[str]]:
    """Give the pairs that can be looked at, and every problem that shows without looking at AWS."""
    pairs: list[Pair] = []
    problems: list[str] = []
    for number, entry in enumerate(raw, start=1):
        found = list(_entry_problems(entry, caller_account))
        problems += [f"pair {number} ({_label(entry)}): {problem}" for problem in found]
        if not found:
            pairs.append(_pair(entry))
    return pairs, problems + list(_list_problems(pairs))


def found_problems(pairs: Iterable[Pair], facts: Mapping[str, BucketFacts]) -> list[str]:
    """Tell every problem that shows once the buckets were looked at (``facts`` by bucket name)."""
    pairs = list(pairs)
    to_be_made = {pair.destination for pair in pairs}
    problems: dict[str, None] = {}
    for pair in pairs:
        found = (
            *_source_problems(pair, facts[pair.source], to_be_made),
            *_destination_problems(pair, facts[pair.destination], facts[pair.source]),
        )
        problems.update(dict.fromkeys(found))
    return list(problems)


def _label(entry: Mapping[str, Any]) -> str:
    names = [(entry.get(side) or {}).get("bucket") or "?" for side in SIDES]
    return " -> ".join(str(name) for name in names)


def _pair(entry: Mapping[str, Any]) -> Pair:
    source, destination = entry["source"], entry["destination"]
    return Pair(
        source["bucket"],
        source["region"],
        destination["bucket"],
        destination["region"],
        destination.get("account_id") or None,
        entry.get("rule_id") or default_rule_id(destination["bucket"]),
    )


def _entry_problems(entry: Mapping[str, Any], caller_account: str) -> Iterator[str]:
    for side in SIDES:
        given = entry.get(side) or {}
        bucket, region = given.get("bucket"), given.get("region")
        if not isinstance(bucket, str) or not is_bucket_name(bucket):
            yield f"{side}.bucket {bucket!r} is not a bucket's name (3 to 63 lower-case letters, digits, dots, dashes)"
        if not isinstance(region, str) or not _REGION.fullmatch(region):
            yield f"{side}.region {region!r} is not a Region; expected one like eu-west-1"
    yield from _account_problems((entry.get("destination") or {}).get("account_id"), caller_account)
    buckets = {(entry.get(side) or {}).get("bucket") for side in SIDES}
    if len(buckets) == 1 and None not in buckets:
        yield "source and destination are the same bucket; name another destination"


def _account_problems(account: Any, caller_account: str) -> Iterator[str]:
    if not account:
        return
    if not is_account_id(account):
        yield f"destination.account_id {account!r} is not an account id; expected twelve digits, quoted"
    elif account != caller_account:
        yield (
            f"the destination belongs to account {account}, these credentials to {caller_account}; setting up pairs "
            f"across accounts is not supported yet. Set up the destination with that account's credentials, then use "
            f"aws_dr.s3.bucket_replication with destination.account_id"
        )


def _list_problems(pairs: list[Pair]) -> Iterator[str]:
    for (source, rule_id), count in Counter((pair.source, pair.rule_id) for pair in pairs).items():
        if count > 1:
            yield (
                f"{count} pairs would become the rule {rule_id!r} of bucket {source}; remove the doubles, or give each "
                f"its own rule_id"
            )
    regions: dict[str, set[str]] = {}
    for pair in pairs:
        for bucket, region in pair.buckets():
            regions.setdefault(bucket, set()).add(region)
    for bucket, named in regions.items():
        if len(named) > 1:
            yield f"bucket {bucket} is said to be in {' and in '.join(sorted(named))}; a bucket is in one Region"


def _source_problems(pair: Pair, facts: BucketFacts, to_be_made: set[str]) -> Iterator[str]:
    bucket = pair.source
    if facts.denied:
        yield _denied(bucket, "source")
    elif not facts.exists:
        # Where both directions are asked for, the other pair makes this bucket.
        if bucket not in to_be_made:
            yield f"the source bucket {bucket} does not exist; create it, or correct its name"
    elif facts.region != pair.source_region:
        yield f"the source bucket {bucket} is in {facts.region}, not in {pair.source_region}; correct source.region"


def _destination_problems(pair: Pair, facts: BucketFacts, source: BucketFacts) -> Iterator[str]:
    bucket = pair.destination
    if facts.denied:
        yield _denied(bucket, "destination")
    elif facts.exists and facts.region != pair.destination_region:
        yield (
            f"the destination bucket {bucket} is in {facts.region}, not in {pair.destination_region}; correct "
            f"destination.region, or name another bucket"
        )
    elif facts.exists and source.object_lock and not facts.object_lock:
        yield (
            f"the source bucket {pair.source} has Object Lock, the destination bucket {bucket} has not; enable it "
            f"there (PutObjectLockConfiguration), or name another bucket"
        )


def _denied(bucket: str, side: str) -> str:
    return (
        f"the {side} bucket {bucket} exists, but belongs to another account, or s3:ListBucket on it is missing; "
        f"correct its name or allow it"
    )
