#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: failover_preflight
short_description: Decides whether a failover may go, from all that is known
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Asks, for all buckets at once, what is active by the routes of Multi-Region Access Points, by routing controls and
    by the pointer, what the buckets of the target Region are like, what they have not yet, and who else is changing
    the active Region. Then it decides - go, nothing to do, or stop with all reasons and what to do about each.
  - Changes nothing, and needs nothing of the Region that failed. A Region that does not answer costs seconds.
  - The task does not fail when the decision is to stop; look at RV(verdict).
  - Where routes, routing controls and pointer disagree, they are believed in this order, and traffic is moved only by
    O(force).
options:
  name:
    description:
      - The name of what fails over together, which is that of the pointer.
    type: str
    required: true
  target_region:
    description:
      - The Region that is to become active.
    type: str
    required: true
  pairs:
    description:
      - The pairs of buckets that fail over, as M(aws_dr.s3.bucket_pairs) takes them. Only buckets, Regions and prefixes
        are looked at.
    type: list
    elements: dict
    required: true
  access_points:
    description:
      - The Multi-Region Access Points, best by their ARNs, as names need us-west-2.
      - Unset, those that are noted with the pointer as C(access_points).
    type: list
    elements: str
  routing_controls:
    description:
      - The routing controls (ARNs) of each Region, by Region. Those of the active Region are on.
      - Unset, those that are noted with the pointer as C(routing_controls).
    type: dict
  cluster_endpoints:
    description:
      - The endpoints of the cluster of the routing controls.
      - Unset, those that are noted with the pointer as C(cluster_endpoints).
    type: list
    elements: dict
    suboptions:
      endpoint:
        description: The URL.
        type: str
        required: true
      region:
        description: The Region of the endpoint.
        type: str
        required: true
  max_data_loss_seconds:
    description:
      - For how many seconds writes may be lost. What waits in a Region that answers is late, not lost.
    type: float
    default: 0
  force:
    description:
      - Whether to go although there are reasons to stop, of those that may be overridden. They are told all the same.
    type: bool
    default: false
  account_id:
    description:
      - The account that the credentials have to be those of. ARNs of O(access_points) tell it too.
    type: str
  compare:
    description:
      - Whether to compare the buckets of Regions that answer with those of the target, which lists both. Metrics tell
        otherwise.
    type: bool
    default: true
  failed_since:
    description:
      - When the Region failed, ISO 8601, UTC where it names no offset. Nothing was written there since. Unset, that may
        be until now.
    type: str
  avoid_region:
    description:
      - The Region that is known to have failed. S3 is not asked there, and others are asked before it.
    type: str
  own_claim:
    description:
      - The id of the claim under which this is asked, as RV(aws_dr.s3.active_region#module:pointer.claim.id) told. It
        is taken for no claim.
    type: str
  also_switched:
    description:
      - What else the caller switches, as DNS records, in words. Where the pointer can't be read and neither access
        points nor routing controls are given, there has to be something.
    type: list
    elements: str
    default: []
  canary_history:
    description:
      - RV(aws_dr.s3.replication_canary#module:history) of a task in check mode. A canary that came through shows what
        is there where the other side is gone.
    type: list
    elements: dict
    default: []
attributes:
  check_mode:
    support: full
    details:
      - This module changes nothing.
  diff_mode:
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    support: full
    details:
      - This module changes nothing.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.active_region
  - aws_dr.s3.concurrency
notes:
  - The caller needs C(dynamodb:GetItem) on the table; C(s3:GetMultiRegionAccessPointRoutes) on the access points;
    C(route53-recovery-cluster:ListRoutingControls) on the control panels; C(s3:ListBucket) on all buckets;
    C(s3:GetBucketVersioning) and C(s3:GetBucketPolicy) on those of the target; what M(aws_dr.s3.bucket_compare) and
    M(aws_dr.s3.replication_status_info) need. C(sts:GetCallerIdentity) needs no permission.
seealso:
  - module: aws_dr.s3.active_region
  - module: aws_dr.s3.bucket_compare
  - module: aws_dr.s3.replication_status_info
"""

EXAMPLES = r"""
- name: Decide whether eu-west-1 can take over
  aws_dr.s3.failover_preflight:
    name: shop
    target_region: eu-west-1
    table: failover-state
    regions: [us-east-1, eu-west-1]
    pairs: "{{ dr_pairs }}"
    max_data_loss_seconds: 900
  register: preflight

- name: Stop where something speaks against it
  ansible.builtin.assert:
    that: preflight.verdict != 'stop'
    fail_msg: "{{ preflight.reasons | map(attribute='msg') | join('; ') }}"
"""

RETURN = r"""
verdict:
  description: V(go), V(nothing) when the target is active already and nothing is left to do, or V(stop).
  returned: success
  type: str
  sample: go
msg:
  description: The same in a sentence.
  returned: success
  type: str
  sample: Active is us-east-1; eu-west-1 can take over
reasons:
  description: Why not.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: Its name.
      returned: always
      type: str
      sample: loss_too_large
    msg:
      description: What was found.
      returned: always
      type: str
    todo:
      description: What to do about it.
      returned: always
      type: str
    forceable:
      description: Whether O(force) overrides it.
      returned: always
      type: bool
overridden:
  description: The reasons that O(force) has overridden, in the same shape.
  returned: success
  type: list
  elements: dict
notes:
  description: What a person should know.
  returned: success
  type: list
  elements: str
active_regions:
  description: The Regions that are active, as far as anybody says.
  returned: success
  type: list
  elements: str
  sample: [us-east-1]
believed:
  description: Who is believed - V(routes), V(routing controls) or V(pointer); null when nobody says anything.
  returned: success
  type: str
  sample: routes
says:
  description: What each of them says.
  returned: success
  type: dict
  sample:
    routes: us-east-1
    routing_controls: unused
    pointer: us-east-1
continues:
  description: Whether an earlier change to the same Region is not over, so that this is its continuation.
  returned: success
  type: bool
loss:
  description: For how many seconds writes may be lost, null where that is not known for all buckets.
  returned: success
  type: float
  sample: 73.0
flows:
  description: What the target has not yet, of each bucket in another Region.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: The bucket, with C(bucket) and C(region).
      returned: always
      type: dict
    destination:
      description: The bucket in the target Region.
      returned: always
      type: str
    answers:
      description: Whether S3 in its Region answers.
      returned: always
      type: bool
    known_by:
      description: V(compare), V(metrics), V(canary), or null when nothing is known.
      returned: always
      type: str
    lag:
      description: The age of the oldest version that is missing in seconds, or the longest time whose writes may be.
      returned: always
      type: float
    loss:
      description: For how many seconds writes may be lost, null when that is not known.
      returned: always
      type: float
    missing:
      description: How many versions are missing, null when that is not known.
      returned: always
      type: int
    failed:
      description: How many of them do not come by themselves, because they failed or no rule has tried them.
      returned: always
      type: int
    removed:
      description: How many of them were replicated and are not there any more, as when a lifecycle rule removed them.
      returned: always
      type: int
    pending:
      description: How many of them are on their way, null when that is not known.
      returned: always
      type: int
    as_of:
      description: The time that metrics or canary speak of.
      returned: always
      type: str
    error:
      description: Why nothing is known.
      returned: always
      type: str
unreachable_regions:
  description: The Regions of other buckets that do not answer.
  returned: success
  type: list
  elements: str
silent_table_regions:
  description: The Regions of the table that were asked for the pointer and did not answer.
  returned: success
  type: list
  elements: str
groups:
  description: The buckets that replicate to each other.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The first bucket of O(pairs) that is in it.
      returned: always
      type: str
    buckets:
      description: Its buckets by Region.
      returned: always
      type: dict
pointer:
  description: The pointer, as RV(aws_dr.s3.active_region_info#module:pointer), null when there is none.
  returned: success
  type: dict
plan:
  description:
    - What a failover sets - C(access_points), C(routing_controls), C(cluster_endpoints), as the options of
      M(aws_dr.s3.multi_region_access_point_routes) and M(aws_dr.s3.arc_routing_control) are; C(unfence), the buckets
      of the target that clients are kept from writing to, and C(fence), all others, as
      O(aws_dr.s3.bucket_fence#module:buckets) is; C(compare), what M(aws_dr.s3.bucket_compare) names the missing by.
  returned: success
  type: dict
target_region:
  description: The Region that is to become active.
  returned: success
  type: str
account:
  description: The account of the credentials, null when STS did not tell.
  returned: success
  type: str
partition:
  description: The partition of the credentials, null when STS did not tell.
  returned: success
  type: str
  sample: aws
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.failover_options import place_of, pointer_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.failover_sources import Asked
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.failover_preflight import Task, preflight
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

_ENDPOINT = {"endpoint": {"type": "str", "required": True}, "region": {"type": "str", "required": True}}


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "target_region": {"type": "str", "required": True},
            "pairs": {"type": "list", "elements": "dict", "required": True},
            "access_points": {"type": "list", "elements": "str"},
            "routing_controls": {"type": "dict"},
            "cluster_endpoints": {"type": "list", "elements": "dict", "options": _ENDPOINT},
            "max_data_loss_seconds": {"type": "float", "default": 0},
            "force": {"type": "bool", "default": False},
            "account_id": {"type": "str"},
            "compare": {"type": "bool", "default": True},
            "failed_since": {"type": "str"},
            "avoid_region": {"type": "str"},
            "own_claim": {"type": "str"},
            "also_switched": {"type": "list", "elements": "str", "default": []},
            "canary_history": {"type": "list", "elements": "dict", "default": []},
            **pointer_spec(),
            **concurrency_spec(),
        },
        supports_check_mode=True,
    )

    def use_case() -> Outcome:
        given = module.params
        task = Task(
            target=given["target_region"],
            pairs=given["pairs"],
            max_loss=given["max_data_loss_seconds"],
            force=given["force"],
            account=given["account_id"],
            access_points=given["access_points"],
            controls=given["routing_controls"],
            endpoints=given["cluster_endpoints"],
            compare=given["compare"],
            failed_since=given["failed_since"],
            own_claim=given["own_claim"],
            canaries=given["canary_history"],
            avoid=given["avoid_region"],
            others=given["also_switched"],
            concurrency=given["concurrency"],
        )
        asked = Asked(
            module.clients, module.folder, given["target_region"], given["avoid_region"], given["concurrency"]
        )
        return preflight(asked.sources(place_of(module), given["name"]), task)

    module.run(use_case)


if __name__ == "__main__":
    main()
