# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a user or role was made, and what it leaves behind when it is deleted: its id in the policies that named it.

IAM User Guide, "AWS JSON policy elements: Principal": a principal made anew under the old name is another one.
"""

from __future__ import annotations

import functools
from typing import Any

from ministack.services import iam

from aws_lab import clock, principals
from aws_lab.identity.answers import Handler, Parameters, parameter, replace


def install() -> None:
    """Look after each creation and deletion."""
    replace("CreateRole", _dated(iam._IAM_HANDLERS["CreateRole"], iam._roles, "Role"))
    replace("CreateUser", _dated(iam._IAM_HANDLERS["CreateUser"], iam._users, "User"))
    replace("DeleteRole", _forgetting(iam._IAM_HANDLERS["DeleteRole"], iam._roles, "Role"))
    replace("DeleteUser", _forgetting(iam._IAM_HANDLERS["DeleteUser"], iam._users, "User"))


def _dated(handler: Handler, table: Any, kind: str) -> Handler:
    @functools.wraps(handler)
    def wrapped(given: Parameters) -> Any:
        answer = handler(given)
        if answer[0] == 200:
            table[parameter(given, f"{kind}Name")]["_lab_created"] = clock.now()
        return answer

    return wrapped


def _forgetting(handler: Handler, table: Any, kind: str) -> Handler:
    @functools.wraps(handler)
    def wrapped(given: Parameters) -> Any:
        record = dict(table.get(parameter(given, f"{kind}Name")) or {})
        answer = handler(given)
        if answer[0] == 200 and record:
            principals.forget(record["Arn"], record[f"{kind}Id"])
        return answer

    return wrapped
