#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: arc_routing_control
short_description: Switches routing controls of Amazon Application Recovery Controller on and off
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Sets routing controls of a cluster of Amazon Application Recovery Controller (ARC) to states, all in one
    transaction. A routing control drives a Route 53 health check, and with it which Region traffic goes to.
  - The endpoints of the cluster are tried in an order that differs from run to run, each in its own Region, until one
    answers. Two of five may be gone, and us-west-2 with the control plane of ARC too.
  - States are read first, and nothing is sent when they are right. A control is set to a state, never toggled, so that
    two runs at once do not undo each other. Afterwards it is read until the states are there.
  - When safety rules do not let a change pass, nothing is changed, and the task fails with their names, what they ask
    for, and what to do. They are overridden by O(safety_rules_to_override) only.
  - Malformed ARNs, one control that is to be on and off, and controls that the cluster does not know are refused before
    anything is changed, in check mode too.
options:
  routing_controls:
    description:
      - The routing controls and their states. Those of one failover belong into one task, the ones to switch on with
        the ones to switch off, so that at no moment all or none are on.
    type: list
    elements: dict
    required: true
    suboptions:
      arn:
        description: ARN of the routing control.
        type: str
        required: true
      state:
        description: The state to set it to. Traffic flows where it is V(on).
        type: str
        required: true
        choices: ['on', 'off']
  safety_rules_to_override:
    description:
      - ARNs of the safety rules that shall not stop this change. Others still do.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
    details:
      - Safety rules are evaluated with the present states, as far as the control plane of ARC answers; else there is a
        warning. AWS does not document whether a gating control that is switched in the same task counts already; here
        it does not.
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
  - aws_dr.s3.arc_cluster
notes:
  - O(region) is not needed. Endpoints are asked in their own Regions, the control plane in us-west-2.
  - The caller needs C(route53-recovery-cluster:GetRoutingControlState) and
    C(route53-recovery-cluster:UpdateRoutingControlStates) on the routing controls. A policy can forbid to override
    safety rules by the condition key C(route53-recovery-cluster:AllowSafetyRulesOverrides).
  - With O(cluster) it needs C(route53-recovery-control-config:DescribeCluster). To tell the names of safety rules, and
    to predict in check mode what they do, it needs C(route53-recovery-cluster:ListRoutingControls) and
    C(route53-recovery-control-config:ListSafetyRules).
  - ARC lets at most 10 routing controls be changed in one transaction.
seealso:
  - module: aws_dr.s3.arc_routing_control_info
  - module: aws_dr.s3.multi_region_access_point_routes
  - name: Getting and updating routing control states using the ARC API
    description: The ARC Developer Guide on endpoints of clusters.
    link: https://docs.aws.amazon.com/r53recovery/latest/dg/routing-control.update.api.html
"""

EXAMPLES = r"""
- name: Send the traffic to eu-west-1
  aws_dr.s3.arc_routing_control:
    cluster_endpoints: "{{ arc_cluster_endpoints }}"
    routing_controls:
      - arn: arn:aws:route53-recovery-control::111122223333:controlpanel/0123456bbbbb/routingcontrol/aaaaaaaa
        state: 'off'
      - arn: arn:aws:route53-recovery-control::111122223333:controlpanel/0123456bbbbb/routingcontrol/bbbbbbbb
        state: 'on'

- name: Switch everything off for maintenance, although a safety rule wants one to be on
  aws_dr.s3.arc_routing_control:
    cluster: arn:aws:route53-recovery-control::111122223333:cluster/8f2b9c1e-0000-4000-8000-000000000001
    routing_controls:
      - arn: arn:aws:route53-recovery-control::111122223333:controlpanel/0123456bbbbb/routingcontrol/bbbbbbbb
        state: 'off'
    safety_rules_to_override:
      - arn:aws:route53-recovery-control::111122223333:controlpanel/0123456bbbbb/safetyrule/cccccccc
"""

RETURN = r"""
routing_controls:
  description: The routing controls, in the order of the option; as far as they were read, also in a failure.
  returned: success, and when a change fails
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
      description: Its state after the task; in check mode, the one it would have. In a failure, the one that was read
        first.
      returned: always
      type: str
      sample: 'on'
    state_before:
      description: The state that was read first.
      returned: always
      type: str
      sample: 'off'
    changed:
      description: Whether it was, or would be, changed.
      returned: always
      type: bool
      sample: true
endpoint:
  description: The endpoint that took the change; null when nothing was sent.
  returned: success
  type: dict
  sample:
    endpoint: https://d33ae326.route53-recovery-cluster.eu-west-1.amazonaws.com/v1
    region: eu-west-1
cluster_endpoints:
  description: The endpoints of the cluster, to be kept for the option of that name.
  returned: success, and when a change fails
  type: list
  elements: dict
  sample:
    - endpoint: https://d33ae326.route53-recovery-cluster.eu-west-1.amazonaws.com/v1
      region: eu-west-1
tried:
  description: The endpoints that did not answer, or not usably.
  returned: success, and when a change fails
  type: list
  elements: dict
  contains:
    endpoint:
      description: URL of the endpoint.
      returned: always
      type: str
    region:
      description: Its Region.
      returned: always
      type: str
    operation:
      description: What it was asked to do.
      returned: always
      type: str
      sample: GetRoutingControlState
    error:
      description: What came of it, the last time.
      returned: always
      type: str
      sample: "EndpointTemporarilyUnavailableException: the endpoint is temporarily unavailable"
safety_rules_overridden:
  description: The safety rules that were, or would be, named to be overridden; empty when nothing was to be changed.
  returned: success
  type: list
  elements: str
safety_rules:
  description: The safety rules that did not let the change pass.
  returned: when safety rules stop a change
  type: list
  elements: dict
  contains:
    arn:
      description: ARN of the safety rule.
      returned: always
      type: str
    name:
      description: Its name, null where the control plane did not tell it.
      returned: always
      type: str
    kind:
      description: V(assertion) or V(gating).
      returned: when the rule could be read
      type: str
    problem:
      description: What it asks for and what would be.
      returned: always
      type: str
      sample: assertion rule min-one wants at least 1 of 2 routing controls on, and 0 would be on after this change
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.arc_options import (
    WAYS,
    cluster_spec,
    place_from,
    surroundings_of,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import STATES
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_routing_control import Asked, set_states
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


def main() -> NoReturn:
    """Name the options, wire the use case."""
    control = {
        "arn": {"type": "str", "required": True},
        "state": {"type": "str", "required": True, "choices": list(STATES)},
    }
    module = AwsDrModule(
        argument_spec={
            "routing_controls": {"type": "list", "elements": "dict", "required": True, "options": control},
            "safety_rules_to_override": {"type": "list", "elements": "str", "default": []},
            **cluster_spec(),
        },
        mutually_exclusive=[WAYS],
        required_one_of=[WAYS],
        supports_check_mode=True,
    )

    def use_case() -> Outcome:
        params = module.params
        overridden = tuple(dict.fromkeys(params["safety_rules_to_override"]))
        asked = Asked(params["routing_controls"], place_from(params), overridden)
        return set_states(surroundings_of(module), asked)

    module.run(use_case)


if __name__ == "__main__":
    main()
