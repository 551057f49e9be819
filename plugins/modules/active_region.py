#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: active_region
short_description: Keeps the pointer that says which Region is active
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - The pointer is one item of a DynamoDB table. Workloads read its attribute C(active_region) in their own Region to
    know whether they are the active ones.
  - The Region is set, never toggled. Each change is written only where the item is as it was read, so that two who
    change it at once do not undo each other.
  - A change that takes more than a moment, such as a failover, is announced by a claim. Meanwhile somebody with the
    same target joins it, and somebody with another target is refused and told who and when. A claim that was not
    renewed in time counts as left behind and is taken over.
options:
  name:
    description:
      - The name of what fails over together.
    type: str
    required: true
  state:
    description:
      - V(present) - there is a pointer. O(active_region) is what a new one begins with; a pointer that says a Region
        already keeps it, so that set-up can be run again after a failover.
      - V(claimed) - the change to O(active_region) is announced, joined, or taken over.
      - V(active) - the pointer says O(active_region). A claim stays, at the stage C(switched).
      - V(released) - the claim on O(active_region) is over.
      - V(absent) - there is no pointer.
    type: str
    choices: [present, claimed, active, released, absent]
    default: present
  active_region:
    description:
      - The Region. Required unless O(state) is V(present) or V(absent).
    type: str
  by:
    description:
      - Who this is, for others to read. Unset, the user and the name of the host that the task runs on.
    type: str
  claim_id:
    description:
      - The claim that has to be there, as RV(pointer.claim.id) told. Without it O(state=active) is refused only while a
        claim to another Region is there.
    type: str
  claim_seconds:
    description:
      - After how many seconds without renewal the claim counts as left behind.
    type: int
    default: 900
  stage:
    description:
      - How far the change is, for others to read. It never goes back.
    type: str
    choices: [claimed, switching, switched]
    default: claimed
  revision:
    description:
      - The revision that the pointer has to have, as RV(pointer.revision) told. Anything else means that somebody has
        changed it meanwhile, and is refused, unless to announce the same change.
    type: int
  settings:
    description:
      - What is noted with the pointer for the day when control planes are gone, such as the ARNs of Multi-Region Access
        Points. Replaces what is noted. Only with O(state=present).
    type: dict
  force:
    description:
      - Takes a claim of others over although it is alive, and deletes a pointer that is claimed.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - O(state=claimed) renews the claim each time.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.active_region
notes:
  - The caller needs C(dynamodb:GetItem) and C(dynamodb:UpdateItem) on the table; C(dynamodb:DeleteItem) for
    O(state=absent).
  - Claims expire by the clocks of the controllers, which should agree within seconds.
seealso:
  - module: aws_dr.s3.active_region_info
  - name: Global tables
    description: The DynamoDB Developer Guide on what is consistent between Regions.
    link: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html
"""

EXAMPLES = r"""
- name: Set the pointer up
  aws_dr.s3.active_region:
    name: shop
    table: failover-state
    regions: [us-east-1, eu-west-1]
    active_region: us-east-1

- name: Announce a failover
  aws_dr.s3.active_region:
    name: shop
    table: failover-state
    regions: [us-east-1, eu-west-1]
    active_region: eu-west-1
    state: claimed
    by: "{{ awx_user_name | default('ops') }}"
  register: claim

- name: Let workloads know
  aws_dr.s3.active_region:
    name: shop
    table: failover-state
    regions: [us-east-1, eu-west-1]
    active_region: eu-west-1
    state: active
    claim_id: "{{ claim.pointer.claim.id }}"

- name: End it
  aws_dr.s3.active_region:
    name: shop
    table: failover-state
    regions: [us-east-1, eu-west-1]
    active_region: eu-west-1
    state: released
"""

RETURN = r"""
pointer:
  description: The pointer; in check mode as it would be. Null when there is none.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      returned: always
      type: str
      sample: shop
    active_region:
      description: The active Region, null as long as none was set.
      returned: always
      type: str
      sample: eu-west-1
    since:
      description: Since when.
      returned: always
      type: str
      sample: "2026-01-02T03:04:05.678Z"
    by:
      description: Who set it.
      returned: always
      type: str
      sample: ops@controller
    previous_region:
      description: The Region that was active before, null when there was none.
      returned: always
      type: str
      sample: us-east-1
    revision:
      description: Goes up by one with each change.
      returned: always
      type: int
      sample: 5
    claim:
      description: The change that is under way, null without one.
      returned: always
      type: dict
      contains:
        id:
          description: Its id.
          returned: always
          type: str
          sample: eu-west-1-4
        target_region:
          description: The Region that is to become active.
          returned: always
          type: str
          sample: eu-west-1
        by:
          description: Who began it.
          returned: always
          type: str
          sample: ops@controller
        since:
          description: When it began.
          returned: always
          type: str
          sample: "2026-01-02T03:04:01.123Z"
        stage:
          description: How far it is.
          returned: always
          type: str
          sample: switched
        expires:
          description: When it counts as left behind.
          returned: always
          type: str
          sample: "2026-01-02T03:19:01.000Z"
    settings:
      description: What is noted with it.
      returned: always
      type: dict
pointer_before:
  description: The same before. Null when there was none.
  returned: success
  type: dict
joined:
  description: Whether the claim is that of somebody else with the same target.
  returned: success
  type: bool
taken_over:
  description: The claim that was taken over, in words, null when none was.
  returned: success
  type: str
  sample: to us-east-1 by ops@controller since 2026-01-02T01:00:00.000Z, stage switching
region:
  description: The Region whose replica was worked with.
  returned: success
  type: str
  sample: eu-west-1
tried:
  description: The Regions that were asked before and did not answer.
  returned: success
  type: list
  elements: dict
  contains:
    region:
      description: The Region.
      returned: always
      type: str
      sample: us-east-1
    error:
      description: Why.
      returned: always
      type: str
"""

import getpass
import socket
from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.failover_options import place_of, pointer_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.active_region import STATES, Wish, change
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": list(STATES), "default": "present"},
            "active_region": {"type": "str"},
            "by": {"type": "str"},
            "claim_id": {"type": "str"},
            "claim_seconds": {"type": "int", "default": 900},
            "stage": {"type": "str", "choices": ["claimed", "switching", "switched"], "default": "claimed"},
            "revision": {"type": "int"},
            "settings": {"type": "dict"},
            "force": {"type": "bool", "default": False},
            **pointer_spec(),
        },
        supports_check_mode=True,
    )

    def use_case() -> Outcome:
        given = module.params
        wish = Wish(
            name=given["name"],
            state=given["state"],
            region=given["active_region"] or "",
            by=given["by"] or f"{getpass.getuser()}@{socket.gethostname()}",
            claim_id=given["claim_id"] or "",
            claim_seconds=given["claim_seconds"],
            stage=given["stage"],
            revision=given["revision"],
            settings=given["settings"],
            force=given["force"],
        )
        return change(place_of(module), wish, module.check_mode)

    module.run(use_case)


if __name__ == "__main__":
    main()
