# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The derived replication role: written by amazon.aws as documented, enough for S3, and not one action too much."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.aws_dr.s3.plugins.filter.policies import FilterModule
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.tests.integration.replicating import (
    ACCOUNT,
    HOLD,
    OFF,
    ON,
    OTHER_ACCOUNT,
    Account,
    Bucket,
    Json,
    until,
)

HOME, AWAY = "us-east-1", "eu-west-1"
FILTERS = FilterModule().filters()
EXAMPLE = Path(__file__).parents[4] / "plugins" / "filter" / "replication_role_policies.yml"


class Role:
    """A replication role that is written by boto3 from the filters' output."""

    def __init__(self, name: str, home: Account) -> None:
        self.name, self.iam = name, home.client("iam")
        self.arn = f"arn:aws:iam::{home.id}:role/{name}"
        trust = json.dumps(FILTERS["replication_role_trust_policy"](home.id))
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)

    def put(self, document: Json) -> None:
        self.iam.put_role_policy(RoleName=self.name, PolicyName="replication", PolicyDocument=json.dumps(document))


class Subject:
    """A pair, its role's policy, and one fresh object of each kind whenever asked."""

    def __init__(self, lab: Any, role: Role, source: Bucket, destination: Bucket, pair: Json, rule: Json) -> None:
        self.lab, self.role, self.source, self.destination = lab, role, source, destination
        self.pair, self.round = pair, 0
        (part,) = FILTERS["replication_role_policies"]([pair], "aws", role.name, "inline")
        self.document: Json = part["document"]
        self.role.put(self.document)
        target = {"Bucket": destination.arn, "Metrics": ON, **rule.pop("Destination", {})}
        whole = {"ID": "r", "Priority": 1, "Status": "Enabled", "Filter": {}, "Destination": target, **rule}
        configuration = {"Role": role.arn, "Rules": [whole]}
        source.s3.put_bucket_replication(Bucket=source.name, ReplicationConfiguration=configuration)

    def without_each_action(self) -> Iterator[tuple[str, Json]]:
        """The policy once for each of its actions, without it."""
        for at, said in enumerate(self.document["Statement"]):
            for action in said["Action"]:
                changed = copy.deepcopy(self.document)
                changed["Statement"][at]["Action"].remove(action)
                changed["Statement"] = [kept for kept in changed["Statement"] if kept["Action"]]
                yield f"{said['Sid']} {action}", changed

    def tried(self, document: Json, kinds: dict[str, Json], destination_policy: str = "") -> dict[str, str]:
        """Write fresh objects under these policies; what is wrong with each kind, nothing for those that are right."""
        self.round += 1
        keys = {kind: f"{kind}-{self.round}" for kind in kinds}
        gone = f"gone-{self.round}"
        self.role.put(self.document)
        self.source.put(gone)
        self.lab.replication_idle()
        assert self.source.status(gone) == "COMPLETED", "with all actions it succeeds"
        self.role.put(document)
        kept = self._destination_policy(destination_policy)
        for kind, given in kinds.items():
            self.source.put(keys[kind], **given)
        self.source.s3.delete_object(Bucket=self.source.name, Key=gone)
        self.lab.replication_idle()
        found = {kind: self.wrong(key, kinds[kind]) for kind, key in keys.items()}
        found["delete marker"] = "" if self.destination.deleted(gone) else "not there"
        self._destination_policy(kept)
        return {kind: problem for kind, problem in found.items() if problem}

    def _destination_policy(self, policy: str) -> str:
        """Put the destination's policy, if one is given; the one that was there."""
        if not policy:
            return ""
        bucket = {"Bucket": self.destination.name}
        there = self.destination.s3.get_bucket_policy(**bucket)["Policy"]
        self.destination.s3.put_bucket_policy(**bucket, Policy=policy)
        return str(there)

    def wrong(self, key: str, given: Json) -> str:
        status = self.source.status(key)
        replica = self.destination.head(key)
        if status != "COMPLETED" or not replica:
            assert (status, replica) == ("FAILED", {})
            return "FAILED"
        parts = {
            "tags": self.destination.tags(key) == self.source.tags(key),
            "legal hold": replica.get("ObjectLockLegalHoldStatus", "OFF")
            == given.get("ObjectLockLegalHoldStatus", "OFF"),
            "retention": ("ObjectLockMode" in replica) == ("ObjectLockMode" in given),
            "owner": not self.pair["destination"].get("owner_override")
            or self.destination.owner(key) == self.destination.owner(),
            "ACL": given.get("ACL") != "public-read" or self.destination.public(key),
        }
        return ", ".join(part for part, right in parts.items() if not right)


@pytest.fixture
def home() -> Account:
    return Account()


EVERYTHING = {"plain", "tagged", "kms", "locked", "delete marker"}
OBJECTS = EVERYTHING - {"delete marker"}
ACROSS_ACCOUNTS = {
    "SourceBuckets s3:GetReplicationConfiguration": dict.fromkeys(EVERYTHING, "FAILED"),
    "SourceBuckets s3:ListBucket": dict.fromkeys(EVERYTHING, "FAILED"),
    "SourceObjects s3:GetObjectVersionAcl": dict.fromkeys(OBJECTS, "FAILED"),
    "SourceObjects s3:GetObjectVersionForReplication": dict.fromkeys(OBJECTS, "FAILED"),
    "SourceObjects s3:GetObjectVersionTagging": {"tagged": "tags"},
    "SourceObjectLocks s3:GetObjectLegalHold": dict.fromkeys(OBJECTS, "FAILED"),
    "SourceObjectLocks s3:GetObjectRetention": dict.fromkeys(OBJECTS, "FAILED"),
    "DestinationObjects s3:ReplicateObject": dict.fromkeys(OBJECTS, "FAILED"),
    "DestinationObjects s3:ReplicateDelete": {"delete marker": "not there"},
    "OwnerOverride s3:ObjectOwnerOverrideToBucketOwner": dict.fromkeys(OBJECTS, "FAILED"),
    "SourceKeys0 kms:Decrypt": {"kms": "FAILED"},
    "ReplicaKeys0 kms:Decrypt": dict.fromkeys(OBJECTS, "FAILED"),
    "ReplicaKeys0 kms:Encrypt": {"kms": "FAILED"},
    "ReplicaKeys0 kms:GenerateDataKey": dict.fromkeys(OBJECTS, "FAILED"),
}


def told(found: dict[str, str]) -> dict[str, str]:
    """A delete marker that failed is not there; the kinds of a table are told alike."""
    return {kind: "FAILED" if problem == "not there" and len(found) > 1 else problem for kind, problem in found.items()}


def test_without_any_one_action_replication_to_another_account_fails(lab: Any, name: str, home: Account) -> None:
    """Everything at once: KMS with bucket keys, Object Lock, tags, delete markers, owner override."""
    role, other = Role(name, home), Account(OTHER_ACCOUNT)
    source = Bucket(home, f"{name}-src", HOME, locked=True, acls=True)
    destination = Bucket(other, f"{name}-dst", AWAY, locked=True, acls=True)
    source_key, replica_key = home.key(HOME), other.key(AWAY, role.arn)
    destination.encrypt_with(replica_key, bucket_key=True)
    allowed = bucket_policy.allow_replication(destination.name, [role.arn], "aws", owner_override=True)
    destination.s3.put_bucket_policy(Bucket=destination.name, Policy=json.dumps(bucket_policy.merged(None, allowed)))
    pair = {
        "source": {"bucket": source.name, "region": HOME, "kms_key_arns": [source_key], "object_lock": True},
        "destination": {
            "bucket": destination.name,
            "region": AWAY,
            "owner_override": True,
            "replica_kms_key_id": replica_key,
            "default_kms_key_arn": replica_key,
        },
    }
    rule = {
        "DeleteMarkerReplication": ON,
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": ON},
        "Destination": {
            "Account": OTHER_ACCOUNT,
            "AccessControlTranslation": {"Owner": "Destination"},
            "EncryptionConfiguration": {"ReplicaKmsKeyID": replica_key},
        },
    }
    subject = Subject(lab, role, source, destination, pair, rule)
    kinds: dict[str, Json] = {
        "plain": {},
        "tagged": {"Tagging": "a=1"},
        "kms": {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": source_key},
        "locked": {
            "ObjectLockLegalHoldStatus": HOLD["Status"],
            "ObjectLockMode": "GOVERNANCE",
            "ObjectLockRetainUntilDate": until(),
        },
    }
    assert subject.tried(subject.document, kinds) == {}
    found = {action: told(subject.tried(document, kinds)) for action, document in subject.without_each_action()}
    assert found == ACROSS_ACCOUNTS
    assert subject.tried(subject.document, kinds) == {}, "and with all of them it succeeds again"

    needed = {
        "s3:ReplicateObject": dict.fromkeys(OBJECTS, "FAILED"),
        "s3:ReplicateDelete": {"delete marker": "not there"},
        "s3:ObjectOwnerOverrideToBucketOwner": dict.fromkeys(OBJECTS, "FAILED"),
    }
    for action, outcome in needed.items():
        fewer = copy.deepcopy(allowed)
        fewer[0]["Action"].remove(action)
        policy = json.dumps(bucket_policy.merged(None, fewer))
        assert subject.tried(subject.document, kinds, destination_policy=policy) == outcome, action
    assert set(needed) == set(allowed[0]["Action"])


IN_ONE_ACCOUNT = {
    "SourceBuckets s3:GetReplicationConfiguration": {"plain", "public", "kms"},
    "SourceBuckets s3:ListBucket": {"plain", "public", "kms"},
    "SourceObjects s3:GetObjectVersionAcl": {"plain", "public", "kms"},
    "SourceObjects s3:GetObjectVersionForReplication": {"plain", "public", "kms"},
    "SourceObjects s3:GetObjectVersionTagging": {"plain"},
    "DestinationObjects s3:ReplicateObject": {"plain", "public", "kms"},
    "SourceKeys0 kms:Decrypt": {"kms"},
    "ReplicaKeys0 kms:Encrypt": {"kms"},
    "ReplicaKeys1 kms:GenerateDataKey": {"plain", "public"},
}


def test_without_bucket_keys_fewer_actions_are_needed_and_each_of_them_is(lab: Any, name: str, home: Account) -> None:
    role = Role(name, home)
    source = Bucket(home, f"{name}-src", HOME, acls=True)
    destination = Bucket(home, f"{name}-dst", AWAY, acls=True)
    source_key = home.key(HOME)
    replica_key, default_key = sorted([home.key(AWAY), home.key(AWAY)])
    destination.encrypt_with(default_key, bucket_key=False)
    pair = {
        "source": {"bucket": source.name, "region": HOME, "kms_key_arns": [source_key], "bucket_key": False},
        "destination": {
            "bucket": destination.name,
            "region": AWAY,
            "replica_kms_key_id": replica_key,
            "default_kms_key_arn": default_key,
            "bucket_key": False,
        },
        "delete_marker_replication": False,
    }
    rule = {
        "DeleteMarkerReplication": OFF,
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": ON},
        "Destination": {"EncryptionConfiguration": {"ReplicaKmsKeyID": replica_key}},
    }
    subject = Subject(lab, role, source, destination, pair, rule)
    kinds: dict[str, Json] = {
        "plain": {"Tagging": "a=1"},
        "public": {"ACL": "public-read"},
        "kms": {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": source_key},
    }
    never = {"delete marker": "not there"}
    assert subject.tried(subject.document, kinds) == never
    found = {
        action: set(subject.tried(document, kinds)) - set(never) for action, document in subject.without_each_action()
    }
    assert found == IN_ONE_ACCOUNT


def test_the_documented_example_writes_the_role(
    playbook: Callable[..., Any], lab: Any, name: str, home: Account
) -> None:
    """The example of the filter's documentation, for more pairs than one policy holds; then nothing is to change."""
    key = home.key(HOME)
    sources = [Bucket(home, f"{name}-{number:02d}", HOME) for number in (0, 1, 2)]
    destination = Bucket(home, f"{name}-dr", AWAY)
    # Most of the buckets need not be there for IAM.
    pairs = [
        {
            "source": {"bucket": f"{name}-{number:02d}", "region": HOME, "kms_key_arns": [key]},
            "destination": {"bucket": destination.name if number < 3 else f"{name}-{number:02d}-dr", "region": AWAY},
        }
        for number in range(40)
    ]
    examples = yaml.safe_load(yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["EXAMPLES"])
    for example in examples:
        if "amazon.aws.iam_policy" in example:
            example["loop"] = example["loop"].replace("pairs |", "pairs[:3] |")
    inline = {
        "name": "Make a role for few pairs",
        "amazon.aws.iam_role": {
            **next(example["amazon.aws.iam_role"] for example in examples if "amazon.aws.iam_role" in example),
            "name": "s3-replication-inline",
            "managed_policies": [],
        },
    }
    caller = {"name": "Who is it", "amazon.aws.aws_caller_info": {}, "register": "caller"}
    tasks = [caller, inline, *examples]
    again = [{**task, "name": f"{task['name']} again"} for task in tasks if "ansible.builtin.set_fact" not in task]
    run = playbook([*tasks, *again], variables={"pairs": pairs})
    assert {task for task in run.changed if task.endswith("again")} == set()

    iam = home.client("iam")
    attached = iam.list_attached_role_policies(RoleName="s3-replication")["AttachedPolicies"]
    parts = FILTERS["replication_role_policies"](pairs, "aws")
    assert len(parts) > 1
    assert sorted(policy["PolicyName"] for policy in attached) == [part["name"] for part in parts]
    for policy, part in zip(sorted(attached, key=lambda one: str(one["PolicyName"])), parts, strict=True):
        version = iam.get_policy(PolicyArn=policy["PolicyArn"])["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=policy["PolicyArn"], VersionId=version)["PolicyVersion"]["Document"]
        assert found == part["document"]
    (told,) = iam.list_role_policies(RoleName="s3-replication-inline")["PolicyNames"]
    assert told == "s3-replication-1"

    guide = EXAMPLE.parents[2] / "docs" / "replication-role.example.yml"
    variables = {"pairs": pairs, "replication_role_name": name}
    assert (
        "Make the role that S3 assumes, with exactly these policies"
        in playbook(play=str(guide), variables=variables).changed
    )
    assert playbook(play=str(guide), variables=variables).changed == []
    (example,) = yaml.safe_load(guide.read_text(encoding="utf-8"))
    assert FILTERS["replication_role_policies"](example["vars"]["pairs"], "aws"), "its pairs are right"

    for at, (source, role) in enumerate(zip(sources, ("s3-replication", "s3-replication-inline", name), strict=True)):
        rule = {
            "ID": "r", "Priority": 1, "Status": "Enabled", "Filter": {}, "DeleteMarkerReplication": OFF,
            "Destination": {"Bucket": destination.arn, "Metrics": ON},
        }  # fmt: skip
        configuration = {"Role": f"arn:aws:iam::{ACCOUNT}:role/{role}", "Rules": [rule]}
        source.s3.put_bucket_replication(Bucket=source.name, ReplicationConfiguration=configuration)
        source.put(f"object-{at}")
    lab.replication_idle()
    assert [source.status(f"object-{at}") for at, source in enumerate(sources)] == ["COMPLETED"] * 3
