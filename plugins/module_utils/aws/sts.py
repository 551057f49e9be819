# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is calling, and becoming somebody else: the account and partition of credentials, and those of a role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.account_role import AccountRole
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn


@dataclass(frozen=True)
class Caller:
    """``account`` is the twelve-digit id, ``partition`` is ``aws``, ``aws-cn`` or ``aws-us-gov``."""

    account: str
    partition: str


def get_caller(client: Any) -> Caller:
    """STS GetCallerIdentity, which needs no permission. Raises :class:`AwsError`."""
    with call("find out whose credentials these are"):
        answer = client.get_caller_identity()
    arn = parse_arn(answer["Arn"])
    return Caller(account=answer["Account"], partition=arn.partition if arn else "aws")


def assume_role(client: Any, role: AccountRole) -> dict[str, str]:
    """STS AssumeRole: credentials of the role for an hour, the longest that one role may give another.

    Gives ``access_key``, ``secret_key``, ``token`` and ``expiry_time`` (ISO 8601), as botocore's refreshable
    credentials want them. Raises :class:`AccessDeniedError` when the caller may not, or the role does not trust it.
    """
    request = {"RoleArn": role.role_arn, "RoleSessionName": role.session_name}
    if role.external_id is not None:
        request["ExternalId"] = role.external_id
    with call(f"assume role {role.role_arn}", "sts:AssumeRole"):
        credentials = client.assume_role(**request)["Credentials"]
    return {
        "access_key": credentials["AccessKeyId"],
        "secret_key": credentials["SecretAccessKey"],
        "token": credentials["SessionToken"],
        "expiry_time": credentials["Expiration"].isoformat(),
    }
