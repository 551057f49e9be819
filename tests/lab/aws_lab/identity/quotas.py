# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM refuses when roles and policies are written: quotas, malformed trust, illegal names.

IAM User Guide, "IAM and AWS STS quotas" (white space is not counted), "IAM name requirements", "Grammar of the IAM JSON
policy language"; IAM API Reference, errors of CreateRole, UpdateAssumeRolePolicy, PutRolePolicy, CreatePolicy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from ministack.services import iam

from aws_lab import principals
from aws_lab.identity.answers import Parameters, Refusal, check_before, parameter

INLINE = {"role": 10_240, "user": 2_048, "group": 5_120}
MANAGED, TRUST, ATTACHED, ROLES = 6_144, 2_048, 10, 1_000
LONGEST_ROLE_NAME = 64
_NAME = re.compile(r"[\w+=,.@-]+\Z", re.ASCII)
_STS = re.compile(r"sts:(\*|AssumeRole\w*|TagSession|SetSourceIdentity|SetContext)\Z", re.IGNORECASE)


def install() -> None:
    """Look before MiniStack writes."""
    check_before("CreateRole", _create_role)
    check_before("UpdateAssumeRolePolicy", lambda given: _trust(parameter(given, "PolicyDocument")))
    check_before("AttachRolePolicy", _attach)
    for kind in INLINE:
        check_before(f"Put{kind.capitalize()}Policy", _inline(kind))
    for action in ("CreatePolicy", "CreatePolicyVersion"):
        check_before(action, _managed)


def length(document: str) -> int:
    """The size of a policy as IAM counts it."""
    return len(re.sub(r"\s", "", document))


def _create_role(given: Parameters) -> None:
    name = parameter(given, "RoleName")
    if not _NAME.match(name):
        _refuse_value("roleName", name, r"Member must satisfy regular expression pattern: [\w+=,.@-]+")
    if len(name) > LONGEST_ROLE_NAME:
        _refuse_value("roleName", name, f"Member must have length less than or equal to {LONGEST_ROLE_NAME}")
    if name in iam._roles:
        raise Refusal("EntityAlreadyExists", f"Role with name {name} already exists.", 409)
    _trust(parameter(given, "AssumeRolePolicyDocument"))
    if len(iam._roles) >= ROLES:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for RolesPerAccount: {ROLES}", 409)


def _trust(document: str) -> None:
    try:
        policy = json.loads(document)
    except ValueError:
        raise Refusal("MalformedPolicyDocument", "This policy contains invalid Json") from None
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not all(isinstance(statement, dict) for statement in statements):
        raise Refusal("MalformedPolicyDocument", "Syntax errors in policy.")
    for statement in statements:
        _trust_statement(statement)
    if length(document) > TRUST:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {TRUST}", 409)


def _trust_statement(statement: dict[str, Any]) -> None:
    for wrong in ("Resource", "NotResource"):
        if wrong in statement:
            raise Refusal("MalformedPolicyDocument", f"Has prohibited field {wrong}")
    if not {"Principal", "NotPrincipal"} & set(statement):
        raise Refusal("MalformedPolicyDocument", "Missing required field Principal")
    if not {"Action", "NotAction"} & set(statement):
        raise Refusal("MalformedPolicyDocument", "Missing required field Action")
    actions = statement.get("Action") or []
    if any(not _STS.match(str(action)) for action in (actions if isinstance(actions, list) else [actions])):
        message = "AssumeRole policy may only specify STS AssumeRole actions."
        raise Refusal("MalformedPolicyDocument", message)
    wrong_principal = principals.first_invalid(statement)
    if wrong_principal:
        raise Refusal("MalformedPolicyDocument", f"Invalid principal in policy: {wrong_principal}")


def _attach(given: Parameters) -> None:
    role = iam._roles.get(parameter(given, "RoleName"))
    attached = role["AttachedPolicies"] if role else []
    if len(attached) >= ATTACHED and parameter(given, "PolicyArn") not in attached:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {ATTACHED}", 409)


def _inline(kind: str) -> Callable[[Parameters], None]:
    def check(given: Parameters) -> None:
        name = parameter(given, f"{kind.capitalize()}Name")
        others = dict(_inline_of(kind, name))
        others[parameter(given, "PolicyName")] = parameter(given, "PolicyDocument")
        if sum(length(str(document)) for document in others.values()) > INLINE[kind]:
            message = f"Maximum policy size of {INLINE[kind]} bytes exceeded for {kind} {name}"
            raise Refusal("LimitExceeded", message, 409)

    return check


def _inline_of(kind: str, name: str) -> dict[str, Any]:
    if kind == "role":
        return dict((iam._roles.get(name) or {}).get("InlinePolicies") or {})
    table = iam._user_inline_policies if kind == "user" else iam._group_inline_policies
    return dict(table.get(name) or {})


def _managed(given: Parameters) -> None:
    if length(parameter(given, "PolicyDocument")) > MANAGED:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for PolicySize: {MANAGED}", 409)


def _refuse_value(name: str, value: str, constraint: str) -> None:
    raise Refusal(
        "ValidationError",
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {constraint}",
    )
