# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import Claim, Pointer, moment
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_facts import TargetBucket
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.failover_preflight import Sources, Task, preflight

US, EU = "us-east-1", "eu-west-1"
NOW = 1_800_000_000.0
ARN = "arn:aws:s3::111122223333:accesspoint/x.mrap"
PAIR = {"source": {"bucket": "in-us", "region": US}, "destination": {"bucket": "in-eu", "region": EU}}
NOTED = {
    "access_points": [ARN],
    "routing_controls": {US: ["cu"], EU: ["ce"]},
    "cluster_endpoints": [{"endpoint": "https://e", "region": US}],
}
POINTER = Pointer("shop", US, "2026-01-01T00:00:00.000Z", "setup", settings=NOTED)
ASKED: list[Any] = []


def told(message: str) -> Callable[..., Any]:
    """Somebody who does not answer."""

    def refuse(*given: Any) -> Any:
        raise ToldError(message)

    return refuse


def compared(pairs: Any) -> list[dict[str, Any]]:
    ASKED.append(pairs)
    counts = {"missing_at_destination": 1, "missing_delete_markers": 0}
    return [{**pair, "error": None, "lag": 4.0, "counts": counts, "statuses": {"PENDING": 1}} for pair in pairs]


def measured(pairs: Any) -> list[dict[str, Any]]:
    figures = {"answer": "figures", "measured_at": moment(NOW - 20), "pending_operations": 0, "latency_seconds": 0}
    return [
        {
            "source": pair["source"]["bucket"],
            "destination": pair["destination"]["bucket"],
            "failed_operations": None,
            "errors": [],
            **figures,
        }
        for pair in pairs
    ]


def routes_at(region: str) -> Callable[..., Any]:
    both = [{"region": one, "active": one == region} for one in (US, EU)]
    return lambda points, target: [{"multi_region_access_point": one, "routes_before": both} for one in points]


SOURCES = Sources(
    pointer=lambda: (POINTER, [US]),
    account=lambda: Caller("111122223333", "aws"),
    bucket=lambda name, region: TargetBucket(name),
    answers=lambda name, region: True,
    routes=routes_at(US),
    states=lambda arns, endpoints: [{"arn": arn, "state": "on" if arn == "cu" else "off"} for arn in arns],
    compare=compared,
    metrics=measured,
    now=lambda: NOW,
)
TASK = Task(EU, [PAIR], max_loss=0)


@pytest.fixture(autouse=True)
def forget() -> None:
    ASKED.clear()


def decided(task: Task = TASK, **changes: Any) -> dict[str, Any]:
    return preflight(replace(SOURCES, **changes), task).results


def codes(result: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in result["reasons"]]


def test_the_plan_is_what_set_up_noted() -> None:
    result = decided()
    assert (result["verdict"], result["active_regions"], result["loss"]) == ("go", [US], 0.0)
    assert result["plan"] == {
        "access_points": [{"multi_region_access_point": ARN, "active": [EU]}],
        "routing_controls": [{"arn": "ce", "state": "on"}, {"arn": "cu", "state": "off"}],
        "cluster_endpoints": NOTED["cluster_endpoints"],
        "unfence": [],
        "fence": [{"bucket": "in-us", "region": US}],
        "compare": [PAIR],
    }
    fenced = decided(bucket=lambda name, region: TargetBucket(name, fenced=True))
    assert fenced["plan"]["unfence"] == [{"bucket": "in-eu", "region": EU}]
    assert result["says"] == {"routes": US, "routing_controls": US, "pointer": US}
    assert result["silent_table_regions"] == [US]
    assert result["flows"][0]["missing"] == 1
    late, silent = result["notes"]
    assert late == "in-us: 1 versions are not in in-eu yet"
    assert "does not answer in us-east-1" in silent
    assert decided(pointer=lambda: (POINTER, []))["notes"] == [late]


def test_what_the_task_names_goes_before_what_was_noted() -> None:
    result = decided(replace(TASK, access_points=[], controls={}, endpoints=[]))
    assert {name: result["plan"][name] for name in ("access_points", "routing_controls", "cluster_endpoints")} == {
        "access_points": [],
        "routing_controls": [],
        "cluster_endpoints": [],
    }
    assert result["says"] == {"routes": "unused", "routing_controls": "unused", "pointer": US}


def test_a_region_that_is_gone_is_judged_by_metrics_and_never_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    result = decided(answers=lambda name, region: False)
    assert ASKED == []
    assert codes(result) == ["loss_too_large"]
    assert result["flows"][0]["known_by"] == "metrics"
    assert result["unreachable_regions"] == [US]
    late = decided(replace(TASK, max_loss=20), answers=lambda name, region: False)
    assert (late["verdict"], late["loss"]) == ("go", 20)
    for since in (moment(NOW - 15), moment(NOW - 15).removesuffix("Z")):
        monkeypatch.setenv("TZ", "America/New_York")
        time.tzset()
        assert decided(replace(TASK, failed_since=since), answers=lambda name, region: False)["loss"] == 5


@pytest.mark.parametrize(
    ("avoid", "told"), [(EU, "to be the target"), ("us-west-1", "buckets in eu-west-1, us-east-1")]
)
def test_a_region_that_can_not_be_the_failed_one_is_refused(avoid: str, told: str) -> None:
    result = decided(replace(TASK, avoid=avoid))
    assert codes(result) == ["bad_input"]
    assert told in result["reasons"][0]["msg"]
    assert codes(decided(replace(TASK, avoid=US))) == []


def test_how_old_the_newest_canary_is_stands_in_the_notes() -> None:
    row = {"source": "in-us", "destination": "in-eu", "last_replicated_at": moment(NOW - 60)}
    assert (
        "in-us -> in-eu: the newest canary that came through is 60 s old"
        in decided(replace(TASK, canaries=[row]))["notes"]
    )
    never = {**row, "last_replicated_at": None}
    assert (
        "in-us -> in-eu: no canary has come through under 1 of its rules"
        in decided(replace(TASK, canaries=[row, never]))["notes"]
    )


def test_without_a_pointer_something_has_to_name_what_is_switched() -> None:
    task = replace(TASK, force=True, access_points=[], controls={})
    unread = decided(task, pointer=told("denied"))
    assert (unread["verdict"], codes(unread)) == ("stop", ["nothing_to_switch"])
    assert decided(replace(task, others=["DNS records"]), pointer=told("denied"))["verdict"] == "go"
    assert decided(replace(task, access_points=[ARN]), pointer=told("denied"))["verdict"] == "go"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("pointer", "pointer_unreadable"),
        ("routes", "routes_unreadable"),
        ("states", "routing_controls_unreadable"),
        ("account", "bad_input"),
    ],
)
def test_whoever_does_not_answer_is_a_reason_and_no_crash(source: str, code: str) -> None:
    task = TASK
    if source == "pointer":
        task = replace(TASK, access_points=[ARN], controls=NOTED["routing_controls"], endpoints=[])
    result = decided(task, **{source: told("no answer")})
    assert codes(result) == [code]
    assert "no answer" in result["reasons"][0]["msg"]


def test_a_comparison_that_fails_leaves_the_metrics() -> None:
    result = decided(compare=told("denied"))
    assert result["flows"][0]["known_by"] == "metrics"
    result = decided(compare=told("denied"), metrics=told("denied too"))
    assert codes(result) == ["loss_unknown"]
    assert "denied too" in result["reasons"][0]["msg"]
    assert decided(replace(TASK, compare=False))["flows"][0]["known_by"] == "metrics"


def test_an_access_point_that_can_not_be_right_is_never_forced() -> None:
    def refuse(*given: Any) -> Any:
        raise RefusedError("x", ["it has one Region only"])

    result = decided(replace(TASK, force=True), routes=refuse)
    assert codes(result) == ["bad_input"]


def test_wrong_account() -> None:
    assert codes(decided(account=lambda: Caller("444455556666", "aws"))) == ["wrong_account"]
    assert codes(decided(replace(TASK, account="444455556666"))) == ["wrong_account"]


def test_nothing_to_do() -> None:
    there = replace(POINTER, active_region=EU)
    result = decided(
        pointer=lambda: (there, []),
        routes=routes_at(EU),
        states=lambda arns, endpoints: [{"arn": arn, "state": "on" if arn == "ce" else "off"} for arn in arns],
    )
    assert result["verdict"] == "nothing"
    assert result["msg"].startswith("eu-west-1 is active already since 2026-01-01T00:00:00.000Z, set by setup")


def test_ones_own_claim_is_no_news() -> None:
    claim = Claim("mine", EU, "ann", "2026-01-01T00:00:00.000Z", "switching", int(NOW) + 60)
    claimed = replace(POINTER, claim=claim)
    assert decided(pointer=lambda: (claimed, []))["continues"]
    own = decided(replace(TASK, own_claim="mine"), pointer=lambda: (claimed, []))
    assert (own["continues"], own["pointer"]["claim"]) == (False, None)


def test_bad_input_is_refused() -> None:
    with pytest.raises(RefusedError, match="failed_since"):
        decided(replace(TASK, failed_since="yesterday"))
    with pytest.raises(RefusedError, match=r"no destination\.bucket"):
        decided(replace(TASK, pairs=[{"source": PAIR["source"]}]))
    assert codes(decided(replace(TASK, pairs=[]))) == ["no_buckets"]
