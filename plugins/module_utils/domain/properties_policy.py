# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bucket policy carried from the source to the destination, statement by statement.

A statement is carried whole or not at all: one with a value left out would allow or deny something else than it did.
What is not carried is told with its effect, for a Deny that is missing leaves the destination more open than the
source.

Sources: IAM User Guide, "IAM JSON policy element reference" and "AWS global condition context keys"; VPC guide,
"Gateway endpoints" (an endpoint is of one Region).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import Statement
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties import Mirrored, NotCarried
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import Names, NoNameError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_public import is_public, statements

# A VPC and its endpoints are of one Region. (Their conditions may hold other things: Null wants true or false.)
_REGIONAL_KEYS = ("aws:sourcevpce", "aws:sourcevpc")
_REGIONAL_ID = re.compile(r"vpce?-[0-9a-f]+")
_REGIONS = ("aws:requestedregion",)
_BUCKETS = ("s3:x-amz-copy-source",)
_KEYS = ("s3:x-amz-server-side-encryption-aws-kms-key-id",)
# What S3 shows in place of a principal that was deleted (IAM User Guide, "IAM identifiers", unique ids).
_GONE = re.compile(r"A(IDA|ROA|GPA|NPA|PKA)[A-Z0-9]{12,}")
_REPLICATES = re.compile(r"s3:(Replicate[A-Za-z]+|ObjectOwnerOverrideToBucketOwner)")


def mirror_policy(
    source: Mapping[str, Any] | None,
    destination: Mapping[str, Any] | None,
    names: Names,
    purge: bool,
    public_blocked: bool = False,
) -> Mirrored:
    """Plan the destination's policy. ``public_blocked``: S3 refuses public policies there (BlockPublicPolicy)."""
    version = _version(source, destination, purge)
    carried, left = _carry(source, names, version, public_blocked)
    ours = set(bucket_policy.our_sids(destination))
    present = statements(destination)
    wanted = {said["Sid"]: said for said in carried if said.get("Sid")}
    after: list[Statement] = []
    kept: list[str] = []
    for said in present:
        sid = said.get("Sid", "")
        if sid in wanted:
            after.append(wanted.pop(sid))
        elif any(_same(said, one) for one in carried):
            after.append(said)
        elif sid in ours or not purge:
            after.append(said)
            if sid not in ours:
                kept.append(label(said))
    after += [said for said in carried if not any(_same(said, one) for one in after)]
    head = dict(destination or source or {})
    if _version_of(head) != version:
        head["Version"] = version
    document = {**head, "Statement": after} if after else None
    if bucket_policy.same(document, destination):
        return Mirrored(destination, destination, left, tuple(kept), warnings=_warnings(left))
    problem = bucket_policy.size_problem(document) if document else None
    return Mirrored(destination, document, left, tuple(kept), (), _warnings(left), problem or "")


def label(statement: Statement) -> str:
    """Name a statement to a person: its Sid, or what it does."""
    if statement.get("Sid"):
        return str(statement["Sid"])
    actions = _list(statement.get("Action", statement.get("NotAction", [])))
    return f"{statement.get('Effect', '?')} {', '.join(map(str, actions))}"


# ---- from the source -----------------------------------------------------------------------------------------------


def _carry(
    source: Mapping[str, Any] | None, names: Names, version: str, public_blocked: bool
) -> tuple[list[Statement], tuple[NotCarried, ...]]:
    carried: list[Statement] = []
    left: list[NotCarried] = []
    for said in statements(source):
        try:
            _check(source, said, version)
            rewritten = _rewrite_statement(said, names)
            if public_blocked and is_public(rewritten):
                raise NoNameError(
                    "it is public, and the destination blocks public policies; mirror public_access_block too, or "
                    "allow them there"
                )
        except NoNameError as reason:
            left.append(NotCarried(label(said), f"{said.get('Effect')} statement: {reason}", said))
        else:
            carried.append(rewritten)
    return carried, tuple(left)


def _check(source: Mapping[str, Any] | None, said: Statement, version: str) -> None:
    """Refuse what can't or should not be carried whatever its names say."""
    if said.get("Sid") == bucket_policy.FENCE_SID:
        raise NoNameError("it keeps clients from writing to the source while another Region is active")
    if str(said.get("Sid", "")).startswith(bucket_policy.REPLICATION_SID) or _is_for_replication(said):
        raise NoNameError("it lets a role replicate into the source; the destination gets its own from its own pairs")
    if version != _version_of(source) and "${" in str(said):
        raise NoNameError(
            f"it has a policy variable, and the destination's policy has Version {version}, in which that says "
            f"something else; bring both to 2012-10-17"
        )


def _is_for_replication(said: Statement) -> bool:
    actions = [str(action) for action in _list(said.get("Action", []))]
    return said.get("Effect") == "Allow" and any(_REPLICATES.fullmatch(action) for action in actions)


def _rewrite_statement(said: Statement, names: Names) -> Statement:
    rewritten = dict(said)
    for element in ("Resource", "NotResource"):
        if element in said:
            rewritten[element] = _each(said[element], names.text)
    for element in ("Principal", "NotPrincipal"):
        if element in said:
            rewritten[element] = _principals(said[element], names)
    if isinstance(said.get("Condition"), Mapping):
        rewritten["Condition"] = {
            operator: {key: _each(values, _condition_rewriter(str(key), names)) for key, values in keys.items()}
            if isinstance(keys, Mapping)
            else keys
            for operator, keys in said["Condition"].items()
        }
    return rewritten


def _principals(principal: Any, names: Names) -> Any:
    if not isinstance(principal, Mapping):
        return principal
    rewriters = {"AWS": names_of_aws(names), "Service": names_of_services(names), "Federated": names.text}
    return {kind: _each(who, rewriters.get(kind, lambda one: one)) for kind, who in principal.items()}


def names_of_aws(names: Names) -> Callable[[str], str]:
    """How an AWS principal is rewritten: an account id, an ARN, or the id that is left of a deleted one."""

    def rewrite(who: str) -> str:
        if who in names.others:
            return names.others[who]
        if _GONE.fullmatch(who):
            raise NoNameError(f"its principal {who} was deleted, and S3 takes no policy with such a one")
        return names.account(who) if who.isdigit() else names.text(who)

    return rewrite


def names_of_services(names: Names) -> Callable[[str], str]:
    """How a service principal is rewritten: some are of one Region (``logs.us-east-1.amazonaws.com``)."""
    return lambda who: ".".join(names.region(part) for part in who.split("."))


def _condition_rewriter(key: str, names: Names) -> Callable[[str], str]:
    key = key.lower()
    if key in _REGIONAL_KEYS:
        return lambda value: _regional(value, key, names)
    if key in _REGIONS:
        return names.region
    if key in _KEYS:
        return lambda value: value if re.search(r"[*?]", value) and not value.startswith("arn:") else _key(value, names)
    if key in _BUCKETS:
        return lambda value: _copy_source(value, names)
    if key.endswith(("account", "sourceowner")) and "/" not in key:
        return names.account
    return names.text


def _key(value: str, names: Names) -> str:
    return names.text(value) if value in names.others or value.startswith("arn:") else names.key(value)


def _regional(value: str, key: str, names: Names) -> str:
    if value in names.others:
        return names.others[value]
    if names.source.region == names.destination.region or not _REGIONAL_ID.fullmatch(value):
        return value
    raise NoNameError(
        f"its condition {key} names {value}, which is of {names.source.region}; say what takes its place in "
        f"{names.destination.region} (mapping.others)"
    )


def _copy_source(value: str, names: Names) -> str:
    """``/bucket/key`` or ``bucket/key``."""
    lead = "/" if value.startswith("/") else ""
    bucket, slash, key = value.removeprefix("/").partition("/")
    return lead + names.bucket(bucket) + slash + key if re.fullmatch(r"[a-z0-9.-]+", bucket) else value


def _each(value: Any, rewrite: Callable[[str], str]) -> Any:
    """Rewrite one value or each of a list; what is no text (a number, a boolean) has no names in it."""
    if isinstance(value, list):
        return [rewrite(one) if isinstance(one, str) else one for one in value]
    return rewrite(value) if isinstance(value, str) else value


# ---- reading policies ----------------------------------------------------------------------------------------------


def _warnings(left: tuple[NotCarried, ...]) -> tuple[str, ...]:
    denies = [one.what for one in left if isinstance(one.value, Mapping) and one.value.get("Effect") == "Deny"]
    return tuple(f"the denial {what} is not carried: the destination is more open than the source" for what in denies)


def _version(source: Mapping[str, Any] | None, destination: Mapping[str, Any] | None, purge: bool) -> str:
    """The source's, unless that changes what the variables mean in statements of the destination that stay."""
    replaced = {said.get("Sid", "") for said in statements(source)} - {""}
    ours = bucket_policy.our_sids(destination)
    stays = [
        said
        for said in statements(destination)
        if said.get("Sid") not in replaced and (not purge or said.get("Sid") in ours)
    ]
    return _version_of(destination) if source is None or "${" in str(stays) else _version_of(source)


def _version_of(policy: Mapping[str, Any] | None) -> str:
    # IAM: a policy without Version is of the first.
    return str((policy or {}).get("Version", "2008-10-17"))


def _same(one: Statement, other: Statement) -> bool:
    return bucket_policy.same({"Statement": [one]}, {"Statement": [other]})


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
