# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many failure records there are of each bucket, rule, destination and reason, and what helps.

Counts while records stream by: memory depends on the number of rules and reasons, never on that of records.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import TAKEN, FailureRecord
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reasons import explain

EXAMPLES = 3


@dataclass
class Group:
    """Records that share bucket, rule, destination and reason. ``size`` is in bytes, of those whose size is known."""

    count: int = 0
    failures: int = 0
    size: int = 0
    oldest: str = ""
    newest: str = ""
    in_jobs: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, record: FailureRecord) -> None:
        """Count one record."""
        self.count += 1
        self.failures += record.failures
        self.size += record.size or 0
        self.oldest = min(self.oldest or record.first_failed_at, record.first_failed_at)
        self.newest = max(self.newest, record.last_failed_at)
        self.in_jobs += bool(record.job and record.job.status == TAKEN)
        if len(self.examples) < EXAMPLES:
            self.examples.append(record.object_key)


class Summary:
    """Grows with :meth:`add`."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str, str, str], Group] = {}

    def add(self, record: FailureRecord) -> None:
        """Count one record."""
        key = (record.bucket, record.rule_id, record.destination, record.reason)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group()
        group.add(record)

    @property
    def count(self) -> int:
        """All records counted."""
        return sum(group.count for group in self._groups.values())

    @property
    def rules(self) -> set[tuple[str, str]]:
        """(bucket, rule id) of all records counted."""
        return {(bucket, rule_id) for bucket, rule_id, _destination, _reason in self._groups}

    def as_result(self) -> list[dict[str, Any]]:
        """Give the summary as modules return it: by bucket and rule, within a rule the most frequent reason first."""
        ordered = sorted(self._groups.items(), key=lambda entry: (entry[0][:2], -entry[1].count, entry[0]))
        return [_shown(*key, group) for key, group in ordered]


def _shown(bucket: str, rule_id: str, destination: str, reason: str, group: Group) -> dict[str, Any]:
    known = explain(reason)
    return {
        "bucket": bucket,
        "rule_id": rule_id,
        "destination": destination,
        "reason": reason,
        "reason_class": known.kind,
        "cause": known.cause,
        "remedy": known.remedy,
        "batch_only": known.batch_only,
        "count": group.count,
        "failures": group.failures,
        "size": group.size,
        "first_failed_at": group.oldest,
        "last_failed_at": group.newest,
        "taken_by_jobs": group.in_jobs,
        "example_keys": group.examples,
    }
