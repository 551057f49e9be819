#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_change_watch
short_description: Lets EventBridge tell a queue, and a Lambda function, of buckets that were changed
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Makes an EventBridge rule on the default bus for the calls that matter to replication - a bucket was created or
    deleted, tagged or untagged, its replication was put or deleted, its versioning was suspended. Calls that failed are
    left out by the rule itself.
  - Sends the events to a queue, or to the default bus of another Region.
  - Lets a Lambda function take the queue's messages, with a limit on how many run at once and with partial batch
    responses.
  - Events come through CloudTrail; without a trail none comes. See M(aws_dr.s3.management_events_info).
  - The caller needs C(events:DescribeRule), C(events:ListTargetsByRule), C(events:PutRule), C(events:PutTargets) and
    C(lambda:ListEventSourceMappings), C(lambda:CreateEventSourceMapping), C(lambda:UpdateEventSourceMapping); for
    O(state=absent) also C(events:RemoveTargets), C(events:DeleteRule) and C(lambda:DeleteEventSourceMapping); for
    O(role) C(iam:PassRole).
options:
  name:
    description: The rule's name.
    type: str
    required: true
  target:
    description:
      - ARN of the queue that gets the events, in the rule's Region, or of an event bus in another Region.
      - The queue's policy has to let C(events.amazonaws.com) send to it.
    type: str
    required: true
  role:
    description: ARN of the role by which EventBridge puts events on a bus in another Region.
    type: str
  function:
    description: Name of the Lambda function that takes the queue's messages. Without it the queue is only filled.
    type: str
  batch_size:
    description: How many messages the function gets at once, 1 to 10.
    type: int
    default: 10
  maximum_concurrency:
    description: How many instances of the function run at once for this queue, 2 to 1000.
    type: int
    default: 2
  state:
    description:
      - V(absent) takes the function away from the queue, the target from the rule, and the rule if it has no other
        target.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: aws_dr.s3.management_events_info
  - module: amazon.aws.lambda
"""

EXAMPLES = r"""
- name: Let a function see to buckets that were changed
  aws_dr.s3.bucket_change_watch:
    name: s3-auto-enroll
    region: us-east-1
    target: arn:aws:sqs:us-east-1:111122223333:s3-auto-enroll
    function: s3-auto-enroll
"""

RETURN = r"""
watch:
  description: What is there afterwards, or would be.
  returned: success
  type: dict
  contains:
    rule:
      description: Pattern, state and description of the rule; none when it was removed.
      type: dict
      returned: success
    target:
      description: The target.
      type: dict
      returned: success
    mapping:
      description: How the function takes messages.
      type: dict
      returned: success
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.watch_buckets import Watch, unwatch, watch


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "target": {"type": "str", "required": True},
            "role": {"type": "str"},
            "function": {"type": "str"},
            "batch_size": {"type": "int", "default": 10},
            "maximum_concurrency": {"type": "int", "default": 2},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        supports_check_mode=True,
    )
    options = module.params
    wanted = Watch(
        options["name"],
        options["target"],
        options["role"] or "",
        options["function"] or "",
        options["batch_size"],
        options["maximum_concurrency"],
    )
    work = watch if options["state"] == "present" else unwatch
    module.run(lambda: work(module.client("events"), module.client("lambda"), wanted, module.check_mode))


if __name__ == "__main__":
    main()
