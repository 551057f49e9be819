# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wiring of the modules that work with jobs: options in, result out; and that their documentation says the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils import basic

from ansible_collections.aws_dr.s3.plugins.doc_fragments import failure_selection
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.modules import (
    batch_replication_job,
    batch_replication_job_info,
    replication_failure_prune,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_batch import ROLE, World, fail

Run = Callable[..., dict[str, Any]]
FAILURES = {
    "from_failures": {"bucket": "src"},
    "ledger_table": "ledger",
    "role": ROLE,
    "manifest_bucket": "jobs",
    "report_bucket": "jobs",
    "report_prefix": "reports",
}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    world = World(tmp_path)
    monkeypatch.setattr(AwsDrModule, "client", lambda self, service, region=None: world.client(service, region))
    monkeypatch.setattr(AwsDrModule, "caller", Caller("111122223333", "aws"))
    return world


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    def run(module: Any, **options: Any) -> dict[str, Any]:
        # The public way to do this came with ansible-core 2.19; older releases look here, and newer ones still do.
        hidden = {"_ansible_tmpdir": str(tmp_path), "_ansible_keep_remote_files": True}
        arguments = {"ANSIBLE_MODULE_ARGS": {"region": "us-east-1", **hidden, **options}}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(arguments).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            module.main()
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return run


def test_a_job_is_made_waited_for_and_pruned_by(world: World, run: Run) -> None:
    fail(world.table, "in/a", "in/b", "out/c")
    chosen = {**FAILURES, "from_failures": {"bucket": "src", "key_prefix": "in/", "rule_id": "to-dr"}}
    predicted = run(batch_replication_job, **chosen, _ansible_check_mode=True)
    assert predicted["changed"] and not world.batch.jobs
    made = run(batch_replication_job, **chosen, tags={"team": 7}, priority=3, description="nightly")
    assert (made["job_id"], made["objects"], made["created"]) == ("job-0001", 2, True)
    assert predicted["diff"]["after"]["job"]["objects"] == made["diff"]["after"]["job"]["objects"] == 2
    assert world.batch.jobs["job-0001"]["Tags"] == [{"Key": "team", "Value": "7"}]
    assert world.batch.jobs["job-0001"]["Description"].endswith(": nightly")
    world.batch.end("job-0001", {"in/b": "DstKmsKeyNotFound"})
    waited = run(batch_replication_job, job_id="job-0001", wait=True)
    assert waited["job"]["failed_tasks"] == 1 and not waited["changed"]
    told = run(batch_replication_job_info, job_id="job-0001", report=True)
    assert told["jobs"][0]["report"]["codes"][0]["code"] == "DstKmsKeyNotFound"
    assert [job["job_id"] for job in run(batch_replication_job_info, name="src")["jobs"]] == ["job-0001"]
    prune = {"ledger_table": "ledger", "job_ids": ["job-0001"]}
    assert run(replication_failure_prune, **prune, _ansible_check_mode=True)["changed"]
    pruned = run(replication_failure_prune, **prune, bucket="src")
    assert pruned["removed"]["succeeded"] == 1
    assert pruned["kept"] == {"failed": 1, "failed_again": 0, "not_in_report": 1}
    assert pruned["diff"] == {"before": {"records": 3}, "after": {"records": 2}}


def test_a_job_from_a_manifest_and_one_from_a_filter(world: World, run: Run) -> None:
    world.s3.put("jobs", "list.csv", b"src,a,v1\n")
    common = {"role": ROLE, "report_bucket": "jobs"}
    assert run(batch_replication_job, from_manifest={"bucket": "jobs", "key": "list.csv"}, **common)["created"]
    wanted = {"bucket": "src", "replication_statuses": ["FAILED"], "size_less_than": 5}
    assert run(batch_replication_job, from_generator=wanted, **common)["created"]
    filters = [
        request["ManifestGenerator"]["S3JobManifestGenerator"]["Filter"]
        for _job_id, request in world.batch.by_token.values()
        if "ManifestGenerator" in request
    ]
    assert filters == [{"ObjectReplicationStatuses": ["FAILED"], "ObjectSizeLessThanBytes": 5}]


def test_a_job_is_cancelled(world: World, run: Run) -> None:
    fail(world.table, "a")
    run(batch_replication_job, **FAILURES)
    assert run(batch_replication_job, job_id="job-0001", state="cancelled")["changed"]
    assert world.batch.jobs["job-0001"]["Status"] == "Cancelling"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "one of the following is required: job_id, from_failures, from_manifest, from_generator"),
        ({**FAILURES, "job_id": "x"}, "mutually exclusive"),
        ({"from_failures": {"bucket": "src"}}, "missing parameter(s) required by 'from_failures'"),
        ({**FAILURES, "state": "cancelled"}, "job_id"),
        ({**FAILURES, "wait": True, "wait_timeout": -1}, "wait_timeout is -1"),
        ({**FAILURES, "wait": True, "wait_delay": 0}, "wait_delay is 0"),
        ({**FAILURES, "concurrency": 0}, "concurrency is 0"),
        ({**FAILURES, "role": "batch"}, "'batch' is not an ARN"),
        ({**FAILURES, "from_failures": {"bucket": "src", "failed_after": "soon"}}, "failed_after is 'soon'"),
    ],
)
def test_what_cannot_be_right_is_refused(world: World, run: Run, options: dict[str, Any], told: str) -> None:
    failed = run(batch_replication_job, **options)
    assert failed["failed"] and told in failed["msg"]
    assert not world.batch.jobs


def test_a_failed_wait_carries_what_is_known(world: World, run: Run) -> None:
    fail(world.table, "a")
    failed = run(batch_replication_job, **FAILURES, wait=True, wait_timeout=0)
    assert failed["failed"] and failed["changed"]
    assert (failed["job_id"], failed["job"]["status"]) == ("job-0001", "New")


def test_a_report_needs_a_job(world: World, run: Run) -> None:
    assert "job_id" in run(batch_replication_job_info, report=True)["msg"]


def test_the_options_that_select_failures_are_those_of_the_fragment() -> None:
    ours = yaml.safe_load(batch_replication_job.DOCUMENTATION)["options"]["from_failures"]["suboptions"]
    theirs = yaml.safe_load(failure_selection.ModuleDocFragment.DOCUMENTATION)["options"]
    form = ("type", "elements", "default", "aliases")
    assert {name: [spec.get(part) for part in form] for name, spec in ours.items() if name != "bucket"} == {
        name: [spec.get(part) for part in form] for name, spec in theirs.items()
    }


def test_what_is_returned_of_a_job_is_documented(world: World, run: Run) -> None:
    fail(world.table, "a")
    made = run(batch_replication_job, **FAILURES)
    documented = yaml.safe_load(batch_replication_job.RETURN)
    assert set(made) - {"changed", "diff", "invocation"} <= set(documented)
    assert set(made["job"]) == set(documented["job"]["contains"])
    for part in ("report", "manifest"):
        assert set(made["job"][part]) == set(documented["job"]["contains"][part]["contains"])
    of_info = yaml.safe_load(batch_replication_job_info.RETURN)["jobs"]["contains"]
    assert set(of_info) == set(documented["job"]["contains"])
    world.batch.end("job-0001", {"a": "X"})
    (told,) = run(batch_replication_job_info, job_id="job-0001", report=True)["jobs"]
    assert set(told["report"]) == set(of_info["report"]["contains"])
    pruned = run(replication_failure_prune, ledger_table="ledger", job_id="job-0001")
    of_prune = yaml.safe_load(replication_failure_prune.RETURN)
    assert set(pruned) - {"changed", "diff", "invocation"} == set(of_prune)
    assert set(pruned["remaining"][0]) == set(of_prune["remaining"]["contains"])
