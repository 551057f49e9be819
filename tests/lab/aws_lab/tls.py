# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates for the names clients ask for, from a CA that exists only as long as the lab."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme


class Certificates:
    """Issues and keeps one certificate per parent domain, so that a thousand buckets need one certificate."""

    def __init__(self) -> None:
        self._authority = trustme.CA()
        self._contexts: dict[str, ssl.SSLContext] = {}

    def write_authority(self, path: Path) -> None:
        """Write the CA's certificate for AWS_CA_BUNDLE."""
        self._authority.cert_pem.write_to_path(str(path))

    def context_for(self, host: str) -> ssl.SSLContext:
        """A server context for the name; SNI may then still ask for another one."""
        name = "*." + host.lower().partition(".")[2]
        context = self._contexts.get(name)
        if context is None:
            context = self._contexts[name] = self._issue(name)
        return context

    def _issue(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        context.num_tickets = 0  # nobody resumes sessions here; tickets cost a round of crypto per connection
        context.sni_callback = self._switch
        self._authority.issue_cert(name).configure_cert(context)
        return context

    def _switch(self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _unused: ssl.SSLContext) -> None:
        if name:
            connection.context = self.context_for(name)
