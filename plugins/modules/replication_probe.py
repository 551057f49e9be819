#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: replication_probe
short_description: Writes the probes of a drill, waits for what becomes of them, and removes all traces of them
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Writes some small objects for each replication rule of the pairs, where the rule's prefix and tags let it replicate
    them, and waits until all have failed, are in the ledger, or are on the other side.
  - Nothing is written where Object Lock would keep it from being removed.
  - Probes have the same keys in every run. Those that are there are not written again.
  - M(aws_dr.s3.replication_canary) is what measures healthy replication; probes stay until they are removed, through
    failure, repair and all.
options:
  state:
    description:
      - V(absent) removes every version of every probe on both sides, and their failure records from O(ledger_table).
    type: str
    choices: [present, absent]
    default: present
  count:
    description:
      - How many probes for each rule, from 1 to 100.
    type: int
    default: 3
  fresh:
    description:
      - Whether to write new versions of the probes that are there, too, so that the wait is for these.
    type: bool
    default: false
  any_status:
    description:
      - Whether rules that are disabled count too. While FIS pauses replication, S3 may show them so.
    type: bool
    default: false
  wait_for:
    description:
      - What to wait for.
      - V(failed) is that S3 has given up on all probes. V(recorded) is that their failures are in O(ledger_table) too.
        V(replicated) is that all are on the other side and their sources say so.
      - Unset, the task waits for nothing.
    type: str
    choices: [failed, recorded, replicated]
  ledger_table:
    description:
      - Name of the ledger, in the Region and the account of the task. Required for O(wait_for=recorded).
    type: str
  failure_queue:
    description:
      - Name of the failure queue, in the Region of each source bucket. With it, the task collects failures into the
        ledger itself while it waits. Without it, it waits for whoever else does.
    type: str
  wait_timeout:
    description:
      - How many seconds to wait. A wait that runs out fails and says where each probe stood.
    type: int
    default: 900
  wait_delay:
    description:
      - How many seconds to pause between two looks.
    type: int
    default: 2
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - Not with O(fresh).
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.drill
  - aws_dr.s3.account_roles
  - aws_dr.s3.concurrency
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
notes:
  - The caller needs C(s3:GetReplicationConfiguration), C(s3:ListBucketVersions),
    C(s3:GetBucketObjectLockConfiguration), C(s3:PutObject) (with tags C(s3:PutObjectTagging)), C(s3:GetObjectVersion)
    and C(s3:DeleteObjectVersion) on the source buckets; C(s3:ListBucket), C(s3:ListBucketVersions),
    C(s3:GetBucketObjectLockConfiguration), C(s3:GetObjectVersion) and C(s3:DeleteObjectVersion) on the destination
    buckets; for O(ledger_table) C(dynamodb:Query) and C(dynamodb:BatchWriteItem); for O(failure_queue) what
    M(aws_dr.s3.replication_failure_collect) needs.
  - Failures make events, as any object's do. The ledger gets them until the probes are removed.
seealso:
  - module: aws_dr.s3.replication_break
  - module: aws_dr.s3.replication_canary
"""

EXAMPLES = r"""
- name: Write probes of invoices, and wait until their failures are in the ledger
  aws_dr.s3.replication_probe:
    pairs:
      - source:
          bucket: invoices
          region: us-east-1
        destination:
          bucket: invoices-dr
          region: eu-west-1
    wait_for: recorded
    ledger_table: s3-replication-failures
    failure_queue: s3-replication-failures
    region: eu-west-1

- name: Remove all traces of them
  aws_dr.s3.replication_probe:
    pairs:
      - source:
          bucket: invoices
          region: us-east-1
        destination:
          bucket: invoices-dr
          region: eu-west-1
    state: absent
    ledger_table: s3-replication-failures
    region: eu-west-1
"""

RETURN = r"""
probes:
  description: The probes.
  returned: when O(state=present), and when the wait ran out
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
      description: The rule for which the probe is.
      returned: always
      type: str
      sample: to-invoices-dr
    key:
      description: The probe's key.
      returned: always
      type: str
      sample: .aws-dr-drill/probe-1
    version_id:
      description: Its version, null where it would be written.
      returned: always
      type: str
      sample: 3HL4kqtJvjVBH40Nrjfkd
    source_status:
      description: What the source says of its replication, null without.
      returned: always
      type: str
      sample: FAILED
    replica:
      description: Whether the version is on the other side.
      returned: always
      type: bool
    recorded:
      description: Whether the ledger was seen to have its failure.
      returned: always
      type: bool
    reason:
      description: The reason of its failure, null without.
      returned: always
      type: str
      sample: DstPutObjectNotPermitted
seconds:
  description: After how many seconds all probes were seen to have C(failed), to be C(recorded), to be C(replicated).
  returned: when O(state=present), and when the wait ran out
  type: dict
  sample: {failed: 2.1, recorded: 4.3}
prefixes:
  description: What the keys of the probes of each source bucket begin with - C(bucket), C(region), C(key_prefix).
  returned: success
  type: list
  elements: dict
  sample: [{bucket: invoices, region: us-east-1, key_prefix: .aws-dr-drill/}]
removed:
  description: The versions that were removed, or would be, as bucket and key.
  returned: when O(state=absent)
  type: list
  elements: str
  sample: [invoices/.aws-dr-drill/probe-1]
records_removed:
  description: How many failure records were removed, or would be.
  returned: when O(state=absent)
  type: int
  sample: 3
left:
  description: What could not be removed, and why.
  returned: when O(state=absent) fails
  type: list
  elements: str
"""

from dataclasses import replace

from ansible_collections.aws_dr.s3.plugins.module_utils.drill_options import drill_spec, task_and_sides
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.drill_records import Books
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replication_probe import Wish, absent, present
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.plugins.module_utils.wait_options import patience_from


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "count": {"type": "int", "default": 3},
            "fresh": {"type": "bool", "default": False},
            "any_status": {"type": "bool", "default": False},
            "wait_for": {"type": "str", "choices": ["failed", "recorded", "replicated"]},
            "ledger_table": {"type": "str"},
            "failure_queue": {"type": "str"},
            **wait_spec(timeout=900, delay=2),
            **drill_spec(),
        },
        supports_check_mode=True,
        required_if=[("wait_for", "recorded", ["ledger_table"])],
        required_by={"failure_queue": ["ledger_table"]},
    )
    params = module.params

    def use_case() -> Outcome:
        patience = patience_from({**params, "wait": True}) or Patience(0, 1)
        task, sides = task_and_sides(module)
        books = None
        if params["ledger_table"]:
            books = Books(
                module.client("dynamodb"),
                params["ledger_table"],
                lambda region: module.client("sqs", region),
                params["failure_queue"],
            )
        if params["state"] == "absent":
            return absent(sides, task, books)
        wish = Wish(params["count"], params["wait_for"], params["fresh"])
        return present(sides, replace(task, any_status=params["any_status"]), wish, books, patience)

    module.run(use_case)


if __name__ == "__main__":
    main()
