#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: management_events_info
short_description: Tells whether CloudTrail delivers the events of changed buckets in a Region
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - EventBridge only tells of calls to S3 while a CloudTrail trail that looks at the Region is logging management events
    that write. This module looks at all trails, their state and their selectors, and says what is missing.
  - That nothing is delivered does not fail the task; look at RV(delivered) and RV(problem).
  - The caller needs C(cloudtrail:DescribeTrails), C(cloudtrail:GetTrailStatus) and C(cloudtrail:GetEventSelectors).
options: {}
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.attributes.info_module
seealso:
  - module: amazon.aws.cloudtrail
"""

EXAMPLES = r"""
- name: Look whether EventBridge will tell of changed buckets
  aws_dr.s3.management_events_info:
    region: us-east-1
  register: events

- name: Go on only when it will
  ansible.builtin.assert:
    that: events.delivered
    fail_msg: "{{ events.problem }}"
"""

RETURN = r"""
delivered:
  description: Whether a trail that is logging takes the management events of S3 that write.
  returned: success
  type: bool
problem:
  description: What is missing and what to do; empty when nothing is.
  returned: success
  type: str
  sample: There is no CloudTrail trail in us-east-1. Create a multi-Region trail that logs management events
trails:
  description: All trails that look at the Region.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: success
    logging:
      description: Whether it is logging.
      type: bool
      returned: success
    logs_writes:
      description: Whether its selectors take S3's management events that write.
      type: bool
      returned: success
    unreadable:
      description: Why it could not be looked at; empty when it could.
      type: str
      returned: success
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.management_events import management_events


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(argument_spec={}, supports_check_mode=True)
    module.run(lambda: management_events(module.client("cloudtrail"), module.region or ""))


if __name__ == "__main__":
    main()
