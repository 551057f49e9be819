#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_properties
short_description: Mirrors what replication leaves out of a bucket to its destination
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Brings the properties of a destination bucket to those of its source - policy, tags, lifecycle rules, CORS,
    default encryption, public access block, ownership controls, logging, website, transfer acceleration, request
    payment, Intelligent-Tiering, metrics, analytics and inventory configurations, the default retention of Object
    Lock, and on request notifications. S3 replicates objects, never these.
  - Goes one way. What only the destination has is kept, unless O(purge=true). Entries with an id (lifecycle rules,
    policy statements with a Sid, configurations) are mirrored one by one; a value that S3 gives every bucket by
    itself, such as plain SSE-S3, takes nothing away from the destination.
  - Names of the source's side are rewritten - the bucket, its account, and with O(pairs) all other pairs between the
    same Regions. What can't mean anything on the destination's side is not carried, and RV(pairs[].properties) says
    what and why - KMS keys, VPC endpoints, access points and other ARNs of the source's Region, buckets that nobody
    named, principals that were deleted. O(mapping) says what takes their place.
  - A policy statement is carried whole or not at all. A denial that is not carried gives a warning, for it leaves the
    destination more open than the source. Statements that let a role replicate are never carried, and those that
    this collection wrote on the destination (their Sid begins with C(AwsDr)) are always kept.
  - Lifecycle rules that treat replicas in another way than their sources are called out in the C(notes) of the
    property.
  - Looks at all buckets first and refuses what can't be right before it changes anything. What fails with one
    property, or with one pair, stops no other; the task fails at the end and tells all.
  - ACLs are not mirrored.
  - On the source the caller needs the actions to read what is mirrored, on the destination those to write it as well
    - C(s3:ListBucket), and Get and Put of C(BucketPolicy), C(BucketTagging), C(LifecycleConfiguration), C(BucketCORS),
    C(EncryptionConfiguration), C(BucketPublicAccessBlock), C(BucketOwnershipControls), C(BucketLogging),
    C(BucketWebsite), C(AccelerateConfiguration), C(BucketRequestPayment), C(IntelligentTieringConfiguration),
    C(MetricsConfiguration), C(AnalyticsConfiguration), C(InventoryConfiguration),
    C(BucketObjectLockConfiguration) and C(BucketNotification). With O(purge) also C(s3:DeleteBucketPolicy) and
    C(s3:DeleteBucketWebsite). For notifications C(sqs:GetQueueUrl), C(sns:GetTopicAttributes) and
    C(lambda:GetFunctionConfiguration).
options:
  bucket:
    description:
      - The source bucket's name. It is in the task's O(region).
    type: str
    aliases: [name]
  destination:
    description:
      - The destination of O(bucket).
    type: dict
    suboptions:
      bucket:
        description: Its name.
        type: str
        required: true
      region:
        description: Its Region.
        type: str
        required: true
      account_id:
        description:
          - The account that owns it, as a text of twelve digits.
          - Unset means the account of the credentials, or of O(destination_account_role).
        type: str
  pairs:
    description:
      - Many pairs at once, instead of O(bucket) and O(destination).
      - Each has C(source) and C(destination), each of these with C(bucket) and C(region); C(destination.account_id)
        as O(destination.account_id). A C(mapping) of its own, in the shape of O(mapping), adds to that. Other keys
        are ignored.
    type: list
    elements: dict
  properties:
    description:
      - What to mirror.
      - Unset means everything but notifications, for a copy that sends the same events makes the same work be done
        twice.
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
  skip_properties:
    description:
      - What not to mirror, of O(properties) or of its default.
    type: list
    elements: str
    default: []
  purge:
    description:
      - Whether what only the destination has is removed, of the properties that are mirrored.
      - Tags of AWS's own, statements that this collection wrote, and notifications of replication events stay all the
        same.
    type: bool
    default: false
  mapping:
    description:
      - What takes the place of names that say nothing on the destination's side; source name to destination name.
    type: dict
    default: {}
    suboptions:
      buckets:
        description:
          - Bucket names, for logs, inventories, analytics, and policies.
        type: dict
        default: {}
      accounts:
        description:
          - Account ids, quoted. That of the source becomes that of the destination by itself; map it to itself to
            keep the principals of a policy.
        type: dict
        default: {}
      kms_keys:
        description:
          - KMS keys, by ARN, id or alias, to the ARN of a key in the destination's Region.
        type: dict
        default: {}
      others:
        description:
          - Anything else, word for word - ARNs of queues, topics, functions, access points, distributions; VPC
            endpoints and VPCs.
        type: dict
        default: {}
      multi_region_keys:
        description:
          - Says that every multi-Region KMS key of the source has a replica in the destination's Region, in the same
            account, so that C(mrk-) keys need no mapping. S3 does not check that.
        type: bool
        default: false
  wait_timeout:
    description:
      - For how many seconds to try again while somebody else is writing, and to wait until S3 shows what was written;
        for each property.
    type: int
    default: 60
  wait_delay:
    description:
      - Seconds between two tries.
    type: int
    default: 1
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows the properties that change, by destination bucket, as the API has them.
  idempotent:
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.account_roles
  - aws_dr.s3.concurrency
seealso:
  - module: aws_dr.s3.bucket_replication
  - name: What does Amazon S3 replicate?
    description: Chapter of the Amazon S3 User Guide.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
"""

EXAMPLES = r"""
- name: Mirror everything but notifications
  aws_dr.s3.bucket_properties:
    region: us-east-1
    bucket: invoices
    destination:
      bucket: invoices-dr
      region: eu-west-1

- name: See what would not be carried, and why
  aws_dr.s3.bucket_properties:
    region: us-east-1
    bucket: invoices
    destination:
      bucket: invoices-dr
      region: eu-west-1
  check_mode: true
  register: mirrored

- name: Tell it
  ansible.builtin.debug:
    msg: "{{ mirrored.properties | dict2items | selectattr('value.not_carried', 'defined')
      | selectattr('value.not_carried') | items2dict }}"

- name: Mirror tags and lifecycle rules of two pairs exactly
  aws_dr.s3.bucket_properties:
    pairs:
      - source: {bucket: invoices, region: us-east-1}
        destination: {bucket: invoices-dr, region: eu-west-1}
      - source: {bucket: logs, region: us-east-1}
        destination: {bucket: logs-dr, region: eu-west-1}
    properties: [tags, lifecycle]
    purge: true

- name: Mirror to another account, with keys and an endpoint of its own, and leave the website out
  aws_dr.s3.bucket_properties:
    region: us-east-1
    bucket: invoices
    destination:
      bucket: invoices-dr
      region: eu-west-1
      account_id: "444455556666"
    destination_account_role:
      role_arn: arn:aws:iam::444455556666:role/dr
    skip_properties: [website]
    mapping:
      kms_keys:
        arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab: >-
          arn:aws:kms:eu-west-1:444455556666:key/5678abcd-12ab-34cd-56ef-1234567890ab
      others:
        vpce-1a2b3c4d: vpce-5e6f7a8b
"""

RETURN = r"""
pairs:
  description: The pairs, with what came of each property.
  returned: always, unless the task was refused
  type: list
  elements: dict
  contains:
    source:
      description: The source, with C(bucket) and C(region).
      type: dict
      returned: always
    destination:
      description: The destination, with C(bucket) and C(region).
      type: dict
      returned: always
    changed:
      description: Whether something of the destination changed, or would in check mode.
      type: bool
      returned: always
    properties:
      description: By the name of the property.
      type: dict
      returned: always
      contains:
        status:
          description:
            - V(same) - nothing was to be done; V(changed); V(not_carried) - nothing was to be done, but the source has
              something that the destination can't have; V(unsupported) - S3 does not offer it there; V(failed);
              V(off) - it was not asked for.
          type: str
          returned: always
          sample: changed
        not_carried:
          description: What of the source the destination does not get, with C(what), C(why) and mostly its C(value).
          type: list
          elements: dict
          returned: always
          sample:
            - what: OnlyFromVpc
              why: >-
                Deny statement: its condition aws:sourcevpce names vpce-1a2b3c4d, which is of us-east-1; say what takes
                its place in eu-west-1 (mapping.others)
        kept:
          description:
            - What only the destination has and stays. The destination is looked at only where the source has
              something, or with O(purge).
          type: list
          elements: str
          returned: always
        notes:
          description: What a person should know, such as what a lifecycle rule does to replicas.
          type: list
          elements: str
          returned: always
        msg:
          description: What went wrong, or what S3 said.
          type: str
          returned: when the status is V(failed) or V(unsupported)
        permission:
          description: The IAM action that the caller lacks.
          type: str
          returned: when S3 denied a call
          sample: s3:GetBucketPolicy
properties:
  description: What came of each property, as in RV(pairs[].properties).
  returned: when there is one pair
  type: dict
failures:
  description: What failed, one sentence each.
  returned: always, unless the task was refused
  type: list
  elements: str
problems:
  description: Why the task was refused, one sentence each.
  returned: when the task was refused before anything was changed
  type: list
  elements: str
"""

from ansible_collections.aws_dr.s3.plugins.module_utils.account_options import account_roles, account_roles_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties import DEFAULT, PROPERTIES
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_properties_pairs import Task, mirror_pairs
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

MAPPING = {
    **{name: {"type": "dict", "default": {}} for name in ("buckets", "accounts", "others")},
    # Names of keys, not keys.
    "kms_keys": {"type": "dict", "default": {}, "no_log": False},
    "multi_region_keys": {"type": "bool", "default": False},
}
DESTINATION = {
    "bucket": {"type": "str", "required": True},
    "region": {"type": "str", "required": True},
    "account_id": {"type": "str"},
}


def main() -> None:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={
            "bucket": {"type": "str", "aliases": ["name"]},
            "destination": {"type": "dict", "options": DESTINATION},
            "pairs": {"type": "list", "elements": "dict"},
            "properties": {"type": "list", "elements": "str", "choices": list(PROPERTIES)},
            "skip_properties": {"type": "list", "elements": "str", "default": []},
            "purge": {"type": "bool", "default": False},
            "mapping": {"type": "dict", "default": {}, "options": MAPPING},
            **account_roles_spec(),
            **concurrency_spec(),
            **wait_spec(timeout=60, delay=1),
        },
        supports_check_mode=True,
        mutually_exclusive=[("bucket", "pairs")],
        required_one_of=[("bucket", "pairs")],
        required_together=[("bucket", "destination")],
    )
    options = module.params
    patience = Patience(options["wait_timeout"], options["wait_delay"])
    own = {"source": {"bucket": options["bucket"], "region": module.region}, "destination": options["destination"]}

    def run() -> Outcome:
        source_role, destination_role = account_roles(options)
        task = Task(
            pairs=[own] if options["bucket"] is not None else options["pairs"],
            selection=DEFAULT if options["properties"] is None else options["properties"],
            skipped=options["skip_properties"],
            purge=options["purge"],
            mapping=options["mapping"],
            source_role=source_role,
            destination_role=destination_role,
            concurrency=options["concurrency"],
        )
        return mirror_pairs(lambda: module.clients, task, module.check_mode, patience)

    module.run(run)


if __name__ == "__main__":
    main()
