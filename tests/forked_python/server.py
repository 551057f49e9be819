# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give each module of a test run an interpreter in which boto3 is there already: half of a module's CPU time.

    server.py SOCKET     serve until the standard input ends

``python`` beside this file is what ansible-playbook takes for an interpreter. It hands its files, environment and
arguments to this server, which forks; the fork runs what a real one would have run, then ends as one. What Ansible
sends is unpacked, compiled and imported in each fork anew: only packages of the environment are there beforehand.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import os
import selectors
import signal
import socket
import sys
import types
from pathlib import Path
from typing import Any

import boto3
import boto3.dynamodb.types
import botocore.loaders
import s3transfer.manager

SERVICES = ("s3", "s3control", "dynamodb", "sqs", "sts", "iam", "cloudwatch")
LOADED = (boto3.dynamodb.types, s3transfer.manager)
"""What modules import by itself."""


def warm() -> None:
    """Read the service models once. A fork may change its copy and no other one sees it."""
    loader: Any = botocore.loaders.JSONFileLoader
    loader.load_file = functools.cache(loader.load_file)
    botocore.loaders.JSONFileLoader = functools.cache(loader)
    session = boto3.session.Session()
    for service in SERVICES:
        session.client(service, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    gc.collect()
    gc.freeze()


def receive(connection: socket.socket) -> dict[str, Any] | None:
    """The request: JSON ended by a line break, and with its first bytes the three standard files.

    ``None`` from a client that was killed before it had said all: others are served all the same.
    """
    data, files, _flags, _address = socket.recv_fds(connection, 65536, 3)
    while not data.endswith(b"\n"):
        try:
            more = connection.recv(1 << 20)
        except ConnectionError:
            more = b""
        if not more:
            for file in files:
                os.close(file)
            return None
        data += more
    return {**json.loads(data), "files": list(files)}


def become(request: dict[str, Any]) -> types.CodeType:
    """Make this process what the client is, and give what it is to run."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in enumerate(request["files"]):
        os.dup2(file, number)
        os.close(file)
    os.chdir(request["folder"])
    os.umask(request["umask"])
    os.environ.clear()
    os.environ.update(request["environ"])
    arguments = request["arguments"]
    sys.argv = arguments or [""]
    if not arguments:
        return compile(sys.stdin.buffer.read(), "<stdin>", "exec")
    script = Path(arguments[0]).resolve()
    sys.path.insert(0, str(script.parent))
    return compile(script.read_bytes(), arguments[0], "exec")


class Server:
    """The socket, and what is under way: the connection of each fork, by the file that becomes readable as it ends."""

    def __init__(self, path: str) -> None:
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(64)
        self._forks: dict[int, tuple[int, socket.socket]] = {}

    def serve(self) -> types.CodeType | None:
        """Fork for each client and tell it the exit code. Code is given back in forks only."""
        for file in (self._listener, sys.stdin):
            self._selector.register(file, selectors.EVENT_READ)
        while True:
            for key, _events in self._selector.select():
                if key.fileobj is sys.stdin:
                    return None
                if key.fileobj is self._listener:
                    code = self._fork()
                    if code is not None:
                        return code
                elif key.fd in self._forks:
                    self._reap(key.fd)
                elif key.data in self._forks:
                    # The client is gone. The fork, too, may be by now, but is not reaped before its turn
                    os.kill(self._forks[key.data][0], signal.SIGKILL)
                    self._selector.unregister(key.fileobj)

    def _fork(self) -> types.CodeType | None:
        connection, _address = self._listener.accept()
        request = receive(connection)
        if request is None:
            connection.close()
            return None
        pid = os.fork()
        if not pid:
            connection.close()
            self._forget()
            return become(request)
        for file in request["files"]:
            os.close(file)
        ended = os.pidfd_open(pid)
        self._forks[ended] = pid, connection
        self._selector.register(ended, selectors.EVENT_READ)
        self._selector.register(connection, selectors.EVENT_READ, ended)
        return None

    def _reap(self, ended: int) -> None:
        pid, connection = self._forks.pop(ended)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self._selector.unregister(ended)
        os.close(ended)
        if connection in self._selector.get_map():
            self._selector.unregister(connection)
            with contextlib.suppress(OSError):
                connection.sendall(bytes([code % 256]))
        connection.close()

    def _forget(self) -> None:
        """Close in a fork what is the server's."""
        self._selector.close()
        self._listener.close()
        for ended, (_pid, connection) in self._forks.items():
            os.close(ended)
            connection.close()


def main() -> None:
    """Serve; in a fork, run what is asked for as ``__main__``."""
    warm()
    server = Server(sys.argv[1])
    print("ready", flush=True)
    code = server.serve()
    if code is not None:
        module = types.ModuleType("__main__")
        module.__dict__["__builtins__"] = __builtins__
        sys.modules["__main__"] = module
        exec(code, module.__dict__)


if __name__ == "__main__":
    main()
