# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person knows and says at a failover: which Region has failed and when, who may still write, and yes."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.failing_over import ACCOUNT, EU, US, Workload


def test_a_region_that_is_known_to_have_failed_is_judged_by_canaries_and_fenced_when_it_is_back(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str, tmp_path: Path
) -> None:
    workload = Workload(aws, name, count=1)
    workload.prepare()
    user = aws("iam").create_user(UserName="repairs")["User"]["Arn"]
    history = {"history_file": str(tmp_path / "canary.jsonl")}
    probe = {"pairs": workload.pairs, "region": EU, "wait_timeout": 20, **history}
    playbook(tasks=[{"name": "Probe", "aws_dr.s3.replication_canary": probe}])
    failed_at = datetime.now(UTC)
    lab.call("POST", f"/regions/{US}/down")
    known = {
        "target_region": EU,
        "failed_region": US,
        "failed_since": failed_at.isoformat().removesuffix("+00:00"),  # UTC, as no offset says otherwise
        "canary": history,
        "fence": True,
        "fence_allow_principals": [user],
    }
    strict = workload.task("failover", "Strict", **known)
    refused = playbook(tasks=[strict], expect=2).of("Say why nothing is switched")["msg"]
    assert "[loss_too_large]" in refused
    run = playbook(tasks=[workload.task("failover", "Go", **known, max_data_loss_seconds=600)])
    told = run.of("Keep the result as a fact")["ansible_facts"]["failover_result"]
    (flow,) = told["flows"]
    assert (flow["answers"], flow["known_by"]) == (False, "canary")
    assert any("the newest canary that came through is" in note for note in told["notes"])
    assert told["rto"] >= (datetime.now(UTC) - failed_at - timedelta(seconds=20)).total_seconds()
    assert told["not_fenced"] == workload.sources
    assert workload.active() == [{EU}]

    lab.call("POST", f"/regions/{US}/up")
    again = playbook(tasks=[workload.task("failover", "Again", **known, max_data_loss_seconds=600)])
    told = again.of("Keep the result as a fact")["ansible_facts"]["failover_result"]
    assert (told["verdict"], told["not_fenced"]) == ("nothing", [])
    with pytest.raises(ClientError, match="AccessDenied"):
        aws("s3").put_object(Bucket=workload.sources[0], Key="too late")
    policy = json.loads(aws("s3").get_bucket_policy(Bucket=workload.sources[0])["Policy"])
    assert user in json.dumps(policy) and ACCOUNT in user


def test_a_person_says_which_region(playbook: Callable[..., Run], aws: Aws, name: str, tmp_path: Path) -> None:
    workload = Workload(aws, name, count=1)
    workload.prepare()
    task = workload.task("failover", "Go", target_region=EU, max_data_loss_seconds=600, approve=True)
    asked = playbook(tasks=[task], expect=2).of("Go on only when it is approved")["msg"]
    assert f'Nothing was switched: the answer was "", expected {EU}' in asked  # nobody is there to ask
    assert answered(task, tmp_path, "us-east-1") != 0
    assert workload.active() == [{US}]
    assert answered(task, tmp_path, EU) == 0
    assert workload.active() == [{EU}]


def answered(task: dict[str, Any], folder: Path, answer: str) -> int:
    """Run the task at a terminal, where somebody types the answer; the exit code."""
    file = folder / "asked.yml"
    head = {"name": "Test", "hosts": "localhost", "connection": "local", "gather_facts": False}
    file.write_text(yaml.safe_dump([{**head, "tasks": [task]}]), encoding="utf-8")
    child, terminal = pty.fork()
    if child == 0:
        settings = {"ANSIBLE_LOCAL_TEMP": str(folder / "ansible"), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_PIPELINING": "1"}
        variables = json.dumps({"ansible_python_interpreter": os.environ.get("AWS_DR_TEST_PYTHON", "python")})
        command = ["ansible-playbook", "-i", "localhost,", str(file), "-e", variables]
        os.execvpe(command[0], command, {**os.environ, **settings})
    said, deadline = "", time.monotonic() + 120
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            # What is typed before Ansible listens is thrown away.
            if "type its name" in said:
                os.write(terminal, f"{answer}\r".encode())
            continue
        try:
            said += os.read(terminal, 65536).decode(errors="replace")
        except OSError:  # it has ended
            break
    else:
        os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    os.close(terminal)
    assert "type its name" in said, said
    return os.waitstatus_to_exitcode(status)
