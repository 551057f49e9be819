#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: replication_back_fill
short_description: Counts and replicates what is older than the replication rules of buckets
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Replication rules replicate what is written from then on. This module counts the object versions that the rules of
    buckets leave behind and, with O(replicate), lets S3 Batch Replication jobs replicate them, many buckets at once.
  - It is done once for a rule set, that is for the enabled rules of a bucket with their destinations and filters. A
    note in the report bucket remembers it, because S3 forgets jobs after 90 days. A rule that is added or gets another
    destination or filter makes another rule set, and then what that one leaves behind is counted and replicated.
  - S3 counts by preparing a job that waits for its confirmation. Counting again finds that job; O(replicate) confirms
    it. A prepared job that nobody confirms costs the listing, and AWS fails it after 30 days.
  - A run that was killed can be run again. It finds the job that is at work, and makes no second one.
  - What would make a job fail later is refused before anything is changed, for all buckets at once, in check mode too.
    Once jobs run, the trouble of one bucket stops no other, and the task fails in the end with what failed and why.
options:
  buckets:
    description:
      - The source buckets. Each needs an enabled replication rule.
    type: list
    elements: dict
    required: true
    suboptions:
      bucket:
        description:
          - Its name.
        type: str
        required: true
        aliases: [name]
      role:
        description:
          - ARN of the role that S3 Batch Operations assumes for this bucket, if not O(role).
        type: str
      report_bucket:
        description:
          - Where the report and the note of this bucket go, if not O(report_bucket).
        type: str
  role:
    description:
      - ARN of the role that S3 Batch Operations assumes. It must be allowed to generate manifests, as roles of
        P(aws_dr.s3.batch_role_policy#filter) with C(generated_manifests) are.
    type: str
  report_bucket:
    description:
      - The bucket for reports and notes.
    type: str
  report_prefix:
    description:
      - The prefix below which reports go.
    type: str
    default: ""
  note_prefix:
    description:
      - The prefix below which the notes lie, one object a source bucket. Lifecycle rules must spare them; the module
        warns when S3 says that one will not.
    type: str
    default: back-fill
  replicate:
    description:
      - Whether to replicate what was counted.
      - S3 bills each job, each object in it, and the replication.
    type: bool
    default: false
  statuses:
    description:
      - Replication statuses of the object versions to take. V(NONE) was never tried, V(FAILED) was tried in vain,
        V(COMPLETED) was replicated to all destinations that there were, V(REPLICA) came from another bucket.
      - Unset, V(NONE) and V(FAILED), and V(COMPLETED) too when the bucket replicated elsewhere before - by the note of
        the last back-fill, or, without one, when a destination has none of a few old versions that are said to be
        replicated.
      - What is pending is replicated by S3 itself.
    type: list
    elements: str
    choices: [COMPLETED, FAILED, NONE, REPLICA]
  retry_failed:
    description:
      - Whether to do it again where some object versions failed the last time, once their cause is removed.
    type: bool
    default: false
  force:
    description:
      - Whether to do it again although it was done for this rule set, for example because a rule was disabled for a
        while. S3 does not catch up by itself on what was written meanwhile.
    type: bool
    default: false
  priority:
    description:
      - The priority of new jobs from 0 to 2147483647; the higher number goes first. Unset, 10.
    type: int
  tags:
    description:
      - Tags of new jobs. Needs C(s3:PutJobTagging).
    type: dict
  wait:
    description:
      - Whether to wait until everything is counted or, with O(replicate), replicated.
      - Without it, run the task again later. Only a run that sees the end of a job notes it.
    type: bool
    default: true
attributes:
  check_mode:
    support: full
    details:
      - Makes no job, so that what was not counted before is not counted; V(total) is null then.
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
  - aws_dr.s3.wait
  - aws_dr.s3.concurrency
  - aws_dr.s3.progress
notes:
  - AWS runs a few Batch Replication jobs of an account at once; the others wait for their turn.
  - A Batch Replication job runs all replication rules of the source bucket; AWS does not let a rule be chosen.
  - The caller needs C(s3:GetReplicationConfiguration) and C(s3:ListBucket) on the source buckets; C(s3:ListBucket),
    C(s3:GetBucketObjectLockConfiguration), C(s3:GetObject) and C(s3:PutObject) on the report buckets; C(s3:CreateJob),
    C(s3:ListJobs), C(s3:DescribeJob), C(s3:UpdateJobStatus) and C(iam:PassRole) on the roles. With C(iam:GetRole) a
    missing role is found before. With C(s3:ListBucketVersions) and C(s3:GetObjectVersion) on source and destination
    buckets it is found that a bucket replicated elsewhere before.
seealso:
  - module: aws_dr.s3.batch_replication_job
  - module: aws_dr.s3.batch_replication_job_info
  - name: Replicating existing objects with Batch Replication
    description: The Amazon S3 User Guide on what such jobs do and do not.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html
"""

EXAMPLES = r"""
- name: Count what is older than the rules
  aws_dr.s3.replication_back_fill:
    buckets:
      - bucket: invoices
      - bucket: photos
    role: arn:aws:iam::111122223333:role/s3-batch-replication-us-east-1
    report_bucket: s3-replication-jobs-111122223333-us-east-1
    report_prefix: reports
  register: older

- name: Show it
  ansible.builtin.debug:
    msg: "{{ older.buckets | items2dict(key_name='bucket', value_name='total') }}"

- name: Replicate it, and wait up to a day
  aws_dr.s3.replication_back_fill:
    buckets:
      - bucket: invoices
      - bucket: photos
    role: arn:aws:iam::111122223333:role/s3-batch-replication-us-east-1
    report_bucket: s3-replication-jobs-111122223333-us-east-1
    report_prefix: reports
    replicate: true
    wait_timeout: 86400
"""

RETURN = r"""
buckets:
  description: What was found and done for each bucket, in the order of O(buckets).
  returned: success, and when a back-fill fails
  type: list
  elements: dict
  contains:
    bucket:
      description: The source bucket.
      returned: always
      type: str
      sample: invoices
    region:
      description: Its Region, null where nothing had to be done.
      returned: always
      type: str
      sample: us-east-1
    status:
      description:
        - V(done_before) was noted by an earlier run. V(nothing_to_do) - S3 found no object version that is left behind.
        - V(counting) - the job is being prepared. V(counted) - the job tells their number and waits for O(replicate).
        - V(running) - the job replicates. V(done) - it has ended, and that is noted. V(failed) - see RV(buckets[].msg).
        - V(planned) - only in check mode, a job would be made.
      returned: always
      type: str
      sample: done
    rule_set:
      description: A digest of the bucket's enabled rules, as far as they decide what goes where.
      returned: always
      type: str
      sample: 0cc175b9c0f1b6a831c399e269772661
    destinations:
      description: The destination buckets of these rules.
      returned: always
      type: list
      elements: str
      sample: [invoices-dr]
    statuses:
      description: The replication statuses of the object versions that are, or were, taken.
      returned: always
      type: list
      elements: str
      sample: [FAILED, NONE]
    job_id:
      description: The job, null without one.
      returned: always
      type: str
      sample: 00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c
    total:
      description: How many object versions are, or were, left behind; null as long as that is not known.
      returned: always
      type: int
      sample: 1000
    succeeded:
      description: How many were replicated by now.
      returned: always
      type: int
      sample: 998
    failed:
      description: How many failed; once the job has ended, without those of RV(buckets[].obsolete).
      returned: always
      type: int
      sample: 1
    obsolete:
      description: How many failed because they were deleted meanwhile or replicated already; null before the end.
      returned: always
      type: int
      sample: 1
    failures:
      description: Why tasks of the job failed, the most frequent reason first.
      returned: always
      type: list
      elements: dict
      contains:
        code:
          description: AWS's code.
          returned: always
          type: str
          sample: DstPutObjectNotPermitted
        tasks:
          description: How many tasks failed with it.
          returned: always
          type: int
          sample: 1
        cause:
          description: What it means.
          returned: always
          type: str
        remedy:
          description: What helps.
          returned: always
          type: str
    note:
      description: Where the note is, or will be.
      returned: always
      type: str
      sample: s3://s3-replication-jobs-111122223333-us-east-1/back-fill/invoices.json
    msg:
      description: What was found and done, in a sentence.
      returned: always
      type: str
"""

from collections import Counter
from typing import Any, NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.generator_filter import REPLICATION_STATUSES
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import JobOptions
from ansible_collections.aws_dr.s3.plugins.module_utils.job_options import access_of
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.progress_file import progress_of, progress_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.back_fill import back_fill
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.back_fill_work import Task
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.wait_options import patience_from

_BUCKETS: dict[str, Any] = {
    "bucket": {"type": "str", "required": True, "aliases": ["name"]},
    "role": {"type": "str"},
    "report_bucket": {"type": "str"},
}


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "buckets": {"type": "list", "elements": "dict", "required": True, "options": _BUCKETS},
            "role": {"type": "str"},
            "report_bucket": {"type": "str"},
            "report_prefix": {"type": "str", "default": ""},
            "note_prefix": {"type": "str", "default": "back-fill"},
            "replicate": {"type": "bool", "default": False},
            "statuses": {"type": "list", "elements": "str", "choices": list(REPLICATION_STATUSES)},
            "retry_failed": {"type": "bool", "default": False},
            "force": {"type": "bool", "default": False},
            "priority": {"type": "int"},
            "tags": {"type": "dict"},
            "wait": {"type": "bool", "default": True},
            **wait_spec(timeout=3600, delay=30),
            **concurrency_spec(),
            **progress_spec(),
        },
        supports_check_mode=True,
    )

    def use_case() -> Outcome:
        task = _task(module.params)
        return back_fill(access_of(module), task, patience_from(module.params), progress_of(module.params))

    module.run(use_case)


def _task(params: dict[str, Any]) -> Task:
    """Give what is asked for. Raises :class:`RefusedError`."""
    problems = []
    sources: dict[str, JobOptions] = {}
    for entry in params["buckets"]:
        name, role = entry["bucket"], entry["role"] or params["role"]
        report_bucket = entry["report_bucket"] or params["report_bucket"]
        if not role or not report_bucket:
            problems.append(
                f"{name}: {'role' if not role else 'report_bucket'} is missing; give it for all, or for each"
            )
            continue
        tags = {str(key): str(value) for key, value in (params["tags"] or {}).items()}
        prefix, priority = params["report_prefix"], params["priority"]
        sources[name] = JobOptions(role, report_bucket, report_prefix=prefix, priority=priority, tags=tags)
    counted = Counter(entry["bucket"] for entry in params["buckets"])
    problems += [f"{name}: it is named {count} times; name it once" for name, count in counted.items() if count > 1]
    if problems:
        raise RefusedError("No object was counted or replicated", problems)
    return Task(
        sources,
        replicate=params["replicate"],
        force=params["force"],
        retry_failed=params["retry_failed"],
        statuses=tuple(sorted(set(params["statuses"]))) if params["statuses"] else None,
        note_prefix=params["note_prefix"],
    )


if __name__ == "__main__":
    main()
