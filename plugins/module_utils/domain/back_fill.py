# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Back-fill: which objects a bucket's rules leave behind, and how it is remembered that they were replicated once.

Rules replicate what is written from then on. What is older is replicated by a Batch Replication job, once for a rule
set. S3 forgets jobs 90 days after their end, so that a note is kept: one object a source bucket.

Source: S3 User Guide, "Replicating existing objects with Batch Replication": NONE has never been tried, FAILED was
tried and failed, COMPLETED fills a destination with what was replicated to another destination before; "What isn't
replicated with replication configurations": a new destination gets nothing that is older than itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration

RuleSet = tuple[Mapping[str, Any], ...]

DESCRIPTION = "back-fill"
_FORMAT = "aws_dr.s3 back-fill 1"
LEFT_BEHIND = ("FAILED", "NONE")
EVERYTHING = ("COMPLETED", *LEFT_BEHIND)
# What decides which object versions go where. A rule's id, priority, storage class and metrics do not.
_DECIDES = ("destination", "prefix", "tags", "sse_kms", "delete_markers")


class NoteError(ToldError):
    """An object lies where the note should be, and is none. Nothing may be concluded from it."""


@dataclass(frozen=True)
class Note:
    """That the objects of ``bucket`` were replicated under ``rules``, by which job, and how that ended.

    ``total``, ``succeeded`` and ``failed`` count object versions; ``ended_at`` is ISO-8601 in UTC.
    """

    bucket: str
    rules: RuleSet
    job_id: str
    ended_at: str | None
    statuses: tuple[str, ...]
    total: int
    succeeded: int
    failed: int

    def as_bytes(self) -> bytes:
        """Give the object's content."""
        content = {"format": _FORMAT, **self.__dict__, "rules": list(self.rules), "statuses": list(self.statuses)}
        return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def read_note(content: bytes, bucket: str) -> Note:
    """Read a note. Raises :class:`NoteError` for anything else, and for the note of another bucket."""
    try:
        read = json.loads(content)
        if read.pop("format") != _FORMAT or read["bucket"] != bucket:
            raise NoteError("it is not the note of this bucket")
        return Note(**{**read, "rules": tuple(read["rules"]), "statuses": tuple(read["statuses"])})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NoteError("it is not a note of a back-fill, or only half of one") from None


def note_key(prefix: str, bucket: str) -> str:
    """Give the key of a source bucket's note below ``prefix``."""
    folder = prefix.strip("/")
    return f"{folder}/{bucket}.json" if folder else f"{bucket}.json"


def rule_set(configuration: Configuration | None) -> RuleSet:
    """Give what the enabled rules of a bucket say about which object versions go where, by rule id."""
    rules = configuration.read() if configuration else []
    return tuple(
        {
            "id": rule.id,
            "destination": rule.destination.bucket,
            "prefix": rule.prefix,
            "tags": dict(rule.tags),
            "sse_kms": rule.destination.replica_kms_key_id is not None,
            "delete_markers": rule.delete_marker_replication,
        }
        for rule in sorted(rules, key=lambda rule: rule.id)
        if rule.status == "enabled"
    )


def digest(rules: RuleSet) -> str:
    """Give the 32 hexadecimal digits that stand for a rule set; rules that only have another id are the same."""
    said = sorted(json.dumps(_essence(rule), sort_keys=True) for rule in rules)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def _essence(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: rule[name] for name in _DECIDES}


def statuses(rules: RuleSet, before: RuleSet) -> tuple[str, ...]:
    """Give the replication statuses of the object versions that ``rules`` leave behind after ``before``.

    COMPLETED is among them where a rule is new and another destination was there before: what was replicated there
    counts as replicated, and yet may not be at the new rule's destination.
    """
    known = [_essence(rule) for rule in before]
    new = [rule for rule in rules if _essence(rule) not in known]
    elsewhere = any(old["destination"] != rule["destination"] for rule in new for old in before)
    return EVERYTHING if elsewhere else LEFT_BEHIND


def run_id(rules: RuleSet, note: Note | None) -> str:
    """Name one back-fill, so that its job is found again until its end is noted, and is another one after that."""
    return f"back-fill {digest(rules)} after {note.job_id if note else 'nothing'}"


def destinations(rules: Iterable[Mapping[str, Any]]) -> list[str]:
    """Give the destination buckets, each once, in order."""
    return sorted({rule["destination"] for rule in rules})
