# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which table is the ledger; mirrors ``ledger_spec`` in module_utils/failure_options.py."""

    DOCUMENTATION = r"""
options:
  ledger_table:
    description:
      - Name of the ledger, the DynamoDB table of failure records. The role P(aws_dr.s3.failure_capture#role) makes it.
      - It is in the Region and the account of the task.
    type: str
    required: true
"""
