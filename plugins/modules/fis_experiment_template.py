#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: fis_experiment_template
short_description: Makes, changes and removes experiment templates of AWS Fault Injection Service
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Brings an experiment template to what the task says, exactly. What differs is changed in place.
  - A template has no name of its own for AWS. The tag C(Name) tells it from the others; two templates with one name are
    refused.
  - What AWS would refuse is refused before anything is changed, all problems together, in check mode too. After a
    change the module compares what AWS kept with what was sent.
options:
  state:
    description:
      - V(absent) removes the template. Experiments that run go on.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The template's name, kept as its tag C(Name).
    type: str
    required: true
  description:
    description:
      - What people read of the template, at most 512 characters. Unset, a new template gets O(name).
    type: str
  role:
    description:
      - ARN of the role that FIS assumes for the experiments. Required for O(state=present).
    type: str
  stop_conditions:
    description:
      - What ends an experiment before its time. Required for O(state=present); to run without, say so with V(none).
    type: list
    elements: dict
    suboptions:
      source:
        description:
          - V(aws:cloudwatch:alarm) ends it when the alarm goes off. V(none) stands alone and says that nothing does.
        type: str
        choices: [none, 'aws:cloudwatch:alarm']
        required: true
      value:
        description:
          - ARN of the alarm.
        type: str
  actions:
    description:
      - The actions by their names. One of O(actions) and O(pause_replication) is required for O(state=present).
      - Each is a dict with C(action_id), and perhaps C(description), C(parameters), C(targets) (the action's own word
        for its target, to a name of O(targets)) and C(start_after) (a list of names of actions).
      - The names of parameters are those of the FIS actions reference.
    type: dict
  targets:
    description:
      - The targets by their names.
      - Each is a dict with C(resource_type) and C(selection_mode) (C(ALL), C(COUNT(n)) or C(PERCENT(n))), and with
        C(resource_arns), or C(resource_tags) and perhaps C(filters) (dicts of C(path) and C(values)); some types take
        C(parameters).
      - Unset, the template has no targets.
    type: dict
  pause_replication:
    description:
      - Stands for the target and the action that pause the replication of buckets, C(aws:s3:bucket-pause-replication).
      - AWS says that replication may go on for up to an hour after the action begins, so that short pauses show little.
    type: dict
    suboptions:
      tags:
        description:
          - The tags by which the source buckets are found, in the Region of the template; at most 20 buckets. This
            action finds buckets by tags only. M(aws_dr.s3.fis_experiment) can lend them the tags.
        type: dict
        required: true
      region:
        description:
          - The Region of the destination buckets.
        type: str
        required: true
      duration:
        description:
          - How long, from V(PT1M) to V(PT12H).
        type: str
        required: true
      destination_buckets:
        description:
          - Only replication to these buckets.
        type: list
        elements: str
        default: []
      prefixes:
        description:
          - Only replication by rules with these prefixes.
        type: list
        elements: str
        default: []
  log_configuration:
    description:
      - Where FIS writes what an experiment does. Unset, it stays as it is; AWS has no call that takes it away.
    type: dict
    suboptions:
      cloud_watch_logs_configuration:
        description: A log group.
        type: dict
        suboptions:
          log_group_arn:
            description: Its ARN, which ends with C(:*).
            type: str
            required: true
      s3_configuration:
        description: A bucket.
        type: dict
        suboptions:
          bucket_name:
            description: Its name.
            type: str
            required: true
          prefix:
            description: What the keys begin with.
            type: str
      log_schema_version:
        description: The form of the lines.
        type: int
        default: 2
  experiment_options:
    description:
      - How experiments are run. What is unset stays as it is.
    type: dict
    suboptions:
      account_targeting:
        description:
          - Whether targets may be in other accounts. Can't be changed later.
          - The other accounts (target account configurations) are not managed by this module.
        type: str
        choices: [single-account, multi-account]
      empty_target_resolution_mode:
        description:
          - Whether an experiment fails when a target stands for no resource, or leaves out the actions on it.
        type: str
        choices: [fail, skip]
  experiment_report_configuration:
    description:
      - The report that FIS writes after an experiment. Unset, it stays as it is; AWS has no call that takes it away.
    type: dict
    suboptions:
      s3_configuration:
        description: The bucket for reports.
        type: dict
        required: true
        suboptions:
          bucket_name:
            description: Its name.
            type: str
            required: true
          prefix:
            description: What the keys begin with.
            type: str
      cloud_watch_dashboards:
        description: ARNs of dashboards to put into the report.
        type: list
        elements: str
        default: []
      pre_experiment_duration:
        description: How long before the experiment the dashboards begin, such as V(PT20M).
        type: str
      post_experiment_duration:
        description: How long after the experiment the dashboards end.
        type: str
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
  - amazon.aws.tags.modules
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
notes:
  - The caller needs C(fis:ListExperimentTemplates) and C(fis:GetExperimentTemplate); to make,
    C(fis:CreateExperimentTemplate) on the template and on its actions, C(fis:TagResource), and C(iam:PassRole) on the
    role; to change, C(fis:UpdateExperimentTemplate), C(fis:TagResource), C(fis:UntagResource) and C(iam:PassRole); to
    remove, C(fis:DeleteExperimentTemplate).
  - The role needs for C(aws:s3:bucket-pause-replication) C(s3:PauseReplication), C(s3:GetReplicationConfiguration) and
    C(s3:PutReplicationConfiguration) on the buckets, C(s3:ListAllMyBuckets) and C(tag:GetResources).
seealso:
  - module: aws_dr.s3.fis_experiment
  - module: aws_dr.s3.replication_pause_info
  - name: AWS FIS actions reference
    description: All actions with their targets, parameters and permissions.
    link: https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html
"""

EXAMPLES = r"""
- name: Have a template that pauses replication for half an hour, and stops when an alarm goes off
  aws_dr.s3.fis_experiment_template:
    name: pause-replication
    region: us-east-1
    role: arn:aws:iam::111122223333:role/fis
    stop_conditions:
      - source: aws:cloudwatch:alarm
        value: arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-fail
    pause_replication:
      tags:
        drill: "yes"
      region: eu-west-1
      duration: PT30M

- name: Have a template that cuts subnets off from S3, without any stop condition
  aws_dr.s3.fis_experiment_template:
    name: no-s3
    region: us-east-1
    role: arn:aws:iam::111122223333:role/fis
    stop_conditions:
      - source: none
    targets:
      subnets:
        resource_type: aws:ec2:subnet
        resource_tags:
          tier: app
        selection_mode: ALL
    actions:
      cut:
        action_id: aws:network:disrupt-connectivity
        parameters:
          duration: PT20M
          scope: s3
        targets:
          Subnets: subnets

- name: Remove it
  aws_dr.s3.fis_experiment_template:
    name: no-s3
    region: us-east-1
    state: absent
"""

RETURN = r"""
template_id:
  description: The template's id, null where there is none yet.
  returned: success
  type: str
  sample: EXT1a2b3c4d5e6f7
template:
  description: The template as it is, or would be; null when it is removed.
  returned: success
  type: dict
  contains:
    id:
      description: Its id, null where it would be made.
      returned: always
      type: str
      sample: EXT1a2b3c4d5e6f7
    arn:
      description: Its ARN, null where it would be made.
      returned: always
      type: str
      sample: arn:aws:fis:us-east-1:111122223333:experiment-template/EXT1a2b3c4d5e6f7
    name:
      description: Its name.
      returned: always
      type: str
      sample: pause-replication
    description:
      description: What people read of it.
      returned: always
      type: str
      sample: pause-replication
    role:
      description: The role.
      returned: always
      type: str
      sample: arn:aws:iam::111122223333:role/fis
    stop_conditions:
      description: As in O(stop_conditions).
      returned: always
      type: list
      elements: dict
      sample: [{source: none}]
    actions:
      description: As in O(actions).
      returned: always
      type: dict
    targets:
      description: As in O(targets).
      returned: always
      type: dict
    experiment_options:
      description: As in O(experiment_options), with AWS's defaults.
      returned: always
      type: dict
      sample: {account_targeting: single-account, empty_target_resolution_mode: fail}
    log_configuration:
      description: As in O(log_configuration), null without.
      returned: always
      type: dict
    experiment_report_configuration:
      description: As in O(experiment_report_configuration), null without.
      returned: always
      type: dict
    tags:
      description: Its tags.
      returned: always
      type: dict
      sample: {Name: pause-replication}
"""

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.fis_template import pause_parts
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, Spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.fis_template import absent, present
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


def _text(**more: Any) -> Spec:
    return {"type": "str", **more}


def _dict(**options: Spec) -> Spec:
    return {"type": "dict", "options": options}


def _texts() -> Spec:
    return {"type": "list", "elements": "str", "default": []}


_PLACE = _dict(bucket_name=_text(required=True), prefix=_text())
_STOP = {
    "source": _text(choices=["none", "aws:cloudwatch:alarm"], required=True),
    "value": _text(),
}


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "state": _text(choices=["present", "absent"], default="present"),
            "name": _text(required=True),
            "description": _text(),
            "role": _text(),
            "stop_conditions": {"type": "list", "elements": "dict", "options": _STOP},
            "actions": {"type": "dict"},
            "targets": {"type": "dict"},
            "pause_replication": _dict(
                tags={"type": "dict", "required": True},
                region=_text(required=True),
                duration=_text(required=True),
                destination_buckets=_texts(),
                prefixes=_texts(),
            ),
            "log_configuration": _dict(
                cloud_watch_logs_configuration=_dict(log_group_arn=_text(required=True)),
                s3_configuration=_PLACE,
                log_schema_version={"type": "int", "default": 2},
            ),
            "experiment_options": _dict(
                account_targeting=_text(choices=["single-account", "multi-account"]),
                empty_target_resolution_mode=_text(choices=["fail", "skip"]),
            ),
            "experiment_report_configuration": _dict(
                s3_configuration={**_PLACE, "required": True},
                cloud_watch_dashboards=_texts(),
                pre_experiment_duration=_text(),
                post_experiment_duration=_text(),
            ),
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
        required_if=[
            ("state", "present", ["role", "stop_conditions"]),
            ("state", "present", ["actions", "pause_replication"], True),
        ],
        mutually_exclusive=[("pause_replication", "actions"), ("pause_replication", "targets")],
    )
    options = dict(module.params)
    if options["pause_replication"]:
        options["targets"], options["actions"] = pause_parts(options["pause_replication"])

    def work() -> Outcome:
        client = module.client("fis")
        if options["state"] == "absent":
            return absent(client, options["name"], module.check_mode)
        return present(client, options, module.check_mode)

    module.run(work)


if __name__ == "__main__":
    main()
