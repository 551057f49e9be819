#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_empty
short_description: Deletes all that is in a bucket, for good
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Deletes every version of every object, every delete marker and every unfinished upload of a bucket. Nothing can
    bring them back. The bucket itself stays.
  - Versions are deleted in batches of 1,000, several at once, while the listing goes on.
  - Versions that Object Lock holds stay. They are counted and named, and nothing is tried without end - a pass that
    achieves nothing is the last one.
  - Refuses a bucket that replicates, or that another bucket of the account replicates into.
  - A run that was killed can be run again and goes on with what is left.
options:
  bucket:
    description:
      - The bucket. One that does not exist is fine.
    type: str
    required: true
    aliases: [name]
  confirm:
    description:
      - The bucket's name once more, to show that it is meant. Without it only check mode works.
    type: str
  bypass_governance_retention:
    description:
      - Whether to delete versions that Object Lock holds in governance mode. Needs C(s3:BypassGovernanceRetention).
      - Nothing deletes versions in compliance mode before their time, or under a legal hold.
    type: bool
    default: false
  allow_replication:
    description:
      - Whether to empty the bucket although it replicates, or others replicate into it. Deletions of versions are never
        replicated, and what was emptied fills again by new objects.
    type: bool
    default: false
  report_limit:
    description:
      - How many of the versions that stay are named. All are counted.
    type: int
    default: 100
  wait_timeout:
    description:
      - How many seconds it may take. When they have passed, the task fails and says how far it came.
    type: int
    default: 3600
attributes:
  check_mode:
    support: full
    details:
      - Counts what is in the bucket. What Object Lock holds shows only when it is tried.
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
  - aws_dr.s3.concurrency
notes:
  - The caller needs C(s3:ListBucket), C(s3:ListBucketVersions), C(s3:ListBucketMultipartUploads),
    C(s3:GetBucketVersioning), C(s3:GetBucketObjectLockConfiguration), C(s3:GetReplicationConfiguration),
    C(s3:DeleteObjectVersion) and C(s3:AbortMultipartUpload) on the bucket. Unless O(allow_replication) is set, also
    C(s3:ListAllMyBuckets), and C(s3:GetReplicationConfiguration) on all buckets. With C(s3:GetObjectVersion),
    C(s3:GetObjectRetention) and C(s3:GetObjectLegalHold) it is told until when versions are held.
  - Buckets of other accounts that replicate into this one can't be found.
  - Of a bucket with thousands of millions of objects a lifecycle rule that expires everything is cheaper.
seealso:
  - module: amazon.aws.s3_bucket
"""

EXAMPLES = r"""
- name: See what would be lost
  aws_dr.s3.bucket_empty:
    bucket: invoices-dr
  check_mode: true
  register: loss

- name: Delete all that is in the bucket
  aws_dr.s3.bucket_empty:
    bucket: invoices-dr
    confirm: invoices-dr

- name: Delete the bucket
  amazon.aws.s3_bucket:
    name: invoices-dr
    state: absent
"""

RETURN = r"""
bucket:
  description: The bucket.
  returned: always
  type: str
  sample: invoices-dr
exists:
  description: Whether it exists.
  returned: success, and when something stays
  type: bool
empty:
  description: Whether nothing is in it any more; in check mode, whether nothing is in it.
  returned: success, and when something stays
  type: bool
versions:
  description: How many versions were deleted, or are there in check mode.
  returned: success, and when something stays
  type: int
  sample: 12000
delete_markers:
  description: How many delete markers were deleted, or are there in check mode.
  returned: success, and when something stays
  type: int
  sample: 30
uploads:
  description: How many unfinished uploads were aborted, or are there in check mode.
  returned: success, and when something stays
  type: int
  sample: 1
bytes:
  description: The size of these versions in bytes.
  returned: success, and when something stays
  type: int
  sample: 88000000
locked:
  description: How many versions stay because Object Lock holds them.
  returned: success, and when something stays
  type: int
  sample: 0
denied:
  description: How many versions stay because the caller may not delete them.
  returned: success, and when something stays
  type: int
  sample: 0
kept:
  description: The first versions that stay, up to O(report_limit).
  returned: success, and when something stays
  type: list
  elements: dict
  contains:
    key:
      description: The object's key.
      returned: always
      type: str
    version_id:
      description: The version.
      returned: always
      type: str
    why:
      description: V(locked), V(denied) or V(failed).
      returned: always
      type: str
    code:
      description: AWS's code.
      returned: always
      type: str
    message:
      description: AWS's words.
      returned: always
      type: str
    mode:
      description: The Object Lock mode, V(COMPLIANCE) or V(GOVERNANCE), null where it is not known or not set.
      returned: always
      type: str
    retain_until:
      description: Until when the version is held, null where it is not known or not set.
      returned: always
      type: str
    legal_hold:
      description: Whether it is known to be under a legal hold.
      returned: always
      type: bool
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.job_options import access_of
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.empty_bucket import Task, empty_bucket
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "bucket": {"type": "str", "required": True, "aliases": ["name"]},
            "confirm": {"type": "str"},
            "bypass_governance_retention": {"type": "bool", "default": False},
            "allow_replication": {"type": "bool", "default": False},
            "report_limit": {"type": "int", "default": 100},
            "wait_timeout": {"type": "int", "default": 3600},
            **concurrency_spec(),
        },
        supports_check_mode=True,
    )

    def use_case() -> Outcome:
        options = module.params
        task = Task(
            bucket=options["bucket"],
            confirm=options["confirm"],
            bypass_governance=options["bypass_governance_retention"],
            allow_replication=options["allow_replication"],
            timeout=options["wait_timeout"],
            report_limit=options["report_limit"],
        )
        return empty_bucket(access_of(module), task)

    module.run(use_case)


if __name__ == "__main__":
    main()
