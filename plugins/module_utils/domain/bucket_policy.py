# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bucket policies: the statements that are ours, and how they get into and out of a policy that others wrote too.

Ours are known by their Sid, everything else stays word for word and in its order. Sources: S3 User Guide, "Setting up
permissions for live replication" (step 3), "Changing the replica owner" and "Bucket policies and user policies"; IAM
User Guide, "IAM JSON policy element reference" (one value or a list of them say the same, order says nothing).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_arn, role_arn_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import Document, Statement, allow

TLS_ONLY_SID = "AwsDrTlsOnly"
REPLICATION_SID = "AwsDrReplication"
FENCE_SID = "AwsDrFence"
DRILL_SID = "AwsDrDrill"

# S3 User Guide, "Bucket policies": at most 20 KB.
_LARGEST = 20 * 1024
_OBJECTS = ("s3:ReplicateDelete", "s3:ReplicateObject")
_OWNER_OVERRIDE = "s3:ObjectOwnerOverrideToBucketOwner"
# The guide's example has s3:PutBucketVersioning too. It would let another account switch versioning off here, and it
# is not needed: the owner of the destination does that, and the guide's own replication role has not got it.
_BUCKET = ("s3:GetBucketVersioning", "s3:List*")


def tls_only(bucket: str, partition: str) -> Statement:
    """Deny everything that does not come over TLS (AWS Config, rule ``s3-bucket-ssl-requests-only``)."""
    arn = bucket_arn(bucket, partition)
    return {
        "Sid": TLS_ONLY_SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def allow_replication(
    bucket: str, role_arns: Iterable[str], partition: str, owner_override: bool = False
) -> list[Statement]:
    """Let replication roles of other accounts write replicas into the destination ``bucket``.

    Each role has statements of its own, whose Sids follow from its ARN: a run that names some of the pairs takes
    nothing from the roles of others. ``owner_override`` lets replicas change hands; a bucket with bucket owner
    enforced does not need it. Batch Replication needs nothing more here: it writes with the same role. S3 takes a
    policy only while its roles exist. Raises :class:`RefusedError` for an ARN that names no role.
    """
    arns = sorted(set(role_arns))
    problems = [problem for problem in map(role_arn_problem, arns) if problem]
    if problems:
        raise RefusedError(f"Policy of bucket {bucket}", problems)
    arn = bucket_arn(bucket, partition)
    objects = (*_OBJECTS, _OWNER_OVERRIDE) if owner_override else _OBJECTS
    statements = []
    for role in arns:
        object_sid, bucket_sid = replication_sids(role)
        for sid, actions, resource in ((object_sid, objects, f"{arn}/*"), (bucket_sid, _BUCKET, arn)):
            statements.append({**allow(sid, actions, [resource]), "Principal": {"AWS": role}})
    return statements


def replication_sids(role_arn: str) -> tuple[str, str]:
    """Give the Sids of a role's statements, the one for objects and the one for the bucket."""
    mark = hashlib.sha256(role_arn.encode()).hexdigest()[:12]
    return f"{REPLICATION_SID}Objects{mark}", f"{REPLICATION_SID}Bucket{mark}"


def our_sids(existing: Mapping[str, Any] | None) -> list[str]:
    """Give the Sids in this policy that are ours, in its order."""
    sids = [str(said.get("Sid", "")) for said in _statements(existing)]
    return [sid for sid in sids if sid in (TLS_ONLY_SID, FENCE_SID, DRILL_SID) or sid.startswith(REPLICATION_SID)]


def merged(existing: Mapping[str, Any] | None, statements: Iterable[Statement]) -> Document:
    """Put ``statements`` into the policy: each replaces the one of its Sid, or is added at the end.

    All other statements stay, and so do ``Id`` and ``Version`` (another version would change what policy variables in
    the statements of others mean). Where somebody else denies requests without TLS as :func:`tls_only` does, ours is
    not added.
    """
    wanted = {str(said["Sid"]): said for said in statements}
    kept, placed = [], set()
    for said in _statements(existing):
        sid = str(said.get("Sid", ""))
        if sid not in placed:
            kept.append(wanted.get(sid, said))
        if sid in wanted:
            placed.add(sid)
    added = [said for sid, said in wanted.items() if sid not in placed and not _denied_by_others(said, kept)]
    head = dict(existing) if existing else {"Version": "2012-10-17"}
    return {**head, "Statement": [*kept, *added]}


def without(existing: Mapping[str, Any] | None, sids: Iterable[str]) -> Document | None:
    """Take the statements of these Sids out; ``None`` when nothing is left, so that the policy is to be deleted."""
    gone = set(sids)
    kept = [said for said in _statements(existing) if said.get("Sid") not in gone]
    return {**(existing or {}), "Statement": kept} if kept else None


def same(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Tell whether both policies say the same.

    The order of lists, and one value or a list of it, do not count. Two statements that deny requests without TLS are
    the same whatever their Sids.
    """
    return bool(_meaning(one) == _meaning(other))


def size_problem(policy: Mapping[str, Any]) -> str | None:
    """Say that the policy is too large for S3, or ``None``."""
    size = len(json.dumps(policy, separators=(",", ":"), ensure_ascii=False).encode())
    if size <= _LARGEST:
        return None
    return f"the bucket policy would have {size} bytes, S3 takes {_LARGEST}; remove statements, or use fewer roles"


def denies_without_tls(policy: Mapping[str, Any] | None, bucket: str, partition: str) -> bool:
    """Tell whether one statement of the policy, whoever wrote it, denies everything that comes without TLS."""
    return _denied_by_others(tls_only(bucket, partition), _statements(policy))


def _denied_by_others(statement: Statement, others: Iterable[Statement]) -> bool:
    """Whether this is a denial of requests without TLS that one of the others contains."""
    asked = _tls_resources(statement)
    return asked is not None and any(
        all(any(_covers(pattern, resource) for pattern in resources) for resource in asked)
        for resources in map(_tls_resources, others)
        if resources is not None
    )


def _covers(pattern: str, resource: str) -> bool:
    """Whether a Resource element with ``*`` and ``?`` holds all that ``resource`` (which may end in ``*``) holds."""
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), resource, re.DOTALL))


def _tls_resources(statement: Mapping[str, Any]) -> frozenset[str] | None:
    """The resources for which the statement denies everything without TLS; ``None`` when it says anything else."""
    if set(statement) - {"Sid"} != {"Effect", "Principal", "Action", "Resource", "Condition"}:
        return None
    principal = statement["Principal"]
    everybody = principal == "*" or (isinstance(principal, Mapping) and _values(principal.get("AWS")) == {"*"})
    everything = {"*", "s3:*"} & {action.lower() for action in _values(statement["Action"])}
    if statement["Effect"] != "Deny" or not everybody or not everything or not _no_tls(statement["Condition"]):
        return None
    return frozenset(_values(statement["Resource"]))


def _no_tls(condition: Any) -> bool:
    """Names of condition keys have no case (IAM User Guide, "IAM JSON policy elements: Condition")."""
    if not isinstance(condition, Mapping) or len(condition) != 1:
        return False
    ((operator, keys),) = condition.items()
    if operator not in ("Bool", "BoolIfExists") or not isinstance(keys, Mapping) or len(keys) != 1:
        return False
    ((key, value),) = keys.items()
    return str(key).lower() == "aws:securetransport" and {text.lower() for text in _values(value)} == {"false"}


def _meaning(policy: Mapping[str, Any] | None) -> Any:
    head = {key: value for key, value in (policy or {}).items() if key != "Statement"}
    return frozenset(map(_statement_meaning, _statements(policy))), _plain(head)


def _statement_meaning(statement: Statement) -> Any:
    return _tls_resources(statement) or _plain(statement)


def _plain(value: Any) -> Any:
    """A value that compares equal whatever the order of lists, and for one value as for a list of it."""
    if isinstance(value, Mapping):
        return frozenset((key, _plain(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return frozenset(map(_plain, value)) if len(value) != 1 else _plain(value[0])
    return str(value).lower() if isinstance(value, bool) else value


def _values(value: Any) -> set[str]:
    """The values of an element that holds one or a list of them; a condition may hold booleans instead of texts."""
    return {str(one) for one in (value if isinstance(value, list) else [value])}


def _statements(policy: Mapping[str, Any] | None) -> list[Statement]:
    statements = (policy or {}).get("Statement") or []
    return [dict(statements)] if isinstance(statements, Mapping) else list(statements)
