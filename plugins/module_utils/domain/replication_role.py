# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies of the role that S3 assumes for live replication: exactly what the given pairs need.

Source: S3 User Guide, "Setting up permissions for live replication" and "Replicating encrypted objects (SSE-S3,
SSE-KMS, DSSE-KMS, SSE-C)".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_arn, bucket_of, parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import (
    Document,
    Statement,
    allow,
    document,
    service_trust,
)

SERVICE = "s3.amazonaws.com"

_SOURCE_BUCKET = ("s3:GetReplicationConfiguration", "s3:ListBucket")
_SOURCE_OBJECTS = ("s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging")
_SOURCE_LOCKS = ("s3:GetObjectLegalHold", "s3:GetObjectRetention")
_DESTINATION_OBJECTS = ("s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags")
# The guide and its troubleshooting page ask for different sets; Decrypt is needed where the destination bucket uses S3
# Bucket Keys. The union is what works in every case.
_REPLICA_KEY = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")

Side = Mapping[str, Any]
Pair = Mapping[str, Side]


def trust_policy(account_id: str) -> Document:
    """Let S3 assume the role for buckets of ``account_id``. Raises :class:`RefusedError`."""
    return service_trust(SERVICE, account_id)


def permissions_policy(pairs: Iterable[Pair], partition: str) -> Document:
    """Build the permissions for these pairs and nothing else.

    A pair is ``{source: {bucket, region, kms_key_arns?, object_lock?}, destination: {bucket, region?, owner_override?,
    replica_kms_key_id?}}``. KMS statements appear only where a key is given, Object Lock actions only where
    ``object_lock`` is true. Raises :class:`RefusedError` that tells every problem.
    """
    pairs = list(pairs)
    problems = [problem for pair in pairs for problem in _problems(pair)]
    if not pairs:
        problems.append("no pair is given; a role without buckets would be of no use")
    if problems:
        raise RefusedError("Replication role", problems)
    sources = [pair["source"] for pair in pairs]
    destinations = [pair["destination"] for pair in pairs]
    statements = [
        allow("SourceBuckets", _SOURCE_BUCKET, _buckets(sources, partition)),
        allow("SourceObjects", _SOURCE_OBJECTS, _objects(sources, partition)),
        *_locks(sources, partition),
        allow("DestinationObjects", _DESTINATION_OBJECTS, _objects(destinations, partition)),
        *_owner_override(destinations, partition),
        *_source_keys(sources, partition),
        *_replica_keys(destinations, partition),
    ]
    return document(statements)


def _buckets(sides: Iterable[Side], partition: str) -> list[str]:
    return [bucket_arn(bucket_of(side["bucket"]) or "", partition) for side in sides]


def _objects(sides: Iterable[Side], partition: str) -> list[str]:
    return [f"{arn}/*" for arn in _buckets(sides, partition)]


def _locks(sources: list[Side], partition: str) -> list[Statement]:
    locked = [source for source in sources if source.get("object_lock")]
    return [allow("SourceObjectLocks", _SOURCE_LOCKS, _objects(locked, partition))] if locked else []


def _owner_override(destinations: list[Side], partition: str) -> list[Statement]:
    overriding = [destination for destination in destinations if destination.get("owner_override")]
    action = ["s3:ObjectOwnerOverrideToBucketOwner"]
    return [allow("OwnerOverride", action, _objects(overriding, partition))] if overriding else []


def _source_keys(sources: list[Side], partition: str) -> list[Statement]:
    statements = []
    for number, source in enumerate(_unique(sources, "kms_key_arns")):
        condition = _through_s3(source, partition)
        statements.append(allow(f"SourceKeys{number}", ["kms:Decrypt"], source["kms_key_arns"], condition))
    return statements


def _replica_keys(destinations: list[Side], partition: str) -> list[Statement]:
    statements = []
    for number, destination in enumerate(_unique(destinations, "replica_kms_key_id")):
        condition = _through_s3(destination, partition)
        statements.append(allow(f"ReplicaKeys{number}", _REPLICA_KEY, [destination["replica_kms_key_id"]], condition))
    return statements


def _unique(sides: list[Side], option: str) -> list[Side]:
    """Sides that name a key, each bucket and key once."""
    found: dict[tuple[str, str], Side] = {}
    for side in sides:
        if side.get(option):
            found.setdefault((side["bucket"], str(side[option])), side)
    return list(found.values())


def _through_s3(side: Side, partition: str) -> dict[str, Any]:
    """Only S3 in the bucket's own Region, and only for this bucket's objects.

    The encryption context is the object's ARN, or the bucket's where S3 Bucket Keys are on. The star after the service
    name stands for the DNS suffix, which is another one in China.
    """
    arn = bucket_arn(bucket_of(side["bucket"]) or "", partition)
    return {
        "StringLike": {
            "kms:ViaService": f"s3.{side['region']}.amazonaws.com*",
            "kms:EncryptionContext:aws:s3:arn": [arn, f"{arn}/*"],
        }
    }


def _problems(pair: Pair) -> list[str]:
    problems = []
    for side in ("source", "destination"):
        bucket = (pair.get(side) or {}).get("bucket")
        if not isinstance(bucket, str) or bucket_of(bucket) is None:
            problems.append(f"{side}.bucket is {bucket!r}; expected a bucket's name or ARN")
    if not problems:
        problems += _key_problems(pair["source"], pair["source"].get("kms_key_arns") or [], "source.kms_key_arns")
        replica_key = pair["destination"].get("replica_kms_key_id")
        option = "destination.replica_kms_key_id"
        problems += _key_problems(pair["destination"], [replica_key] if replica_key else [], option)
    return problems


def _key_problems(side: Side, keys: Iterable[str], option: str) -> list[str]:
    problems = []
    for key in keys:
        arn = parse_arn(key)
        if arn is None or arn.service != "kms" or not arn.resource.startswith("key/"):
            problems.append(
                f"{option} of {side['bucket']} is {key!r}; expected a key's ARN (an alias differs by account)"
            )
        elif not side.get("region"):
            problems.append(f"the Region of {side['bucket']} is missing; the KMS permission is bound to it")
        elif arn.region != side["region"]:
            problems.append(f"{option} of {side['bucket']} is in {arn.region}, the bucket is in {side['region']}")
    return problems
