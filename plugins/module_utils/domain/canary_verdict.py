# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came of a probe for one rule, told from what both sides show of it.

Source: S3 User Guide, "Getting replication status information": the source object says PENDING until it is replicated
to all destinations, then COMPLETED, or FAILED as soon as one destination failed for good. It never says which.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import AskedPair
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_probes import Measure
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reasons import explain

REPLICATED, TIMED_OUT, FAILED, UNREACHABLE = "replicated", "timed_out", "failed", "unreachable"
NOT_CONFIGURED, COULD_NOT_READ, NOT_WRITTEN, PLANNED = "not_configured", "could_not_read", "not_written", "planned"
STATUSES = (REPLICATED, TIMED_OUT, FAILED, UNREACHABLE, NOT_CONFIGURED, COULD_NOT_READ, NOT_WRITTEN, PLANNED)

_DETAILS = (
    "seconds",
    "source_status",
    "key",
    "version_id",
    "encryption",
    "replicated_by",
    "reason",
    "advice",
    "started_at",
)

# So many looks in a row that nobody answers make a Region unreachable.
SILENT_LOOKS = 3
# FAILED may be another destination's. For so long the replica here may still come.
_GRACE = 15.0
_ASK_LEDGER = (
    "Its failure event names the reason, and with it the ledger (aws_dr.s3.replication_failure_info, with the key as "
    "key_prefix). Look at the replication role, the destination's policy and the KMS keys"
)


@dataclass
class Seen:
    """What was seen of a probe on both sides of one rule. Seconds count from when S3 had taken it.

    ``silent``: how many looks in a row got no answer, by Region.
    """

    source_status: str = ""
    gone: bool = False
    replica_after: float | None = None
    failed_after: float | None = None
    silent: dict[str, int] = field(default_factory=dict)
    error: str | None = None


def judge(seen: Seen, elsewhere: bool, elapsed: float, timeout: float) -> str | None:
    """Give what came of it; ``None`` while it is worth looking again.

    ``elsewhere``: it goes to other buckets too, so that the source's status says nothing of a replica that is here.
    """
    silent = max(seen.silent.values(), default=0)
    if seen.replica_after is not None and (
        elsewhere or seen.source_status == "COMPLETED" or seen.gone or silent >= SILENT_LOOKS
    ):
        return REPLICATED
    if seen.error:
        return COULD_NOT_READ
    if seen.gone:
        return FAILED
    if seen.failed_after is not None and (not elsewhere or elapsed - seen.failed_after >= _GRACE):
        return FAILED
    if silent >= SILENT_LOOKS:
        return UNREACHABLE
    if elapsed < timeout:
        return None
    return UNREACHABLE if silent else TIMED_OUT


def never_replicated(measure: Measure, encryption: str) -> str | None:
    """Say why S3 does not even try (User Guide, "Replicating encrypted objects"), or ``None``."""
    acting = measure.rule.destination.replica_kms_key_id
    if not encryption.startswith("aws:kms") or acting or measure.acting != measure.rule.id:
        return None
    return (
        f"Bucket {measure.pair.source} encrypts by {encryption} unasked, and rule {measure.rule.id} does not replicate "
        "such objects; give its destination a replica_kms_key_id"
    )


def told(status: str, seen: Seen, measure: Measure, key: str, waited: float) -> str:
    """Say in a sentence what came of it."""
    pair = measure.pair
    what = f"s3://{pair.source}/{key}"
    if status == REPLICATED:
        after = f"{what} was in {pair.destination} after {seen.replica_after or 0:.1f} seconds"
        failed = "; its status is FAILED, so another destination of it failed"
        return after + (failed if seen.source_status == "FAILED" else "")
    if status == TIMED_OUT:
        says = f"its status is {seen.source_status}" if seen.source_status else "S3 shows no replication status of it"
        there = "it is" if seen.replica_after is not None else "it is not"
        return f"{what}: {there} in {pair.destination} after {waited:.0f} seconds, and {says}. A replica may come later"
    if status == FAILED and seen.gone:
        return f"{what} disappeared before it was replicated; something else deletes objects there"
    if status == FAILED:
        return f"S3 failed to replicate {what} to {pair.destination} and does not try again"
    if status == UNREACHABLE:
        silent = " and ".join(sorted(region for region, looks in seen.silent.items() if looks))
        return f"Region {silent} does not answer, so what became of {what} is not known"
    return f"What became of {what} could not be read: {seen.error}"


def advice(reason: str | None) -> str:
    """Say what helps when S3 failed to replicate a probe."""
    return explain(reason).remedy if reason else _ASK_LEDGER


def row_of(pair: AskedPair, rule_id: str | None, status: str, msg: str, **known: Any) -> dict[str, Any]:
    """Give the result of one rule."""
    return {
        **pair.as_result(rule_id),
        "status": status,
        **dict.fromkeys(_DETAILS),
        "msg": msg,
        **known,
    }
