# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What S3 refuses of a notification configuration, before MiniStack looks at the destinations.

S3 User Guide, "Configuring event notifications using object key name filtering" (valid and invalid examples),
"Supported event types"; S3 API Reference, PutBucketNotificationConfiguration. Texts are those that users report.
"""

from __future__ import annotations

import itertools
from typing import Any

from ministack.services import s3

from aws_lab.buckets import schema
from aws_lab.buckets.answers import invalid

Rule = dict[str, Any]


def put(bucket: str, body: bytes, headers: dict[str, str] | None = None) -> Any:
    """Check events, ids and overlaps, then let MiniStack check the destinations and keep the configuration."""
    check(s3._parse_notification_config_raw(body.decode("utf-8", "replace")))
    return _ministack(bucket, body, headers)


_ministack = s3._put_bucket_notification


def check(rules: list[Rule]) -> None:
    """Raise InvalidArgument for an unknown event, an id used twice, and rules that would both match one event."""
    known = set(schema.shape("Event").enum)
    for rule in rules:
        if not rule["events"] or not set(rule["events"]) <= known:
            raise invalid("A specified event is not supported for notifications.", ArgumentName="Event")
    if len({rule["id"] for rule in rules}) < len(rules):
        raise invalid("Same ID used for multiple configurations. IDs must be unique", ArgumentName="Id")
    for first, second in itertools.combinations(rules, 2):
        if _same_event(first["events"], second["events"]) and _overlap(first, second):
            raise invalid(
                "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes "
                "are overlapping for the same event type."
            )


def _same_event(first: list[str], second: list[str]) -> bool:
    return any(_covers(one, other) or _covers(other, one) for one in first for other in second)


def _covers(wide: str, narrow: str) -> bool:
    return wide == narrow or (wide.endswith("*") and narrow.startswith(wide[:-1]))


def _overlap(first: Rule, second: Rule) -> bool:
    prefixes = [rule["filter_prefix"] or "" for rule in (first, second)]
    suffixes = [rule["filter_suffix"] or "" for rule in (first, second)]
    return (prefixes[0].startswith(prefixes[1]) or prefixes[1].startswith(prefixes[0])) and (
        suffixes[0].endswith(suffixes[1]) or suffixes[1].endswith(suffixes[0])
    )
