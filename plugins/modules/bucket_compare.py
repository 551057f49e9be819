#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: bucket_compare
short_description: Proves that pairs of buckets hold the same versions, or lists what differs
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Compares the object versions and delete markers of source and destination buckets, many pairs at once, and tells
    what is missing, since when, and how much it is. That is what would be lost if the source were gone now.
  - Both sides are listed at the same time, ranges of keys beside each other, and merged as they come, on Linux by a
    process for each core of the machine that the module runs on, up to four. Memory does not grow with the number of
    versions. A listing that does not come to its end is an error, never a difference.
  - Two versions are equal when key, version id and size are the same, both are objects or both delete markers, and the
    ETags are the same or prove nothing. S3 makes a version id once, never changes what is stored under it, and gives it
    to replicas.
  - Different ETags prove different content only of objects that were uploaded in one piece and are encrypted with
    SSE-S3 or not at all; with O(head) the encryption of both sides is looked at. Otherwise the version counts as equal,
    and in RV(pairs[].counts) as C(etag_not_comparable) too. A version without an id (V(null)) whose ETag proves nothing
    counts as equal only if it was written at the same time on both sides, and else as C(unproven).
  - Metadata, tags, ACLs, storage classes and locks are not compared.
  - Buckets in use change while they are listed. With O(head) every version that one side lacks is looked at again, and
    one that came or went meanwhile is no difference. Use O(older_than) to leave out what is on its way.
options:
  pairs:
    description:
      - The pairs of buckets.
    type: list
    elements: dict
    required: true
    suboptions:
      source:
        description: The source bucket.
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
          account_id:
            description: The account that has to own it. A bucket of another account is refused then.
            type: str
          inventory:
            description:
              - The C(manifest.json) of an S3 Inventory of it, as C(s3://bucket/key), to be read instead of listing it.
              - The inventory has to be in CSV, with the fields Size and LastModifiedDate, and for O(versions=all) with
                all versions. With the fields ETag, EncryptionStatus and ReplicationStatus it tells more.
              - What was written after S3 began the inventory is left out, on both sides.
            type: str
      destination:
        description: The destination bucket.
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
          account_id:
            description: The account that has to own it. A bucket of another account is refused then.
            type: str
          inventory:
            description: The C(manifest.json) of an S3 Inventory of it, as for the source.
            type: str
      prefix:
        description: The prefix of the replication rule. Other keys are not compared.
        type: str
        default: ""
      delete_marker_replication:
        description:
          - Whether delete markers of the source are to be at the destination.
          - Unset, the replication rules of the source bucket tell it for each key; where none leads to the destination,
            they are to be there.
          - Those that need not be there are counted as C(delete_markers_not_replicated), which is no difference.
        type: bool
  key_prefix:
    description:
      - Compares only keys that begin with one of these. Unset, all.
    type: list
    elements: str
    default: []
  versions:
    description:
      - V(all) compares every version and delete marker.
      - V(current) compares only the current version of each key. A key that is deleted on both sides is equal, whatever
        delete markers tell so. Where both sides have another current version it is not looked at again.
    type: str
    choices: [all, current]
    default: all
  since:
    description:
      - Compares only what was written at this time or later, as ISO 8601; without an offset it is UTC.
    type: str
  older_than:
    description:
      - Leaves out what was written within the last so many seconds, by the clock of the host that runs the module.
    type: int
    default: 0
  head:
    description:
      - Whether versions that one side lacks, and those with different ETags, are looked at one by one (HeadObject), to
        learn their replication status and encryption, and whether they are there by now.
      - Without it every different ETag counts as C(etag_not_comparable).
    type: bool
    default: true
  max_heads:
    description:
      - How many versions of each pair are looked at. The replication status of the others is V(UNKNOWN).
    type: int
    default: 10000
  max_listed:
    description:
      - How many differences of each pair are named in the result, the first ones in the order of keys.
    type: int
    default: 100
  output:
    description:
      - Where to write all differences as CSV, in no order. A file on the host that runs the module, or
        C(s3://bucket/key) in the account of the task's own credentials.
    type: str
attributes:
  check_mode:
    support: full
    details:
      - Compares all the same, and writes no O(output).
  diff_mode:
    support: none
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
notes:
  - The module changes nothing in the buckets that it compares.
  - A pair that can't be compared stops no other. The task fails in the end, and RV(pairs) is among the results of the
    failure.
  - To fail fast when a Region is gone, give O(aws_config) fewer retries, for example C(retries.total_max_attempts=2).
  - General purpose buckets only. Directory buckets have no versions, and no order of keys.
  - The caller needs C(s3:ListBucketVersions) on both buckets. With O(head) also C(s3:GetObjectVersion) and
    C(s3:ListBucket) on both, else a version that is gone looks like one that may not be read; where
    O(pairs[].delete_marker_replication) is unset C(s3:GetReplicationConfiguration) on the source bucket; for
    inventories C(s3:GetObject) on them (and C(kms:Decrypt) where they are encrypted so), with the credentials of that
    side; for O(output) in S3 C(s3:PutObject).
seealso:
  - module: aws_dr.s3.bucket_pairs
  - module: aws_dr.s3.replication_back_fill
  - module: aws_dr.s3.replication_failure_info
  - name: What does Amazon S3 replicate?
    description: The Amazon S3 User Guide on what replicas have in common with their originals.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
"""

EXAMPLES = r"""
- name: What would be lost if the source's Region were gone now?
  aws_dr.s3.bucket_compare:
    pairs:
      - source: {bucket: invoices, region: us-east-1}
        destination: {bucket: invoices-dr, region: eu-west-1}
      - source: {bucket: photos, region: us-east-1}
        destination: {bucket: photos-dr, region: eu-west-1}
  register: compared

- name: Show it
  ansible.builtin.debug:
    msg: "{{ compared.missing }} versions, {{ compared.bytes_missing }} bytes, for {{ compared.lag }} seconds"

- name: Refuse to go on unless both sides hold the same, but for the last five minutes
  aws_dr.s3.bucket_compare:
    pairs:
      - source: {bucket: invoices, region: us-east-1}
        destination: {bucket: invoices-dr, region: eu-west-1}
    older_than: 300
    output: /var/tmp/invoices-differences.csv
  register: compared
  failed_when: compared is failed or not compared.equal

- name: Compare large buckets by their inventories
  aws_dr.s3.bucket_compare:
    pairs:
      - source:
          bucket: photos
          region: us-east-1
          inventory: s3://inventories-us/photos/all/2026-11-21T01-00Z/manifest.json
        destination:
          bucket: photos-dr
          region: eu-west-1
          inventory: s3://inventories-eu/photos-dr/all/2026-11-21T01-00Z/manifest.json
    key_prefix: [2025/, 2026/]
"""

RETURN = r"""
equal:
  description: Whether all pairs could be compared, and none has a difference.
  returned: success, and when a pair can't be compared
  type: bool
  sample: false
missing:
  description: How many versions and delete markers are at a source and not at its destination, as they are to be.
  returned: success, and when a pair can't be compared
  type: int
  sample: 3
bytes_missing:
  description: The size of these versions.
  returned: success, and when a pair can't be compared
  type: int
  sample: 4096
lag:
  description:
    - How many seconds ago the oldest of these was written, by the clock of the host that runs the module; V(0) where
      none is missing. This is the recovery point that a failover would have now.
  returned: success, and when a pair can't be compared
  type: float
  sample: 12.5
output:
  description: Where all differences were written, null where they were not.
  returned: success, and when a pair can't be compared
  type: str
  sample: /var/tmp/invoices-differences.csv
pairs:
  description: What was found of each pair, in the order of O(pairs).
  returned: success, and when a pair can't be compared
  type: list
  elements: dict
  contains:
    source:
      description: Bucket and Region of the source.
      returned: always
      type: dict
      sample: {bucket: invoices, region: us-east-1}
    destination:
      description: Bucket and Region of the destination.
      returned: always
      type: dict
      sample: {bucket: invoices-dr, region: eu-west-1}
    equal:
      description: Whether there is no difference.
      returned: always
      type: bool
      sample: false
    error:
      description: Why the pair could not be compared, null where it could. Nothing else is told of it then.
      returned: always
      type: str
    versions:
      description: How many versions and delete markers were listed on either side.
      returned: when the pair was compared
      type: dict
      sample: {source: 200003, destination: 200000}
    counts:
      description:
        - C(equal) versions; of these C(etag_not_comparable) by their id and size alone.
        - C(missing_at_destination), C(only_at_destination) versions; C(missing_delete_markers) and
          C(extra_delete_markers).
        - C(different_size), C(different_etag), C(different_kind) (an object on one side, a delete marker on the other)
          of versions with the same id.
        - C(different_latest) keys whose versions are the same and of which another one is the newest;
          C(other_current_version) keys, only with O(versions=current).
        - C(other_version_id) versions with the same size and ETag under another id, as copying makes them.
        - C(unproven) versions without an id, of the same size, that nothing proves to be the same.
        - No differences are C(equal), C(etag_not_comparable), C(delete_markers_not_replicated), which no rule
          replicates, and C(changed_meanwhile), which came or went while the buckets were compared. All others are.
      returned: when the pair was compared
      type: dict
      sample: {equal: 200000, missing_at_destination: 3}
    statuses:
      description:
        - Replication statuses of the versions that are missing at the destination. V(NONE) has none, V(UNKNOWN) was not
          looked at, or could not be.
      returned: when the pair was compared
      type: dict
      sample: {PENDING: 2, FAILED: 1, NONE: 0, COMPLETED: 0, REPLICA: 0, UNKNOWN: 0}
    missing:
      description: As RV(missing), of this pair.
      returned: when the pair was compared
      type: int
      sample: 3
    bytes_missing:
      description: As RV(bytes_missing), of this pair.
      returned: when the pair was compared
      type: int
      sample: 4096
    lag:
      description: As RV(lag), of this pair.
      returned: when the pair was compared
      type: float
      sample: 12.5
    oldest_missing:
      description: Key, version id and time of the oldest of what is missing; null where nothing is.
      returned: when the pair was compared
      type: dict
      sample: {key: 2026/11/4711.pdf, version_id: 3HL4kqtJlcpXroDTDmJ, modified: "2026-11-21T10:00:00.000Z"}
    differences:
      description: The first O(max_listed) differences in the order of their keys.
      returned: when the pair was compared
      type: list
      elements: dict
      contains:
        kind:
          description: As in RV(pairs[].counts).
          returned: always
          type: str
          sample: missing_at_destination
        key:
          description: The key.
          returned: always
          type: str
          sample: 2026/11/4711.pdf
        version_id:
          description: The version id, at the source where both sides have one.
          returned: always
          type: str
          sample: 3HL4kqtJlcpXroDTDmJ
        modified:
          description: When it was written.
          returned: always
          type: str
          sample: "2026-11-21T10:00:00.000Z"
        size:
          description: Its size.
          returned: always
          type: int
          sample: 1024
        other_size:
          description: The size at the destination, where both sides have a version.
          returned: always
          type: int
        etag:
          description: Its ETag.
          returned: always
          type: str
          sample: 9b2cf535f27731c974343645a3985328
        other_etag:
          description: The ETag at the destination, where both sides have a version.
          returned: always
          type: str
        status:
          description: The replication status of a version that is on one side only.
          returned: always
          type: str
          sample: PENDING
        why:
          description: What that means, and what helps.
          returned: always
          type: str
          sample: S3 is replicating it, or waits for the Region of its destination
    differences_total:
      description: How many there are.
      returned: when the pair was compared
      type: int
      sample: 3
problems:
  description: What is wrong with the options, a sentence each. Nothing was compared.
  returned: when options are refused
  type: list
  elements: str
"""

from typing import Any, NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.account_options import account_roles, account_roles_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.compare_options import compare_spec, compare_task
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.account_role import AccountRole
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_compare import (
    S3,
    Surroundings,
    compare_buckets,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={**compare_spec(), **account_roles_spec(), **concurrency_spec()}, supports_check_mode=True
    )

    def own() -> tuple[Any, str]:
        return module.client("s3"), module.caller.account

    def side(role: AccountRole | None) -> S3:
        # The role is assumed in the Region of the bucket: no other one has to be up.
        return lambda region: (module.clients.assuming(role, region) if role else module.clients).get("s3", region)

    def work() -> Outcome:
        task = compare_task(module.params)
        source, destination = map(side, account_roles(module.params))
        return compare_buckets(Surroundings(source, destination, own, module.folder, module.check_mode), task)

    module.run(work)


if __name__ == "__main__":
    main()
