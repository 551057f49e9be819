# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import moment
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_report import report

US, EU = "us-east-1", "eu-west-1"
BEGAN = 1_800_000_000.0


def flow(bucket: str = "in-us", region: str = US, **more: Any) -> dict[str, Any]:
    known = {"answers": True, "loss": 0.0, "missing": 0, "failed": 0, "pending": 0}
    return {"source": {"bucket": bucket, "region": region}, "destination": "in-eu", **known, **more}


def preflight(**more: Any) -> dict[str, Any]:
    base = {
        "verdict": "go",
        "msg": "Active is us-east-1; eu-west-1 can take over",
        "target_region": EU,
        "active_regions": [US],
        "reasons": [],
        "overridden": [],
        "notes": [],
        "flows": [flow()],
    }
    return {**base, **more}


def step(name: str, seconds: float, msg: str | None = None) -> dict[str, Any]:
    return {"step": name, "at": BEGAN + seconds, "failed": msg is not None, "msg": msg}


def test_what_was_switched_when_and_how_long_it_took() -> None:
    told = report(
        {
            "began": BEGAN,
            "steps": [step("routes", 3), step("pointer", 4.25), step("drain", 60)],
            "preflight": preflight(),
            "after": {"says": {"routes": EU, "routing_controls": "unused", "pointer": EU}, "flows": [flow()]},
            "claim": {"pointer": {"claim": {"by": "ann@one"}}},
        }
    )
    assert (told["rto"], told["rpo"], told["failures"], told["by"]) == (4.2, 0.0, [], "ann@one")
    assert told["summary"] == [
        f"{moment(BEGAN + 3)} routes",
        f"{moment(BEGAN + 4.25)} pointer",
        f"{moment(BEGAN + 60)} drain",
        "RTO 4.2 s",
        "RPO 0.0 s",
    ]
    since = {
        "began": BEGAN,
        "failed_since": moment(BEGAN - 100),
        "steps": [step("pointer", 5)],
        "preflight": preflight(),
    }
    assert report(since)["rto"] == 105
    assert report({**since, "failed_since": moment(BEGAN - 100).removesuffix("Z")})["rto"] == 105


def test_what_failed_and_what_says_something_else_afterwards_is_told() -> None:
    told = report(
        {
            "began": BEGAN,
            "steps": [step("routes", 3, "nobody answers"), step("pointer", 4)],
            "preflight": preflight(),
            "after": {"says": {"routes": US, "pointer": EU}, "flows": [flow()]},
            "fenced": {"unreachable_buckets": ["in-us"]},
        }
    )
    assert told["failures"] == ["routes: nobody answers", "after the switch the routes said: us-east-1"]
    assert told["not_fenced"] == ["in-us"]
    assert "failed: routes: nobody answers" in told["summary"]
    assert report({"began": BEGAN, "steps": [step("routes", 3, "x")], "preflight": preflight()})["rto"] is None


def test_what_a_dead_region_has_taken_along_was_known_best_before() -> None:
    gone = flow(answers=False, loss=70.0)
    told = report({"began": BEGAN, "preflight": preflight(flows=[gone]), "after": {"flows": [{**gone, "loss": 500.0}]}})
    assert (told["rpo"], told["unknown"]) == (70.0, ["in-us"])
    assert any("does not answer; compare when it does" in line for line in told["summary"])
    assert report({"began": BEGAN, "preflight": preflight(flows=[{**gone, "loss": None}])})["rpo"] is None


def test_only_regions_that_were_active_can_have_lost() -> None:
    flows = [flow(loss=1.0), flow("in-ap", "ap-southeast-2", loss=99.0)]
    assert report({"began": BEGAN, "preflight": preflight(flows=flows)})["rpo"] == 1.0


def test_the_missing_are_named() -> None:
    found = {"key": "a", "version_id": "v", "status": "FAILED", "why": "denied", "kind": "missing_at_destination"}
    extra = {**found, "kind": "only_at_destination"}
    pairs = [{"source": {"bucket": "in-us"}, "differences": [found, extra]}]
    after = {"flows": [flow(missing=1, failed=1, loss=9.0)]}
    told = report({"began": BEGAN, "preflight": preflight(), "after": after, "named": {"pairs": pairs}})
    assert told["missing"] == [{"bucket": "in-us", **found}]
    assert told["rpo"] == 9.0


def test_nothing_to_do() -> None:
    told = report({"began": BEGAN, "preflight": preflight(verdict="nothing", msg="eu-west-1 is active already")})
    assert told["summary"] == ["eu-west-1 is active already"]


def test_a_change_that_an_earlier_run_began_has_taken_since_then() -> None:
    claim = {"pointer": {"claim": {"by": "ann@one", "since": moment(BEGAN - 600)}}}
    parts = {"began": BEGAN, "steps": [step("routes", 3)], "preflight": preflight(), "claim": claim}
    told = report(parts)
    assert (told["began"], told["rto"]) == (moment(BEGAN - 600), 603)
    assert report({**parts, "claim": {"pointer": {"claim": None}}})["rto"] == 3


def test_where_the_target_was_active_already_no_time_was_taken_and_the_rest_is_told() -> None:
    there = preflight(verdict="nothing", msg="eu-west-1 is active already", active_regions=[EU])
    told = report({
        "began": BEGAN,
        "steps": [step("dns", 3), step("fence", 4)],
        "preflight": there,
        "fenced": {"unreachable_buckets": ["in-us"]},
    })  # fmt: skip
    assert (told["rto"], told["failures"]) == (None, [])
    assert told["summary"] == [
        "eu-west-1 is active already",
        f"{moment(BEGAN + 3)} dns",
        f"{moment(BEGAN + 4)} fence",
        "not fenced: in-us",
    ]


def test_names_that_were_cut_and_work_that_was_not_restarted_are_told() -> None:
    missing = {"key": "a", "version_id": "v", "kind": "missing_at_destination", "status": "FAILED", "why": "it failed"}
    items = [{"outcome": "missing", "key": "b"}, {"outcome": "restarted", "key": "c"}]
    told = report({
        "began": BEGAN,
        "steps": [step("routes", 3)],
        "preflight": preflight(),
        "named": {"pairs": [{"source": {"bucket": "in-us"}, "differences": [missing], "differences_total": 5}]},
        "reconciled": {
            "counts": {"restarted": 1, "missing": 1, "unreadable": 0, "unrecorded_too_young": 2},
            "items": items,
        },
    })  # fmt: skip
    assert [one["key"] for one in told["missing"]] == ["a"]
    assert told["not_restarted"] == [items[0]]
    assert told["summary"][-3:] == [
        "4 more differences are in failover_missing_file only",
        "unfinished work that was not restarted: 1 missing; see not_restarted",
        "2 uploads are too new to know whether work has begun; run it again",
    ]
