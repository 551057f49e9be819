# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are killed, and runs at the same time: every event fires once. The runs are processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.reconciling import Site

ITEMS = 60
RUN = """
import json, sys, tempfile, boto3
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.reconcile_options import task_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile import reconcile
options = json.loads(sys.argv[1])
clients = Clients(boto3.session.Session(), options["region"], 8)
with tempfile.TemporaryDirectory() as folder:
    print(json.dumps(reconcile(Access(clients.get, "", folder, concurrency=8), task_of(options), Progress()).results))
"""


def started(site: Site) -> subprocess.Popen[str]:
    """A run in a process of its own, with the options that are not given unset."""
    unset = (
        "index",
        "started_after",
        "started_before",
        "queue_message",
        "execution",
        "restart_again_after",
        "unrecorded",
    )
    more: dict[str, Any] = {
        **dict.fromkeys((*unset, "output")),
        "failed": [],
        "status_attribute": "status",
        "input_prefix": "",
        "archive_prefixes": [],
        "mark_attribute": "aws_dr_reconciled",
        "max_listed": ITEMS,
        "claim_timeout": 2,
    }
    options = site.options(**more, action="copy_in_place", bucket=site.standby)
    command = [sys.executable, "-c", RUN, json.dumps(options)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(run: subprocess.Popen[str]) -> dict[str, int]:
    out, error = run.communicate(timeout=120)
    assert run.returncode == 0, error
    counts: dict[str, int] = json.loads(out)["counts"]
    return counts


def marked(site: Site) -> int:
    condition = {"FilterExpression": "attribute_exists(aws_dr_reconciled)", "Select": "COUNT"}
    return int(site.dynamodb.scan(TableName=site.name, ConsistentRead=True, **condition)["Count"])


def test_killed_in_the_middle_and_two_at_once(aws: Aws, lab: Lab, name: str, playbook: Callable[..., Run]) -> None:
    site = Site(aws, lab, name)
    for one in range(ITEMS):
        site.put(f"input/{one}")
        site.record(f"input/{one}")
    site.listen()
    killed = started(site)
    while marked(site) < ITEMS / 4:
        assert killed.poll() is None, killed.communicate()
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.communicate()
    assert marked(site) < ITEMS
    both = [ended(run) for run in [started(site), started(site)]]
    last = playbook(tasks=[site.task("last")]).of("last")
    assert last["counts"]["restarted_before"] == ITEMS and not last["changed"]
    assert sum(counts["restarted"] for counts in both) < ITEMS
    assert all(not counts[name] for counts in both for name in ("failed", "denied", "missing", "in_progress"))
    assert site.heard(ITEMS) == sorted(("ObjectCreated:Copy", f"input/{one}") for one in range(ITEMS))
