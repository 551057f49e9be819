# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.aws_dr.s3.plugins.filter.enrolment import FilterModule

FILTERS = FilterModule().filters()
ACCOUNT = "111122223333"
OPTIONS = {"discover": {"tags": {"dr": "true"}, "destination": {"bucket": "{name}-dr", "region": "eu-west-1"}}}


def settings(**options: Any) -> dict[str, Any]:
    """Settings of the function in us-east-1."""
    found: dict[str, Any] = FILTERS["enrolment_settings"]({**OPTIONS, **options}, "us-east-1", "enrol")
    return found


def policy(**options: Any) -> dict[str, Any]:
    """What its role may do, by the ids of the statements."""
    document = FILTERS["enrolment_policy"](settings(**options), ACCOUNT, "aws-us-gov")
    return {statement["Sid"]: statement for statement in document["Statement"]}


def test_defaults_are_those_of_the_module_but_for_what_keeps_buckets_enrolled() -> None:
    options = settings()["options"]
    assert (options["role_prefix"], options["standard"]["tls_only"]) == ("s3-replication-", True)
    assert {name: options["discover"][name] for name in ("region", "unmatched", "status")} == {
        "region": "us-east-1",
        "unmatched": "remove",
        "status": "enabled",
    }
    kept = settings(discover={**OPTIONS["discover"], "unmatched": "ignore", "status": "disabled"})["options"]
    assert (kept["discover"]["unmatched"], kept["discover"]["status"]) == ("ignore", "disabled")
    json.dumps(settings())


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"discover": {}}, "discover is missing"),
        ({"discover": {**OPTIONS["discover"], "region": "us-west-2"}}, "the role works in us-east-1"),
        ({"pairs": []}, "pairs is not for auto_enroll"),
        ({"rolle": "x"}, "rolle"),
        ({"standard": {"tls_only": "perhaps"}}, "tls_only"),
        ({"discover": {"tags": {"dr": "true"}, "destination": {"bucket": "fixed", "region": "eu-west-1"}}}, "{name}"),
        ({"discover": {**OPTIONS["discover"], "tags": {}}}, "discover.tags is empty"),
    ],
)
def test_what_can_not_be_right_is_refused_on_the_controller(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(AnsibleFilterError, match=problem.replace("{", r"\{").replace("}", r"\}")):
        settings(**options)


def test_only_what_has_no_name_is_allowed_everywhere() -> None:
    statements = policy()
    assert {sid for sid, said in statements.items() if "*" in said["Resource"]} == {"FindBuckets", "FindPauses"}
    assert all(
        resource == "*" or resource.startswith("arn:aws-us-gov:")
        for said in statements.values()
        for resource in said["Resource"]
    )
    assert statements["Buckets"]["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
    assert statements["ReplicationRoles"]["Resource"] == [f"arn:aws-us-gov:iam::{ACCOUNT}:role/s3-replication-*"]
    assert statements["PassReplicationRoles"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "s3.amazonaws.com"}
    }
    assert statements["Queue"]["Resource"] == [f"arn:aws-us-gov:sqs:us-east-1:{ACCOUNT}:enrol"]


def test_what_is_not_asked_for_is_not_allowed() -> None:
    own = f"arn:aws:iam::{ACCOUNT}:role/mine"
    other = {"role_arn": "arn:aws:iam::444455556666:role/dr"}
    plain, with_role = policy(), policy(role=own, destination_account_role=other)
    assert "ReplicationRoles" not in with_role
    assert with_role["PassReplicationRoles"]["Resource"] == [own]
    assert with_role["OtherAccounts"]["Resource"] == [other["role_arn"]]
    assert "OtherAccounts" not in plain
    assert "EmptyBuckets" not in plain
    assert "s3:PutLifecycleConfiguration" not in plain["Buckets"]["Action"]
    assert "s3:PutLifecycleConfiguration" in policy(mirror={})["Buckets"]["Action"]
    deleting = policy(discover={**OPTIONS["discover"], "unmatched_destination": "delete_if_empty"})
    assert "s3:DeleteBucket" in deleting["EmptyBuckets"]["Action"]
    quiet = FILTERS["enrolment_settings"](OPTIONS, "us-east-1", "enrol", respect_pauses=False)
    statements = FILTERS["enrolment_policy"](quiet, ACCOUNT, "aws")["Statement"]
    assert not any("fis:" in action for statement in statements for action in statement["Action"])
