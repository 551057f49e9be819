# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A failback that is refused while data would be lost, forced, and not equal in the end, by real ansible-playbook."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.capture import ACCOUNT, Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.failing_over import EU, TABLE, US, Workload

# So long both sides are waited for; each comparison and the pause after it take more than a second.
TIMEOUT = 5
# The buckets have a replication role of their own.
QUICK = {"replication": False, "wait_timeout": TIMEOUT}
WAITED = "Compare until nothing is missing"
PROVED = "Compare both sides until they are equal"


def test_it_refuses_while_data_would_be_lost_and_goes_on_when_a_person_insists(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str, tmp_path: Path
) -> None:
    """One object never comes to us-east-1, another one has other content there."""
    workload = Workload(aws, name)
    older = workload.sources[1]
    aws("s3").put_object(Bucket=older, Key="older", Body=b"here")
    workload.prepare()
    write_without_version(aws, f"{older}-dr", "older", b"there, and longer")
    jobs_for(aws, f"{workload.sources[0]}-dr")
    file = tmp_path / "missing.csv"
    back: dict[str, Any] = {"target_region": US, "fence": True, "missing_file": str(file), **QUICK}
    failed_over(workload)
    wrong = {"failover_account_id": "444455556666"}
    tried = playbook(tasks=refused(workload, "Wrong account", **back, extra=wrong))
    assert "[wrong_account]" in tried.of("Wrong account is refused")["msg"]
    policies = [json.dumps(policy_of(aws, bucket)) for bucket in workload.sources]
    assert policies == ["null", "null"]  # nothing was fenced

    lost = never_replicated(workload, lab, "lost; 100 %")
    tried = playbook(tasks=refused(workload, "Lost", **back))
    told = tried.of("Lost is refused")["msg"]
    assert "Nothing was switched" in told
    assert all(part in told for part in ("1 versions are missing, 1 differ", *lost, "FAILED", "older (null)"))
    assert not [task for task in tried.tasks if task["task"].endswith("Let workloads know")]
    assert workload.active() == [{EU}, {EU}]
    assert workload.pointer()["active_region"] == EU
    assert 1 < tried.of(WAITED)["attempts"] < TIMEOUT  # a look each second would be one more
    missing = ("missing_at_destination", f"{workload.sources[0]}-dr", *lost)
    named = {missing, ("different_size", f"{older}-dr", "older", "null")}
    assert named <= rows(file)

    # A rehearsal replicates nothing: what may not come, and nobody may even ask about, refuses nothing there.
    lab.call("POST", "/faults", {"kind": "access_denied", "operation": "HeadObject"})
    rehearsed = playbook(tasks=[workload.task("failback", "Rehearse", **back)], check=True)
    told = rehearsed.of("Keep the result as a fact")["ansible_facts"]["failback_result"]["overridden"]
    codes = [reason["code"] for reason in told]
    assert codes == ["loss_unknown"]
    lab.call("DELETE", "/faults")

    forced = playbook(tasks=[
        workload.task("failback", "Forced", **back, force=True),
        {"name": "Report", "ansible.builtin.debug": {"var": "failback_result"}},
    ])  # fmt: skip
    result = forced.of("Report")["failback_result"]
    assert (result["verdict"], result["failures"]) == ("go", [])
    assert (result["equal"], result["missing_now"], result["unlike_now"], result["names_cut"]) == (False, 1, 1, False)
    found = {(one["kind"], one["bucket"], one["key"], one["version_id"]) for one in result["differences_now"]}
    assert len(result["differences_now"]) == 2 and missing in found
    said = "Both sides are not equal, forced: 1 versions are missing, 1 differ, 0 comparisons failed"
    assert said in result["summary"] and said in forced.of("Tell what is not equal")["msg"]
    assert any(lost[1] in line for line in result["summary"])
    assert forced.of(PROVED)["attempts"] == 1  # it was waited for before
    assert named <= rows(file)
    assert workload.active() == [{US}, {US}]
    assert workload.pointer()["active_region"] == US
    aws("s3").put_object(Bucket=older, Key="again", Body=b"x")  # not fenced any more


def test_what_only_the_old_region_has_is_not_in_the_way_and_is_told_in_the_end(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str, tmp_path: Path
) -> None:
    """Nobody has set up S3 Batch Replication, so that what was left behind can't be replicated."""
    workload = Workload(aws, name, count=1)
    workload.prepare()
    left = workload.fail_to_replicate(lab, "left behind")
    report = tmp_path / "back.json"
    back = {"target_region": US, **QUICK, "report_file": str(report)}
    failed_over(workload)
    run = playbook(tasks=refused(workload, "Back", **back))
    told = run.of("Back is refused")["msg"]
    assert "us-east-1 is active, but both sides are not equal, 1 versions are missing, 0 differ" in told
    assert left[1] in told
    result = json.loads(report.read_text(encoding="utf-8"))
    assert (result["verdict"], result["equal"], result["missing_now"]) == ("go", False, 1)
    assert [(one["key"], one["version_id"]) for one in result["differences_now"]] == [left]
    assert workload.active() == [{US}]
    assert 1 < run.of(PROVED)["attempts"] < TIMEOUT


def failed_over(workload: Workload) -> None:
    """Let routes and pointer say eu-west-1."""
    control = workload.aws("s3control", EU)
    for arn, source in zip(workload.access_points(), workload.sources, strict=True):
        dials = {source: 0, f"{source}-dr": 100}
        updates = [{"Bucket": bucket, "TrafficDialPercentage": dial} for bucket, dial in dials.items()]
        control.submit_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=arn, RouteUpdates=updates)
    workload.aws("dynamodb", EU).update_item(
        TableName=TABLE,
        Key={"name": {"S": workload.name}},
        UpdateExpression="SET active_region = :there",
        ExpressionAttributeValues={":there": {"S": EU}},
    )


def refused(workload: Workload, called: str, **more: Any) -> list[dict[str, Any]]:
    """Tasks that fail back, and let the play go on when that was refused."""
    told = {"name": f"{called} is refused", "ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}
    return [{"name": called, "block": [workload.task("failback", called, **more)], "rescue": [told]}]


def never_replicated(workload: Workload, lab: Lab, key: str) -> tuple[str, str]:
    """Write an object in eu-west-1 that us-east-1 refuses for good; its key and version."""
    source = workload.sources[0]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:ReplicateObject", "Resource": f"arn:aws:s3:::{source}/*"}
    workload.aws("s3").put_bucket_policy(Bucket=source, Policy=json.dumps({"Statement": [deny]}))
    written = workload.aws("s3", EU).put_object(Bucket=f"{source}-dr", Key=key, Body=b"x")
    lab.replication_idle()
    return key, str(written["VersionId"])


def write_without_version(aws: Aws, bucket: str, key: str, body: bytes) -> None:
    """Let a bucket of eu-west-1 hold an object that was written without versioning."""
    s3 = aws("s3", EU)
    rules = s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]
    s3.delete_bucket_replication(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=rules)


def jobs_for(aws: Aws, bucket: str) -> None:
    """Make what S3 Batch Replication needs in eu-west-1."""
    where = {"LocationConstraint": EU}
    aws("s3", EU).create_bucket(Bucket=f"s3-replication-jobs-{ACCOUNT}-{EU}", CreateBucketConfiguration=where)
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "batchoperations.s3.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    may = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    named = {"RoleName": f"s3-batch-replication-{EU}"}
    aws("iam").create_role(**named, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    aws("iam").put_role_policy(**named, PolicyName="all", PolicyDocument=policy)


def policy_of(aws: Aws, bucket: str) -> Any:
    """The policy of a bucket of us-east-1; null where it has none."""
    try:
        return json.loads(aws("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    except aws("s3").exceptions.ClientError:
        return None


def rows(file: Path) -> set[tuple[str, str, str, str]]:
    """What a file of differences names."""
    with file.open(encoding="utf-8", newline="") as stream:
        return {(row["kind"], row["source"], row["key"], row["version_id"]) for row in csv.DictReader(stream)}
