# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which delete markers of a source bucket are to be at a destination, as its replication rules say.

Source: S3 User Guide, "Replicating delete markers between buckets" (off unless the rule says so, never by rules with
tags; V1 rules replicate them) and "Replication configuration file elements" (of overlapping rules to one destination
the one with the highest priority counts).
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration


@dataclass(frozen=True)
class Markers:
    """Tells of a key whether its delete markers are to be there: the first prefix that it begins with decides.

    Plain data, so that other processes can be told.
    """

    by_priority: tuple[tuple[str, bool], ...]

    def __call__(self, key: str) -> bool:
        """Tell it of a key; of one that no prefix is meant for they are not."""
        return next((expected for prefix, expected in self.by_priority if key.startswith(prefix)), False)


def all_markers(expected: bool) -> Markers:
    """Give what says the same of all keys."""
    return Markers((("", expected),))


def markers_expected(configuration: Configuration | None, destination: str) -> Markers:
    """Give what tells of a key whether its delete markers are replicated to the bucket ``destination``.

    Where no rule leads there, both buckets are to hold the same, delete markers included. Disabled rules count only
    where all are: a rule may be disabled for a while, as by an experiment that pauses replication.
    """
    rules = [rule for rule in (configuration.read() if configuration else []) if rule.destination.bucket == destination]
    if not rules:
        return all_markers(True)
    rules = [rule for rule in rules if rule.status == "enabled"] or rules
    without_tags = [rule for rule in rules if not rule.tags]
    by_priority = sorted(without_tags, key=lambda rule: -(rule.priority or 0))
    return Markers(tuple((rule.prefix, rule.delete_marker_replication) for rule in by_priority))
