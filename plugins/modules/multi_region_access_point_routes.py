#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: multi_region_access_point_routes
short_description: Switches the traffic of Amazon S3 Multi-Region Access Points to the Regions named
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Makes the buckets or Regions named active and all others of an access point passive, in one step, for many access
    points at once. It sets a state and toggles nothing, so that two runs that want the same do not undo each other.
  - Nothing in a failed Region is needed. Each of five Regions can change routes (us-east-1, us-west-2, ap-southeast-2,
    ap-northeast-1, eu-west-1); they are asked in turn, O(avoid_region) last, and one that does not answer costs some
    seconds once.
  - A change is believed when AWS shows it, within O(wait_timeout). Nothing is submitted where the routes are right.
  - What can't be right is refused for all access points before anything changes, in check mode too - a bucket or Region
    that an access point does not have, an access point with one Region, one that does not exist. From then on the
    trouble of one stops no other, and the task fails in the end with what failed and why.
  - Does not look whether the bucket that becomes active holds what the other one held.
options:
  access_points:
    description:
      - The access points and what is to be active in each.
    type: list
    elements: dict
    required: true
    suboptions:
      multi_region_access_point:
        description:
          - Its ARN, alias or name.
          - An ARN needs nothing but one of the five Regions. An alias needs AWS STS in one of them too. A name needs
            the Region that manages access points, US West (Oregon), which may be the one that failed.
        type: str
        required: true
      active:
        description:
          - Names of its buckets, or Regions, that are to get the traffic. At least one. All others get none.
        type: list
        elements: str
        required: true
  avoid_region:
    description:
      - The Region that failed. It is asked last.
    type: str
  wait_timeout:
    description:
      - How many seconds each access point has until AWS shows the change. V(0) looks once.
      - AWS allows itself two minutes until a change takes effect. Requests that are under way end where they began.
    type: int
    default: 180
  wait_delay:
    description:
      - How many seconds to pause between two looks.
    type: int
    default: 5
attributes:
  check_mode:
    support: full
    details:
      - Reads the routes and tells what would be changed.
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
  - The caller needs C(s3:GetMultiRegionAccessPointRoutes) and C(s3:SubmitMultiRegionAccessPointRoutes) on the access
    points, and C(s3:GetMultiRegionAccessPoint) on those that are given by name.
  - When somebody else changes the routes of an access point to something else at the same time, that one fails and says
    so. It is not switched back.
seealso:
  - module: aws_dr.s3.multi_region_access_point
  - module: aws_dr.s3.multi_region_access_point_info
  - name: Failover controls
    description: The Amazon S3 User Guide on active and passive Regions.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/MrapFailover.html
"""

EXAMPLES = r"""
- name: Move all traffic to eu-west-1, now that us-east-1 has failed
  aws_dr.s3.multi_region_access_point_routes:
    access_points:
      - multi_region_access_point: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
        active: [eu-west-1]
      - multi_region_access_point: arn:aws:s3::111122223333:accesspoint/mjhn6iw4rjacs.mrap
        active: [photos-eu-west-1]
    avoid_region: us-east-1

- name: Let both Regions have traffic again
  aws_dr.s3.multi_region_access_point_routes:
    access_points:
      - multi_region_access_point: invoices
        active: [us-east-1, eu-west-1]

- name: Only look
  aws_dr.s3.multi_region_access_point_routes:
    access_points:
      - multi_region_access_point: mfzwi23gnjvgw.mrap
        active: [eu-west-1]
  check_mode: true
  register: looked

- name: Show where traffic goes
  ansible.builtin.debug:
    msg: "{{ looked.access_points[0].routes_before | selectattr('active') | map(attribute='region') | list }}"
"""

RETURN = r"""
access_points:
  description: What came of each access point, in the order of O(access_points).
  returned: success, and when some could not be switched
  type: list
  elements: dict
  contains:
    multi_region_access_point:
      description: What it was given by.
      returned: always
      type: str
      sample: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
    name:
      description: Its name, null where it was given by ARN or alias.
      returned: always
      type: str
      sample: invoices
    alias:
      description: Its alias, null where it could not be found out.
      returned: always
      type: str
      sample: mfzwi23gnjvgw.mrap
    arn:
      description: Its ARN, null where it could not be found out.
      returned: always
      type: str
      sample: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
    status:
      description:
        - V(unchanged) - the routes were right. V(planned) - only in check mode, they would be changed. V(switched) -
          they were changed, and AWS shows it. V(failed) - see RV(access_points[].msg).
      returned: always
      type: str
      sample: switched
    changed:
      description:
        - Whether the routes were changed, or would be in check mode. Of a V(failed) one, whether they were submitted.
      returned: always
      type: bool
      sample: true
    routes:
      description:
        - The routes as they are wanted, each with C(bucket), C(region) and whether it is C(active). Null where they
          could not be read.
      returned: always
      type: list
      elements: dict
      sample:
        - bucket: invoices-eu-west-1
          region: eu-west-1
          active: true
        - bucket: invoices-us-east-1
          region: us-east-1
          active: false
    routes_before:
      description: The routes as they were, in the same shape.
      returned: always
      type: list
      elements: dict
      sample:
        - bucket: invoices-eu-west-1
          region: eu-west-1
          active: false
        - bucket: invoices-us-east-1
          region: us-east-1
          active: true
    region:
      description: The Region that answered last, null where none did.
      returned: always
      type: str
      sample: us-west-2
    seconds:
      description: How long it took from the submit until AWS showed the change.
      returned: always
      type: float
      sample: 5.3
    msg:
      description: What was found and done, in a sentence.
      returned: always
      type: str
      sample: invoices-eu-west-1 (eu-west-1) is active now, before it was invoices-us-east-1 (us-east-1)
permission:
  description: The permission that was missing, null where it was something else.
  returned: when some could not be switched
  type: str
  sample: s3:SubmitMultiRegionAccessPointRoutes
problems:
  description: Why the task was refused, one sentence each.
  returned: when the task was refused before anything was changed
  type: list
  elements: str
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.mrap_options import patience_from, quick_clients
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_routes import Entry, Task, switch
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

_ACCESS_POINT = {
    "multi_region_access_point": {"type": "str", "required": True},
    "active": {"type": "list", "elements": "str", "required": True},
}


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "access_points": {"type": "list", "elements": "dict", "required": True, "options": _ACCESS_POINT},
            "avoid_region": {"type": "str"},
            **wait_spec(timeout=180, delay=5),
            **concurrency_spec(),
        },
        supports_check_mode=True,
    )
    options = module.params

    def use_case() -> Outcome:
        entries = [Entry(one["multi_region_access_point"], tuple(one["active"])) for one in options["access_points"]]
        task = Task(entries, options["avoid_region"], module.check_mode, options["concurrency"])
        return switch(quick_clients(module), task, patience_from(options))

    module.run(use_case)


if __name__ == "__main__":
    main()
