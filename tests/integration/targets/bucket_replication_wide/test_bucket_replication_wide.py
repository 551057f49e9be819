# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bucket_replication can ask for, at work: the rules are written by the module, objects show what they do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_role import permissions_policy, trust_policy
from ansible_collections.aws_dr.s3.tests.integration.replicating import (
    ACCOUNT,
    HOLD,
    ON,
    OTHER_ACCOUNT,
    Account,
    Bucket,
    Json,
    until,
)

HOME, AWAY, FAR = "us-east-1", "eu-west-1", "ap-southeast-2"
MODULE = "aws_dr.s3.bucket_replication"
STORAGE_CLASSES = [
    "STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE",
    "REDUCED_REDUNDANCY",
]  # fmt: skip

Playbook = Callable[..., Any]


@pytest.fixture
def home() -> Account:
    return Account()


def role(home: Account, name: str, *pairs: Json) -> str:
    """A replication role that may do what these pairs need; its ARN."""
    iam = home.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust_policy(home.id)))
    if pairs:
        policy = json.dumps(permissions_policy(pairs, "aws"))
        iam.put_role_policy(RoleName=name, PolicyName="replication", PolicyDocument=policy)
    return str(made["Role"]["Arn"])


def pair(here: Bucket, there: Bucket, source: Json | None = None, destination: Json | None = None) -> Json:
    from_here = {"bucket": here.name, "region": here.region, "object_lock": here.locked}
    to_there = {"bucket": there.name, "region": there.region}
    return {"source": {**from_here, **(source or {})}, "destination": {**to_there, **(destination or {})}}


def task(called: str, source: Bucket, role_arn: str, *rules: Json, **options: Any) -> Json:
    return {"name": called, MODULE: {"bucket": source.name, "role": role_arn, "rules": list(rules), **options}}


def written(playbook: Playbook, *tasks: Json) -> Any:
    """Predict, write, and write again: what was predicted happens, and then nothing more."""
    predicted = playbook(list(tasks), check=True)
    run = playbook([*tasks, *({**each, "name": f"{each['name']} again"} for each in tasks)])
    assert run.changed == [each["name"] for each in tasks]
    for each in tasks:
        first, again = run.of(each["name"]), run.of(f"{each['name']} again")
        assert predicted.of(each["name"])["diff"] == first["diff"]
        assert first["replication"] == again["replication"]
    return run


def configuration(bucket: Bucket) -> dict[str, Json]:
    rules = bucket.s3.get_bucket_replication(Bucket=bucket.name)["ReplicationConfiguration"]["Rules"]
    return {rule["ID"]: rule for rule in rules}


def test_kms_with_bucket_keys_in_both_directions_and_replicas_that_change(
    playbook: Playbook, lab: Any, home: Account, name: str
) -> None:
    here, there = Bucket(home, f"{name}-here", HOME), Bucket(home, f"{name}-there", AWAY)
    keys = {here.name: home.key(HOME), there.name: home.key(AWAY)}
    tasks = []
    for source, destination in ((here, there), (there, here)):
        source.encrypt_with(keys[source.name], bucket_key=True)
        needed = pair(
            source,
            destination,
            source={"kms_key_arns": [keys[source.name]]},
            destination={"replica_kms_key_id": keys[destination.name]},
        )
        target = {"bucket": destination.name, "replica_kms_key_id": keys[destination.name]}
        rule = {"id": "sync", "replica_modifications": True, "delete_marker_replication": True, "destination": target}
        tasks.append(task(f"Of {source.name}", source, role(home, source.name, needed), rule))
    written(playbook, *tasks)
    here.put("from-here")
    there.put("from-there", BucketKeyEnabled=True, ServerSideEncryption="aws:kms", SSEKMSKeyId=keys[there.name])
    lab.replication_idle()
    for source, destination, key in ((here, there, "from-here"), (there, here, "from-there")):
        assert (source.status(key), destination.status(key)) == ("COMPLETED", "REPLICA")
        replica = destination.head(key)
        assert (replica["SSEKMSKeyId"], replica["BucketKeyEnabled"]) == (keys[destination.name], True)
        assert source.head(key)["SSEKMSKeyId"] == keys[source.name]
    tagging = {"TagSet": [{"Key": "seen", "Value": "there"}]}
    there.s3.put_object_tagging(Bucket=there.name, Key="from-here", Tagging=tagging)
    here.s3.delete_object(Bucket=here.name, Key="from-there")
    lab.replication_idle()
    assert here.tags("from-here") == {"seen": "there"}, "replica modification sync works"
    assert there.deleted("from-there")
    for bucket in (here, there):
        listed = bucket.s3.list_object_versions(Bucket=bucket.name)
        assert (len(listed["Versions"]), len(listed["DeleteMarkers"])) == (2, 1), "nothing goes round in circles"


def test_another_account_owns_the_replicas(playbook: Playbook, lab: Any, home: Account, name: str) -> None:
    other = Account(OTHER_ACCOUNT)
    source = Bucket(home, f"{name}-src", HOME, acls=True)
    destination = Bucket(other, f"{name}-dst", AWAY, acls=True)
    role_arn = role(home, name)
    source_key, replica_key = home.key(HOME), other.key(AWAY, role_arn)
    needed = pair(
        source,
        destination,
        source={"kms_key_arns": [source_key]},
        destination={"replica_kms_key_id": replica_key, "owner_override": True},
    )
    policy = json.dumps(permissions_policy([needed], "aws"))
    home.client("iam").put_role_policy(RoleName=name, PolicyName="replication", PolicyDocument=policy)
    allowed = bucket_policy.allow_replication(destination.name, [role_arn], "aws", owner_override=True)
    destination.s3.put_bucket_policy(Bucket=destination.name, Policy=json.dumps(bucket_policy.merged(None, allowed)))
    target = {"bucket": destination.name, "account_id": OTHER_ACCOUNT, "replica_kms_key_id": replica_key}
    run = written(
        playbook,
        task("Replicate", source, role_arn, {"id": "r", "destination": {**target, "owner_override": True}}),
    )
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": source_key}
    source.put("theirs", **encrypted)
    lab.replication_idle()
    assert (source.status("theirs"), destination.head("theirs")["SSEKMSKeyId"]) == ("COMPLETED", replica_key)
    assert destination.owner("theirs") == destination.owner() != source.owner()
    (rule,) = run.last["replication"]["rules"]
    assert (rule["destination"]["account_id"], rule["destination"]["owner_override"]) == (OTHER_ACCOUNT, True)

    playbook([task("Keep them", source, role_arn, {"id": "r", "destination": {"owner_override": False}})])
    source.put("ours", **encrypted)
    lab.replication_idle()
    assert source.status("ours") == "COMPLETED"
    assert "AccessControlTranslation" not in configuration(source)["r"]["Destination"]
    assert configuration(source)["r"]["Destination"]["Account"] == OTHER_ACCOUNT


def test_every_storage_class_and_one_prefix_to_several_destinations(
    playbook: Playbook, lab: Any, home: Account, name: str
) -> None:
    source = Bucket(home, f"{name}-src", HOME)
    destinations = [Bucket(home, f"{name}-{region}", region) for region in (AWAY, FAR, HOME)]
    role_arn = role(home, name, *(pair(source, destination) for destination in destinations))
    classes = [
        {
            "id": wanted,
            "prefix": f"{wanted}/",
            "destination": {"bucket": destinations[0].name, "storage_class": wanted},
        }
        for wanted in STORAGE_CLASSES
    ]
    everywhere = [
        {"id": f"all-{number}", "prefix": "all/", "destination": {"bucket": destination.name}}
        for number, destination in enumerate(destinations)
    ]
    # The higher priority counts where several rules of one destination match.
    upper = {
        "id": "upper",
        "prefix": "all/upper/",
        "priority": 100,
        "replication_time_control": True,
        "destination": {"bucket": destinations[1].name, "storage_class": "GLACIER_IR"},
    }
    written(playbook, task("Replicate", source, role_arn, *classes, *everywhere, upper))
    for wanted in STORAGE_CLASSES:
        source.put(f"{wanted}/object")
    source.put("all/object")
    source.put("all/upper/object")
    source.put("elsewhere/object")
    lab.replication_idle()
    for wanted in STORAGE_CLASSES:
        assert source.status(f"{wanted}/object") == "COMPLETED"
        # S3 does not say STANDARD.
        assert destinations[0].head(f"{wanted}/object").get("StorageClass", "STANDARD") == wanted
    for destination in destinations:
        assert destination.status("all/object") == "REPLICA"
        expected = "GLACIER_IR" if destination is destinations[1] else "STANDARD"
        assert destination.head("all/upper/object").get("StorageClass", "STANDARD") == expected
        assert not destination.head("elsewhere/object")
    assert source.status("elsewhere/object") is None
    quarter = {**ON, "Time": {"Minutes": 15}}
    assert configuration(source)["upper"]["Destination"]["ReplicationTime"] == quarter
    priorities = [rule["Priority"] for rule in configuration(source).values()]
    assert len(set(priorities)) == len(priorities)

    run = playbook([task("Take it back", source, role_arn, {"id": "upper", "replication_time_control": False})])
    assert run.changed == ["Take it back"]
    target = configuration(source)["upper"]["Destination"]
    assert "ReplicationTime" not in target and target["Metrics"] == ON


def test_replication_time_control_tells_of_what_comes_late(
    playbook: Playbook, lab: Any, home: Account, name: str
) -> None:
    source, destination = Bucket(home, f"{name}-src", HOME), Bucket(home, f"{name}-dst", AWAY)
    sqs = home.client("sqs", HOME)
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue = f"arn:aws:sqs:{HOME}:{ACCOUNT}:{name}"
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events = {"QueueConfigurations": [{"QueueArn": queue, "Events": ["s3:Replication:*"]}]}
    source.s3.put_bucket_notification_configuration(Bucket=source.name, NotificationConfiguration=events)
    rule = {"id": "r", "replication_time_control": True, "destination": {"bucket": destination.name}}
    written(playbook, task("Replicate", source, role(home, name, pair(source, destination)), rule))
    lab.call("POST", f"/regions/{AWAY}/down")
    source.put("late")
    lab.call("POST", "/clock/advance", {"seconds": 1000})
    lab.call("POST", f"/regions/{AWAY}/up")
    lab.replication_idle()
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get("Messages", [])
    found = {record["eventName"] for message in messages for record in json.loads(message["Body"]).get("Records", [])}
    assert {"Replication:OperationMissedThreshold", "Replication:OperationReplicatedAfterThreshold"} <= found


def test_an_object_lock_source(playbook: Playbook, lab: Any, home: Account, name: str) -> None:
    source = Bucket(home, f"{name}-src", HOME, locked=True)
    destination, open_one = Bucket(home, f"{name}-dst", AWAY, locked=True), Bucket(home, f"{name}-open", AWAY)
    role_arn = role(home, name, pair(source, destination), pair(source, open_one))
    rules = [
        {"id": "locked", "prefix": "l/", "destination": {"bucket": destination.name}},
        {"id": "open", "prefix": "o/", "destination": {"bucket": open_one.name}},
    ]
    written(playbook, task("Replicate", source, role_arn, *rules))
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until()}
    source.put("l/object", ObjectLockLegalHoldStatus=HOLD["Status"], **lock)
    source.put("o/object", **lock)
    lab.replication_idle()
    replica = destination.head("l/object")
    assert (replica["ObjectLockMode"], replica["ObjectLockLegalHoldStatus"]) == ("GOVERNANCE", "ON")
    assert replica["ObjectLockRetainUntilDate"] == source.head("l/object")["ObjectLockRetainUntilDate"]
    assert (source.status("l/object"), source.status("o/object")) == ("COMPLETED", "FAILED")


def test_v1_goes_on_meaning_the_same_in_v2(playbook: Playbook, lab: Any, home: Account, name: str) -> None:
    source, destination = Bucket(home, f"{name}-src", HOME), Bucket(home, f"{name}-dst", AWAY)
    role_arn = role(home, name, pair(source, destination))
    old = {"ID": "old", "Prefix": "old/", "Status": "Enabled", "Destination": {"Bucket": destination.arn}}
    source.s3.put_bucket_replication(Bucket=source.name, ReplicationConfiguration={"Role": role_arn, "Rules": [old]})
    new = {"id": "new", "prefix": "new/", "destination": {"bucket": destination.name}}
    run = written(playbook, task("Replicate", source, role_arn, new))
    diff = run.of("Replicate")["diff"]
    assert (diff["before"]["schema"][:2], diff["after"]["schema"][:2]) == ("V1", "V2")
    assert "Filter" in configuration(source)["old"] and "Prefix" not in configuration(source)["old"]
    for key in ("old/object", "new/object"):
        source.put(key)
    lab.replication_idle()
    for key in ("old/object", "new/object"):
        source.s3.delete_object(Bucket=source.name, Key=key)
    lab.replication_idle()
    assert destination.deleted("old/object"), "V1 replicates delete markers, and that was kept"
    assert not destination.deleted("new/object")
