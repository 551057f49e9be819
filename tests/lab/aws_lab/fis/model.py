# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates and experiments as values, and where they are kept (FIS API Reference, Experiment, ExperimentTemplate)."""

from __future__ import annotations

import random
import re
import string
from dataclasses import dataclass, field
from typing import Any

from aws_lab import clock

PARTITION = "aws"
ENDED = ("completed", "stopped", "failed", "cancelled")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\Z")
_ids = random.SystemRandom()


def seconds(duration: str) -> int | None:
    """An ISO 8601 duration of days, hours, minutes and seconds in seconds; None where it is none."""
    match = _DURATION.match(duration)
    if not match or not any(match.groups()):
        return None
    days, hours, minutes, left = (int(number or 0) for number in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + left


@dataclass
class Template:
    """request: as CreateExperimentTemplate was given it, without token and tags."""

    account: str
    region: str
    request: dict[str, Any]
    tags: dict[str, str]
    id: str = field(default_factory=lambda: "EXT" + _random_id())
    created: float = field(default_factory=clock.now)
    updated: float = field(default_factory=clock.now)

    @property
    def arn(self) -> str:
        """The template's ARN."""
        return f"arn:{PARTITION}:fis:{self.region}:{self.account}:experiment-template/{self.id}"


@dataclass
class ActionState:
    """Where an action stands. status: pending, running, completed, cancelled, stopped, failed or skipped."""

    status: str = "pending"
    reason: str = "Initial state"
    started: float | None = None
    ended: float | None = None


@dataclass
class Report:
    """The report of an experiment. status: pending, running, completed, cancelled or failed. arns: of its objects."""

    status: str = "pending"
    reason: str = "Report is pending."
    arns: list[str] = field(default_factory=list)


@dataclass
class Experiment:
    """One run of a template, which is a copy: changes to it come too late. targets: name -> ARNs, once resolved."""

    template: Template
    tags: dict[str, str]
    actions_mode: str = "run-all"
    id: str = field(default_factory=lambda: "EXP" + _random_id())
    created: float = field(default_factory=clock.now)
    started: float | None = None
    ended: float | None = None
    status: str = "initiating"
    reason: str = "Experiment is initiating."
    actions: dict[str, ActionState] = field(default_factory=dict)
    targets: dict[str, list[str]] = field(default_factory=dict)
    report: Report | None = None

    @property
    def arn(self) -> str:
        """The experiment's ARN."""
        return f"arn:{PARTITION}:fis:{self.template.region}:{self.template.account}:experiment/{self.id}"

    @property
    def has_ended(self) -> bool:
        """Whether nothing of it goes on any more."""
        return self.status in ENDED


templates: dict[str, Template] = {}
experiments: dict[str, Experiment] = {}
tokens: dict[tuple[str, str, str], str] = {}  # (account, Region, client token) -> id


def _random_id() -> str:
    return "".join(_ids.choice(string.ascii_letters + string.digits) for _unused in range(16))
