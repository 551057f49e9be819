# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person is told when something can't be done. Pure: knows neither Ansible nor boto3."""

from __future__ import annotations

from typing import Any


class ToldError(Exception):
    """A failure whose text is meant for a person and says what to do next.

    ``details`` are JSON-able facts that travel with the failure (where a wait stood, which rules were refused).
    """

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class RefusedError(ToldError):
    """Input that can't be right, found before anything was changed. All problems of a run are told together."""

    def __init__(self, subject: str, problems: list[str]) -> None:
        lines = "; ".join(problems)
        super().__init__(f"{subject}: {lines}", problems=problems)
        self.problems = problems


class DeadlineError(ToldError):
    """A wait that ran out; ``details`` tell where it stood."""
