# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The properties of which a bucket has many, each with an id: Intelligent-Tiering, metrics, analytics and inventory
configurations.

Sources: S3 API reference, the pages of the Put operations; S3 User Guide, "Configuring Amazon S3 Inventory" and
"Amazon S3 analytics - Storage Class Analysis" (the bucket that takes the lists is in the Region of the bucket they are
of).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties import Mirrored, NotCarried
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import Names, NoNameError

Entry = dict[str, Any]
Rewrite = Callable[[Entry, Names], Entry]


def mirror_intelligent_tiering(source: Any, destination: Any, names: Names, purge: bool) -> Mirrored:
    """Archive configurations of Intelligent-Tiering: nothing in them names a bucket or a Region."""
    return _mirror(source, destination, names, purge, lambda entry, _names: entry)


def mirror_metrics(source: Any, destination: Any, names: Names, purge: bool) -> Mirrored:
    """Request metrics; a filter may name an access point, which is of one Region."""
    return _mirror(source, destination, names, purge, _metrics)


def mirror_analytics(source: Any, destination: Any, names: Names, purge: bool) -> Mirrored:
    """Storage class analysis, with or without an export to a bucket."""
    return _mirror(source, destination, names, purge, _analytics)


def mirror_inventory(source: Any, destination: Any, names: Names, purge: bool) -> Mirrored:
    """Inventories: to a bucket, perhaps encrypted with a KMS key."""
    return _mirror(source, destination, names, purge, _inventory)


def changes(before: Any, after: Any) -> tuple[list[Entry], list[str]]:
    """Give the entries to put and the ids to delete that make ``before`` into ``after``."""
    there, wanted = _by_id(before), _by_id(after)
    put = [entry for name, entry in wanted.items() if name not in there or not _same(there[name], entry)]
    return put, [name for name in there if name not in wanted]


def _mirror(source: Any, destination: Any, names: Names, purge: bool, rewrite: Rewrite) -> Mirrored:
    there = _by_id(destination)
    wanted: dict[str, Entry] = {}
    left: list[NotCarried] = []
    for name, entry in _by_id(source).items():
        try:
            wanted[name] = rewrite(entry, names)
        except NoNameError as reason:
            left.append(NotCarried(name, str(reason), entry))
    # What the destination has under an id that was not carried is neither the source's nor to be taken away.
    not_carried = {one.what for one in left}
    only_there = [name for name in there if name not in wanted]
    stays = [name for name in only_there if not purge or name in not_carried]
    after = {name: wanted.get(name, entry) for name, entry in there.items() if name in wanted or name in stays}
    after |= {name: entry for name, entry in wanted.items() if name not in after}
    put, gone = changes(destination, list(after.values()))
    kept = tuple(stays)
    if not put and not gone:
        return Mirrored(destination, destination, tuple(left), kept)
    return Mirrored(destination, list(after.values()) or None, tuple(left), kept)


def _metrics(entry: Entry, names: Names) -> Entry:
    said = entry.get("Filter") or {}
    rewritten = dict(said)
    if "AccessPointArn" in said:
        rewritten["AccessPointArn"] = names.arn(said["AccessPointArn"])
    if "AccessPointArn" in said.get("And", {}):
        rewritten["And"] = {**said["And"], "AccessPointArn": names.arn(said["And"]["AccessPointArn"])}
    return {**entry, "Filter": rewritten} if rewritten else entry


def _analytics(entry: Entry, names: Names) -> Entry:
    analysis = entry.get("StorageClassAnalysis") or {}
    export = analysis.get("DataExport")
    if not export:
        return entry
    target = _target(export["Destination"]["S3BucketDestination"], names, "BucketAccountId")
    return {
        **entry,
        "StorageClassAnalysis": {
            **analysis,
            "DataExport": {**export, "Destination": {**export["Destination"], "S3BucketDestination": target}},
        },
    }


def _inventory(entry: Entry, names: Names) -> Entry:
    target = _target(entry["Destination"]["S3BucketDestination"], names, "AccountId")
    encryption = target.get("Encryption") or {}
    if "SSEKMS" in encryption:
        key = names.key(encryption["SSEKMS"]["KeyId"])
        target["Encryption"] = {**encryption, "SSEKMS": {**encryption["SSEKMS"], "KeyId": key}}
    return {**entry, "Destination": {**entry["Destination"], "S3BucketDestination": target}}


def _target(target: Mapping[str, Any], names: Names, account: str) -> Entry:
    rewritten = {**target, "Bucket": names.bucket_arn(target["Bucket"])}
    if account in target:
        rewritten[account] = names.account(target[account])
    return rewritten


def _by_id(entries: Any) -> dict[str, Entry]:
    return {str(entry["Id"]): dict(entry) for entry in entries or []}


def _same(one: Any, other: Any) -> bool:
    return bool(_plain(one) == _plain(other))


def _plain(value: Any) -> Any:
    """Compares equal whatever the order of lists; nothing in these configurations depends on it."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items() if inner or key in ("SSES3",)}
    if isinstance(value, list):
        return sorted((_plain(one) for one in value), key=str)
    return value
