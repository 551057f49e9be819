# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of a run of ``bucket_pairs``, taken down and done once more by bare boto3: as fast as this lab can be."""

from __future__ import annotations

import collections
import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pairs_lab
from botocore.exceptions import ClientError

sys.path.insert(0, str(Path(__file__).parents[2] / ".build" / "collections"))

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import SLOWING_DOWN, Clients, _keep_connections
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs import Task, ensure
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import sides_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

THREADS = pairs_lab.THREADS


@dataclass
class Recorder:
    """Takes down every call of a session's clients: (service, Region, operation, parameters), in order."""

    taken: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, session: Any) -> None:
        """Begin with this boto3 session; clients made later are watched."""
        session.events.register_first("provide-client-params.*.*", self._take)

    def same_as(self, counts: dict[str, int]) -> bool:
        """Whether these are all the calls that the lab counted (nothing was tried twice)."""
        counted: dict[str, int] = collections.Counter()
        for name, number in counts.items():
            service, _region, operation = name.split("/")
            counted[f"{service}/{operation}"] += number
        return counted == collections.Counter(f"{call[0]}/{call[2]}" for call in self.taken)

    def _take(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_unused: Any) -> None:
        region = context["client_region"]
        with self._lock:
            self.taken.append((model.service_model.service_name, region, model.name, dict(params)))


Call = tuple[str, str, str, dict[str, Any]]


def stages(taken: Iterable[Call]) -> list[list[list[Call]]]:
    """Split recorded calls into what has to wait for what: stages of chains, a chain a bucket or role."""
    chains: list[dict[str, list[Call]]] = [collections.defaultdict(list) for _unused in range(4)]
    writing = False
    for number, call in enumerate(taken):
        service, _region, operation, params = call
        writing = writing or operation.startswith(("Put", "Create"))
        stage = 0
        if writing:
            last = "Replication" in operation or "Notification" in operation
            stage = 3 if last else 2 if service == "iam" else 1
        name = params.get("Bucket") or params.get("RoleName") or str(number)
        chains[stage][name].append(call)
    return [list(chain.values()) for chain in chains]


def replay(taken: Iterable[Call], kept: bool) -> float:
    """Do the calls once more with plain clients and a pool of threads; give the seconds.

    ``kept``: connections to buckets are kept as ours are, which botocore does not do by itself with so many buckets.
    """
    plan = stages(taken)
    began = time.perf_counter()
    session = boto3.session.Session()
    clients: dict[tuple[str, str], Any] = {}
    methods: dict[str, str] = {}
    for service, region, operation, _params in (call for stage in plan for chain in stage for call in chain):
        if (service, region) not in clients:
            clients[service, region] = session.client(service, region_name=region, config=pairs_lab.CONFIG)
            if kept and service == "s3":
                _keep_connections(clients[service, region], 2 * THREADS)
        methods.setdefault(operation, _method(clients[service, region], operation))

    def do(chain: list[Call]) -> None:
        for service, region, operation, params in chain:
            client = clients[service, region]
            with contextlib.suppress(ClientError):  # "not configured" is an answer too
                getattr(client, methods[operation])(**params)

    for stage in plan:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(do, stage))
    return time.perf_counter() - began


def _method(client: Any, operation: str) -> str:
    return next(method for method, name in client.meta.method_to_api_mapping.items() if name == operation)


def in_process(number: int, watch: Callable[[Any], None] = lambda session: None) -> tuple[float, Any]:
    """Run the use case as the module and the Lambda function do, in this process; give the seconds and the outcome."""
    task = Task(pairs=list(pairs_lab.pairs(number)), role_wait=0, failure_queue=pairs_lab.QUEUE, concurrency=THREADS)
    began = time.perf_counter()
    session = boto3.session.Session()
    watch(session)
    clients = Clients(session, pairs_lab.US, THREADS, SLOWING_DOWN)
    outcome = ensure(sides_of(clients, None, None, pairs_lab.US), task, False, Patience(60, 1), Progress())
    return time.perf_counter() - began, outcome
