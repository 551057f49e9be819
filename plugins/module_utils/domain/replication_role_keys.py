# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KMS statements of a replication role.

Sources: S3 User Guide, "Replicating encrypted objects (SSE-S3, SSE-KMS, DSSE-KMS, SSE-C)", "Using an S3 Bucket Key with
replication" and "Troubleshooting replication". Their pages ask for different sets of actions, so each case gets all
that any of them names:

* source key: ``kms:Decrypt``;
* replica key: ``kms:Encrypt``, which is all without S3 Bucket Keys;
* S3 Bucket Keys: ``kms:GenerateDataKey`` (S3 asks KMS for the bucket's key) and ``kms:Decrypt`` (S3 verifies it)
  besides. A source object takes its bucket key along, so it counts on which side either of them is used;
* key of the destination's default encryption, which objects without KMS encryption get: ``kms:GenerateDataKey``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_arn, bucket_of, parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import Statement, allow

_DECRYPT, _ENCRYPT, _GENERATE = "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"

Side = Mapping[str, Any]
Pair = Mapping[str, Any]


@dataclass(frozen=True)
class _Use:
    """Keys that S3 uses in one way for one bucket; ``bucket_key``: also with the bucket as encryption context."""

    bucket: str
    region: str
    actions: frozenset[str]
    bucket_key: bool
    keys: frozenset[str]


def key_statements(pairs: Iterable[Pair], partition: str) -> list[Statement]:
    """Give the KMS statements of these pairs, with Sids that are unique in their policy."""
    pairs = list(pairs)
    return [
        *_statements("SourceKeys", (use for pair in pairs for use in _source_uses(pair, partition))),
        *_statements("ReplicaKeys", (use for pair in pairs for use in _destination_uses(pair, partition))),
    ]


def key_problems(pair: Pair, partition: str) -> list[str]:
    """Tell what is wrong with the keys of a pair whose buckets are right."""
    source, destination = pair["source"], pair["destination"]
    keys = source.get("kms_key_arns") or []
    if isinstance(keys, str):
        return [f"source.kms_key_arns of {source['bucket']} is {keys!r}; expected a list of keys' ARNs"]
    problems = list(_problems(source, keys, "source.kms_key_arns", partition))
    for option in ("replica_kms_key_id", "default_kms_key_arn"):
        if destination.get(option):
            problems += _problems(destination, [destination[option]], f"destination.{option}", partition)
    return problems


def _source_uses(pair: Pair, partition: str) -> Iterator[_Use]:
    source = pair["source"]
    if source.get("kms_key_arns"):
        bucket_key = source.get("bucket_key") is not False
        keys = frozenset(source["kms_key_arns"])
        yield _Use(_arn(source, partition), source["region"], frozenset([_DECRYPT]), bucket_key, keys)


def _destination_uses(pair: Pair, partition: str) -> Iterator[_Use]:
    destination = pair["destination"]
    own = destination.get("bucket_key") is not False
    either = own or pair["source"].get("bucket_key") is not False
    for option, action, bucket_key in (
        ("replica_kms_key_id", _ENCRYPT, either),
        ("default_kms_key_arn", _GENERATE, own),
    ):
        if destination.get(option):
            actions = frozenset([action, _GENERATE, _DECRYPT] if bucket_key else [action])
            keys = frozenset([destination[option]])
            yield _Use(_arn(destination, partition), destination["region"], actions, bucket_key, keys)


def _statements(sid: str, uses: Iterable[_Use]) -> list[Statement]:
    """Buckets that are used with the same keys in the same way share a statement: it allows what theirs would."""
    groups: dict[tuple[frozenset[str], str, frozenset[str], bool], set[str]] = {}
    for use in _merged(uses):
        groups.setdefault((use.keys, use.region, use.actions, use.bucket_key), set()).add(use.bucket)
    statements = []
    ordered = sorted(groups.items(), key=_order)
    for number, ((keys, region, actions, bucket_key), buckets) in enumerate(ordered):
        statements.append(allow(f"{sid}{number}", actions, keys, _through_s3(region, buckets, bucket_key)))
    return statements


def _order(group: tuple[tuple[frozenset[str], str, frozenset[str], bool], set[str]]) -> tuple[Any, ...]:
    (keys, region, actions, bucket_key), buckets = group
    return sorted(keys), region, sorted(actions), bucket_key, sorted(buckets)


def _merged(uses: Iterable[_Use]) -> list[_Use]:
    """One use for each bucket, set of actions and context: what several pairs say of a bucket's keys comes together."""
    actions: dict[tuple[str, str, bool, str], frozenset[str]] = {}
    for use in uses:
        for key in use.keys:
            at = (use.bucket, use.region, use.bucket_key, key)
            actions[at] = actions.get(at, frozenset()) | use.actions
    keys: dict[tuple[str, str, frozenset[str], bool], set[str]] = {}
    for (bucket, region, bucket_key, key), needed in actions.items():
        # What is allowed with the bucket as context is allowed with its objects too.
        beyond = needed if bucket_key else needed - actions.get((bucket, region, True, key), frozenset())
        if beyond:
            keys.setdefault((bucket, region, beyond, bucket_key), set()).add(key)
    return [_Use(*how, keys=frozenset(found)) for how, found in keys.items()]


def _through_s3(region: str, buckets: Iterable[str], bucket_key: bool) -> dict[str, Any]:
    """Only S3 in the buckets' own Region, and only for objects of these buckets.

    The encryption context is the object's ARN, or the bucket's where an S3 Bucket Key is used; objects older than the
    bucket key keep theirs. The star after the Region stands for the partition's DNS suffix (``amazonaws.com``,
    ``amazonaws.com.cn``, …): AWS sets this key itself, nobody else can send another one.
    """
    contexts = [f"{bucket}/*" for bucket in buckets] + (list(buckets) if bucket_key else [])
    return {
        "StringLike": {"kms:ViaService": f"s3.{region}.*", "kms:EncryptionContext:aws:s3:arn": sorted(contexts)},
    }


def _arn(side: Side, partition: str) -> str:
    return bucket_arn(bucket_of(side["bucket"]) or "", partition)


def _problems(side: Side, keys: Iterable[str], option: str, partition: str) -> Iterator[str]:
    bucket = side["bucket"]
    for key in keys:
        arn = parse_arn(key) if isinstance(key, str) else None
        if arn is None or arn.service != "kms" or not arn.resource.startswith("key/"):
            yield f"{option} of {bucket} is {key!r}; expected a key's ARN (an alias differs by account)"
        elif arn.partition != partition:
            yield f"{option} of {bucket} is in partition {arn.partition}, the role is in {partition}"
        elif not side.get("region"):
            yield f"the Region of {bucket} is missing; the KMS permission is bound to it"
        elif arn.region != side["region"]:
            yield f"{option} of {bucket} is in {arn.region}, the bucket is in {side['region']}"
