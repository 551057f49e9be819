# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the principals a resource or trust policy names exist: AWS refuses a policy that names one which does not.

IAM User Guide, "AWS JSON policy elements: Principal": a user or role that is deleted later stays in the policy as its
unique id (AIDA…, AROA…), which is no valid principal any more. "Troubleshoot IAM: Changes that I make are not always
immediately visible": setting `principal_lag`. Only accounts of the lab are looked into: nobody here knows who lives in
the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ministack.services import iam, s3

from aws_lab import clock, settings

_ARN = re.compile(r"arn:(aws|aws-cn|aws-us-gov):(iam|sts)::([^:]*):(.+)\Z")
_SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)\Z")
_UNIQUE_ID = re.compile(r"(AIDA|AROA|AGPA|ANPA|ASIA|AKIA)[A-Z0-9]{12,}\Z")


def first_invalid(statement: dict[str, Any]) -> str | None:
    """The first principal of the statement that AWS would not know, as AWS names it: "AWS":"arn:…"."""
    for kind, value in _named(statement):
        if not _is_known(kind, value):
            return f'"{kind}":"{value}"'
    return None


def _named(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for element in ("Principal", "NotPrincipal"):
        principal = statement.get(element)
        if isinstance(principal, str):
            yield "AWS", principal
        elif isinstance(principal, dict):
            for kind, values in principal.items():
                for value in values if isinstance(values, list) else [values]:
                    yield str(kind), str(value)


def _is_known(kind: str, value: str) -> bool:
    if kind == "Service":
        return bool(_SERVICE.match(value))
    if kind != "AWS":
        return kind in ("Federated", "CanonicalUser")
    if value == "*" or re.fullmatch(r"\d{12}", value):
        return True
    found = _ARN.match(value)
    if found is None or _UNIQUE_ID.match(value):
        return False
    service, account, resource = found.group(2), found.group(3), found.group(4)
    if "*" in resource or "?" in resource:
        return False  # a wildcard stands alone or nowhere
    if service == "sts" or resource == "root" or account not in accounts():
        return True
    return resource.startswith(("user/", "role/")) and value in _arns(account)


def accounts() -> set[str]:
    """The accounts that live in the lab."""
    return {account for account, _unused in [*iam._users._data, *iam._roles._data]}


def forget(arn: str, unique_id: str) -> None:
    """A user or role is gone: policies that name it as principal show its id instead, and mean nobody by that."""
    for table, key, policy in _policies():
        changed = _without(policy, arn, unique_id)
        if changed is not None:
            table[key] = changed


def _policies() -> Iterator[tuple[dict[Any, Any], Any, str]]:
    for key, policy in list(s3._bucket_policies._data.items()):
        yield s3._bucket_policies._data, key, policy
    for role in list(iam._roles._data.values()):
        yield role, "AssumeRolePolicyDocument", role.get("AssumeRolePolicyDocument") or ""


def _without(policy: str, arn: str, unique_id: str) -> str | None:
    """The policy with the id where the ARN stands as principal; None where it doesn't."""
    if f'"{arn}"' not in policy:
        return None
    document = json.loads(policy)
    statements = document.get("Statement") or []
    found = False
    for statement in statements if isinstance(statements, list) else [statements]:
        for element in ("Principal", "NotPrincipal"):
            named = statement.get(element)
            if isinstance(named, dict) and arn in _listed(named.get("AWS")):
                ids = [unique_id if value == arn else value for value in _listed(named["AWS"])]
                named["AWS"] = ids if isinstance(named["AWS"], list) else ids[0]
                found = True
    return json.dumps(document, separators=(",", ":")) if found else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _arns(account: str) -> set[str]:
    lag, now = settings.get().principal_lag, clock.now()
    return {
        record["Arn"]
        for table in (iam._users, iam._roles)
        for (holder, _unused), record in list(table._data.items())
        if holder == account and now - record.get("_lab_created", 0.0) >= lag
    }
