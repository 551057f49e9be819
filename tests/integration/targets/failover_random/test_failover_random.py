# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fifty seeded failovers and failbacks with the cut at a random moment, and a controller that is killed at another one.

They run the use cases in process, in the order in which the role ``failover`` runs its modules, so that fifty of them
take seconds; the target ``failover`` proves the playbooks. Each run continues in the buckets of the one before.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import boto3
import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import ClaimedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.failover_options import IMPATIENT
from ansible_collections.aws_dr.s3.plugins.module_utils.failover_sources import Asked
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import mrap_routes
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.active_region import Place, Wish, change
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.failover_preflight import Task, preflight
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab
from ansible_collections.aws_dr.s3.tests.integration.failing_over import (
    ACCOUNT,
    EU,
    TABLE,
    US,
    Workload,
    Writers,
    served,
)
from ansible_collections.aws_dr.s3.tests.integration.remediation import awaited

RUNS = 50
RACES = 21


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


def nothing() -> None:
    """Between two steps of a controller."""


class Controller:
    """One controller: the steps of the role ``failover``.

    ``why`` is what it was told when it was refused. ``looked``, ``announced`` and ``ending`` are called after it has
    looked, after it has announced the change, and before it ends it.
    """

    def __init__(self, workload: Workload, who: str, folder: str, plug: Plug) -> None:
        self._clients, self._workload, self._who, self._folder = plug.clients, workload, who, folder
        self.why = ""
        self.looked: Callable[[], Any] = nothing
        self.announced: Callable[[], Any] = nothing
        self.ending: Callable[[], Any] = nothing

    def fail_over(self, target: str, force: bool = True) -> str:
        """Look, decide, announce, switch, point, end. Gives the verdict."""
        regions: list[str] = [US, EU]
        place = Place(TABLE, lambda region: self._clients.get("dynamodb", region), regions)
        name = self._workload.name
        asked = Asked(self._clients, self._folder, target, None, 8)
        task = Task(target, self._workload.pairs, max_loss=0, force=force, concurrency=8)
        looked = preflight(asked.sources(place, name), task).results
        self.why = "; ".join(reason["msg"] for reason in looked["reasons"])
        self.looked()
        if looked["verdict"] != "go":
            return str(looked["verdict"])

        for silent in looked["silent_table_regions"]:
            regions.remove(silent)

        def bring(state: str, **more: Any) -> Any:
            wish = Wish(name, state, target, by=self._who, **more)
            return change(place, wish, check_mode=False).results["pointer"]

        claim = bring("claimed", stage="switching", revision=looked["pointer"]["revision"])["claim"]["id"]
        self.announced()
        entries = [
            mrap_routes.Entry(one["multi_region_access_point"], tuple(one["active"]))
            for one in looked["plan"]["access_points"]
        ]
        mrap_routes.switch(self._clients.get, mrap_routes.Task(entries), Patience(20, 0.05))
        bring("active", claim_id=claim)
        self.ending()
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
    acknowledged: dict[Any, str] = {}
    refused = 0
    plug = Plug()
    for seed in range(RUNS):
        chance = random.Random(seed)
        target, failed = (EU, US) if seed % 2 == 0 else (US, EU)
        cut_after, dies_at = chance.uniform(0, 0.3), chance.choice([None, chance.randrange(1, 40)])
        cut_at: list[float] = []

        def cut_off(failed: str, cut_at: list[float]) -> None:
            lab.call("POST", f"/regions/{failed}/down")
            cut_at.append(time.monotonic())

        with Writers(workload.access_points(), pause=0.01) as writers:
            awaited(lambda: dict(writers.acknowledged), lambda found: all(found.values()))
            cut = threading.Timer(cut_after, cut_off, (failed, cut_at))
            cut.start()
            if chance.random() < 0.5:
                cut.join()
                # Nobody fails over yet, and writers keep writing into the Region that is refused.
                awaited(lambda: writers.refused, bool)
            until_done(Controller(workload, f"c{seed}", folder, plug), plug, target, dies_at)
            cut.join()
            served(workload, writers, failed, cut_at[0])
        lab.call("POST", f"/regions/{failed}/up")
        lab.replication_idle()
        (arn,) = writers.arns
        refused += writers.refused
        assert any(write.sent < cut_at[0] for write in writers.writes[arn]), f"seed {seed}"
        assert writers.since(arn, cut_at[0]), f"seed {seed}"
        acknowledged |= {write.version: write.etag for write in writers.writes[arn]}
        ((ours, theirs),) = workload.both_contents()
        assert ours == theirs, f"seed {seed}"
        lost = {version for version, etag in acknowledged.items() if version not in ours or ours[version].etag != etag}
        assert not lost, f"seed {seed}: {lost}"
        assert workload.active() == [{target}], f"seed {seed}"
        pointer = workload.pointer()
        assert pointer["active_region"] == target, f"seed {seed}"
        assert "claim_target" not in pointer, f"seed {seed}"
    assert len(acknowledged) > 2 * RUNS
    assert refused > RUNS // 4


def test_two_controllers_at_once_do_not_undo_each_other(
    aws: Aws, lab: Lab, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With the same target both get there."""
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
    bob = Controller(workload, "bob", folder, plugs["bob"])
    assert bob.fail_over(US) == "stop"
    assert "to eu-west-1 by ann since" in bob.why
    assert workload.active() == before


class Race:
    """Two controllers at once. ``said`` is what came of each, ``blamed`` whom it was told of when it was refused.

    Who is about to end a change waits until the other one is done.
    """

    def __init__(self, controllers: dict[str, Controller], wants: dict[str, str]) -> None:
        self._controllers, self._wants = controllers, wants
        self.late = dict.fromkeys(wants, 0.0)
        self.said: dict[str, str] = {}
        self.blamed: dict[str, str] = {}
        self.may_begin, self._done = ({who: threading.Event() for who in wants} for _events in range(2))
        for who, other in zip(wants, reversed(wants), strict=True):
            controllers[who].ending = partial(self._done[other].wait, 20)
            self.may_begin[who].set()

    def run(self) -> None:
        threads = [threading.Thread(target=self._run, args=(who,)) for who in self._wants]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _run(self, who: str) -> None:
        self.may_begin[who].wait(20)
        time.sleep(self.late[who])
        controller = self._controllers[who]
        try:
            self.said[who] = controller.fail_over(self._wants[who])
            self.blamed[who] = controller.why
        except ClaimedError as error:
            self.said[who], self.blamed[who] = "claimed", f"by {error.details['pointer']['claim']['by']} "
        except ToldError as error:
            self.said[who] = error.message
        finally:
            self._done[who].set()


def test_two_controllers_at_once_with_opposite_targets(
    aws: Aws, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One gets there. The other is refused, is told by whom, and has changed nothing.

    Traffic goes to both Regions at first, so that each of them has something to do. The one that wins ends its change
    only when the other one is done, or else they might not be at it at once: to go back after that is nobody's fault.
    By turns both have looked before one of them announces anything; both begin at random moments; one begins at a
    random moment after the other one has announced its change.
    """
    workload = Workload(aws, name, count=1)
    workload.prepare()
    folder = str(tmp_path_factory.mktemp("controllers"))
    plugs = {who: Plug() for who in ("ann", "bob")}
    refusals: set[str] = set()
    for seed in range(RACES):
        chance = random.Random(seed)
        active_in_both(aws, workload)
        first, second = chance.sample(["ann", "bob"], 2)
        wants = dict(zip((first, second), chance.sample([EU, US], 2), strict=True))
        controllers = {who: Controller(workload, who, folder, plugs[who]) for who in wants}
        race = Race(controllers, wants)
        if seed % 3 == 0:
            both = threading.Barrier(2, timeout=20)
            for controller in controllers.values():
                controller.looked = both.wait
        elif seed % 3 == 1:
            race.late = {who: chance.uniform(0, 0.2) for who in wants}
        else:
            race.may_begin[second].clear()
            controllers[first].announced = race.may_begin[second].set
            race.late[second] = chance.uniform(0, 0.1)
        race.run()
        said, blamed = race.said, race.blamed
        winners = [who for who, verdict in said.items() if verdict == "go"]
        assert len(said) == 2 and len(winners) == 1, f"seed {seed}: {said}"
        (winner,) = winners
        (loser,) = set(wants) - {winner}
        assert said[loser] in ("stop", "claimed"), f"seed {seed}: {said}"
        assert f"by {winner} " in blamed[loser], f"seed {seed}: {blamed}"
        assert winner == first or seed % 3 != 2, f"seed {seed}: {said}"
        assert workload.active() == [{wants[winner]}], f"seed {seed}"
        for region in (US, EU):
            pointer = workload.pointer(region)
            assert pointer["active_region"] == wants[winner], f"seed {seed}"
            assert "claim_target" not in pointer, f"seed {seed}"
        refusals.add(said[loser])
    assert refusals == {"stop", "claimed"}


def active_in_both(aws: Aws, workload: Workload) -> None:
    """Let traffic go to both Regions."""
    for arn, source in zip(workload.access_points(), workload.sources, strict=True):
        updates = [{"Bucket": bucket, "TrafficDialPercentage": 100} for bucket in (source, f"{source}-dr")]
        aws("s3control", US).submit_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=arn, RouteUpdates=updates)
    assert workload.active() == [{US, EU}] * workload.count
