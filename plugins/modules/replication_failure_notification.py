#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: replication_failure_notification
short_description: Lets a bucket send its replication failure events to a queue
version_added: 0.1.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Merges one queue entry for replication events into the notifications of a bucket. Amazon S3 knows only a call that
    replaces all notifications of a bucket; this module reads them first and keeps every other queue, topic and
    function, and Amazon EventBridge.
  - Refuses what S3 would refuse - another entry that takes the same events for the same keys - and names that entry.
    Where such an entry sends to the same queue already, there is nothing to do.
  - Reads back what it wrote before it says that it is done.
  - Warns when the bucket has an enabled replication rule without metrics on, because S3 sends failure events only for
    rules with metrics.
  - The caller needs C(s3:ListBucket), C(s3:GetBucketNotification), C(s3:PutBucketNotification) and
    C(s3:GetReplicationConfiguration) on the bucket.
options:
  bucket:
    description:
      - The source bucket's name.
    type: str
    required: true
    aliases: [name]
  failure_queue:
    description:
      - Name, URL or ARN of the failure queue. A name means a queue of the caller's account in the bucket's Region.
      - Amazon S3 sends to standard queues in the bucket's Region only.
      - The queue's policy has to let Amazon S3 send, see P(aws_dr.s3.failure_queue_policy#filter).
      - Required with O(state=present).
    type: str
  events:
    description:
      - The replication events to send.
      - V(OperationMissedThreshold) and V(OperationReplicatedAfterThreshold) need S3 Replication Time Control.
    type: list
    elements: str
    choices:
      - OperationFailedReplication
      - OperationMissedThreshold
      - OperationReplicatedAfterThreshold
      - OperationNotTracked
    default: [OperationFailedReplication]
  key_prefix:
    description:
      - Only events of keys with this prefix are sent. All keys when it is empty.
    type: str
    default: ''
  id:
    description:
      - The entry's id. It alone tells this module's entry from others.
    type: str
    default: aws-dr-s3-replication-failures
  skip_destination_validation:
    description:
      - Whether Amazon S3 does not test the destinations. It tests all destinations of the bucket otherwise, and one
        that is gone refuses the whole change.
    type: bool
    default: false
  state:
    description:
      - V(present) puts the entry in, V(absent) takes out the entry with this O(id) and nothing else.
    type: str
    choices: [present, absent]
    default: present
  wait_timeout:
    description:
      - For how many seconds to try again while Amazon S3 can't reach a queue whose policy was just set, while somebody
        else is changing the bucket, or while the change does not show yet.
    type: int
    default: 90
  wait_delay:
    description:
      - Seconds between two tries.
    type: int
    default: 2
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
seealso:
  - module: aws_dr.s3.bucket_replication
  - module: aws_dr.s3.replication_failure_collect
"""

EXAMPLES = r"""
- name: Send replication failures of invoices to the failure queue
  aws_dr.s3.replication_failure_notification:
    bucket: invoices
    failure_queue: s3-replication-failures

- name: Stop sending them
  aws_dr.s3.replication_failure_notification:
    bucket: invoices
    state: absent
"""

RETURN = r"""
notification:
  description: The entry as it is, or would be in check mode.
  returned: success
  type: dict
  contains:
    configured:
      description: Whether the bucket sends the events to the queue.
      type: bool
      returned: success
    id:
      description: The id of the entry that does it.
      type: str
      returned: success
    queue_arn:
      description: The queue's ARN.
      type: str
      returned: when O(state=present)
    events:
      description: The events, without the part C(s3:Replication:).
      type: list
      elements: str
      returned: when O(state=present)
    key_prefix:
      description: The prefix of the keys.
      type: str
      returned: when O(state=present)
    silent_because:
      description: Why the bucket may not send all failure events, such as rules without metrics; empty when it will.
      type: str
      returned: when O(state=present)
  sample:
    configured: true
    id: aws-dr-s3-replication-failures
    queue_arn: arn:aws:sqs:us-east-1:111122223333:s3-replication-failures
    events: [OperationFailedReplication]
    key_prefix: ""
    silent_because: ""
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.notification import EVENTS, FAILED
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.failure_notification import Task, ensure
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "bucket": {"type": "str", "required": True, "aliases": ["name"]},
            "failure_queue": {"type": "str"},
            "events": {"type": "list", "elements": "str", "choices": list(EVENTS), "default": [FAILED]},
            "key_prefix": {"type": "str", "default": "", "no_log": False},
            "id": {"type": "str", "default": "aws-dr-s3-replication-failures"},
            "skip_destination_validation": {"type": "bool", "default": False},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            **wait_spec(timeout=90, delay=2),
        },
        required_if=[("state", "present", ["failure_queue"])],
        supports_check_mode=True,
    )
    options = module.params
    task = Task(
        bucket=options["bucket"],
        queue=options["failure_queue"],
        events=tuple(options["events"]),
        key_prefix=options["key_prefix"],
        entry_id=options["id"],
        present=options["state"] == "present",
        skip_validation=options["skip_destination_validation"],
    )
    patience = Patience(options["wait_timeout"], options["wait_delay"])
    module.run(lambda: ensure(module.client("s3"), module.caller, task, module.check_mode, patience))


if __name__ == "__main__":
    main()
