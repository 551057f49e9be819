# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""replication_back_fill against the lab: what is older than the rules is counted, replicated once, and noted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.remediation import (
    DESTINATION_REGION,
    SOURCE_REGION,
    Pair,
    awaited,
    policy,
)

MODULE = "aws_dr.s3.replication_back_fill"
Playbook = Callable[..., Run]


class OlderPair(Pair):
    """A pair whose source holds objects that are older than its rule."""

    def older(self, *keys: str) -> None:
        self.s3.delete_bucket_replication(Bucket=self.source)
        for key in keys:
            self.s3.put_object(Bucket=self.source, Key=key, Body=b"older")
        self.put.update(keys)
        self._replicate()

    def task(self, title: str, *others: str, **options: Any) -> dict[str, Any]:
        named = {
            "buckets": [{"bucket": bucket} for bucket in (self.source, *others)],
            "role": self.role,
            "report_bucket": self.jobs_bucket,
            "report_prefix": "reports",
            "region": "us-east-1",
            "wait_delay": 1,
        }
        return {"name": title, MODULE: {**named, **options}}

    def note(self) -> dict[str, Any] | None:
        try:
            answer = self.s3.get_object(Bucket=self.jobs_bucket, Key=f"back-fill/{self.source}.json")
        except ClientError:
            return None
        read: dict[str, Any] = json.loads(answer["Body"].read())
        return read


def only(run: Run, title: str) -> dict[str, Any]:
    result: dict[str, Any] = run.of(title)
    (bucket,) = result["buckets"]
    return {**bucket, "changed": result["changed"]}


def test_counts_replicates_once_and_again_only_for_other_rules(
    aws: Aws, lab: Lab, name: str, playbook: Playbook, tmp_path: Path
) -> None:
    pair = OlderPair(aws, lab, name)
    pair.older("a", "b c+ü", "d/e")

    checked = playbook(tasks=[pair.task("predicted")], check=True)
    assert only(checked, "predicted")["status"] == "planned" and checked.changed
    assert only(checked, "predicted")["total"] is None
    assert pair.jobs() == [] and pair.note() is None

    counted = playbook(tasks=[pair.task("counted"), pair.task("counted again")])
    first, second = only(counted, "counted"), only(counted, "counted again")
    assert first["changed"] and (first["status"], first["total"], first["statuses"]) == (
        "counted",
        3,
        ["FAILED", "NONE"],
    )
    assert not second["changed"] and (second["status"], second["job_id"]) == ("counted", first["job_id"])
    assert pair.replicas() == {} and pair.note() is None

    replicate = {"replicate": True}
    progress = tmp_path / "progress"
    tasks = [
        pair.task("replicated", **replicate, progress_file=str(progress)),
        pair.task("again", **replicate),
        pair.task("count after", force=False),
    ]
    done = playbook(tasks=tasks)
    result = only(done, "replicated")
    assert result["changed"] and result["status"] == "done", result
    assert result["job_id"] == first["job_id"], "the job that counted is the one that replicates"
    assert (result["total"], result["succeeded"], result["failed"]) == (3, 3, 0)
    shown = [json.loads(line) for line in progress.read_text().splitlines()]
    assert {line["doing"] for line in shown} == {"replicate what is older than the rules"}
    assert [shown[-1][name] for name in ("done", "failed", "total")] == [3, 0, 3]
    assert set(pair.replicas()) == {"a", "b c+ü", "d/e"}
    assert len(pair.jobs()) == 1
    note = pair.note()
    assert note is not None and (note["job_id"], note["total"]) == (first["job_id"], 3)
    for title in ("again", "count after"):
        assert only(done, title)["status"] == "done_before" and not only(done, title)["changed"]
        assert only(done, title)["total"] == 3

    # S3 forgets jobs after 90 days; the note stays.
    lab.call("POST", "/clock/advance", {"seconds": 91 * 24 * 3600})
    assert pair.jobs() == []
    checked = playbook(tasks=[pair.task("checked", **replicate)], check=True)
    assert not checked.changed and only(checked, "checked")["status"] == "done_before"

    # Another destination: what was replicated to the first is not there yet.
    other = f"{name}-dst2"
    pair.away.create_bucket(Bucket=other, CreateBucketConfiguration={"LocationConstraint": DESTINATION_REGION})
    pair.away.put_bucket_versioning(Bucket=other, VersioningConfiguration={"Status": "Enabled"})
    statement = {
        "Effect": "Allow",
        "Action": ["s3:ReplicateObject", "s3:ReplicateTags"],
        "Resource": f"arn:aws:s3:::{other}/*",
    }
    aws("iam").put_role_policy(RoleName=f"{name}-replication", PolicyName="second", PolicyDocument=policy(statement))
    configuration = pair.s3.get_bucket_replication(Bucket=pair.source)["ReplicationConfiguration"]
    second_rule = {
        **configuration["Rules"][0],
        "ID": "to-second",
        "Priority": 2,
        "Destination": {"Bucket": f"arn:aws:s3:::{other}"},
    }
    configuration["Rules"].append(second_rule)
    pair.s3.put_bucket_replication(Bucket=pair.source, ReplicationConfiguration=configuration)
    run = playbook(tasks=[pair.task("grown", **replicate), pair.task("grown again", **replicate)])
    grown = only(run, "grown")
    assert (grown["status"], grown["succeeded"]) == ("done", 3), grown
    assert grown["statuses"] == ["COMPLETED", "FAILED", "NONE"]
    assert grown["destinations"] == [pair.destination, other]
    there = pair.away.list_object_versions(Bucket=other)["Versions"]
    assert {one["Key"] for one in there} == {"a", "b c+ü", "d/e"}
    assert only(run, "grown again")["status"] == "done_before"
    assert len(pair.jobs()) == 1


def test_failed_tasks_are_told_and_done_again_on_request(aws: Aws, lab: Lab, name: str, playbook: Playbook) -> None:
    pair = OlderPair(aws, lab, name)
    pair.older("good", "bad")
    pair.deny("bad")
    run = playbook(tasks=[pair.task("first", replicate=True), pair.task("second", replicate=True)])
    first, second = only(run, "first"), only(run, "second")
    assert (first["status"], first["succeeded"], first["failed"]) == ("done", 1, 1)
    (failure,) = first["failures"]
    assert (failure["code"], failure["tasks"]) == ("DstPutObjectNotPermitted", 1) and failure["remedy"]
    assert any("retry_failed: true" in warning for warning in run.of("first")["warnings"])
    assert second["status"] == "done_before" and second["failed"] == 1
    assert any("retry_failed: true" in warning for warning in run.of("second")["warnings"])

    pair.allow()
    tasks = [
        pair.task("retried", replicate=True, retry_failed=True),
        pair.task("retried again", replicate=True, retry_failed=True),
        pair.task("forced", replicate=True, force=True),
    ]
    run = playbook(tasks=tasks)
    retried = only(run, "retried")
    assert (retried["status"], retried["total"], retried["succeeded"]) == ("done", 1, 1), retried
    assert set(pair.replicas()) == {"good", "bad"}
    assert only(run, "retried again")["status"] == "done_before" and not only(run, "retried again")["changed"]
    assert only(run, "forced")["status"] == "nothing_to_do" and only(run, "forced")["changed"]


def test_what_went_elsewhere_before_is_found_without_a_note(aws: Aws, lab: Lab, name: str, playbook: Playbook) -> None:
    pair = OlderPair(aws, lab, name)
    pair.s3.put_object(Bucket=pair.source, Key="went-elsewhere", Body=b"x")
    pair.put.add("went-elsewhere")
    lab.replication_idle()
    assert pair.status("went-elsewhere") == "COMPLETED"
    other = f"{name}-dst2"
    pair.away.create_bucket(Bucket=other, CreateBucketConfiguration={"LocationConstraint": DESTINATION_REGION})
    pair.away.put_bucket_versioning(Bucket=other, VersioningConfiguration={"Status": "Enabled"})
    statement = {
        "Effect": "Allow",
        "Action": ["s3:ReplicateObject", "s3:ReplicateTags"],
        "Resource": f"arn:aws:s3:::{other}/*",
    }
    aws("iam").put_role_policy(RoleName=f"{name}-replication", PolicyName="second", PolicyDocument=policy(statement))
    configuration = pair.s3.get_bucket_replication(Bucket=pair.source)["ReplicationConfiguration"]
    configuration["Rules"][0]["Destination"] = {"Bucket": f"arn:aws:s3:::{other}"}
    pair.s3.put_bucket_replication(Bucket=pair.source, ReplicationConfiguration=configuration)
    result = only(playbook(tasks=[pair.task("moved", replicate=True)]), "moved")
    assert (result["status"], result["succeeded"]) == ("done", 1), result
    assert [one["Key"] for one in pair.away.list_object_versions(Bucket=other)["Versions"]] == ["went-elsewhere"]


def test_all_problems_at_once_and_one_buckets_trouble_stops_no_other(
    aws: Aws, lab: Lab, name: str, playbook: Playbook
) -> None:
    pair = OlderPair(aws, lab, name)
    pair.older("a")
    bare = f"{name}-bare"
    pair.s3.create_bucket(Bucket=bare, CreateBucketConfiguration={"LocationConstraint": SOURCE_REGION})
    tasks = [
        {**pair.task("refused", bare, f"{name}-none", role=pair.role + "-none", replicate=True), "ignore_errors": True},
        {**pair.task("doubled", pair.source), "ignore_errors": True},
    ]
    run = playbook(tasks=tasks)
    refused = run.of("refused")
    assert "no enabled replication rule" in refused["msg"]
    assert f"{name}-none" in refused["msg"] and "does not exist; S3 could not assume it" in refused["msg"]
    assert "named 2 times" in run.of("doubled")["msg"]
    assert pair.jobs() == []

    # The batch role may not list the second bucket: its job fails, the first one's is done.
    second = OlderPair(aws, lab, f"{name}-2")
    second.older("b")
    both = pair.task("both", second.source, replicate=True)
    run = playbook(tasks=[{**both, "ignore_errors": True}])
    failed = run.of("both")
    assert failed["changed"]
    results = {one["bucket"]: one for one in failed["buckets"]}
    assert results[pair.source]["status"] == "done" and results[second.source]["status"] == "failed"
    assert second.source in failed["msg"] and "AccessDenied" in failed["msg"]
    assert set(pair.replicas()) == {"a"} and second.replicas() == {}

    # Remedied and run again, only the second is left.
    own = {"bucket": second.source, "role": second.role, "report_bucket": second.jobs_bucket}
    mended = pair.task("mended", replicate=True, buckets=[{"bucket": pair.source}, own])
    again = playbook(tasks=[mended]).of("mended")
    assert [one["status"] for one in again["buckets"]] == ["done_before", "done"]
    assert set(second.replicas()) == {"b"}


def test_a_run_that_does_not_wait_is_taken_up_by_the_next(aws: Aws, lab: Lab, name: str, playbook: Playbook) -> None:
    pair = OlderPair(aws, lab, name)
    pair.older("a", "b")
    lab.call("PUT", "/settings", {"batch_state_delay": 1.5})
    tasks = [
        pair.task("started", wait=False),
        {**pair.task("impatient", replicate=True, wait_timeout=1), "ignore_errors": True},
        pair.task("waited for", replicate=True),
    ]
    run = playbook(tasks=tasks)
    started, done = only(run, "started"), only(run, "waited for")
    assert started["status"] == "counting" and started["changed"]
    late = run.of("impatient")
    assert "had not ended after 1 s" in late["msg"]
    assert done["status"] == "done" and done["job_id"] == started["job_id"] and len(pair.jobs()) == 1


def test_a_job_for_earlier_rules_is_waited_for_and_then_comes_todays(
    aws: Aws, lab: Lab, name: str, playbook: Playbook
) -> None:
    pair = OlderPair(aws, lab, name)
    pair.older("a", "x/b")
    configuration = pair.s3.get_bucket_replication(Bucket=pair.source)["ReplicationConfiguration"]
    configuration["Rules"][0]["Filter"] = {"Prefix": "x/"}
    pair.s3.put_bucket_replication(Bucket=pair.source, ReplicationConfiguration=configuration)
    lab.call("PUT", "/settings", {"batch_task_rate": 0.001})
    playbook(tasks=[pair.task("narrow", replicate=True, wait=False)])
    awaited(pair.jobs, lambda jobs: jobs[0]["Status"] not in ("New", "Preparing"))
    pair._replicate()
    told = only(playbook(tasks=[pair.task("told", replicate=True, wait=False)]), "told")
    lab.call("PUT", "/settings", {"batch_task_rate": 0.0})
    lab.call("POST", "/clock/advance", {"seconds": 3000})
    wide = only(playbook(tasks=[pair.task("wide", replicate=True)]), "wide")
    assert (told["status"], told["changed"]) == ("running", False) and "rules that bucket" in told["msg"]
    assert (wide["status"], wide["total"]) == ("done", 1), wide
    assert set(pair.replicas()) == {"a", "x/b"} and len(pair.jobs()) == 2
