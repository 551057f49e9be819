# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control endpoint: plain HTTP and JSON on 127.0.0.1 (LAB_CONTROL_URL). Areas add routes with `route`."""

from __future__ import annotations

import inspect
import json
import re
import traceback
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from aws_lab.request import Response

Answer = dict[str, Any]
Handler = Callable[[dict[str, Any]], Answer | Awaitable[Answer]]

_routes: list[tuple[str, re.Pattern[str], Handler, str]] = []


class ControlError(Exception):
    """The request to the control endpoint makes no sense; the message goes to the caller with status 400."""


def route(method: str, path: str, handler: Handler, told: str) -> None:
    """Register a handler, and what a person is told that it does.

    `{name}` in the path takes one segment; it, the query and the JSON body come in one dict.
    """
    pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)) + r"\Z")
    _routes.append((method, pattern, handler, told))


async def handle(method: str, path: str, query: str, body: bytes) -> Response:
    """Answer one control request: 200 with the handler's dict, 400 for bad input, 404 for no such route."""
    for wanted, pattern, handler, _told in _routes:
        match = pattern.match(path)
        if match and wanted == method:
            return await _call(handler, match.groupdict(), query, body)
    return _json(404, {"error": f"the lab has no control route {method} {path}", **_help({})})


def _help(_unused: dict[str, Any]) -> Answer:
    known = sorted((_readable(pattern), method, told) for method, pattern, _handler, told in _routes)
    return {"routes": {f"{method} {path}": told for path, method, told in known}}


async def _call(handler: Handler, names: dict[str, str], query: str, body: bytes) -> Response:
    try:
        given = json.loads(body) if body else {}
        if not isinstance(given, dict):
            raise ControlError("the body has to be a JSON object")
        outcome = handler({**dict(parse_qsl(query, keep_blank_values=True)), **given, **names})
        answer = await outcome if inspect.isawaitable(outcome) else outcome
    except (ControlError, ValueError, TypeError, KeyError) as error:
        return _json(400, {"error": f"{type(error).__name__}: {error}"})
    except Exception as error:  # noqa: BLE001 - a broken lab must tell why instead of hanging up
        return _json(500, {"error": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()})
    return _json(200, answer)


def _readable(pattern: re.Pattern[str]) -> str:
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern.pattern).removesuffix(r"\Z").replace("\\", "")


def _json(status: int, answer: Answer) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(answer).encode() + b"\n")


route("GET", "/help", _help, "all of this")
