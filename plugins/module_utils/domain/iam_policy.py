# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of IAM policy documents, and what all our documents have in common.

Source: IAM User Guide, "IAM JSON policy element reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError

Document = dict[str, Any]
Statement = dict[str, Any]

_ACCOUNT = re.compile(r"\d{12}")


def document(statements: Iterable[Statement]) -> Document:
    """Wrap statements into a policy document of the current language version."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(
    sid: str, actions: Iterable[str], resources: Iterable[str], condition: dict[str, Any] | None = None
) -> Statement:
    """Build one Allow statement; sorted and without doubles, so that the same input gives the same text."""
    statement: Statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(set(actions)),
        "Resource": sorted(set(resources)),
    }
    if condition:
        statement["Condition"] = condition
    return statement


def service_trust(service: str, account_id: str) -> Document:
    """Let one AWS service assume the role, on behalf of resources of ``account_id`` only.

    ``aws:SourceAccount`` is the guard against the confused deputy (IAM User Guide, "The confused deputy problem"). AWS
    does not document whether S3 sends that key when it assumes a replication or Batch Operations role: the trust
    policies of its guide hold no condition. Hence ``StringEqualsIfExists``: the guard holds wherever the key is sent,
    and replication goes on where it is not. Raises :class:`RefusedError` for an account id that is none.
    """
    if not is_account_id(account_id):
        raise RefusedError("Trust policy", [f"{account_id!r} is not an account id; expected twelve digits, quoted"])
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": account_id}},
            }
        ]
    )


def is_account_id(text: object) -> bool:
    """Tell whether this is an AWS account id: a string of twelve digits."""
    return isinstance(text, str) and bool(_ACCOUNT.fullmatch(text))
