# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at the buckets of many pairs at once, and tell all that would stand in the way of replication between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import (
    BucketFacts,
    Pair,
    found_problems,
    read_pairs,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


def inspect_pairs(
    client_of: Callable[[str], Any],
    account: str,
    raw: Iterable[Mapping[str, Any]],
    concurrency: int,
) -> Outcome:
    """Read every bucket once, concurrently. ``client_of`` gives the S3 client of a Region.

    What is no legal pair is told and not looked at. Raises :class:`AwsError` only where a bucket that exists and may be
    looked at can't be read.
    """
    pairs, problems = read_pairs(raw, account)
    sources = {pair.source for pair in pairs}
    regions = dict(bucket for pair in pairs for bucket in pair.buckets())
    clients = {region: client_of(region) for region in sorted(set(regions.values()))}
    names = sorted(regions)
    looked_at = in_order(
        lambda name: _look(clients[regions[name]], name, account, name in sources), names, max(1, concurrency)
    )
    facts = dict(zip(names, looked_at, strict=True))
    problems += found_problems(pairs, facts)
    return Outcome(
        False,
        {
            "pairs": [_result(pair, facts) for pair in pairs],
            "buckets": [_bucket(name, regions[name], facts[name]) for name in names],
            "problems": problems,
        },
    )


def _look(client: Any, bucket: str, account: str, is_source: bool) -> BucketFacts:
    try:
        region = s3_bucket.head_bucket(client, bucket, account)
    except AccessDeniedError:
        return BucketFacts(exists=True, denied=True)
    except MissingError:
        return BucketFacts(exists=False)
    except AwsError as error:
        # HeadBucket has no body: a bucket in another Region that S3 does not lead to shows as a bare 301.
        if error.status not in (301, 400):
            raise
        region = s3_bucket.get_location(client, bucket)
        return BucketFacts(exists=True, region=region)
    role, rules = s3_bucket.get_replication_rules(client, bucket) if is_source else ("", [])
    return BucketFacts(
        exists=True,
        region=region,
        versioning=s3_bucket.get_versioning(client, bucket),
        object_lock=s3_bucket.has_object_lock(client, bucket),
        replication_role=role,
        rule_ids=tuple(str(rule.get("ID", "")) for rule in rules),
    )


def _result(pair: Pair, facts: Mapping[str, BucketFacts]) -> dict[str, Any]:
    return {
        "source": _bucket(pair.source, pair.source_region, facts[pair.source]),
        "destination": _bucket(pair.destination, pair.destination_region, facts[pair.destination]),
        "rule_id": pair.rule_id,
    }


def _bucket(name: str, region: str, facts: BucketFacts) -> dict[str, Any]:
    return {
        "bucket": name,
        "region": facts.region or region,
        "exists": facts.exists,
        "accessible": facts.exists and not facts.denied,
        "versioning": facts.versioning.lower() or "off",
        "object_lock": facts.object_lock,
        "replication_role": facts.replication_role,
        "rule_ids": list(facts.rule_ids),
    }
