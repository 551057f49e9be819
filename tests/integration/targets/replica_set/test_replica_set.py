# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role replica_set in three and four Regions. What it did, and that it replicates, is asserted by plain boto3."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.tests.integration.capture import documented_user

ROOT = Path(__file__).parents[4]
EXAMPLE = ROOT / "docs" / "dr-replica-set.example.yml"
US, EU, AP, SA = "us-east-1", "eu-west-1", "ap-southeast-2", "sa-east-1"
THREE = (US, EU, AP)
Json = dict[str, Any]
Version = tuple[str, str, str, bool]


def bucket(region: str) -> str:
    return f"inv-{region}"


def members(*regions: str) -> list[Json]:
    return [{"region": region} for region in regions]


def role(*regions: str, **variables: Any) -> list[Json]:
    named = {"name": "inv", "members": members(*regions), "bucket_template": "{name}-{region}", "role_wait": 0}
    options = {f"replica_set_{key}": value for key, value in {**named, **variables}.items()}
    return [{"name": "Set", "ansible.builtin.include_role": {"name": "aws_dr.s3.replica_set"}, "vars": options}]


class World:
    """Looks at all Regions through plain boto3."""

    def __init__(self, aws: Callable[..., Any], lab: Any) -> None:
        self.aws, self.lab = aws, lab

    def s3(self, region: str) -> Any:
        return self.aws("s3", region)

    def rules(self, region: str) -> dict[str, Json]:
        """The rules of the bucket in a Region by their ids, as S3 has them."""
        try:
            found = self.s3(region).get_bucket_replication(Bucket=bucket(region))
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ReplicationConfigurationNotFoundError"
            return {}
        return {rule["ID"]: rule for rule in found["ReplicationConfiguration"]["Rules"]}

    def between(self, *regions: str) -> dict[tuple[str, str], Json]:
        """The rules of the set from and to these Regions."""
        return {
            (here, there): rule
            for here in regions
            for rule_id, rule in self.rules(here).items()
            for there in regions
            if rule_id == f"set-inv-to-{bucket(there)}"
        }

    def policies(self, region: str) -> dict[str, Json]:
        """The inline policies of a member's role."""
        iam, name = self.aws("iam"), f"s3-replication-{bucket(region)}"
        names = iam.list_role_policies(RoleName=name)["PolicyNames"]
        return {one: iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"] for one in names}

    def settings(self, *regions: str) -> Json:
        """All that the role could change of these members, but for their rules and permissions with others."""
        found: Json = {}
        for region in regions:
            for read in (
                "get_bucket_versioning",
                "get_bucket_encryption",
                "get_public_access_block",
                "get_bucket_ownership_controls",
                "get_bucket_policy",
                "get_bucket_notification_configuration",
            ):
                answer = getattr(self.s3(region), read)(Bucket=bucket(region))
                found[f"{region} {read}"] = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
            documents = self.policies(region)
            found[f"{region} role"] = [documents.get(f"replicate-to-{bucket(other)}") for other in regions]
        return {**found, "rules": self.between(*regions)}

    def put(self, region: str, key: str, body: str = "x", **more: Any) -> str:
        answer = self.s3(region).put_object(Bucket=bucket(region), Key=key, Body=body.encode(), **more)
        return str(answer["VersionId"])

    def versions(self, region: str) -> list[Version]:
        """(key, version id, ETag or "marker", whether it is the newest) of all versions."""
        answer = self.s3(region).list_object_versions(Bucket=bucket(region))
        found = [(one["Key"], one["VersionId"], one["ETag"], one["IsLatest"]) for one in answer.get("Versions", [])]
        markers = answer.get("DeleteMarkers", [])
        found += [(one["Key"], one["VersionId"], "marker", one["IsLatest"]) for one in markers]
        return sorted(found)

    def same_everywhere(self, *regions: str) -> list[Version]:
        """Wait until nothing is left to replicate; give the versions, the same in all Regions."""
        self.lab.replication_idle()
        first = self.versions(regions[0])
        assert {region: self.versions(region) for region in regions} == dict.fromkeys(regions, first)
        return first

    def tags(self, region: str, key: str) -> dict[str, str]:
        found = self.s3(region).get_object_tagging(Bucket=bucket(region), Key=key)["TagSet"]
        return {tag["Key"]: tag["Value"] for tag in found}


@pytest.fixture
def world(aws: Callable[..., Any], lab: Any) -> World:
    return World(aws, lab)


def assert_replicates_everywhere(world: World, *regions: str) -> None:
    """Write anywhere, overwrite, delete and tag anywhere else: it is everywhere, once."""
    written = {world.put(region, f"from/{region}") for region in regions}
    written.add(world.put(regions[0], "both"))
    world.same_everywhere(*regions)
    written.add(world.put(regions[1], "both", "newer"))
    versions = world.same_everywhere(*regions)
    assert sorted(version_id for _key, version_id, *_rest in versions) == sorted(written)
    for region in regions:
        assert world.s3(region).get_object(Bucket=bucket(region), Key="both")["Body"].read() == b"newer"
    tags = [{"Key": "state", "Value": "read"}]
    for writer in regions:
        world.s3(regions[-1]).put_object_tagging(
            Bucket=bucket(regions[-1]), Key=f"from/{writer}", Tagging={"TagSet": tags}
        )
    assert world.same_everywhere(*regions) == versions
    tagged = {(region, writer): world.tags(region, f"from/{writer}") for region in regions for writer in regions}
    assert set(map(str, tagged.values())) == {str({"state": "read"})}, tagged
    marker = world.s3(regions[-1]).delete_object(Bucket=bucket(regions[-1]), Key="both")["VersionId"]
    versions = world.same_everywhere(*regions)
    assert ("both", marker, "marker", True) in versions
    assert len(versions) == len(written) + 1


@pytest.fixture
def play(aws: Callable[..., Any], playbook: Callable[..., Any]) -> Callable[..., Any]:
    """Run a playbook as somebody who may do what the role's README says, and nothing else."""
    return partial(playbook, env=documented_user(aws, "replica_set"))


def test_members_come_and_go_and_the_others_are_not_touched(world: World, play: Callable[..., Any]) -> None:
    """Three, four, three, two as a Region is lost; in the middle of the list, so that nothing hangs on places in it."""
    told = play(tasks=role(*THREE), check=True)
    assert told.of("replicate to all others")["summary"]["buckets_created"] == sorted(map(bucket, THREE))
    assert world.s3(US).list_buckets()["Buckets"] == []

    play(tasks=role(*THREE))
    rules = world.between(*THREE)
    assert len(rules) == 6
    for (_here, there), rule in rules.items():
        assert rule["Destination"]["Bucket"] == f"arn:aws:s3:::{bucket(there)}"
        assert rule["DeleteMarkerReplication"] == rule["Destination"]["Metrics"] | {} == {"Status": "Enabled"}
        assert rule["SourceSelectionCriteria"]["ReplicaModifications"] == {"Status": "Enabled"}
    for region in THREE:
        assert len({rule["Priority"] for rule in world.rules(region).values()}) == 2
        assert world.s3(region).get_bucket_versioning(Bucket=bucket(region))["Status"] == "Enabled"
    assert_replicates_everywhere(world, *THREE)

    assert play(tasks=role(*reversed(THREE)), check=True).changed == []

    # A rule of somebody else's, with the priority that a new one would get
    s3 = world.s3(EU)
    configuration = s3.get_bucket_replication(Bucket=bucket(EU))["ReplicationConfiguration"]
    somebodys = {**configuration["Rules"][0], "ID": "somebodys", "Priority": 2, "Filter": {"Prefix": "x/"}}
    configuration["Rules"].append(somebodys)
    s3.put_bucket_replication(Bucket=bucket(EU), ReplicationConfiguration=configuration)

    before = world.settings(*THREE)
    grown = (US, SA, EU, AP)
    play(tasks=role(*grown))
    assert world.settings(*THREE) == before
    assert len(world.between(*grown)) == 12
    assert world.rules(EU)["somebodys"] == somebodys
    assert len({rule["Priority"] for rule in world.rules(EU).values()}) == 4
    world.put(SA, "late")
    world.lab.replication_idle()
    assert {"late" in {key for key, *_rest in world.versions(region)} for region in grown} == {True}

    before = world.settings(US, SA, AP)
    left = (US, SA, AP)
    told = play(tasks=role(*left), check=True)
    assert world.settings(*grown)["rules"].keys() == world.between(*grown).keys()
    assert "set-inv-to-inv-eu-west-1" in told.output
    play(tasks=role(*left))
    assert world.settings(*left) == before
    assert len(world.between(*grown)) == 6
    assert set(world.rules(EU)) == {"somebodys"}
    assert [set(world.policies(region)) for region in left] == [
        {f"replicate-to-{bucket(other)}" for other in left if other != region} for region in left
    ]
    assert set(world.policies(EU)) <= {f"replicate-to-{bucket(there)}" for there in THREE}
    data = world.versions(EU)
    world.put(AP, "after")
    world.same_everywhere(US, AP)
    assert world.versions(EU) == data

    world.lab.call("POST", f"/regions/{AP}/down")
    told = play(tasks=role(US, SA))
    assert "Unless it is gone, run this again with inv-ap-southeast-2 in replica_set" in " ".join(told.output.split())
    assert [list(world.rules(region)) for region in (US, SA)] == [
        ["set-inv-to-inv-sa-east-1"],
        ["set-inv-to-inv-us-east-1"],
    ]
    assert world.policies(AP) == {}
    world.put(US, "meanwhile")
    world.lab.replication_idle()
    assert "meanwhile" in {key for key, *_rest in world.versions(SA)}

    world.lab.call("POST", f"/regions/{AP}/up")
    assert len(world.rules(AP)) == 2
    play(tasks=role(US, SA, leavers=[bucket(AP)]))
    assert world.rules(AP) == {}
    assert play(tasks=role(US, SA, leavers=[bucket(AP)])).changed == []


def test_members_with_kms_keys_of_their_own(world: World, playbook: Callable[..., Any]) -> None:
    """One listed by name, and only keys below a prefix."""
    keys = {region: world.aws("kms", region).create_key()["KeyMetadata"]["Arn"] for region in (EU, AP)}
    listed = [{"region": EU, "kms_key_id": keys[EU]}, {"region": AP, "bucket": bucket(AP), "kms_key_id": keys[AP]}]
    playbook(tasks=role(members=listed, prefix="in/"))
    for region in (EU, AP):
        world.put(region, f"in/{region}")
    outside = world.put(EU, "out")
    world.lab.replication_idle()
    versions = world.versions(EU)
    assert world.versions(AP) == [one for one in versions if one[1] != outside]
    for region, writer in ((EU, EU), (EU, AP), (AP, EU), (AP, AP)):
        found = world.s3(region).head_object(Bucket=bucket(region), Key=f"in/{writer}")
        assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", keys[region])


def test_problems_are_told_together_and_nothing_is_made(world: World, playbook: Callable[..., Any]) -> None:
    run = playbook(tasks=role(US, US, "here", name="a-to-b"), expect=2)
    for told in ("can't stand in rule ids", "member 3: region 'here'", "bucket a-to-b-us-east-1 is 2 members at once"):
        assert told in run.output
    run = playbook(tasks=role(US), expect=2)
    assert "two members at least; 1 given" in run.output
    assert world.s3(US).list_buckets()["Buckets"] == []


def test_the_playbooks_replay_failed_writes_fill_up_and_tear_down(world: World, playbook: Callable[..., Any]) -> None:
    """With the example's variables, less members, so that it takes less time."""
    variables = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    variables |= {"dr_replica_set_name": "inv", "dr_replica_set": members(EU, AP), "dr_ledger_region": AP}
    variables |= {"replica_set_role_wait": 0, "remediation_setup_role_wait": 0, "remediation_wait_delay": 1}
    place = {"LocationConstraint": EU}
    world.s3(EU).create_bucket(Bucket=bucket(EU), CreateBucketConfiguration=place)
    world.s3(EU).put_object(Bucket=bucket(EU), Key="older", Body=b"x")
    playbook(play="aws_dr.s3.replica_set", variables=variables)
    assert len(world.between(EU, AP)) == 2
    policy = json.loads(world.s3(EU).get_bucket_policy(Bucket=bucket(EU))["Policy"])
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:ReplicateObject",
        "Resource": f"arn:aws:s3:::{bucket(EU)}/*",
    }
    denied = {**policy, "Statement": [*policy["Statement"], denial]}
    world.s3(EU).put_bucket_policy(Bucket=bucket(EU), Policy=json.dumps(denied))
    written = {world.put(AP, key) for key in ("a b+c", "é")}
    world.lab.replication_idle()
    assert [key for key, *_rest in world.versions(EU)] == ["older"]
    assert world.s3(AP).head_object(Bucket=bucket(AP), Key="é")["ReplicationStatus"] == "FAILED"
    world.s3(EU).put_bucket_policy(Bucket=bucket(EU), Policy=json.dumps(policy))

    run = playbook(play="aws_dr.s3.remediate", variables=variables)
    assert "Failure events collected: 2" in run.output
    assert "Left in the ledger: 0" in run.output
    assert world.s3(AP).head_object(Bucket=bucket(AP), Key="é")["ReplicationStatus"] == "COMPLETED"
    playbook(play="aws_dr.s3.back_fill", variables={**variables, "dr_back_fill": True, "back_fill_wait_delay": 1})
    versions = world.same_everywhere(EU, AP)
    assert {version_id for _key, version_id, *_rest in versions} == {*written, "null"}
    assert len(versions) == 3

    playbook(play="aws_dr.s3.teardown", variables=variables)
    assert [world.rules(region) for region in (EU, AP)] == [{}, {}]
    assert world.aws("iam").list_roles()["Roles"] == []
    for region in (EU, AP):
        told = world.s3(region).get_bucket_notification_configuration(Bucket=bucket(region))
        assert "QueueConfigurations" not in told
    assert world.same_everywhere(EU, AP) == versions
