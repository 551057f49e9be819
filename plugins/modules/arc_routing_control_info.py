#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: arc_routing_control_info
short_description: Reads routing controls of Amazon Application Recovery Controller, and their safety rules
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Reads names and states of routing controls of a cluster of Amazon Application Recovery Controller (ARC), those
    named, those of one control panel, or all.
  - The endpoints of the cluster are tried in an order that differs from run to run, each in its own Region, until one
    answers. Two of five may be gone, and us-west-2 with the control plane of ARC too.
  - Safety rules are known to the control plane only. Where it does not answer, RV(safety_rules) is null and there is a
    warning; an empty list says that there are none.
  - The caller needs C(route53-recovery-cluster:ListRoutingControls),
    C(route53-recovery-control-config:ListSafetyRules) on the control panels and, with O(cluster),
    C(route53-recovery-control-config:DescribeCluster).
options:
  routing_controls:
    description:
      - ARNs of the routing controls to read.
      - Mutually exclusive with O(control_panel). Without either, all routing controls of the cluster are read.
    type: list
    elements: str
  control_panel:
    description:
      - ARN of the control panel whose routing controls are read.
    type: str
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.attributes.info_module
  - aws_dr.s3.arc_cluster
notes:
  - O(region) is not needed. Endpoints are asked in their own Regions, the control plane in us-west-2.
seealso:
  - module: aws_dr.s3.arc_routing_control
"""

EXAMPLES = r"""
- name: Read all routing controls of a cluster
  aws_dr.s3.arc_routing_control_info:
    cluster: arn:aws:route53-recovery-control::111122223333:cluster/8f2b9c1e-0000-4000-8000-000000000001
  register: arc

- name: Keep the endpoints for the day when us-west-2 is gone
  ansible.builtin.copy:
    content: "{{ {'arc_cluster_endpoints': arc.cluster_endpoints} | to_nice_yaml }}"
    dest: arc_endpoints.yml
    mode: "0644"
  delegate_to: localhost

- name: Show which Regions are on
  ansible.builtin.debug:
    msg: "{{ arc.routing_controls | selectattr('state', '==', 'on') | map(attribute='name') | list }}"
"""

RETURN = r"""
routing_controls:
  description: The routing controls; where they were named, in that order.
  returned: success, and as far as they were read when some are not known
  type: list
  elements: dict
  contains:
    arn:
      description: ARN of the routing control.
      returned: always
      type: str
      sample: arn:aws:route53-recovery-control::111122223333:controlpanel/0123456bbbbb/routingcontrol/bbbbbbbb
    name:
      description: Its name.
      returned: always
      type: str
      sample: app-eu-west-1
    state:
      description: V(on) or V(off).
      returned: always
      type: str
      sample: 'on'
    control_panel:
      description: ARN of its control panel.
      returned: always
      type: str
      sample: arn:aws:route53-recovery-control::111122223333:controlpanel/0123456bbbbb
    control_panel_name:
      description: Name of its control panel.
      returned: always
      type: str
      sample: app
    owner:
      description: The account that it belongs to.
      returned: always
      type: str
      sample: "111122223333"
safety_rules:
  description: The safety rules of the control panels concerned; null where the control plane did not tell them.
  returned: success
  type: list
  elements: dict
  contains:
    arn:
      description: ARN of the safety rule.
      returned: always
      type: str
    name:
      description: Its name.
      returned: always
      type: str
      sample: min-one
    kind:
      description:
        - V(assertion) is about the states of RV(safety_rules[].asserted_controls) after a change of them.
        - V(gating) lets RV(safety_rules[].target_controls) be changed only while it is satisfied by
          RV(safety_rules[].gating_controls).
      returned: always
      type: str
      sample: assertion
    control_panel:
      description: ARN of its control panel.
      returned: always
      type: str
    type:
      description: V(ATLEAST), V(AND) or V(OR) of the controls have to be on.
      returned: always
      type: str
      sample: ATLEAST
    threshold:
      description: How many, for V(ATLEAST).
      returned: always
      type: int
      sample: 1
    inverted:
      description: Whether it asks for the opposite.
      returned: always
      type: bool
      sample: false
    wait_period_ms:
      description: For how many milliseconds after a change another one is refused.
      returned: always
      type: int
      sample: 5000
    asserted_controls:
      description: ARNs of the controls of an assertion rule.
      returned: for assertion rules
      type: list
      elements: str
    gating_controls:
      description: ARNs of the controls that are counted by a gating rule.
      returned: for gating rules
      type: list
      elements: str
    target_controls:
      description: ARNs of the controls that a gating rule guards.
      returned: for gating rules
      type: list
      elements: str
safety_rules_error:
  description: Why the safety rules could not be read, else null.
  returned: success
  type: str
endpoint:
  description: The endpoint that answered.
  returned: success
  type: dict
  sample:
    endpoint: https://d33ae326.route53-recovery-cluster.eu-west-1.amazonaws.com/v1
    region: eu-west-1
cluster_endpoints:
  description: The endpoints of the cluster, to be kept for the option of that name.
  returned: success
  type: list
  elements: dict
  sample:
    - endpoint: https://d33ae326.route53-recovery-cluster.eu-west-1.amazonaws.com/v1
      region: eu-west-1
tried:
  description: The endpoints that did not answer, as in RV(aws_dr.s3.arc_routing_control#module:tried).
  returned: success
  type: list
  elements: dict
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.arc_options import (
    WAYS,
    cluster_spec,
    place_from,
    surroundings_of,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_routing_control_info import read


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "routing_controls": {"type": "list", "elements": "str"},
            "control_panel": {"type": "str"},
            **cluster_spec(),
        },
        mutually_exclusive=[WAYS, ("routing_controls", "control_panel")],
        required_one_of=[WAYS],
        supports_check_mode=True,
    )
    params = module.params
    module.run(
        lambda: read(surroundings_of(module), place_from(params), params["routing_controls"], params["control_panel"])
    )


if __name__ == "__main__":
    main()
