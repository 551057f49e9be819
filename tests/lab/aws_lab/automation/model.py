# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents as values, and where they are kept (Systems Manager API Reference, DocumentDescription)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from aws_lab import clock, settings

PARTITION = "aws"


@dataclass
class Version:
    """One version's content, as it was given."""

    content: str
    format: str
    created: float = field(default_factory=clock.now)

    @property
    def sha256(self) -> str:
        """The hash of the content."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    @property
    def is_active(self) -> bool:
        """Whether it can be used."""
        return clock.now() >= self.created + settings.get().ssm_document_delay


@dataclass
class Document:
    """A document; versions are counted from 1."""

    account: str
    region: str
    name: str
    kind: str
    tags: dict[str, str]
    versions: list[Version]
    default: int = 1

    @property
    def arn(self) -> str:
        """The document's ARN."""
        return f"arn:{PARTITION}:ssm:{self.region}:{self.account}:document/{self.name}"

    @property
    def status(self) -> str:
        """Of the newest version."""
        if self.versions[-1].is_active:
            return "Active"
        return "Creating" if len(self.versions) == 1 else "Updating"


documents: dict[tuple[str, str, str], Document] = {}  # (account, Region, name)
