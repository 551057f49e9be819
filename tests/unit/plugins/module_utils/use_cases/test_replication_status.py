# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import BRIEFLY
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.account_role import AccountRole
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replication_status import Task, replication_status
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_cloudwatch import (
    FakeClients,
    FakeCloudWatch,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_s3_replication import (
    FakeBucket,
    FakeS3,
    client_error,
    unreachable,
)

NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)
HOME, AWAY = "us-east-1", "eu-west-1"


def rule(name: str, to: str, **changes: Any) -> dict[str, Any]:
    destination = {"Bucket": f"arn:aws:s3:::{to}", "Metrics": {"Status": changes.pop("metrics", "Enabled")}}
    return {"ID": name, "Status": "Enabled", "Filter": {}, "Priority": 1, "Destination": destination, **changes}


def pair(number: int, **changes: Any) -> dict[str, Any]:
    source, destination = f"source{number}", f"replica{number}"
    return {
        "source": {"bucket": source, "region": HOME},
        "destination": {"bucket": destination, "region": AWAY},
        **changes,
    }


class World:
    """``count`` pairs with one rule each; the backlog of pair n is n operations, seen a minute ago."""

    def __init__(self, count: int = 2) -> None:
        self.s3 = FakeS3()
        self.home, self.away = FakeCloudWatch(HOME), FakeCloudWatch(AWAY)
        self.pairs = [pair(number) for number in range(count)]
        seen = NOW - timedelta(seconds=60)
        for number in range(count):
            source, destination = f"source{number}", f"replica{number}"
            self.configure(number, rule("to-dr", destination))
            self.away.put(source, destination, "to-dr", OperationsPendingReplication__Maximum=(seen, number))
            self.away.put(source, destination, "to-dr", BytesPendingReplication__Maximum=(seen, 10.0 * number))
            self.away.put(source, destination, "to-dr", ReplicationLatency__Maximum=(seen, 1.5))
            for minute in range(3):
                when = NOW - timedelta(minutes=minute)
                self.home.put(source, destination, "to-dr", OperationsFailedReplication__Sum=(when, 1.0))
                self.home.put(source, destination, "to-dr", OperationsFailedReplication__SampleCount=(when, 5.0))
        made: dict[tuple[str, str | None], Any] = {
            ("s3", HOME): self.s3,
            ("cloudwatch", HOME): self.home,
            ("cloudwatch", AWAY): self.away,
        }
        self.clients = FakeClients(made)

    def configure(self, number: int, *rules: dict[str, Any]) -> None:
        self.s3.buckets[f"source{number}"] = FakeBucket(replication={"Role": "role", "Rules": list(rules)})

    def lose_home(self) -> None:
        self.s3.errors["get"] = [unreachable()] * 100
        self.home.error = unreachable()

    def status(self, **options: Any) -> Outcome:
        return replication_status(lambda: self.clients, Task(**{"pairs": self.pairs, **options}), NOW)  # type: ignore[arg-type, return-value]

    def row(self, **options: Any) -> dict[str, Any]:
        (found,) = self.status(**options).results["rules"]
        return dict(found)


def test_each_figure_from_the_region_that_has_it() -> None:
    world = World(2)
    outcome = world.status()
    assert (outcome.changed, outcome.warnings) == (False, [])
    assert outcome.results["rules"][1] == {
        "source": "source1",
        "source_region": HOME,
        "destination": "replica1",
        "destination_region": AWAY,
        "rule_id": "to-dr",
        "metrics": True,
        "answer": "figures",
        "pending_operations": 1,
        "pending_bytes": 10,
        "latency_seconds": 1.5,
        "measured_at": "2026-11-21T11:59:30.000Z",
        "age_seconds": 60,
        "stale": False,
        "failed_answer": "figures",
        "failed_operations": 3,
        "operations": 15,
        "failed_measured_at": "2026-11-21T12:00:30.000Z",
        "failed_age_seconds": 0,
        "errors": [],
    }
    assert outcome.results["summary"]["pending_operations"] == 1
    assert outcome.results["unreachable_regions"] == []
    assert world.clients.configs[-1] is BRIEFLY


def test_many_rules_take_one_question_a_region_and_five_hundred_queries_each() -> None:
    world = World(200)
    outcome = world.status()
    assert [row["pending_operations"] for row in outcome.results["rules"]] == list(range(200))
    assert [len(asked["queries"]) for asked in world.away.asked] == [500, 100]
    assert [len(asked["queries"]) for asked in world.home.asked] == [400]
    assert world.s3.calls["get"] == 200
    assert world.away.asked[0]["ScanBy"] == "TimestampDescending"


def test_a_wide_window_takes_more_questions_so_that_none_asks_for_too_many_datapoints() -> None:
    world = World(20)
    world.status(window=7 * 24 * 3600)
    datapoints = 7 * 24 * 60 + 6
    assert all(len(asked["queries"]) * datapoints <= 100_800 for asked in world.away.asked)
    assert sum(len(asked["queries"]) for asked in world.away.asked) == 60


def test_a_source_region_that_is_down_takes_nothing_from_the_backlog() -> None:
    world = World(30)
    world.lose_home()
    results = world.status(concurrency=4).results
    row = results["rules"][7]
    assert (row["rule_id"], row["metrics"], row["answer"], row["pending_operations"]) == ("to-dr", None, "figures", 7)
    assert (row["failed_answer"], row["failed_operations"]) == ("could_not_read", None)
    assert "Region" in row["errors"][0]
    assert results["unreachable_regions"] == [HOME]
    assert world.s3.calls["get"] <= 8, "once it is known that nobody answers nobody else is asked"
    assert world.home.calls == {}
    assert world.away.calls["list"] == 1
    assert results["summary"]["figures"] == 30 and results["summary"]["could_not_read"] == 0


def test_a_rule_that_is_named_is_not_looked_for() -> None:
    world = World(1)
    world.lose_home()
    world.pairs = [pair(0, rule_id="to-dr")]
    row = world.row()
    assert (row["rule_id"], row["answer"]) == ("to-dr", "figures")
    assert world.away.calls["list"] == 0


def test_without_configuration_and_metrics_nothing_is_made_up() -> None:
    world = World(1)
    world.lose_home()
    world.away.data.clear()
    row = world.row()
    assert (row["rule_id"], row["answer"], row["failed_answer"]) == (None, "no_data", "could_not_read")
    assert "CloudWatch in eu-west-1 has had no metrics of source0 -> replica0" in row["errors"][1]


@pytest.mark.parametrize("error", [unreachable(), client_error("AccessDenied", "No", 403)])
def test_no_region_answers(error: Exception) -> None:
    world = World(2)
    world.lose_home()
    world.away.error = error
    results = world.status().results
    assert [row["answer"] for row in results["rules"]] == ["could_not_read"] * 2
    assert results["summary"]["pending_operations"] is None
    lost = isinstance(error, type(unreachable()))
    assert results["unreachable_regions"] == ([AWAY, HOME] if lost else [HOME])


def test_cloudwatch_that_did_not_list_is_not_asked_for_figures() -> None:
    world = World(2)
    world.lose_home()
    world.away.error = unreachable()
    world.pairs[1]["rule_id"] = "to-dr"
    results = world.status().results
    assert [row["answer"] for row in results["rules"]] == ["could_not_read"] * 2
    assert world.away.calls == {"list": 1}


def test_a_permission_that_is_missing_is_named_and_no_region_is_called_down() -> None:
    world = World(2)
    world.s3.errors["get source0"] = [client_error("AccessDenied", "No", 403)]
    world.home.error = client_error("AccessDenied", "No", 403)
    results = world.status().results
    first, second = results["rules"]
    assert "s3:GetReplicationConfiguration" in first["errors"][0] and first["pending_operations"] == 0
    assert second["failed_answer"] == "could_not_read" and "cloudwatch:GetMetricData" in second["errors"][0]
    assert results["unreachable_regions"] == []


def test_no_rule_a_disabled_one_and_one_without_metrics_are_three_answers() -> None:
    world = World(3)
    world.configure(0, rule("to-dr", "elsewhere"))
    world.configure(1, rule("to-dr", "replica1", Status="Disabled"))
    world.configure(2, rule("to-dr", "replica2", metrics="Disabled"))
    rows = world.status().results["rules"]
    assert [(row["answer"], row["failed_answer"]) for row in rows] == [
        ("not_configured", "not_configured"),
        ("not_configured", "not_configured"),
        ("metrics_off", "metrics_off"),
    ]
    assert [row["metrics"] for row in rows] == [None, None, False]
    told = [row["errors"][0] for row in rows]
    assert "has no rule to bucket replica0" in told[0] and "to-dr of bucket source1 is disabled" in told[1]
    assert "set metrics: true" in told[2]
    assert world.away.calls == {}, "rules without metrics are not asked for"


def test_a_bucket_without_replication_is_not_configured() -> None:
    world = World(1)
    world.s3.buckets["source0"].replication = None
    assert world.row()["answer"] == "not_configured"


def test_a_series_that_cloudwatch_could_not_give_is_told() -> None:
    world = World(1)
    world.away.data.clear()
    world.away.problem = "InternalError"
    row = world.row()
    assert row["answer"] == "could_not_read"
    assert "OperationsPendingReplication in eu-west-1: CloudWatch says InternalError: said so" in row["errors"][0]


def test_several_rules_between_two_buckets_and_each_once() -> None:
    world = World(1)
    world.configure(0, rule("a", "replica0"), rule("b", "replica0"))
    world.pairs = [pair(0), pair(0, rule_id="b")]
    assert [row["rule_id"] for row in world.status().results["rules"]] == ["a", "b"]


def test_what_the_sources_account_does_not_have_is_asked_for_in_the_other() -> None:
    world = World(2)
    theirs = FakeCloudWatch(AWAY)
    theirs.data = {flow: points for flow, points in world.away.data.items() if flow[1] == "source1"}
    world.away.data = {flow: points for flow, points in world.away.data.items() if flow[1] == "source0"}
    made: dict[tuple[str, str | None], Any] = {
        ("cloudwatch", HOME): FakeCloudWatch(HOME),
        ("cloudwatch", AWAY): theirs,
    }
    world.clients.roles = {"arn": FakeClients(made)}
    rows = world.status(destination_role=AccountRole("arn")).results["rules"]
    assert [row["pending_operations"] for row in rows] == [0, 1]
    assert len(theirs.asked[0]["queries"]) == 3


def test_bad_input_is_refused_all_together_and_nobody_is_asked() -> None:
    world = World(1)
    with pytest.raises(RefusedError) as refused:
        world.status(pairs=[{"source": {}}], window=5)
    assert len(refused.value.problems) == 4
    assert not world.s3.calls
