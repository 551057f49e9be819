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
    playbook(tasks=[workload.task("failover_setup", "Set up")])
    assert workload.active() == [{US}, {US}]
    assert workload.pointer()["active_region"] == US
    there, back = tmp_path / "there.json", tmp_path / "back.json"
    workload.measured(lab)
    with Writers(workload.access_points()) as writers:
        run = playbook(tasks=[
            lab_call("us-east-1 fails", "POST", f"/regions/{US}/down"),
            workload.task("failover", "There", target_region=EU, max_data_loss_seconds=600, report_file=str(there)),
            workload.task("failover", "There again", target_region=EU),
            lab_call("us-east-1 is back", "POST", f"/regions/{US}/up"),
            workload.task("failover_setup", "Set up again", replication=False),
            workload.task("failback", "Back", target_region=US, report_file=str(back), max_lag_seconds=1),
        ], expect=None)
        print(run.output[-9000:])
        assert run.code == 0
    lab.replication_idle()
    assert workload.active() == [{US}, {US}]
    for (ours, theirs), acknowledged in zip(workload.sides(), writers.acknowledged.values(), strict=True):
        assert ours == theirs
        assert acknowledged <= ours
        assert acknowledged
    told = json.loads(there.read_text())
    print(json.dumps(told, indent=1)[:3000], writers.refused, [len(x) for x in writers.acknowledged.values()])
