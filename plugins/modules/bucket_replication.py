#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_replication
short_description: Manages the replication rules of an Amazon S3 bucket
version_added: 0.1.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Brings single replication rules of a source bucket to what the task says. A rule is known by its O(rules[].id).
  - What the task does not name stays. Rules that other tools made stay, word for word, unless O(purge_rules=true).
    Options of a rule that are unset keep the value that the rule has; a new rule gets what the option's description
    says.
  - Writes schema V2 always and reads V1 and V2. S3 takes V1 and V2 rules in one configuration for V1, so all rules of
    a V1 configuration move to V2 together, with their meaning kept - V1 always replicates the delete markers that
    users make, so these rules get O(rules[].delete_marker_replication=true). The diff and a warning say so.
  - Refuses what S3 would refuse before it writes anything, in check mode too, and tells all problems together, each
    with its rule and option.
  - Tries again while somebody else is writing (C(OperationAborted)) and while versioning that was just enabled has not
    come round, and reads back what it wrote until S3 shows it.
  - The caller needs C(s3:GetReplicationConfiguration), C(s3:PutReplicationConfiguration) and C(s3:GetBucketVersioning)
    on the source bucket, C(iam:PassRole) of O(role), and to have the destination checked first C(s3:ListBucket) and
    C(s3:GetBucketVersioning) on it. A destination that can not be looked at gives a warning.
options:
  bucket:
    description:
      - The source bucket's name. It may lie in another Region than the task's.
    type: str
    required: true
    aliases: [name]
  state:
    description:
      - V(present) makes sure that the O(rules) named are there and as they are named.
      - V(absent) removes the rules named by their O(rules[].id), whatever else is said of them. When O(rules) is not
        given at all it removes the whole replication configuration. With the last rule the configuration is gone too.
    type: str
    choices: [present, absent]
    default: present
  role:
    description:
      - ARN of the IAM role that S3 assumes to replicate. It belongs to the account of the source bucket.
      - Unset keeps the present role; required where the bucket has no replication yet.
      - All rules of a bucket have one role, so this holds for the rules of others too.
    type: str
  purge_rules:
    description:
      - Whether rules that O(rules) does not name are removed.
      - Has no effect where O(rules) is not given.
    type: bool
    default: false
  rules:
    description:
      - The replication rules that the task is about.
      - An empty list names no rule, it never removes all.
    type: list
    elements: dict
    suboptions:
      id:
        description:
          - The rule's identity, unique in the bucket, up to 255 ASCII characters.
        type: str
        required: true
      priority:
        description:
          - Which rule counts where several match an object and have the same destination; the higher number wins.
          - From 0 to 2147483647, unique in the bucket.
          - Unset keeps the one that the rule has; a new rule gets the lowest one that is free.
        type: int
      status:
        description:
          - Whether the rule works. Objects written while it is disabled are not replicated later.
          - A new rule is V(enabled).
        type: str
        choices: [enabled, disabled]
      prefix:
        description:
          - The rule holds for objects whose key begins so, up to 1,024 bytes. An empty text means all objects.
          - With O(rules[].tags) an object has to fulfil both.
        type: str
      tags:
        description:
          - The rule holds for objects that were written with all of these tags. An empty dict takes the tags away.
          - S3 does not replicate delete markers for rules with tags.
        type: dict
      destination:
        description:
          - Where the replicas go.
        type: dict
        suboptions:
          bucket:
            description:
              - Name or ARN of the destination bucket. It has to have versioning enabled, and Object Lock where the
                source bucket has it.
              - Required for a new rule.
            type: str
          account_id:
            description:
              - The account that owns the destination bucket, as a text of twelve digits.
              - An empty text takes it away.
            type: str
          owner_override:
            description:
              - Whether the replicas belong to the account of the destination instead of that of the source.
              - Needs O(rules[].destination.account_id). A new rule does not do it.
            type: bool
          storage_class:
            description:
              - The storage class of the replicas, one of V(STANDARD), V(STANDARD_IA), V(ONEZONE_IA),
                V(INTELLIGENT_TIERING), V(GLACIER_IR), V(GLACIER), V(DEEP_ARCHIVE) and V(REDUCED_REDUNDANCY).
              - An empty text gives replicas the class of their source, as in a new rule.
            type: str
          replica_kms_key_id:
            description:
              - ARN of the KMS key, in the Region of the destination bucket, that replicas of objects encrypted with
                KMS are encrypted with. It also selects these objects for replication, which S3 leaves out otherwise.
              - An empty text takes it away, and such objects are no longer replicated.
            type: str
      delete_marker_replication:
        description:
          - Whether delete markers that users make are replicated. A new rule does not do it.
        type: bool
      replica_modifications:
        description:
          - Whether changes to the metadata of replicas are replicated; for buckets that replicate to each other set
            it on both. A new rule does not do it.
        type: bool
      replication_time_control:
        description:
          - Whether S3 Replication Time Control is on, which replicates most objects within 15 minutes and costs money.
          - V(true) turns O(rules[].metrics) on too. A new rule does not use it.
        type: bool
      metrics:
        description:
          - Whether S3 publishes replication metrics and sends replication failure events for the rule. Without it
            nobody is told of objects that fail.
          - A new rule has them on.
        type: bool
  wait_timeout:
    description:
      - For how many seconds to try again while somebody else is writing or versioning has not come round, and to wait
        until S3 shows what was written.
    type: int
    default: 120
  wait_delay:
    description:
      - Seconds between two tries.
    type: int
    default: 2
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Rules are shown in the words of the option O(rules), by their IDs.
  idempotent:
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
seealso:
  - module: aws_dr.s3.bucket_replication_info
  - plugin: aws_dr.s3.replication_role_policies
    plugin_type: filter
  - name: Replicating objects within and across Regions
    description: Chapter of the Amazon S3 User Guide.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
"""

EXAMPLES = r"""
- name: Replicate all of invoices to another Region
  aws_dr.s3.bucket_replication:
    bucket: invoices
    role: arn:aws:iam::111122223333:role/replication
    rules:
      - id: to-dr
        destination:
          bucket: invoices-dr

- name: Replicate tagged objects below a prefix to another account, encrypted there with its own key
  aws_dr.s3.bucket_replication:
    bucket: invoices
    rules:
      - id: to-partner
        prefix: 2026/
        tags:
          shared: "yes"
        destination:
          bucket: partner-invoices
          account_id: "444455556666"
          owner_override: true
          storage_class: STANDARD_IA
          replica_kms_key_id: arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab

- name: Replicate delete markers too, and change nothing else of the rule
  aws_dr.s3.bucket_replication:
    bucket: invoices
    rules:
      - id: to-dr
        delete_marker_replication: true

- name: Pause one rule
  aws_dr.s3.bucket_replication:
    bucket: invoices
    rules:
      - id: to-dr
        status: disabled

- name: Remove one rule
  aws_dr.s3.bucket_replication:
    bucket: invoices
    state: absent
    rules:
      - id: to-partner

- name: Have exactly this rule and no other
  aws_dr.s3.bucket_replication:
    bucket: invoices
    purge_rules: true
    rules:
      - id: to-dr
        destination:
          bucket: invoices-dr

- name: Remove all of the replication of invoices
  aws_dr.s3.bucket_replication:
    bucket: invoices
    state: absent
"""

RETURN = r"""
bucket:
  description: The source bucket's name.
  returned: success
  type: str
  sample: invoices
replication:
  description: The bucket's replication as it is, or would be in check mode.
  returned: success
  type: dict
  contains:
    configured:
      description: Whether the bucket has a replication configuration.
      returned: success
      type: bool
      sample: true
    role:
      description: ARN of the role that S3 assumes, null where replication is not configured.
      returned: success
      type: str
      sample: arn:aws:iam::111122223333:role/replication
    schema:
      description: V(V2), or V(V1) where a V1 configuration was left alone, or null where replication is not configured.
      returned: success
      type: str
      sample: V2
    rules:
      description: All rules of the bucket, also those of others, in the shape of the option O(rules).
      returned: success
      type: list
      elements: dict
      sample:
        - id: to-dr
          priority: 0
          status: enabled
          prefix: ""
          tags: {}
          destination:
            bucket: invoices-dr
            account_id:
            owner_override: false
            storage_class:
            replica_kms_key_id:
          delete_marker_replication: false
          replica_modifications: false
          replication_time_control: false
          metrics: true
problems:
  description: What S3 would refuse, one sentence each.
  returned: when something was refused before the write
  type: list
  elements: str
  sample:
    - "rule 'to-dr': destination.bucket: there is no bucket invoices-dr; create it first"
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.replication_options import rules_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_replication import Task, ensure
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "bucket": {"type": "str", "required": True, "aliases": ["name"]},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "role": {"type": "str"},
            "purge_rules": {"type": "bool", "default": False},
            **rules_spec(),
            **wait_spec(timeout=120, delay=2),
        },
        supports_check_mode=True,
    )
    options = module.params
    task = Task(
        bucket=options["bucket"],
        present=options["state"] == "present",
        role=options["role"],
        rules=options["rules"],
        purge=options["purge_rules"],
    )
    patience = Patience(options["wait_timeout"], options["wait_delay"])
    module.run(lambda: ensure(module.client("s3"), lambda: module.caller, task, module.check_mode, patience))


if __name__ == "__main__":
    main()
