# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A failover that is refused, fails half way, and is done in the end, by real ansible-playbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.tests.integration.arc import RoutingCluster
from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.failing_over import EU, TABLE, US, Workload, lab_call


def test_it_stops_with_all_reasons_and_goes_on_when_a_person_insists(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str
) -> None:
    """Two of five endpoints of ARC and the Region that manages access points are gone; an object did not replicate."""
    workload = Workload(aws, name)
    workload.prepare()
    cluster = RoutingCluster(aws, name)
    controls = {"routing_controls": {US: [cluster.east], EU: [cluster.west]}, "cluster_endpoints": cluster.endpoints}
    aws("s3").put_object(Bucket=workload.sources[0], Key="first", Body=b"x")
    lost = workload.fail_to_replicate(lab, "lost")
    pointer = workload.pointer()
    lab.call("POST", "/regions/us-west-2/down")
    lab.call("POST", "/arc/endpoints/eu-west-1/down", {"how": "unavailable"})

    rehearsal = playbook(tasks=tried(workload, target_region=EU, force=True, fence=True, **controls), check=True)
    told = rehearsal.of("Report")["failover_result"]
    assert (told["verdict"], told["rehearsal"]) == ("go", True)
    assert [reason["code"] for reason in told["overridden"]] == ["loss_too_large"]
    assert workload.active() == [{US}, {US}]
    assert (workload.pointer(), cluster.states()) == (pointer, {"east": "On", "west": "Off"})

    others = {"name": name, "table": TABLE, "regions": [US, EU], "by": "bob@two", "claim_seconds": 600}
    claim = {**others, "active_region": US, "stage": "switching"}
    denied = {"kind": "access_denied", "operation": "SubmitMultiRegionAccessPointRoutes"}
    copies = {one["destination"]["region"]: one["destination"]["bucket"] for one in workload.pairs[:1]}
    reconcile = {"table": workload.started("first"), "unfinished": ["STARTED"], "action": "copy_in_place"}
    reconcile["buckets"] = copies
    mute = {"kind": "access_denied", "operation": "UpdateItem"}
    whole = {"target_region": EU, "force": True, "fence": True, "reconcile": reconcile, **controls}
    run = playbook(tasks=[
        *tried(workload, "Wrong", target_region="ap-southeast-2", account_id="444455556666", **controls),
        *tried(workload, "Lost", target_region=EU, **controls),
        {"name": "Another controller", "aws_dr.s3.active_region": {**claim, "state": "claimed"}},
        *tried(workload, "Claimed", target_region=EU, force=True, **controls),
        {"name": "It gives up", "aws_dr.s3.active_region": {**claim, "state": "released"}},
        lab_call("The pointer can't be written", "POST", "/faults", **mute),
        *tried(workload, "Mute", target_region=EU, max_data_loss_seconds=3600, **controls),
        lab_call("The pointer can be written again", "DELETE", "/faults"),
        lab_call("Routes are denied", "POST", "/faults", **denied),
        *tried(workload, "Half", **whole),
        lab_call("Routes are allowed again", "DELETE", "/faults"),
    ])  # fmt: skip
    assert workload.active() == [{US}, {US}]
    aws("s3").put_object(Bucket=workload.sources[1], Key="not fenced")
    later = playbook(tasks=[
        lab_call("The pointer can't be written", "POST", "/faults", **mute),
        *tried(workload, "Unannounced", target_region=EU, force=True, **controls),
        lab_call("The pointer can be written again", "DELETE", "/faults"),
        *tried(workload, "Forced", **whole),
        *tried(workload, "Again", **whole),
    ])  # fmt: skip
    refused = {
        called: one.of(f"{called} report")["failover_result"]
        for one, names in (
            (run, ("Wrong", "Lost", "Claimed", "Mute", "Half")),
            (later, ("Unannounced", "Forced", "Again")),
        )
        for called in names
    }
    codes = {called: {reason["code"] for reason in one["reasons"]} for called, one in refused.items()}
    assert codes["Wrong"] == {"not_a_member", "wrong_account", "bad_input"}
    assert codes["Lost"] == {"loss_too_large"}
    assert codes["Claimed"] == {"changing"}
    assert "by bob@two" in refused["Claimed"]["reasons"][0]["msg"]
    assert steps(refused["Mute"]) == [("claim", True)]
    assert "dynamodb:UpdateItem" in refused["Mute"]["failures"][0]
    half = refused["Half"]
    assert steps(half) == [
        ("routes", True),
        ("routing_controls", False),
        ("pointer", False),
        ("fence_and_reconcile", True),
        ("drain", False),
    ]
    assert half["reconciled"] is None
    assert steps(refused["Unannounced"]) == [
        ("claim", True),
        ("routes", False),
        ("routing_controls", False),
        ("pointer", True),
        ("drain", False),
    ]
    assert any("s3:SubmitMultiRegionAccessPointRoutes" in failure for failure in half["failures"])
    assert "after the switch the routes said: us-east-1" in half["failures"]
    done = refused["Forced"]
    assert (done["failures"], done["reconciled"]["restarted"]) == ([], 1)
    assert any("joins it" in note for note in done["notes"])
    assert [step["step"] for step in done["steps"]] == [
        "routes",
        "routing_controls",
        "pointer",
        "fence",
        "drain",
        "reconcile",
    ]
    # The target is active, and nothing is left to do. What has no start is not restarted once more.
    assert (refused["Again"]["verdict"], refused["Again"]["failures"]) == ("nothing", [])
    assert steps(refused["Again"]) == [("pointer", False), ("fence", False)]
    assert later.changed.count("Keep clients from writing to the other Regions") == 1
    assert [(one["bucket"], one["key"], one["version_id"]) for one in done["missing"]] == [(workload.sources[0], *lost)]
    assert workload.active() == [{EU}, {EU}]
    assert cluster.states() == {"east": "Off", "west": "On"}
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("s3").put_object(Bucket=workload.sources[1], Key="too late")


def test_more_routing_controls_than_a_transaction_takes(playbook: Callable[..., Run], aws: Aws, name: str) -> None:
    workload = Workload(aws, name, count=1)
    workload.prepare()
    cluster = RoutingCluster(aws, name)
    east = [cluster.east, *(cluster.control(f"east{number}") for number in range(5))]
    west = [cluster.west, *(cluster.control(f"west{number}") for number in range(5))]
    cluster.set(dict.fromkeys(east, "On"))
    told = {"routing_controls": {US: east, EU: west}, "cluster_endpoints": cluster.endpoints}
    playbook(tasks=[workload.task("failover", "Go", target_region=EU, max_data_loss_seconds=60, **told)])
    found = cluster.states()
    assert len(found) == 12
    assert {control for control, state in found.items() if state == "On"} == {one for one in found if "west" in one}


def steps(result: dict[str, Any]) -> list[tuple[str, bool]]:
    """The steps, and whether they failed."""
    return [(step["step"], step["failed"]) for step in result["steps"]]


def tried(workload: Workload, called: str = "", **more: Any) -> list[dict[str, Any]]:
    """Tasks that fail over, tell what came of it, and let the play go on when it was refused."""
    ended = {"name": "Refused", "ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}
    report = {"name": f"{called} report".strip().capitalize(), "ansible.builtin.debug": {"var": "failover_result"}}
    block = [workload.task("failover", called or "Try", **more)]
    return [{"name": called or "Try", "block": block, "rescue": [ended]}, report]
