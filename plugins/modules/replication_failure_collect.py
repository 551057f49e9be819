#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: replication_failure_collect
short_description: Drains the failure queue into the ledger
version_added: 0.1.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Receives the replication failure events that Amazon S3 sent to the failure queue, records them in the ledger, and
    deletes each message only after the ledger has confirmed everything that the message says. A run that is killed
    anywhere loses nothing and doubles nothing; run it again.
  - Reads messages that come straight from Amazon S3 and messages that Amazon SNS wrapped, with any number of events.
  - Test events of Amazon S3 and events that are no replication failures are dropped and counted in RV(dropped).
  - Messages that can't be read are left in the queue, so that its redrive policy moves them to the dead-letter queue.
    They are told in RV(malformed) and in a warning.
  - Checks the table and the queue before the first message is received.
  - The caller needs C(sqs:GetQueueUrl) (unless O(failure_queue) is a URL), C(sqs:GetQueueAttributes),
    C(sqs:ReceiveMessage) and C(sqs:DeleteMessage) on the queues, and C(dynamodb:DescribeTable) and
    C(dynamodb:BatchWriteItem) on the table. For a queue that a KMS key encrypts also C(kms:Decrypt) on the key.
options:
  failure_queue:
    description:
      - Name, URL or ARN of the failure queue. It is in the source bucket's Region.
      - A mere name means a queue in the Region of the task, which is the ledger's. Give the URL or ARN of a queue in
        another Region.
    type: str
    required: true
  redrive:
    description:
      - Whether to read the dead-letter queue too, after the failure queue is empty.
      - What can be read by now is recorded and leaves the dead-letter queue; what still can't be read stays there.
        Nothing is sent back to the failure queue.
    type: bool
    default: false
  dead_letter_queue:
    description:
      - Name, URL or ARN of the dead-letter queue for O(redrive=true).
      - Unset, it is the one that the redrive policy of O(failure_queue) names.
    type: str
  max_messages:
    description:
      - Stop after this many messages. V(0) means no limit.
    type: int
    default: 0
  wait_timeout:
    description:
      - After this many seconds nothing more is received. What was received until then is recorded, and
        RV(stopped_because) is V(deadline). That is no failure, since the next run goes on from there.
    type: int
    default: 300
  retention_days:
    description:
      - For how many days after the failure the ledger keeps the events that this run records. The table's Time to Live
        attribute must be C(expires_at), as the role P(aws_dr.s3.failure_capture#role) sets it up.
      - Unset, they are kept until they are removed.
    type: int
attributes:
  check_mode:
    support: partial
    details:
      - Receives nothing, because receiving alone brings messages nearer to the dead-letter queue. What would happen
        follows from the approximate number of messages that Amazon SQS tells.
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
  - aws_dr.s3.ledger
  - aws_dr.s3.concurrency
seealso:
  - module: aws_dr.s3.replication_failure_info
  - module: aws_dr.s3.batch_replication_job
"""

EXAMPLES = r"""
- name: Record the failures that have arrived
  aws_dr.s3.replication_failure_collect:
    failure_queue: s3-replication-failures
    ledger_table: s3-replication-failures

- name: Give messages that could not be read another try, and keep records for a year
  aws_dr.s3.replication_failure_collect:
    failure_queue: https://sqs.us-east-1.amazonaws.com/111122223333/s3-replication-failures
    ledger_table: s3-replication-failures
    redrive: true
    retention_days: 365

- name: Spend at most a minute
  aws_dr.s3.replication_failure_collect:
    failure_queue: s3-replication-failures
    ledger_table: s3-replication-failures
    wait_timeout: 60
    concurrency: 32
"""

RETURN = r"""
received:
  description: How many times a message was received. 0 in check mode.
  returned: success, and failures after the first message was received
  type: int
  sample: 1200
recorded:
  description: How many failure events are in the ledger now that this run has read, those it already had included.
  returned: success, and failures after the first message was received
  type: int
  sample: 1198
deleted:
  description: How many messages were deleted after all they say was recorded.
  returned: success, and failures after the first message was received
  type: int
  sample: 1199
undeleted:
  description: How many messages were recorded but not deleted by Amazon SQS. They come again, which does no harm.
  returned: success, and failures after the first message was received
  type: int
  sample: 0
dropped:
  description: How many events were no failures and were dropped, by their names.
  returned: success, and failures after the first message was received
  type: dict
  sample:
    "s3:TestEvent": 1
    "Replication:OperationNotTracked": 3
malformed:
  description: The messages that could not be read. They stay in the queue.
  returned: success, and failures after the first message was received
  type: dict
  contains:
    count:
      description: How many there are.
      type: int
      returned: always
    messages:
      description: The first 100 of them, each with its C(message_id) and the C(problem).
      type: list
      elements: dict
      returned: always
  sample:
    count: 1
    messages:
      - message_id: 5a2f8c1e-0000-4000-8000-000000000000
        problem: "the body is neither an S3 event nor an SNS notification of one"
rules:
  description: The rules whose failures were recorded, with the number of events by reason.
  returned: success, and failures after the first message was received
  type: list
  elements: dict
  contains:
    bucket:
      description: The source bucket.
      type: str
      returned: always
    rule_id:
      description: The replication rule.
      type: str
      returned: always
    recorded:
      description: How many failure events of the rule were recorded.
      type: int
      returned: always
    reasons:
      description: The same by C(reason), each with its number C(recorded).
      type: list
      elements: dict
      returned: always
  sample:
    - bucket: invoices
      rule_id: to-dr
      recorded: 1198
      reasons:
        - reason: DstPutObjectNotPermitted
          recorded: 1198
queues:
  description:
    - The failure queue, and with O(redrive=true) the dead-letter queue, with the approximate numbers of messages that
      Amazon SQS tells after the run (in check mode, now).
    - Messages C(in_flight) were received by this or another consumer and come again unless they are deleted.
  returned: success
  type: list
  elements: dict
  sample:
    - url: https://sqs.us-east-1.amazonaws.com/111122223333/s3-replication-failures
      visible: 0
      in_flight: 1
      delayed: 0
expected:
  description: In check mode, about how many messages would be received; otherwise the same as RV(received).
  returned: success
  type: int
  sample: 1200
stopped_because:
  description:
    - V(empty) when several long polls in a row brought nothing new, V(deadline) after O(wait_timeout), V(limit) after
      O(max_messages), V(check_mode) in check mode.
    - V(malformed) when more than 10,000 messages could not be read. Then O(failure_queue) is hardly the failure queue.
  returned: success
  type: str
  sample: empty
elapsed:
  description: Seconds that the run took.
  returned: success
  type: float
  sample: 12.345
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.queue_names import queue_region
from ansible_collections.aws_dr.s3.plugins.module_utils.failure_options import ledger_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.collect_failures import Collection, collect


def main() -> None:
    """Drain the failure queue into the ledger."""
    module = AwsDrModule(
        {
            **ledger_spec(),
            **concurrency_spec(),
            "failure_queue": {"type": "str", "required": True},
            "redrive": {"type": "bool", "default": False},
            "dead_letter_queue": {"type": "str"},
            "max_messages": {"type": "int", "default": 0},
            "wait_timeout": {"type": "int", "default": 300},
            "retention_days": {"type": "int"},
        },
        supports_check_mode=True,
    )
    params = module.params
    collection = Collection(
        table=params["ledger_table"],
        queue=params["failure_queue"],
        dead_letter_queue=params["dead_letter_queue"],
        redrive=params["redrive"],
        retention_days=params["retention_days"],
        max_messages=params["max_messages"],
        wait_timeout=params["wait_timeout"],
        concurrency=params["concurrency"],
    )
    region = queue_region(params["failure_queue"])
    module.run(lambda: collect(module.client("sqs", region), module.client("dynamodb"), collection, module.check_mode))


if __name__ == "__main__":
    main()
