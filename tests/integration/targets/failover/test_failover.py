# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failover and failback by real ansible-playbook, with a Region refused at the proxy while writers go on."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.failing_over import (
    EU,
    US,
    Version,
    Workload,
    Writers,
    lab_call,
    served,
)
from ansible_collections.aws_dr.s3.tests.integration.remediation import awaited

HOUR = 3600


def told(called: str) -> dict[str, Any]:
    """A task that tells what came of a failover."""
    return {"name": called, "ansible.builtin.debug": {"var": "failover_result"}}


def test_there_and_back_while_writers_go_on(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str, tmp_path: Path
) -> None:
    workload = Workload(aws, name)
    workload.prepare()
    workload.measured(lab)
    report = tmp_path / "back.json"
    # The lab's time is ahead of that of the role: whatever was written lately would not be compared with a lag.
    back = {"replication": False, "max_lag_seconds": 0, "fence": True, "report_file": str(report)}
    with Writers(workload.access_points()) as writers:
        awaited(lambda: dict(writers.acknowledged), lambda found: all(found.values()))
        lab.call("POST", f"/regions/{US}/down")
        cut = time.monotonic()
        awaited(lambda: writers.refused, bool)
        assert not any(writers.since(arn, cut) for arn in writers.arns)
        run = playbook(tasks=[
            workload.task("failover", "There", target_region=EU, max_data_loss_seconds=600, fence=True),
            told("Report there"),
            workload.task("failover", "There again", target_region=EU),
            told("Report there again"),
        ])  # fmt: skip
        served(workload, writers, US, cut)
        assert workload.active() == [{EU}, {EU}]
        assert workload.pointer()["active_region"] == EU
        # Without a lag, what is on its way counts too: not so much of it that a slow machine never finds both equal.
        writers.pause = 0.5
        came_back = playbook(tasks=[
            lab_call("us-east-1 is back", "POST", f"/regions/{US}/up"),
            workload.task("failover_setup", "Set up again", replication=False),
            workload.task("failback", "Back", target_region=US, **back),
        ])  # fmt: skip
        back_at = time.monotonic()
        awaited(lambda: [writers.since(arn, back_at) for arn in writers.arns], all)
    lab.replication_idle()
    there = run.of("Report there")["failover_result"]
    assert (there["verdict"], there["active_before"], there["failures"]) == ("go", [US], [])
    assert [step["step"] for step in there["steps"]] == ["routes", "pointer", "fence", "drain"]
    assert there["unknown"] == there["not_fenced"] == workload.sources
    assert there["rpo"] is not None and there["rto"] > 0
    again = run.of("Report there again")["failover_result"]
    assert (again["verdict"], again["failures"]) == ("nothing", [])
    assert not {step["step"] for step in again["steps"]} & {"routes", "unfence"}
    (reported,) = [number for number, task in enumerate(run.tasks) if task["task"].endswith("Report there")]
    assert not [task["task"] for task in run.tasks[reported:] if task["result"].get("changed")]
    set_up = ("Switch routes that never were", "Set up the pointer")
    assert not [task for task in came_back.changed if task.endswith(set_up)]
    came = json.loads(report.read_text(encoding="utf-8"))
    assert (came["verdict"], came["active_before"], came["equal"], came["missing_now"]) == ("go", [EU], True, 0)
    assert [step["step"] for step in came["steps"]] == ["unfence", "routes", "pointer", "drain"]
    assert workload.active() == [{US}, {US}]
    assert workload.pointer()["active_region"] == US
    for (ours, theirs), arn in zip(workload.both_contents(), writers.arns, strict=True):
        assert ours == theirs
        assert {kept.latest for kept in ours.values()} == {True, False}
        assert writers.lost(arn, ours) == set()


def test_what_a_dead_region_had_not_replicated_is_named_when_it_is_back(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str, tmp_path: Path
) -> None:
    """Replication stands still when us-east-1 fails, and goes on only after the failback has looked for the first time.

    The cut falls between two writes, so that every write in us-east-1 was acknowledged.
    """
    workload = Workload(aws, name)
    workload.prepare()
    missing, report = tmp_path / "missing.csv", tmp_path / "back.json"
    back = {"replication": False, "report_file": str(report), "missing_file": str(missing)}
    with Writers(workload.access_points(), pause=0.02) as writers:
        awaited(lambda: [len(found) for found in writers.acknowledged.values()], lambda found: min(found) > 20)
        lab.call("PUT", "/settings", {"replication_delay": HOUR})
        held = time.monotonic()
        awaited(lambda: [len(writers.since(arn, held)) for arn in writers.arns], lambda found: min(found) > 15)
        with writers.between_writes():
            lab.call("POST", f"/regions/{US}/down")
            cut = time.monotonic()
            acknowledged = [set(found) for found in writers.acknowledged.values()]
        lab.call("PUT", "/settings", {"replication_delay": 0.05})
        lost = [ours - set(theirs) for ours, theirs in zip(acknowledged, workload.in_region(EU), strict=True)]
        run = playbook(tasks=[
            workload.task("failover", "There", target_region=EU, force=True),
            told("Report there"),
        ])  # fmt: skip
        served(workload, writers, US, cut)
    there = run.of("Report there")["failover_result"]
    assert (there["verdict"], there["active_before"], there["failures"]) == ("go", [US], [])
    assert {reason["code"] for reason in there["overridden"]} == {"loss_unknown"}
    assert (there["unknown"], there["rpo"]) == (workload.sources, None)
    for gone in lost:
        assert {deleted for _key, _version, deleted in gone} == {True, False}

    lab.call("POST", f"/regions/{US}/up")
    awaited(workload.sides, lambda sides: all(theirs <= ours for ours, theirs in sides))
    for gone, arn, theirs in zip(lost, writers.arns, workload.in_region(EU), strict=True):
        assert writers.lost(arn, theirs) == gone, "they have not come by themselves"
    looked: list[str] = []
    goes_on = threading.Thread(target=go_on_after, args=(lab, missing, looked))
    goes_on.start()
    playbook(tasks=[workload.task("failback", "Back", target_region=US, **back)])
    goes_on.join()
    lab.replication_idle()
    came = json.loads(report.read_text(encoding="utf-8"))
    named = [left_behind(came, source) for source in workload.sources]
    assert named == lost
    assert [left_behind(came, f"{source}-dr") for source in workload.sources] == [set(), set()]
    for gone in lost:
        assert all(version in looked[0] for _key, version, _deleted in gone)
    assert (came["verdict"], came["equal"], came["missing_now"]) == ("go", True, 0)
    assert workload.active() == [{US}, {US}]
    for (ours, theirs), arn in zip(workload.both_contents(), writers.arns, strict=True):
        assert ours == theirs
        assert writers.lost(arn, ours) == set()


def go_on_after(lab: Lab, file: Path, looked: list[str]) -> None:
    """Let replication go on when the first comparison has written the file; keep what it wrote."""
    awaited(lambda: file.exists() and file.stat().st_size, bool, seconds=120)
    looked.append(file.read_text(encoding="utf-8"))
    lab.call("POST", "/clock/advance", {"seconds": HOUR})


def left_behind(report: dict[str, Any], source: str) -> set[Version]:
    """What the report of a failback names as missing at the destination of a bucket."""
    kinds = {"missing_at_destination": False, "missing_delete_markers": True}
    return {
        (one["key"], one["version_id"], kinds[one["kind"]])
        for pair in report["left_behind"]
        if pair["source"]["bucket"] == source
        for one in pair["differences"]
        if one["kind"] in kinds
    }
