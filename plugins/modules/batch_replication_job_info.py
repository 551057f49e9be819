#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_replication_job_info
short_description: Tells how S3 Batch Replication jobs stand, and what their reports say
version_added: 0.1.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Describes one job, with its progress and the reasons for its failure, and on request reads its completion report.
  - Without O(job_id), lists the Batch Replication jobs of a Region. AWS remembers jobs until 90 days after their end.
    Jobs in a list lack what AWS does not list, such as role, report, manifest and failure reasons.
  - A job that does not exist is an error, and so is a report that is missing or half written.
options:
  job_id:
    description:
      - The job to describe.
    type: str
  bucket:
    description:
      - A source bucket. The jobs are looked for in its Region.
      - Without O(job_id), only jobs that this collection made for it are listed.
      - Unset, the jobs are looked for in the Region of the task.
    type: str
    aliases: [name]
  status:
    description:
      - List only jobs in these states.
    type: list
    elements: str
    choices:
      - Active
      - Cancelled
      - Cancelling
      - Complete
      - Completing
      - Failed
      - Failing
      - New
      - Paused
      - Pausing
      - Preparing
      - Ready
      - Suspended
  report:
    description:
      - Whether to read the job's completion report, to count its failed tasks by code and to give the first of them.
      - Needs O(job_id), and C(s3:GetObject) on the report.
    type: bool
    default: false
  report_limit:
    description:
      - At most this many failed tasks are given.
    type: int
    default: 100
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.attributes.info_module
notes:
  - The caller needs C(s3:DescribeJob) or C(s3:ListJobs), and with O(bucket) C(s3:ListBucket) on it.
seealso:
  - module: aws_dr.s3.batch_replication_job
  - module: aws_dr.s3.replication_failure_prune
"""

EXAMPLES = r"""
- name: Look how far a job is
  aws_dr.s3.batch_replication_job_info:
    job_id: 00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c
    region: eu-west-1
  register: found

- name: Tell it
  ansible.builtin.debug:
    msg: "{{ found.jobs[0].status }}: {{ found.jobs[0].progress }}"

- name: Ask why tasks failed
  aws_dr.s3.batch_replication_job_info:
    job_id: 00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c
    bucket: invoices
    report: true
    report_limit: 10
  register: found

- name: Tell it, with what helps
  ansible.builtin.debug:
    msg: "{{ item.tasks }} tasks failed with {{ item.code }}: {{ item.cause }} {{ item.remedy }}"
  loop: "{{ found.jobs[0].report.codes }}"

- name: List the jobs that are at work on a bucket
  aws_dr.s3.batch_replication_job_info:
    bucket: invoices
    status: [New, Preparing, Ready, Active, Paused, Suspended]
"""

RETURN = r"""
jobs:
  description: The job that O(job_id) names, or all that were found, the newest first as AWS lists them.
  returned: success
  type: list
  elements: dict
  contains:
    job_id:
      description: The job.
      type: str
      returned: always
    job_arn:
      description: Its ARN.
      type: str
      returned: always
    region:
      description: Its Region.
      type: str
      returned: always
    status:
      description: AWS's word for its state, such as V(Active), V(Complete), V(Failed), V(Cancelled) or V(Suspended).
      type: str
      returned: always
    ended:
      description: Whether nothing will change any more.
      type: bool
      returned: always
    found_nothing:
      description: Whether AWS failed it only because no object passes the filters of the generator.
      type: bool
      returned: always
    operation:
      description: What it does, V(S3ReplicateObject).
      type: str
      returned: always
    description:
      description: Its description, with the part by which this collection finds it again.
      type: str
      returned: always
    priority:
      description: Its priority.
      type: int
      returned: always
    role:
      description: The role that it assumes.
      type: str
      returned: always
    confirmation_required:
      description: Whether it starts only when it is confirmed.
      type: bool
      returned: always
    created_at:
      description: When it was made, in UTC.
      type: str
      returned: always
    ended_at:
      description: When it ended, in UTC, null if it has not.
      type: str
      returned: always
    progress:
      description: How far it is, in words.
      type: str
      returned: always
      sample: 250 of 1000 done, 10 failed, 2.5/s, about 5 min left
    total_tasks:
      description: How many tasks it has, null until AWS has read the manifest.
      type: int
      returned: always
    succeeded_tasks:
      description: How many tasks succeeded.
      type: int
      returned: always
    failed_tasks:
      description: How many tasks failed.
      type: int
      returned: always
    rate:
      description: Tasks a second while it was active, null before that is known.
      type: float
      returned: always
    seconds_left:
      description: How long the rest takes at this rate, null before that is known, 0 once the job has ended.
      type: int
      returned: always
    failure_reasons:
      description: Why AWS failed the job.
      type: list
      elements: dict
      returned: always
      contains:
        code:
          description: AWS's code.
          type: str
          returned: always
        reason:
          description: AWS's words.
          type: str
          returned: always
    status_reason:
      description: What was given as the reason for the last change of its state.
      type: str
      returned: always
    suspended_cause:
      description: Why it is suspended.
      type: str
      returned: always
    report:
      description: Where its report is, or will be. Empty without one.
      type: dict
      returned: always
      contains:
        bucket:
          description: The bucket.
          type: str
          returned: always
        prefix:
          description: The prefix that was asked for.
          type: str
          returned: always
        key:
          description: The key of the report's C(manifest.json).
          type: str
          returned: always
        scope:
          description: V(all_tasks) or V(failed_tasks_only).
          type: str
          returned: always
        lost:
          description: Whether Amazon S3 says that it could not write the report. Then nothing proves what the job did.
          type: bool
          returned: always
        codes:
          description:
            - The failed tasks counted by code, the most frequent first. With O(report=true); null while the job has not
              ended.
          type: list
          elements: dict
          returned: with O(report=true)
          contains:
            code:
              description: The code, as a reason of M(aws_dr.s3.replication_failure_info).
              type: str
              returned: always
            tasks:
              description: How many tasks failed with it.
              type: int
              returned: always
            cause:
              description: What it means.
              type: str
              returned: always
            remedy:
              description: What to do.
              type: str
              returned: always
        failed_tasks:
          description: The first O(report_limit) failed tasks. With O(report=true); null while the job has not ended.
          type: list
          elements: dict
          returned: with O(report=true)
          contains:
            bucket:
              description: The source bucket.
              type: str
              returned: always
            key:
              description: The object's key, decoded.
              type: str
              returned: always
            version_id:
              description: Its version.
              type: str
              returned: always
            code:
              description: The code.
              type: str
              returned: always
            http_status:
              description: The HTTP status, 0 where the report has none.
              type: int
              returned: always
            message:
              description: S3's words.
              type: str
              returned: always
    manifest:
      description: The manifest that it works on. Empty while S3 has not generated it.
      type: dict
      returned: always
      contains:
        bucket:
          description: The bucket.
          type: str
          returned: always
        key:
          description: The key.
          type: str
          returned: always
        etag:
          description: The ETag.
          type: str
          returned: always
        version_id:
          description: The version, if one was given.
          type: str
          returned: always
        kind:
          description: V(csv) or V(inventory).
          type: str
          returned: always
        fields:
          description: The columns of a V(csv) manifest.
          type: list
          elements: str
          returned: always
        generated:
          description: Whether S3 made it.
          type: bool
          returned: always
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import STATUSES
from ansible_collections.aws_dr.s3.plugins.module_utils.job_options import access_of
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.describe_batch_jobs import describe_one, list_all
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "job_id": {"type": "str"},
            "bucket": {"type": "str", "aliases": ["name"]},
            "status": {"type": "list", "elements": "str", "choices": list(STATUSES)},
            "report": {"type": "bool", "default": False},
            "report_limit": {"type": "int", "default": 100},
        },
        mutually_exclusive=[("job_id", "status")],
        required_if=[("report", True, ["job_id"])],
        supports_check_mode=True,
    )

    def use_case() -> Outcome:
        options = module.params
        access, bucket = access_of(module), options["bucket"]
        if options["job_id"]:
            return describe_one(access, options["job_id"], bucket, options["report"], options["report_limit"])
        return list_all(access, bucket, options["status"] or ())

    module.run(use_case)


if __name__ == "__main__":
    main()
