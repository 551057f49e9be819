#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_pair_info
short_description: Looks at the buckets of many pairs and tells what stands in the way of replication
version_added: 0.1.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Looks at all buckets of the given pairs at once, each in its own Region, and changes nothing.
  - Tells all problems together - illegal names, a source that does not exist, a bucket in another Region or of another
    account, doubles, Object Lock at the source only.
  - Problems do not fail the task; look at RV(problems). What can't be read does.
  - The caller needs C(s3:ListBucket), C(s3:GetBucketVersioning) and C(s3:GetBucketObjectLockConfiguration) on all
    buckets, and C(s3:GetReplicationConfiguration) on the source buckets.
options:
  pairs:
    description:
      - The pairs, each with C(source) and C(destination), each of these with C(bucket) and C(region).
      - C(destination.account_id) names the account of the destination, and C(rule_id) the rule between the two;
        without it the rule is called C(to-) and the destination's name. Other keys are ignored.
    type: list
    elements: dict
    required: true
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.attributes.info_module
  - aws_dr.s3.concurrency
seealso:
  - module: aws_dr.s3.bucket_replication
"""

EXAMPLES = r"""
- name: Look at the buckets before anything is changed
  aws_dr.s3.bucket_pair_info:
    pairs:
      - source: {bucket: invoices, region: us-east-1}
        destination: {bucket: invoices-dr, region: eu-west-1}
  register: looked_at

- name: Go on only when nothing stands in the way
  ansible.builtin.assert:
    that: looked_at.problems | length == 0
    fail_msg: "{{ looked_at.problems }}"
"""

RETURN = r"""
pairs:
  description: The pairs that are legal, with what was found.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: The source bucket, with the fields of RV(buckets).
      type: dict
      returned: success
    destination:
      description: The destination bucket, with the fields of RV(buckets).
      type: dict
      returned: success
    rule_id:
      description: The id of the rule between them.
      type: str
      returned: success
      sample: to-invoices-dr
buckets:
  description: Every bucket once, by name.
  returned: success
  type: list
  elements: dict
  contains:
    bucket:
      description: Its name.
      type: str
      returned: success
      sample: invoices
    region:
      description: The Region it is in, or is to be in when it does not exist.
      type: str
      returned: success
      sample: us-east-1
    exists:
      description: Whether anybody has a bucket of this name.
      type: bool
      returned: success
    accessible:
      description: Whether it exists, is the caller's account's, and may be looked at.
      type: bool
      returned: success
    versioning:
      description: V(enabled), V(suspended) or V(off).
      type: str
      returned: success
      sample: enabled
    object_lock:
      description: Whether it has Object Lock.
      type: bool
      returned: success
    replication_role:
      description: ARN of the role it replicates with; empty when it does not replicate, and for destinations.
      type: str
      returned: success
    rule_ids:
      description: The ids of its replication rules; empty for destinations.
      type: list
      elements: str
      returned: success
problems:
  description: What stands in the way, a sentence each. Empty when nothing does.
  returned: success
  type: list
  elements: str
  sample:
    - the source bucket invoices is in us-west-2, not in us-east-1; correct source.region
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.inspect_pairs import inspect_pairs


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "pairs": {"type": "list", "elements": "dict", "required": True},
            **concurrency_spec(),
        },
        supports_check_mode=True,
    )
    options = module.params
    module.run(
        lambda: inspect_pairs(
            lambda region: module.client("s3", region),
            module.caller.account,
            options["pairs"],
            options["concurrency"],
        )
    )


if __name__ == "__main__":
    main()
