# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role may do when an AWS service assumes it: the one place that asks MiniStack's policy evaluator for that.

AWS decides in this order (IAM User Guide, "Policy evaluation logic"): an explicit deny anywhere ends it; then the
role's own policies, bounded by its permissions boundary, or in the same account the resource's policy, have to allow;
across accounts both have to; a KMS key policy has to in any case. Organizations policies (SCP, RCP) are not modelled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from ministack.core import iam_evaluator as evaluator
from ministack.services import iam

from aws_lab import store

# Services call from addresses of their own: no aws:SourceIp condition of a customer matches them.
_SERVICE_ADDRESS = ""
_RESOURCE_ACCOUNT_KEYS = ("aws:resourceaccount", "s3:resourceaccount")


@dataclass(frozen=True)
class Decision:
    """allowed, and if not, whether a Deny statement said so (else no statement allowed it). True where allowed."""

    allowed: bool
    explicit_deny: bool = False

    def __bool__(self) -> bool:
        return self.allowed


_NO = Decision(False)
_EXPLICIT_DENY = Decision(False, explicit_deny=True)


def role_account(role_arn: str) -> str:
    """The account in a role's ARN, "" where it is none."""
    parts = role_arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[2] == "iam" and parts[5].startswith("role/") else ""


def role_exists(role_arn: str) -> bool:
    """Whether there is a role with exactly this ARN, path included."""
    return _role(role_arn) is not None


def may_assume(role_arn: str, service_principal: str, *, source_account: str = "", source_arn: str = "") -> Decision:
    """Whether the role exists and its trust policy lets the service assume it (sts:AssumeRole).

    service_principal: such as s3.amazonaws.com. source_account, source_arn: the confused-deputy context of the call.
    """
    role = _role(role_arn)
    if role is None:
        return _NO
    context = {"aws:sourceaccount": source_account, "aws:sourcearn": source_arn}
    call = evaluator.EvalContext(
        principal_arn="",
        principal_type="Service",
        principal_account="",
        action="sts:AssumeRole",
        resource_arn=role_arn,
        region="us-east-1",
        source_ip=_SERVICE_ADDRESS,
        secure_transport=True,
        service_context={name: value for name, value in context.items() if value},
    )
    matching = [said for said in _statements(role.get("AssumeRolePolicyDocument")) if _names(said, service_principal)]
    statements = evaluator.parse_policy_document({"Statement": _without_principal(matching)})
    return _decided(evaluator.evaluate(call, [statements]))


def role_may(
    role_arn: str,
    service_principal: str,
    action: str,
    resource_arn: str,
    context: Mapping[str, Any] | None = None,
) -> Decision:
    """Whether the role may do the action on the S3 resource, its bucket's policy included.

    Trust is a question apart: see `may_assume`. service_principal names the session. context: further condition keys.
    """
    return Session(role_arn, service_principal).may(action, resource_arn, context)


class Session:
    """A role in the hands of a service. Reads the role's policies once: make a new one for each piece of work."""

    def __init__(self, role_arn: str, service_principal: str) -> None:
        self.role_arn = role_arn
        self.account = role_account(role_arn)
        role = _role(role_arn)
        name = _role_name(role_arn)
        self._policies = evaluator._gather_role_policies(name, self.account) if role else []
        self._limits = evaluator._permissions_boundary(iam._roles, name, self.account) if role else []
        self._keys: dict[str, Any] = {
            f"aws:principaltag/{tag['Key'].lower()}": tag["Value"] for tag in (role or {}).get("Tags") or []
        }
        self._keys["aws:userid"] = f"{(role or {}).get('RoleId', '')}:{service_principal.split('.')[0]}"
        self._keys["aws:viaawsservice"] = "false"

    def may(self, action: str, resource_arn: str, context: Mapping[str, Any] | None = None) -> Decision:
        """Whether the role may do the action on a bucket (arn:aws:s3:::bucket) or an object (…/key)."""
        bucket = resource_arn.split(":::", 1)[1].split("/", 1)[0]
        return self.may_under(
            action, resource_arn, store.policy(bucket), store.owner(bucket), store.region(bucket) or "", context
        )

    def may_under(
        self,
        action: str,
        resource_arn: str,
        resource_policy: str,
        resource_owner: str | None,
        region: str,
        context: Mapping[str, Any] | None = None,
        *,
        policy_required: bool = False,
    ) -> Decision:
        """Whether the role may, given the resource's policy. policy_required: that one has to allow (KMS keys)."""
        call = self._call(action, resource_arn, resource_owner, region, context or {})
        identity = evaluator.evaluate(call, self._policies, *self._limits)
        result = evaluator.combine_resource_policy(
            identity, call, resource_policy, resource_owner, required=policy_required, limits=self._limits
        )
        return _decided(result)

    def _call(
        self, action: str, resource_arn: str, resource_owner: str | None, region: str, context: Mapping[str, Any]
    ) -> Any:
        known = {name.lower(): value for name, value in context.items()}
        known.setdefault("aws:tagkeys", None)
        if resource_owner:
            known.update(dict.fromkeys(_RESOURCE_ACCOUNT_KEYS, resource_owner))
        return evaluator.EvalContext(
            principal_arn=self.role_arn,
            principal_type="AssumedRole",
            principal_account=self.account,
            action=action,
            resource_arn=resource_arn,
            region=region,
            source_ip=_SERVICE_ADDRESS,
            secure_transport=True,
            service_context=known,
            principal_keys=self._keys,
        )


def install() -> None:
    """Let aws:ResourceAccount be the bucket owner's account where we know it.

    MiniStack's evaluator takes the caller's account for every S3 resource (its ARN holds none), which would turn the
    usual "only within my organisation's accounts" conditions upside down for cross-account replication.
    """
    resolve = evaluator._resolve_condition_key

    def resolve_with_owner(key: str, call: Any) -> Any:
        if key.lower() in _RESOURCE_ACCOUNT_KEYS and key.lower() in call.service_context:
            return call.service_context[key.lower()]
        return resolve(key, call)

    evaluator._resolve_condition_key = resolve_with_owner


def _role_name(role_arn: str) -> str:
    return role_arn.rsplit("/", 1)[-1]


def _role(role_arn: str) -> dict[str, Any] | None:
    found = iam._roles.get_scoped(role_account(role_arn), None, _role_name(role_arn))
    return cast("dict[str, Any]", found) if found is not None and found.get("Arn") == role_arn else None


def _statements(document: Any) -> list[dict[str, Any]]:
    """The statements of a policy document; none where it is malformed, as the evaluator takes it."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError:
            return []
    statements = document.get("Statement", []) if isinstance(document, dict) else []
    found = statements if isinstance(statements, list) else [statements]
    return [statement for statement in found if isinstance(statement, dict)]


def _names(statement: dict[str, Any], service_principal: str) -> bool:
    principal = statement.get("Principal")
    return principal == "*" or bool(evaluator._service_principal_matches(principal, service_principal))


def _without_principal(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in said.items() if name != "Principal"} for said in statements]


def _decided(result: Any) -> Decision:
    if result.decision == "Allow":
        return Decision(True)
    return _EXPLICIT_DENY if result.decision == "Deny" else _NO
