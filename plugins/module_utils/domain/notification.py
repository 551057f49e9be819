# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bucket's notification configuration, and one queue entry for replication events merged into it.

PutBucketNotificationConfiguration replaces everything, so a new configuration is always the one the bucket has, with
our entry put in or taken out. Entries are ours by their id alone. Configurations are dicts as the API gives them.

Sources: S3 API reference, "PutBucketNotificationConfiguration"; S3 User Guide, "Configuring event notifications using
object key name filtering" (two entries for the same event must not both match a key) and "Receiving replication
failure events" (standard queues only; no EventBridge).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import Arn, parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.queue_names import queue_problem, read_queue

Configuration = dict[str, Any]
Entry = dict[str, Any]

FAILED = "OperationFailedReplication"
EVENTS = (FAILED, "OperationMissedThreshold", "OperationReplicatedAfterThreshold", "OperationNotTracked")
NO_RULE = "it has no enabled replication rule"
_REPLICATION = "s3:Replication:"

_KINDS = {
    "QueueConfigurations": ("queue", "QueueArn"),
    "TopicConfigurations": ("topic", "TopicArn"),
    "LambdaFunctionConfigurations": ("function", "LambdaFunctionArn"),
}


@dataclass(frozen=True)
class Wanted:
    """Our entry: its id, the queue's ARN, events without ``s3:Replication:``, and the key prefix ("": all keys)."""

    entry_id: str
    queue_arn: str
    events: tuple[str, ...]
    key_prefix: str = ""

    def as_entry(self) -> Entry:
        """Give the entry in the API's shape; an empty prefix is no filter."""
        entry: Entry = {
            "Id": self.entry_id,
            "QueueArn": self.queue_arn,
            "Events": [_REPLICATION + event for event in sorted(set(self.events))],
        }
        if self.key_prefix:
            entry["Filter"] = {"Key": {"FilterRules": [{"Name": "prefix", "Value": self.key_prefix}]}}
        return entry


def queue_arn_of(queue: str, region: str, account_id: str, partition: str) -> str:
    """Give the ARN of a queue named by its name, URL or ARN.

    A name means a queue of the caller's account in ``region``, which is the bucket's: S3 sends to no other Region.
    Raises :class:`RefusedError` for what names no queue.
    """
    named = read_queue(queue)
    if named is None:
        raise RefusedError("failure_queue", [queue_problem(queue) or ""])
    return str(Arn(partition, "sqs", named.region or region, named.account or account_id, named.name))


def queue_problems(bucket: str, bucket_region: str, queue_arn: str) -> list[str]:
    """Say why S3 would not send events of the bucket to the queue."""
    arn = parse_arn(queue_arn)
    problems = []
    if arn is not None and arn.region != bucket_region:
        problems.append(
            f"the queue {arn.resource} is in {arn.region}, bucket {bucket} is in {bucket_region}; "
            f"S3 sends to queues in the bucket's Region only, so use one in {bucket_region}"
        )
    if queue_arn.endswith(".fifo"):
        problems.append(f"{queue_arn} is a FIFO queue; S3 sends to standard queues only")
    return problems


def with_entry(current: Mapping[str, Any], wanted: Wanted) -> Configuration:
    """Merge our entry into ``current``; everything else stays as it is, and equal input gives equal output.

    When an entry of somebody else already sends all that is wanted to the same queue, nothing is added. Raises
    :class:`RefusedError` naming each entry that is in the way.
    """
    if covering(current, wanted) is not None:
        return dict(current)
    problems = list(_conflicts(current, wanted))
    if problems:
        raise RefusedError("S3 would refuse the notification", problems)
    ours = wanted.as_entry()
    entries: list[Entry] = list(current.get("QueueConfigurations", []))
    place = next((index for index, entry in enumerate(entries) if entry.get("Id") == wanted.entry_id), None)
    if place is None:
        entries.append(ours)
    elif not _same(entries[place], ours):
        entries[place] = ours
    return {**current, "QueueConfigurations": entries}


def without_entry(current: Mapping[str, Any], entry_id: str) -> Configuration:
    """Take our entry out; everything else stays as it is."""
    entries = [entry for entry in current.get("QueueConfigurations", []) if entry.get("Id") != entry_id]
    others = {name: value for name, value in current.items() if name != "QueueConfigurations"}
    return {**others, "QueueConfigurations": entries} if entries else others


def covering(current: Mapping[str, Any], wanted: Wanted) -> Entry | None:
    """Find another's entry that already sends all events wanted, for all keys wanted, to the queue wanted."""
    for kind, entry in _entries(current):
        if kind != "QueueConfigurations" or entry.get("Id") == wanted.entry_id:
            continue
        prefix, suffix = _filter(entry)
        sent = entry.get("Events", [])
        if (
            entry.get("QueueArn") == wanted.queue_arn
            and not suffix
            and wanted.key_prefix.startswith(prefix)
            and all(any(_covers(event, _REPLICATION + name) for event in sent) for name in wanted.events)
        ):
            return entry
    return None


def find(current: Mapping[str, Any], entry_id: str) -> Entry | None:
    """Find the queue entry with this id."""
    return next((entry for entry in current.get("QueueConfigurations", []) if entry.get("Id") == entry_id), None)


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two configurations mean the same; S3 gives entries and events in any order."""
    return readable(one) == readable(other)


def readable(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Give a configuration for a person to read: one line's worth an entry, in stable order."""
    entries = []
    for kind, entry in _entries(configuration):
        word, target = _KINDS[kind]
        prefix, suffix = _filter(entry)
        entries.append(
            {
                "id": entry.get("Id", ""),
                word: entry.get(target, ""),
                "events": sorted(entry.get("Events", [])),
                "prefix": prefix,
                "suffix": suffix,
            }
        )
    entries.sort(key=lambda entry: (str(entry["id"]), str(sorted(entry.items(), key=str))))
    return {"entries": entries, "event_bridge": "EventBridgeConfiguration" in configuration}


def metrics_missing(rules: Iterable[Mapping[str, Any]]) -> str | None:
    """Say why S3 would not send all failure events under these replication rules; ``None`` when it would.

    S3 User Guide, "Receiving replication failure events": they need S3 Replication metrics on the rule.
    """
    enabled = [rule for rule in rules if rule.get("Status") == "Enabled"]
    if not enabled:
        return NO_RULE
    silent = [
        str(rule.get("ID", "?"))
        for rule in enabled
        if rule.get("Destination", {}).get("Metrics", {}).get("Status") != "Enabled"
    ]
    return f"metrics are off in {', '.join(sorted(silent))}" if silent else None


def _conflicts(current: Mapping[str, Any], wanted: Wanted) -> Iterator[str]:
    for kind, entry in _entries(current):
        word, target = _KINDS[kind]
        told = f"the {word} entry {entry.get('Id')!r} to {entry.get(target)}"
        if entry.get("Id") == wanted.entry_id:
            if kind != "QueueConfigurations":
                yield f"{told} has the id that this entry would get; choose another id"
            continue
        both = sorted({name for name in wanted.events for event in entry.get("Events", []) if _meet(event, name)})
        if both and _filters_meet(_filter(entry), (wanted.key_prefix, "")):
            yield (
                f"{told} takes {', '.join(both)} for keys that this entry would take too; remove it, narrow its "
                f"prefix, or name its queue as failure_queue"
            )


def _meet(event: str, name: str) -> bool:
    return _covers(event, _REPLICATION + name)


def _covers(event: str, wanted: str) -> bool:
    return event == wanted or (event.endswith("*") and wanted.startswith(event[:-1]))


def _filters_meet(one: tuple[str, str], other: tuple[str, str]) -> bool:
    prefixes = one[0].startswith(other[0]) or other[0].startswith(one[0])
    return prefixes and (one[1].endswith(other[1]) or other[1].endswith(one[1]))


def _filter(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Prefix and suffix of an entry. S3 gives the names back capitalised."""
    rules: Iterable[Mapping[str, str]] = entry.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    found = {str(rule.get("Name", "")).lower(): rule.get("Value", "") for rule in rules}
    return found.get("prefix", ""), found.get("suffix", "")


def _same(one: Entry, other: Entry) -> bool:
    return same({"QueueConfigurations": [one]}, {"QueueConfigurations": [other]})


def _entries(configuration: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    for kind in _KINDS:
        for entry in configuration.get(kind, []):
            yield kind, entry
