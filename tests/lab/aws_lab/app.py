# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request from arrival to answer: faults, then our own handlers or MiniStack, then the journal."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from aws_lab import accounts, clock, control, extensions, faults, journal, settings
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response

_resetting = asyncio.Lock()


class ConnectionCutError(Exception):
    """The connection is to be closed without (the rest of) an answer."""


async def answer(request: Request) -> Response:
    """Answer a request as AWS would; raises ConnectionCutError when a fault says that the client gets no answer."""
    async with _resetting:
        pass  # no request may see a half-wiped lab
    request.account_id = accounts.account_of(request.access_key)
    fault = faults.draw(request)
    status = 0
    try:
        response = await _answer_with_fault(request, fault)
        status = response.status
        return response
    finally:
        journal.record(
            service=request.service,
            region=request.region,
            operation=request.operation,
            account_id=request.account_id,
            bucket=request.bucket,
            key=request.key,
            status=status,
            fault=fault.kind if fault else None,
        )


async def _answer_with_fault(request: Request, fault: faults.Fault | None) -> Response:
    if fault is None:
        return await _serve(request)
    if fault.delay:
        await clock.sleep(fault.delay)
    if fault.kind == "cut_before":
        raise ConnectionCutError
    refusal = faults.response(request, fault)
    if refusal is not None:
        return refusal
    response = await _serve(request)
    if fault.kind == "cut":
        raise ConnectionCutError
    return response


async def _serve(request: Request) -> Response:
    response = await _served(request)
    extensions.tell_answer(request, response)
    return response


async def _served(request: Request) -> Response:
    if request.operation == "ListBuckets" and not request.access_key:
        return error_response(request, ServiceError(403, "AccessDenied", "Access Denied"))  # MiniStack would list them
    handle = extensions.handler_for(request)
    if handle is not None:
        return await handle(request)
    return await ministack(request)


async def ministack(request: Request) -> Response:
    """Let MiniStack answer: permissions and signature are checked, then the operation is done."""
    from ministack.app import app  # imported late: reading the environment happens at import

    sent: dict[str, Any] = {"status": 500, "headers": [], "body": []}
    body_given = False

    async def receive() -> dict[str, Any]:
        nonlocal body_given
        if body_given:
            return {"type": "http.disconnect"}
        body_given = True
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            sent["status"], sent["headers"] = message["status"], message["headers"]
        elif message["type"] == "http.response.body":
            sent["body"].append(message.get("body", b""))

    await app(_scope(request), receive, send)
    headers: dict[str, str] = {}
    for name, value in sent["headers"]:
        headers[name.decode("latin-1")] = value.decode("latin-1")
    return Response(sent["status"], headers, b"".join(sent["body"]))


def _scope(request: Request) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "scheme": "https",
        "method": request.method,
        "path": request.path,
        "raw_path": request.raw_path.encode("latin-1"),
        "query_string": request.query_string.encode("latin-1"),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.raw_headers],
        "client": ("127.0.0.1", 0),
        "server": (request.host, 443),
    }


async def reset() -> None:
    """Wipe the lab: a fresh AWS with the same two accounts and the same credentials."""
    import ministack.app as base

    async with _resetting:
        await extensions.run_reset_hooks()
        base._reset_all_state()
        faults.reset()
        clock.reset()
        settings.reset()
        await accounts.bootstrap()
        journal.clear()


def install_routes() -> None:
    """The core's control routes."""
    control.route(
        "GET",
        "/health",
        lambda _unused: {"status": "ok", "time": clock.iso(), "clock_offset": clock.offset()},
        "whether the lab answers, and its time",
    )
    control.route("POST", "/reset", _reset, "forget everything: buckets, jobs, faults, settings")
    control.route(
        "GET",
        "/journal",
        lambda wanted: {"entries": journal.entries(**wanted)},
        "the calls so far; a field in the query (service, operation, region, bucket, …) selects",
    )
    control.route("DELETE", "/journal", lambda _unused: _done(journal.clear), "forget the calls so far")
    control.route(
        "GET",
        "/journal/counts",
        lambda _unused: {"counts": journal.counts()},
        "how many calls of each service, Region and operation",
    )
    control.route("GET", "/faults", lambda _unused: {"faults": faults.listed()}, "the faults that are switched on")
    control.route(
        "POST",
        "/faults",
        faults.add,
        "switch a fault on: {kind, operation, service, region, bucket, times, delay, …}; kinds stand in FIDELITY.md",
    )
    control.route("DELETE", "/faults", lambda _unused: _done(faults.clear), "switch all faults off")
    control.route("DELETE", "/faults/{id}", lambda wanted: faults.remove(int(wanted["id"])), "switch one fault off")
    control.route(
        "GET", "/regions", lambda _unused: {"down": sorted(faults.down_regions())}, "the Regions that are down"
    )
    control.route(
        "POST", "/regions/{region}/down", lambda wanted: faults.take_down(wanted["region"]), "let a Region be down"
    )
    control.route(
        "POST", "/regions/{region}/up", lambda wanted: faults.bring_up(wanted["region"]), "let a Region be up again"
    )
    control.route(
        "POST",
        "/clock/advance",
        lambda wanted: {"offset": clock.advance(float(wanted["seconds"]))},
        "move the time on: {seconds}",
    )
    control.route("GET", "/settings", lambda _unused: settings.as_dict(), "the settings: delays, rates, limits")
    control.route("PUT", "/settings", settings.update, "change settings: {name: value}")


async def _reset(_unused: dict[str, Any]) -> dict[str, Any]:
    await reset()
    return {"status": "reset"}


def _done(action: Any) -> dict[str, Any]:
    action()
    return {"status": "done"}


@contextlib.asynccontextmanager
async def ministack_running() -> AsyncIterator[None]:
    """MiniStack's start and stop, as an ASGI server would drive them."""
    from ministack.app import app

    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    lifespan = asyncio.create_task(app({"type": "lifespan"}, inbox.get, outbox.put))
    await inbox.put({"type": "lifespan.startup"})
    await outbox.get()
    try:
        yield
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(outbox.get(), timeout=5)
        lifespan.cancel()
