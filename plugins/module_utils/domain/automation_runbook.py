# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A runbook of Systems Manager as a document that is to be there: what is wrong with the wish, and what differs.

Source: Systems Manager API Reference, CreateDocument (names, 64 KB), UpdateDocument (a version more each time).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Content = dict[str, Any]

LARGEST = 64 * 1024
SCHEMA = "0.3"
_NAME = re.compile(r"[a-zA-Z0-9_\-.]{3,128}")
_RESERVED = ("aws", "amazon", "amzn")


@dataclass(frozen=True)
class Found:
    """The default version of a document that is there; ``content`` is ``None`` where it is no JSON object."""

    version: str
    latest: str
    status: str
    kind: str
    content: Content | None
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """What has to be done."""

    create: bool = False
    update: bool = False
    delete: bool = False
    tags_to_set: Mapping[str, str] | None = None

    @property
    def changes(self) -> bool:
        """Tell whether anything has to be done."""
        return self.create or self.update or self.delete or bool(self.tags_to_set)


def problems(name: str, content: Content | None) -> list[str]:
    """Say what CreateDocument would refuse about the name and the content."""
    told = []
    if not _NAME.fullmatch(name) or name.lower().startswith(_RESERVED):
        told.append(
            f"{name!r} is not a name for a document; expected 3 to 128 of letters, digits, dots, dashes and "
            f"underscores, beginning with none of {', '.join(_RESERVED)}"
        )
    if content is None:
        return told
    if str(content.get("schemaVersion")) != SCHEMA or not content.get("mainSteps"):
        told.append(f"content is not a runbook; it needs schemaVersion {SCHEMA!r} and mainSteps")
    size = len(text_of(content).encode())
    if size > LARGEST:
        told.append(f"content has {size} bytes; a document has {LARGEST} at most")
    return told


def text_of(content: Content) -> str:
    """Write the content, the same text for the same content."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


def plan_present(found: Found | None, content: Content, tags: Mapping[str, str] | None) -> Plan:
    """Compare what is there with what is wanted. Tags that are not named stay."""
    if found is None:
        return Plan(create=True)
    missing = {key: value for key, value in (tags or {}).items() if found.tags.get(key) != value}
    return Plan(update=found.content != content, tags_to_set=missing)
