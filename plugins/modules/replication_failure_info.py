#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: replication_failure_info
short_description: Asks the ledger which objects failed to replicate, and why
version_added: 0.1.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Gives the failure records of a bucket, or of all buckets, selected by rule, destination, reason, status, key prefix
    and time.
  - With O(summary=true), counts them by rule, destination and reason, and tells the cause and the remedy of each
    reason.
  - A ledger that does not exist is an error, never an empty answer. A O(bucket) that the ledger has never held a record
    of is a warning, since its name may be misspelt.
  - Knows only failures that were recorded, see M(aws_dr.s3.replication_failure_collect).
  - The caller needs C(dynamodb:DescribeTable) and C(dynamodb:Query) on the table.
options:
  bucket:
    description:
      - The source bucket's name.
      - Unset, the failure records of all buckets.
    type: str
    aliases: [name]
  limit:
    description:
      - At most this many records are given back in RV(records); RV(truncated) tells whether there are more.
      - V(0) gives none, which is of use with O(summary=true).
    type: int
    default: 1000
  summary:
    description:
      - Whether to count all selected records, also those beyond O(limit), in RV(summary).
    type: bool
    default: false
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.attributes.info_module
  - aws_dr.s3.ledger
  - aws_dr.s3.failure_selection
  - aws_dr.s3.concurrency
seealso:
  - module: aws_dr.s3.replication_failure_collect
  - module: aws_dr.s3.replication_failure_prune
  - name: Amazon S3 replication failure reasons
    description: The codes of O(reason) in the Amazon S3 User Guide.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html
"""

EXAMPLES = r"""
- name: Find out what is wrong, and what helps
  aws_dr.s3.replication_failure_info:
    ledger_table: s3-replication-failures
    summary: true
    limit: 0
  register: failures

- name: Tell it
  ansible.builtin.debug:
    msg: "{{ item.count }} objects of {{ item.bucket }} (rule {{ item.rule_id }}): {{ item.cause }} {{ item.remedy }}"
  loop: "{{ failures.summary }}"
  loop_control:
    label: "{{ item.reason }}"

- name: List invoices of 2026 that one rule could not replicate since the first of March
  aws_dr.s3.replication_failure_info:
    ledger_table: s3-replication-failures
    bucket: invoices
    rule_id: to-dr
    key_prefix: "2026/"
    failed_after: "2026-03-01"

- name: List what a missing permission at the destination keeps back
  aws_dr.s3.replication_failure_info:
    ledger_table: s3-replication-failures
    bucket: invoices
    reason:
      - DstPutObjectNotPermitted
      - DstPutTaggingNotPermitted
"""

RETURN = r"""
records:
  description:
    - The selected failure records, at most O(limit) of them, in a stable order - bucket by bucket, and within a bucket
      spread over keys.
    - Times are in UTC. What the newest failure did not tell is null.
  returned: success
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
    key:
      description: The object's key, decoded.
      type: str
      returned: always
    version_id:
      description: The object's version, V(null) for one from before versioning was enabled.
      type: str
      returned: always
    destination:
      description: The destination bucket.
      type: str
      returned: always
    reason:
      description: Why the newest replication failed, in Amazon S3's word. V(Unspecified) if it named no reason.
      type: str
      returned: always
    reason_class:
      description:
        - The kind of the reason, which is V(permission-src), V(permission-dst), V(kms), V(config-src), V(config-dst),
          V(object-lock), V(obsolete), V(already-done), V(not-eligible), V(unrecoverable), V(batch-setup) or V(unknown).
      type: str
      returned: always
    first_failed_at:
      description: When the first recorded failure happened.
      type: str
      returned: always
    last_failed_at:
      description: When the newest recorded failure happened.
      type: str
      returned: always
    failures:
      description: How many failures were recorded.
      type: int
      returned: always
    operation:
      description: What was to be replicated.
      type: str
      returned: always
    requested_at:
      description: When the object was written.
      type: str
      returned: always
    size:
      description: Size in bytes.
      type: int
      returned: always
    etag:
      description: The object's ETag.
      type: str
      returned: always
    region:
      description: The source bucket's Region.
      type: str
      returned: always
    source:
      description: What the record comes from, such as V(event).
      type: str
      returned: always
    status:
      description: What is known of remediation, which is V(pending), V(taken), V(failed) or V(failed_again).
      type: str
      returned: always
    job_id:
      description: The S3 Batch Replication job that last had to do with the record.
      type: str
      returned: always
    job_status:
      description: What the job did with the record, V(taken), V(succeeded) or V(failed).
      type: str
      returned: always
    job_at:
      description: When that was noted.
      type: str
      returned: always
    job_code:
      description: The error code in the job's report.
      type: str
      returned: always
    job_message:
      description: The message in the job's report.
      type: str
      returned: always
  sample:
    - bucket: invoices
      rule_id: to-dr
      key: 2026/03/red flower.pdf
      version_id: 3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY
      destination: invoices-dr
      reason: DstPutObjectNotPermitted
      reason_class: permission-dst
      first_failed_at: "2026-03-05T21:04:32.527Z"
      last_failed_at: "2026-03-05T21:04:32.527Z"
      failures: 1
      operation: OBJECT_PUT
      requested_at: "2026-03-05T21:03:59.168Z"
      size: 520080
      etag: 0e1f2a3b4c5d6e7f8091a2b3c4d5e6f7
      region: us-east-1
      source: event
      status: pending
      job_id: null
      job_status: null
      job_at: null
      job_code: null
      job_message: null
truncated:
  description: Whether there are more selected records than RV(records) holds.
  returned: success
  type: bool
  sample: false
rules:
  description:
    - The rules that have failure records at all, each with its C(bucket) and C(rule_id). Of the options that select,
      only O(bucket) and O(rule_id) count here.
  returned: success
  type: list
  elements: dict
  sample:
    - bucket: invoices
      rule_id: to-dr
count:
  description: How many records are selected.
  returned: success and O(summary=true)
  type: int
  sample: 1198
summary:
  description:
    - The selected records counted by rule, destination and reason; within a rule the most frequent reason first.
  returned: success and O(summary=true)
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
    destination:
      description: The destination bucket.
      type: str
      returned: always
    reason:
      description: The reason of the newest failure of each record.
      type: str
      returned: always
    reason_class:
      description: The kind of the reason, as in RV(records[].reason_class).
      type: str
      returned: always
    cause:
      description: What the reason means.
      type: str
      returned: always
    remedy:
      description: What to do.
      type: str
      returned: always
    batch_only:
      description: Whether only S3 Batch Replication gives this reason.
      type: bool
      returned: always
    count:
      description: How many records there are.
      type: int
      returned: always
    failures:
      description: How many failures were recorded for them.
      type: int
      returned: always
    size:
      description: Sum of the sizes in bytes, of those whose size is known.
      type: int
      returned: always
    first_failed_at:
      description: When the first failure of all of them happened.
      type: str
      returned: always
    last_failed_at:
      description: When the newest failure of all of them happened.
      type: str
      returned: always
    taken_by_jobs:
      description: How many of them a job has taken and not yet been found to have replicated or failed.
      type: int
      returned: always
    example_keys:
      description: Up to three keys.
      type: list
      elements: str
      returned: always
  sample:
    - bucket: invoices
      rule_id: to-dr
      destination: invoices-dr
      reason: DstBucketUnversioned
      reason_class: config-dst
      cause: Versioning of the destination bucket is off or suspended.
      remedy: >-
        Enable versioning on the destination bucket. Then run an S3 Batch Replication job: S3 does not retry failed
        objects by itself.
      batch_only: false
      count: 1198
      failures: 1198
      size: 623055840
      first_failed_at: "2026-03-05T21:04:32.527Z"
      last_failed_at: "2026-03-05T21:19:01.003Z"
      taken_by_jobs: 0
      example_keys: [2026/03/red flower.pdf]
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.failure_options import (
    ledger_spec,
    selection_from,
    selection_spec,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.query_failures import Query, query


def main() -> None:
    """Query the ledger."""
    module = AwsDrModule(
        {
            **ledger_spec(),
            **selection_spec(),
            **concurrency_spec(),
            "bucket": {"type": "str", "aliases": ["name"]},
            "limit": {"type": "int", "default": 1000},
            "summary": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )

    def ask() -> Outcome:
        params = module.params
        wanted = Query(
            table=params["ledger_table"],
            selection=selection_from(params, params["bucket"]),
            limit=params["limit"],
            summary=params["summary"],
            concurrency=params["concurrency"],
        )
        return query(module.client("dynamodb"), wanted)

    module.run(ask)


if __name__ == "__main__":
    main()
