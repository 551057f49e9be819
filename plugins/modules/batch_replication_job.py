#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_replication_job
short_description: Makes S3 replicate objects again, by an S3 Batch Replication job
version_added: 0.1.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Makes an S3 Batch Replication job from failure records, from a manifest or from a filter, waits for it, or cancels
    it.
  - A job is made once. The same task run again finds the job that is at work, or that has completed, and changes
    nothing; so does a task that was killed and is run again. A job that failed or was cancelled is tried anew. To do
    again what was done, give another O(run_id).
  - With O(from_failures), a job that completed is tried anew, too, if its report proves nothing - it is missing, half
    written or changed, or names none of the objects. That is told as a warning. A report that only can't be read now
    changes nothing.
  - With O(from_failures), no second job is made beside one that is at work on failure records of the bucket. Without
    failure records there is nothing to do, and no job is made.
  - A Batch Replication job runs all replication rules of the source bucket; AWS does not let a rule be chosen. An
    object version that failed under several rules is one task.
  - What would make the job fail later is refused before anything is changed, all of it at once, in check mode too.
  - Objects in archive storage classes can't be replicated, and S3 Lifecycle rules should not expire delete markers
    while a job runs, see the Amazon S3 User Guide.
options:
  state:
    description:
      - V(present) makes sure that the job has been made, or changes the one that O(job_id) names.
      - V(cancelled) cancels the job that O(job_id) names. One that has ended stays as it is.
    type: str
    choices: [present, cancelled]
    default: present
  job_id:
    description:
      - A job that is there, in the Region of the task, to wait for, to change or to cancel.
      - Exactly one of O(job_id), O(from_failures), O(from_manifest) and O(from_generator) must be given.
    type: str
  from_failures:
    description:
      - Take the failure records of one bucket out of the ledger O(ledger_table).
      - Needs O(role), O(report_bucket), O(manifest_bucket) and O(ledger_table).
      - The manifest and notes of it lie in the task's temporary directory on the target until they are uploaded, about
        200 bytes to 4 KiB a failure record.
    type: dict
    suboptions:
      bucket:
        description:
          - The source bucket's name.
        type: str
        required: true
      rule_id:
        description:
          - Only failure records of these replication rules.
        type: list
        elements: str
        default: []
        aliases: [rule_ids]
      destination:
        description:
          - Only failure records towards these destination buckets, by name or ARN.
        type: list
        elements: str
        default: []
        aliases: [destinations]
      reason:
        description:
          - Only failure records whose newest failure has one of these reasons, such as V(DstPutObjectNotPermitted).
        type: list
        elements: str
        default: []
        aliases: [reasons]
      status:
        description:
          - Only failure records that remediation has left in one of these states, as in
            M(aws_dr.s3.replication_failure_info). So V(pending) leaves out what a job could not replicate either.
          - Records that a job has taken, and whose report was not used for pruning yet, are always among them. The job
            itself makes them so.
        type: list
        elements: str
        choices: [pending, taken, failed, failed_again]
        default: []
        aliases: [statuses]
      key_prefix:
        description:
          - Only failure records of keys that begin with this.
        type: str
        default: ""
      failed_after:
        description:
          - Only failure records whose newest failure happened at this time or later, in ISO 8601. Without an offset it
            is UTC.
        type: str
      failed_before:
        description:
          - Only failure records whose newest failure happened before this time, in ISO 8601.
        type: str
  from_manifest:
    description:
      - Take a manifest that is in S3 already. Its source bucket is read from it.
      - Needs O(role) and O(report_bucket).
    type: dict
    suboptions:
      bucket:
        description:
          - The bucket that the manifest is in. It must be the caller's account's.
        type: str
        required: true
      key:
        description:
          - The manifest's key. Of an S3 Inventory, that of its C(manifest.json).
        type: str
        required: true
      etag:
        description:
          - The manifest's ETag. If it has another one by now, the task fails.
          - Unset, the ETag that it has.
        type: str
      version_id:
        description:
          - The manifest's version.
        type: str
      format:
        description:
          - V(csv) is a list as the Amazon S3 User Guide describes it - no header, keys percent-encoded. It must not be
            encrypted with SSE-KMS.
          - V(inventory) is a CSV report of S3 Inventory.
        type: str
        choices: [csv, inventory]
        default: csv
      fields:
        description:
          - The columns of a V(csv) manifest, of C(Bucket), C(Key), C(VersionId) and C(Ignore).
          - Without C(VersionId) the current versions are replicated, and the report can't be used for pruning.
        type: list
        elements: str
        default: [Bucket, Key, VersionId]
  from_generator:
    description:
      - Let S3 list the objects by itself. All versions that pass the filters are taken.
      - With O(manifest_bucket) the list is kept there.
      - Needs O(role) and O(report_bucket).
      - A filter that nothing passes makes AWS fail the job. That counts as nothing to do, see RV(job.found_nothing).
    type: dict
    suboptions:
      bucket:
        description:
          - The source bucket's name.
        type: str
        required: true
      eligible_for_replication:
        description:
          - V(true) takes only objects that a replication rule applies to, V(false) only the others.
        type: bool
      created_after:
        description:
          - Only objects created after this time, in ISO 8601. Without an offset it is UTC.
        type: str
      created_before:
        description:
          - Only objects created before this time, in ISO 8601.
        type: str
      replication_statuses:
        description:
          - Only objects with one of these statuses. V(NONE) are those that were never replicated, such as objects older
            than the rule. AWS has no filter for those that are pending.
        type: list
        elements: str
        choices: [COMPLETED, FAILED, NONE, REPLICA]
      key_prefix:
        description:
          - Only keys that begin with this.
        type: str
      key_suffix:
        description:
          - Only keys that end with this.
        type: str
      key_substring:
        description:
          - Only keys that contain this.
        type: str
      size_greater_than:
        description:
          - Only objects larger than this, in bytes.
        type: int
      size_less_than:
        description:
          - Only objects smaller than this, in bytes.
        type: int
      storage_classes:
        description:
          - Only objects in one of these storage classes.
        type: list
        elements: str
        choices: [DEEP_ARCHIVE, GLACIER, GLACIER_IR, INTELLIGENT_TIERING, ONEZONE_IA, STANDARD, STANDARD_IA]
      encryption:
        description:
          - Only objects that are encrypted in this way at rest. Needs a boto3 that knows this filter.
        type: str
        choices: [DSSE-KMS, NOT-SSE, SSE-C, SSE-KMS, SSE-S3]
        version_added: 0.2.0
      kms_key_arn:
        description:
          - Only objects encrypted with this KMS key, with O(from_generator.encryption=SSE-KMS) or V(DSSE-KMS).
        type: str
        version_added: 0.2.0
      bucket_key_enabled:
        description:
          - Only objects encrypted with, or without, an S3 Bucket Key, with O(from_generator.encryption=SSE-KMS).
        type: bool
        version_added: 0.2.0
  ledger_table:
    description:
      - Name of the ledger, the DynamoDB table of failure records, in the Region of the task.
    type: str
  role:
    description:
      - ARN of the role that S3 Batch Operations assumes. It trusts C(batchoperations.s3.amazonaws.com) and may do
        C(s3:InitiateReplication) on the source's objects, read the manifest and write the report.
      - The role of the bucket's replication configuration does the replicating, as it always does.
    type: str
  manifest_bucket:
    description:
      - The bucket that the manifest is written to. It must be the caller's account's.
      - Manifests are always encrypted with SSE-S3, because S3 Batch Operations can't read CSV manifests under SSE-KMS.
    type: str
  manifest_prefix:
    description:
      - The manifest's key begins with this. The rest is made of the source bucket's name and the job's token.
    type: str
    default: ""
  report_bucket:
    description:
      - The bucket that S3 writes the completion report to. It must be the caller's account's, and must not have an
        Object Lock default retention. Better not the source bucket.
    type: str
  report_prefix:
    description:
      - The report's keys begin with this, followed by C(/job-) and the job's id.
    type: str
    default: ""
  report_scope:
    description:
      - V(all_tasks) reports every object, which M(aws_dr.s3.replication_failure_prune) wants for its proof.
      - V(failed_tasks_only) reports less. Then pruning is possible only if the job completes and its manifest remains.
    type: str
    choices: [all_tasks, failed_tasks_only]
    default: all_tasks
  priority:
    description:
      - From 0 to 2147483647; the higher number goes first. AWS pauses jobs of lower priority.
      - Unset, a new job gets 10, and one that is there keeps what it has.
    type: int
  description:
    description:
      - A text for people, kept with a new job. AWS takes 256 characters, of which a part is used to find the job again.
    type: str
  tags:
    description:
      - Tags of a new job. Needs C(s3:PutJobTagging).
    type: dict
  confirmation_required:
    description:
      - V(true) makes a new job wait until it is confirmed.
      - V(false) confirms a job that waits for it.
      - Unset, a new job starts at once, and one that is there is left as it is.
    type: bool
  run_id:
    description:
      - Any text. Another text makes another job, even if the same was done before.
    type: str
  wait:
    description:
      - Whether to wait until the job has ended.
      - A job that completes is a success, even if some of its tasks failed, see RV(job.failed_tasks). Which they are,
        and why, is in its report. Objects deleted meanwhile are among them.
      - The task fails if the job failed, was cancelled by somebody else, stands still for want of a confirmation, or
        has not ended after O(wait_timeout).
      - While a play waits, it shows how far the job is.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  action:
    description: Has a corresponding action plugin, which shows the progress of a job while it waits.
    support: full
  async:
    description: Supports being used with the C(async) keyword.
    support: full
    details:
      - Progress is not shown then.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.wait
  - aws_dr.s3.concurrency
notes:
  - The job is made in the source bucket's Region, wherever the task runs. With O(job_id), give the Region of the job.
  - The caller needs C(s3:CreateJob), C(s3:ListJobs), C(s3:DescribeJob), C(s3:UpdateJobPriority),
    C(s3:UpdateJobStatus) and C(iam:PassRole) on O(role); C(s3:ListBucket) on all buckets named;
    C(s3:GetBucketObjectLockConfiguration) on O(report_bucket); C(s3:GetObject) and C(s3:PutObject) on the manifest.
    For O(from_failures) also C(dynamodb:Query) and C(dynamodb:BatchWriteItem) on the ledger, and C(s3:GetObject) on
    the report of a job that did the same before. With C(iam:GetRole) a
    missing role is found before the job is made.
  - S3 Batch Operations bills each job and each object in it.
seealso:
  - module: aws_dr.s3.batch_replication_job_info
  - module: aws_dr.s3.replication_failure_info
  - module: aws_dr.s3.replication_failure_prune
  - name: Replicating existing objects with Batch Replication
    description: The Amazon S3 User Guide on what such jobs do and do not.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html
"""

EXAMPLES = r"""
- name: Replicate again what failed, and wait for it
  aws_dr.s3.batch_replication_job:
    from_failures:
      bucket: invoices
    ledger_table: s3-replication-failures
    role: arn:aws:iam::111122223333:role/batch-replication
    manifest_bucket: invoices-jobs
    manifest_prefix: manifests
    report_bucket: invoices-jobs
    report_prefix: reports
    wait: true
  register: remediation

- name: Remove the failure records that are proven done
  aws_dr.s3.replication_failure_prune:
    ledger_table: s3-replication-failures
    bucket: invoices
    job_id: "{{ remediation.job_id }}"
  when: remediation.job_id

- name: Replicate only what one rule could not, because of one reason
  aws_dr.s3.batch_replication_job:
    from_failures:
      bucket: invoices
      rule_id: to-dr
      reason: DstPutObjectNotPermitted
    ledger_table: s3-replication-failures
    role: arn:aws:iam::111122223333:role/batch-replication
    manifest_bucket: invoices-jobs
    report_bucket: invoices-jobs

- name: Replicate what is older than the rule, once
  aws_dr.s3.batch_replication_job:
    from_generator:
      bucket: invoices
      eligible_for_replication: true
      replication_statuses: [NONE, FAILED]
    role: arn:aws:iam::111122223333:role/batch-replication
    report_bucket: invoices-jobs
    report_prefix: reports
    description: back-fill of 2026
    run_id: back-fill-2026

- name: Replicate what a list names, and take a failed task for a failure
  aws_dr.s3.batch_replication_job:
    from_manifest:
      bucket: invoices-jobs
      key: lists/missing.csv
    role: arn:aws:iam::111122223333:role/batch-replication
    report_bucket: invoices-jobs
    wait: true
  register: listed
  failed_when: listed is failed or listed.job.failed_tasks > 0

- name: Let a job go first
  aws_dr.s3.batch_replication_job:
    job_id: 00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c
    region: eu-west-1
    priority: 100

- name: Cancel a job
  aws_dr.s3.batch_replication_job:
    job_id: 00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c
    region: eu-west-1
    state: cancelled
"""

RETURN = r"""
job_id:
  description: The job, null when there was nothing to do, and in check mode when one would be made.
  returned: success, and when a wait fails
  type: str
  sample: 00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c
created:
  description: Whether the job was made, or would be in check mode.
  returned: success
  type: bool
adopted:
  description: Whether a job was found that is at work already.
  returned: success
  type: bool
bucket:
  description: The source bucket.
  returned: success, when O(job_id) is not given
  type: str
  sample: invoices
region:
  description: The Region of the source bucket and of the job.
  returned: success, when O(job_id) is not given
  type: str
  sample: eu-west-1
objects:
  description: How many object versions the failure records name, null unless O(from_failures) is given.
  returned: success, when O(job_id) is not given
  type: int
  sample: 1000
records:
  description: How many failure records are selected, null unless O(from_failures) is given.
  returned: success, when O(job_id) is not given
  type: int
  sample: 1000
manifest:
  description: The manifest of a job that was made from failure records or from a manifest.
  returned: success, when a job was made from one
  type: dict
  contains:
    bucket:
      description: The bucket that it is in.
      type: str
      returned: always
    key:
      description: Its key.
      type: str
      returned: always
    etag:
      description: Its ETag.
      type: str
      returned: always
msg:
  description: What was found and done, in a sentence.
  returned: always
  type: str
end:
  description: How the job ended, or why it stands still, without what to do about it. All of it is in RV(msg).
  returned: when the job that was waited for came to no good end
  type: str
  sample: "Job 00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c was cancelled by somebody else: 8 of 20 done, 0 failed, 2/s"
job:
  description:
    - The job as it was last seen, null without one.
  returned: success, and when a wait fails
  type: dict
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

from ansible_collections.aws_dr.s3.plugins.module_utils.job_options import (
    access_of,
    job_constraints,
    job_spec,
    options_from,
    origin_from,
    wish_from,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.adjust_job import adjust_job
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.run_batch_job import run_batch_job
from ansible_collections.aws_dr.s3.plugins.module_utils.wait_options import patience_from


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={**job_spec(), **wait_spec(timeout=3600, delay=30), **concurrency_spec()},
        supports_check_mode=True,
        **job_constraints(),
    )

    def use_case() -> Outcome:
        options = module.params
        patience = patience_from(options)
        if options["job_id"]:
            return adjust_job(access_of(module), options["job_id"], wish_from(options), patience)
        origin = origin_from(options)
        return run_batch_job(access_of(module), origin, options_from(options), patience)

    module.run(use_case)


if __name__ == "__main__":
    main()
