# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who the preflight of a failover asks, made of a module's connection options. No call waits long for a dead Region."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket, s3_bucket_settings
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.arc import CONTROL_PLANE, DATA_PLANE
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import BRIEFLY, Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import UnreachableError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller, get_caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import Pointer
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import CONTROL_PLANE_REGION, Endpoint
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_fence import is_fenced
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_facts import TargetBucket
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import (
    arc_routing_control_info,
    mrap_routes,
    replication_status,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.active_region import Place, read
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_cluster import Place as ClusterPlace
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_cluster import Surroundings as ClusterSurroundings
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_compare import (
    PairTask,
    SideTask,
    Surroundings,
    compare_buckets,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_compare import Task as CompareTask
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.failover_preflight import Pair, Row, Sources
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

# Long enough to ask each of five endpoints, of which two may hang.
_CLUSTER_TIMEOUT = 15


class Asked:
    """Asks AWS with the credentials of ``clients``; what concerns all Regions is asked in that of the target.

    ``folder`` is where files may lie for a while.
    """

    def __init__(self, clients: Clients, folder: str, target: str, avoid: str | None, concurrency: int) -> None:
        self._clients = clients.varied(BRIEFLY)
        self._all, self._folder, self._target, self._avoid = clients, folder, target, avoid
        self._concurrency = concurrency

    def sources(self, place: Place, name: str) -> Sources:
        """Give all of it, with the pointer ``name`` at ``place``."""
        return Sources(
            pointer=partial(self.pointer, place, name),
            account=self.account,
            bucket=self.bucket,
            answers=self.answers,
            routes=self.routes,
            states=self.states,
            compare=self.compare,
            metrics=self.metrics,
            now=time.time,
        )

    def pointer(self, place: Place, name: str) -> tuple[Pointer | None, Sequence[str]]:
        """The pointer, in the first Region of its table that answers, and those that did not."""
        found = read(place, name)
        return found.pointer if found.exists else None, [tried["region"] for tried in found.unreachable]

    def account(self) -> Caller:
        """Whose credentials these are."""
        return get_caller(self._clients.get("sts", self._target))

    def bucket(self, name: str, region: str) -> TargetBucket:
        """Look at a bucket of the target; what can't be read is told with it."""
        client = self._clients.get("s3", region)
        try:
            found = s3_bucket.head_bucket(client, name)
            if found != region:
                return TargetBucket(name, error=f"it is in {found}, not in {region}")
            versioned = s3_bucket.get_versioning(client, name) == "Enabled"
            return TargetBucket(
                name, versioned=versioned, fenced=is_fenced(s3_bucket_settings.get_policy(client, name))
            )
        except UnreachableError as error:
            return TargetBucket(name, answers=False, error=error.message)
        except ToldError as error:
            return TargetBucket(name, error=error.message)

    def answers(self, name: str, region: str) -> bool:
        """Whether S3 answers for a bucket elsewhere, be it by a refusal."""
        if region == self._avoid:
            return False
        try:
            s3_bucket.head_bucket(self._clients.get("s3", region), name)
        except UnreachableError:
            return False
        except ToldError as error:
            return getattr(error, "status", 0) < 500
        return True

    def routes(self, access_points: Sequence[str], target: str) -> Sequence[Row]:
        """The routes as they are, from the first Region that tells."""
        entries = [mrap_routes.Entry(one, (target,)) for one in access_points]
        task = mrap_routes.Task(entries, self._avoid, check_mode=True, concurrency=self._concurrency)
        rows: Sequence[Row] = mrap_routes.switch(self._clients.get, task, Patience(0, 0)).results["access_points"]
        return rows

    def states(self, arns: Sequence[str], endpoints: Sequence[Mapping[str, str]]) -> Sequence[Row]:
        """The states of routing controls, from the first endpoint that tells."""

        def connect(endpoint: Endpoint) -> Any:
            with call(f"connect to {endpoint.url}"):
                return self._all.varied(BRIEFLY, endpoint.url).get(DATA_PLANE, endpoint.region)

        def control_plane() -> Any:
            return self._clients.get(CONTROL_PLANE, CONTROL_PLANE_REGION)

        seed = random.SystemRandom().randrange(2**32)
        surroundings = ClusterSurroundings(connect, control_plane, Patience(_CLUSTER_TIMEOUT, 1), seed)
        place = ClusterPlace(endpoints, None)
        found = arc_routing_control_info.read(surroundings, place, arns, None)
        states: Sequence[Row] = found.results["routing_controls"]
        return states

    def compare(self, pairs: Sequence[Pair]) -> Sequence[Row]:
        """What is on one side and not on the other. A pair that can't be compared says so in its result."""

        def client(region: str) -> Any:
            return self._clients.get("s3", region)

        def own() -> tuple[Any, str]:
            return client(self._target), self.account().account

        tasks = [
            PairTask(SideTask(**pair["source"]), SideTask(**pair["destination"]), pair.get("prefix", ""))
            for pair in pairs
        ]
        # The names of what is missing are for the report; here their number will do.
        task = CompareTask(tasks, [], max_listed=0, concurrency=max(self._concurrency, 2))
        try:
            outcome = compare_buckets(Surroundings(client, client, own, self._folder, check_mode=True), task)
        except ToldError as error:
            if "pairs" not in error.details:
                raise
            rows: Sequence[Row] = error.details["pairs"]
        else:
            rows = outcome.results["pairs"]
        return rows

    def metrics(self, pairs: Sequence[Pair]) -> Sequence[Row]:
        """What CloudWatch knows of the backlog, from the Region that has it."""
        task = replication_status.Task(list(pairs), concurrency=self._concurrency)
        found = replication_status.replication_status(lambda: self._all, task, datetime.now(UTC))
        rows: Sequence[Row] = found.results["rules"]
        return rows
