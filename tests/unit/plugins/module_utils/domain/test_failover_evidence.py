# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import moment
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_evidence import (
    accounts_of,
    asked_of,
    compared,
    control_states,
    flows_to,
    measured,
    probed,
    said_by_controls,
    said_by_routes,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_facts import Flow

US, EU = "us-east-1", "eu-west-1"
NOW = 1_800_000_000.0
FLOW = Flow("s", US, "d")
GONE = Flow("s", US, "d", answers=False)


def entry(**more: Any) -> dict[str, Any]:
    counts = {"missing_at_destination": 0, "missing_delete_markers": 0}
    return {"error": None, "lag": 0.0, "counts": {**counts, **more.pop("counts", {})}, "statuses": {}, **more}


def row(**more: Any) -> dict[str, Any]:
    known = {"answer": "figures", "measured_at": moment(NOW - 60), "pending_operations": 0, "latency_seconds": 0.0}
    return {"source": "s", "destination": "d", "failed_operations": None, "errors": [], **known, **more}


def test_flows_lead_from_every_other_region_to_the_target() -> None:
    groups = [{"buckets": {US: "a", EU: "b", "ap": "c"}}, {"buckets": {US: "x", "ap": "y"}}]
    assert flows_to(EU, groups) == [Flow("c", "ap", "b"), Flow("a", US, "b")]


def test_only_what_the_rules_send_is_compared() -> None:
    def pair(source: str, destination: str, prefix: str | None = None) -> dict[str, Any]:
        return {"source": {"bucket": source}, "destination": {"bucket": destination}, "prefix": prefix}

    assert asked_of(FLOW, EU, [])[0] == {
        "source": {"bucket": "s", "region": US},
        "destination": {"bucket": "d", "region": EU},
    }
    both = [pair("s", "d", "a/"), pair("s", "d", "b/"), pair("d", "s", "c/")]
    assert [one["prefix"] for one in asked_of(FLOW, EU, both)] == ["a/", "b/"]
    assert [one.get("prefix") for one in asked_of(FLOW, EU, both[2:])] == ["c/"]


def test_a_comparison_adds_up_and_tells_what_does_not_come_by_itself() -> None:
    one = entry(lag=9, counts={"missing_at_destination": 4}, statuses={"PENDING": 2, "FAILED": 1, "NONE": 1})
    known = compared(FLOW, [one, entry(lag=3, counts={"missing_delete_markers": 1})])
    assert (known.how, known.lag, known.missing, known.failed) == ("compare", 9.0, 5, 2)
    assert known.loss == 9.0
    assert compared(FLOW, [entry(), entry(error="denied")]).loss is None
    assert compared(FLOW, []).loss is None


def test_what_was_removed_there_is_no_loss_and_not_waited_for() -> None:
    gone = {"COMPLETED": 2, "REPLICA": 1}
    known = compared(FLOW, [entry(lag=9000, counts={"missing_at_destination": 4}, statuses={**gone, "PENDING": 1})])
    assert (known.loss, known.removed, known.told()["pending"], known.error) == (0.0, 3, 1, "")


def test_what_may_or_may_not_come_is_not_known_and_waited_for() -> None:
    known = compared(FLOW, [entry(lag=9000, counts={"missing_at_destination": 5}, statuses={"UNKNOWN": 5})])
    assert (known.loss, known.told()["pending"]) == (None, 5)
    assert known.error == "of 5 missing versions it is not known whether they come by themselves"
    failed = compared(FLOW, [entry(lag=9, counts={"missing_at_destination": 5}, statuses={"UNKNOWN": 4, "FAILED": 1})])
    assert failed.loss == 9


def test_controls_that_go_on_and_off_take_turns() -> None:
    controls = {EU: [f"on{number}" for number in range(7)], US: [f"off{number}" for number in range(8)]}
    states = control_states(controls, EU)
    assert len(states) == 15
    first = [state["state"] for state in states[:10]]
    assert (first.count("on"), first.count("off")) == (5, 5)
    assert {state["arn"] for state in states if state["state"] == "on"} == set(controls[EU])


def test_metrics_bound_the_loss_by_the_rule_that_is_furthest_behind() -> None:
    assert measured(GONE, [row()], NOW).loss == 60
    behind = row(pending_operations=3, latency_seconds=40.0, measured_at=moment(NOW - 90))
    known = measured(GONE, [row(), behind], NOW)
    assert (known.loss, known.missing, known.as_of) == (130, 3, moment(NOW - 90))
    assert measured(GONE, [row()], NOW - 50).loss == 10
    assert measured(FLOW, [row(failed_operations=2)], NOW).failed == 2


def test_where_one_rule_says_nothing_nothing_is_known() -> None:
    assert measured(GONE, [row(), row(answer="no_data", measured_at=None)], NOW).error == "metrics: figures, no data"
    assert measured(GONE, [row(answer="could_not_read", errors=["denied"])], NOW).error == "denied"
    assert measured(GONE, [], NOW).loss is None


def test_a_canary_counts_where_it_is_newer_and_the_other_side_is_gone() -> None:
    history = [{"source": "s", "destination": "d", "last_replicated_at": moment(NOW - 30)}]
    assert probed(GONE, history, NOW).loss == 30
    assert probed(measured(GONE, [row()], NOW), history, NOW).how == "canary"
    assert probed(measured(GONE, [row(measured_at=moment(NOW - 10))], NOW), history, NOW).how == "metrics"
    assert probed(FLOW, history, NOW).how == ""
    assert probed(GONE, [{"source": "s", "destination": "d", "last_replicated_at": None}], NOW).how == ""


def test_routes_and_controls_as_what_they_say() -> None:
    routes = [{"region": US, "active": False}, {"region": EU, "active": True}]
    assert said_by_routes([{"multi_region_access_point": "x", "routes_before": routes}]).is_all(EU)
    controls = {US: ["u1", "u2"], EU: ["e1"]}

    def states(**on: bool) -> list[dict[str, str]]:
        return [{"arn": arn, "state": "on" if is_on else "off"} for arn, is_on in on.items()]

    assert said_by_controls(states(u1=True, u2=True, e1=False), controls).is_all(US)
    assert said_by_controls(states(u1=True, u2=False, e1=False), controls).is_mixed
    assert said_by_controls(states(u1=False), controls).told() == "no Region"
    assert control_states(controls, EU) == [
        {"arn": "e1", "state": "on"},
        {"arn": "u1", "state": "off"},
        {"arn": "u2", "state": "off"},
    ]


def test_a_control_that_two_regions_share_is_on() -> None:
    assert control_states({US: ["both", "u"], EU: ["both"]}, EU) == [
        {"arn": "both", "state": "on"},
        {"arn": "u", "state": "off"},
    ]


def test_accounts_come_from_arns() -> None:
    assert accounts_of(["arn:aws:s3::111122223333:accesspoint/x.mrap", "name"]) == {"111122223333"}
