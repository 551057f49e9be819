# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""FIS experiments, and the action that pauses replication."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from labclient import Clients, Lab
from replication_lab import ACCOUNT, AWAY, Pair, allow, client, control, idle, policy, wait_for

ACTION = "aws:s3:bucket-pause-replication"
TRUST = {"Effect": "Allow", "Principal": {"Service": "fis.amazonaws.com"}, "Action": "sts:AssumeRole"}


def chaos_role(*statements: dict[str, Any]) -> str:
    """The role of experiments; its ARN. Without statements: with what the action needs."""
    iam = client("iam")
    name = f"chaos-{uuid.uuid4().hex[:8]}"
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(TRUST))["Role"]["Arn"]
    on_pause = {"Condition": {"BoolIfExists": {"s3:isReplicationPauseRequest": "true"}}}
    to_region = {"Condition": {"StringEquals": {"s3:DestinationRegion": AWAY}}}
    needed = [
        allow(["s3:ListAllMyBuckets", "tag:GetResources"], "*"),
        allow("s3:PauseReplication", "arn:aws:s3:::*", **to_region),
        allow(["s3:PutReplicationConfiguration", "s3:GetReplicationConfiguration"], "arn:aws:s3:::*", **on_pause),
    ]
    iam.put_role_policy(RoleName=name, PolicyName="fis", PolicyDocument=policy(*(statements or needed)))
    return str(arn)


def template(role: str, **changes: Any) -> dict[str, Any]:
    """A template that pauses replication of buckets tagged drill=yes for ten minutes."""
    given: dict[str, Any] = {
        "clientToken": uuid.uuid4().hex,
        "description": "pause",
        "stopConditions": [{"source": "none"}],
        "roleArn": role,
        "targets": {
            "buckets": {"resourceType": "aws:s3:bucket", "resourceTags": {"drill": "yes"}, "selectionMode": "ALL"}
        },
        "actions": {
            "pause": {
                "actionId": ACTION,
                "parameters": {"duration": "PT10M", "region": AWAY},
                "targets": {"Buckets": "buckets"},
            }
        },
        **changes,
    }
    return dict(client("fis").create_experiment_template(**given)["experimentTemplate"])


def start(template_id: str, **more: Any) -> str:
    """A new experiment's id."""
    given = {"clientToken": uuid.uuid4().hex, "experimentTemplateId": template_id, **more}
    return str(client("fis").start_experiment(**given)["experiment"]["id"])


def status(experiment: str) -> str:
    """Where the experiment stands."""
    return str(client("fis").get_experiment(id=experiment)["experiment"]["state"]["status"])


def running(experiment: str) -> bool:
    """Whether the experiment has begun and not ended."""
    return status(experiment) == "running"


def drilled_pair() -> Pair:
    """A pair whose source is tagged drill=yes."""
    pair = Pair()
    tags = [{"Key": "drill", "Value": "yes"}, {"Key": "team", "Value": "a"}]
    pair.source.s3.put_bucket_tagging(Bucket=pair.source.name, Tagging={"TagSet": tags})
    return pair


def shown(pair: Pair) -> str:
    """The rule's status as GetBucketReplication tells it."""
    told = pair.source.s3.get_bucket_replication(Bucket=pair.source.name)
    return str(told["ReplicationConfiguration"]["Rules"][0]["Status"])


def test_replication_stands_still_and_goes_on_by_itself() -> None:
    drilled, other = drilled_pair(), Pair()
    experiment = start(template(chaos_role())["id"])
    wait_for(lambda: status(experiment) == "running")
    assert (shown(drilled), shown(other)) == ("Disabled", "Enabled")
    drilled.source.put("during")
    other.source.put("during")
    idle()
    assert (drilled.source.status("during"), other.source.status("during")) == ("PENDING", "COMPLETED")
    found = client("fis").list_experiment_resolved_targets(experimentId=experiment)["resolvedTargets"]
    assert [target["targetInformation"]["arn"] for target in found] == [drilled.source.arn]
    (listed,) = client("fis").list_experiments()["experiments"]
    assert (listed["id"], listed["state"]["status"]) == (experiment, "running")
    control("POST", "/clock/advance", seconds=601)
    wait_for(lambda: status(experiment) == "completed")
    idle()
    assert (drilled.source.status("during"), shown(drilled)) == ("COMPLETED", "Enabled")
    assert drilled.queue.records() == []
    action = client("fis").get_experiment(id=experiment)["experiment"]["actions"]["pause"]
    assert action["state"]["status"] == "completed"
    assert 600 <= (action["endTime"] - action["startTime"]).total_seconds() < 700


def test_stopping_ends_the_pause() -> None:
    pair = drilled_pair()
    experiment = start(template(chaos_role())["id"], tags={"drill": "june"})
    wait_for(lambda: status(experiment) == "running")
    pair.source.put()
    client("fis").stop_experiment(id=experiment)
    wait_for(lambda: status(experiment) == "stopped")
    idle()
    assert pair.source.status() == "COMPLETED"
    arn = client("fis").get_experiment(id=experiment)["experiment"]["arn"]
    client("fis").tag_resource(resourceArn=arn, tags={"seen": "yes"})
    assert client("fis").list_tags_for_resource(resourceArn=arn)["tags"] == {"drill": "june", "seen": "yes"}


def test_filters_of_the_action_and_the_lag() -> None:
    pair = drilled_pair()
    role = chaos_role()
    for parameters in ({"region": "us-west-2"}, {"destinationBuckets": "another"}, {"prefixes": "logs/"}):
        action = {
            "actionId": ACTION,
            "parameters": {"duration": "PT10M", "region": AWAY, **parameters},
            "targets": {"Buckets": "buckets"},
        }
        if "region" in parameters:
            role_there = chaos_role(allow("*", "*"))
        experiment = start(template(role_there if "region" in parameters else role, actions={"pause": action})["id"])
        wait_for(partial(running, experiment))
        assert shown(pair) == "Enabled", parameters
        client("fis").stop_experiment(id=experiment)
    control("PUT", "/settings", fis_pause_lag=300.0, fis_pause_shows_disabled=False)
    experiment = start(template(role)["id"])
    wait_for(lambda: status(experiment) == "running")
    assert shown(pair) == "Enabled"
    pair.source.put("soon")
    idle()
    control("POST", "/clock/advance", seconds=301)
    pair.source.put("later")
    idle()
    assert (pair.source.status("soon"), pair.source.status("later")) == ("COMPLETED", "PENDING")


def test_cloudtrail_tells_of_pause_and_end(lab: Lab) -> None:
    from test_cloudtrail_events import Bus, trail

    pair = drilled_pair()
    clients = Clients()
    trail(clients)
    bus = Bus(clients, lab)
    experiment = start(template(chaos_role())["id"])
    wait_for(lambda: status(experiment) == "running")
    (began,) = bus.take()
    record = began["detail"]
    assert (record["eventName"], record["requestParameters"]["bucketName"]) == (
        "PutBucketReplication",
        pair.source.name,
    )
    assert record["userIdentity"]["invokedBy"] == record["sourceIPAddress"] == "fis.amazonaws.com"
    client("fis").stop_experiment(id=experiment)
    wait_for(lambda: status(experiment) == "stopped")
    assert bus.names() == ["PutBucketReplication"]


@pytest.mark.parametrize("missing", ["s3:PauseReplication", "s3:PutReplicationConfiguration", "tag:GetResources"])
def test_the_role_needs_every_permission(missing: str) -> None:
    pair = drilled_pair()
    actions = [
        "s3:ListAllMyBuckets", "tag:GetResources", "s3:PauseReplication", "s3:PutReplicationConfiguration",
        "s3:GetReplicationConfiguration",
    ]  # fmt: skip
    role = chaos_role(allow([action for action in actions if action != missing], "*"))
    experiment = start(template(role)["id"])
    wait_for(lambda: status(experiment) == "failed")
    told = client("fis").get_experiment(id=experiment)["experiment"]
    assert missing in told["actions"]["pause"]["state"]["reason"]
    assert shown(pair) == "Enabled"


def test_no_targets_fail_or_are_skipped() -> None:
    role = chaos_role()
    experiment = start(template(role)["id"])
    wait_for(lambda: status(experiment) == "failed")
    lenient = template(role, experimentOptions={"emptyTargetResolutionMode": "skip"})
    experiment = start(lenient["id"])
    wait_for(lambda: status(experiment) == "completed")
    told = client("fis").get_experiment(id=experiment)["experiment"]
    assert told["actions"]["pause"]["state"]["status"] == "skipped"
    drilled_pair()
    dry = start(template(role)["id"], experimentOptions={"actionsMode": "skip-all"})
    wait_for(lambda: status(dry) == "completed")


@pytest.mark.parametrize(
    "changes",
    [
        {"stopConditions": []},
        {"actions": {"pause": {"actionId": ACTION, "parameters": {"region": AWAY}, "targets": {"Buckets": "buckets"}}}},
        {
            "actions": {
                "pause": {
                    "actionId": ACTION,
                    "parameters": {"region": AWAY, "duration": "PT13H"},
                    "targets": {"Buckets": "buckets"},
                }
            }
        },
        {"actions": {"pause": {"actionId": "aws:ec2:stop-instances", "parameters": {}}}},
        {
            "targets": {
                "buckets": {
                    "resourceType": "aws:s3:bucket",
                    "resourceArns": ["arn:aws:s3:::named-bucket"],
                    "selectionMode": "ALL",
                }
            }
        },
    ],
)
def test_templates_that_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        template(chaos_role(), **changes)


def test_tokens_templates_and_permissions() -> None:
    role, token, fis = chaos_role(), uuid.uuid4().hex, client("fis")
    first, again = (template(role, clientToken=token, tags={"a": "b"}) for _unused in range(2))
    assert (first["id"], first["tags"]) == (again["id"], {"a": "b"})
    with pytest.raises(ClientError, match="ConflictException"):
        template(role, clientToken=token, description="another")
    assert fis.get_experiment_template(id=first["id"])["experimentTemplate"]["roleArn"] == role
    fis.delete_experiment_template(id=first["id"])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        fis.get_experiment_template(id=first["id"])
    iam = client("iam")
    user = iam.create_user(UserName="reader")["User"]["UserName"]
    key = iam.create_access_key(UserName=user)["AccessKey"]
    reader = Clients()("fis", "us-east-1", key)
    with pytest.raises(ClientError, match="fis:ListExperiments"):
        reader.list_experiments()
    iam.put_user_policy(UserName=user, PolicyName="may", PolicyDocument=policy(allow("fis:ListExperiments", "*")))
    assert reader.list_experiments()["experiments"] == []
    assert ACCOUNT in first["arn"]
