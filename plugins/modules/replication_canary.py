#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: replication_canary
short_description: Writes probes and measures the seconds until they are on the other side
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Writes a small object for each replication rule of many pairs, all at once, waits until the same version is in the
    destination bucket and the source says V(COMPLETED), tells how many seconds it took, and removes the probes on both
    sides, version by version.
  - A probe fits its rule - it begins with the rule's prefix, bears the rule's tags, and is encrypted as the bucket
    encrypts unasked, or with the first key of C(source.kms_key_arns) when the rule replicates SSE-KMS objects. Rules of
    a bucket with the same filter share a probe.
  - What does not work is a result, not a failure of the task. A replica that does not come in time, a failed
    replication, a Region that does not answer, a rule that is not there, each is told for its rule, and the others go
    on. No probe is written where a side does not answer.
  - Results can be kept in a file, in an object in S3, or in both, and make percentiles for each rule.
options:
  pairs:
    description:
      - The pairs to probe. Each has C(source) and C(destination), each of these with C(bucket) and C(region);
        C(destination.account_id) where another account owns it; C(source.kms_key_arns) as above.
      - A pair stands for all enabled rules from its source to its destination, or with C(rule_id) for that one.
      - The list that M(aws_dr.s3.bucket_pairs) takes will do; other keys are ignored.
    type: list
    elements: dict
    required: true
  key_prefix:
    description:
      - What stands between the rule's prefix and the name of a probe, C(probe-<time>-<random>). The time is when nobody
        waits for it any more.
      - Probes below it that killed runs left are removed by the next run after that time. Nothing else is ever deleted.
    type: str
    default: .aws-dr-canary/
  wait_timeout:
    description:
      - How many seconds a probe is waited for. The default is what Replication Time Control aims at.
    type: int
    default: 900
  wait_delay:
    description:
      - How many seconds to pause between two looks; a measured time is exact to about as much.
    type: int
    default: 1
  fail_on_timeout:
    description:
      - Whether the task fails in the end, after the clean-up and with all results, when any rule did not replicate its
        probe in time, whatever the cause.
    type: bool
    default: false
  history_file:
    description:
      - A file on the target to which a line of JSON is added for each result. Its directory must be there.
    type: path
  history_bucket:
    description:
      - A bucket of the task's own account with an object of such lines, which several controllers can share. Choose one
        that is in another Region than the sources.
      - With O(history_file) as well, both are read and both are written.
    type: str
  history_key:
    description:
      - The key of that object. It keeps the newest O(history_size) lines of each rule.
    type: str
    default: replication-canary.jsonl
  history_region:
    description:
      - The Region of O(history_bucket). Unset, that of the task.
    type: str
  history_size:
    description:
      - Over how many of the newest results of a rule percentiles are told.
    type: int
    default: 1000
  concurrency:
    description:
      - How many AWS calls are under way at once, from 1 to 256. It does not limit how many probes are waited for.
    type: int
    default: 32
attributes:
  check_mode:
    support: full
    details:
      - Says which probes would be written, and reads the history.
  diff_mode:
    support: none
    details:
      - Probes are removed again.
  idempotent:
    support: none
    details:
      - Each run writes probes.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.account_roles
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
notes:
  - A probe is an object like any other. Whoever is notified of new objects below the rule's prefix is notified of it,
    and when its replication fails, S3 sends a failure event, which belongs to the ledger. Remediation finds the probe
    gone and drops the record.
  - A replica that comes after the clean-up stays until a later run removes it, ten minutes and O(wait_timeout) after
    the probe was written at the earliest.
  - Where Object Lock or a policy does not let a probe be removed, RV(left) says so; a later run tries again. With a
    default retention on a bucket the module warns, in check mode too.
  - The task's Region has to be up, for STS is asked there. While the source's Region may be down, let it be another.
  - On the source buckets the caller needs C(s3:GetReplicationConfiguration), C(s3:ListBucket),
    C(s3:ListBucketVersions) and C(s3:GetBucketObjectLockConfiguration), and on their objects C(s3:PutObject),
    C(s3:GetObjectVersion) and C(s3:DeleteObjectVersion), with C(s3:PutObjectTagging) for rules with tags and
    C(kms:GenerateDataKey) for SSE-KMS.
    On the destination buckets C(s3:ListBucket), C(s3:ListBucketVersions) and C(s3:GetBucketVersioning), and on their
    objects C(s3:GetObjectVersion) and C(s3:DeleteObjectVersion). For O(history_bucket) C(s3:ListBucket) on it and
    C(s3:GetObject) and C(s3:PutObject) on the object.
seealso:
  - module: aws_dr.s3.replication_status_info
  - module: aws_dr.s3.replication_failure_info
"""

EXAMPLES = r"""
- name: Measure how long replication takes
  aws_dr.s3.replication_canary:
    region: eu-west-1
    pairs:
      - source:
          bucket: invoices
          region: us-east-1
        destination:
          bucket: invoices-dr
          region: eu-west-1
    wait_timeout: 300
    history_file: /var/lib/aws-dr/canary.jsonl
  register: canary

- name: Show what came of each rule
  ansible.builtin.debug:
    msg: "{{ item.source }} -> {{ item.destination }}, rule {{ item.rule_id }}: {{ item.msg }}"
  loop: "{{ canary.rules }}"
  loop_control:
    label: "{{ item.status }}"

- name: Look how old the last good probe is, without writing one
  aws_dr.s3.replication_canary:
    region: eu-west-1
    pairs: "{{ dr_pairs }}"
    history_bucket: dr-state-111122223333-eu-west-1
  check_mode: true
  register: past

- name: Fail when a rule has not replicated a probe for an hour
  ansible.builtin.assert:
    that: item.age_seconds is not none and item.age_seconds < 3600
  loop: "{{ past.history }}"
  loop_control:
    label: "{{ item.source }} -> {{ item.destination }}"
"""

RETURN = r"""
replicated:
  description: Whether every rule replicated its probe; false in check mode.
  returned: success, and when O(fail_on_timeout) fails the task
  type: bool
  sample: true
counts:
  description: How many rules came to each status of RV(rules[].status).
  returned: success, and when O(fail_on_timeout) fails the task
  type: dict
  sample:
    replicated: 2
    timed_out: 0
    failed: 0
    unreachable: 0
    not_configured: 0
    could_not_read: 0
    not_written: 0
    planned: 0
rules:
  description: What came of each rule, in the order of O(pairs).
  returned: success, and when O(fail_on_timeout) fails the task
  type: list
  elements: dict
  contains:
    source:
      description: The source bucket.
      returned: always
      type: str
      sample: invoices
    source_region:
      description: Its Region.
      returned: always
      type: str
      sample: us-east-1
    destination:
      description: The destination bucket.
      returned: always
      type: str
      sample: invoices-dr
    destination_region:
      description: Its Region.
      returned: always
      type: str
      sample: eu-west-1
    rule_id:
      description: The rule; null when none is known.
      returned: always
      type: str
      sample: to-invoices-dr
    status:
      description:
        - V(replicated) - the replica is there, and the source says V(COMPLETED) unless the probe goes to several
          destinations. V(timed_out) - not in O(wait_timeout).
        - V(failed) - S3 gave it up, or will never try. V(unreachable) - a Region does not answer.
        - V(not_configured) - there is no enabled rule. V(could_not_read) - the caller may not read the rules or one
          side of the probe. V(not_written) - S3 did not take the probe.
        - V(planned) - only in check mode, a probe would be written.
      returned: always
      type: str
      sample: replicated
    seconds:
      description: Seconds from when S3 had taken the probe until its replica was seen, or when it timed out until it
        was given up. Else null.
      returned: always
      type: float
      sample: 4.112
    source_status:
      description: The replication status of the probe at the source as it was seen last, else null.
      returned: always
      type: str
      sample: COMPLETED
    key:
      description: The probe's key; null where none was planned.
      returned: always
      type: str
      sample: .aws-dr-canary/probe-20261121T104500Z-1f0c9a52b7d3e486
    version_id:
      description: The probe's version, null without one.
      returned: always
      type: str
      sample: 3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH
    encryption:
      description: How S3 encrypted it, null where none was written.
      returned: always
      type: str
      sample: AES256
    replicated_by:
      description: The rule that replicates such an object to this destination. It is another one than
        RV(rules[].rule_id) where a rule of a higher priority takes all that this rule selects.
      returned: always
      type: str
      sample: to-invoices-dr
    reason:
      description: Why replication failed, in S3's code, where the destination itself shows it. Else null; the failure
        event has it.
      returned: always
      type: str
      sample: DstBucketUnversioned
    advice:
      description: What helps when it failed, else null.
      returned: always
      type: str
    started_at:
      description: When the probe was written, else null.
      returned: always
      type: str
      sample: "2026-11-21T10:20:00.000Z"
    msg:
      description: What came of it, in a sentence.
      returned: always
      type: str
seconds:
  description: Percentiles of the seconds of the rules that replicated in this run, and how many these are; null
    without any.
  returned: success, and when O(fail_on_timeout) fails the task
  type: dict
  sample:
    p50: 4.112
    p95: 6.02
    p99: 6.02
    max: 6.02
    measured: 2
left:
  description: Probes that could not be removed.
  returned: success, and when O(fail_on_timeout) fails the task
  type: list
  elements: dict
  contains:
    bucket:
      description: The bucket that has it.
      returned: always
      type: str
      sample: invoices-dr
    region:
      description: Its Region, null where the task does not say it.
      returned: always
      type: str
      sample: eu-west-1
    key:
      description: Its key.
      returned: always
      type: str
    version_id:
      description: Its version.
      returned: always
      type: str
    why:
      description: Why it stays, and what to do.
      returned: always
      type: str
removed_leftovers:
  description: How many versions of probes of earlier runs were removed, or in check mode would be.
  returned: success, and when O(fail_on_timeout) fails the task
  type: int
  sample: 0
history:
  description: What the history says of each rule of O(pairs), this run included. Empty without a history.
  returned: success, and when O(fail_on_timeout) fails the task
  type: list
  elements: dict
  contains:
    source:
      description: The source bucket.
      returned: always
      type: str
    destination:
      description: The destination bucket.
      returned: always
      type: str
    rule_id:
      description: The rule.
      returned: always
      type: str
    measured:
      description: How many results there are, at most O(history_size).
      returned: always
      type: int
    replicated:
      description: How many of them were replicated.
      returned: always
      type: int
    timed_out:
      description: How many timed out.
      returned: always
      type: int
    failed:
      description: How many failed.
      returned: always
      type: int
    unreachable:
      description: How often a Region did not answer.
      returned: always
      type: int
    p50:
      description: The median of the seconds, nearest rank. Probes that timed out count with the seconds that they were
        waited for. Null without any.
      returned: always
      type: float
    p95:
      description: The 95th percentile.
      returned: always
      type: float
    p99:
      description: The 99th percentile.
      returned: always
      type: float
    max:
      description: The highest.
      returned: always
      type: float
    last_status:
      description: What came of the last probe.
      returned: always
      type: str
    last_at:
      description: When it was written.
      returned: always
      type: str
    last_replicated_at:
      description: When the last probe that was replicated was written, null without one.
      returned: always
      type: str
    age_seconds:
      description: How many seconds ago that was, else null.
      returned: always
      type: int
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.account_options import account_roles, account_roles_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replication_canary import Task, replication_canary
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

_OPTIONS = {
    "pairs": {"type": "list", "elements": "dict", "required": True},
    # Part of a key's name, not a secret.
    "key_prefix": {"type": "str", "default": ".aws-dr-canary/", "no_log": False},
    "fail_on_timeout": {"type": "bool", "default": False},
    "history_file": {"type": "path"},
    "history_bucket": {"type": "str"},
    "history_key": {"type": "str", "default": "replication-canary.jsonl", "no_log": False},
    "history_region": {"type": "str"},
    "history_size": {"type": "int", "default": 1000},
    **concurrency_spec(32),
}


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={**_OPTIONS, **wait_spec(timeout=900, delay=1), **account_roles_spec()}, supports_check_mode=True
    )

    def use_case() -> Outcome:
        source_role, destination_role = account_roles(module.params)
        task = Task(
            **{name: module.params[name] for name in _OPTIONS},
            source_role=source_role,
            destination_role=destination_role,
            check_mode=module.check_mode,
        )
        patience = Patience(module.params["wait_timeout"], module.params["wait_delay"])
        return replication_canary(lambda: module.clients, task, patience)

    module.run(use_case)


if __name__ == "__main__":
    main()
