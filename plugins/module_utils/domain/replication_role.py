# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies of the role that S3 assumes for live replication: exactly what the given pairs need.

Sources: S3 User Guide, "Setting up permissions for live replication" (the role's actions, and its note that
``s3:ReplicateObject`` covers tags, so that ``s3:ReplicateTags`` is left out), "Changing the replica owner", "Object
Lock considerations"; KMS statements are in ``replication_role_keys``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_arn, bucket_of
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import (
    Document,
    Statement,
    allow,
    document,
    service_trust,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_role_keys import (
    key_problems,
    key_statements,
)

SERVICE = "s3.amazonaws.com"

_SOURCE_BUCKET = ("s3:GetReplicationConfiguration", "s3:ListBucket")
_SOURCE_OBJECTS = ("s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging")
_SOURCE_LOCKS = ("s3:GetObjectLegalHold", "s3:GetObjectRetention")
_REPLICATE, _DELETE = "s3:ReplicateObject", "s3:ReplicateDelete"
_OWNER_OVERRIDE = "s3:ObjectOwnerOverrideToBucketOwner"

Side = Mapping[str, Any]
Pair = Mapping[str, Any]


def trust_policy(account_id: str) -> Document:
    """Let S3 assume the role for buckets of ``account_id``. Raises :class:`RefusedError`."""
    return service_trust(SERVICE, account_id)


def permissions_policy(pairs: Iterable[Pair], partition: str) -> Document:
    """Build the permissions for these pairs and nothing else, in one policy; the same pairs in any order give the same.

    A pair is ``{source: {bucket, region, kms_key_arns?, bucket_key?, object_lock?}, destination: {bucket, region?,
    owner_override?, object_ownership?, replica_kms_key_id?, default_kms_key_arn?, bucket_key?},
    delete_marker_replication?}``. What is not said is not needed, except that delete markers may be replicated unless
    ``delete_marker_replication`` is false, and S3 Bucket Keys may be used unless ``bucket_key`` is false on both
    sides. Raises :class:`RefusedError` that tells every problem.
    """
    return policy_of(checked(pairs, partition), partition)


def policy_of(pairs: Iterable[Pair], partition: str) -> Document:
    """Build the permissions for pairs that :func:`checked` found right."""
    pairs = list(pairs)
    sources = [pair["source"] for pair in pairs]
    destinations = [pair["destination"] for pair in pairs]
    return document(
        [
            allow("SourceBuckets", _SOURCE_BUCKET, _buckets(sources, partition)),
            allow("SourceObjects", _SOURCE_OBJECTS, _objects(sources, partition)),
            *_locks(sources, partition),
            *_replicas(pairs, partition),
            *_owner_override(destinations, partition),
            *key_statements(pairs, partition),
        ]
    )


def checked(pairs: Iterable[Pair], partition: str) -> list[Pair]:
    """Give the pairs when all of them can be right. Raises :class:`RefusedError` that tells every problem."""
    pairs = list(pairs)
    problems = [problem for pair in pairs for problem in _problems(pair, partition)]
    if not pairs:
        problems.append("no pair is given; a role without buckets would be of no use")
    if problems:
        raise RefusedError("Replication role", list(dict.fromkeys(problems)))
    return pairs


def label(pair: Pair) -> str:
    """Name a pair for a person."""
    return f"{bucket_of(pair['source']['bucket'])} -> {bucket_of(pair['destination']['bucket'])}"


def _buckets(sides: Iterable[Side], partition: str) -> list[str]:
    return [bucket_arn(bucket_of(side["bucket"]) or "", partition) for side in sides]


def _objects(sides: Iterable[Side], partition: str) -> list[str]:
    return [f"{arn}/*" for arn in _buckets(sides, partition)]


def _locks(sources: list[Side], partition: str) -> Iterator[Statement]:
    locked = [source for source in sources if source.get("object_lock")]
    if locked:
        yield allow("SourceObjectLocks", _SOURCE_LOCKS, _objects(locked, partition))


def _replicas(pairs: list[Pair], partition: str) -> Iterator[Statement]:
    """One statement where all destinations get delete markers, else one more for those that do."""
    every = set(_objects((pair["destination"] for pair in pairs), partition))
    marked = [pair["destination"] for pair in pairs if pair.get("delete_marker_replication") is not False]
    deleting = set(_objects(marked, partition))
    yield allow("DestinationObjects", [_REPLICATE, _DELETE] if deleting == every else [_REPLICATE], every)
    if deleting and deleting != every:
        yield allow("DestinationDeleteMarkers", [_DELETE], deleting)


def _owner_override(destinations: list[Side], partition: str) -> Iterator[Statement]:
    """With bucket owner enforced every replica is the bucket owner's anyway ("Changing the replica owner")."""
    overriding = [
        destination
        for destination in destinations
        if destination.get("owner_override") and destination.get("object_ownership") != "BucketOwnerEnforced"
    ]
    if overriding:
        yield allow("OwnerOverride", [_OWNER_OVERRIDE], _objects(overriding, partition))


def _problems(pair: Pair, partition: str) -> list[str]:
    problems = []
    for side in ("source", "destination"):
        bucket = (pair.get(side) or {}).get("bucket")
        if not isinstance(bucket, str) or bucket_of(bucket) is None:
            problems.append(f"{side}.bucket is {bucket!r}; expected a bucket's name or ARN")
    return problems or key_problems(pair, partition)
