# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Whose account a side is worked in; mirrors ``account_roles_spec`` in module_utils/account_options.py."""

    DOCUMENTATION = r"""
options:
  source_account_role:
    description:
      - The role that is assumed for all calls to source buckets.
      - Unset uses the credentials of the task.
    type: dict
    suboptions:
      role_arn:
        description: ARN of the role. The caller needs C(sts:AssumeRole) on it, and the role has to trust the caller.
        type: str
        required: true
      external_id:
        description: The external id that the trust policy of the role asks for.
        type: str
      session_name:
        description: The name under which CloudTrail shows the calls.
        type: str
        default: aws-dr-s3
  destination_account_role:
    description:
      - The role that is assumed for all calls to destination buckets.
      - Unset uses the credentials of the task.
    type: dict
    suboptions:
      role_arn:
        description: ARN of the role. The caller needs C(sts:AssumeRole) on it, and the role has to trust the caller.
        type: str
        required: true
      external_id:
        description: The external id that the trust policy of the role asks for.
        type: str
      session_name:
        description: The name under which CloudTrail shows the calls.
        type: str
        default: aws-dr-s3
"""
