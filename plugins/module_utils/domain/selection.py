# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which failure records are meant."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import TAKEN, FailureRecord
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reasons import same_reason


@dataclass(frozen=True)
class Selection:
    """What is left empty selects everything.

    Times are in the fixed form of ``times.canonical_time`` and are compared with a record's last failure:
    ``failed_after`` itself is in, ``failed_before`` itself is out.
    """

    bucket: str | None = None
    rule_ids: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    key_prefix: str = ""
    failed_after: str | None = None
    failed_before: str | None = None

    def matches(self, record: FailureRecord) -> bool:
        """Tell whether the record is selected."""
        return (
            record.object_key.startswith(self.key_prefix)
            and (self.failed_after is None or record.last_failed_at >= self.failed_after)
            and (self.failed_before is None or record.last_failed_at < self.failed_before)
            and (not self.destinations or record.destination in self.destinations)
            and self.matches_rule(record.bucket, record.rule_id)
            and (not self.statuses or record.status in self.statuses)
            and (not self.reasons or any(same_reason(record.reason, reason) for reason in self.reasons))
        )

    def matches_rule(self, bucket: str, rule_id: str) -> bool:
        """Tell whether records of this rule can be selected at all."""
        return (self.bucket is None or self.bucket == bucket) and (not self.rule_ids or rule_id in self.rule_ids)

    @property
    def is_of_whole_rules(self) -> bool:
        """Whether a rule is either selected with all its records or not at all."""
        narrowing = (self.destinations, self.reasons, self.statuses, self.key_prefix)
        return not (any(narrowing) or self.failed_after or self.failed_before)

    def for_a_job(self) -> Selection:
        """Give what a job takes: with a status named, what jobs have taken too.

        The job itself makes records taken. Run again, the same selection has to hold them, or the same task would make
        another job of what a killed run had not noted yet.
        """
        return replace(self, statuses=(*self.statuses, TAKEN)) if self.statuses else self
