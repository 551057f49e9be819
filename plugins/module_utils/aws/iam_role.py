# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles: whether they are there, what they may do, and making them. Clients are boto3 IAM clients.

Policy documents are dicts both ways: botocore decodes those that IAM gives. Source: IAM API reference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn

Document = dict[str, Any]
Role = dict[str, Any]

_PAGE = 1_000


def role_exists(client: Any, role: str) -> bool | None:
    """GetRole of a role's ARN; ``None`` when that can't be learnt.

    The caller may lack ``iam:GetRole``, and IAM's one control plane may be out of reach in just the disaster that jobs
    are made for: neither may keep a job from being made.
    """
    arn = parse_arn(role)
    name = arn.resource.rsplit("/", 1)[-1] if arn else role
    try:
        with call(f"look at role {name}", "iam:GetRole"):
            client.get_role(RoleName=name)
    except MissingError:
        return False
    except AwsError:
        return None
    return True


def get_role(client: Any, name: str) -> Role | None:
    """GetRole: ``{Arn, AssumeRolePolicyDocument, PermissionsBoundary, Tags, …}``; ``None`` when there is none."""
    try:
        with call(f"look at role {name}", "iam:GetRole"):
            found: Role = client.get_role(RoleName=name)["Role"]
    except MissingError:
        return None
    return found


def get_role_policy(client: Any, name: str, policy: str) -> Document | None:
    """GetRolePolicy: the inline policy; ``None`` when there is none. Raises :class:`AwsError`."""
    try:
        with call(f"read policy {policy} of role {name}", "iam:GetRolePolicy"):
            document: Document = client.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    except MissingError:
        return None
    return document


def all_roles(client: Any) -> dict[str, Role]:
    """GetAccountAuthorizationDetails: all roles of the account by name, with their inline policies.

    A call for hundreds of roles, where GetRole and GetRolePolicy take two and more for each. The details hold
    ``RolePolicyList`` (``[{PolicyName, PolicyDocument}]``) beside what GetRole gives. Raises :class:`AwsError`.
    """
    with call("read the roles of the account", "iam:GetAccountAuthorizationDetails"):
        pages = client.get_paginator("get_account_authorization_details").paginate(
            Filter=["Role"], PaginationConfig={"PageSize": _PAGE}
        )
        return {role["RoleName"]: role for page in pages for role in page.get("RoleDetailList", [])}


def create_role(
    client: Any, name: str, path: str, trust: Document, description: str, boundary: str, tags: Mapping[str, str]
) -> None:
    """CreateRole; fine where somebody made it meanwhile (``EntityAlreadyExists``). Raises :class:`AwsError`."""
    request: dict[str, Any] = {
        "RoleName": name,
        "Path": path,
        "AssumeRolePolicyDocument": json.dumps(trust),
        "Description": description,
    }
    if boundary:
        request["PermissionsBoundary"] = boundary
    if tags:
        request["Tags"] = _tags(tags)
    try:
        with call(f"create role {name}", "iam:CreateRole"):
            client.create_role(**request)
    except AwsError as error:
        if error.code != "EntityAlreadyExists":
            raise


def put_trust(client: Any, name: str, trust: Document) -> None:
    """UpdateAssumeRolePolicy. Raises :class:`AwsError`."""
    with call(f"write the trust policy of role {name}", "iam:UpdateAssumeRolePolicy"):
        client.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))


def put_boundary(client: Any, name: str, boundary: str) -> None:
    """PutRolePermissionsBoundary. Raises :class:`AwsError`."""
    with call(f"set the permissions boundary of role {name}", "iam:PutRolePermissionsBoundary"):
        client.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)


def add_tags(client: Any, name: str, tags: Mapping[str, str]) -> None:
    """TagRole, which keeps other tags. Raises :class:`AwsError`."""
    with call(f"tag role {name}", "iam:TagRole"):
        client.tag_role(RoleName=name, Tags=_tags(tags))


def put_role_policy(client: Any, name: str, policy: str, document: Document) -> None:
    """PutRolePolicy, which replaces the inline policy of that name. Raises :class:`AwsError`."""
    with call(f"write policy {policy} of role {name}", "iam:PutRolePolicy"):
        client.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
