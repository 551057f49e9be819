# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fifty seeded failovers and failbacks with the cut at a random moment, and a controller that is killed at another one.

They run the use cases in process, in the order in which the role ``failover`` runs its modules, so that fifty of them
take seconds; the target ``failover`` proves the playbooks. Each run continues in the buckets of the one before.
"""

from __future__ import annotations

import random
import threading
from typing import Any

import boto3
import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.failover_options import IMPATIENT
from ansible_collections.aws_dr.s3.plugins.module_utils.failover_sources import Asked
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import mrap_routes
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.active_region import Place, Wish, change
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.failover_preflight import Task, preflight
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab
from ansible_collections.aws_dr.s3.tests.integration.failing_over import EU, TABLE, US, Workload, Writers

RUNS = 50


class Killed(BaseException):
    """The controller ends here. No ``Exception``, so that nothing can swallow it."""


class Plug:
    """Counts the AWS calls of one controller, and kills it at number ``at``, before the call is sent."""

    def __init__(self) -> None:
        session = boto3.session.Session()
        session.events.register("before-send", self._count)
        self.clients = Clients(session, EU, 16).varied(IMPATIENT)
        self.at: int | None = None
        self._lock = threading.Lock()

    def _count(self, **_request: Any) -> None:
        with self._lock:
            if self.at is not None:
                self.at -= 1
                if self.at <= 0:
                    raise Killed


class Controller:
    """One controller: the steps of the role ``failover``."""

    def __init__(self, workload: Workload, who: str, folder: str, plug: Plug) -> None:
        self._clients, self._workload, self._who, self._folder = plug.clients, workload, who, folder

    def fail_over(self, target: str, force: bool = True) -> str:
        """Look, decide, announce, switch, point, end. Gives the verdict."""
        regions: list[str] = [US, EU]
        place = Place(TABLE, lambda region: self._clients.get("dynamodb", region), regions)
        name = self._workload.name
        asked = Asked(self._clients, self._folder, target, None, 8)
        task = Task(target, self._workload.pairs, max_loss=0, force=force, concurrency=8)
        looked = preflight(asked.sources(place, name), task).results
        if looked["verdict"] != "go":
            return str(looked["verdict"])

        for silent in looked["silent_table_regions"]:
            regions.remove(silent)

        def bring(state: str, **more: Any) -> Any:
            wish = Wish(name, state, target, by=self._who, **more)
            return change(place, wish, check_mode=False).results["pointer"]

        claim = bring("claimed", stage="switching", revision=looked["pointer"]["revision"])["claim"]["id"]
        entries = [
            mrap_routes.Entry(one["multi_region_access_point"], tuple(one["active"]))
            for one in looked["plan"]["access_points"]
        ]
        mrap_routes.switch(self._clients.get, mrap_routes.Task(entries), Patience(20, 0.05))
        bring("active", claim_id=claim)
        bring("released", claim_id=claim)
        return "go"


def until_done(controller: Controller, plug: Plug, target: str, dies_at: int | None) -> None:
    """Run it as often as it takes: killed once or cut off by the Region that goes away, then to its end."""
    plug.at = dies_at
    for _attempt in range(3):
        try:
            if controller.fail_over(target) in ("go", "nothing"):
                break
        except Killed:
            plug.at = None
        except UnreachableError:
            continue
    else:
        pytest.fail(f"not at {target} after three attempts")
    plug.at = None


def test_fifty_failovers_with_the_cut_at_a_random_moment(
    aws: Aws, lab: Lab, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    workload = Workload(aws, name, count=1)
    workload.prepare()
    folder = str(tmp_path_factory.mktemp("controllers"))
    acknowledged: set[Any] = set()
    plug = Plug()
    for seed in range(RUNS):
        chance = random.Random(seed)
        target, failed = (EU, US) if seed % 2 == 0 else (US, EU)
        cut_after, dies_at = chance.uniform(0, 0.3), chance.choice([None, chance.randrange(1, 40)])
        with Writers(workload.access_points(), pause=0.01) as writers:
            cut = threading.Timer(cut_after, lab.call, ("POST", f"/regions/{failed}/down"))
            cut.start()
            if chance.random() < 0.5:
                cut.join()
            until_done(Controller(workload, f"c{seed}", folder, plug), plug, target, dies_at)
            cut.join()
        lab.call("POST", f"/regions/{failed}/up")
        lab.replication_idle()
        (at,) = list(writers.acknowledged.values())
        acknowledged |= at
        ((ours, theirs),) = workload.sides()
        assert ours == theirs, f"seed {seed}"
        assert acknowledged <= ours, f"seed {seed}: {acknowledged - ours}"
        assert workload.active() == [{target}], f"seed {seed}"
        pointer = workload.pointer()
        assert pointer["active_region"] == target, f"seed {seed}"
        assert "claim_target" not in pointer, f"seed {seed}"
    assert len(acknowledged) > RUNS


def test_two_controllers_at_once_do_not_undo_each_other(
    aws: Aws, lab: Lab, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With the same target both get there. With different ones the traffic ends where the last one that was told go."""
    workload = Workload(aws, name, count=1)
    workload.prepare()
    folder = str(tmp_path_factory.mktemp("controllers"))
    plugs = {who: Plug() for who in ("ann", "bob")}
    for turn in range(6):
        target = EU if turn % 2 == 0 else US
        said: dict[str, str] = {}

        def run(who: str, where: str, said: dict[str, str]) -> None:
            try:
                said[who] = Controller(workload, who, folder, plugs[who]).fail_over(where)
            except ToldError as error:
                said[who] = error.message

        both = [threading.Thread(target=run, args=(who, target, said)) for who in ("ann", "bob")]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert set(said) == {"ann", "bob"}
        assert "go" in said.values(), said
        assert workload.active() == [{target}]
        assert workload.pointer()["active_region"] == target
    # One holds its claim to eu-west-1 and the other wants to go elsewhere: nothing moves, and it is told who and when.
    change(
        Place(TABLE, lambda region: aws("dynamodb", region), (US, EU)),
        Wish(name, "claimed", EU, by="ann", stage="switching"),
        check_mode=False,
    )
    before = workload.active()
    assert Controller(workload, "bob", folder, plugs["bob"]).fail_over(US) == "stop"
    assert workload.active() == before
