# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed before any of its writes and run again ends as one that was not. It runs in this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Standard
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs import Task, ensure
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import sides_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

US, EU = "us-east-1", "eu-west-1"
SOURCES, DESTINATIONS = ("invoices", "vault"), ("invoices-dr", "vault-dr")
READS = (
    "get_bucket_versioning",
    "get_bucket_encryption",
    "get_public_access_block",
    "get_bucket_ownership_controls",
    "get_bucket_policy",
    "get_bucket_tagging",
    "get_bucket_replication",
    "get_bucket_notification_configuration",
    "get_object_lock_configuration",
)


class KilledError(BaseException):
    """The process is gone."""


class Killer:
    """Raises before the write of that number (from 0), in whatever thread, and before every later one."""

    def __init__(self, number: int | None) -> None:
        self.number, self.writes = number, 0
        self._lock = threading.Lock()

    def __call__(self, model: Any, **_unused: Any) -> None:
        if model.http["method"] == "GET" or model.name.startswith(("Get", "List", "Head")):
            return
        with self._lock:
            if self.number is not None and self.writes >= self.number:
                raise KilledError
            self.writes += 1


def run(killer: Killer, **options: Any) -> Outcome:
    session = boto3.session.Session()
    session.events.register("before-call.*.*", killer)
    entries = [
        {"source": {"bucket": source, "region": US}, "destination": {"bucket": destination, "region": EU}}
        for source, destination in zip(SOURCES, DESTINATIONS, strict=True)
    ]
    standard = Standard(tags={"dr": "yes"})
    task = Task(pairs=entries, role_wait=0, standard=standard, failure_queue="failures", concurrency=4, **options)
    sides = sides_of(Clients(session, US), None, None, US)
    return ensure(sides, task, False, Patience(20, 0.2), Progress())


def fresh(aws: Callable[..., Any], lab: Any) -> None:
    lab.reset()
    aws("s3").create_bucket(Bucket=SOURCES[0])
    aws("s3").create_bucket(Bucket=SOURCES[1], ObjectLockEnabledForBucket=True)
    url = aws("sqs").create_queue(QueueName="failures")["QueueUrl"]
    allow = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [{**allow, "Resource": "*"}]})
    aws("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})


def state(aws: Callable[..., Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"buckets": [bucket["Name"] for bucket in aws("s3").list_buckets()["Buckets"]]}
    for region, buckets in ((US, SOURCES), (EU, DESTINATIONS)):
        for bucket in buckets:
            for read in READS:
                try:
                    answer = getattr(aws("s3", region), read)(Bucket=bucket)
                except ClientError as error:
                    answer = {"code": error.response["Error"]["Code"]}
                answer.pop("ResponseMetadata", None)
                found[f"{bucket} {read}"] = answer
    for role in aws("iam").get_account_authorization_details(Filter=["Role"])["RoleDetailList"]:
        kept = ("Path", "AssumeRolePolicyDocument", "RolePolicyList", "Tags")
        found[role["RoleName"]] = {name: role.get(name) for name in kept}
    return found


def test_killed_before_any_write_and_run_again(aws: Callable[..., Any], lab: Any) -> None:
    fresh(aws, lab)
    whole = Killer(None)
    assert run(whole).changed
    expected = state(aws)
    assert not run(Killer(None)).changed
    assert whole.writes > 15
    for number in range(whole.writes):
        fresh(aws, lab)
        try:
            run(Killer(number))
        except KilledError:
            pass
        else:
            raise AssertionError(f"it was not killed before write {number}")
        run(Killer(None))
        assert state(aws) == expected, f"killed before write {number}"

    # The same for taking pairs out.
    gone = Killer(None)
    assert run(gone, present=False).changed
    expected = state(aws)
    for number in range(gone.writes):
        fresh(aws, lab)
        run(Killer(None))
        try:
            run(Killer(number), present=False)
        except KilledError:
            run(Killer(None), present=False)
        assert state(aws) == expected, f"killed before write {number} of taking pairs out"
