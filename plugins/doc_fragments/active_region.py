# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Where the pointer to the active Region is; mirrors ``pointer_spec`` in module_utils/failover_options.py."""

    DOCUMENTATION = r"""
options:
  table:
    description:
      - The DynamoDB table that holds the pointer. Its partition key is C(name), a text; it has no sort key.
    type: str
    required: true
  regions:
    description:
      - The Regions in which the table has a replica, in the order in which they are asked. The first that answers is
        worked with.
      - Give the same order everywhere. Only changes made in one and the same Region keep two controllers apart, unless
        the global table has strong consistency.
      - Unset, the Region of the task.
    type: list
    elements: str
"""
