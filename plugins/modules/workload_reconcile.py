#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: workload_reconcile
short_description: Restarts the work that a state table says was started and not finished
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - After a failover, reads a DynamoDB table in which a workload notes its state, finds what was started and not
    finished, and restarts each item once - by a copy of its object in place, by a message, or by an execution.
  - Where the object was moved or deleted, it is restarted from its newest earlier version, or from an archive prefix.
    What is nowhere on this side is listed with why.
  - Only services of the task's Region are asked, so that the lost Region is not needed.
  - An item is marked before it is restarted and again afterwards, both under conditions. Of two runs at once one
    restarts it, work that finished meanwhile is left alone, and a run that was killed can be run again.
  - A task that is run again restarts nothing that it restarted before, unless O(restart_again_after) says so.
options:
  table:
    description:
      - The table, in the task's Region. Of a global table the replica of that Region.
    type: str
    required: true
  index:
    description:
      - An index whose partition key is O(status_attribute) and which projects all attributes. It is queried then.
      - Unset, the table is scanned, strongly consistent.
    type: str
  key_attribute:
    description:
      - The attribute that holds the object's key. It need not be a key of the table.
    type: str
    default: key
  key_encoding:
    description:
      - V(url) if the workload notes keys as S3's events write them, with C(+) for a blank and C(%C3%BC) for C(ü).
    type: str
    choices: [plain, url]
    default: plain
  status_attribute:
    description:
      - The attribute that holds the status, text or a number.
    type: str
    default: status
  unfinished:
    description:
      - The statuses of work that was started and not finished.
    type: list
    elements: str
    required: true
  failed:
    description:
      - Statuses of failed work that is to be restarted as well.
    type: list
    elements: str
    default: []
  start_attributes:
    description:
      - The attributes that hold when the work was started. Several are joined by a blank, as a date and a time.
      - Without any, the age of items is not looked at, and an item that was restarted once and is later used for the
        same object anew is not told from the old one.
    type: list
    elements: str
    default: []
  start_format:
    description:
      - How that time is written - V(iso8601), V(epoch) in seconds, V(epoch_ms) in milliseconds, or a format of Python's
        C(strptime) such as V(%m/%d/%Y %H:%M:%S). A time without an offset is UTC.
      - Where times of objects are compared with it, a date without a time means all of its day.
    type: str
    default: iso8601
  started_after:
    description:
      - Take only work that was started at this time or later. ISO 8601, UTC without an offset.
    type: str
  started_before:
    description:
      - Take only work that was started before this time, which should be the moment of the failover. Work that was
        started in this Region since then is under way.
      - With O(start_attributes), this or O(older_than) is required.
    type: str
  older_than:
    description:
      - Take only work that was started at least so many seconds ago.
    type: int
  action:
    description:
      - V(copy_in_place) copies the object onto its key, so that C(s3:ObjectCreated:Copy) fires again.
      - V(send_message) sends O(queue_message). V(start_execution) starts O(execution).
    type: str
    choices: [copy_in_place, send_message, start_execution]
    required: true
  bucket:
    description:
      - The standby bucket, in the task's Region. Required for O(action=copy_in_place), which needs versioning.
      - For other actions, items whose object can't be found in it are not restarted; unset, objects are not looked for.
    type: str
  input_prefix:
    description:
      - What is taken off a key before one of O(archive_prefixes) is put in front of it.
    type: str
    default: ""
  archive_prefixes:
    description:
      - Where the workload may have moved the object. With O(input_prefix=input/) and V(archive/), C(input/a.csv) is
        looked for at C(archive/a.csv).
    type: list
    elements: str
    default: []
  queue_message:
    description: What is sent for each item.
    type: dict
    suboptions:
      queue:
        description: Name, ARN or URL of an SQS queue.
        type: str
        required: true
      body:
        description:
          - The body, a text or any structure, which becomes JSON. C({attribute}) in its texts stands for an attribute
            of the item, C({object.key}), C({object.bucket}), C({object.version_id}), C({object.size}) and
            C({object.etag}) for the object as it was found, C({attempt}) for the number of the restart.
          - A text that is one such name and nothing else becomes the value itself. C({{) and C(}}) are braces; in a
            playbook such a text has to be C(!unsafe).
        type: raw
        required: true
      message_group_id:
        description: The message group in a FIFO queue. Unset, each item is a group of its own.
        type: str
  execution:
    description: What is started for each item.
    type: dict
    suboptions:
      state_machine:
        description: ARN of a state machine, of one of its versions, or of an alias.
        type: str
        required: true
      input:
        description: The input, as O(queue_message.body). It has to become JSON.
        type: raw
        required: true
  mark_attribute:
    description:
      - The attribute in which the module notes its restarts, a map of C(run), C(attempt), C(state), C(at), C(of) and
        C(version).
    type: str
    default: aws_dr_reconciled
  claim_timeout:
    description:
      - After so many seconds a restart that was begun and not ended is believed to be of a run that was killed, and
        another run takes it over. A run waits so long, once, for what another one seems to be at.
      - Has to be longer than one restart takes, with AWS's throttling; copies in parts renew their mark.
      - Executions of standard state machines are not waited for, because Step Functions refuses duplicates.
    type: int
    default: 120
  restart_again_after:
    description:
      - After so many seconds an item that was restarted and is still unfinished is restarted again. Unset, never.
    type: int
  unrecorded:
    description:
      - Objects in O(bucket) that no item of the table records, whatever its status. They were uploaded while nobody
        recorded them. Needs a scan of the table, unless there is no object since O(unrecorded.since) at all.
      - With O(start_attributes), an item records an object if it names it and was started since the object was
        written, or up to 60 seconds before, for clocks that differ. So an upload under a name that is used again is
        found though an old item names it. Items that don't say when they were started record nothing.
      - With O(action=copy_in_place), the restart of an item counts as a start, because it writes the object anew.
      - Without O(start_attributes) any item that names an object records it, and an upload under a name that was used
        before is never found.
    type: dict
    suboptions:
      prefix:
        description: Where work is uploaded to. Empty objects whose key ends in a slash are left out.
        type: str
        default: ""
      since:
        description: Look only at objects of this time or later. ISO 8601, UTC without an offset.
        type: str
        required: true
      older_than:
        description:
          - Look only at objects that are at least so many seconds old. The workload may be about to record younger
            ones.
          - Younger ones that no item records are counted as RV(counts.unrecorded_too_young), and a warning says to run
            the task again.
        type: int
        default: 300
      restart:
        description:
          - Whether to restart them too. A template can't name attributes then.
          - A restarted object gets the tag C(aws_dr_reconciled), because there is no item to mark. Two runs at once may
            restart it twice.
        type: bool
        default: false
  max_listed:
    description:
      - How many items are returned at most. Those that need a look come first. All are counted.
    type: int
    default: 100
  output:
    description:
      - A CSV file on the target for all items. It is written in check mode too, and replaces a file of that name.
    type: path
  concurrency:
    description: How many items are worked on at once, from 1 to 256.
    type: int
    default: 64
attributes:
  check_mode:
    support: full
    details:
      - Gives the same counts and items, but for permissions to write. Objects are looked for.
      - Items that another run is at are counted as V(in_progress) and not waited for.
  diff_mode:
    support: full
    details:
      - Of the items that are listed.
  idempotent:
    support: full
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - aws_dr.s3.attributes
  - aws_dr.s3.attributes.action_group
  - aws_dr.s3.progress
notes:
  - A copy keeps metadata, tags, encryption, storage class, checksum algorithm, retention and legal hold. It has
    another version id, time and, of objects that were uploaded in parts, ETag, and no ACL. A restored version of an
    archive class becomes STANDARD. Objects above 5 GiB are copied in parts, which fires
    C(s3:ObjectCreated:CompleteMultipartUpload). A version that was written meanwhile is never hidden by a copy, if
    boto3 knows conditional copies.
  - Where this bucket replicates back, a copy is replicated like any new version, and ends there, because S3 does not
    replicate replicas. A notification of the other bucket may fire for it once that Region is back. So a workload has
    to ask which Region is active, as it has to for every upload.
  - After a run that was killed between a restart and its mark, the next run knows of a copy that there is a newer
    version, and executions of standard state machines have names that are refused the second time. FIFO queues drop
    the second message within five minutes. Messages to other queues and executions of express state machines may come
    twice. So may a copy or such a message whose answer is lost on its way, because boto3 tries again. Events of S3 are
    delivered at least once anyway.
  - Which upload of a name the work was for is not known. Where a name was used again and the new upload was not
    replicated in time, the upload before it is what is found and restarted. RV(items[].modified) tells its time, to be
    compared with RV(items[].started).
  - Work that finished in the lost Region just before the loss looks unfinished where that was not replicated in time,
    and is done again.
  - DynamoDB global tables with eventual consistency keep the last writer's item. What the lost Region wrote just before
    it was lost, and replicates when it is back, loses against a mark that was written since.
  - The caller needs C(dynamodb:DescribeTable), C(dynamodb:Scan) or C(dynamodb:Query) on the index, C(dynamodb:GetItem)
    and C(dynamodb:UpdateItem) on the table. With O(bucket), C(s3:ListBucket), C(s3:ListBucketVersions),
    C(s3:GetObject) and C(s3:GetObjectVersion). For O(action=copy_in_place), C(s3:GetBucketVersioning),
    C(s3:GetBucketNotification), C(s3:PutObject), C(s3:GetObjectTagging), C(s3:GetObjectVersionTagging),
    C(s3:PutObjectTagging) and C(s3:AbortMultipartUpload), with Object Lock C(s3:GetObjectRetention),
    C(s3:PutObjectRetention), C(s3:GetObjectLegalHold) and C(s3:PutObjectLegalHold), and C(kms:Decrypt) and
    C(kms:GenerateDataKey) on the keys of encrypted objects. For O(action=send_message), C(sqs:GetQueueUrl),
    C(sqs:GetQueueAttributes) and C(sqs:SendMessage). For O(action=start_execution), C(states:DescribeStateMachine) and
    C(states:StartExecution). With O(unrecorded), C(dynamodb:Scan), and to restart them C(s3:GetBucketVersioning),
    C(s3:GetObjectVersionTagging) and C(s3:PutObjectVersionTagging).
seealso:
  - name: Performing conditional updates
    description: How DynamoDB lets one of several writers win.
    link: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
  - name: Event notification types and destinations
    description: Which events of S3 a copy fires.
    link: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
"""

EXAMPLES = r"""
- name: Tell what would be restarted
  aws_dr.s3.workload_reconcile:
    region: eu-west-1
    table: batch-state
    index: status-index
    key_attribute: fileName
    key_encoding: url
    unfinished: [INITIALIZED]
    start_attributes: [processDate, startTime]
    start_format: "%m/%d/%Y %H:%M:%S"
    started_before: "2026-01-31T12:00:00Z"
    action: copy_in_place
    bucket: invoices-dr
    input_prefix: input/
    archive_prefixes: [input_archive/]
  check_mode: true
  register: unfinished

- name: Restart it, and what was uploaded during the outage and recorded nowhere
  aws_dr.s3.workload_reconcile:
    region: eu-west-1
    table: batch-state
    key_attribute: fileName
    unfinished: [INITIALIZED]
    failed: [FAILED]
    start_attributes: [startedAt]
    started_before: "2026-01-31T12:00:00Z"
    action: copy_in_place
    bucket: invoices-dr
    unrecorded:
      prefix: input/
      since: "2026-01-31T11:00:00Z"
      restart: true
    output: /var/tmp/restarted.csv

- name: Send a message for each item
  aws_dr.s3.workload_reconcile:
    region: eu-west-1
    table: jobs
    unfinished: [STARTED, RUNNING]
    start_attributes: [started]
    start_format: epoch
    older_than: 900
    action: send_message
    queue_message:
      queue: jobs.fifo
      body:
        job: "{id}"
        input: "{key}"
        restart: "{attempt}"

- name: Start an execution with the input that the item holds
  aws_dr.s3.workload_reconcile:
    region: eu-west-1
    table: batch-state
    key_attribute: fileName
    unfinished: [INITIALIZED]
    action: start_execution
    execution:
      state_machine: arn:aws:states:eu-west-1:111122223333:stateMachine:orchestrator
      input: "{s3NotificationEvent}"
"""

RETURN = r"""
counts:
  description: How many items had which outcome.
  returned: success, and when an item can't be restarted
  type: dict
  contains:
    selected:
      description: Items that are due.
      returned: always
      type: int
    restarted:
      description: Restarted, or would be in check mode.
      returned: always
      type: int
    restarted_before:
      description: Restarted by an earlier run and not finished yet.
      returned: always
      type: int
    in_progress:
      description: Another run is at them.
      returned: always
      type: int
    finished_meanwhile:
      description: Not due any more when they were to be restarted.
      returned: always
      type: int
    missing:
      description: Their object is not on this side in any version, or is archived.
      returned: always
      type: int
    denied:
      description: AWS denied it, also of objects that no item records. The task fails in the end.
      returned: always
      type: int
    failed:
      description: AWS refused it or did not answer, also of objects that no item records. The task fails in the end.
      returned: always
      type: int
    unreadable:
      description: The item does not say what is needed.
      returned: always
      type: int
    not_due:
      description: Unfinished, but not due by their start.
      returned: always
      type: int
    unrecorded:
      description: Objects that no item records.
      returned: always
      type: int
    unrecorded_restarted:
      description: Those of them that were restarted.
      returned: always
      type: int
    unrecorded_too_young:
      description: Other objects that no item records yet and that are younger than O(unrecorded.older_than). They were
        left alone and are not in RV(items).
      returned: always
      type: int
  sample:
    selected: 1200
    restarted: 1188
    restarted_before: 0
    in_progress: 0
    finished_meanwhile: 4
    missing: 8
    denied: 0
    failed: 0
    unreadable: 0
    not_due: 31
    unrecorded: 2
    unrecorded_restarted: 2
    unrecorded_too_young: 0
items:
  description: What came of each, at most O(max_listed). Those that need a look come first.
  returned: success, and when an item can't be restarted
  type: list
  elements: dict
  contains:
    item:
      description: The item's primary key; empty for an object that no item records.
      returned: always
      type: dict
      sample: {fileName: input/a.csv}
    key:
      description: The object's key, decoded.
      returned: always
      type: str
      sample: input/a.csv
    status:
      description: The item's status, null where it is not known.
      returned: always
      type: str
      sample: INITIALIZED
    started:
      description: The item's start as it stands there.
      returned: always
      type: str
      sample: 01/31/2026 11:58:07
    attempt:
      description: The number of the restart, 0 without one.
      returned: always
      type: int
      sample: 1
    outcome:
      description: One of the names of RV(counts), or V(unrecorded) for an object that no item records.
      returned: always
      type: str
      sample: restarted
    why:
      description:
        - V(never_here), V(deleted_for_good) and V(archived) for what is missing; V(access_denied); V(unreadable);
          V(not_to_be_kept) for what a copy would lose; V(no_answer), or AWS's error code. Else null.
      returned: always
      type: str
      sample: never_here
    msg:
      description: The same for a person, empty where nothing is to be said.
      returned: always
      type: str
    found:
      description: V(object), V(earlier_version) or V(archive), null where nothing was looked for or found.
      returned: always
      type: str
      sample: earlier_version
    object_key:
      description: The key of what was found.
      returned: always
      type: str
      sample: input/a.csv
    version_id:
      description: The version of what was found.
      returned: always
      type: str
      sample: 3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo
    modified:
      description: When that was written, or the object that no item records. A replica has the time of its original.
      returned: always
      type: str
      sample: "2026-01-31T11:57:52.000Z"
    result:
      description: The version, message or execution that the restart made; null in check mode.
      returned: always
      type: str
      sample: UIORUnfndfhnw89493jJFJ
listed_all:
  description: Whether RV(items) has all of them.
  returned: success, and when an item can't be restarted
  type: bool
output:
  description: Where all of them are, null without O(output).
  returned: success, and when an item can't be restarted
  type: str
  sample: /var/tmp/restarted.csv
problems:
  description: What stands in the way, a sentence each. Nothing was changed.
  returned: when something was refused before anything was changed
  type: list
  elements: str
"""

from typing import NoReturn

from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, concurrency_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.progress_file import progress_of, progress_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.reconcile_options import (
    reconcile_constraints,
    reconcile_spec,
    task_of,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile import reconcile


def main() -> NoReturn:
    """Name the options, wire the use case."""
    module = AwsDrModule(
        argument_spec={**reconcile_spec(), **progress_spec(), **concurrency_spec(64)},
        supports_check_mode=True,
        slow_down=True,
        **reconcile_constraints(),
    )

    def use_case() -> Outcome:
        task = task_of(module.params)
        # No account: STS is not asked, so that nothing but the services that are worked with has to be up.
        access = Access(module.client, "", module.folder, module.check_mode, module.params["concurrency"])
        return reconcile(access, task, progress_of(module.params))

    module.run(use_case)


if __name__ == "__main__":
    main()
