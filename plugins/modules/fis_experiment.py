#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: fis_experiment
short_description: Starts, waits for and stops experiments of AWS Fault Injection Service
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Starts an experiment of a template and waits for its end, or stops experiments.
  - A run that was killed can be run again. It finds the experiment that runs, and starts no second one.
  - Can lend buckets the tags by which the experiment finds them. What was lent is marked on the bucket itself, and
    taken back when the experiment has ended; tags that were there before stay.
options:
  state:
    description:
      - V(started) starts an experiment, unless the one that is asked for is there.
      - V(stopped) stops the experiment O(experiment_id), or all of the template that run (with O(run_id) that one). AWS
        takes back what they broke. Nothing running is fine.
    type: str
    choices: [started, stopped]
    default: started
  template:
    description:
      - The template's name (its tag C(Name)) or id. Required for O(state=started).
    type: str
  experiment_id:
    description:
      - The experiment to stop.
    type: str
  run_id:
    description:
      - A name for this run, kept as the experiment's tag C(aws_dr.s3:run-id). An experiment of the template that bears
        it is the one, also when it has ended, so that the task is idempotent.
      - Unset, an experiment of the template that has not ended is the one; without such, each run starts another.
    type: str
  actions_mode:
    description:
      - V(skip-all) is AWS's dry run. Targets are resolved, permissions and configuration checked, and no action is run.
    type: str
    choices: [run-all, skip-all]
    default: run-all
  target_tags:
    description:
      - Tags that buckets bear only for the experiment.
      - As long as the experiment runs, the tags stay, also when O(wait_timeout) runs out or O(wait=false). Run the task
        again to wait for its end, or with O(state=stopped).
    type: dict
    suboptions:
      buckets:
        description:
          - The buckets, in the Region of the template.
        type: list
        elements: str
        required: true
      tags:
        description:
          - The tags. A bucket that has one of them with another value is refused.
        type: dict
        required: true
  tags:
    description:
      - Tags of a new experiment.
    type: dict
  wait:
    description:
      - Whether to wait until the experiment has ended. One that does not complete makes the task fail, with its reason.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait. A wait that runs out fails and says where the experiment stood; it goes on.
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
      - Starts nothing and lends nothing. O(actions_mode=skip-all) is AWS's own rehearsal.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(run_id), and for O(state=stopped). Without O(run_id), each run after the end of the last experiment
        starts another.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.progress
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
notes:
  - The caller needs C(fis:ListExperimentTemplates), C(fis:ListExperiments), C(fis:GetExperiment),
    C(fis:ListExperimentResolvedTargets); to start, C(fis:StartExperiment) on the template and on experiments,
    and C(fis:TagResource) for O(run_id) and O(tags); to stop, C(fis:StopExperiment); for O(target_tags)
    C(s3:GetBucketTagging) and C(s3:PutBucketTagging) on the buckets, and C(tag:GetResources), with which the module
    waits until AWS's search knows the tags.
seealso:
  - module: aws_dr.s3.fis_experiment_template
  - module: aws_dr.s3.replication_pause_info
"""

EXAMPLES = r"""
- name: Rehearse the experiment without breaking anything
  aws_dr.s3.fis_experiment:
    template: pause-replication
    region: us-east-1
    actions_mode: skip-all
    target_tags:
      buckets: [invoices]
      tags:
        drill: "yes"
    wait_timeout: 300

- name: Pause the replication of a bucket, and wait until it is over
  aws_dr.s3.fis_experiment:
    template: pause-replication
    region: us-east-1
    run_id: drill-2026-06
    target_tags:
      buckets: [invoices]
      tags:
        drill: "yes"
    wait_timeout: 7200
  register: pause

- name: Stop whatever runs of the template
  aws_dr.s3.fis_experiment:
    template: pause-replication
    region: us-east-1
    state: stopped
    target_tags:
      buckets: [invoices]
      tags:
        drill: "yes"
"""

RETURN = r"""
experiment:
  description: The experiment, null where it would be started.
  returned: when O(state=started), and when it ended otherwise than by completing
  type: dict
  contains: &experiment
    id:
      description: Its id.
      returned: always
      type: str
      sample: EXPAbCdEfGh12345678
    arn:
      description: Its ARN, null where AWS did not tell.
      returned: always
      type: str
      sample: arn:aws:fis:us-east-1:111122223333:experiment/EXPAbCdEfGh12345678
    template_id:
      description: Its template.
      returned: always
      type: str
      sample: EXT1a2b3c4d5e6f7
    status:
      description:
        - V(pending), V(initiating), V(running), V(stopping) go on. V(completed) ran to its end. V(stopped) was ended by
          an alarm or by somebody. V(failed) could not do what it was to do. V(cancelled) ran no action.
      returned: always
      type: str
      sample: completed
    reason:
      description: What AWS says of it.
      returned: always
      type: str
      sample: Experiment completed.
    error:
      description: AWS's code, account and location of an error, null without.
      returned: always
      type: dict
    actions_mode:
      description: Whether its actions were run.
      returned: always
      type: str
      sample: run-all
    actions:
      description: Each action by its name, with C(action_id), C(status), C(reason), C(started_at) and C(ended_at).
      returned: always
      type: dict
    targets:
      description: The ARNs that each target stood for, by its name; null where that is not known.
      returned: always
      type: dict
      sample: {buckets: ['arn:aws:s3:::invoices']}
    started_at:
      description: When it began, null before.
      returned: always
      type: str
      sample: "2026-01-02T03:04:05+00:00"
    ended_at:
      description: When it ended, null before.
      returned: always
      type: str
      sample: "2026-01-02T03:34:05+00:00"
    seconds:
      description: How long it took, null before its end.
      returned: always
      type: int
      sample: 1800
    report:
      description: Status, reason and ARNs of the report, null without.
      returned: always
      type: dict
    tags:
      description: Its tags.
      returned: always
      type: dict
experiments:
  description: The experiments that were stopped, or would be.
  returned: when O(state=stopped)
  type: list
  elements: dict
  contains: *experiment
end:
  description: How the experiment ended.
  returned: when it ended otherwise than by completing
  type: str
  sample: stopped
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.progress_file import progress_of, progress_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.fis_experiment import Place, Request, start, stop
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.wait_options import patience_from

_TARGET_TAGS = {
    "buckets": {"type": "list", "elements": "str", "required": True},
    "tags": {"type": "dict", "required": True},
}


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
            "template": {"type": "str"},
            "experiment_id": {"type": "str"},
            "run_id": {"type": "str"},
            "actions_mode": {"type": "str", "choices": ["run-all", "skip-all"], "default": "run-all"},
            "target_tags": {"type": "dict", "options": _TARGET_TAGS},
            "tags": {"type": "dict"},
            "wait": {"type": "bool", "default": True},
            **wait_spec(timeout=3600, delay=10),
            **progress_spec(),
        },
        supports_check_mode=True,
        required_if=[
            ("state", "started", ["template"]),
            ("state", "stopped", ["template", "experiment_id"], True),
        ],
        mutually_exclusive=[("template", "experiment_id"), ("run_id", "experiment_id")],
    )
    options = module.params
    lent = options["target_tags"] or {"buckets": [], "tags": {}}
    asked = Request(
        options["template"] or "",
        options["experiment_id"] or "",
        options["run_id"],
        options["actions_mode"],
        _texts(options["tags"] or {}),
        tuple(dict.fromkeys(lent["buckets"])),
        _texts(lent["tags"]),
    )
    work = start if options["state"] == "started" else stop

    def use_case() -> Outcome:
        patience = patience_from(options)
        account = module.caller.account if asked.buckets else ""
        clients = module.client("fis"), module.client("s3"), module.client("resourcegroupstaggingapi")
        return work(Place(*clients, account, patience, progress_of(options)), asked, module.check_mode)

    module.run(use_case)


def _texts(tags: dict[str, object]) -> dict[str, str]:
    return {str(key): str(value) for key, value in tags.items()}


if __name__ == "__main__":
    main()
