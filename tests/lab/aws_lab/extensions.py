# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where areas of the lab hang themselves in: handlers before MiniStack, observers, background tasks, reset hooks."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from aws_lab.request import Request, Response

Matches = Callable[[Request], bool]
Handle = Callable[[Request], Awaitable[Response]]
StartHook = Callable[[], Coroutine[Any, Any, None]]
Observe = Callable[[Request, Response], None]
ResetHook = Callable[[], Awaitable[None] | None]

_handlers: list[tuple[Matches, Handle]] = []
_observers: list[Observe] = []
_start_hooks: list[StartHook] = []
_reset_hooks: list[ResetHook] = []


def register_handler(matches: Matches, handle: Handle) -> None:
    """Answer the requests that `matches` says yes to, instead of MiniStack. First registered, first asked.

    `matches` is asked for every request: keep it to a comparison of service and operation. The handler has to check the
    caller's permissions itself (aws_lab.caller.refusal) and can let MiniStack answer (aws_lab.app.ministack).
    """
    _handlers.append((matches, handle))


def on_answer(observe: Observe) -> None:
    """Call this with every request that a service has answered, and the answer, before the client gets it.

    Also with answers that get lost on their way (fault `cut`), not with what a fault answers in the service's place.
    """
    _observers.append(observe)


def tell_answer(request: Request, response: Response) -> None:
    """Call every observer."""
    for observe in _observers:
        observe(request, response)


def on_start(hook: StartHook) -> None:
    """Run this coroutine function as a background task for the life of the lab."""
    _start_hooks.append(hook)


def on_reset(hook: ResetHook) -> None:
    """Call this (plain or async) at each reset, before MiniStack's state is wiped."""
    _reset_hooks.append(hook)


def handler_for(request: Request) -> Handle | None:
    """The first registered handler that takes the request."""
    for matches, handle in _handlers:
        if matches(request):
            return handle
    return None


def start_hooks() -> list[StartHook]:
    """The background tasks to start."""
    return list(_start_hooks)


async def run_reset_hooks() -> None:
    """Call every reset hook, in the order of registration."""
    for hook in _reset_hooks:
        outcome = hook()
        if inspect.isawaitable(outcome):
            await outcome
