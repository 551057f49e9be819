# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How long to wait for a job; mirrors ``wait_spec`` in module_utils/module.py with the defaults for jobs."""

    DOCUMENTATION = r"""
options:
  wait_timeout:
    description:
      - How many seconds to wait. A wait that runs out fails and says where it stood.
    type: int
    default: 3600
  wait_delay:
    description:
      - How many seconds to pause between two looks. AWS asks for not less than 30.
    type: int
    default: 30
"""
