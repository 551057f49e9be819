# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failover and failback by real ansible-playbook, with a Region refused at the proxy while writers go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.tests.integration.arc import RoutingCluster
from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.failing_over import EU, TABLE, US, Workload, Writers, lab_call


def test_there_and_back_while_writers_go_on(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str, tmp_path: Path
) -> None:
    workload = Workload(aws, name)
    workload.prepare()
    workload.measured(lab)
    report = tmp_path / "back.json"
    back = {"replication": False, "max_lag_seconds": 1, "fence": True, "report_file": str(report)}
    with Writers(workload.access_points()) as writers:
        run = playbook(tasks=[
            lab_call("us-east-1 fails", "POST", f"/regions/{US}/down"),
            workload.task("failover", "There", target_region=EU, max_data_loss_seconds=600, fence=True),
            {"name": "Report there", "ansible.builtin.debug": {"var": "failover_result"}},
            workload.task("failover", "There again", target_region=EU),
            {"name": "Report there again", "ansible.builtin.debug": {"var": "failover_result"}},
            lab_call("us-east-1 is back", "POST", f"/regions/{US}/up"),
            workload.task("failover_setup", "Set up again", replication=False),
            workload.task("failback", "Back", target_region=US, **back),
        ])  # fmt: skip
    lab.replication_idle()
    there = run.of("Report there")["failover_result"]
    assert (there["verdict"], there["active_before"], there["failures"]) == ("go", [US], [])
    assert [step["step"] for step in there["steps"]] == ["routes", "pointer", "fence", "drain"]
    assert there["unknown"] == there["not_fenced"] == workload.sources
    assert there["rpo"] is not None and there["rto"] > 0
    again = run.of("Report there again")["failover_result"]
    assert (again["verdict"], again["steps"]) == ("nothing", [])
    assert not [task for task in run.changed if task.endswith(("Switch routes that never were", "Set up the pointer"))]
    came = json.loads(report.read_text(encoding="utf-8"))
    assert (came["verdict"], came["active_before"], came["equal"], came["missing_now"]) == ("go", [EU], True, 0)
    assert [step["step"] for step in came["steps"]] == ["unfence", "routes", "pointer", "drain"]
    assert workload.active() == [{US}, {US}]
    assert workload.pointer()["active_region"] == US
    for (ours, theirs), acknowledged in zip(workload.sides(), writers.acknowledged.values(), strict=True):
        assert ours == theirs
        assert acknowledged <= ours
        assert acknowledged


def test_it_stops_with_all_reasons_and_goes_on_when_a_person_insists(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str
) -> None:
    """Two of five endpoints of ARC and the Region that manages access points are gone; an object did not replicate."""
    workload = Workload(aws, name)
    workload.prepare()
    cluster = RoutingCluster(aws, name)
    controls = {"routing_controls": {US: [cluster.east], EU: [cluster.west]}, "cluster_endpoints": cluster.endpoints}
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
    run = playbook(tasks=[
        *tried(workload, "Wrong", target_region="ap-southeast-2", account_id="444455556666", **controls),
        *tried(workload, "Lost", target_region=EU, **controls),
        {"name": "Another controller", "aws_dr.s3.active_region": {**claim, "state": "claimed"}},
        *tried(workload, "Claimed", target_region=EU, force=True, **controls),
        {"name": "It gives up", "aws_dr.s3.active_region": {**claim, "state": "released"}},
        *tried(workload, "Forced", target_region=EU, force=True, fence=True, **controls),
    ])  # fmt: skip
    refused = {
        called: run.of(f"{called} report")["failover_result"] for called in ("Wrong", "Lost", "Claimed", "Forced")
    }
    codes = {called: {reason["code"] for reason in one["reasons"]} for called, one in refused.items()}
    assert codes["Wrong"] == {"not_a_member", "wrong_account", "bad_input"}
    assert codes["Lost"] == {"loss_too_large"}
    assert codes["Claimed"] == {"changing"}
    assert "by bob@two" in refused["Claimed"]["reasons"][0]["msg"]
    done = refused["Forced"]
    assert [step["step"] for step in done["steps"]] == ["routes", "routing_controls", "pointer", "fence", "drain"]
    assert [(one["bucket"], one["key"], one["version_id"]) for one in done["missing"]] == [(workload.sources[0], *lost)]
    assert workload.active() == [{EU}, {EU}]
    assert cluster.states() == {"east": "Off", "west": "On"}
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("s3").put_object(Bucket=workload.sources[1], Key="too late")


def tried(workload: Workload, called: str = "", **more: Any) -> list[dict[str, Any]]:
    """Tasks that fail over, tell what came of it, and let the play go on when it was refused."""
    ended = {"name": "Refused", "ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}
    report = {"name": f"{called} report".strip().capitalize(), "ansible.builtin.debug": {"var": "failover_result"}}
    block = [workload.task("failover", called or "Try", **more)]
    return [{"name": called or "Try", "block": block, "rescue": [ended]}, report]
