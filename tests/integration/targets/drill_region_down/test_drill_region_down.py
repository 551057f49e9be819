# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drill that takes the source Region away, fails over and back; also when it is killed in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.failing_over import ACCOUNT, EU, TABLE, US, Workload, lab_call
from ansible_collections.aws_dr.s3.tests.integration.remediation import policy


def drill(workload: Workload, folder: Path, **more: Any) -> dict[str, Any]:
    """A task that runs the drill. What takes the Region away and gives it back are files of the user's."""
    hooks = {
        "break.yml": lab_call("us-east-1 fails", "POST", f"/regions/{US}/down"),
        "restore.yml": lab_call("us-east-1 is back", "POST", f"/regions/{US}/up"),
    }
    for name, task in hooks.items():
        (folder / name).write_text(yaml.safe_dump([task]))
    variables = {
        "drill_pairs": workload.pairs,
        "drill_scenarios": ["region_down"],
        "drill_target_region": EU,
        "drill_failover_name": workload.name,
        "drill_failover_table": TABLE,
        "drill_failover_table_regions": [US, EU],
        "drill_break_tasks": str(folder / "break.yml"),
        "drill_restore_tasks": str(folder / "restore.yml"),
        "drill_history_file": str(folder / "drills.jsonl"),
        "replication_setup_role_wait": 0,
        "failover_route_wait_delay": 1,
        "failover_drain_delay": 1,
        "failover_drain_timeout": 30,
        "failover_max_data_loss_seconds": 600,
        "failback_wait_delay": 1,
        "failback_wait_timeout": 60,
        "failback_max_lag_seconds": 1,
        **more,
    }
    return {"name": "Drill", "ansible.builtin.include_role": {"name": "aws_dr.s3.drill"}, "vars": variables}


def by_fis(aws: Aws) -> dict[str, Any]:
    """Variables for an experiment that cuts a subnet off; the lab only records that."""
    trust = {"Effect": "Allow", "Principal": {"Service": "fis.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = aws("iam").create_role(RoleName="fis", AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
    subnet = f"arn:aws:ec2:{US}:{ACCOUNT}:subnet/subnet-0"
    return {
        "drill_fis_role": role,
        "drill_stop_conditions": [{"source": "none"}],
        "drill_region_down_targets": {
            "subnets": {"resource_type": "aws:ec2:subnet", "resource_arns": [subnet], "selection_mode": "ALL"}
        },
        "drill_region_down_actions": {
            "cut": {
                "action_id": "aws:network:disrupt-connectivity",
                "parameters": {"duration": "PT1H", "scope": "s3"},
                "targets": {"Subnets": "subnets"},
            }
        },
        "drill_wait_delay": 1,
    }


def result(run: Run) -> dict[str, Any]:
    """What the role says."""
    found: dict[str, Any] = run.of("Keep the result as a fact")["ansible_facts"]["drill_result"]
    return found


def test_there_and_back_and_again_after_a_kill(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str, tmp_path: Path
) -> None:
    workload = Workload(aws, name, count=1)
    playbook(tasks=[workload.task("failover_setup", "Set up")])
    workload.measured(lab)
    told = result(playbook(tasks=[drill(workload, tmp_path)]))
    assert told["passed"], told
    figures = told["scenarios"][0]["figures"]
    assert figures["missing"] == 0 == figures["missing_after_failback"]
    assert figures["failover_seconds"] > 0 and figures["failback_seconds"] > 0
    assert figures["rto_seconds"] is not None
    assert workload.active() == [{US}] and workload.pointer()["active_region"] == US

    # By FIS, and a checker of the user's finds the workload broken: the drill fails, and all comes back the same.
    (tmp_path / "look.yml").write_text(yaml.safe_dump([{"name": "Look", "ansible.builtin.fail": {"msg": "no orders"}}]))
    broken = drill(workload, tmp_path, drill_region_down_checks=str(tmp_path / "look.yml"), **by_fis(aws))
    del broken["vars"]["drill_break_tasks"], broken["vars"]["drill_restore_tasks"]
    told = result(playbook(tasks=[broken], expect=2))
    assert "no orders" in told["scenarios"][0]["problems"][0] and len(told["scenarios"][0]["problems"]) == 1
    assert workload.active() == [{US}] and workload.pointer()["active_region"] == US
    (experiment,) = aws("fis").list_experiments()["experiments"]
    assert experiment["state"]["status"] == "stopped"
    assert not aws("fis").list_experiment_templates()["experimentTemplates"]
    assert told["trends"]["region_down"]["runs"] == 2 and told["trends"]["region_down"]["passed"] == 1
