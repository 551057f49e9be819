# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probes of a drill, and the statement that keeps replication from delivering them, and nothing else.

A drill of the failure path has to break a permission: a pause or a lost Region leaves objects PENDING and makes no
failure events (S3 User Guide, "Getting replication status information"). The statement denies what S3 writes replicas
with, below the probes' own prefix only, so that nobody else's objects fail.

Probes have the same keys in every run, so that whoever comes after a killed run knows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import AskedPair
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_policy import DRILL_SID
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import Document, Statement
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Rule

DENIED = ("s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags")
_CURRENT = "2012-10-17"
_LONGEST_KEY, _MOST_PROBES = 1024, 100
_NUMBER = re.compile(r"probe-([1-9][0-9]{0,2})")
# IAM User Guide, "IAM policy elements: Variables and tags", "Special characters".
_WILD = str.maketrans({"$": "${$}", "*": "${*}", "?": "${?}"})


@dataclass(frozen=True)
class Spot:
    """Where probes of one rule of a pair go: what their keys begin with, and the tags that the rule asks for."""

    pair: AskedPair
    rule_id: str
    prefix: str
    tags: tuple[tuple[str, str], ...] = ()

    def key(self, number: int) -> str:
        """Give the key of a probe; numbers begin at 1."""
        return f"{self.prefix}probe-{number}"

    def owns(self, key: str) -> bool:
        """Tell whether the key is one of a probe, of this run or any other."""
        return key.startswith(self.prefix) and bool(_NUMBER.fullmatch(key[len(self.prefix) :]))


def spot_of(pair: AskedPair, rule: Rule, key_prefix: str) -> Spot:
    """Give where the probes of a rule go."""
    return Spot(pair, rule.id, f"{rule.prefix}{key_prefix}", tuple(sorted(rule.tags.items())))


def problems(spots: Iterable[Spot], key_prefix: str, count: int) -> list[str]:
    """Say what can't be right."""
    found = []
    if not key_prefix.endswith("/") or len(key_prefix) < 2:
        found.append(f"key_prefix is {key_prefix!r}; it has to name a prefix of its own that ends with a slash")
    if not 1 <= count <= _MOST_PROBES:
        found.append(f"count is {count}; it has to be from 1 to {_MOST_PROBES}")
    found += [
        f"{spot.pair}: the prefix of rule {spot.rule_id} leaves no room for the key of a probe (1024 bytes)"
        for spot in spots
        if len(spot.key(_MOST_PROBES).encode()) > _LONGEST_KEY
    ]
    return found


def statement(bucket: str, prefixes: Iterable[str], partition: str) -> Statement:
    """Deny replicas below the prefixes, whoever's."""
    arn = bucket_arn(bucket, partition)
    return {
        "Sid": DRILL_SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(DENIED),
        "Resource": [f"{arn}/{prefix.translate(_WILD)}*" for prefix in sorted(set(prefixes))],
    }


def broken(existing: Mapping[str, Any] | None, bucket: str, prefixes: Iterable[str], partition: str) -> Document:
    """Put the statement into a policy; all other statements stay."""
    return bucket_policy.merged(existing, [statement(bucket, prefixes, partition)])


def repaired(existing: Mapping[str, Any] | None) -> Document | None:
    """Take the statement out; ``None`` when nothing is left."""
    if not is_broken(existing):
        return dict(existing) if existing else None
    return bucket_policy.without(existing, [DRILL_SID])


def is_broken(policy: Mapping[str, Any] | None) -> bool:
    """Tell whether the statement is in a policy."""
    statements = (policy or {}).get("Statement") or []
    return any(
        said.get("Sid") == DRILL_SID for said in ([statements] if isinstance(statements, Mapping) else statements)
    )


def policy_problem(existing: Mapping[str, Any] | None, prefixes: Iterable[str], after: Document) -> str | None:
    """Say why the statement can't go into a policy; ``None`` when it can.

    A policy of the old language version knows no escapes: there ``*`` in a prefix would deny other objects too.
    """
    odd = [prefix for prefix in prefixes if prefix.translate(_WILD) != prefix]
    if odd and existing and existing.get("Version", "2008-10-17") != _CURRENT:
        return f"its policy has not Version {_CURRENT}, so that the prefix {odd[0]!r} can't be named exactly"
    return bucket_policy.size_problem(after)
