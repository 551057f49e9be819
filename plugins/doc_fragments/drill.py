# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """Which pairs a drill is about; mirrors ``drill_spec`` in module_utils/drill_options.py."""

    DOCUMENTATION = r"""
options:
  pairs:
    description:
      - The pairs. Each has C(source) and C(destination), each of these with C(bucket) and C(region).
      - A pair stands for all enabled rules from its source to its destination, or with C(rule_id) for that one.
      - The list that M(aws_dr.s3.bucket_pairs) takes will do; other keys are ignored.
    type: list
    elements: dict
    required: true
  key_prefix:
    description:
      - What the keys of probes begin with, after the prefix of the rule. Nobody else may have objects there.
    type: str
    default: .aws-dr-drill/
"""
