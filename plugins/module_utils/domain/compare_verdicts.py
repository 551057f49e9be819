# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a closer look at a version says about a difference: that it is gone by now, or why it is there.

A listing of a bucket in use is no snapshot: what was written between two pages is on one side only, for a moment.
Source for the statuses: S3 User Guide, "Getting replication status information".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_kinds as kinds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Finding

NONE, UNKNOWN = "NONE", "UNKNOWN"
STATUSES = ("PENDING", "FAILED", NONE, "COMPLETED", "REPLICA", UNKNOWN)
# Whether the version is on the other side is worth asking when S3 says that it was replicated.
_REPLICATED = frozenset(["COMPLETED", "REPLICA"])
ONE_SIDED = frozenset([kinds.MISSING, kinds.EXTRA, kinds.MISSING_MARKER, kinds.EXTRA_MARKER])
LOOKED_AT = ONE_SIDED | {kinds.ETAG_QUESTION}

_WHY_MISSING = {
    "PENDING": "S3 is replicating it, or waits for the Region of its destination",
    "FAILED": "S3 gave up on it; the failure record tells why, remediation replicates it",
    NONE: "no rule was there when it was written, or none applied to it; a back-fill replicates it",
    "COMPLETED": "S3 replicated it, to here or to another destination before; if to here, it was deleted since",
    "REPLICA": "it is a replica itself, which S3 does not replicate further",
    UNKNOWN: "its replication status is not known",
}
_WHY_EXTRA = {
    "REPLICA": "its original was deleted by its version id or by a lifecycle rule, which S3 does not replicate",
    UNKNOWN: "its replication status is not known",
}
_WRITTEN_THERE = "it was written there, and is not replicated back"
_WHY_KIND = {
    kinds.LATEST: "another version is the newest there",
    kinds.CURRENT: "another version is the current one there; this one is missing, or older ones came later",
    kinds.OTHER_ID: "the same content under another version id: copied, not replicated",
    kinds.UNPROVEN: "both are without a version id, were written at different times, and have ETags that prove nothing",
    kinds.MISSING_MARKER: "the key was deleted, which was not replicated (S3 never replicates what lifecycle deletes)",
    kinds.EXTRA_MARKER: "the key was deleted there",
}


@dataclass(frozen=True)
class Look:
    """What HeadObject says of a version. ``known`` is false when there was no useful answer.

    ``status`` and ``encryption`` are ``NONE`` where the version has none.
    """

    there: bool = True
    known: bool = True
    status: str = UNKNOWN
    encryption: str = ""


def asks_other_side(finding: Finding, own: Look) -> bool:
    """Whether the side that lacks the version has to be asked again."""
    return own.there and (finding.entry.marker or not own.known or own.status in _REPLICATED)


def of_one_sided(finding: Finding, own: Look, other: Look | None) -> Finding:
    """Judge a version that only one listing had: ``own`` is a look at it, ``other`` one at the side without it."""
    if own.known and not own.there:
        return replace(finding, kind=kinds.CHANGED_MEANWHILE, why="it was deleted meanwhile")
    if other is not None and other.known and other.there:
        return replace(finding, kind=kinds.CHANGED_MEANWHILE, why="it was replicated meanwhile")
    return explained(finding, own.status)


def of_question(finding: Finding, one: Look, other: Look) -> Finding:
    """Judge two versions whose ETags differ, by what both are encrypted with."""
    if finding.source is None or finding.destination is None:
        raise ValueError("two versions are needed")
    if any(look.known and not look.there for look in (one, other)):
        return replace(finding, kind=kinds.CHANGED_MEANWHILE, why="it was deleted meanwhile")
    kind = kinds.of_etags(finding.source, finding.destination, one.encryption, other.encryption)
    return explained(replace(finding, kind=kind))


def explained(finding: Finding, status: str = "") -> Finding:
    """Add what the replication status, or the kind, means; a question that was not looked at is no longer one."""
    if finding.kind == kinds.ETAG_QUESTION and finding.source and finding.destination:
        return explained(replace(finding, kind=kinds.without_etag(finding.source, finding.destination)))
    if finding.kind in (kinds.MISSING, kinds.EXTRA):
        status = status or finding.entry.status or UNKNOWN
        if finding.kind == kinds.MISSING:
            return replace(finding, status=status, why=_WHY_MISSING.get(status, _WHY_MISSING[UNKNOWN]))
        return replace(finding, status=status, why=_WHY_EXTRA.get(status, _WRITTEN_THERE))
    return replace(finding, why=_WHY_KIND.get(finding.kind, ""))
