# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_runbook import SCRIPTS as NAMES
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_runbook import document
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_runbook_role import (
    permissions_policy,
    trust_policy,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.arc_samples import ACCOUNT, ENDPOINTS, control

EAST, WEST = "us-east-1", "eu-west-1"
ACCESS_POINT = f"arn:aws:s3::{ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/failover-runbook"
SETTINGS: dict[str, Any] = {
    "regions": [EAST, WEST],
    "multi_region_access_points": [ACCESS_POINT],
    "routing_controls": {EAST: [control("east")], WEST: [control("west")]},
    "cluster_endpoints": ENDPOINTS,
    "pointer": {"table": "failover-state", "name": "shop", "regions": [WEST, EAST]},
    "assume_role": ROLE,
}
RECORD = {"hosted_zone_id": "Z0123456789", "record": "active.example.com", "values": {EAST: "one"}}
REST: dict[str, Any] = {
    "buckets": {EAST: ["shop"], WEST: ["shop-dr"]},
    "dns_records": [RECORD],
    "parameter": "/shop/active-region",
}
SCRIPTS = {name: f"# {name}" for name in NAMES}


def built(**changes: Any) -> dict[str, Any]:
    settings = {name: value for name, value in {**SETTINGS, **changes}.items() if value is not None}
    return document(settings, SCRIPTS)


def test_all_of_it() -> None:
    made = built()
    assert made["schemaVersion"] == "0.3" and made["assumeRole"] == "{{ AutomationAssumeRole }}"
    assert made["parameters"]["TargetRegion"]["allowedValues"] == [EAST, WEST]
    assert "default" not in made["parameters"]["TargetRegion"], "the target is named, never guessed"
    assert made["parameters"]["AutomationAssumeRole"]["default"] == ROLE
    assert made["parameters"]["SafetyRulesToOverride"]["default"] == []
    names = [step["name"] for step in made["mainSteps"]]
    assert names == ["RefuseToUndo", "SwitchRoutes", "SwitchRoutingControls", "SwitchPointer"]
    assert [step["onFailure"] for step in made["mainSteps"]] == ["Abort", "Continue", "Continue", "Continue"]
    for step in made["mainSteps"]:
        assert step["isCritical"]
        assert step["inputs"]["Runtime"] == "python3.11"
        assert step["inputs"]["InputPayload"]["target_region"] == "{{ TargetRegion }}"
        assert step["inputs"]["InputPayload"]["seconds"] < step["timeoutSeconds"] <= 600
    assert [step.get("isEnd") for step in made["mainSteps"]] == [None, None, None, True]
    scripts = [step["inputs"]["Script"] for step in made["mainSteps"]]
    assert scripts == ["# pointer", "# routes", "# routing_controls", "# pointer"]
    outputs = ["SwitchRoutes.switched", "SwitchRoutingControls.switched", "SwitchPointer.changed"]
    assert made["outputs"] == ["RefuseToUndo.told", *outputs]
    payload = made["mainSteps"][2]["inputs"]["InputPayload"]
    assert payload["routing_controls"] == {EAST: [control("east")], WEST: [control("west")]}
    assert payload["cluster_endpoints"] == ENDPOINTS
    for step in (made["mainSteps"][0], made["mainSteps"][3]):
        payload = step["inputs"]["InputPayload"]
        assert (payload["table"], payload["name"], payload["table_regions"]) == ("failover-state", "shop", [WEST, EAST])
    json.dumps(made)


def test_only_what_is_there_to_switch() -> None:
    made = built(routing_controls=None, cluster_endpoints=None, multi_region_access_points=None, assume_role=None)
    assert [step["name"] for step in made["mainSteps"]] == ["RefuseToUndo", "SwitchPointer"]
    assert made["mainSteps"][1]["isEnd"]
    assert set(made["parameters"]) == {"TargetRegion", "AutomationAssumeRole"}
    assert "default" not in made["parameters"]["AutomationAssumeRole"]
    no_regions = built(pointer={"table": "t-x", "name": "n"})
    assert no_regions["mainSteps"][3]["inputs"]["InputPayload"]["table_regions"] == []


def test_the_rest_of_the_switch_in_the_order_of_the_role() -> None:
    made = built(**REST)
    steps = {step["name"]: step["inputs"]["InputPayload"] for step in made["mainSteps"]}
    assert list(steps) == [
        "RefuseToUndo",
        "OpenBuckets",
        "SwitchRoutes",
        "SwitchRoutingControls",
        "SwitchDnsRecords",
        "SwitchPointer",
        "SwitchParameter",
    ]
    assert [step["inputs"]["Script"] for step in made["mainSteps"][1:]] == list(SCRIPTS.values())
    assert steps["OpenBuckets"]["buckets"] == REST["buckets"]
    assert steps["SwitchDnsRecords"]["records"] == [{**RECORD, "type": "TXT", "ttl": 60}]
    assert steps["SwitchParameter"]["parameter"] == "/shop/active-region"
    assert steps["SwitchParameter"]["parameter_regions"] == [WEST, EAST], "where the pointer's table is"
    assert "isEnd" not in made["mainSteps"][0] and made["mainSteps"][-1]["isEnd"]
    records = [{**RECORD, "hosted_zone_id": "/hostedzone/Z1", "ttl": 30, "zone": "example.com", "values": None}]
    (record,) = built(dns_records=records)["mainSteps"][3]["inputs"]["InputPayload"]["records"]
    assert (record["hosted_zone_id"], record["ttl"], record["values"]) == ("Z1", 30, {})


def test_what_is_empty_is_not_switched() -> None:
    empty = {"buckets": {}, "dns_records": [], "parameter": "", "multi_region_access_points": []}
    made = built(**empty, routing_controls={}, cluster_endpoints=[])
    assert [step["name"] for step in made["mainSteps"]] == ["RefuseToUndo", "SwitchPointer"]
    assert "RefuseToUndo" not in [step["name"] for step in built(pointer=None)["mainSteps"]]


def test_every_reference_is_declared() -> None:
    made = built(**REST)
    references = set(re.findall(r"\{\{\s*([^}\s]+)\s*\}\}", json.dumps(made)))
    assert references == {*made["parameters"], "automation:EXECUTION_ID"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"regions": [EAST]}, "name at least two"),
        ({"regions": [EAST, EAST]}, "name at least two"),
        ({"regions": EAST}, "give a list"),
        ({"regions": [EAST, "Ireland"]}, "'Ireland' is not a Region"),
        ({"multi_region_access_points": ["shop"]}, "'shop' is not the ARN of a Multi-Region Access Point"),
        ({"multi_region_access_points": [f"{ACCESS_POINT}/x"]}, "expected arn:<partition>:s3::<account>"),
        ({"routing_controls": {EAST: ["x"], WEST: []}}, "'x' is not the ARN of a routing control"),
        ({"routing_controls": {"eu-north-1": [control("x")]}}, "eu-north-1, which is not among regions"),
        ({"routing_controls": {EAST: [control("x")], WEST: [control("x")]}}, "is named twice"),
        ({"routing_controls": [control("x")]}, "give a list for each Region"),
        ({"cluster_endpoints": None}, "need cluster_endpoints"),
        ({"cluster_endpoints": ["https://x"]}, "give a list of endpoint and region"),
        ({"cluster_endpoints": [{"endpoint": "http://x", "region": EAST}]}, "expected https"),
        ({"pointer": {"table": "x"}}, "give table and name"),
        ({"pointer": {"table": "x", "name": "{{ x }}"}}, "which Automation would replace"),
        ({"pointer": {"table": "x", "name": "x", "regions": ["x"]}}, "'x' is not a Region"),
        ({"assume_role": "x"}, "assume_role: 'x' is not an ARN"),
        ({"target": EAST}, "'target' is not a setting"),
        ({"buckets": {EAST: ["Shop"]}}, "'Shop' is not a bucket's name"),
        ({"buckets": {"eu-north-1": ["shop"]}}, "buckets of eu-north-1, which is not among regions"),
        ({"buckets": {EAST: "shop"}}, "give a list"),
        ({"dns_records": [{"record": "x", "zone": "example.com"}]}, "give record and hosted_zone_id"),
        ({"dns_records": [{**RECORD, "ttl": "soon"}]}, "give record and hosted_zone_id"),
        ({"dns_records": [{**RECORD, "weight": 1}]}, "give record and hosted_zone_id"),
        ({"dns_records": RECORD}, "give a list"),
        ({"parameter": "{{ x }}"}, "which Automation would replace"),
        ({"dns_records": [{**RECORD, "values": {EAST: "{{ x }}"}}]}, "which Automation would replace"),
        ({"pointer": None, "routing_controls": None, "multi_region_access_points": None}, "there is nothing to switch"),
    ],
)
def test_settings_that_can_not_be_right(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(RefusedError, match="The failover runbook: ") as refused:
        built(**changes)
    assert told in refused.value.message


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted({**SETTINGS, **REST})), HOSTILE)
def test_hostile_settings_are_refused_or_built_but_never_break(name: str, value: Any) -> None:
    try:
        made = document({**SETTINGS, **REST, name: value}, SCRIPTS)
    except RefusedError as refused:
        assert refused.problems
    else:
        references = set(re.findall(r"\{\{\s*([^}]*?)\s*\}\}", json.dumps(made)))
        assert references <= {*made["parameters"], "automation:EXECUTION_ID"}


def test_the_role_may_switch_and_nothing_else() -> None:
    policy = permissions_policy(SETTINGS, "aws-us-gov", ACCOUNT)
    by_sid = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert by_sid["SwitchRoutes"]["Resource"] == [ACCESS_POINT]
    assert by_sid["SwitchRoutingControls"]["Resource"] == [control("east"), control("west")]
    assert by_sid["SwitchPointer"]["Resource"] == [
        f"arn:aws-us-gov:dynamodb:{region}:{ACCOUNT}:table/failover-state" for region in sorted((EAST, WEST))
    ]
    assert by_sid["SwitchPointer"]["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["shop"]}}
    assert all("*" not in resource for statement in policy["Statement"] for resource in statement["Resource"])
    rest = {
        one["Sid"]: one["Resource"] for one in permissions_policy({**SETTINGS, **REST}, "aws", ACCOUNT)["Statement"]
    }
    assert rest["OpenBuckets"] == ["arn:aws:s3:::shop", "arn:aws:s3:::shop-dr"]
    assert rest["SwitchDnsRecords"] == ["arn:aws:route53:::hostedzone/Z0123456789"]
    assert rest["WaitForDnsRecords"] == ["arn:aws:route53:::change/*"]
    parameter = f"{ACCOUNT}:parameter/shop/active-region"
    assert rest["SwitchParameter"] == [f"arn:aws:ssm:{region}:{parameter}" for region in sorted((EAST, WEST))]
    only = {"regions": [EAST, WEST], "pointer": {"table": "t-x", "name": "n"}}
    (statement,) = permissions_policy(only, "aws", ACCOUNT)["Statement"]
    assert len(statement["Resource"]) == 2, "without regions of the pointer, those that may be the target"
    with pytest.raises(RefusedError, match="is not an account id"):
        permissions_policy(SETTINGS, "aws", "1")


def test_only_automation_of_the_account_may_assume_the_role() -> None:
    (statement,) = trust_policy(ACCOUNT, "aws-cn")["Statement"]
    assert statement["Principal"] == {"Service": "ssm.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws-cn:ssm:*:{ACCOUNT}:automation-execution/*"},
    }
    with pytest.raises(RefusedError, match="is not an account id"):
        trust_policy("x", "aws")
