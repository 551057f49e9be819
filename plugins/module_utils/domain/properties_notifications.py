# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event notifications carried from the source to the destination, entry by entry.

Queues, topics and functions are of one Region. An entry is carried when somebody says what takes its target's place,
or when the target of the same name is there on the destination side. Replication events are never carried: replicas
send none to the destination, and the entries that capture failures belong to the set-up of each source by itself.

Sources: S3 User Guide, "Amazon S3 Event Notifications" (targets are in the bucket's Region) and "Configuring event
notifications using object key name filtering".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import notification
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import Arn, parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties import Mirrored, NotCarried
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import Names

Entry = dict[str, Any]
# Tells whether a queue, topic or function is there.
Exists = Callable[[str], bool]


def _nobody_looked(_arn: str) -> bool:
    return False


TARGETS = {
    "TopicConfigurations": "TopicArn",
    "QueueConfigurations": "QueueArn",
    "LambdaFunctionConfigurations": "LambdaFunctionArn",
}
_REPLICATION = "s3:Replication:"
_BUS = "EventBridgeConfiguration"


def targets(source: Mapping[str, Any] | None, names: Names) -> list[str]:
    """Give the ARNs on the destination side whose existence the plan depends on, each once."""
    asked = [_there(entry[TARGETS[kind]], names) for kind, entry in _entries(source) if _events(entry)]
    return sorted({arn for arn in asked if arn})


def mirror_notifications(
    source: Mapping[str, Any] | None,
    destination: Mapping[str, Any] | None,
    names: Names,
    purge: bool,
    exists: Exists = _nobody_looked,
) -> Mirrored:
    """Plan the destination's notifications. ``exists`` answers for what :func:`targets` gives."""
    wanted: list[tuple[str, Entry]] = []
    left: list[NotCarried] = []
    for kind, entry in _entries(source):
        carried, reasons = _carry(kind, entry, names, exists)
        left += [NotCarried(_label(kind, entry), reason, entry) for reason in reasons]
        if carried:
            wanted.append((kind, carried))
    there = list(_entries(destination))
    for clash in [one for one in wanted if one[1].get("Id") in _reserved(there)]:
        wanted.remove(clash)
        why = "the destination has an entry for replication events under this id; give one of them another"
        left.append(NotCarried(_label(*clash), why, clash[1]))
    after, kept = _merge(wanted, there, purge)
    if _BUS in (source or {}) or (_BUS in (destination or {}) and not purge):
        after[_BUS] = {}
    if notification.same(after, destination or {}):
        return Mirrored(destination, destination, tuple(left), kept)
    return Mirrored(destination, after or None, tuple(left), kept)


def _carry(kind: str, entry: Entry, names: Names, exists: Exists) -> tuple[Entry | None, list[str]]:
    """Give the entry for the destination, and why it, or a part of it, is not carried."""
    reasons = []
    events = _events(entry)
    if len(events) < len(entry.get("Events", [])):
        reasons.append("replication events come from the source of a rule only; the destination sends none")
    if not events:
        return None, reasons
    target = entry[TARGETS[kind]]
    mapped = names.others.get(target)
    there = mapped or _there(target, names)
    if there is None or (mapped is None and there != target and not exists(there)):
        told = f"there is no {there}" if there else f"{target} is not an ARN with a Region"
        return None, [*reasons, f"{told}; create it, or say what takes its place (mapping.others)"]
    return {**entry, TARGETS[kind]: there, "Events": events}, reasons


def _there(target: str, names: Names) -> str | None:
    """The target of the same name in the destination's Region and account, where S3 wants it."""
    if target in names.others:
        return None
    arn = parse_arn(target)
    if arn is None or not arn.region:
        return None
    return str(Arn(arn.partition, arn.service, names.destination.region, names.account(arn.account), arn.resource))


def _merge(
    wanted: list[tuple[str, Entry]], there: list[tuple[str, Entry]], purge: bool
) -> tuple[dict[str, Any], tuple[str, ...]]:
    after: dict[str, list[Entry]] = {}
    kept = []
    ids = {entry.get("Id") for _kind, entry in wanted}
    for kind, entry in there:
        replaced = entry.get("Id") in ids or any(_same(kind, entry, *one) for one in wanted)
        own = entry.get("Id") in _reserved(there)
        if not own and (replaced or purge):
            continue
        after.setdefault(kind, []).append(entry)
        if not own:
            kept.append(_label(kind, entry))
    for kind, entry in wanted:
        after.setdefault(kind, []).append(entry)
    return dict(after), tuple(kept)


def _entries(configuration: Mapping[str, Any] | None) -> Iterator[tuple[str, Entry]]:
    for kind in TARGETS:
        for entry in (configuration or {}).get(kind, []):
            yield kind, dict(entry)


def _events(entry: Entry) -> list[str]:
    """The entry's events that are not of replication."""
    return [event for event in entry.get("Events", []) if not event.startswith(_REPLICATION)]


def _reserved(entries: list[tuple[str, Entry]]) -> set[str | None]:
    """The ids of entries for replication events: they are the destination's own affair, it may be a source one day."""
    return {entry.get("Id") for _kind, entry in entries if len(_events(entry)) < len(entry.get("Events", []))}


def _label(kind: str, entry: Entry) -> str:
    return str(entry.get("Id") or entry.get(TARGETS[kind]))


def _same(kind: str, entry: Entry, other_kind: str, other: Entry) -> bool:
    """Whether both do the same under whatever ids."""
    return notification.same({kind: [{**entry, "Id": ""}]}, {other_kind: [{**other, "Id": ""}]})
