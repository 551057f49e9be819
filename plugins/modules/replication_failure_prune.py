#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: replication_failure_prune
short_description: Removes failure records that a job's report proves done
version_added: 0.1.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Reads the completion reports of S3 Batch Replication jobs that have ended, and removes from the ledger the records
    of object versions that were replicated, that had been replicated already, or that are gone at the source.
  - Records of what failed stay, with what the job said about them. So do records of objects that failed again after the
    job was made, whatever the report says.
  - A report that is missing, half written or changed is an error, and nothing is removed. The same holds for a job that
    has not ended. A job of which AWS says that no task ran has no report, and removes nothing.
  - Both column orders of reports are read. They do not depend on which order AWS documents.
  - Memory does not grow with the number of objects. What the reports say is kept in a temporary file on the target,
    about 100 bytes a task.
  - Running it again changes nothing; one that was killed can be run again.
options:
  job_id:
    description:
      - The jobs, all in one Region. Where several say something about an object, the newest job counts.
    type: list
    elements: str
    required: true
    aliases: [job_ids]
  bucket:
    description:
      - The source bucket. The jobs are looked for in its Region, and only its failure records are pruned.
      - Unset, the jobs are looked for in the Region of the task, and failure records of all buckets that are in the
        reports are pruned.
    type: str
    aliases: [name]
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
  - aws_dr.s3.ledger
  - aws_dr.s3.concurrency
notes:
  - The caller needs C(s3:DescribeJob), C(s3:GetObject) on the report, C(dynamodb:Query) and
    C(dynamodb:BatchWriteItem) on the ledger, and with O(bucket) C(s3:ListBucket) on it. Without C(s3:ListBucket) on the
    bucket of the report, a report that is missing looks like one that may not be read. For jobs with reports of
    failed tasks only also C(s3:GetObject) on the manifest.
  - A job succeeds for an object when all rules of the bucket that apply to it do. A record of a rule that was removed
    since goes with the others of its object.
seealso:
  - module: aws_dr.s3.batch_replication_job
  - module: aws_dr.s3.replication_failure_info
"""

EXAMPLES = r"""
- name: Remove the failure records that a job has done with
  aws_dr.s3.replication_failure_prune:
    ledger_table: s3-replication-failures
    bucket: invoices
    job_id: 00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c
  register: pruned

- name: Tell what remains and what helps
  ansible.builtin.debug:
    msg: "{{ item.count }} objects under rule {{ item.rule_id }}: {{ item.cause }} {{ item.remedy }}"
  loop: "{{ pruned.remaining }}"
  loop_control:
    label: "{{ item.reason }}"
"""

RETURN = r"""
removed:
  description: How many failure records were removed, or would be in check mode.
  returned: success
  type: dict
  contains:
    succeeded:
      description: Records of object versions that the job replicated.
      type: int
      returned: always
    obsolete:
      description: Records of object versions that are gone at the source.
      type: int
      returned: always
    already_replicated:
      description: Records of object versions that had been replicated before.
      type: int
      returned: always
  sample:
    succeeded: 996
    obsolete: 3
    already_replicated: 0
kept:
  description: How many failure records stay.
  returned: success
  type: dict
  contains:
    failed:
      description: Records of object versions that the job could not replicate either.
      type: int
      returned: always
    failed_again:
      description: Records of object versions that the job was done with, and that failed again since it was made.
      type: int
      returned: always
    not_in_report:
      description: Records of object versions that the reports do not name.
      type: int
      returned: always
  sample:
    failed: 1
    failed_again: 0
    not_in_report: 0
remaining:
  description: The records that stay, counted by bucket, rule and reason. Of what the job tried, its reason is told.
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
    reason:
      description: Why replication failed, in Amazon S3's word.
      type: str
      returned: always
    reason_class:
      description: The kind of the reason, as in RV(aws_dr.s3.replication_failure_info#module:records[].reason_class).
      type: str
      returned: always
    count:
      description: How many records there are.
      type: int
      returned: always
    cause:
      description: What the reason means.
      type: str
      returned: always
    remedy:
      description: What to do.
      type: str
      returned: always
jobs:
  description: The jobs, the oldest first, as in RV(aws_dr.s3.batch_replication_job_info#module:jobs).
  returned: success
  type: list
  elements: dict
msg:
  description: What was found and done, in a sentence.
  returned: always
  type: str
  sample: 999 failure records are proven done, 1 remain
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.failure_options import ledger_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.job_options import access_of
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.prune_failures import prune_failures


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            **ledger_spec(),
            "job_id": {"type": "list", "elements": "str", "required": True, "aliases": ["job_ids"]},
            "bucket": {"type": "str", "aliases": ["name"]},
            **concurrency_spec(),
        },
        supports_check_mode=True,
    )
    options = module.params
    module.run(lambda: prune_failures(access_of(module), options["ledger_table"], options["job_id"], options["bucket"]))


if __name__ == "__main__":
    main()
