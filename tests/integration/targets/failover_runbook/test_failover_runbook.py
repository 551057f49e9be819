# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The failover runbook: kept in the standby Region, its scripts executed with the permissions of its role alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.arc import RoutingCluster
from ansible_collections.aws_dr.s3.tests.integration.capture import ACCOUNT, Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import HERE, Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.failing_over import Workload

EAST, WEST = "us-east-1", "eu-west-1"
Json = dict[str, Any]


class Application:
    """What fails over: an access point over two buckets, routing controls, a pointer. Active in us-east-1."""

    def __init__(self, aws: Aws, name: str) -> None:
        self.aws, self.name = aws, name
        aws("s3").create_bucket(Bucket=f"{name}-a")
        where = {"LocationConstraint": WEST}
        aws("s3", WEST).create_bucket(Bucket=f"{name}-b", CreateBucketConfiguration=where)
        self.access_point = self._access_point()
        self.cluster = RoutingCluster(aws, name)
        self.dynamodb = aws("dynamodb", WEST)
        key = [{"AttributeName": "name", "KeyType": "HASH"}]
        kinds = [{"AttributeName": "name", "AttributeType": "S"}]
        self.dynamodb.create_table(
            TableName=name, KeySchema=key, AttributeDefinitions=kinds, BillingMode="PAY_PER_REQUEST"
        )
        self.fenced = f"{name}-b"
        fence = {"Sid": "AwsDrFence", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject"}
        statement = {**fence, "Resource": f"arn:aws:s3:::{self.fenced}/*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        aws("s3", WEST).put_bucket_policy(Bucket=self.fenced, Policy=policy)
        made = aws("route53").create_hosted_zone(Name=f"{name}.example.com", CallerReference=name)
        self.zone = made["HostedZone"]["Id"]
        self.settings: Json = {
            "regions": [EAST, WEST],
            "buckets": {EAST: [f"{name}-a"], WEST: [f"{name}-b"]},
            "dns_records": [{"hosted_zone_id": self.zone, "record": f"active.{name}.example.com"}],
            "parameter": f"/{name}/active-region",
            "multi_region_access_points": [self.access_point],
            "routing_controls": {EAST: [self.cluster.east], WEST: [self.cluster.west]},
            "cluster_endpoints": self.cluster.endpoints,
            "pointer": {"table": name, "name": "shop", "regions": [EAST, WEST]},
            "assume_role": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        }

    def _access_point(self) -> str:
        control = self.aws("s3control", "us-west-2")
        regions = [{"Bucket": f"{self.name}-a"}, {"Bucket": f"{self.name}-b"}]
        details = {"Name": self.name, "Regions": regions}
        control.create_multi_region_access_point(AccountId=ACCOUNT, ClientToken=self.name, Details=details)
        deadline = time.monotonic() + 20
        while True:
            found = control.get_multi_region_access_point(AccountId=ACCOUNT, Name=self.name)["AccessPoint"]
            if found["Status"] == "READY":
                break
            assert time.monotonic() < deadline, found
            time.sleep(0.05)
        arn = f"arn:aws:s3::{ACCOUNT}:accesspoint/{found['Alias']}"
        active = [{"Bucket": f"{self.name}-a", "TrafficDialPercentage": 100}]
        active.append({"Bucket": f"{self.name}-b", "TrafficDialPercentage": 0})
        control.submit_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=arn, RouteUpdates=active)
        return arn

    def keys_with(self, policy: Json) -> dict[str, str]:
        """Give credentials that may what the policy allows, and nothing else."""
        iam = self.aws("iam")
        iam.create_user(UserName=self.name)
        iam.put_user_policy(UserName=self.name, PolicyName="switch", PolicyDocument=json.dumps(policy))
        keys = iam.create_access_key(UserName=self.name)["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"]}

    def told(self) -> tuple[str, str]:
        """Give what the record and the parameter in the standby Region say."""
        records = self.aws("route53").list_resource_record_sets(HostedZoneId=self.zone)["ResourceRecordSets"]
        (text,) = (one["ResourceRecords"][0]["Value"] for one in records if one["Type"] == "TXT")
        parameter = self.aws("ssm", WEST).get_parameter(Name=f"/{self.name}/active-region")["Parameter"]
        return text, parameter["Value"]

    def where(self) -> tuple[Json, Json, str, str]:
        """Tell dials by Region, routing controls, active Region and the one before."""
        control = self.aws("s3control", "ap-northeast-1")
        routes = control.get_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=self.access_point)["Routes"]
        dials = {route["Region"]: route["TrafficDialPercentage"] for route in routes}
        item = self.dynamodb.get_item(TableName=self.name, Key={"name": {"S": "shop"}})["Item"]
        return dials, self.cluster.states(), item["active_region"]["S"], item.get("previous_region", {}).get("S", "")


def execute(document: Json, keys: dict[str, str], target: str, seconds: int = 30) -> Json:
    """Execute the steps; give what each returned or failed with, up to the one that aborts the execution."""
    first, rest = document["mainSteps"][:1], document["mainSteps"][1:]
    ended = executed({**document, "mainSteps": first}, keys, target, seconds)
    (told,) = ended.values()
    if "FailureMessage" in told and first[0]["onFailure"] == "Abort":
        return ended
    return ended | executed({**document, "mainSteps": rest}, keys, target, seconds)


def executed(document: Json, keys: dict[str, str], target: str, seconds: int) -> Json:
    payload = {"seconds": seconds, "delay": 0.1}
    given = {"document": document, "parameters": {"TargetRegion": target}, "payload": payload}
    done = subprocess.run(
        [sys.executable, str(HERE / "runbook_steps.py")],
        input=json.dumps(given),
        env={**os.environ, **keys},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ended: Json = json.loads(done.stdout)
    return ended


def test_it_is_kept_and_its_scripts_switch_everything_with_two_regions_gone(
    aws: Aws, lab: Lab, name: str, playbook: Callable[..., Run]
) -> None:
    application = Application(aws, name)
    content = "{{ settings | aws_dr.s3.failover_runbook }}"
    options = {"name": f"failover-{name}", "region": WEST, "content": content, "tags": {"purpose": "dr"}}
    runbook = {"aws_dr.s3.automation_runbook": options}
    policies = (
        "{{ [settings | aws_dr.s3.failover_runbook_policy('aws', account), "
        "account | aws_dr.s3.failover_runbook_trust_policy('aws')] | to_json }}"
    )
    run = playbook(
        tasks=[
            {"name": "predicted", **runbook, "check_mode": True, "diff": True},
            {"name": "put", **runbook, "diff": True},
            {"name": "again", **runbook},
            {"name": "policies", "ansible.builtin.debug": {"msg": policies}},
        ],
        variables={"settings": application.settings, "account": ACCOUNT},
    )
    assert run.of("predicted")["changed"] and run.of("put")["changed"] and not run.of("again")["changed"]
    assert run.of("predicted")["diff"] == run.of("put")["diff"]
    assert run.of("again")["runbook"]["version"] == "1" and run.of("put")["runbook"]["status"] == "Active"
    told = run.of("policies")["msg"]
    switch, trust = told if isinstance(told, list) else json.loads(told)
    aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    keys = application.keys_with(switch)
    text = aws("ssm", WEST).get_document(Name=f"failover-{name}")["Content"]
    document = json.loads(text)
    assert len(text) < 40 * 1024, "of the 64 KB that a document may have"

    for region in (EAST, "us-west-2"):
        lab.call("POST", f"/regions/{region}/down")
    first = execute(document, keys, WEST, seconds=4)
    assert f"says its table in {WEST}" in first.pop("RefuseToUndo")["Payload"]["told"]
    refused = first.pop("SwitchDnsRecords")["FailureMessage"]
    assert "RuntimeError: Records do not say eu-west-1" in refused, "Route 53 takes changes in us-east-1 only"
    assert first == {
        "OpenBuckets": {"Payload": {"opened": [application.fenced]}},
        "SwitchRoutes": {"Payload": {"switched": [application.access_point]}},
        "SwitchRoutingControls": {
            "Payload": {"switched": sorted([application.cluster.east, application.cluster.west])}
        },
        "SwitchPointer": {"Payload": {"changed": True, "table_region": WEST}},
        "SwitchParameter": {"Payload": {"changed": [WEST], "unreachable": [EAST]}},
    }
    over = ({EAST: 0, WEST: 100}, {"east": "Off", "west": "On"}, WEST, "")
    assert application.where() == over
    aws("s3", WEST).put_object(Bucket=application.fenced, Key="open", Body=b"")

    for region in (EAST, "us-west-2"):
        lab.call("POST", f"/regions/{region}/up")
    again = execute(document, keys, WEST)
    assert "Payload" in again.pop("RefuseToUndo")
    assert all("Payload" in step for step in again.values()), again
    assert {step: ended["Payload"] for step, ended in again.items()} == {
        "OpenBuckets": {"opened": []},
        "SwitchRoutes": {"switched": []},
        "SwitchRoutingControls": {"switched": []},
        "SwitchDnsRecords": {"switched": [f"active.{name}.example.com TXT"]},
        "SwitchPointer": {"changed": False, "table_region": WEST},
        "SwitchParameter": {"changed": [EAST], "unreachable": []},
    }
    assert application.where() == over and application.told() == (f'"{WEST}"', WEST)

    back = execute(document, keys, EAST)
    assert all("Payload" in step for step in back.values()), back
    assert application.where() == ({EAST: 100, WEST: 0}, {"east": "On", "west": "Off"}, EAST, WEST)
    assert application.told() == (f'"{EAST}"', EAST)


def test_nothing_is_switched_while_somebody_changes_it_to_elsewhere(
    aws: Aws, name: str, playbook: Callable[..., Run]
) -> None:
    application = Application(aws, name)
    item = {"name": "shop", "active_region": WEST, "claim_id": "c", "claim_target": EAST, "claim_by": "ann"}
    wire = {**{key: {"S": text} for key, text in item.items()}, "revision": {"N": "3"}}
    wire |= {"claim_stage": {"S": "switching"}, "claim_expires": {"N": str(int(time.time()) + 900)}}
    application.dynamodb.put_item(TableName=name, Item=wire)
    built = {
        "document": "{{ settings | aws_dr.s3.failover_runbook }}",
        "policy": "{{ settings | aws_dr.s3.failover_runbook_policy('aws', account) }}",
    }
    run = playbook(
        tasks=[{"name": "built", "ansible.builtin.debug": {"msg": "{{ built | to_json }}"}}],
        variables={"settings": application.settings, "account": ACCOUNT, "built": built},
    )
    told = run.of("built")["msg"]
    told = told if isinstance(told, dict) else json.loads(told)
    keys = application.keys_with(told["policy"])
    ended = execute(told["document"], keys, WEST)
    assert list(ended) == ["RefuseToUndo"]
    assert (
        "Nothing was switched. The active Region of shop is being changed to us-east-1 by ann"
        in (ended["RefuseToUndo"]["FailureMessage"])
    )
    assert application.where() == ({EAST: 100, WEST: 0}, {"east": "On", "west": "Off"}, WEST, "")
    assert "AwsDrFence" in aws("s3", WEST).get_bucket_policy(Bucket=application.fenced)["Policy"]


def test_the_role_does_what_the_runbook_left(aws: Aws, name: str, playbook: Callable[..., Run]) -> None:
    workload = Workload(aws, name, count=1)
    workload.prepare()
    settings = {
        "regions": [EAST, WEST],
        "multi_region_access_points": workload.access_points(),
        "pointer": {"table": "failover-state", "name": name, "regions": [EAST, WEST]},
    }
    built = {"name": "built", "ansible.builtin.debug": {"msg": "{{ settings | aws_dr.s3.failover_runbook | to_json }}"}}
    told = playbook(tasks=[built], variables={"settings": settings}).of("built")["msg"]
    document = told if isinstance(told, dict) else json.loads(told)
    assert all("Payload" in step for step in execute(document, {}, WEST).values())
    left = workload.pointer()
    assert (left["active_region"], left["claim_target"], left["claim_stage"]) == (WEST, WEST, "switched")
    assert (left["claim_id"], left["claim_by"]) == (f"{WEST}-1", "Automation execution")
    assert int(left["claim_expires"]) <= time.time()
    assert all("Payload" in step for step in execute(document, {}, WEST).values())
    assert workload.pointer() == left, "all is as it is to be"

    rest = {"target_region": WEST, "fence": True}
    run = playbook(
        tasks=[
            workload.task("failover", "The rest", **rest),
            {"name": "What came of it", "ansible.builtin.debug": {"var": "failover_result"}},
            workload.task("failover", "Again", **rest),
            {"name": "What came of it again", "ansible.builtin.debug": {"var": "failover_result"}},
        ]
    )
    looking = "Look what is active, what would be lost, and who else is changing it"
    looked = next(task["result"] for task in run.tasks if task["task"].endswith(looking))
    assert (looked["verdict"], looked["continues"]) == ("go", True)
    assert {"fence", "drain"} <= {step["step"] for step in run.of("What came of it")["failover_result"]["steps"]}
    assert run.of("What came of it again")["failover_result"]["verdict"] == "nothing"
    fence = json.loads(aws("s3").get_bucket_policy(Bucket=workload.sources[0])["Policy"])
    assert "AwsDrFence" in [statement.get("Sid") for statement in fence["Statement"]]
    ended = workload.pointer()
    assert ended["active_region"] == WEST and not [key for key in ended if key.startswith("claim_")]
    assert all("Payload" in step for step in execute(document, {}, WEST).values())
    assert workload.pointer() == ended, "nothing is left to do, and no claim to leave"
