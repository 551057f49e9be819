# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates and experiments of FIS: made, changed, run dry, run, stopped, removed; tags lent to buckets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

ACCOUNT, US, EU = "111122223333", "us-east-1", "eu-west-1"
DRILL = {"drill": "yes"}


def role(aws: Callable[..., Any]) -> str:
    """The role of experiments, with what pausing replication needs."""
    iam = aws("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "fis.amazonaws.com"}, "Action": "sts:AssumeRole"}
    may = [
        {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", "tag:GetResources"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["s3:PauseReplication", "s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration"],
            "Resource": "arn:aws:s3:::invoices",
        },
    ]
    document = {"Version": "2012-10-17"}
    arn = iam.create_role(RoleName="fis", AssumeRolePolicyDocument=json.dumps({**document, "Statement": [trust]}))
    iam.put_role_policy(RoleName="fis", PolicyName="fis", PolicyDocument=json.dumps({**document, "Statement": may}))
    return str(arn["Role"]["Arn"])


def template(called: str, **more: Any) -> dict[str, Any]:
    """A task that makes the template."""
    given = {
        "name": "pause",
        "region": US,
        "role": f"arn:aws:iam::{ACCOUNT}:role/fis",
        "stop_conditions": [{"source": "none"}],
        "pause_replication": {"tags": DRILL, "region": EU, "duration": "PT30M"},
        **more,
    }
    return {"name": called, "aws_dr.s3.fis_experiment_template": given, "ignore_errors": "refused" in called}


def experiment(called: str, **more: Any) -> dict[str, Any]:
    """A task that runs an experiment of it."""
    lent = {"buckets": ["invoices"], "tags": DRILL}
    given = {"template": "pause", "region": US, "target_tags": lent, "wait_timeout": 20, "wait_delay": 1, **more}
    return {"name": called, "aws_dr.s3.fis_experiment": given, "ignore_errors": "refused" in called}


def pair(aws: Callable[..., Any]) -> None:
    """A bucket that replicates, with a tag of its own."""
    s3 = aws("s3")
    s3.create_bucket(Bucket="invoices")
    aws("s3", EU).create_bucket(Bucket="invoices-dr", CreateBucketConfiguration={"LocationConstraint": EU})
    for client, bucket in ((s3, "invoices"), (aws("s3", EU), "invoices-dr")):
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(Bucket="invoices", Tagging={"TagSet": [{"Key": "team", "Value": "money"}]})
    rule = {
        "ID": "to-dr",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::invoices-dr"},
    }
    trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws("iam").create_role(
        RoleName="replication",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    s3.put_bucket_replication(
        Bucket="invoices",
        ReplicationConfiguration={"Role": f"arn:aws:iam::{ACCOUNT}:role/replication", "Rules": [rule]},
    )


def tags(aws: Callable[..., Any]) -> dict[str, str]:
    """The tags of the bucket."""
    found = aws("s3").get_bucket_tagging(Bucket="invoices")["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def test_a_template_and_its_experiments(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    role(aws)
    pair(aws)
    fis = aws("fis")
    told = playbook(tasks=[template("Predicted")], check=True).last
    assert told["changed"] and not fis.list_experiment_templates()["experimentTemplates"]
    longer = {"pause_replication": {"tags": DRILL, "region": EU, "duration": "PT1H"}, "tags": {"team": "a"}}
    run = playbook(
        tasks=[
            template("Made"),
            template("Made again"),
            template("Changed", **longer),
            template("Changed again", **longer),
            template(
                "A short one is refused",
                stop_conditions=[],
                pause_replication={"tags": {}, "region": "Ireland", "duration": "PT5S"},
            ),
            experiment("Dry", actions_mode="skip-all"),
            experiment("Begun", run_id="june", wait=False),
            experiment("Too long for the wait is refused", run_id="june", wait_timeout=1),
            experiment("Another is refused", run_id="july"),
        ]
    )
    made, changed = run.of("Made"), run.of("Changed")
    assert {**told["template"], "id": None, "arn": None} == {**made["template"], "id": None, "arn": None}
    assert not run.of("Made again")["changed"] and not run.of("Changed again")["changed"]
    assert changed["template_id"] == made["template_id"]
    kept = fis.get_experiment_template(id=made["template_id"])["experimentTemplate"]
    assert kept["actions"]["pause_replication"]["parameters"] == {"duration": "PT1H", "region": EU}
    assert kept["tags"] == {"Name": "pause", "team": "a"}
    assert len(fis.list_experiment_templates()["experimentTemplates"]) == 1
    assert len(run.of("A short one is refused")["problems"]) == 4
    dry = run.of("Dry")["experiment"]
    assert (dry["status"], dry["actions"]["pause_replication"]["status"]) == ("completed", "skipped")
    assert dry["targets"] == {"buckets": ["arn:aws:s3:::invoices"]}
    assert "is running (pause_replication running) after 1 seconds" in run.of("Too long for the wait is refused")["msg"]
    assert "is another run than 'july'" in run.of("Another is refused")["msg"]
    started = [one["tags"] for one in fis.list_experiments()["experiments"]]
    assert sorted(started, key=str) == [{"aws_dr.s3:run-id": "june"}, {}]
    assert tags(aws) == {"team": "money", "drill": "yes", "aws_dr.s3:lent:drill": made["template_id"]}
    rules = aws("s3").get_bucket_replication(Bucket="invoices")["ReplicationConfiguration"]["Rules"]
    assert rules[0]["Status"] == "Disabled"

    told = playbook(tasks=[experiment("Stop", state="stopped")], check=True).last
    assert told["changed"] and tags(aws)["drill"] == "yes"
    run = playbook(
        tasks=[
            experiment("Stop", state="stopped"),
            experiment("Stop again", state="stopped"),
            experiment("The stopped run is refused", run_id="june"),
            template("Gone", state="absent"),
            template("Gone again", state="absent"),
            experiment("Without template is refused"),
        ]
    )
    assert [one["status"] for one in run.of("Stop")["experiments"]] == ["stopped"]
    assert run.changed == ["Stop", "Gone"]
    assert run.of("The stopped run is refused")["end"] == "stopped"
    assert "make it with fis_experiment_template" in run.of("Without template is refused")["msg"]
    assert tags(aws) == {"team": "money"}
    assert not fis.list_experiment_templates()["experimentTemplates"]


def test_a_whole_pause_with_progress(playbook: Callable[..., Any], aws: Callable[..., Any], lab: Any) -> None:
    role(aws)
    pair(aws)
    run = playbook(
        tasks=[
            template("Made"),
            experiment("Begun", run_id="june", wait=False),
            {
                "name": "Time passes",
                "ansible.builtin.uri": {
                    "url": "{{ lookup('env', 'LAB_CONTROL_URL') }}/clock/advance",
                    "method": "POST",
                    "body_format": "json",
                    "body": {"seconds": 1801},
                    "use_proxy": False,
                    "status_code": [200, 204],
                },
            },
            experiment("Ended", run_id="june"),
            experiment("Ended again", run_id="june"),
        ]
    )
    assert not run.of("Ended")["changed"] and not run.of("Ended again")["changed"]
    told = run.of("Ended again")["experiment"]
    assert told["status"] == "completed" and 1800 <= told["seconds"] < 1900
    assert told["actions"]["pause_replication"]["status"] == "completed"
    assert tags(aws) == {"team": "money"}
