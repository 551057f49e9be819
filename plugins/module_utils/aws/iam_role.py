# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a role is there: neither CreateJob nor PutBucketReplication looks, and then everything fails later."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn


def role_exists(client: Any, role: str) -> bool | None:
    """GetRole of a role's ARN; ``None`` when that can't be learnt.

    The caller may lack ``iam:GetRole``, and IAM's one control plane may be out of reach in just the disaster that jobs
    are made for: neither may keep a job from being made.
    """
    arn = parse_arn(role)
    name = arn.resource.rsplit("/", 1)[-1] if arn else role
    try:
        with call(f"look at role {name}", "iam:GetRole"):
            client.get_role(RoleName=name)
    except MissingError:
        return False
    except AwsError:
        return None
    return True
