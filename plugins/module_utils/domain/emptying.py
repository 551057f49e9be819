# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Emptying a bucket for good: what S3's refusals mean, which keys fit a DeleteObjects request, and when to give up.

Source: S3 API Reference, "DeleteObjects"; S3 User Guide, "Object key names" (characters that XML 1.0 can't carry), "How
S3 Object Lock works". S3 refuses a locked version by AccessDenied, "Access Denied because object protected by object
lock" (reports of users; the guide gives no text).
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError

# XML 1.0, production Char, without the carriage return: parsers turn one into a line feed unless it is escaped.
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A pass lists everything once. Each further one is made only if the last one deleted something.
MOST_PASSES = 10


class Verdict(enum.Enum):
    """What a refusal means."""

    GONE = "gone"
    LOCKED = "locked"
    DENIED = "denied"
    AGAIN = "again"


def verdict(code: str, message: str) -> Verdict:
    """Judge what DeleteObjects said of one version. What is not known is tried again, which ends with the passes."""
    if code in ("NoSuchVersion", "NoSuchKey"):
        return Verdict.GONE
    if code in ("AccessDenied", "AllAccessDisabled", "403"):
        return Verdict.LOCKED if "object lock" in message.lower() else Verdict.DENIED
    return Verdict.AGAIN


def fits_xml(key: str) -> bool:
    """Whether a key can stand in the XML of a request; one that can't has to be deleted alone."""
    return _NOT_XML.search(key) is None


@dataclass
class Tally:
    """What was found and done, summed over all passes but for what was left, which is of the last pass."""

    versions: int = 0
    delete_markers: int = 0
    uploads: int = 0
    size: int = 0
    locked: int = 0
    denied: int = 0
    again: int = 0
    kept: list[dict[str, Any]] = field(default_factory=list)
    seen: int = 0

    @property
    def removed(self) -> int:
        """How many things are gone."""
        return self.versions + self.delete_markers + self.uploads

    @property
    def left(self) -> int:
        """How many versions S3 did not let go in the last pass."""
        return self.locked + self.denied + self.again

    def begin_pass(self) -> None:
        """Forget what was left: it is seen again."""
        self.locked = self.denied = self.again = self.seen = 0
        self.kept = []

    def told(self) -> str:
        """Give one line for a person."""
        return (
            f"{self.versions} versions ({self.size} bytes), {self.delete_markers} delete markers and {self.uploads} "
            "unfinished uploads"
        )


def goes_on(tally: Tally, removed_before: int, number: int) -> bool:
    """Whether another pass can help after pass ``number`` (from 1), which began with ``removed_before``.

    A pass that saw nothing proves the bucket empty. One that left only what is locked or denied has tried all there is;
    one that removed nothing will not be bettered by another.
    """
    if tally.seen == 0 or number >= MOST_PASSES or tally.removed == removed_before:
        return False
    return tally.again > 0 or tally.left == 0


def refuse_unconfirmed(bucket: str, confirm: str | None, check_mode: bool) -> None:
    """Raise :class:`RefusedError` unless the bucket's name was given twice. Check mode needs no confirmation."""
    if confirm == bucket or (check_mode and confirm is None):
        return
    given = "it is missing" if confirm is None else f"it is {confirm!r}"
    raise RefusedError(
        f"Bucket {bucket} was not emptied",
        [f"confirm must be the bucket's name, {bucket!r}; {given}. All versions of all objects would be lost"],
    )
