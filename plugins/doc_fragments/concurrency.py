# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How many calls at once; mirrors ``concurrency_spec`` in module_utils/module.py."""

    DOCUMENTATION = r"""
options:
  concurrency:
    description:
      - How many AWS calls are under way at once, from 1 to 256.
    type: int
    default: 16
"""
