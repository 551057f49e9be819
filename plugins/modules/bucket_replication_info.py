#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_replication_info
short_description: Reads the replication rules of Amazon S3 buckets
version_added: 0.1.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Tells for one, several or all buckets whether replication is configured and by which rules, many at a time.
  - A bucket is configured, not configured, or could not be read. A bucket that is missing or that the caller may not
    read is never told to be not configured, and does not hide the answers for the others.
  - A bucket in O(bucket) that can not be read fails the task; the answers for the others are in the failure too. When
    O(bucket) is not given, buckets that can not be read are told in a warning; the task fails when none can be read.
  - Without O(bucket) each bucket is asked for in its own Region. When a whole Region can not be reached, its buckets
    are answered so without being waited for one after the other.
  - The caller needs C(s3:GetReplicationConfiguration) on the buckets, and C(s3:ListAllMyBuckets) when O(bucket) is not
    given.
options:
  bucket:
    description:
      - Names of the buckets, wherever they lie. Unset, all buckets of the account are read.
    type: list
    elements: str
    aliases: [name]
  bucket_region:
    description:
      - Read all buckets of the account that lie in this Region.
      - Mutually exclusive with O(bucket).
    type: str
    version_added: 0.2.0
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.concurrency
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.attributes.info_module
seealso:
  - module: aws_dr.s3.bucket_replication
"""

EXAMPLES = r"""
- name: Read the rules of one bucket
  aws_dr.s3.bucket_replication_info:
    bucket: invoices
  register: invoices

- name: Show them
  ansible.builtin.debug:
    var: invoices.replication.rules

- name: Read all buckets of the account
  aws_dr.s3.bucket_replication_info:
  register: all_buckets

- name: Show the buckets that do not replicate
  ansible.builtin.debug:
    msg: "{{ all_buckets.buckets | selectattr('answer', '==', 'not_configured') | map(attribute='bucket') | list }}"

- name: Read all buckets of one Region
  aws_dr.s3.bucket_replication_info:
    bucket_region: eu-west-1
"""

RETURN = r"""
buckets:
  description: An answer for each bucket.
  returned: always
  type: list
  elements: dict
  contains:
    bucket:
      description: The bucket's name.
      returned: always
      type: str
      sample: invoices
    region:
      description: The Region that S3 lists the bucket in; null where the bucket was named.
      returned: always
      type: str
      sample: us-east-1
    answer:
      description: V(configured), V(not_configured), or V(unreadable).
      returned: always
      type: str
      sample: not_configured
    readable:
      description: Whether the configuration could be read.
      returned: always
      type: bool
      sample: true
    replication:
      description: What was read, as RV(replication); null where nothing could be read.
      returned: always
      type: dict
      sample:
        configured: false
        role:
        schema:
        rules: []
    error:
      description: Why it could not be read, else null.
      returned: always
      type: str
      sample: "Could not read the replication of bucket invoices: AccessDenied: Access Denied. Allow
        s3:GetReplicationConfiguration for the caller, and look for an explicit deny"
    permission:
      description: The permission that was missing, else null.
      returned: always
      type: str
      sample: s3:GetReplicationConfiguration
replication:
  description: The replication of the bucket.
  returned: success and when O(bucket) names one bucket
  type: dict
  contains:
    configured:
      description: Whether the bucket has a replication configuration.
      returned: always
      type: bool
      sample: true
    role:
      description: ARN of the role that S3 assumes, null where replication is not configured.
      returned: always
      type: str
      sample: arn:aws:iam::111122223333:role/replication
    schema:
      description: Schema of the rules, V(V1) or V(V2); null where replication is not configured.
      returned: always
      type: str
      sample: V2
    rules:
      description: The rules, in the shape of the option O(aws_dr.s3.bucket_replication#module:rules).
      returned: always
      type: list
      elements: dict
      sample:
        - id: to-dr
          priority: 0
          status: enabled
          prefix: ""
          tags: {}
          destination:
            bucket: invoices-dr
            account_id:
            owner_override: false
            storage_class:
            replica_kms_key_id:
          delete_marker_replication: false
          replica_modifications: false
          replication_time_control: false
          metrics: true
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_replication_info import read


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "bucket": {"type": "list", "elements": "str", "aliases": ["name"]},
            "bucket_region": {"type": "str"},
            **concurrency_spec(),
        },
        mutually_exclusive=[("bucket", "bucket_region")],
        supports_check_mode=True,
    )
    options = module.params
    module.run(
        lambda: read(
            lambda region: module.client("s3", region),
            options["bucket"],
            options["bucket_region"],
            options["concurrency"],
        )
    )


if __name__ == "__main__":
    main()
