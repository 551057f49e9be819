#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_fence
short_description: Keeps clients from writing to buckets while another Region is active
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Adds one statement with the Sid C(AwsDrFence) to the policy of each bucket, or removes it, many buckets at once. It
    denies what clients change objects with - writes, deletes, tags, ACLs, locks, restores - whether they come by the
    bucket's name or by a Multi-Region Access Point. Reading goes on.
  - Replication goes on both ways. What the bucket has yet to send drains, and it receives what is written elsewhere,
    because S3 writes replicas with actions of their own.
  - All other statements of the policies stay.
  - What fails with one bucket stops no other. The task fails in the end, with the result of each.
options:
  buckets:
    description:
      - The buckets.
    type: list
    elements: dict
    required: true
    suboptions:
      bucket:
        description: Its name.
        type: str
        required: true
      region:
        description: Its Region.
        type: str
        required: true
  state:
    description:
      - V(present) keeps clients from writing, V(absent) lets them again.
    type: str
    choices: [present, absent]
    default: present
  allow_principals:
    description:
      - ARNs of users and roles that may go on writing, with C(*) and C(?). A role's ARN stands for its sessions too.
      - The caller is not among them unless named.
    type: list
    elements: str
    default: []
  partition:
    description:
      - The partition of the buckets. Unset, that of the task's credentials, which STS is asked for.
    type: str
  skip_unreachable:
    description:
      - Whether buckets of a Region that does not answer are told and left, instead of failing the task.
    type: bool
    default: false
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
  - aws_dr.s3.concurrency
notes:
  - The caller needs C(s3:GetBucketPolicy), C(s3:PutBucketPolicy) and C(s3:DeleteBucketPolicy) on the buckets.
  - S3 has no conditional writes of policies. Whoever else changes a policy in the same moment may be overwritten.
  - What S3 does by itself, such as lifecycle expiration, is not subject to bucket policies.
seealso:
  - module: aws_dr.s3.active_region
  - module: aws_dr.s3.multi_region_access_point_routes
"""

EXAMPLES = r"""
- name: Keep clients from writing in the Region that was active
  aws_dr.s3.bucket_fence:
    buckets:
      - bucket: invoices
        region: us-east-1
      - bucket: photos
        region: us-east-1
    skip_unreachable: true

- name: Let them write again, after failback
  aws_dr.s3.bucket_fence:
    buckets:
      - bucket: invoices
        region: us-east-1
      - bucket: photos
        region: us-east-1
    state: absent
"""

RETURN = r"""
buckets:
  description: What was found and done, in the order of O(buckets).
  returned: success, and when a bucket fails
  type: list
  elements: dict
  contains:
    bucket:
      description: The bucket.
      returned: always
      type: str
      sample: invoices
    region:
      description: Its Region.
      returned: always
      type: str
      sample: us-east-1
    status:
      description: V(fenced), V(unfenced), V(unchanged), V(planned) in check mode, V(unreachable) or V(failed).
      returned: always
      type: str
      sample: fenced
    changed:
      description: Whether its policy was, or would be, changed.
      returned: always
      type: bool
    fenced:
      description: Whether clients are kept from writing, afterwards; null where that is not known.
      returned: always
      type: bool
    error:
      description: What went wrong, null when nothing did.
      returned: always
      type: str
unreachable_buckets:
  description: The buckets whose Region did not answer.
  returned: success, and when a bucket fails
  type: list
  elements: str
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.failover_options import IMPATIENT
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_fence import Task, fence
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

_BUCKET = {"bucket": {"type": "str", "required": True}, "region": {"type": "str", "required": True}}


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "buckets": {"type": "list", "elements": "dict", "required": True, "options": _BUCKET},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "allow_principals": {"type": "list", "elements": "str", "default": []},
            "partition": {"type": "str"},
            "skip_unreachable": {"type": "bool", "default": False},
            **concurrency_spec(),
        },
        supports_check_mode=True,
    )

    def use_case() -> Outcome:
        given = module.params
        clients = module.clients.varied(IMPATIENT)
        task = Task(
            buckets=[(one["bucket"], one["region"]) for one in given["buckets"]],
            present=given["state"] == "present",
            partition=given["partition"] or module.caller.partition,
            allowed=given["allow_principals"],
            skip_unreachable=given["skip_unreachable"],
            check_mode=module.check_mode,
            concurrency=given["concurrency"],
        )
        return fence(lambda region: clients.get("s3", region), task)

    module.run(use_case)


if __name__ == "__main__":
    main()
