# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be said of two versions: the same, different in what, or not to be told, and exactly when.

S3 makes a version id once and never changes what is stored under it, and a replica carries the id of its original (S3
User Guide, "What does Amazon S3 replicate?"). The ETag is the MD5 digest of the content only for objects that were
uploaded in one piece and are encrypted with SSE-S3 or not at all (S3 API Reference, "Object"); a replica of an object
without encryption is encrypted by the destination's default, and gets another ETag then (S3 User Guide, "How default
encryption affects replication"). So different ETags prove different content only where both are such digests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

NULL_VERSION = "null"

EQUAL = "equal"
# Same id and size; the ETags differ, which proves nothing here.
ETAG_NOT_COMPARABLE = "etag_not_comparable"
# Same id and size; the ETags differ, and whether that means anything is told by the encryption of both.
ETAG_QUESTION = "etag_question"
MISSING = "missing_at_destination"
EXTRA = "only_at_destination"
SIZE = "different_size"
ETAG = "different_etag"
KIND = "different_kind"
# Both sides have the same versions of a key, and another one is the newest.
LATEST = "different_latest"
# Of current versions only: the one of the source is not the current one at the destination.
CURRENT = "other_current_version"
OTHER_ID = "other_version_id"
UNPROVEN = "unproven"
MISSING_MARKER = "missing_delete_markers"
EXTRA_MARKER = "extra_delete_markers"
MARKER_NOT_REPLICATED = "delete_markers_not_replicated"
CHANGED_MEANWHILE = "changed_meanwhile"

_OF_VERSIONS = (MISSING, EXTRA, SIZE, ETAG, KIND, LATEST, CURRENT, OTHER_ID, UNPROVEN)
DIFFERENCES = (*_OF_VERSIONS, MISSING_MARKER, EXTRA_MARKER)
ALL = (EQUAL, ETAG_NOT_COMPARABLE, *DIFFERENCES, MARKER_NOT_REPLICATED, CHANGED_MEANWHILE)
# What the destination would lack if the source were gone now.
LOST = (MISSING, CURRENT, MISSING_MARKER)

# As HeadObject names it, and as S3 Inventory does (S3 User Guide, "Amazon S3 Inventory list": EncryptionStatus).
_DIGESTS = frozenset(["AES256", "NONE", "SSE-S3", "NOT-SSE"])


class Entry(NamedTuple):
    """One version or delete marker (``marker``). ``modified`` is in the fixed form of ``times``, ``etag`` unquoted.

    A listing tells neither ``status`` nor ``encryption``, an inventory may; empty is what is not known.
    """

    key: str
    version_id: str
    marker: bool
    latest: bool
    modified: str
    size: int
    etag: str
    status: str = ""
    encryption: str = ""


@dataclass(frozen=True)
class Finding:
    """What was found of a version; ``source`` or ``destination`` is ``None`` where a side has no such version.

    ``status`` is the replication status of the version that is on one side only, ``why`` what it means.
    """

    kind: str
    source: Entry | None
    destination: Entry | None
    status: str = ""
    why: str = ""

    @property
    def entry(self) -> Entry:
        """The version it is about: the source's, if it has one."""
        entry = self.source or self.destination
        if entry is None:
            raise ValueError("a finding is about a version of at least one side")
        return entry


@dataclass(frozen=True)
class Window:
    """Which versions count, by the time at which they were written; both ends belong to it, empty is unbounded."""

    since: str = ""
    until: str = ""

    @property
    def open(self) -> bool:
        """Whether all versions count."""
        return not (self.since or self.until)

    def has(self, entry: Entry) -> bool:
        """Whether this one counts."""
        return self.since <= entry.modified and (not self.until or entry.modified <= self.until)


def of_match(one: Entry, other: Entry) -> str:
    """Judge two versions of one key with the same id, ``one`` at the source."""
    if one.marker != other.marker:
        return KIND
    if one.marker:
        return EQUAL
    if one.size != other.size:
        return SIZE
    if one.etag == other.etag and one.etag:
        return EQUAL
    if not (one.etag and other.etag) or "-" in one.etag or "-" in other.etag:  # unknown, or uploaded in parts
        return without_etag(one, other)
    if one.encryption and other.encryption:
        return of_etags(one, other, one.encryption, other.encryption)
    return ETAG_QUESTION


def of_etags(one: Entry, other: Entry, encryption: str, other_encryption: str) -> str:
    """Judge two versions whose ETags differ, by what they are encrypted with; empty is what is not known."""
    if encryption in _DIGESTS and other_encryption in _DIGESTS:
        return ETAG
    return without_etag(one, other)


def without_etag(one: Entry, other: Entry) -> str:
    """Judge two versions of the same id and size whose ETags can't be compared.

    An id that S3 made is proof enough. Every object that was written without versioning has the id ``null``; a replica
    of it keeps its time, anything else that was written under the same key does so by chance only.
    """
    proven = one.version_id != NULL_VERSION or one.modified == other.modified
    return ETAG_NOT_COMPARABLE if proven else UNPROVEN
