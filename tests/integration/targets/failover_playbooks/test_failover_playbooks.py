# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of failover as a user runs them, with the variables file of the documentation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.failing_over import EU, TABLE, US, Workload

EXAMPLE = Path(__file__).parents[4] / "docs" / "failover.example.yml"
# What a person would wait for, and what the lab does not need.
QUICK = {
    "failover_approve": False,
    "failover_route_wait_delay": 1,
    "failover_drain_delay": 1,
    "failback_wait_delay": 1,
    "failback_max_lag_seconds": 0,
    "failback_replication": False,
}


def example() -> dict[str, Any]:
    """The variables file."""
    variables: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    return variables


def test_there_and_back(playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str, tmp_path: Path) -> None:
    workload = Workload(aws, name, count=1)
    workload.prepare()
    aws("s3").put_object(Bucket=workload.sources[0], Key="before", Body=b"x")
    lab.replication_idle()
    names = {"dr_failover_name": name, "dr_pairs": workload.pairs, "dr_failover_table": TABLE}
    given = {**example(), **QUICK, **names, "dr_failover_table_regions": [US, EU]}
    file = tmp_path / "there-and-back.yml"
    there = {"name": "There", "import_playbook": "aws_dr.s3.failover", "vars": {"failover_target_region": EU}}
    back = {"name": "Back", "import_playbook": "aws_dr.s3.failback"}
    file.write_text(yaml.safe_dump([there, back]), encoding="utf-8")
    run = playbook(play=str(file), variables={**given, "failback_target_region": US})
    assert run.of("Tell the result")["msg"][-1] == "RPO 0.0 s"
    pointer = workload.pointer()
    assert (pointer["active_region"], pointer["previous_region"]) == (US, EU)
    assert workload.active() == [{US}]
