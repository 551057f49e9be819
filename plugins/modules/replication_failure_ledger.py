#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: replication_failure_ledger
short_description: Makes sure that the ledger of replication failures is there
version_added: 0.1.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Makes the DynamoDB table that holds failure records, with the keys that the ledger needs, on-demand capacity, and
    expiry by C(expires_at). Brings a ledger that is there to the settings named.
  - Refuses a table that is something else.
  - It never removes a ledger.
  - The caller needs C(dynamodb:DescribeTable), C(dynamodb:CreateTable), C(dynamodb:DescribeTimeToLive),
    C(dynamodb:UpdateTimeToLive), and for the options that are given C(dynamodb:DescribeContinuousBackups),
    C(dynamodb:UpdateContinuousBackups), C(dynamodb:UpdateTable), C(dynamodb:ListTagsOfResource) and
    C(dynamodb:TagResource), all on the table.
options:
  ledger_table:
    description:
      - The table's name.
    type: str
    required: true
    aliases: [name]
  point_in_time_recovery:
    description:
      - Whether the table can be restored to any second of the last 35 days.
      - Unset leaves it as it is; a new table is without.
    type: bool
  deletion_protection:
    description:
      - Whether the table is protected against being deleted.
      - Unset leaves it as it is; a new table is without.
    type: bool
  kms_key_id:
    description:
      - ARN or id of a KMS key of your own that encrypts the table.
      - Unset leaves it as it is; a new table is encrypted with a key that belongs to DynamoDB.
    type: str
  tags:
    description:
      - Tags to add or change. Other tags stay.
    type: dict
    default: {}
  wait_timeout:
    description:
      - For how many seconds to wait at most, for each step, until the table is active.
    type: int
    default: 300
  wait_delay:
    description:
      - Seconds between two looks at the table.
    type: int
    default: 2
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
seealso:
  - module: aws_dr.s3.replication_failure_collect
  - module: aws_dr.s3.replication_failure_info
"""

EXAMPLES = r"""
- name: Keep the failure records, and be able to restore them
  aws_dr.s3.replication_failure_ledger:
    ledger_table: s3-replication-failures
    point_in_time_recovery: true
    region: us-east-1
"""

RETURN = r"""
ledger:
  description: The ledger as it is, or would be in check mode. Settings that were not named are left out.
  returned: success
  type: dict
  contains:
    ledger_table:
      description: The table's name.
      type: str
      returned: success
      sample: s3-replication-failures
    region:
      description: The table's Region.
      type: str
      returned: success
      sample: us-east-1
    expires_by:
      description: The attribute by which records expire, where they have it.
      type: str
      returned: success
      sample: expires_at
    point_in_time_recovery:
      description: Whether the table can be restored.
      type: bool
      returned: when O(point_in_time_recovery) is given
    deletion_protection:
      description: Whether the table is protected against being deleted.
      type: bool
      returned: when O(deletion_protection) is given
    kms_key_id:
      description: The key that encrypts the table.
      type: str
      returned: when O(kms_key_id) is given
    tags:
      description: The table's tags; empty when O(tags) is not given.
      type: dict
      returned: success
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.ledger_table import LedgerTable, ensure_ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "ledger_table": {"type": "str", "required": True, "aliases": ["name"]},
            "point_in_time_recovery": {"type": "bool"},
            "deletion_protection": {"type": "bool"},
            "kms_key_id": {"type": "str"},
            "tags": {"type": "dict", "default": {}},
            **wait_spec(timeout=300, delay=2),
        },
        supports_check_mode=True,
    )
    options = module.params
    asked = LedgerTable(
        name=options["ledger_table"],
        point_in_time_recovery=options["point_in_time_recovery"],
        deletion_protection=options["deletion_protection"],
        kms_key_id=options["kms_key_id"],
        tags={str(key): str(value) for key, value in options["tags"].items()},
    )
    patience = Patience(options["wait_timeout"], options["wait_delay"])
    module.run(lambda: ensure_ledger(module.client("dynamodb"), asked, module.check_mode, patience))


if __name__ == "__main__":
    main()
