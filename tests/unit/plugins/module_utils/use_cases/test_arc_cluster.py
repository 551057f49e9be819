# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from functools import partial
from itertools import combinations

import pytest
from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import arc
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_cluster import Cluster, Place, cluster_at
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.arc_samples import CLUSTER, ENDPOINTS, REGIONS
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_arc import (
    DISCOVERED,
    EAST,
    GIVEN,
    FakeArc,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error


def ask(cluster: Cluster) -> tuple[str, str]:
    return cluster.ask("GetRoutingControlState", partial(arc.get_state, arn=EAST))


@pytest.mark.parametrize("dead", list(combinations(REGIONS, 4)))
def test_one_endpoint_that_answers_is_enough_and_is_asked_first_from_then_on(dead: tuple[str, ...]) -> None:
    world = FakeArc()
    world.dead(*dead)
    cluster = cluster_at(GIVEN, world.surroundings())
    assert ask(cluster) == ("east", "on")
    (alive,) = set(REGIONS) - set(dead)
    assert cluster.answered and cluster.answered.region == alive
    failed = {one["region"] for one in cluster.told()["tried"]}
    assert failed <= set(dead) and not world.slept, "one round needs no pause"
    before = len(world.calls)
    ask(cluster)
    assert world.calls[before:] == [("GetRoutingControlState", alive)]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("EndpointTemporarilyUnavailableException", 400),
        ("InternalServerException", 500),
        ("ThrottlingException", 400),
        ("AnythingElse", 503),
    ],
)
def test_what_another_endpoint_may_do_is_asked_there(code: str, status: int) -> None:
    world = FakeArc()
    error = client_error(code, "GetRoutingControlState", "later", status)
    world.broken = dict.fromkeys(REGIONS[:4], error)
    cluster = cluster_at(GIVEN, world.surroundings())
    assert ask(cluster) == ("east", "on")
    assert all(one["error"] == f"{code}: later" for one in cluster.told()["tried"])


def test_what_no_endpoint_would_do_is_told_at_once() -> None:
    world = FakeArc()
    world.broken = dict.fromkeys(REGIONS, client_error("AccessDeniedException", "GetRoutingControlState"))
    with pytest.raises(AccessDeniedError, match="route53-recovery-cluster:GetRoutingControlState"):
        ask(cluster_at(GIVEN, world.surroundings()))
    assert len(world.calls) == 1


def test_all_are_tried_again_until_time_is_up() -> None:
    world = FakeArc()
    world.dead(*REGIONS)
    with pytest.raises(DeadlineError, match=r"No endpoint .* within 3 seconds") as failed:
        ask(cluster_at(GIVEN, world.surroundings(timeout=3)))
    assert sum(world.slept) == 3 and len(world.calls) == 20
    assert all(region in failed.value.message for region in REGIONS)
    assert len(failed.value.details["tried"]) == 5, "each failure once, however often it was tried"


def test_without_any_time_each_is_still_tried_once() -> None:
    world = FakeArc()
    world.dead(*REGIONS)
    with pytest.raises(DeadlineError):
        ask(cluster_at(GIVEN, world.surroundings(timeout=0)))
    assert sorted(region for _operation, region in world.calls) == sorted(REGIONS)


def test_an_endpoint_that_comes_back_is_found() -> None:
    world = FakeArc()
    world.dead(*REGIONS)
    cluster = cluster_at(GIVEN, world.surroundings())
    sleep = cluster.patience.sleep

    def come_back(seconds: float) -> None:
        sleep(seconds)
        world.broken.clear()

    object.__setattr__(cluster.patience, "sleep", come_back)
    assert ask(cluster) == ("east", "on")


def test_runs_begin_at_different_endpoints() -> None:
    first = set()
    for seed in range(40):
        world = FakeArc()
        ask(cluster_at(GIVEN, world.surroundings(seed=seed)))
        first.add(world.calls[0][1])
    assert first == set(REGIONS)


def test_the_control_plane_tells_the_endpoints() -> None:
    world = FakeArc()
    cluster = cluster_at(DISCOVERED, world.surroundings())
    assert cluster.told()["cluster_endpoints"] == ENDPOINTS
    assert ask(cluster) == ("east", "on")


def test_without_control_plane_it_is_said_what_works_without() -> None:
    world = FakeArc()
    world.away = EndpointConnectionError(endpoint_url="https://route53-recovery-control-config")
    with pytest.raises(ToldError, match="Give cluster_endpoints instead of cluster"):
        cluster_at(DISCOVERED, world.surroundings())
    cluster_at(GIVEN, world.surroundings())
    world.away = client_error("AccessDeniedException", "DescribeCluster")
    with pytest.raises(AccessDeniedError, match="DescribeCluster"):
        cluster_at(DISCOVERED, world.surroundings())
    world.away = client_error("ResourceNotFoundException", "DescribeCluster", status=404)
    with pytest.raises(MissingError, match=CLUSTER):
        cluster_at(DISCOVERED, world.surroundings())


def test_a_cluster_that_is_not_deployed_has_no_endpoints() -> None:
    world = FakeArc()
    world.cluster = {"Status": "PENDING"}
    with pytest.raises(ToldError, match="its status is PENDING"):
        cluster_at(DISCOVERED, world.surroundings())


def test_problems_of_a_place() -> None:
    assert GIVEN.problems() == DISCOVERED.problems() == []
    assert "cluster: 'x' is not the ARN of a cluster" in Place(None, "x").problems()[0]
    assert "empty" in Place([], None).problems()[0]
