#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: multi_region_access_point_info
short_description: Reads Amazon S3 Multi-Region Access Points
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Tells of one, several or all Multi-Region Access Points of the account what they are, their policy and their routes,
    many at a time.
  - An access point is configured, not configured, or could not be read. One that the caller may not read is never told
    to be not configured, and does not hide the answers for the others.
  - One in O(multi_region_access_point) that can not be read fails the task; the answers for the others are in the
    failure too. When that option is not given, those that can not be read are told in a warning; the task fails when
    none can be read.
  - AWS manages access points in one Region, US West (Oregon), which is asked whatever the O(region) of the task. While
    it is away, M(aws_dr.s3.multi_region_access_point_routes) in check mode still reads routes.
options:
  multi_region_access_point:
    description:
      - Names, aliases or ARNs. Unset, all access points of the account are read.
    type: list
    elements: str
    aliases: [name]
  avoid_region:
    description:
      - A Region that is known to be down. Of the five Regions that tell of routes it is asked last.
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.concurrency
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.attributes.info_module
notes:
  - The caller needs C(s3:GetMultiRegionAccessPoint) for names, C(s3:ListMultiRegionAccessPoints) for aliases, ARNs and
    all access points; C(s3:GetMultiRegionAccessPointPolicy), C(s3:GetMultiRegionAccessPointPolicyStatus) and
    C(s3:GetMultiRegionAccessPointRoutes).
seealso:
  - module: aws_dr.s3.multi_region_access_point
  - module: aws_dr.s3.multi_region_access_point_routes
"""

EXAMPLES = r"""
- name: Read one
  aws_dr.s3.multi_region_access_point_info:
    multi_region_access_point: invoices
  register: invoices

- name: Show which buckets get its traffic
  ansible.builtin.debug:
    msg: "{{ invoices.multi_region_access_point.routes | selectattr('active') | map(attribute='bucket') | list }}"

- name: Read all of the account
  aws_dr.s3.multi_region_access_point_info:
  register: every

- name: Show those that can't fail over
  ansible.builtin.debug:
    msg: "{{ every.access_points | selectattr('details.buckets', 'defined')
      | rejectattr('details.buckets.1', 'defined') | map(attribute='multi_region_access_point') | list }}"
"""

RETURN = r"""
access_points:
  description: An answer for each access point.
  returned: always, unless a name can't be one
  type: list
  elements: dict
  contains:
    multi_region_access_point:
      description: What it was asked for by, else its name.
      returned: always
      type: str
      sample: invoices
    answer:
      description: V(configured), V(not_configured), or V(unreadable).
      returned: always
      type: str
      sample: configured
    readable:
      description: Whether everything could be read.
      returned: always
      type: bool
      sample: true
    details:
      description:
        - What was read, as RV(multi_region_access_point). Null where nothing is or nothing could be read; of an
          V(unreadable) one, what could not be read is null in it.
      returned: always
      type: dict
    error:
      description: Why it could not be read, else null.
      returned: always
      type: str
      sample: "Could not read the policy of Multi-Region Access Point invoices: AccessDenied: Access Denied. Allow
        s3:GetMultiRegionAccessPointPolicy for the caller, and look for an explicit deny"
    permission:
      description: The permission that was missing, else null.
      returned: always
      type: str
      sample: s3:GetMultiRegionAccessPointPolicy
multi_region_access_point:
  description: The access point, null where there is none.
  returned: success and when O(multi_region_access_point) names one
  type: dict
  contains:
    name:
      description: Its name.
      returned: always
      type: str
      sample: invoices
    alias:
      description: Its alias, by which clients find it.
      returned: always
      type: str
      sample: mfzwi23gnjvgw.mrap
    arn:
      description: Its ARN, which holds the alias.
      returned: always
      type: str
      sample: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
    domain_name:
      description: Its global host name.
      returned: always
      type: str
      sample: mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com
    status:
      description:
        - V(READY), V(CREATING), V(DELETING), V(PARTIALLY_CREATED), V(PARTIALLY_DELETED) or
          V(INCONSISTENT_ACROSS_REGIONS).
      returned: always
      type: str
      sample: READY
    created_at:
      description: When it was asked for.
      returned: always
      type: str
      sample: "2026-01-02T03:04:05+00:00"
    buckets:
      description: The buckets behind it.
      returned: always
      type: list
      elements: dict
      sample:
        - bucket: invoices-us-east-1
          region: us-east-1
          account_id: "111122223333"
    public_access_block:
      description: What it blocks of public access.
      returned: always
      type: dict
      sample:
        block_public_acls: true
        ignore_public_acls: true
        block_public_policy: true
        restrict_public_buckets: true
    policy:
      description: The policy in force, null without one.
      returned: always
      type: dict
    policy_proposed:
      description: The policy that was put last.
      returned: always
      type: dict
    policy_is_public:
      description: Whether the policy in force lets everybody in.
      returned: always
      type: bool
      sample: false
    routes:
      description: Which buckets get traffic, each with C(bucket), C(region) and whether it is C(active).
      returned: always
      type: list
      elements: dict
      sample:
        - bucket: invoices-us-east-1
          region: us-east-1
          active: true
permission:
  description: The permission that was missing, null where it was something else.
  returned: when one could not be read
  type: str
  sample: s3:ListMultiRegionAccessPoints
problems:
  description: Which names can't be names, aliases or ARNs, one sentence each.
  returned: when the task was refused
  type: list
  elements: str
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.mrap_options import quick_clients
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_info import read


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "multi_region_access_point": {"type": "list", "elements": "str", "aliases": ["name"]},
            "avoid_region": {"type": "str"},
            **concurrency_spec(),
        },
        supports_check_mode=True,
    )
    options = module.params
    module.run(
        lambda: read(
            quick_clients(module),
            options["multi_region_access_point"],
            options["avoid_region"],
            options["concurrency"],
        )
    )


if __name__ == "__main__":
    main()
