# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""multi_region_access_point, its info module and its routes by real ansible-playbook against the lab."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.lab.tests import sigv4a

POINT = "aws_dr.s3.multi_region_access_point"
INFO, ROUTES = f"{POINT}_info", f"{POINT}_routes"
ACCOUNT = "111122223333"
ALLOW = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "s3:GetObject"}
assert sigv4a.ALGORITHM  # importing it lets boto3 sign requests to the global address


def task(called: str, module: str, check: bool = False, **options: Any) -> dict[str, Any]:
    waits = {} if module == INFO else {"wait_delay": 0, "wait_timeout": 20}
    made = {"name": called, module: {**waits, **options}, "ignore_errors": True, "register": "last"}
    return {**made, "check_mode": True, "diff": True} if check else made


def lab_call(called: str, method: str, path: str, **body: Any) -> dict[str, Any]:
    """Something happens to AWS between two tasks."""
    url = os.environ["LAB_CONTROL_URL"] + path
    options = {"url": url, "method": method, "body": body, "body_format": "json", "use_proxy": False}
    return {"name": called, "ansible.builtin.uri": options}


@pytest.fixture
def buckets(aws: Aws, name: str) -> list[str]:
    """A bucket in us-east-1 and one in eu-west-1."""
    made = [f"{name}-east", f"{name}-eu"]
    aws("s3").create_bucket(Bucket=made[0])
    where = {"LocationConstraint": "eu-west-1"}
    aws("s3", "eu-west-1").create_bucket(Bucket=made[1], CreateBucketConfiguration=where)
    return made


def failed(run: Run) -> list[str]:
    return [task["task"] for task in run.tasks if task["outcome"] == "failed"]


def test_an_access_point_lives_and_its_traffic_is_switched_without_the_region_that_manages_it(
    playbook: Callable[..., Run], aws: Aws, buckets: list[str], lab: Lab, name: str
) -> None:
    wish: dict[str, Any] = {"name": name, "buckets": [{"bucket": bucket} for bucket in buckets]}
    arn = "{{ made.multi_region_access_point.arn }}"
    policy = {"Version": "2012-10-17", "Statement": [{**ALLOW, "Resource": f"{arn}/object/*"}]}
    east, eu = {"active": ["us-east-1"]}, {"active": [buckets[1]]}
    run = playbook([
        task("Plan", POINT, check=True, **wish),
        {**task("Create", POINT, region="eu-central-1", **wish), "register": "made"},
        task("Create again", POINT, **wish),
        task("Other buckets", POINT, check=True, name=name, buckets=wish["buckets"][:1]),
        task("Plan policy", POINT, check=True, **wish, policy=policy),
        task("Policy", POINT, **wish, policy=policy),
        task("Policy again", POINT, **wish, policy=policy),
        task("Info", INFO, name=[name, arn, "nobody"]),
        task("All", INFO),
        task("Plan routes", ROUTES, check=True, access_points=[{"multi_region_access_point": name, **east}]),
        task("Routes", ROUTES, access_points=[{"multi_region_access_point": name, **east}]),
        task("Refused", ROUTES, access_points=[
            {"multi_region_access_point": name, "active": ["eu-west-1"]},
            {"multi_region_access_point": arn, "active": ["ap-south-1"]},
        ]),
        lab_call("us-west-2 fails", "POST", "/regions/us-west-2/down"),
        lab_call("us-east-1 fails", "POST", "/regions/us-east-1/down"),
        task("By name", ROUTES, access_points=[{"multi_region_access_point": name, **eu}], avoid_region="us-east-1"),
        task("By ARN", ROUTES, access_points=[{"multi_region_access_point": arn, **eu}], avoid_region="us-east-1"),
        task("By alias", ROUTES, access_points=[
            {"multi_region_access_point": "{{ made.multi_region_access_point.alias }}", **eu}
        ], avoid_region="us-east-1"),
        task("Info meanwhile", INFO, name=name),
    ])  # fmt: skip
    assert failed(run) == ["Other buckets", "Refused", "By name", "Info meanwhile"]
    assert run.changed == ["Plan", "Create", "Plan policy", "Policy", "Plan routes", "Routes", "By ARN"]

    planned, made = run.of("Plan"), run.of("Create")["multi_region_access_point"]
    assert planned["multi_region_access_point"]["arn"] is None
    assert planned["diff"]["after"]["buckets"] == sorted(buckets)
    assert (made["status"], made["policy"], made["policy_is_public"]) == ("READY", None, False)
    assert [(one["bucket"], one["active"]) for one in made["routes"]] == [(buckets[1], True), (buckets[0], True)]
    assert "delete the access point (state absent) and create it again" in run.of("Other buckets")["msg"]
    settled = run.of("Policy again")["multi_region_access_point"]["policy"]
    assert settled["Statement"][0]["Resource"] == f"{made['arn']}/object/*"
    assert [one["answer"] for one in run.of("Info")["access_points"]] == ["configured", "configured", "not_configured"]
    (listed,) = run.of("All")["access_points"]
    assert listed["details"] == {**made, "policy": settled, "policy_proposed": settled}

    (plan,), (done,) = run.of("Plan routes")["access_points"], run.of("Routes")["access_points"]
    assert (plan["status"], done["status"], plan["routes"]) == ("planned", "switched", done["routes"])
    assert run.of("Refused")["problems"] == [
        f"{made['arn']}: ap-south-1 is none of its buckets or Regions; it has {buckets[1]} (eu-west-1), "
        f"{buckets[0]} (us-east-1)",
        f"{name} and {made['arn']} are the same access point ({made['arn']}); name it once",
    ]
    assert "Only us-west-2 knows names, and it does not answer: give the alias or the ARN" in run.of("By name")["msg"]
    (switched,) = run.of("By ARN")["access_points"]
    assert (switched["status"], switched["region"]) == ("switched", "ap-southeast-2")
    assert run.of("By alias")["access_points"][0]["status"] == "unchanged"
    assert "Could not read Multi-Region Access Point" in run.of("Info meanwhile")["msg"]

    answer = aws("s3control", "eu-west-1").get_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=made["arn"])
    dials = {route["Bucket"]: route["TrafficDialPercentage"] for route in answer["Routes"]}
    assert dials == {buckets[0]: 0, buckets[1]: 100}
    aws("s3", "eu-west-1").put_object(Bucket=made["arn"], Key="kept", Body=b"")
    assert aws("s3", "eu-west-1").list_objects_v2(Bucket=buckets[1])["KeyCount"] == 1
    submits = [one for one in lab.call("GET", "/journal")["entries"] if one["operation"].startswith("SubmitMulti")]
    assert [one["region"] for one in submits] == ["us-east-1", "ap-southeast-2"]


def test_what_is_under_way_is_waited_for_and_what_is_left_is_deleted(
    playbook: Callable[..., Run], aws: Aws, buckets: list[str], name: str
) -> None:
    wish: dict[str, Any] = {"name": name, "buckets": [{"bucket": bucket} for bucket in buckets]}
    lone = {"name": f"{name}-lone", "buckets": wish["buckets"][:1]}
    run = playbook([
        lab_call("AWS takes its time", "PUT", "/settings", mrap_operation_delay=1000.0),
        task("Ask", POINT, **wish, wait=False),
        task("Ask for another", POINT, **lone, wait=False),
        task("Lose patience", POINT, **{**wish, "wait_timeout": 0}),
        task("Delete too early", POINT, name=name, state="absent", wait=False),
        lab_call("Time goes by", "POST", "/clock/advance", seconds=1001),
        task("Wait", POINT, **wish),
        lab_call("AWS is quick", "PUT", "/settings", mrap_operation_delay=0.0),
        task("One Region", ROUTES, check=True, access_points=[
            {"multi_region_access_point": f"{name}-lone", "active": ["us-east-1"]}
        ]),
        lab_call("Trouble", "PUT", f"/mrap/{name}/status", status="PARTIALLY_CREATED"),
        task("Create where it lacks", POINT, **wish),
        task("Plan deletion", POINT, check=True, name=name, state="absent"),
        task("Delete", POINT, name=name, state="absent"),
        task("Delete again", POINT, name=name, state="absent"),
        task("Create anew", POINT, **wish),
    ])  # fmt: skip
    assert failed(run) == ["Lose patience", "Delete too early", "One Region"]
    assert run.changed == [
        "Ask", "Ask for another", "Create where it lacks", "Plan deletion", "Delete", "Create anew",
    ]  # fmt: skip
    assert run.of("Ask")["multi_region_access_point"]["status"] == "CREATING"
    assert "has one Region" in run.of("Ask for another")["warnings"][0]
    late = run.of("Lose patience")
    assert late["status"] == "CREATING" and "AWS goes on; run again to wait for it" in late["msg"]
    assert "is still being created" in run.of("Delete too early")["msg"]
    first = run.of("Wait")["multi_region_access_point"]
    assert first["status"] == "READY"
    assert "it has one Region only (us-east-1), so there is nothing to switch to" in run.of("One Region")["msg"]
    assert run.of("Create where it lacks")["multi_region_access_point"]["alias"] == first["alias"]
    assert run.of("Plan deletion")["diff"] == run.of("Delete")["diff"]
    second = run.of("Create anew")["multi_region_access_point"]
    assert second["status"] == "READY" and second["alias"] != first["alias"]
    listed = aws("s3control", "us-west-2").list_multi_region_access_points(AccountId=ACCOUNT)["AccessPoints"]
    assert sorted(one["Name"] for one in listed) == [name, f"{name}-lone"]
