# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the integration tests: real ``ansible-playbook`` runs against the lab that ``with-lab`` started.

Run as ``tests/lab/with-lab python -m pytest tests/integration``. What changed is asserted through plain boto3
(the ``aws`` fixture), never through the collection's own modules.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.config import Config

HERE = Path(__file__).parent
PYTHON = os.environ.get("AWS_DR_TEST_PYTHON", sys.executable)
"""What modules are run by; tools/test.py puts a quicker one there (tests/forked_python)."""

CONNECTION = {"retries": {"mode": "standard", "total_max_attempts": 2}}


@dataclass(frozen=True)
class Run:
    """One ansible-playbook run: its exit code, all it printed, and each task's result in order."""

    code: int
    output: str
    tasks: list[dict[str, Any]]

    @property
    def last(self) -> dict[str, Any]:
        """The result of the last task that ran."""
        result: dict[str, Any] = self.tasks[-1]["result"]
        return result

    @property
    def changed(self) -> list[str]:
        """Names of the tasks that reported a change."""
        return [task["task"] for task in self.tasks if task["result"].get("changed")]

    def of(self, task_name: str) -> dict[str, Any]:
        """The result of the task with this name (the last one when it ran several times)."""
        found = [task["result"] for task in self.tasks if task["task"].endswith(task_name)]
        assert found, f"no task named {task_name!r} ran:\n{self.output}"
        result: dict[str, Any] = found[-1]
        return result


class Lab:
    """The lab's control endpoint (tests/lab/FIDELITY.md lists what it offers)."""

    def __init__(self, url: str) -> None:
        self._url = url

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send one request to the control endpoint and give its JSON answer."""
        request = urllib.request.Request(
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=120) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def reset(self) -> None:
        """Give back an empty AWS with the same credentials."""
        self.call("POST", "/reset")

    def replication_idle(self) -> None:
        """Wait until nothing is left to replicate."""
        self.call("POST", "/replication/idle")


@pytest.fixture(scope="session")
def lab() -> Lab:
    """Talk to the lab; without one the tests can't run, and say how to start them."""
    url = os.environ.get("LAB_CONTROL_URL")
    if not url:
        pytest.exit("no lab: run tests/lab/with-lab python -m pytest tests/integration", returncode=2)
    return Lab(url)


@pytest.fixture(autouse=True)
def fresh_lab(lab: Lab) -> Iterator[None]:
    """Start every test with an empty AWS, no faults, and the present time."""
    lab.reset()
    yield


@pytest.fixture(scope="session")
def aws() -> Callable[..., Any]:
    """Make plain boto3 clients: ``aws("s3")``, ``aws("s3", "eu-west-1")``; cached."""
    clients: dict[tuple[str, str], Any] = {}

    def client(service: str, region: str = "us-east-1") -> Any:
        if (service, region) not in clients:
            clients[service, region] = boto3.client(service, region_name=region, config=Config(**CONNECTION))
        return clients[service, region]

    return client


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return f"t-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def playbook(tmp_path: Path) -> Callable[..., Run]:
    """Run plays or tasks with real ansible-playbook.

    ``playbook(tasks=[…])`` wraps tasks into a play on localhost, ``playbook(play="aws_dr.s3.setup")`` runs a playbook
    by name or path. ``variables`` become extra variables; ``check=True`` adds ``--check --diff``; ``env`` is merged
    into the environment (for example other credentials).
    """

    def run(
        tasks: list[dict[str, Any]] | None = None,
        play: str | None = None,
        variables: dict[str, Any] | None = None,
        check: bool = False,
        env: dict[str, str] | None = None,
        expect: int | None = 0,
    ) -> Run:
        if tasks is not None:
            file = tmp_path / f"play-{uuid.uuid4().hex[:8]}.yml"
            head = {"name": "Test", "hosts": "localhost", "connection": "local", "gather_facts": False}
            file.write_text(yaml.safe_dump([{**head, "tasks": tasks}], sort_keys=False, allow_unicode=True))
            play = str(file)
        assert play is not None
        results = tmp_path / f"results-{uuid.uuid4().hex[:8]}.jsonl"
        results.touch()
        command = ["ansible-playbook", "-i", "localhost,", play]
        command += ["--check", "--diff"] if check else []
        command += ["-e", json.dumps({"ansible_python_interpreter": PYTHON, **(variables or {})})]
        settings = {
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "aws_dr_results",
            "AWS_DR_RESULTS": str(results),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_LOCAL_TEMP": str(tmp_path / "ansible"),
            # Its default is looked for in the user's home and written to $HOME; the two may differ.
            "ANSIBLE_ASYNC_DIR": str(tmp_path / "async"),
        }
        done = subprocess.run(
            command,
            env={**os.environ, **settings, **(env or {})},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        output = done.stdout + done.stderr
        if expect is not None:
            assert done.returncode == expect, output
        lines = results.read_text(encoding="utf-8").splitlines()
        return Run(done.returncode, output, [json.loads(line) for line in lines])

    return run
