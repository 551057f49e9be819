# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two accounts of the lab and who may act in them.

The first account has an IAM user with AdministratorAccess, not the root user: AWS lets an explicit deny in a policy
bind a user, so that a mistake which would lock a person out on AWS does so here. The second account has a role which
that user may assume. Credentials are drawn once per process and stay the same over resets.
"""

from __future__ import annotations

import functools
import json
import secrets
import string
from typing import Any
from urllib.parse import urlencode

ACCOUNT_ID = "111122223333"
SECOND_ACCOUNT_ID = "444455556666"
ADMIN_USER = "lab-admin"
CROSS_ACCOUNT_ROLE = "LabCrossAccountAdmin"
ADMIN_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"

_ALPHABET = string.ascii_uppercase + "234567"
ACCESS_KEY_ID = "AKIA" + "".join(secrets.choice(_ALPHABET) for _unused in range(16))
SECRET_ACCESS_KEY = secrets.token_urlsafe(30)


async def bootstrap() -> None:
    """Make the users and roles that every lab starts with."""
    await _iam(ACCOUNT_ID, "CreateUser", UserName=ADMIN_USER)
    await _iam(ACCOUNT_ID, "AttachUserPolicy", UserName=ADMIN_USER, PolicyArn=ADMIN_POLICY)
    _add_access_key()
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}, "Action": "sts:AssumeRole"}
        ],
    }
    await _iam(SECOND_ACCOUNT_ID, "CreateRole", RoleName=CROSS_ACCOUNT_ROLE, AssumeRolePolicyDocument=json.dumps(trust))
    await _iam(SECOND_ACCOUNT_ID, "AttachRolePolicy", RoleName=CROSS_ACCOUNT_ROLE, PolicyArn=ADMIN_POLICY)


def account_of(access_key: str) -> str:
    """The account an access key belongs to; the first account for an unknown one."""
    if not access_key:
        return ACCOUNT_ID
    if access_key == ACCESS_KEY_ID:
        return ACCOUNT_ID
    find, session_account = _finders()
    return session_account(access_key) or find(access_key) or ACCOUNT_ID


@functools.cache
def _finders() -> tuple[Any, Any]:
    from ministack.core.iam_evaluator import find_iam_access_key_account
    from ministack.core.responses import _account_from_sts_session

    return find_iam_access_key_account, _account_from_sts_session


async def _iam(account_id: str, action: str, **parameters: str) -> None:
    """One call of the IAM API as nobody in particular: the permission check happens before this point."""
    from ministack.core.responses import request_scope
    from ministack.services import iam

    body = urlencode({"Action": action, "Version": "2010-05-08", **parameters}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    with request_scope(account_id, "us-east-1"):
        status, _unused, answer = await iam.handle_request("POST", "/", headers, body, {})
    if status != 200:
        raise RuntimeError(f"the lab could not make its accounts: {action} -> {status} {answer!r}")


def _add_access_key() -> None:
    """CreateAccessKey draws a key; ours has to be the one the environment names, also after a reset."""
    from ministack.core.responses import request_scope
    from ministack.services import iam

    with request_scope(ACCOUNT_ID, "us-east-1"):
        iam._access_keys[ACCESS_KEY_ID] = {
            "UserName": ADMIN_USER,
            "AccessKeyId": ACCESS_KEY_ID,
            "SecretAccessKey": SECRET_ACCESS_KEY,
            "Status": "Active",
            "CreateDate": iam._now(),
        }
