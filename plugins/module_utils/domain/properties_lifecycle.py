# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lifecycle rules carried from the source to the destination by their ids, and where they treat replicas differently.

A replica keeps the creation time of its source, so that a rule counts the same days on both sides. But what lifecycle
does is never replicated, and what was not replicated changes what the rules see: that is called out.

Sources: S3 User Guide, "What does Amazon S3 replicate?" (actions of lifecycle are not replicated), "Lifecycle
configuration elements" (from when the days of noncurrent versions count), "Setting lifecycle configuration";
S3 API reference, "PutBucketLifecycleConfiguration" (all rules have a Filter, or all have a Prefix).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties import Mirrored

Rule = dict[str, Any]

_SIZE = "TransitionDefaultMinimumObjectSize"
_USUAL_SIZE = "all_storage_classes_128K"
# Objects of these classes have to be restored before they can be read.
_ARCHIVES = ("DEEP_ARCHIVE", "GLACIER")
_REMOVES = ("Expiration", "NoncurrentVersionExpiration")


def mirror_lifecycle(source: Mapping[str, Any] | None, destination: Mapping[str, Any] | None, purge: bool) -> Mirrored:
    """Plan the destination's rules. Values are answers of GetBucketLifecycleConfiguration."""
    wanted = {rule["ID"]: rule for rule in _rules(source)}
    present = _rules(destination)
    ids = [rule["ID"] for rule in present]
    kept = [name for name in ids if name not in wanted and not purge]
    after = [wanted.get(rule["ID"], rule) for rule in present if rule["ID"] in wanted or rule["ID"] in kept]
    after += [rule for name, rule in wanted.items() if name not in ids]
    size = _size(source) if source else _size(destination)
    document = _document(after, size) if after else None
    after = _rules(document)
    notes = tuple(f"rule {rule['ID']}: {said}" for rule in after if _works(rule) for said in _called_out(rule))
    warnings = tuple(
        f"rule {rule['ID']} is only on the destination and removes objects there that the source keeps; remove it, or "
        f"use purge"
        for rule in after
        if rule["ID"] in kept and _works(rule) and any(part in rule for part in _REMOVES)
    )
    same = _same(document, destination)
    return Mirrored(destination, destination if same else document, (), tuple(kept), notes, warnings)


def _document(rules: list[Rule], size: str) -> dict[str, Any]:
    """S3 takes a Prefix beside a Filter in no configuration; a Filter can say all that a Prefix does."""
    document: dict[str, Any] = {"Rules": [_with_filter(rule) for rule in rules]}
    if size != _USUAL_SIZE:
        document[_SIZE] = size
    return document


def _with_filter(rule: Rule) -> Rule:
    if "Filter" in rule:
        return rule
    return {**{name: value for name, value in rule.items() if name != "Prefix"}, "Filter": {"Prefix": _prefix(rule)}}


def _prefix(rule: Mapping[str, Any]) -> str:
    return str(rule.get("Prefix") or "")


def _rules(configuration: Mapping[str, Any] | None) -> list[Rule]:
    """S3 gives every rule an id; one that has none all the same is known by its place."""
    rules = (configuration or {}).get("Rules") or []
    return [{**rule, "ID": rule.get("ID") or f"rule {place}"} for place, rule in enumerate(rules, start=1)]


def _size(configuration: Mapping[str, Any] | None) -> str:
    return str((configuration or {}).get(_SIZE) or _USUAL_SIZE)


def _same(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    if one is None or other is None:
        return one is other
    by_id = [{rule["ID"]: _meaning(rule) for rule in _rules(side)} for side in (one, other)]
    return by_id[0] == by_id[1] and _size(one) == _size(other)


def _meaning(rule: Rule) -> Rule:
    """A rule that compares equal however the same is written: order of transitions, Prefix or Filter, empty parts."""
    rule = _with_filter(rule)
    said = rule["Filter"] or {"Prefix": ""}
    if "And" in said:
        tags = sorted(said["And"].get("Tags", []), key=lambda tag: str(tag["Key"]))
        said = {"And": {**said["And"], "Tags": tags}}
    parts = {name: value for name, value in rule.items() if name not in ("ID", "Filter") and value}
    for name in ("Transitions", "NoncurrentVersionTransitions"):
        if name in parts:
            parts[name] = sorted(parts[name], key=lambda one: sorted((key, str(value)) for key, value in one.items()))
    return {**parts, "Filter": said}


# ---- what differs for replicas -------------------------------------------------------------------------------------


def _works(rule: Rule) -> bool:
    return bool(rule.get("Status") == "Enabled")


def _called_out(rule: Rule) -> Iterator[str]:
    expiration = rule.get("Expiration") or {}
    if "Days" in expiration or "Date" in expiration:
        yield (
            "current versions expire on both sides by the time when the source was created, each side with a delete "
            "marker of its own, for lifecycle is not replicated; what replicates later than that expires at once"
        )
    if expiration.get("ExpiredObjectDeleteMarker"):
        yield (
            "delete markers are removed on each side by itself; without delete_marker_replication the destination "
            "has none of the source's"
        )
    noncurrent = rule.get("NoncurrentVersionExpiration") or {}
    if noncurrent:
        yield (
            "noncurrent versions expire after a newer version or delete marker came; without "
            "delete_marker_replication an object that was deleted at the source stays current at the destination "
            "and does not expire there"
        )
    if noncurrent.get("NewerNoncurrentVersions"):
        yield "the newer versions that are kept are counted on each side; a version that was not replicated is not"
    classes = {
        str(move.get("StorageClass"))
        for part in ("Transitions", "NoncurrentVersionTransitions")
        for move in rule.get(part) or []
    }
    if archived := sorted(classes & set(_ARCHIVES)):
        yield (
            f"replicas move to {', '.join(archived)} too and must be restored before the destination can serve them; "
            f"objects that get there at the source before they were replicated never are"
        )
    said = rule.get("Filter") or {}
    if "Tag" in said or (said.get("And") or {}).get("Tags"):
        yield "it holds for objects with certain tags; replicas without tags (the role may not read them) are left out"
