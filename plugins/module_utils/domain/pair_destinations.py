# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a destination bucket lacks of the standard: from what was found to steps, setting by setting.

Settings are compared one by one, also on a bucket that is there: a run that was cut off between making a bucket and
closing it is put right by the next one. Sources: S3 User Guide, "Blocking public access", "Controlling ownership of
objects", "Setting default server-side encryption behavior" (SSE-S3 is the least that a bucket has) and "Object Lock
considerations" (replication from a bucket with Object Lock needs it at the destination too).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_names import is_account_regional
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import Statement
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found, Standard, Step

BLOCKED = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}
ENFORCED = "BucketOwnerEnforced"
_KMS = ("aws:kms", "aws:kms:dsse")
_SSE_S3 = "AES256"


@dataclass(frozen=True)
class Target:
    """One destination bucket with what its pairs ask of it.

    ``kms_keys`` are the replica keys of its pairs, ``replicators`` statements for roles of other accounts, ``locked``:
    a source of it has Object Lock.
    """

    bucket: str
    region: str
    account: str
    partition: str
    pairs: frozenset[int]
    locked: bool = False
    kms_keys: frozenset[str] = frozenset()
    replicators: tuple[Statement, ...] = field(default=())


def destination_steps(target: Target, found: Found, standard: Standard) -> Iterator[Step]:
    """Give the steps that bring the bucket to the standard, in the order in which they have to be done."""
    make = _Maker(target)
    if not found.exists:
        locked = target.locked and standard.object_lock
        value = {
            "region": target.region,
            "object_lock": locked,
            "enforced": standard.ownership,
            "account_regional": is_account_regional(target.bucket),
        }
        told = f"create bucket {target.bucket} in {target.region}{' with Object Lock' if locked else ''}"
        yield make.step(steps.CREATE, told, "exists", False, True, value)
        # S3 User Guide, "Setting default server-side encryption": a new bucket has SSE-S3. Object Lock brings
        # versioning along. Everything else is set, so that what the account's defaults are does not matter.
        settings: dict[str, Any] = {steps.ENCRYPTION: _sse(_SSE_S3)}
        settings |= {steps.OWNERSHIP: _ownership(ENFORCED)} if standard.ownership else {}
        settings |= {steps.VERSIONING: "Enabled", steps.OBJECT_LOCK: True} if locked else {}
        found = Found(True, target.region, settings=settings)
    yield from _versioning(make, found)
    yield from _object_lock(make, found, standard)
    yield from _access(make, found, standard)
    if standard.encryption:
        yield from _encryption(make, found)
    yield from _policy(make, found, standard)
    yield from _tags(make, found, standard)


class _Maker:
    """Makes the steps of one bucket."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def step(
        self, kind: str, told: str, name: str, before: Any, after: Any, value: Any, stage: int = steps.BUCKETS
    ) -> Step:
        target = self.target
        heading = f"bucket {target.bucket}"
        return Step(stage, kind, target.bucket, target.pairs, told, heading, name, before, after, value)


def _versioning(make: _Maker, found: Found) -> Iterator[Step]:
    if not found.versioned:
        yield versioning_step(make.target.bucket, make.target.pairs, found)


def versioning_step(bucket: str, pairs: frozenset[int], found: Found) -> Step:
    """Enable the versioning of a bucket, be it source or destination."""
    has = str(found.settings.get(steps.VERSIONING) or "off").lower()
    told = f"enable the versioning of bucket {bucket}"
    kind = steps.VERSIONING
    return Step(steps.BUCKETS, kind, bucket, pairs, told, f"bucket {bucket}", kind, has, "enabled", "Enabled")


def _object_lock(make: _Maker, found: Found, standard: Standard) -> Iterator[Step]:
    if make.target.locked and standard.object_lock and not found.settings.get(steps.OBJECT_LOCK):
        told = f"enable Object Lock of bucket {make.target.bucket}, for ever"
        yield make.step(steps.OBJECT_LOCK, told, steps.OBJECT_LOCK, False, True, {"ObjectLockEnabled": "Enabled"})


def _access(make: _Maker, found: Found, standard: Standard) -> Iterator[Step]:
    bucket = make.target.bucket
    if standard.ownership:
        rules = (found.settings.get(steps.OWNERSHIP) or {}).get("Rules") or [{}]
        has = rules[0].get("ObjectOwnership")
        if has != ENFORCED:
            told = f"let the owner of bucket {bucket} own all objects in it"
            yield make.step(steps.OWNERSHIP, told, "object_ownership", has, ENFORCED, _ownership(ENFORCED))
    if standard.public_access_block:
        block = dict(found.settings.get(steps.PUBLIC_ACCESS_BLOCK) or {})
        if any(not block.get(name) for name in BLOCKED):
            told = f"block public access to bucket {bucket}"
            kind = steps.PUBLIC_ACCESS_BLOCK
            yield make.step(kind, told, kind, block or None, BLOCKED, BLOCKED)


def _ownership(value: str) -> dict[str, Any]:
    return {"Rules": [{"ObjectOwnership": value}]}


def _encryption(make: _Maker, found: Found) -> Iterator[Step]:
    """SSE-S3 at least; the replica key where the pairs agree on one and the bucket has none of its own."""
    has = found.settings.get(steps.ENCRYPTION) or {}
    rules = has.get("Rules") or [{}]
    default = rules[0].get("ApplyServerSideEncryptionByDefault") or {}
    algorithm, key = default.get("SSEAlgorithm"), default.get("KMSMasterKeyID")
    (wanted,) = make.target.kms_keys if len(make.target.kms_keys) == 1 else (None,)
    if algorithm in _KMS:
        # Never weakened, and never another key: objects may rely on it. Bucket keys go with the pair's own key only.
        if wanted is None or algorithm != "aws:kms" or key != wanted or rules[0].get("BucketKeyEnabled"):
            return
    elif wanted is None and algorithm:
        return
    rest = {name: value for name, value in rules[0].items() if name != "ApplyServerSideEncryptionByDefault"}
    after = _sse("aws:kms", wanted, rest) if wanted else _sse(_SSE_S3, None, rest)
    told = f"encrypt bucket {make.target.bucket} by default with {wanted or 'SSE-S3'}"
    yield make.step(steps.ENCRYPTION, told, steps.ENCRYPTION, has.get("Rules"), after["Rules"], after)


def _sse(algorithm: str, key: str | None = None, rest: Mapping[str, Any] | None = None) -> dict[str, Any]:
    default = {"SSEAlgorithm": algorithm, **({"KMSMasterKeyID": key} if key else {})}
    bucket_key = {"BucketKeyEnabled": True} if key else {}
    return {"Rules": [{**(rest or {}), "ApplyServerSideEncryptionByDefault": default, **bucket_key}]}


def default_key(found: Found, region: str, account: str, partition: str) -> str | None:
    """Give the ARN of the KMS key of the default encryption; ``None`` without one, and for what is no key's id."""
    rules = (found.settings.get(steps.ENCRYPTION) or {}).get("Rules") or [{}]
    default = rules[0].get("ApplyServerSideEncryptionByDefault") or {}
    key = default.get("KMSMasterKeyID")
    if default.get("SSEAlgorithm") not in _KMS or not key or "alias/" in key:
        return None
    return str(key) if key.startswith("arn:") else f"arn:{partition}:kms:{region}:{account}:key/{key}"


def _policy(make: _Maker, found: Found, standard: Standard) -> Iterator[Step]:
    """One write for all statements. S3 takes statements for roles only when these are there, hence the later stage."""
    target = make.target
    has = found.settings.get(steps.POLICY)
    wanted = list(target.replicators)
    if standard.tls_only:
        wanted.insert(0, bucket_policy.tls_only(target.bucket, target.partition))
    after = bucket_policy.merged(has, wanted)
    if not wanted or bucket_policy.same(has, after):
        return
    stage = steps.POLICIES if target.replicators else steps.BUCKETS
    told = f"write the policy of bucket {target.bucket}"
    yield make.step(steps.POLICY, told, steps.POLICY, has, after, after, stage)


def _tags(make: _Maker, found: Found, standard: Standard) -> Iterator[Step]:
    has = {tag["Key"]: tag["Value"] for tag in found.settings.get(steps.TAGS) or []}
    after = {**has, **standard.tags}
    if after != has:
        value = [{"Key": key, "Value": text} for key, text in after.items() if not key.startswith("aws:")]
        yield make.step(steps.TAGS, f"tag bucket {make.target.bucket}", steps.TAGS, has, after, value)


def policy_problem(target: Target, found: Found, standard: Standard) -> str | None:
    """Say that the policy would be too large for S3."""
    for step in _policy(_Maker(target), found, standard):
        if problem := bucket_policy.size_problem(step.value):
            return f"bucket {target.bucket}: {problem}"
    return None
