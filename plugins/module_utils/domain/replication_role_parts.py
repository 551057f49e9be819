# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The permissions of a replication role for a set of pairs, in as many policies as IAM's quotas ask for.

Source: IAM User Guide, "IAM and AWS STS quotas": a managed policy holds 6,144 characters and a role takes 10 of them
unless its quota was raised; the inline policies of a role hold 10,240 characters in all. White space is not counted.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_of
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import Document
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.names import fitted_name
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_role import (
    Pair,
    checked,
    label,
    policy_of,
)

MANAGED, INLINE = "managed", "inline"
MANAGED_POLICY_SIZE = 6_144
INLINE_POLICIES_SIZE = 10_240
POLICIES_PER_ROLE = 10

_POLICY_NAME = 128
# The keys of one source bucket may be too many for one policy; so many of them surely fit beside the rest of a pair.
_KEYS_AT_ONCE = 20

Part = dict[str, Any]


def policy_size(policy: Document) -> int:
    """Give the characters that IAM counts."""
    return sum(not character.isspace() for character in json.dumps(policy, separators=(",", ":"), ensure_ascii=False))


def role_policies(
    pairs: Iterable[Pair], partition: str, name: str, kind: str = MANAGED, policies_per_role: int = POLICIES_PER_ROLE
) -> list[Part]:
    """Give the policies of one role for all these pairs: ``{name, document, size, covers}`` each.

    ``covers`` lists the pairs as ``source -> destination``. The same pairs in any order give the same policies.
    Names are ``name`` with a number from 1, so that a set that grows adds policies and renames none. ``kind`` is
    ``managed`` or ``inline``; inline policies share one size, so there is one of them. Raises :class:`RefusedError`:
    all that is wrong with the pairs, or that they do not fit one role and how to split them.
    """
    units = sorted(_units(checked(pairs, partition)), key=_order)
    if kind not in (MANAGED, INLINE):
        raise RefusedError("Replication role", [f"kind is {kind!r}; expected {MANAGED} or {INLINE}"])
    if not 1 <= policies_per_role <= 1_000:
        raise RefusedError("Replication role", [f"policies_per_role is {policies_per_role}; expected 1 or more"])
    size, number = (INLINE_POLICIES_SIZE, 1) if kind == INLINE else (MANAGED_POLICY_SIZE, policies_per_role)
    packed = _packed([[]], units, partition, size)
    if len(packed) > number:
        raise RefusedError("Replication role", _too_much(units, partition, size, number, len(packed)))
    return [_part(group, partition, f"{name}-{at}") for at, group in enumerate(packed, start=1)]


def _order(unit: Pair) -> tuple[str, str, str]:
    """Source buckets stay together: what a role can't hold is split by them."""
    return _source(unit), str(bucket_of(unit["destination"]["bucket"])), json.dumps(unit, sort_keys=True, default=str)


def _source(unit: Pair) -> str:
    return str(bucket_of(unit["source"]["bucket"]))


def _part(units: list[Pair], partition: str, name: str) -> Part:
    policy = policy_of(units, partition)
    covers = list(dict.fromkeys(f"{label(unit)}{unit.get('share', '')}" for unit in units))
    return {"name": fitted_name(name, _POLICY_NAME), "document": policy, "size": policy_size(policy), "covers": covers}


def _units(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """The pairs, each only once; one with very many source keys in shares of them."""
    known = {json.dumps(mine, sort_keys=True, default=str): mine for mine in map(_asked, pairs)}
    for pair in known.values():
        keys = sorted(set(pair["source"].get("kms_key_arns") or []))
        if len(keys) <= _KEYS_AT_ONCE:
            yield pair
            continue
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            share = keys[start : start + _KEYS_AT_ONCE]
            told = f" (source keys {start + 1} to {start + len(share)} of {len(keys)})"
            yield {**pair, "source": {**pair["source"], "kms_key_arns": share}, "share": told}


def _asked(pair: Pair) -> Pair:
    """What a role depends on; pairs that differ in the rest alone are one."""
    sides = {"source": dict(pair["source"]), "destination": dict(pair["destination"])}
    return {**sides, "delete_marker_replication": pair.get("delete_marker_replication")}


def _packed(groups: list[list[Pair]], units: Iterable[Pair], partition: str, size: int) -> list[list[Pair]]:
    """Add units to the last of these groups, or to new ones, so that each fits a policy of ``size`` characters."""
    groups = [*groups[:-1], list(groups[-1])]
    for unit in units:
        if groups[-1] and policy_size(policy_of([*groups[-1], unit], partition)) > size:
            groups.append([])
        groups[-1].append(unit)
    return groups


def _too_much(units: list[Pair], partition: str, size: int, number: int, needed: int) -> list[str]:
    """Say how the pairs fit several roles. All rules of a bucket share one role, so a source bucket is never split."""
    policies = f"{number} {'policy' if number == 1 else 'policies'} of {size:,} characters"
    roles: list[list[str]] = [[]]
    groups: list[list[Pair]] = [[]]
    alone: list[str] = []
    for source, mine in ((source, list(found)) for source, found in itertools.groupby(units, key=_source)):
        more = _packed(groups, mine, partition, size)
        if len(more) > number:
            more = _packed([[]], mine, partition, size)
            roles.append([])
        if len(more) > number:
            alone.append(
                f"the pairs of source bucket {source} alone need {len(more)} policies, and a role has {policies}; all "
                f"rules of a bucket share one role, so replicate to fewer destinations or use fewer keys"
            )
        roles[-1].append(source)
        groups = more
    if alone:
        return alone
    told = "; ".join(f"role {at} for {_span(sources)}" for at, sources in enumerate(filter(None, roles), start=1))
    return [f"the pairs need {needed} policies, and a role has {policies}; split them by source bucket: {told}"]


def _span(sources: list[str]) -> str:
    if len(sources) == 1:
        return sources[0]
    return f"the {len(sources)} source buckets from {sources[0]} to {sources[-1]} in order of their names"
