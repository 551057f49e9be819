# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What a module's attributes mean, so that each module only states its own answers."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying AWS.
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), when in diff mode.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
      - This assumes that what the module manages has not changed meanwhile.
"""

    # Every module has this one, so it also says what all of them need.
    ACTION_GROUP = r"""
options: {}
requirements:
  - boto3 >= 1.40.30
  - botocore >= 1.40.30
attributes:
  action_group:
    description: Use C(group/aws_dr.s3.all) in C(module_defaults) to set options for all modules of this collection.
    support: full
    membership:
      - aws_dr.s3.all
"""

    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module changes nothing.
  diff_mode:
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    support: full
    details:
      - This module changes nothing.
"""
