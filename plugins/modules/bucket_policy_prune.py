#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_policy_prune
short_description: Takes single statements out of the policies of S3 buckets
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Takes the statements with the Sids that are named out of bucket policies, of many buckets at once. All other
    statements stay word for word. A policy without any statement left is deleted.
  - A bucket, policy or statement that does not exist needs nothing.
  - One bucket's trouble stops no other; the task fails at the end with what failed and why.
options:
  buckets:
    description:
      - The buckets.
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
      region:
        description:
          - Its Region.
        type: str
        required: true
      sids:
        description:
          - Sids of the statements that go.
        type: list
        elements: str
        required: true
  destination_account_role:
    description:
      - The role to assume, where the buckets belong to another account than the task's credentials.
    type: dict
    suboptions:
      role_arn:
        description:
          - Its ARN.
        type: str
        required: true
      external_id:
        description:
          - The external id that its trust policy asks for.
        type: str
      session_name:
        description:
          - The name of the session, as CloudTrail shows it.
        type: str
        default: aws-dr-s3
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
  - The caller, or O(destination_account_role), needs C(s3:GetBucketPolicy), C(s3:PutBucketPolicy) and
    C(s3:DeleteBucketPolicy) on the buckets.
seealso:
  - module: aws_dr.s3.bucket_pairs
  - module: amazon.aws.s3_bucket
"""

EXAMPLES = r"""
- name: Let a bucket take requests without TLS again
  aws_dr.s3.bucket_policy_prune:
    buckets:
      - bucket: invoices-dr
        region: eu-west-1
        sids: [AwsDrTlsOnly]
"""

RETURN = r"""
buckets:
  description: What was done for each bucket, in the order of O(buckets).
  returned: success, and when a bucket fails
  type: list
  elements: dict
  contains:
    bucket:
      description: Its name.
      returned: always
      type: str
      sample: invoices-dr
    removed:
      description: Sids of the statements that were taken out, or would be in check mode.
      returned: always
      type: list
      elements: str
      sample: [AwsDrTlsOnly]
    msg:
      description: Why it failed, else empty.
      returned: always
      type: str
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.account_options import account_roles, account_roles_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import sides_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.prune_policies import Prune, prune_policies

_BUCKETS = {
    "bucket": {"type": "str", "required": True, "aliases": ["name"]},
    "region": {"type": "str", "required": True},
    "sids": {"type": "list", "elements": "str", "required": True},
}


def main() -> NoReturn:
    """Name the options, wire the use case."""
    role = "destination_account_role"
    module = AwsDrModule(
        argument_spec={
            "buckets": {"type": "list", "elements": "dict", "required": True, "options": _BUCKETS},
            role: account_roles_spec()[role],
            **concurrency_spec(),
        },
        supports_check_mode=True,
        slow_down=True,
    )
    options = module.params

    def use_case() -> Outcome:
        prunes = [Prune(one["bucket"], one["region"], frozenset(one["sids"])) for one in options["buckets"]]
        _none, assumed = account_roles(options)
        region = module.region or next((one.region for one in prunes), None)
        side = sides_of(module.clients, assumed, assumed, region).destination
        return prune_policies(side, prunes, module.check_mode, options["concurrency"])

    module.run(use_case)


if __name__ == "__main__":
    main()
