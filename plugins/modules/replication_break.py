#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: replication_break
short_description: Keeps replication from delivering the probes of a drill, on purpose
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Adds one statement with the Sid C(AwsDrDrill) to the policy of each destination bucket, or removes it. It denies
    replicas below the prefix of the probes of M(aws_dr.s3.replication_probe), and nothing else.
  - Probes that are written meanwhile fail for good, as objects do when a permission is missing. Neither a pause nor a
    lost Region does that, since S3 goes on by itself after those.
  - All other statements of the policies stay.
options:
  state:
    description:
      - V(present) breaks, V(absent) repairs. Repairing reads no source bucket, so that it works whatever has become of
        the rules.
    type: str
    choices: [present, absent]
    default: present
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
  - aws_dr.s3.drill
  - aws_dr.s3.account_roles
  - aws_dr.s3.concurrency
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
notes:
  - The caller needs C(s3:GetBucketPolicy), C(s3:PutBucketPolicy) and C(s3:DeleteBucketPolicy) on the destination
    buckets, and to break C(s3:GetReplicationConfiguration) on the source buckets.
  - S3 has no conditional writes of policies. Whoever else changes a policy in the same moment may be overwritten.
  - A policy may take some time until S3 heeds it everywhere.
seealso:
  - module: aws_dr.s3.replication_probe
  - module: aws_dr.s3.fis_experiment
"""

EXAMPLES = r"""
- name: Let probes of invoices fail
  aws_dr.s3.replication_break:
    pairs:
      - source:
          bucket: invoices
          region: us-east-1
        destination:
          bucket: invoices-dr
          region: eu-west-1

- name: Let them be replicated again
  aws_dr.s3.replication_break:
    pairs:
      - source:
          bucket: invoices
          region: us-east-1
        destination:
          bucket: invoices-dr
          region: eu-west-1
    state: absent
"""

RETURN = r"""
buckets:
  description: The destination buckets.
  returned: success, and when a bucket fails
  type: list
  elements: dict
  contains:
    bucket:
      description: The bucket.
      returned: always
      type: str
      sample: invoices-dr
    changed:
      description: Whether its policy was changed, or would be.
      returned: always
      type: bool
    broken:
      description: Whether the statement is in its policy afterwards, or would be; null where that is not known.
      returned: always
      type: bool
    error:
      description: What went wrong, null where nothing did.
      returned: always
      type: str
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.drill_options import drill_spec, task_and_sides
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replication_break import replication_break


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            **drill_spec(),
        },
        supports_check_mode=True,
    )

    def use_case() -> Outcome:
        task, sides = task_and_sides(module)
        return replication_break(sides, task, module.params["state"] == "present")

    module.run(use_case)


if __name__ == "__main__":
    main()
