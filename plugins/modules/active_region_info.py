#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: active_region_info
short_description: Tells which Region is active, and who is changing that
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Reads the pointer that M(aws_dr.s3.active_region) keeps, in the first Region of its table that answers.
options:
  name:
    description:
      - The name of what fails over together.
    type: str
    required: true
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.attributes.info_module
  - aws_dr.s3.active_region
notes:
  - The caller needs C(dynamodb:GetItem) on the table.
seealso:
  - module: aws_dr.s3.active_region
"""

EXAMPLES = r"""
- name: Ask which Region is active
  aws_dr.s3.active_region_info:
    name: shop
    table: failover-state
    regions: [us-east-1, eu-west-1]
  register: shop

- name: Show it
  ansible.builtin.debug:
    msg: "{{ shop.pointer.active_region }} since {{ shop.pointer.since }}"
"""

RETURN = r"""
answer:
  description: V(configured) or V(not_configured). A pointer that could not be read fails the task.
  returned: success
  type: str
  sample: configured
pointer:
  description: The pointer. Null when there is none.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      returned: always
      type: str
      sample: shop
    active_region:
      description: The active Region, null as long as none was set.
      returned: always
      type: str
      sample: eu-west-1
    since:
      description: Since when.
      returned: always
      type: str
      sample: "2026-01-02T03:04:05.678Z"
    by:
      description: Who set it.
      returned: always
      type: str
      sample: ops@controller
    previous_region:
      description: The Region that was active before, null when there was none.
      returned: always
      type: str
      sample: us-east-1
    revision:
      description: Goes up by one with each change.
      returned: always
      type: int
      sample: 5
    claim:
      description: The change that is under way, null without one.
      returned: always
      type: dict
      contains:
        id:
          description: Its id.
          returned: always
          type: str
          sample: eu-west-1-4
        target_region:
          description: The Region that is to become active.
          returned: always
          type: str
          sample: eu-west-1
        by:
          description: Who began it.
          returned: always
          type: str
          sample: ops@controller
        since:
          description: When it began.
          returned: always
          type: str
          sample: "2026-01-02T03:04:01.123Z"
        stage:
          description: How far it is.
          returned: always
          type: str
          sample: switched
        expires:
          description: When it counts as left behind.
          returned: always
          type: str
          sample: "2026-01-02T03:19:01.000Z"
    settings:
      description: What is noted with it.
      returned: always
      type: dict
region:
  description: The Region whose replica answered.
  returned: success
  type: str
  sample: eu-west-1
tried:
  description: The Regions that were asked before and did not answer.
  returned: success
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: us-east-1
    error:
      description: Why.
      returned: always
      type: str
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.failover_options import place_of, pointer_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.active_region import describe


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={"name": {"type": "str", "required": True}, **pointer_spec()},
        supports_check_mode=True,
    )
    module.run(lambda: describe(place_of(module), module.params["name"]))


if __name__ == "__main__":
    main()
