# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pairs whose properties are to be mirrored: read from options, checked before and after a look at the buckets.

Problems are sentences for a person; all of a list are told together, and nothing is changed before there are none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import is_bucket_name
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import is_account_id
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import Names, Side, mapping_problems

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
_SIDES = ("source", "destination")
_MAPPINGS = ("buckets", "accounts", "kms_keys", "others")


@dataclass(frozen=True)
class Mappings:
    """What a person says that names of the source side become, for one pair."""

    buckets: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    kms_keys: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    multi_region_keys: bool = False


@dataclass(frozen=True)
class MirrorPair:
    """One source and one destination bucket; an account is ``None`` where it is that of the credentials."""

    source: str
    source_region: str
    destination: str
    destination_region: str
    destination_account: str | None = None
    mapping: Mappings = field(default_factory=Mappings)

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination}"


@dataclass(frozen=True)
class Look:
    """What a look at a bucket found. ``denied``: it is another account's, or may not be looked at."""

    exists: bool
    denied: bool = False
    region: str = ""


def read_pairs(raw: Iterable[Mapping[str, Any]], mapping: Mapping[str, Any]) -> tuple[list[MirrorPair], list[str]]:
    """Give the pairs that can be looked at, and every problem that shows without looking at AWS.

    ``mapping`` holds for all pairs; a pair's own adds to it, and goes before it.
    """
    pairs, problems = [], []
    for number, entry in enumerate(raw, start=1):
        found = list(_entry_problems(entry))
        if not found:
            pair = _pair(entry, mapping)
            there = pair.mapping
            found = mapping_problems(there.buckets, there.accounts, there.kms_keys, [pair.destination_region])
            pairs += [] if found else [pair]
        problems += [f"pair {number} ({_label(entry)}): {problem}" for problem in found]
    return pairs, problems + list(_list_problems(pairs))


def names_of(pair: MirrorPair, pairs: Sequence[MirrorPair], source: str, destination: str) -> Names:
    """Say how names of the pair's source read at its destination; ``source`` and ``destination`` are accounts.

    The other pairs between the same Regions are known too: a policy that names their source comes to name their
    destination.
    """
    beside = {
        other.source: other.destination
        for other in pairs
        if (other.source_region, other.destination_region) == (pair.source_region, pair.destination_region)
    }
    return Names(
        Side(pair.source, pair.source_region, source),
        Side(pair.destination, pair.destination_region, destination),
        {**beside, **pair.mapping.buckets, pair.source: pair.destination},
        pair.mapping.accounts,
        pair.mapping.kms_keys,
        pair.mapping.others,
        pair.mapping.multi_region_keys,
    )


def found_problems(pairs: Iterable[MirrorPair], looks: Mapping[str, Look]) -> list[str]:
    """Tell every problem that shows once the buckets were looked at (``looks`` by bucket name)."""
    problems: dict[str, None] = {}
    for pair in pairs:
        for side, bucket, region in (
            ("source", pair.source, pair.source_region),
            ("destination", pair.destination, pair.destination_region),
        ):
            problem = _found_problem(side, bucket, region, looks[bucket])
            problems |= {problem: None} if problem else {}
    return list(problems)


def _found_problem(side: str, bucket: str, region: str, look: Look) -> str | None:
    if look.denied:
        return (
            f"the {side} bucket {bucket} exists, but belongs to another account, or s3:ListBucket on it is missing; "
            f"correct its name, allow it, or name the role of its account ({side}_account_role)"
        )
    if not look.exists:
        return f"the {side} bucket {bucket} does not exist; create it, or correct its name"
    if look.region != region:
        return f"the {side} bucket {bucket} is in {look.region}, not in {region}; correct the {side}'s region"
    return None


def _pair(entry: Mapping[str, Any], mapping: Mapping[str, Any]) -> MirrorPair:
    source, destination, own = entry["source"], entry["destination"], entry.get("mapping") or {}
    said: dict[str, Any] = {name: {**(mapping.get(name) or {}), **(own.get(name) or {})} for name in _MAPPINGS}
    guess = own.get("multi_region_keys")
    guess = mapping.get("multi_region_keys") if guess is None else guess
    return MirrorPair(
        source["bucket"],
        source["region"],
        destination["bucket"],
        destination["region"],
        destination.get("account_id") or None,
        Mappings(**said, multi_region_keys=bool(guess)),
    )


def _label(entry: Mapping[str, Any]) -> str:
    return " -> ".join(str((entry.get(side) or {}).get("bucket") or "?") for side in _SIDES)


def _entry_problems(entry: Mapping[str, Any]) -> Iterator[str]:
    for side in _SIDES:
        given = entry.get(side) or {}
        bucket, region = given.get("bucket"), given.get("region")
        if not isinstance(bucket, str) or not is_bucket_name(bucket):
            yield f"{side}.bucket {bucket!r} is not a bucket's name (3 to 63 lower-case letters, digits, dots, dashes)"
        elif bucket.endswith("--x-s3"):
            yield f"{side}.bucket {bucket} is a directory bucket; these have no replication and few properties"
        if not isinstance(region, str) or not _REGION.fullmatch(region):
            yield f"{side}.region {region!r} is not a Region; expected one like eu-west-1"
    account = (entry.get("destination") or {}).get("account_id")
    if account and not is_account_id(account):
        yield f"destination.account_id {account!r} is not an account id; expected twelve digits, quoted"
    buckets = {(entry.get(side) or {}).get("bucket") for side in _SIDES}
    if len(buckets) == 1 and None not in buckets:
        yield "source and destination are the same bucket; name another destination"
    unknown = sorted(set(entry.get("mapping") or {}) - {*_MAPPINGS, "multi_region_keys"})
    if unknown:
        yield f"mapping has no {', '.join(unknown)}; known are {', '.join((*_MAPPINGS, 'multi_region_keys'))}"


def _list_problems(pairs: list[MirrorPair]) -> Iterator[str]:
    for bucket, count in Counter(pair.destination for pair in pairs).items():
        if count > 1:
            yield f"bucket {bucket} is the destination of {count} pairs; each would undo what the other mirrored"
    both = sorted({pair.source for pair in pairs} & {pair.destination for pair in pairs})
    for bucket in both:
        yield f"bucket {bucket} is a source and a destination; mirroring goes one way, so leave one of the pairs out"
