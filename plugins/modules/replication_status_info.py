#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: replication_status_info
short_description: Tells the replication backlog, lag and failures of many rules from CloudWatch
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Tells for the replication rules of many pairs how much is not yet on the other side, by how many seconds the other
    side is behind, and how many operations failed.
  - Each figure comes from the Region that has it. S3 publishes the backlog and the lag in the Region of the destination
    bucket, failed operations in the Region of the source bucket.
  - A Region that does not answer takes nothing away from what the others say, and costs seconds. When the
    source's Region is down, its rules are found by the metrics that the destination's Region has had in the last two
    weeks, and the backlog comes from there.
  - Rules need metrics, as O(aws_dr.s3.bucket_replication#module:rules[].metrics) gives them; a rule without is told so.
  - No figure is made up. Figures, no data yet, no metrics, no rule, and could not be read are different answers, and
    with each figure comes the age of the datapoint that it was read from.
options:
  pairs:
    description:
      - The pairs to look at. Each has C(source) and C(destination), each of these with C(bucket) and C(region).
      - A pair stands for all enabled rules from its source to its destination, or with C(rule_id) for that one.
      - The list that M(aws_dr.s3.bucket_pairs) takes will do; other keys are ignored.
    type: list
    elements: dict
    required: true
  window:
    description:
      - How many seconds back to look for datapoints, at least 60. Failed operations are added up over them.
    type: int
    default: 3600
  stale_after:
    description:
      - Figures of the backlog that are more than so many seconds old are called stale. S3 publishes once a minute and
        on a best-effort basis.
    type: int
    default: 300
  concurrency:
    description:
      - How many AWS calls are under way at once, from 1 to 256.
    type: int
    default: 32
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.account_roles
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.attributes.info_module
notes:
  - The caller needs C(s3:GetReplicationConfiguration) on the source buckets and C(cloudwatch:GetMetricData); to find
    the rules of a source that can't be read, C(cloudwatch:ListMetrics).
  - Roles are assumed in the task's Region. While a Region may be down, let that be another one.
  - AWS does not document which account has the metrics when the buckets belong to two. The credentials of the source's
    side are asked, and with O(destination_account_role) those of the other side for what the first do not have.
  - What was written after the newest datapoint is in no figure. What a failover may lose is, in seconds, at least
    RV(rules[].latency_seconds) and at most about RV(rules[].age_seconds) more.
seealso:
  - module: aws_dr.s3.replication_canary
  - module: aws_dr.s3.bucket_replication
  - name: Using S3 Replication metrics
    description: The Amazon S3 User Guide on what each metric counts and in which Region it is.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
"""

EXAMPLES = r"""
- name: Look how far the replicas are behind, from the Region that is up
  aws_dr.s3.replication_status_info:
    region: eu-west-1
    pairs:
      - source:
          bucket: invoices
          region: us-east-1
        destination:
          bucket: invoices-dr
          region: eu-west-1
      - source:
          bucket: photos
          region: us-east-1
        destination:
          bucket: photos-dr
          region: eu-west-1
  register: status

- name: Show what is not on the other side
  ansible.builtin.debug:
    msg: >-
      {{ status.summary.pending_operations }} operations pending, up to {{ status.summary.latency_seconds }} seconds
      behind, as of {{ status.summary.age_seconds }} seconds ago

- name: Name the rules of which nothing is known
  ansible.builtin.debug:
    msg: "{{ item.source }} -> {{ item.destination }}: {{ item.answer }}, {{ item.errors | join('; ') }}"
  loop: "{{ status.rules | rejectattr('answer', 'eq', 'figures') }}"
  loop_control:
    label: "{{ item.source }}"
"""

RETURN = r"""
rules:
  description: What is known of each rule, in the order of O(pairs).
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: The source bucket.
      returned: always
      type: str
      sample: invoices
    source_region:
      description: Its Region.
      returned: always
      type: str
      sample: us-east-1
    destination:
      description: The destination bucket.
      returned: always
      type: str
      sample: invoices-dr
    destination_region:
      description: Its Region.
      returned: always
      type: str
      sample: eu-west-1
    rule_id:
      description: The rule; null when none is known.
      returned: always
      type: str
      sample: to-invoices-dr
    metrics:
      description: Whether the rule has metrics; null when the configuration could not be read, or has no such rule.
      returned: always
      type: bool
      sample: true
    answer:
      description:
        - What is known of the backlog. V(figures) - see the figures.
        - V(no_data) - there was no datapoint in O(window), for example because metrics were enabled in the last 15
          minutes, or the destination was deleted. It does not mean that nothing is pending.
        - V(metrics_off) - the rule has no metrics. V(not_configured) - there is no enabled rule.
        - V(could_not_read) - see RV(rules[].errors).
      returned: always
      type: str
      sample: figures
    pending_operations:
      description: How many operations are pending - objects, delete markers, tags, ACLs, Object Lock settings. Else
        null.
      returned: always
      type: int
      sample: 12
    pending_bytes:
      description: How many bytes are pending, else null.
      returned: always
      type: int
      sample: 48213
    latency_seconds:
      description: By how many seconds the destination is behind at most, else null.
      returned: always
      type: float
      sample: 14.0
    measured_at:
      description: When the minute of these figures began (the oldest of them), else null.
      returned: always
      type: str
      sample: "2026-11-21T10:41:00.000Z"
    age_seconds:
      description: How many seconds ago that was, else null.
      returned: always
      type: int
      sample: 74
    stale:
      description: Whether that is more than O(stale_after), else null.
      returned: always
      type: bool
      sample: false
    failed_answer:
      description: What is known of failed operations, in the words of RV(rules[].answer). V(no_data) says here that
        nothing was replicated in O(window), or that metrics were enabled just now.
      returned: always
      type: str
      sample: figures
    failed_operations:
      description: How many operations failed in O(window), S3 Batch Replication included. Else null.
      returned: always
      type: int
      sample: 0
    operations:
      description: How many operations ended in O(window), else null.
      returned: always
      type: int
      sample: 4711
    failed_measured_at:
      description: When the last minute in which operations ended began, else null.
      returned: always
      type: str
      sample: "2026-11-21T10:41:00.000Z"
    failed_age_seconds:
      description: How many seconds ago that was, else null.
      returned: always
      type: int
      sample: 74
    errors:
      description: What could not be read and why, what is missing, and what to do.
      returned: always
      type: list
      elements: str
      sample: []
summary:
  description:
    - Of all rules. Figures are added up, or are the highest, over the rules that have them; null where none has.
  returned: success
  type: dict
  sample:
    rules: 2
    figures: 2
    no_data: 0
    metrics_off: 0
    not_configured: 0
    could_not_read: 0
    stale: 0
    pending_operations: 12
    pending_bytes: 48213
    latency_seconds: 14.0
    age_seconds: 74
    failed_operations: 0
unreachable_regions:
  description: The Regions that did not answer.
  returned: success
  type: list
  elements: str
  sample: []
"""

from datetime import UTC, datetime
from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.account_options import account_roles, account_roles_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replication_status import Task, replication_status


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "pairs": {"type": "list", "elements": "dict", "required": True},
            "window": {"type": "int", "default": 3600},
            "stale_after": {"type": "int", "default": 300},
            **concurrency_spec(32),
            **account_roles_spec(),
        },
        supports_check_mode=True,
    )

    def use_case() -> Outcome:
        source_role, destination_role = account_roles(module.params)
        options = {name: module.params[name] for name in ("pairs", "window", "stale_after", "concurrency")}
        task = Task(**options, source_role=source_role, destination_role=destination_role)
        return replication_status(lambda: module.clients, task, datetime.now(UTC))

    module.run(use_case)


if __name__ == "__main__":
    main()
