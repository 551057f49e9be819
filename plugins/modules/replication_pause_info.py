#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: replication_pause_info
short_description: Tells which buckets an experiment keeps from replicating on purpose
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Looks for experiments of AWS Fault Injection Service that have not ended and that pause replication
    (C(aws:s3:bucket-pause-replication)) of buckets in the Region. While one runs, the buckets' replication is not to be
    put right.
  - Experiments that another account runs on the buckets are not seen.
  - The caller needs C(fis:ListExperiments), and while experiments run C(fis:GetExperiment) and
    C(fis:ListExperimentResolvedTargets).
options: {}
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.attributes.info_module
"""

EXAMPLES = r"""
- name: Look which buckets are paused
  aws_dr.s3.replication_pause_info:
    region: us-east-1
  register: paused
"""

RETURN = r"""
buckets:
  description: The paused buckets.
  returned: success
  type: list
  elements: str
  sample: [invoices]
pauses:
  description: The pauses.
  returned: success
  type: list
  elements: dict
  contains:
    experiment_id:
      description: The experiment.
      type: str
      returned: success
      sample: EXPAbCdEfGh12345678
    buckets:
      description: The buckets it has found; empty while it has not begun.
      type: list
      elements: str
      returned: success
    tags:
      description: The tags by which it finds buckets.
      type: dict
      returned: success
    until:
      description: When it ends by its own duration.
      type: str
      returned: success
      sample: "2026-01-02T03:04:05+00:00"
"""

from datetime import UTC, datetime

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.paused_buckets import paused_buckets


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(argument_spec={}, supports_check_mode=True)
    module.run(lambda: paused_buckets(module.client("fis"), datetime.now(UTC)))


if __name__ == "__main__":
    main()
