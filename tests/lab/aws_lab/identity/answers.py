# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers and refusals of IAM, in the form MiniStack's handlers give them: (status, headers, body).

A handler takes the request's parameters, every value in a list. MiniStack has checked signature and permission before.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ministack.services import iam

Parameters = dict[str, list[str]]
Handler = Callable[[Parameters], Any]


class Refusal(Exception):
    """An error answer of IAM."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def parameter(given: Parameters, name: str) -> str:
    """One parameter, "" where it is not given."""
    return str(iam._p(given, name) or "")


def check_before(action: str, check: Callable[[Parameters], None]) -> None:
    """Let `check` look at the parameters of an action, and refuse, before MiniStack does it."""
    handler = iam._IAM_HANDLERS[action]

    @functools.wraps(handler)
    def wrapped(given: Parameters) -> Any:
        check(given)
        return handler(given)

    replace(action, wrapped)


def replace(action: str, handler: Handler) -> None:
    """Answer an action with `handler`, and its refusals as IAM does."""

    @functools.wraps(handler)
    def wrapped(given: Parameters) -> Any:
        try:
            return handler(given)
        except Refusal as refusal:
            return iam._error(refusal.status, refusal.code, refusal.message, ns="iam")

    iam._IAM_HANDLERS[action] = wrapped
