# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a bucket policy is public, as S3 means it: BlockPublicPolicy refuses such ones.

Source: S3 User Guide, "Blocking public access to your Amazon S3 storage", section "The meaning of 'public'".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import Statement

# A grant to everybody is not public when one of these has fixed values.
_NARROWING = frozenset(
    [
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalisawsservice",
        "aws:resourceaccount",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    ]
)


def is_public(statement: Statement) -> bool:
    """Whether S3 counts the statement as public: it allows everybody, and nothing fixed narrows that down."""
    if statement.get("Effect") != "Allow":
        return False
    principal = statement.get("Principal")
    everybody = (
        "NotPrincipal" in statement
        or principal == "*"
        or (isinstance(principal, Mapping) and "*" in _list(principal.get("AWS", [])))
    )
    return everybody and not any(
        str(key).lower() in _NARROWING and all(_fixed(str(key), value) for value in _list(values))
        for operator, keys in _conditions(statement)
        if not operator.lower().startswith(("stringnot", "arnnot", "notip", "null"))
        and not operator.lower().endswith("ifexists")
        for key, values in keys.items()
    )


def has_public(policy: Mapping[str, Any] | None) -> bool:
    """Whether one of the policy's statements is public."""
    return any(map(is_public, statements(policy)))


def statements(policy: Mapping[str, Any] | None) -> list[Statement]:
    """Give the statements of a policy, which may be one or a list."""
    said = (policy or {}).get("Statement") or []
    return [dict(said)] if isinstance(said, Mapping) else [dict(one) for one in said]


def _conditions(statement: Statement) -> list[tuple[str, Mapping[str, Any]]]:
    condition = statement.get("Condition")
    found = condition.items() if isinstance(condition, Mapping) else ()
    return [(str(operator), keys) for operator, keys in found if isinstance(keys, Mapping)]


def _fixed(key: str, value: Any) -> bool:
    text = str(value)
    if key.lower() == "aws:sourceip":
        # S3 counts ranges wider than /8 (IPv4) and /32 (IPv6) as public.
        bits = re.search(r"/(\d+)$", text)
        return not bits or int(bits[1]) >= (32 if ":" in text else 8)
    if key.lower() == "s3:dataaccesspointarn":
        return bool(re.fullmatch(r"arn:[^:*?]+:s3:[^:]*:[^:*?]+:.*", text))
    return not re.search(r"[*?]|\$\{", text)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
