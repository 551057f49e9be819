# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTPS proxy that is AWS: it answers CONNECT for AWS hosts, ends TLS itself and hands requests to the app.

Nothing is ever forwarded, so nothing here can reach a real account. Requests that do not go through CONNECT are for the
control endpoint, which shares the port.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from email.utils import formatdate

import h11

from aws_lab import app, control, faults
from aws_lab.hosts import is_aws, parse_host
from aws_lab.request import Request, Response
from aws_lab.tls import Certificates

LOG = logging.getLogger(__name__)
HEAD_LIMIT = 128 * 1024  # bytes of request line and headers; AWS refuses far smaller ones itself


class Proxy:
    """The listening side: keeps the open connections, so that a Region can be cut off."""

    def __init__(self) -> None:
        self.certificates = Certificates()
        self.connections: set[Connection] = set()
        faults.on_region_change(self._region_changed)

    async def listen(self) -> asyncio.Server:
        """Listen on a free port of 127.0.0.1."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: Connection(self), "127.0.0.1", 0, backlog=512)

    def _region_changed(self, region: str, down: bool) -> None:
        """Break off what is being answered. Idle connections break at their next request: then the client notices."""
        for connection in list(self.connections):
            if down and connection.region == region and connection.task is not None:
                connection.cut()


class Connection(asyncio.Protocol):
    """One client connection: first plain (CONNECT or control), after CONNECT the same object speaks inside TLS."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.transport: asyncio.Transport | None = None
        self.http = _http()
        self.tunnel: str | None = None  # host name that CONNECT asked for
        self.region: str | None = None
        self.head: h11.Request | None = None
        self.body: list[bytes] = []
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.proxy.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.proxy.connections.discard(self)
        self.transport = None

    def eof_received(self) -> bool:
        return False

    def data_received(self, data: bytes) -> None:
        try:
            self.http.receive_data(data)
            self._pump()
        except h11.RemoteProtocolError as error:
            LOG.warning("malformed request for %s: %s", self.tunnel, error)
            self._write_response(Response(error.error_status_hint, {"connection": "close"}))
            self.close()

    def close(self) -> None:
        """Drop the connection at once."""
        if self.transport is not None:
            self.transport.abort()

    def cut(self) -> None:
        """Break off, in the midst of an answer when one is due.

        Clients tell "the server hung up" from "the proxy is unreachable" by having seen a first byte: urllib3 reports a
        connection that closes before any as an error of the proxy, which a cut on AWS's side is not.
        """
        if self.transport is not None and self.task is not None and self.tunnel is not None:
            self.transport.write(b"HTTP/1.1 ")
            self.transport.close()
            self.transport = None
        else:
            self.close()

    def _pump(self) -> None:
        """Read events until a whole request is there or more bytes are needed."""
        while self.task is None:
            event = self.http.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                if self.http.they_are_waiting_for_100_continue:
                    self._write(self.http.send(h11.InformationalResponse(status_code=100, headers=[])))
                return
            if isinstance(event, h11.Request):
                self.head, self.body = event, []
            elif isinstance(event, h11.Data):
                self.body.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                self.task = asyncio.get_running_loop().create_task(self._respond())
            elif isinstance(event, h11.ConnectionClosed):
                return

    async def _respond(self) -> None:
        assert self.head is not None
        head, body = self.head, b"".join(self.body)
        self.head, self.body = None, []
        try:
            if head.method == b"CONNECT":
                await self._connect(head.target.decode("latin-1"))
                return
            response = await self._answer(head, body)
        except app.ConnectionCutError:
            self.cut()
            return
        except Exception:
            LOG.exception("the lab failed to answer %s %s", head.method, head.target)
            response = Response(500, {"content-type": "text/plain"}, b"the lab failed; see its log\n")
        self._write_response(response, head_only=head.method == b"HEAD")
        self._next()

    def _next(self) -> None:
        """Make ready for the next request on this connection, or hang up when one side wants that."""
        self.task = None
        if self.transport is None:
            return
        if self.http.our_state is h11.MUST_CLOSE:
            self.transport.close()
            return
        self.http.start_next_cycle()
        self._pump()  # what came in the meantime

    async def _answer(self, head: h11.Request, body: bytes) -> Response:
        target = head.target.decode("latin-1")
        path, _unused, query = target.partition("?")
        method = head.method.decode("ascii")
        if self.tunnel is None:
            if not path.startswith("/"):
                return _refusal(target)
            return await control.handle(method, path, query, body)
        host = next((value for name, value in head.headers if name == b"host"), b"").decode("latin-1") or self.tunnel
        if faults.region_down(parse_host(host).region):
            raise app.ConnectionCutError
        return await app.answer(Request(method, host, path, query, head.headers.raw_items(), body))

    async def _connect(self, authority: str) -> None:
        host = authority.rpartition(":")[0]
        if not is_aws(host):
            self._write_response(_refusal(authority))
            self._next()
            return
        if faults.region_down(parse_host(host).region) or self.transport is None:
            self.close()
            return
        self.tunnel, self.region = host, parse_host(host).region
        self.http = _http()
        context = self.proxy.certificates.context_for(host)
        # No await between the two lines: the client's first TLS bytes must find the TLS layer in place
        self.transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        loop = asyncio.get_running_loop()
        try:
            secured = await loop.start_tls(self.transport, self, context, server_side=True)
        except (ConnectionError, ssl.SSLError, TimeoutError) as error:
            LOG.warning("TLS with the client failed for %s: %s", host, error)
            self.close()
            return
        self.transport = secured
        self.task = None
        self._pump()

    def _write(self, data: bytes | None) -> None:
        if self.transport is not None and data:
            self.transport.write(data)

    def _write_response(self, response: Response, *, head_only: bool = False) -> None:
        headers = list(_wire_headers(response, head_only))
        try:
            data = self.http.send(h11.Response(status_code=response.status, headers=headers)) or b""
            if response.body and not head_only:
                data += self.http.send(h11.Data(data=response.body)) or b""
            data += self.http.send(h11.EndOfMessage()) or b""
        except h11.LocalProtocolError as error:
            LOG.warning("could not answer %s: %s", self.tunnel, error)
            self.close()
            return
        self._write(data)


def _http() -> h11.Connection:
    return h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)


def _wire_headers(response: Response, head_only: bool) -> list[tuple[bytes, bytes]]:
    names = {name.lower() for name in response.headers}
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    if "content-length" not in names and "transfer-encoding" not in names and response.status not in (204, 304):
        length = 0 if head_only else len(response.body)
        headers.append((b"content-length", str(length).encode()))
    if "date" not in names:
        headers.append((b"date", formatdate(usegmt=True).encode()))
    return headers


def _refusal(target: str) -> Response:
    text = f"The lab only plays AWS hosts; it refuses {target} and never forwards anything to a real network.\n"
    return Response(403, {"content-type": "text/plain"}, text.encode())
