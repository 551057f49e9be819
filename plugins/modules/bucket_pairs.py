#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_pairs
short_description: Brings many pairs of buckets to the disaster recovery standard at once
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Looks at all buckets and roles of the pairs at once, plans all, and carries the plan out, many buckets at a time in
    one process.
  - A source bucket gets versioning, a replication role of its own with least privilege, one rule for each of its
    pairs with metrics on, and where O(failure_queue) is given an entry in its notifications for replication failures.
  - A destination bucket is made where it does not exist. Made or not, it gets versioning and what O(standard) says.
  - What is there is compared setting by setting, and nothing that is not this module's is overwritten. Rules of
    others, statements of bucket policies, notifications and tags of others stay.
  - Tells all problems together, before anything is changed. When something fails later the other pairs go on, and the
    task fails at the end with a table of what failed and why. A run that ended anywhere can be run again.
  - Throttling slows the work down instead of failing it. Progress is shown while it runs on the controller.
options:
  pairs:
    description:
      - The pairs. Several pairs with the same source become several rules of that bucket.
      - Two sources may have the same destination only when neither's O(pairs[].prefix) begins with the other's, or when
        they replicate to each other.
    type: list
    elements: dict
    suboptions:
      source:
        description: The source bucket. It has to exist.
        type: dict
        required: true
        suboptions:
          bucket:
            description: Its name.
            type: str
            required: true
          region:
            description: Its Region.
            type: str
            required: true
          kms_key_arns:
            description:
              - ARNs of the KMS keys that its objects are encrypted with. The replication role may decrypt with them.
              - Without any, objects encrypted with KMS keys of your own are not replicated.
            type: list
            elements: str
      destination:
        description: The destination bucket. It is made when it does not exist.
        type: dict
        required: true
        suboptions:
          bucket:
            description:
              - Its name. One that ends in C(-<account>-<Region>-an) is made in that account's own namespace; this
                needs boto3 1.42.67 or newer.
            type: str
            required: true
          region:
            description: Its Region.
            type: str
            required: true
          account_id:
            description:
              - The account that owns it, twelve digits, quoted.
              - Unset, that of O(destination_account_role), or of the task's credentials.
            type: str
          storage_class:
            description: The storage class of replicas. Unset, that of the source object.
            type: str
          owner_override:
            description:
              - Whether replicas belong to the owner of the destination bucket.
              - They do anyway where O(standard.ownership) is on.
            type: bool
          replica_kms_key_id:
            description:
              - ARN of the KMS key, in the destination's Region, that replicas are encrypted with.
              - It becomes the bucket's default, with an S3 Bucket Key, unless the bucket has a KMS key already.
            type: str
      rule_id:
        description: The rule's id. Unset, C(to-) and the destination's name.
        type: str
      priority:
        description: The rule's priority among rules with the same destination. Unset, the one it has, or a free one.
        type: int
      status:
        description: Whether the rule is on.
        type: str
        choices: [enabled, disabled]
      prefix:
        description: Replicate only keys with this prefix.
        type: str
      tags:
        description: Replicate only objects with all these tags.
        type: dict
      delete_marker_replication:
        description: Whether delete markers are replicated.
        type: bool
      replica_modifications:
        description: Whether changes to the metadata of replicas are replicated. Of use in both directions only.
        type: bool
      replication_time_control:
        description: Whether AWS promises replication within 15 minutes, for extra money.
        type: bool
  discover:
    description:
      - Makes pairs of all buckets of a Region that have the tags, beside O(pairs). Buckets that O(pairs) names as
        sources are not looked at.
      - The tags of every bucket are read one by one, as only this shows what they are now.
      - A bucket that has the tags, but whose name is that of the destination of another bucket of the Region, is no
        source.
    type: dict
    suboptions:
      region:
        description: The Region of the source buckets.
        type: str
        required: true
      tags:
        description:
          - The tags that a bucket has to have, all of them. A tag without a value (null) stands for any value.
        type: dict
        required: true
      ignore_case:
        description: Whether upper and lower case are the same, in keys and in values.
        type: bool
        default: false
      exclude:
        description:
          - Names of buckets that are left alone whatever their tags say, or patterns with C(*) and C(?).
        type: list
        elements: str
        default: []
      kms_key_arns:
        description: ARNs of the KMS keys that objects of the sources are encrypted with.
        type: list
        elements: str
      destination:
        description: The destination buckets.
        type: dict
        required: true
        suboptions:
          bucket:
            description:
              - The template of their names. C({name}) stands for the source's name, C({account}) for the destination's
                account, C({region}) for its Region. C({name}-{account}-{region}-an) lies in the account's own
                namespace, where nobody else can take it.
            type: str
            required: true
          region:
            description: Their Region.
            type: str
            required: true
          account_id:
            description:
              - The account that owns them, twelve digits, quoted.
              - Unset, that of O(destination_account_role), or of the task's credentials.
            type: str
          storage_class:
            description: The storage class of replicas. Unset, that of the source object.
            type: str
          owner_override:
            description:
              - Whether replicas belong to the owner of the destination bucket.
              - They do anyway where O(standard.ownership) is on.
            type: bool
          replica_kms_key_id:
            description:
              - ARN of the KMS key, in the destination's Region, that replicas are encrypted with.
              - It becomes the bucket's default, with an S3 Bucket Key, unless the bucket has a KMS key already.
            type: str
      rule_id:
        description: The rule's id. Unset, C(to-) and the destination's name.
        type: str
      priority:
        description: The rule's priority among rules with the same destination. Unset, the one it has, or a free one.
        type: int
      status:
        description: Whether the rule is on.
        type: str
        choices: [enabled, disabled]
      prefix:
        description: Replicate only keys with this prefix.
        type: str
      object_tags:
        description: Replicate only objects with all these tags.
        type: dict
      delete_marker_replication:
        description: Whether delete markers are replicated.
        type: bool
      replica_modifications:
        description: Whether changes to the metadata of replicas are replicated. Of use in both directions only.
        type: bool
      replication_time_control:
        description: Whether AWS promises replication within 15 minutes, for extra money.
        type: bool
      unmatched:
        description:
          - What becomes of a bucket that has the rule of its pair (by its id, to the destination that the template
            says), but not, or no longer, the tags.
          - V(remove) takes this rule away, and with the last rule of ours the entry O(notification_id) of its
            notifications. Data stays, and so do roles with their policies, the standard of the destination and the
            statements in its policy, as with O(state=absent). V(ignore) does not look for such buckets.
        type: str
        choices: [ignore, remove]
        default: ignore
      unmatched_destination:
        description:
          - What then becomes of its destination. V(delete_if_empty) deletes a bucket that holds no version of any
            object.
        type: str
        choices: [keep, delete_if_empty]
        default: keep
  state:
    description:
      - V(absent) takes the rules of O(pairs) away, and with the last rule of ours the entry O(notification_id) of the
        source's notifications. Everything else stays - other rules, roles with their policies for the destination,
        statements in bucket policies, both buckets and all that is in them. The role P(aws_dr.s3.teardown#role) removes
        these too, once nothing needs them.
    type: str
    choices: [present, absent]
    default: present
  mirror:
    description:
      - Mirrors properties of the source buckets to the destinations, as M(aws_dr.s3.bucket_properties) does. C({})
        mirrors all that that module mirrors by default.
      - What O(standard) says of destinations is left out.
    type: dict
    suboptions:
      properties:
        description: What to mirror. Unset means everything but notifications.
        type: list
        elements: str
        choices:
          - ownership_controls
          - public_access_block
          - policy
          - encryption
          - object_lock
          - tags
          - lifecycle
          - cors
          - logging
          - website
          - accelerate
          - request_payment
          - intelligent_tiering
          - metrics
          - analytics
          - inventory
          - notifications
      purge:
        description: Whether what only the destination has is removed, of the properties that are mirrored.
        type: bool
        default: false
      mapping:
        description: What takes the place of names that say nothing on the destination's side.
        type: dict
        default: {}
        suboptions:
          buckets:
            description: Bucket names.
            type: dict
            default: {}
          accounts:
            description: Account ids, quoted.
            type: dict
            default: {}
          kms_keys:
            description: KMS keys, by ARN, id or alias, to the ARN of a key in the destination's Region.
            type: dict
            default: {}
          others:
            description: Anything else, word for word.
            type: dict
            default: {}
          multi_region_keys:
            description: Whether a multi-Region key becomes the key of the same id in the destination's Region.
            type: bool
            default: false
  back_fill:
    description:
      - After the pairs are done, counts what is older than the rules of the source buckets and, where that is asked,
        replicates it, as M(aws_dr.s3.replication_back_fill) does - once for each rule set, and not again.
      - A source bucket that any pair of has failed waits for a run in which all its pairs succeed.
      - What stands in the way, for example a role that does not exist, is told with all other problems before anything
        is changed.
      - Nothing is done for it with O(replicate=false) or O(state=absent).
    type: dict
    suboptions:
      role:
        description:
          - ARN of the role that S3 Batch Operations assumes. It must be allowed to generate manifests.
          - C({account}) stands for the account of the sources, C({region}) for the Region of each.
        type: str
        required: true
      report_bucket:
        description:
          - The bucket for reports and notes. C({account}) and C({region}) stand for the same as in the role.
        type: str
        required: true
      report_prefix:
        description: The prefix below which reports go.
        type: str
        default: ""
      note_prefix:
        description: The prefix below which the notes lie that a back-fill was done, one object a source bucket.
        type: str
        default: back-fill
      replicate:
        description:
          - Whether to replicate what was counted. S3 bills each job, each object in it, and the replication.
        type: bool
        default: false
      wait:
        description:
          - Whether to wait until everything is counted or replicated.
          - Without it, run the task again later. Only a run that sees the end of a job notes it, and is changed by it.
        type: bool
        default: false
      wait_timeout:
        description: For how many seconds to wait. A wait that runs out fails the pairs of the source.
        type: int
        default: 3600
      wait_delay:
        description: How many seconds to pause between two looks. AWS asks for not less than 30.
        type: int
        default: 30
  role:
    description:
      - ARN of a replication role of your own, for all sources. No role is made or changed then.
    type: str
  role_prefix:
    description: What the names of replication roles begin with; the source bucket's name follows.
    type: str
    default: s3-replication-
  role_path:
    description: The path of replication roles, with a slash at both ends.
    type: str
    default: /
  role_boundary:
    description: ARN of a permissions boundary for replication roles.
    type: str
  role_wait:
    description:
      - For how many seconds to wait after a role was made or changed, before rules are put.
      - IAM takes some seconds until a change is known everywhere. What is written meanwhile under a rule would fail to
        replicate for good.
    type: int
    default: 15
  replace_role:
    description:
      - Whether a source bucket that replicates with another role already gets this one for all its rules.
      - Without it, such a bucket is a problem that is told.
    type: bool
    default: false
  standard:
    description:
      - What destination buckets get besides versioning, whether they are made or were there.
    type: dict
    suboptions:
      encryption:
        description:
          - Whether they are encrypted by default, at least with SSE-S3. With one
            O(pairs[].destination.replica_kms_key_id) it is that key. A KMS key that a bucket has already stays.
        type: bool
        default: true
      public_access_block:
        description: Whether all public access is blocked.
        type: bool
        default: true
      ownership:
        description: Whether the bucket's owner owns all objects and ACLs are off (bucket owner enforced).
        type: bool
        default: true
      tls_only:
        description: Whether a statement of the bucket's policy denies requests without TLS. Other statements stay.
        type: bool
        default: true
      object_lock:
        description:
          - Whether Object Lock is enabled where a source has it. S3 never lets go of it again.
          - Where it is off and would be needed, that is a problem that is told.
        type: bool
        default: true
  tags:
    description: Tags that destination buckets and the roles get. Other tags stay.
    type: dict
  failure_queue:
    description:
      - Name, URL or ARN of the SQS queue that is told of replication failures. A name means a queue of that name in the
        Region of each source.
      - Unset leaves notifications as they are.
    type: str
  notification_id:
    description: The id of the entry in the buckets' notifications. It alone tells this entry from others.
    type: str
    default: aws-dr-s3-replication-failures
  replicate:
    description:
      - Whether rules are put. V(false) does all the rest, for playbooks that do something before objects begin to
        replicate.
    type: bool
    default: true
  keep_going:
    description:
      - What is done when something stands in the way of a pair. V(false) changes nothing at all and tells all problems.
        V(true) leaves these pairs out and reports them as failed, and does the others.
    type: bool
    default: false
  wait_timeout:
    description:
      - For how many seconds to try a change again while somebody else is writing or what was just made has not come
        round, and to wait until S3 shows rules and notifications.
    type: int
    default: 120
  wait_delay:
    description: Seconds between two tries.
    type: int
    default: 2
  concurrency:
    description: How many buckets are worked on at once, from 1 to 256.
    type: int
    default: 32
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - By pair, then by bucket or role, then by setting.
  idempotent:
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.account_roles
  - aws_dr.s3.progress
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
notes:
  - The role P(aws_dr.s3.replication_setup#role) names the IAM actions that this module needs.
seealso:
  - module: aws_dr.s3.bucket_replication
  - module: aws_dr.s3.bucket_properties
  - name: Replicating objects within and across Regions
    description: Chapter of the Amazon S3 User Guide.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
"""

EXAMPLES = r"""
- name: Bring two pairs to the standard
  aws_dr.s3.bucket_pairs:
    failure_queue: s3-replication-failures
    pairs:
      - source: {bucket: invoices, region: us-east-1}
        destination: {bucket: invoices-dr, region: eu-west-1, storage_class: STANDARD_IA}
        delete_marker_replication: true
      - source: {bucket: photos, region: us-east-1}
        destination: {bucket: photos-dr, region: eu-west-1}

- name: Replicate into another account, encrypted there with its own key
  aws_dr.s3.bucket_pairs:
    destination_account_role:
      role_arn: arn:aws:iam::444455556666:role/dr-setup
    pairs:
      - source: {bucket: invoices, region: us-east-1}
        destination:
          bucket: invoices-444455556666-eu-west-1-an
          region: eu-west-1
          replica_kms_key_id: arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab

- name: Bring all tagged buckets to the standard, and let go of those that are no longer tagged
  aws_dr.s3.bucket_pairs:
    failure_queue: s3-replication-failures
    keep_going: true
    discover:
      region: us-east-1
      tags:
        dr: "yes"
      exclude: ["*-scratch"]
      destination:
        bucket: "{name}-dr"
        region: eu-west-1
      unmatched: remove
    mirror:
      properties: [tags, lifecycle, cors]

- name: Bring a pair to the standard, and replicate what its source held before, once
  aws_dr.s3.bucket_pairs:
    pairs:
      - source: {bucket: invoices, region: us-east-1}
        destination: {bucket: invoices-dr, region: eu-west-1}
    back_fill:
      role: arn:aws:iam::{account}:role/s3-batch-replication-{region}
      report_bucket: s3-replication-jobs-{account}-{region}
      report_prefix: reports
      replicate: true
      wait: true
      wait_timeout: 86400

- name: Take the rule of one pair away
  aws_dr.s3.bucket_pairs:
    state: absent
    pairs:
      - source: {bucket: photos, region: us-east-1}
        destination: {bucket: photos-dr, region: eu-west-1}
"""

RETURN = r"""
pairs:
  description: What came of each pair, in the order of the pairs asked for.
  returned: always
  type: list
  elements: dict
  contains:
    source:
      description: The source bucket, with C(bucket) and C(region).
      returned: always
      type: dict
    destination:
      description: The destination bucket, with C(bucket), C(region) and C(account_id).
      returned: always
      type: dict
    rule_id:
      description: The id of the rule between the two.
      returned: always
      type: str
      sample: to-invoices-dr
    changed:
      description: Whether anything was changed, or would be in check mode, for this pair.
      returned: always
      type: bool
    actions:
      description: What was done, or would be, in order. What several pairs share is told for each.
      returned: always
      type: list
      elements: str
      sample: [create bucket invoices-dr in eu-west-1, enable the versioning of bucket invoices-dr]
    failed:
      description: Whether the pair is not as it should be.
      returned: always
      type: bool
    msg:
      description: Why it failed, else empty.
      returned: always
      type: str
    back_fill:
      description:
        - What came of the back-fill of the source bucket, as RV(aws_dr.s3.replication_back_fill#module:buckets) tells
          it; null where there was none.
      returned: always
      type: dict
      sample: {bucket: invoices, status: counted, total: 1000, job_id: 00e123a4-c0d8-41f4-a0eb-b46f9ba5b07c}
failures:
  description: The pairs that failed, a row each. A run that was refused as a whole has RV(problems) instead.
  returned: always
  type: list
  elements: dict
  contains:
    source:
      description: The source bucket's name.
      returned: always
      type: str
    destination:
      description: The destination bucket's name.
      returned: always
      type: str
    step:
      description: What was tried.
      returned: always
      type: str
      sample: create bucket invoices-dr in eu-west-1
    why:
      description: Why it failed.
      returned: always
      type: str
    what_to_do:
      description: What helps.
      returned: always
      type: str
discovered:
  description: The source buckets that O(discover) found by their tags.
  returned: always
  type: list
  elements: str
  sample: [invoices, photos]
summary:
  description: Numbers of pairs, and the names of the buckets that were made, or would be in check mode.
  returned: always
  type: dict
  sample:
    pairs: 300
    changed: 2
    unchanged: 297
    failed: 1
    buckets_created: [invoices-dr]
problems:
  description: What stands in the way, a sentence each. Nothing was changed.
  returned: when something was refused before anything was changed
  type: list
  elements: str
  sample:
    - the source bucket invoices does not exist; create it, or correct its name
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.account_options import account_roles, account_roles_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.pair_options import task_of
from ansible_collections.aws_dr.s3.plugins.module_utils.pair_spec import pairs_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.progress_file import progress_of, progress_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs import ensure
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import sides_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            **pairs_spec(),
            **account_roles_spec(),
            **concurrency_spec(32),
            **wait_spec(timeout=120, delay=2),
            **progress_spec(),
        },
        supports_check_mode=True,
        required_one_of=[("pairs", "discover")],
        slow_down=True,
    )
    options = module.params

    def work() -> Outcome:
        task = task_of(options, module.folder)
        places = [pair["source"]["region"] for pair in task.pairs]
        places += [task.discovery.region] if task.discovery else []
        region = module.region or next(iter(places), None)
        sides = sides_of(module.clients, *account_roles(options), region)
        patience = Patience(options["wait_timeout"], options["wait_delay"])
        return ensure(sides, task, module.check_mode, patience, progress_of(options))

    module.run(work)


if __name__ == "__main__":
    main()
