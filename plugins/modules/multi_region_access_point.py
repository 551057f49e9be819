#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: multi_region_access_point
short_description: Creates, changes and deletes an Amazon S3 Multi-Region Access Point
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - A Multi-Region Access Point is one global address for buckets in several Regions. Which of them get the traffic is
    set by M(aws_dr.s3.multi_region_access_point_routes).
  - AWS manages access points in one Region, US West (Oregon), and carries requests out some minutes later. The module
    finds that Region itself, whatever the O(region) of the task, and follows its requests to their end.
  - Buckets and public access block can't be changed once the access point is there. A task that wants others is
    refused; the access point would have to be deleted and created again, and would get another alias.
  - A run that was killed can be run again. It finds what is under way and waits for it.
options:
  name:
    description:
      - The name of the access point, unique in the account. 3 to 50 lower-case letters, digits and dashes.
    type: str
    required: true
  state:
    description:
      - V(absent) deletes the access point. Its buckets and their objects stay. The alias is never given out again.
    type: str
    choices: [present, absent]
    default: present
  buckets:
    description:
      - The buckets behind it, one in each Region. Needed for O(state=present).
    type: list
    elements: dict
    suboptions:
      bucket:
        description:
          - Its name.
        type: str
        required: true
      account_id:
        description:
          - The account that owns the bucket, if not the caller's. Its policy has to let the access point in.
        type: str
  policy:
    description:
      - The policy of the access point, as a dictionary or as JSON. It replaces the one that is there.
      - Its resources are the access point's ARN and C(<arn>/object/*), which are known once it has been created.
      - Unset, the policy is left as it is. AWS offers no way to take a policy away.
    type: json
  public_access_block:
    description:
      - What the access point blocks of public access. Of a new one, what is not named is blocked; of one that is there,
        what is not named is not looked at.
    type: dict
    suboptions:
      block_public_acls:
        description:
          - Whether to refuse public ACLs.
        type: bool
      ignore_public_acls:
        description:
          - Whether to ignore public ACLs.
        type: bool
      block_public_policy:
        description:
          - Whether to refuse public policies.
        type: bool
      restrict_public_buckets:
        description:
          - Whether to let only AWS services and the account itself in, where a policy is public.
        type: bool
  wait:
    description:
      - Whether to wait until AWS has done it. Without it, a O(policy) of a new access point is not put; run the task
        again.
      - To create several at once, loop with V(false) first and with V(true) afterwards.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait. A wait that runs out fails and says where it stood; AWS goes on.
    type: int
    default: 3600
  wait_delay:
    description:
      - How many seconds to pause between two looks.
    type: int
    default: 10
attributes:
  check_mode:
    support: full
    details:
      - Of an access point that would be created, what AWS makes up (V(alias), V(arn) and so on) is null.
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
  - Keep RV(multi_region_access_point.arn) where the loss of a Region can't take it. With it, routes can be changed
    while the Region that manages access points is away, which alone knows names.
  - The caller needs C(s3:GetMultiRegionAccessPoint), C(s3:GetMultiRegionAccessPointPolicy),
    C(s3:GetMultiRegionAccessPointPolicyStatus), C(s3:GetMultiRegionAccessPointRoutes),
    C(s3:DescribeMultiRegionAccessPointOperation) and C(s3:ListAllMyBuckets); to create
    C(s3:CreateMultiRegionAccessPoint), for a policy C(s3:PutMultiRegionAccessPointPolicy), to delete
    C(s3:DeleteMultiRegionAccessPoint).
  - Clients sign requests to an access point with Signature Version 4A, for which boto3 needs C(botocore[crt]). This
    module makes none and does not need it.
seealso:
  - module: aws_dr.s3.multi_region_access_point_info
  - module: aws_dr.s3.multi_region_access_point_routes
  - name: Multi-Region Access Points
    description: The Amazon S3 User Guide on what they are and what they can't do.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPoints.html
"""

EXAMPLES = r"""
- name: One address for both buckets
  aws_dr.s3.multi_region_access_point:
    name: invoices
    buckets:
      - bucket: invoices-us-east-1
      - bucket: invoices-eu-west-1
  register: made

- name: Let an application of another account use it
  aws_dr.s3.multi_region_access_point:
    name: invoices
    buckets:
      - bucket: invoices-us-east-1
      - bucket: invoices-eu-west-1
    policy:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal:
            AWS: arn:aws:iam::444455556666:role/billing
          Action: [s3:GetObject, s3:PutObject]
          Resource: "{{ made.multi_region_access_point.arn }}/object/*"

- name: Ask for several at once
  aws_dr.s3.multi_region_access_point:
    name: "{{ item }}"
    buckets:
      - bucket: "{{ item }}-us-east-1"
      - bucket: "{{ item }}-eu-west-1"
    wait: false
  loop: [invoices, photos]

- name: Wait for all of them
  aws_dr.s3.multi_region_access_point:
    name: "{{ item }}"
    buckets:
      - bucket: "{{ item }}-us-east-1"
      - bucket: "{{ item }}-eu-west-1"
  loop: [invoices, photos]

- name: Delete it, and keep the buckets
  aws_dr.s3.multi_region_access_point:
    name: invoices
    state: absent
"""

RETURN = r"""
multi_region_access_point:
  description: The access point as it is now; null after O(state=absent).
  returned: success
  type: dict
  contains:
    name:
      description: Its name, which only AWS's management of access points knows.
      returned: always
      type: str
      sample: invoices
    alias:
      description: Its alias, by which clients find it.
      returned: always
      type: str
      sample: mfzwi23gnjvgw.mrap
    arn:
      description: Its ARN, which holds the alias. SDKs take it in place of a bucket's name.
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
        - bucket: invoices-eu-west-1
          region: eu-west-1
          account_id: "111122223333"
    public_access_block:
      description: What it blocks of public access, in the shape of the option.
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
      description:
        - The policy that was put last. It differs from RV(multi_region_access_point.policy) while AWS brings it into
          force, and after that failed.
      returned: always
      type: dict
    policy_is_public:
      description: Whether the policy in force lets everybody in.
      returned: always
      type: bool
      sample: false
    routes:
      description: Which buckets get traffic; null where that could not be read, of which a warning tells.
      returned: always
      type: list
      elements: dict
      contains:
        bucket:
          description: The bucket.
          returned: always
          type: str
          sample: invoices-us-east-1
        region:
          description: Its Region.
          returned: always
          type: str
          sample: us-east-1
        active:
          description: Whether it gets traffic.
          returned: always
          type: bool
          sample: true
status:
  description: Where the access point stood when a wait ran out.
  returned: when a wait ran out
  type: str
  sample: CREATING
request_token_arn:
  description: The request that ended badly, or had not ended.
  returned: when a request failed or did not end in time
  type: str
  sample: arn:aws:s3:us-west-2:111122223333:async-request/mrap/create/abcdef0123456789
problems:
  description: Why the task was refused, one sentence each.
  returned: when the task was refused before anything was changed
  type: list
  elements: str
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import BLOCK
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.mrap_options import patience_from, quick_clients, wish_from
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap import present
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_absent import absent
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_site import Site
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

_BUCKET = {"bucket": {"type": "str", "required": True}, "account_id": {"type": "str"}}


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "buckets": {"type": "list", "elements": "dict", "options": _BUCKET},
            "policy": {"type": "json"},
            "public_access_block": {"type": "dict", "options": {option: {"type": "bool"} for option in BLOCK}},
            "wait": {"type": "bool", "default": True},
            **wait_spec(timeout=3600, delay=10),
        },
        supports_check_mode=True,
        required_if=[("state", "present", ["buckets"])],
    )
    options = module.params

    def use_case() -> Outcome:
        patience = patience_from(options) if options["wait"] else None
        wish = wish_from(options)
        site = Site(quick_clients(module), module.caller, patience, module.check_mode)
        return absent(site, wish.name) if options["state"] == "absent" else present(site, wish)

    module.run(use_case)


if __name__ == "__main__":
    main()
