#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: automation_runbook
short_description: Keeps a runbook of Systems Manager Automation in a Region
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Makes a runbook, that is a document of type Automation, brings it to a content, or removes it.
  - A changed content becomes a new version and the default one; earlier versions stay. The same content again changes
    nothing.
  - Documents are in one Region. Put a runbook for the day when a Region is gone into each of the others.
options:
  name:
    description:
      - Its name.
    type: str
    required: true
  state:
    description:
      - Whether it is there. V(absent) removes it with all its versions.
    type: str
    choices: [present, absent]
    default: present
  content:
    description:
      - The runbook, schema 0.3, for example of P(aws_dr.s3.failover_runbook#filter).
      - Required when O(state=present).
    type: dict
  tags:
    description:
      - Tags that the document is to have. Others stay.
    type: dict
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
notes:
  - The caller needs C(ssm:DescribeDocument), C(ssm:GetDocument), C(ssm:ListTagsForResource), C(ssm:CreateDocument),
    C(ssm:UpdateDocument), C(ssm:UpdateDocumentDefaultVersion) and C(ssm:AddTagsToResource) on the document, and
    C(ssm:DeleteDocument) to remove it.
  - The module waits up to a minute until Systems Manager says that a new version is active.
seealso:
  - plugin: aws_dr.s3.failover_runbook
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Keep the failover runbook in the standby Region
  aws_dr.s3.automation_runbook:
    name: failover-shop
    region: eu-west-1
    content: "{{ failover_settings | aws_dr.s3.failover_runbook }}"
    tags:
      purpose: disaster-recovery

- name: Remove it
  aws_dr.s3.automation_runbook:
    name: failover-shop
    region: eu-west-1
    state: absent
"""

RETURN = r"""
runbook:
  description: The runbook as it is after the task, in check mode as it is now; null when it is to be absent.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      returned: always
      type: str
      sample: failover-shop
    region:
      description: The Region that it is in.
      returned: always
      type: str
      sample: eu-west-1
    version:
      description: The version that runs unless another is named; null when it is not there yet.
      returned: always
      type: str
      sample: "2"
    latest_version:
      description: The newest version.
      returned: always
      type: str
      sample: "2"
    status:
      description: The status that Systems Manager tells.
      returned: always
      type: str
      sample: Active
    tags:
      description: Its tags, with those that are, or would be, set.
      returned: always
      type: dict
      sample:
        purpose: disaster-recovery
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.automation_runbook import Wish, keep_runbook
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "content": {"type": "dict"},
            "tags": {"type": "dict"},
        },
        required_if=[("state", "present", ["content"])],
        supports_check_mode=True,
    )
    params = module.params
    tags = params["tags"]
    wish = Wish(
        params["name"],
        params["content"] if params["state"] == "present" else None,
        None if tags is None else {str(key): str(value) for key, value in tags.items()},
    )
    module.run(lambda: keep_runbook(module.client("ssm"), wish, module.check_mode, Patience(60, 1)))


if __name__ == "__main__":
    main()
