# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cluster of ARC: its endpoints, found or given, and asked in turn until one answers or time is up.

ARC keeps three of the five endpoints available and takes each out of service now and then (ARC Developer Guide,
"Getting and updating routing control states using the ARC API"), so no single answer of an endpoint ends a run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import arc
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import (
    CONTROL_PLANE_REGION,
    Endpoint,
    arn_problem,
    endpoints_from,
    shuffled,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

T = TypeVar("T")


@dataclass(frozen=True)
class Surroundings:
    """What the use cases about routing controls need.

    ``connect`` gives the client of an endpoint, ``control_plane`` that of the control plane. ``seed`` decides which
    endpoint is asked first. ``patience`` is for all of a run.
    """

    connect: Callable[[Endpoint], Any]
    control_plane: Callable[[], Any]
    patience: Patience
    seed: int
    check_mode: bool = False


@dataclass(frozen=True)
class Place:
    """Where routing controls are asked for: the option ``cluster_endpoints``, or else ``cluster``."""

    endpoints: Sequence[Mapping[str, str]] | None
    cluster: str | None

    def problems(self) -> list[str]:
        """Say what can't be right about it."""
        if self.endpoints is not None:
            return endpoints_from(self.endpoints)[1]
        problem = arn_problem(self.cluster or "", "cluster")
        return [f"cluster: {problem}"] if problem else []


class Cluster:
    """Asks the endpoints of one cluster, the one that answered last first."""

    def __init__(self, endpoints: Sequence[Endpoint], surroundings: Surroundings) -> None:
        self.endpoints = list(endpoints)
        self.answered: Endpoint | None = None
        self._order = deque(shuffled(endpoints, surroundings.seed))
        self._connect, self.patience = surroundings.connect, surroundings.patience
        self._deadline = self.patience.now() + self.patience.timeout
        self._clients: dict[Endpoint, Any] = {}
        self._failed: dict[tuple[Endpoint, str], str] = {}

    def ask(self, operation: str, work: Callable[[Any], T]) -> T:
        """Give what ``work`` does with the client of the first endpoint that answers.

        Every endpoint is tried at least once, and again until time is up; then a :class:`DeadlineError` is raised.
        An error that another endpoint would give as well is raised at once.
        """
        while True:
            for _attempt in range(len(self._order)):
                endpoint = self._order[0]
                try:
                    answer = work(self._client(endpoint))
                except AwsError as error:
                    if not arc.is_passing(error):
                        raise
                    self._failed[endpoint, operation] = f"{error.code}: {error.said}" if error.code else error.said
                    self._order.rotate(-1)
                else:
                    self.answered = endpoint
                    return answer
            if not self.rest():
                raise self._no_answer(operation)

    def rest(self) -> bool:
        """Pause before something is tried again; tell whether there is time left to try."""
        left = self.time_left()
        if left <= 0:
            return False
        self.patience.sleep(min(self.patience.delay, left))
        return True

    def time_left(self) -> float:
        """Give the seconds until time is up."""
        return self._deadline - self.patience.now()

    def told(self) -> dict[str, Any]:
        """Give what a person may want to know of the endpoints, as return values."""
        tried = [
            {**endpoint.told(), "operation": operation, "error": error}
            for (endpoint, operation), error in self._failed.items()
        ]
        return {"cluster_endpoints": [endpoint.told() for endpoint in self.endpoints], "tried": tried}

    def _client(self, endpoint: Endpoint) -> Any:
        if endpoint not in self._clients:
            self._clients[endpoint] = self._connect(endpoint)
        return self._clients[endpoint]

    def _no_answer(self, operation: str) -> DeadlineError:
        answers = "; ".join(
            f"{endpoint.region} ({endpoint.url}): {error}"
            for (endpoint, asked), error in self._failed.items()
            if asked == operation
        )
        return DeadlineError(
            f"No endpoint of the cluster did {operation} within {self.patience.timeout:g} seconds: {answers}. ARC "
            "keeps at least three of a cluster's five endpoints available; check that all five are given and that "
            "they can be reached from here",
            **self.told(),
        )


def cluster_at(place: Place, surroundings: Surroundings) -> Cluster:
    """Give the cluster, whose endpoints the control plane tells where they are not given. Raises :class:`ToldError`."""
    if place.endpoints is not None:
        return Cluster(endpoints_from(place.endpoints)[0], surroundings)
    arn = place.cluster or ""
    try:
        found = arc.describe_cluster(surroundings.control_plane(), arn)
    except MissingError:
        raise
    except AwsError as error:
        if not arc.is_passing(error):
            raise
        raise ToldError(
            f"{error.message}. Give cluster_endpoints instead of cluster: the endpoints work without the control plane "
            f"of ARC, which is in {CONTROL_PLANE_REGION} only",
            code=error.code,
        ) from error
    told = [
        {"endpoint": str(each.get("Endpoint", "")), "region": str(each.get("Region", ""))}
        for each in found.get("ClusterEndpoints") or ()
    ]
    endpoints, problems = endpoints_from(told)
    if problems:
        status = found.get("Status", "unknown")
        raise ToldError(f"The endpoints of the ARC cluster {arn} can't be used, its status is {status}: {problems[0]}")
    return Cluster(endpoints, surroundings)
