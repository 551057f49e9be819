#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: global_table
short_description: Makes a DynamoDB table with a replica in each of several Regions
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Makes the table in the first of the Regions, billed by request, and a replica in each other one. The table that is
    there is extended. Nothing is ever removed.
  - It is for what has to be at hand in the Region that survives - the pointer of M(aws_dr.s3.active_region), and the
    state of a workload's items for M(aws_dr.s3.workload_reconcile).
options:
  table:
    description:
      - The table's name.
    type: str
    required: true
    aliases: [name]
  regions:
    description:
      - The Regions that are to have a replica. The table is made in the first one, if it is in none of them yet.
    type: list
    elements: str
    required: true
  partition_key:
    description:
      - The attribute that is the partition key, a text. The pointer of M(aws_dr.s3.active_region) wants V(name).
    type: str
    default: name
  sort_key:
    description:
      - The attribute that is the sort key, a text. Unset, there is none.
    type: str
  indexes:
    description:
      - Global secondary indexes with all attributes. Others stay.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The index's name.
        type: str
        required: true
      partition_key:
        description: The attribute that is its partition key, a text.
        type: str
        required: true
      sort_key:
        description: The attribute that is its sort key, a text.
        type: str
  point_in_time_recovery:
    description:
      - Whether to enable point-in-time recovery of each replica, for extra money. It is never disabled.
    type: bool
    default: false
  tags:
    description:
      - Tags of a table that is made. Those of one that is there stay as they are.
    type: dict
    default: {}
  wait_timeout:
    description:
      - How many seconds to wait for each change. A wait that runs out fails and says where it stood.
    type: int
    default: 900
  wait_delay:
    description:
      - How many seconds to pause between two looks.
    type: int
    default: 5
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
notes:
  - The caller needs C(dynamodb:DescribeTable), C(dynamodb:CreateTable), C(dynamodb:UpdateTable) and
    C(dynamodb:CreateTableReplica) on the table in all Regions. DynamoDB copies the items of a table to a new replica in
    the name of the caller, who needs C(dynamodb:Query), C(dynamodb:Scan), C(dynamodb:GetItem), C(dynamodb:PutItem),
    C(dynamodb:UpdateItem), C(dynamodb:DeleteItem) and C(dynamodb:BatchWriteItem), and for the first global table of an
    account C(iam:CreateServiceLinkedRole). With O(point_in_time_recovery) also C(dynamodb:DescribeContinuousBackups)
    and C(dynamodb:UpdateContinuousBackups), with O(tags) C(dynamodb:TagResource).
  - Replicas are eventually consistent, usually within a second.
seealso:
  - module: aws_dr.s3.active_region
  - name: Global tables
    description: The DynamoDB Developer Guide on what is consistent between Regions.
    link: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html
"""

EXAMPLES = r"""
- name: Make a table for the pointer
  aws_dr.s3.global_table:
    table: failover-state
    regions: [us-east-1, eu-west-1]
    point_in_time_recovery: true

- name: Make a table for the state of a batch
  aws_dr.s3.global_table:
    table: batch-state
    regions: [us-east-1, eu-west-1]
    partition_key: fileName
    indexes:
      - name: status-index
        partition_key: status
"""

RETURN = r"""
table:
  description: The table; in check mode as it would be.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      returned: always
      type: str
      sample: failover-state
    regions:
      description: The Regions that have a replica.
      returned: always
      type: list
      elements: str
      sample: [eu-west-1, us-east-1]
    indexes:
      description: The names of its global secondary indexes.
      returned: always
      type: list
      elements: str
      sample: [status-index]
    restorable:
      description: The Regions with point-in-time recovery; looked at only with O(point_in_time_recovery).
      returned: always
      type: list
      elements: str
      sample: [eu-west-1, us-east-1]
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.global_table import Index, Table, ensure
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

# Names of attributes, no secrets, whatever Ansible takes an option called "key" for.
_INDEX = {
    "name": {"type": "str", "required": True},
    "partition_key": {"type": "str", "required": True, "no_log": False},
    "sort_key": {"type": "str", "no_log": False},
}


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "table": {"type": "str", "required": True, "aliases": ["name"]},
            "regions": {"type": "list", "elements": "str", "required": True},
            "partition_key": {"type": "str", "default": "name", "no_log": False},
            "sort_key": {"type": "str", "no_log": False},
            "indexes": {"type": "list", "elements": "dict", "default": [], "options": _INDEX},
            "point_in_time_recovery": {"type": "bool", "default": False},
            "tags": {"type": "dict", "default": {}},
            **wait_spec(timeout=900, delay=5),
        },
        supports_check_mode=True,
    )

    def use_case() -> Outcome:
        given = module.params
        table = Table(
            name=given["table"],
            regions=given["regions"],
            partition_key=given["partition_key"],
            sort_key=given["sort_key"],
            indexes=[Index(**one) for one in given["indexes"]],
            restorable=given["point_in_time_recovery"],
            tags=tuple(sorted((str(key), str(value)) for key, value in given["tags"].items())),
        )
        patience = Patience(given["wait_timeout"], given["wait_delay"])
        return ensure(lambda region: module.client("dynamodb", region), table, module.check_mode, patience)

    module.run(use_case)


if __name__ == "__main__":
    main()
