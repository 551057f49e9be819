# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM beyond MiniStack: details of the account, pages, quotas, refusals (aws_lab.identity)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from labclient import Clients, Lab

OURS = "arn:aws:iam::111122223333"
S3_TRUST = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def _document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _allow(size: int, spaces: int = 0) -> str:
    """A policy of `size` characters that count, and some that don't."""
    empty = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": ""}]},
        separators=(",", ":"),
    )
    resource = "arn:aws:s3:::b/" + "k" * (size - len(empty) - 15)
    return empty.replace('"Resource":""', f'"Resource":{" " * spaces}"{resource}"')


def _trust(size: int) -> str:
    condition = {"StringEquals": {"aws:SourceArn": ""}}
    empty = json.dumps(
        {"Version": "2012-10-17", "Statement": [{**S3_TRUST, "Condition": condition}]}, separators=(",", ":")
    )
    return empty.replace('"aws:SourceArn":""', f'"aws:SourceArn":"{"a" * (size - len(empty))}"')


def _error(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return str(error["Code"]), str(error["Message"])


def _role(client: Clients, name: str = "replicates", **more: Any) -> Any:
    return client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=_document(S3_TRUST), **more)["Role"]


def test_details_of_roles_hold_trust_inline_and_attached_policies(client: Clients) -> None:
    iam = client("iam")
    tags = [{"Key": "who", "Value": "us + them"}]
    made = _role(client, Path="/dr/", Description="Source & copy", Tags=tags, PermissionsBoundary=READ_ONLY)
    assert iam.get_role(RoleName="replicates")["Role"]["Description"] == "Source & copy"
    iam.put_role_policy(RoleName="replicates", PolicyName="inline", PolicyDocument=_allow(200))
    iam.attach_role_policy(RoleName="replicates", PolicyArn=READ_ONLY)
    answer = iam.get_account_authorization_details(Filter=["Role"])
    (role,) = answer["RoleDetailList"]
    assert role["Arn"] == made["Arn"] == f"{OURS}:role/dr/replicates"
    assert role["AssumeRolePolicyDocument"] == json.loads(_document(S3_TRUST))
    assert role["RolePolicyList"] == [{"PolicyName": "inline", "PolicyDocument": json.loads(_allow(200))}]
    assert role["AttachedManagedPolicies"] == [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert role["Tags"] == tags
    assert answer["UserDetailList"] == answer["GroupDetailList"] == answer["Policies"] == []


def test_details_come_in_pages(client: Clients) -> None:
    iam = client("iam")
    for number in range(5):
        _role(client, f"role-{number}")
    iam.create_policy(PolicyName="ours", PolicyDocument=_allow(150))
    pages = list(
        iam.get_paginator("get_account_authorization_details").paginate(
            Filter=["Role", "LocalManagedPolicy"], PaginationConfig={"PageSize": 2}
        )
    )
    assert [page["IsTruncated"] for page in pages] == [True, True, False]
    assert [role["RoleName"] for page in pages for role in page["RoleDetailList"]] == [f"role-{n}" for n in range(5)]
    (policy,) = pages[-1]["Policies"]
    assert policy["PolicyVersionList"][0]["Document"] == json.loads(_allow(150))
    everything = iam.get_account_authorization_details()
    assert [user["UserName"] for user in everything["UserDetailList"]] == ["lab-admin"]


def test_lists_have_pages_of_a_hundred(client: Clients) -> None:
    iam = client("iam")
    for number in range(101):
        _role(client, f"role-{number:03}")
    first = iam.list_roles()
    assert (len(first["Roles"]), first["IsTruncated"]) == (100, True)
    assert [role["RoleName"] for role in iam.list_roles(Marker=first["Marker"])["Roles"]] == ["role-100"]
    for number in range(3):
        iam.put_role_policy(RoleName="role-000", PolicyName=f"p{number}", PolicyDocument=_allow(120))
    names = iam.get_paginator("list_role_policies").paginate(RoleName="role-000", PaginationConfig={"PageSize": 2})
    assert [page["PolicyNames"] for page in names] == [["p0", "p1"], ["p2"]]


def test_inline_policies_of_a_role_share_one_quota(client: Clients) -> None:
    iam = client("iam")
    _role(client)
    iam.put_role_policy(RoleName="replicates", PolicyName="a", PolicyDocument=_allow(6000, spaces=5000))
    too_much = {"RoleName": "replicates", "PolicyName": "b", "PolicyDocument": _allow(4241)}
    code, message = _error(iam.put_role_policy, **too_much)
    assert (code, "10240" in message) == ("LimitExceeded", True)
    iam.put_role_policy(RoleName="replicates", PolicyName="b", PolicyDocument=_allow(4240))
    iam.put_role_policy(RoleName="replicates", PolicyName="b", PolicyDocument=_allow(4240))  # put again: the same
    assert iam.list_role_policies(RoleName="replicates")["PolicyNames"] == ["a", "b"]


def test_quotas_of_managed_policies_and_trust(client: Clients) -> None:
    iam = client("iam")
    arn = iam.create_policy(PolicyName="big", PolicyDocument=_allow(6144, spaces=100))["Policy"]["Arn"]
    assert _error(iam.create_policy, PolicyName="bigger", PolicyDocument=_allow(6145))[0] == "LimitExceeded"
    for _unused in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=_allow(130))
    assert _error(iam.create_policy_version, PolicyArn=arn, PolicyDocument=_allow(130))[0] == "LimitExceeded"
    iam.create_role(RoleName="r1", AssumeRolePolicyDocument=_trust(2048))
    code, message = _error(iam.create_role, RoleName="r2", AssumeRolePolicyDocument=_trust(2049))
    assert (code, "2048" in message) == ("LimitExceeded", True)
    assert _error(iam.update_assume_role_policy, RoleName="r1", PolicyDocument=_trust(2049))[0] == "LimitExceeded"
    for number in range(10):
        made = iam.create_policy(PolicyName=f"p{number}", PolicyDocument=_allow(130))["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="r1", PolicyArn=made)
    assert _error(iam.attach_role_policy, RoleName="r1", PolicyArn=arn)[0] == "LimitExceeded"
    iam.attach_role_policy(RoleName="r1", PolicyArn=made)


@pytest.mark.parametrize(
    ("trust", "expected"),
    [
        ("{", "invalid Json"),
        (json.dumps({"Version": "2012-10-17"}), "Syntax errors"),
        (_document({**S3_TRUST, "Resource": "*"}), "prohibited field Resource"),
        (_document({"Effect": "Allow", "Action": "sts:AssumeRole"}), "Missing required field Principal"),
        (_document({**S3_TRUST, "Action": "s3:GetObject"}), "only specify STS AssumeRole actions"),
        (
            _document({**S3_TRUST, "Principal": {"AWS": f"{OURS}:role/nobody"}}),
            'principal in policy: "AWS":"arn:aws:iam',
        ),
        (_document({**S3_TRUST, "Principal": {"Service": "s3"}}), 'Invalid principal in policy: "Service":"s3"'),
        (_document({**S3_TRUST, "Principal": {"AWS": "AROAEXAMPLEEXAMPLE123"}}), "Invalid principal in policy"),
    ],
)
def test_trust_that_is_refused(client: Clients, trust: str, expected: str) -> None:
    iam = client("iam")
    _role(client)
    requests: list[tuple[Any, dict[str, str]]] = [
        (iam.create_role, {"RoleName": "r", "AssumeRolePolicyDocument": trust}),
        (iam.update_assume_role_policy, {"RoleName": "replicates", "PolicyDocument": trust}),
    ]
    for operation, request in requests:
        code, message = _error(operation, **request)
        assert code == "MalformedPolicyDocument"
        assert expected in message


def test_names_of_roles(client: Clients) -> None:
    iam = client("iam")
    _role(client, "r" * 64)
    for name in ("r" * 65, "a b"):
        given = {"RoleName": name, "AssumeRolePolicyDocument": _document(S3_TRUST)}
        assert _error(iam.create_role, **given)[0] == "ValidationError"
    given = {"RoleName": "r" * 64, "AssumeRolePolicyDocument": _document(S3_TRUST)}
    assert _error(iam.create_role, **given)[0] == "EntityAlreadyExists"
    assert _error(iam.update_assume_role_policy, RoleName="x", PolicyDocument=_document(S3_TRUST))[0] == "NoSuchEntity"


def test_iam_throttles(client: Clients, lab: Lab) -> None:
    lab.fault("throttle", service="iam", operation="PutRolePolicy", times=1)
    _role(client)
    given = {"RoleName": "replicates", "PolicyName": "p", "PolicyDocument": _allow(120)}
    assert _error(client("iam").put_role_policy, **given)[0] == "Throttling"
    client("iam").put_role_policy(**given)
    assert client("iam", attempts=3).get_role_policy(RoleName="replicates", PolicyName="p")["PolicyName"] == "p"
