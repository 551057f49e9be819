# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""setup.yml, back_fill.yml and teardown.yml against the lab: what was made goes, everything else stays as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.tests.integration.capture import ACCOUNT, Aws, documented_user
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run

SETUP, BACK_FILL, TEARDOWN = "aws_dr.s3.setup", "aws_dr.s3.back_fill", "aws_dr.s3.teardown"
SOURCE, DESTINATION, SECOND, US, EU = "invoices", "invoices-dr", "photos", "us-east-1", "eu-west-1"
JOBS = f"s3-replication-jobs-{ACCOUNT}-{US}"
MAKING = ("replication_setup", "failure_capture", "remediation_setup", "back_fill")
Playbook = Callable[..., Run]


def pair(source: str) -> dict[str, Any]:
    return {"source": {"bucket": source, "region": US}, "destination": {"bucket": f"{source}-dr", "region": EU}}


BOTH = {
    "dr_pairs": [pair(SOURCE), pair(SECOND)],
    "dr_ledger_region": EU,
    "replication_setup_role_wait": 0,
    "remediation_setup_role_wait": 0,
    "back_fill_wait_delay": 1,
}
FIRST = {**BOTH, "dr_pairs": [pair(SOURCE)], "teardown_tls_only": True}


def prepare(aws: Aws) -> None:
    """Two source buckets with objects that are older than any rule, one with an entry of somebody else's."""
    for source in (SOURCE, SECOND):
        aws("s3").create_bucket(Bucket=source)
        aws("s3").put_object(Bucket=source, Key="older", Body=b"x")
    topic = aws("sns").create_topic(Name="theirs")["TopicArn"]
    entry = {"Id": "theirs", "TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}
    aws("s3").put_bucket_notification_configuration(
        Bucket=SOURCE, NotificationConfiguration={"TopicConfigurations": [entry]}, SkipDestinationValidation=True
    )


def buckets(aws: Aws) -> set[str]:
    return {bucket["Name"] for bucket in aws("s3").list_buckets()["Buckets"]}


def roles(aws: Aws) -> set[str]:
    return {role["RoleName"] for role in aws("iam").list_roles()["Roles"]}


def rules(aws: Aws, bucket: str) -> list[str]:
    try:
        answer = aws("s3").get_bucket_replication(Bucket=bucket)
    except ClientError:
        return []
    return [rule["ID"] for rule in answer["ReplicationConfiguration"]["Rules"]]


def sids(aws: Aws) -> list[str]:
    """Sids of the statements of the first destination's policy."""
    try:
        policy = json.loads(aws("s3", EU).get_bucket_policy(Bucket=DESTINATION)["Policy"])
    except ClientError:
        return []
    return [statement["Sid"] for statement in policy["Statement"]]


def queues(aws: Aws) -> list[str]:
    return [url.rpartition("/")[2] for url in aws("sqs").list_queues().get("QueueUrls", [])]


def confirmed(*names: str) -> dict[str, Any]:
    sentence = f"delete all data in {', '.join(sorted(names))} on {datetime.now(UTC):%Y-%m-%d}"
    return {"teardown_buckets": list(names), "teardown_confirm": sentence}


def test_what_was_set_up_is_back_filled_and_torn_down_again(aws: Aws, lab: Lab, playbook: Playbook) -> None:
    """By users who may do what the READMEs of the playbooks' roles name, and nothing else."""
    maker = documented_user(aws, *MAKING, user="maker")
    filler = documented_user(aws, "back_fill", user="filler")
    breaker = documented_user(aws, "teardown", user="breaker")
    prepare(aws)
    done = playbook(play=SETUP, variables={**BOTH, "dr_back_fill": True}, env=maker)
    assert [one["status"] for one in done.of("replicate it if asked")["buckets"]] == ["done", "done"]
    again = playbook(play=SETUP, variables={**BOTH, "dr_back_fill": False}, check=True, env=maker)
    assert [one["status"] for one in again.of("replicate it if asked")["buckets"]] == ["done_before"] * 2
    assert again.changed == []
    assert [one["Key"] for one in aws("s3", EU).list_objects_v2(Bucket=DESTINATION)["Contents"]] == ["older"]
    assert playbook(play=BACK_FILL, variables={**BOTH, "dr_back_fill": True}, env=filler).changed == []
    before = aws("s3").get_bucket_replication(Bucket=SOURCE)["ReplicationConfiguration"]

    # The first pair alone: queue, ledger and batch role are still needed by the second.
    refused = playbook(play=TEARDOWN, variables={**FIRST, "teardown_queues": True}, expect=2, env=breaker)
    assert "bucket photos still replicates by to-photos-dr" in refused.output
    checked = playbook(play=TEARDOWN, variables=FIRST, check=True, env=breaker)
    assert checked.changed and rules(aws, SOURCE) == [f"to-{DESTINATION}"]
    assert aws("s3").get_bucket_replication(Bucket=SOURCE)["ReplicationConfiguration"] == before
    assert "AwsDrTlsOnly" in sids(aws)
    playbook(play=TEARDOWN, variables=FIRST, env=breaker)
    assert "AwsDrTlsOnly" not in sids(aws)
    assert rules(aws, SOURCE) == [] and rules(aws, SECOND) == ["to-photos-dr"]
    configuration = aws("s3").get_bucket_notification_configuration(Bucket=SOURCE)
    assert [entry["Id"] for entry in configuration["TopicConfigurations"]] == ["theirs"]
    assert "QueueConfigurations" not in configuration
    assert roles(aws) == {f"s3-replication-{SECOND}", f"s3-batch-replication-{US}"}
    policies = aws("iam").list_role_policies(RoleName=f"s3-batch-replication-{US}")["PolicyNames"]
    assert set(policies) == {"job-files", f"replicate-{SECOND}"}
    assert buckets(aws) == {SOURCE, DESTINATION, SECOND, f"{SECOND}-dr", JOBS} and len(queues(aws)) == 2
    assert playbook(play=TEARDOWN, variables=FIRST, env=breaker).changed == []

    # Then both, with all that is removed on request. A rule that setup did not make stays, with the role it needs.
    configuration = aws("s3").get_bucket_replication(Bucket=SECOND)["ReplicationConfiguration"]
    theirs = {**configuration["Rules"][0], "ID": "theirs", "Priority": 77}
    theirs["Destination"] = {"Bucket": f"arn:aws:s3:::{DESTINATION}"}
    configuration["Rules"].append(theirs)
    aws("s3").put_bucket_replication(Bucket=SECOND, ReplicationConfiguration=configuration)
    everything = {**BOTH, "teardown_queues": True, "teardown_ledger": True}
    gone = (f"{SECOND}-dr", JOBS)
    run = playbook(
        play=TEARDOWN,
        variables={**everything, "teardown_buckets": [SOURCE, "stranger", DESTINATION]},
        expect=2,
        env=breaker,
    )
    for told in ("is the source of a pair", "neither a destination", "photos by theirs replicates into it"):
        assert told in run.output
    assert run.changed == []
    run = playbook(
        play=TEARDOWN, variables={**everything, **confirmed(*gone), "teardown_confirm": "yes"}, expect=2, env=breaker
    )
    assert confirmed(*gone)["teardown_confirm"] in run.output and run.changed == []
    shown = playbook(play=TEARDOWN, variables={**everything, "teardown_buckets": list(gone)}, check=True, env=breaker)
    assert confirmed(*gone)["teardown_confirm"] in shown.output and "with 1 versions (1 bytes)" in shown.output
    assert gone[0] in buckets(aws) and rules(aws, SECOND) == ["to-photos-dr", "theirs"]

    playbook(play=TEARDOWN, variables={**everything, **confirmed(*gone)}, env=breaker)
    assert rules(aws, SECOND) == ["theirs"] and roles(aws) == {f"s3-replication-{SECOND}"}
    assert aws("iam").list_role_policies(RoleName=f"s3-replication-{SECOND}")["PolicyNames"] == []
    assert queues(aws) == [] and aws("dynamodb", EU).list_tables()["TableNames"] == []
    assert buckets(aws) == {SOURCE, SECOND, DESTINATION}
    assert aws("s3").list_object_versions(Bucket=SECOND)["Versions"]
    assert playbook(play=TEARDOWN, variables={**everything, **confirmed(*gone)}, env=breaker).changed == []
    assert aws("s3").get_bucket_versioning(Bucket=SOURCE)["Status"] == "Enabled"


def test_locked_objects_stay_and_keep_nothing_else_from_going(aws: Aws, lab: Lab, playbook: Playbook) -> None:
    away, names = aws("s3", EU), (DESTINATION, f"{SECOND}-dr")
    for bucket in names:
        place = {"LocationConstraint": EU}
        away.create_bucket(Bucket=bucket, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=True)
        away.put_object(Bucket=bucket, Key="free", Body=b"x")
    held = away.put_object(Bucket=DESTINATION, Key="held", Body=b"x", ObjectLockLegalHoldStatus="ON")["VersionId"]
    run = playbook(play=TEARDOWN, variables={**BOTH, **confirmed(*names)}, expect=2)
    assert "1 versions are held by Object Lock" in run.output
    assert buckets(aws) == {DESTINATION}
    assert [one["Key"] for one in away.list_object_versions(Bucket=DESTINATION)["Versions"]] == ["held"]
    away.put_object_legal_hold(Bucket=DESTINATION, Key="held", VersionId=held, LegalHold={"Status": "OFF"})
    playbook(play=TEARDOWN, variables={**BOTH, **confirmed(*names)})
    assert buckets(aws) == set()
