# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mirror the properties of one bucket to another: read both, plan, write, read back.

What fails with one property is told and stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError, ConflictError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import properties
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import properties_notifications as notifications
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import properties_policy as policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties import Mirrored
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import Names
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_public import has_public
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_properties_table import TABLE
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience, until

# What S3 says where a feature is not offered: in a Region (Transfer Acceleration), a partition, or for the bucket.
_UNSUPPORTED = frozenset(["MethodNotAllowed", "NotImplemented", "UnsupportedArgument", "UnsupportedOperation"])

Plan = Callable[[Any], Mirrored]


@dataclass(frozen=True)
class _Found:
    """One property as it is on both sides, or why it is not known."""

    name: str
    source: Any = None
    destination: Any = None
    error: AwsError | None = None
    exists: Mapping[str, bool] = field(default_factory=dict)


def mirror(
    source_client: Any,
    destination_client: Any,
    source_bucket: str,
    destination_bucket: str,
    selection: Iterable[str],
    check_mode: bool,
    *,
    names: Names,
    purge: bool = False,
    exists: Callable[[str], bool] | None = None,
    concurrency: int = 1,
    patience: Patience | None = None,
    to_be_made: Mapping[str, Any] | None = None,
) -> Outcome:
    """Mirror the properties in ``selection`` and give what came of each.

    ``names`` says how names of the source read at the destination, and whose the buckets are: all calls carry the
    owner. ``exists`` looks for targets of notifications; without it only targets that ``names`` maps are carried.
    ``concurrency`` calls read at once. ``to_be_made``: the destination is not there yet and will have these values,
    such as :data:`properties.FRESH` with what the caller is going to write; for check mode. Raises
    :class:`RefusedError` for a selection that can't be; whatever fails at AWS is told in ``results``: ``properties`` by
    name, and ``failures``, a sentence each.
    """
    chosen = frozenset(selection)
    if problems := properties.selection_problems(chosen):
        raise RefusedError(f"Properties of bucket {source_bucket}", problems)
    if to_be_made is not None and not check_mode:
        raise ValueError("a bucket that is not there can't be written")
    sides = _Sides(source_client, destination_client, source_bucket, destination_bucket, names, to_be_made)
    ordered = [name for name in properties.PROPERTIES if name in chosen]
    read = partial(_read, sides, purge, exists)
    found = {one.name: one for one in in_order(read, ordered, max(1, concurrency))}
    told: dict[str, dict[str, Any]] = {}
    before, after, warnings, block = {}, {}, [], None
    for name in ordered:
        if error := found[name].error:
            told[name] = _error_told(error)
            continue
        try:
            if name == "policy" and has_public(found[name].source):
                block = _blocks_public(sides, block)
            plan = _plan_of(found[name], names, purge, bool((block or {}).get("BlockPublicPolicy")))
            mirrored = plan(found[name].destination)
            if mirrored.changed and not check_mode:
                _apply(sides, name, plan, mirrored, patience or Patience(60, 1))
        except ToldError as error:
            told[name] = _error_told(error)
            continue
        if name == "public_access_block" and (mirrored.changed or mirrored.after):
            block = mirrored.after or {}
        told[name] = mirrored.told()
        warnings += [f"{source_bucket} -> {destination_bucket}, {name}: {one}" for one in mirrored.warnings]
        if mirrored.changed:
            before[name], after[name] = _jsonable(mirrored.before), _jsonable(mirrored.after)
    told |= {name: {"status": properties.OFF} for name in properties.PROPERTIES if name not in chosen}
    results = {
        "properties": {name: told[name] for name in properties.PROPERTIES},
        "failures": [
            f"{source_bucket} -> {destination_bucket}, {name}: {told[name]['msg']}"
            for name in ordered
            if told[name]["status"] == properties.FAILED
        ],
    }
    return Outcome(bool(after), results, before, after, warnings)


@dataclass(frozen=True)
class _Sides:
    """Both buckets with the clients that reach them."""

    source_client: Any
    destination_client: Any
    source: str
    destination: str
    names: Names
    to_be_made: Mapping[str, Any] | None = None

    def read_source(self, name: str) -> Any:
        return TABLE[name].read(self.source_client, self.source, self.names.source.account or None)

    def read_destination(self, name: str) -> Any:
        if self.to_be_made is not None:
            return self.to_be_made.get(name)
        return TABLE[name].read(self.destination_client, self.destination, self.names.destination.account or None)

    def write(self, name: str, planned: Mirrored) -> None:
        owner = self.names.destination.account or None
        TABLE[name].write(self.destination_client, self.destination, owner, planned)


def _read(sides: _Sides, purge: bool, exists: Callable[[str], bool] | None, name: str) -> _Found:
    """Read one property on both sides; the destination only where it matters."""
    try:
        source = sides.read_source(name)
        if TABLE[name].idle(source) and not purge and not TABLE[name].always:
            return _Found(name, source)
        there = sides.read_destination(name)
        known = {}
        if name == "notifications":
            known = {arn: bool(exists and exists(arn)) for arn in notifications.targets(source, sides.names)}
    except AwsError as error:
        return _Found(name, error=error)
    return _Found(name, source, there, exists=known)


def _plan_of(found: _Found, names: Names, purge: bool, public_blocked: bool) -> Plan:
    """Give the function from what the destination has to what it is to have."""
    if TABLE[found.name].idle(found.source) and not purge and not TABLE[found.name].always:
        return lambda there: Mirrored(there, there)
    if found.name == "policy":
        return lambda there: policy.mirror_policy(found.source, there, names, purge, public_blocked)
    if found.name == "notifications":
        known = found.exists
        return lambda there: notifications.mirror_notifications(
            found.source, there, names, purge, lambda arn: known.get(arn, False)
        )
    return lambda there: TABLE[found.name].plan(found.source, there, names, purge)


def _blocks_public(sides: _Sides, planned: Any) -> Any:
    """The destination's public access block, as it will be when the policy is written."""
    if planned is not None:
        return planned
    return sides.read_destination("public_access_block")


def _apply(sides: _Sides, name: str, plan: Plan, mirrored: Mirrored, patience: Patience) -> None:
    """Write, again while somebody else is writing, and read back until the plan finds nothing to do any more."""

    def write() -> AwsError | None:
        try:
            sides.write(name, mirrored)
        except ConflictError as error:
            return error
        return None

    deadline = patience.now() + patience.timeout
    refused, done = until(patience, write, lambda error: error is None)
    if not done and refused is not None:
        raise refused
    left = replace(patience, timeout=max(0.0, deadline - patience.now()))
    _found, shows = until(left, lambda: plan(sides.read_destination(name)), lambda seen: not seen.changed)
    if not shows:
        raise ToldError(
            f"The {TABLE[name].words} of bucket {sides.destination} were written, but S3 shows others. They may still "
            f"be on their way, or somebody else wrote at the same time: run again"
        )


def _error_told(error: ToldError) -> dict[str, Any]:
    code = getattr(error, "code", "")
    status = properties.UNSUPPORTED if code in _UNSUPPORTED else properties.FAILED
    told: dict[str, Any] = {"status": status, "msg": error.message, "not_carried": [], "kept": [], "notes": []}
    if isinstance(error, AccessDeniedError):
        told["permission"] = error.permission
        if error.permission == "s3:PutBucketPolicy":
            told["msg"] += ". S3 says this of a public policy too while the account blocks public access"
    return told


def _jsonable(value: Any) -> Any:
    """A value as a result can hold it: boto3 gives dates as dates."""
    if isinstance(value, Mapping):
        return {str(key): _jsonable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
