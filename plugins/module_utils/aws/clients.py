# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""boto3 clients out of one session: made once for each service and Region, also when threads ask for them.

A session holds what takes long to load (service models, endpoints), so all clients of a run share one. Clients may be
shared between threads, but making one is not safe beside another one being made (boto3 guide, "Multithreading or
multiprocessing with clients"): hence the lock.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import assume_role
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.account_role import AccountRole

with contextlib.suppress(ImportError):
    # AnsibleAWSModule reports the missing library before anything here is called; ansible-doc has to read this file.
    import boto3
    from botocore.config import Config
    from botocore.credentials import CredentialResolver, RefreshableCredentials
    from botocore.session import Session

_WHOSE = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
# botocore's own: "standard" retries throttling and transient errors with jittered backoff (boto3 guide, "Retries").
_RETRIES = {"mode": "standard", "total_max_attempts": 8}
# For hundreds of calls at once. "adaptive" has "standard" and a rate limit for the client, shared by all its threads,
# which goes down when AWS throttles and up again slowly; so many attempts that throttling alone never ends a run early.
SLOWING_DOWN: dict[str, Any] = {"retries": {"mode": "adaptive", "total_max_attempts": 12}}
# For a question that is asked to learn whether anybody answers.
SOON: dict[str, Any] = {"retries": {"mode": "standard", "total_max_attempts": 3}, "connect_timeout": 10}
# For what has to be known in seconds even if a Region answers nothing at all: at most about 20 seconds a call.
BRIEFLY: dict[str, Any] = {
    "retries": {"mode": "standard", "total_max_attempts": 2},
    "connect_timeout": 3,
    "read_timeout": 8,
}


class Clients:
    """Clients of one boto3 ``session``, which has the credentials of one account.

    ``region`` is where calls go that name none. ``connections``: calls under way at once for each client. S3 clients
    keep connections to twice as many hosts (see :func:`_keep_connections`).
    ``config`` overrides arguments of botocore's ``Config``; ``settings`` are further arguments of ``session.client``.
    """

    def __init__(
        self,
        session: Any,
        region: str | None = None,
        connections: int = 10,
        config: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._session, self.region = session, region
        self._config: dict[str, Any] = {
            "retries": _RETRIES,
            "max_pool_connections": max(10, connections),
            "user_agent_extra": "aws_dr.s3",
            **(config or {}),
        }
        self._settings = dict(settings or {})
        self._made: dict[tuple[str, str | None], Any] = {}
        self._assumed: dict[AccountRole, Clients] = {}
        self._lock = threading.Lock()

    def get(self, service: str, region: str | None = None) -> Any:
        """Give the client of ``service`` in ``region``. Raises what botocore raises (no Region, no such profile)."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._make(*key)
            return self._made[key]

    def varied(self, config: Mapping[str, Any], endpoint: str | None = None) -> Clients:
        """Give clients of the same credentials whose ``config`` differs in what is named, at ``endpoint`` if one is."""
        settings = {**self._settings, "endpoint_url": endpoint} if endpoint else self._settings
        return Clients(self._session, self.region, config={**self._config, **config}, settings=settings)

    def assuming(self, role: AccountRole, region: str | None = None) -> Clients:
        """Give the clients of the account that ``role`` belongs to; the same ones for the same role.

        The role is assumed at once, so that a role that can't be assumed is told here, and again whenever its
        credentials are about to expire: a run may be longer. ``region`` is where STS is asked (unset: the clients'
        own). Raises :class:`AwsError`.
        """
        sts = self.get("sts", region)
        with self._lock:
            if role not in self._assumed:
                self._assumed[role] = self._assume(sts, role)
            return self._assumed[role]

    def _assume(self, sts: Any, role: AccountRole) -> Clients:
        def fetch() -> dict[str, str]:
            found = assume_role(sts, role)
            sts.close()  # the next time is in an hour, and may be in a process that was forked from this one
            return found

        credentials = RefreshableCredentials.create_from_metadata(fetch(), fetch, "sts-assume-role")
        inner = Session()
        inner.register_component("credential_provider", CredentialResolver([_Fixed(credentials)]))
        # Everything else that the task says of its connections holds there too, but whose they are.
        settings = {name: value for name, value in self._settings.items() if name not in _WHOSE}
        session = boto3.session.Session(botocore_session=inner)
        return Clients(session, self.region, config=self._config, settings=settings)

    def _make(self, service: str, region: str | None) -> Any:
        config = dict(self._config)
        if service == "dynamodb":
            # Items are made by domain/ledger.py. Checking every attribute of them once more takes botocore longer than
            # signing, sending and reading the answer together.
            config.setdefault("parameter_validation", False)
        client = self._session.client(service, region_name=region, config=Config(**config), **self._settings)
        if service == "s3":
            _keep_connections(client, 2 * config["max_pool_connections"])
        return client


def _keep_connections(client: Any, hosts: int) -> None:
    """Let the client keep connections to as many ``hosts``, of which every bucket is one (virtual hosting).

    botocore keeps those to ten hosts, which is what urllib3's PoolManager does unasked. With more threads than that,
    each on a bucket of its own, nearly every call begins with a TLS handshake, which takes longer than the call itself.
    ``max_pool_connections`` is about connections to one host; there is no option for hosts (botocore pull request 1026,
    "Add max_pool_connections to client config"), hence this look inside. A botocore that is built otherwise works as
    it does unasked.
    """
    with contextlib.suppress(AttributeError, TypeError):
        http = client._endpoint.http_session
        usual = http._get_pool_manager_kwargs
        http._get_pool_manager_kwargs = lambda **more: {**usual(**more), "num_pools": hosts}  # of managers of proxies
        manager = http._manager.__class__(**http._get_pool_manager_kwargs())
        manager.pool_classes_by_scheme = http._pool_classes_by_scheme
        http._manager = manager


class _Fixed:
    """A credential provider of botocore's form that has one set of credentials and looks nowhere else."""

    METHOD = CANONICAL_NAME = "sts-assume-role"

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load(self) -> Any:
        """Give the credentials."""
        return self._credentials
