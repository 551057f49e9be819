# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role of another account, or of this one, that works in the caller's stead."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import role_arn_problem


@dataclass(frozen=True)
class AccountRole:
    """A role of an account that the caller assumes to work there.

    ``external_id`` is what the role's trust policy asks for, if it asks (IAM User Guide, "Access to AWS accounts owned
    by third parties"). ``session_name`` is what CloudTrail shows of the calls.
    """

    role_arn: str
    external_id: str | None = None
    session_name: str = "aws-dr-s3"

    def problems(self) -> list[str]:
        """Say what AssumeRole would refuse of it by form (STS API reference, "AssumeRole")."""
        problems = [problem] if (problem := role_arn_problem(self.role_arn)) else []
        if not re.fullmatch(r"[\w+=,.@-]{2,64}", self.session_name, re.ASCII):
            problems.append(
                f"session_name {self.session_name!r} is not 2 to 64 letters, digits and characters of _+=,.@-"
            )
        if self.external_id is not None and not re.fullmatch(r"[\w+=,.@:/-]{2,1224}", self.external_id, re.ASCII):
            problems.append("external_id is not 2 to 1224 letters, digits and characters of _+=,.@:/-")
        return problems
