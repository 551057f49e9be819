#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_history
short_description: Keeps the results of drills, and tells what they say over time
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Adds results of drills to a file, to an object in S3 that many controllers share, or to both, one line of JSON each,
    and tells how often each scenario passed and how its figures develop.
  - A result that is there already is not added again. Lines that are no results are passed over and, in the file, stay.
options:
  results:
    description:
      - The results. Each has C(scenario), C(passed) (a boolean) and C(started_at) (ISO 8601, in UTC), and perhaps
        C(seconds), C(figures) (numbers by their names) and anything else.
      - Unset, nothing is added.
    type: list
    elements: dict
    default: []
  history_file:
    description:
      - A file on the target.
    type: path
  history_bucket:
    description:
      - A bucket of the caller's account.
    type: str
  history_key:
    description:
      - The object's key.
    type: str
    default: drill-history.jsonl
  history_region:
    description:
      - The bucket's Region. Unset, that of the task.
    type: str
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - Lines are only added.
  idempotent:
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
notes:
  - For O(history_bucket) the caller needs C(s3:GetObject) and C(s3:PutObject) on the object and C(s3:ListBucket) on the
    bucket.
"""

EXAMPLES = r"""
- name: Keep the result of a drill
  aws_dr.s3.drill_history:
    results:
      - scenario: canary
        passed: true
        started_at: "2026-01-02T03:04:05Z"
        seconds: 12.5
        figures:
          p95_seconds: 8.1
    history_file: /var/lib/dr/drills.jsonl
    history_bucket: dr-reports-111122223333
    region: eu-west-1
  register: history

- name: Show how long a repair takes, half of the times
  ansible.builtin.debug:
    msg: "{{ history.trends.permission_break.figures.repaired_seconds.p50 }}"
"""

RETURN = r"""
kept:
  description: How many results are kept, with those of the task.
  returned: success
  type: int
  sample: 12
trends:
  description: What they say of each scenario, by its name.
  returned: success
  type: dict
  contains:
    runs:
      description: How often it was run.
      returned: always
      type: int
      sample: 12
    passed:
      description: How often it passed.
      returned: always
      type: int
      sample: 11
    last_at:
      description: When it was run last.
      returned: always
      type: str
      sample: "2026-01-02T03:04:05Z"
    last_passed:
      description: Whether it passed then.
      returned: always
      type: bool
    last_passed_at:
      description: When it passed last, null without.
      returned: always
      type: str
      sample: "2026-01-02T03:04:05Z"
    figures:
      description:
        - Of each figure of the runs that passed, and of C(seconds), the C(last), the C(p50), C(p95) and C(max), and
          C(change), which is how the median of the last five compares with that of all before; null with too few.
      returned: always
      type: dict
      sample: {seconds: {last: 12.5, p50: 12.1, p95: 14.0, max: 14.0, change: 1.02}}
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.drill_history import Shared, keep
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "results": {"type": "list", "elements": "dict", "default": []},
            "history_file": {"type": "path"},
            "history_bucket": {"type": "str"},
            "history_key": {"type": "str", "default": "drill-history.jsonl", "no_log": False},
            "history_region": {"type": "str"},
        },
        supports_check_mode=True,
    )
    options = module.params

    def use_case() -> Outcome:
        shared = None
        if options["history_bucket"]:
            client = module.client("s3", options["history_region"])
            shared = Shared(client, options["history_bucket"], options["history_key"], module.caller.account)
        return keep(options["results"], options["history_file"], shared, module.check_mode)

    module.run(use_case)


if __name__ == "__main__":
    main()
