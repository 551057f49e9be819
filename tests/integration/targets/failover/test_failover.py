# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failover and failback by real ansible-playbook, with a Region refused at the proxy while writers go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.failing_over import EU, US, Workload, Writers, lab_call


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
