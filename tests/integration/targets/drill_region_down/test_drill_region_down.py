# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drill that takes the source Region away, fails over and back; also when it fails or is killed in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import BotoCoreError, ClientError

from ansible_collections.aws_dr.s3.tests.integration.capture import ROLES, Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import PYTHON, Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.failing_over import ACCOUNT, EU, TABLE, US, Workload, lab_call
from ansible_collections.aws_dr.s3.tests.integration.remediation import awaited, policy

WRITE = {"service": "dynamodb", "operation": "UpdateItem"}
NAME = "aws-dr-drill"


def drill(workload: Workload, folder: Path, *breaking: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A task that runs the drill. What takes the Region away and gives it back are files of the user's.

    ``breaking``: more tasks for the first of them.
    """
    hooks = {
        "break.yml": [lab_call("us-east-1 fails", "POST", f"/regions/{US}/down"), *breaking],
        "restore.yml": [lab_call("us-east-1 is back", "POST", f"/regions/{US}/up")],
    }
    for name, tasks in hooks.items():
        (folder / name).write_text(yaml.safe_dump(tasks))
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


def state(workload: Workload) -> dict[str, Any]:
    """What a drill moves: the pointer (but for how often it was written), the routes, the policies with the fences."""
    sides = [side for pair in workload.pairs for side in pair.values()]
    pointer = workload.pointer()
    del pointer["revision"]
    return {
        "pointer": {**pointer, "settings": json.loads(pointer["settings"])},
        "routes": workload.active(),
        "policies": {side["bucket"]: policy_of(workload.aws("s3", side["region"]), side["bucket"]) for side in sides},
    }


def policy_of(s3: Any, bucket: str) -> Any:
    """The bucket's policy, or the code that says that it has none."""
    try:
        return json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        return error.response["Error"]["Code"]


def family(first: int) -> list[int]:
    """The process and all that it has begun: the workers of ansible-playbook have sessions of their own."""
    parents: dict[int, int] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        parents[int(file.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found = [first]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def run_and_kill(task: dict[str, Any], folder: Path, when: Callable[[], bool]) -> None:
    """Run the task by ansible-playbook, and kill it and all that it has begun as soon as ``when`` says so."""
    play = {"name": "Killed", "hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task]}
    (folder / "killed.yml").write_text(yaml.safe_dump([play], sort_keys=False))
    command = ["ansible-playbook", "-i", "localhost,", str(folder / "killed.yml")]
    command += ["-e", json.dumps({"ansible_python_interpreter": PYTHON})]
    environ = {**os.environ, "ANSIBLE_LOCAL_TEMP": str(folder / "ansible"), "ANSIBLE_PIPELINING": "1"}
    log = folder / "killed.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=environ, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    try:
        awaited(when, bool, seconds=120)
        assert process.poll() is None, log.read_text()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGSTOP)  # so that it begins nothing while it is counted
            others = family(process.pid)[1:]
            os.killpg(process.pid, signal.SIGKILL)
            for one in others:
                try:
                    os.kill(one, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            process.wait(timeout=30)


def test_there_and_back_also_when_the_workload_is_found_broken(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str, tmp_path: Path
) -> None:
    workload = Workload(aws, name, count=1)
    playbook(tasks=[workload.task("failover_setup", "Set up")])
    workload.measured(lab)
    stamp = {"content": "{{ now(utc=true).timestamp() }}", "dest": str(tmp_path / "broken")}
    breaking = [
        {"name": "Note when it is broken", "ansible.builtin.copy": stamp},
        {"name": "Let some time pass", "ansible.builtin.wait_for": {"timeout": 4}},
    ]
    lab.call("DELETE", "/journal")
    told = result(playbook(tasks=[drill(workload, tmp_path, *breaking)]))
    assert told["passed"], told
    figures = told["scenarios"][0]["figures"]
    assert figures["missing"] == 0 == figures["missing_after_failback"]
    ((source, destination),) = workload.sides()
    assert source == destination != set()
    assert figures["failover_seconds"] > 0 and figures["failback_seconds"] > 0
    # The claim, and then the pointer, which is the last thing to be switched.
    writes = lab.call("GET", f"/journal?service=dynamodb&operation=UpdateItem&region={EU}")["entries"]
    switched = writes[1]["time"] - lab.call("GET", "/health")["clock_offset"]
    assert figures["rto_seconds"] >= round(switched - float((tmp_path / "broken").read_text()), 1) > 4
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


def test_what_is_missing_after_the_failback_is_told(playbook: Callable[..., Run]) -> None:
    """The role's own tasks, after a failback that says that three versions are on one side only."""
    tasks = yaml.safe_load((ROLES / "drill" / "tasks" / "region_down.yml").read_text(encoding="utf-8"))
    wanted = [task for task in tasks if task["name"] in ("Note how that went", "Judge the failback")]
    found = {"verdict": "go", "failures": [], "missing_now": 3, "summary": ["three are missing"]}
    began = {"__drill_figures": {}, "__drill_switch_began": "2026-01-02T03:04:05.000000Z", "failback_result": found}
    run = playbook(tasks=[{"name": "Begin", "ansible.builtin.set_fact": began}, *wanted], expect=2)
    assert run.of("Note how that went")["ansible_facts"]["__drill_figures"]["missing_after_failback"] == 3
    assert run.of("Judge the failback")["assertion"] == "failback_result.missing_now == 0"


def test_a_killed_drill_is_tidied_up_after(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str, tmp_path: Path
) -> None:
    """It dies while the source Region is away, clients' routes have moved, and workloads do not know yet."""
    workload = Workload(aws, name, count=1)
    workload.prepare()
    workload.measured(lab)
    fence = {"buckets": [workload.pairs[0]["destination"]], "region": EU}
    playbook(tasks=[{"name": "Nobody writes to the standby", "aws_dr.s3.bucket_fence": fence}])
    before = state(workload)
    assert before["routes"] == [{US}]
    assert isinstance(before["policies"][f"{name}-0-dr"], dict)

    task = drill(workload, tmp_path, failover_fence=True, failback_fence=True, failback_replication=False)
    run_and_kill(task, tmp_path, lambda: workload.active() == [{EU}])
    assert workload.pointer()["claim_by"] == NAME
    with pytest.raises(BotoCoreError):
        aws("s3", US).head_bucket(Bucket=f"{name}-0")

    task["ansible.builtin.include_role"]["tasks_from"] = "region_down_cleanup"
    assert playbook(tasks=[task]).changed
    assert state(workload) == before
    aws("s3", US).put_object(Bucket=workload.access_points()[0], Key="later")
    assert playbook(tasks=[task]).changed == []


def test_a_drill_whose_pointer_could_not_be_moved_brings_the_routes_back(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str, tmp_path: Path
) -> None:
    workload = Workload(aws, name, count=1)
    workload.prepare()
    workload.measured(lab)
    before = state(workload)
    denied = lab_call("The pointer can't be moved", "POST", "/faults", kind="access_denied", skip=1, times=1, **WRITE)
    task = drill(workload, tmp_path, denied, failback_replication=False)
    told = result(playbook(tasks=[task], expect=2))
    (problem,) = told["scenarios"][0]["problems"]
    assert "pointer: " in problem and "dynamodb:UpdateItem" in problem
    assert lab.call("GET", "/faults")["faults"][0]["hits"] == 1
    assert state(workload) == before
    submits = lab.call("GET", "/journal?operation=SubmitMultiRegionAccessPointRoutes")["entries"]
    assert len(submits) == 3  # set-up, there, and back

    # What no drill has moved is a real failover: nothing is broken, nothing is brought back.
    moved = [
        {"Bucket": f"{name}-0", "TrafficDialPercentage": 0},
        {"Bucket": f"{name}-0-dr", "TrafficDialPercentage": 100},
    ]
    (arn,) = workload.access_points()
    aws("s3control", EU).submit_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=arn, RouteUpdates=moved)
    awaited(workload.active, lambda found: found == [{EU}])
    run = playbook(tasks=[task], expect=2)
    (problem,) = result(run)["scenarios"][0]["problems"]
    assert f"the pointer says {US}, the routes say {EU}" in problem
    assert "us-east-1 fails" not in run.output
    assert workload.active() == [{EU}]
