# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""KMS keys as S3 meets them when it replicates: whether a key is there, usable, and open to the replication role.

S3 User Guide, "Replicating encrypted objects"; KMS Developer Guide, "Key states" and "Grants in AWS KMS".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from ministack.core.responses import request_scope
from ministack.services import kms

from aws_lab.iam import Decision, Session


@dataclass(frozen=True)
class Key:
    """A KMS key where it lives."""

    arn: str
    account: str
    region: str
    record: Mapping[str, Any]

    @property
    def usable(self) -> bool:
        """Whether its state lets cryptographic operations through."""
        return self.record.get("KeyState") == "Enabled"


def find(reference: str, *, account: str, region: str) -> Key | None:
    """The key behind a key id, key ARN, alias or alias ARN, or None.

    account, region: where a reference that is no ARN is looked up. S3 resolves an alias in the requester's account.
    """
    if reference.startswith("arn:"):
        parts = reference.split(":", 5)
        if len(parts) < 6:
            return None
        account = parts[4]
    with request_scope(account, region):
        record = kms._resolve_key(reference)
    return Key(record["Arn"], account, region, record) if record else None


def may_use(session: Session, key: Key, action: str, context_arn: str) -> Decision:
    """Whether the role may call the KMS action (kms:Decrypt, …) on the key through S3: key policy, grants, role.

    context_arn: the encryption context aws:s3:arn, the object's ARN, or the bucket's where S3 Bucket Keys are on.
    """
    conditions = {
        "kms:viaservice": f"s3.{key.region}.amazonaws.com",
        "kms:calleraccount": session.account,
        "kms:encryptioncontext:aws:s3:arn": context_arn,
        "kms:encryptioncontextkeys": ["aws:s3:arn"],
    }
    asked = session.may_under(
        action, key.arn, key.record.get("Policy") or "", key.account, key.region, conditions, policy_required=True
    )
    if asked or asked.explicit_deny:
        return asked
    return Decision(_granted(session, key, action, {"aws:s3:arn": context_arn}))


def _granted(session: Session, key: Key, action: str, context: Mapping[str, str]) -> bool:
    operation = action.removeprefix("kms:")
    with request_scope(key.account, key.region):
        grants = [grant for grant in kms._grants.values() if grant["KeyId"] == key.arn]
    return any(
        grant["GranteePrincipal"] == session.role_arn
        and operation in grant["Operations"]
        and _within(grant.get("Constraints") or {}, context)
        for grant in grants
    )


def _within(constraints: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    exact = cast("Mapping[str, str] | None", constraints.get("EncryptionContextEquals"))
    subset = cast("Mapping[str, str]", constraints.get("EncryptionContextSubset") or {})
    return (exact is None or dict(exact) == dict(context)) and all(
        context.get(name) == value for name, value in subset.items()
    )
