# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring one queue entry for replication events into a bucket's notifications, or take it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket, s3_notification, s3_replication
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError, ConflictError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import notification
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.notification import Configuration, Wanted
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience, until

# What a fresh queue policy looks like to S3 for up to a minute (SQS: changes take up to 60 seconds to take effect).
_DESTINATION_REFUSED = "InvalidArgument"


@dataclass(frozen=True)
class Task:
    """What is asked for. ``queue`` is a name, URL or ARN; ``None`` only for ``present=False``."""

    bucket: str
    queue: str | None
    events: tuple[str, ...]
    key_prefix: str
    entry_id: str
    present: bool
    skip_validation: bool = False


def ensure(client: Any, caller: Caller, task: Task, check_mode: bool, patience: Patience) -> Outcome:
    """Plan the merge, apply it, read it back until it is there. Raises :class:`ToldError`; nothing is half done."""
    region = s3_bucket.head_bucket(client, task.bucket)
    before = s3_notification.get_notification(client, task.bucket)
    wanted = _wanted(task, region, caller) if task.present else None
    after = notification.with_entry(before, wanted) if wanted else notification.without_entry(before, task.entry_id)
    changed = not notification.same(before, after)
    silent = _silent_because(client, task.bucket) if wanted else ""
    if changed and not check_mode:
        write(client, task, after, patience)
    return Outcome(
        changed,
        {"notification": _result(after, task, wanted, silent)},
        notification.readable(before),
        notification.readable(after),
        [_silence_told(task.bucket, silent)] if silent and silent != notification.NO_RULE else [],
    )


def _wanted(task: Task, region: str, caller: Caller) -> Wanted:
    arn = notification.queue_arn_of(task.queue or "", region, caller.account, caller.partition)
    problems = notification.queue_problems(task.bucket, region, arn)
    if problems:
        raise RefusedError(f"Bucket {task.bucket}", problems)
    return Wanted(task.entry_id, arn, task.events, task.key_prefix)


def write(client: Any, task: Task, configuration: Configuration, patience: Patience) -> None:
    """Write a configuration that was planned and read it back. Raises :class:`ToldError`."""
    _put(client, task, configuration, patience)
    _verify(client, task.bucket, configuration, patience)


def _put(client: Any, task: Task, configuration: Configuration, patience: Patience) -> None:
    """Write, and again while S3 can't reach the queue yet or somebody else is writing."""

    def write() -> AwsError | None:
        try:
            s3_notification.put_notification(client, task.bucket, configuration, task.skip_validation)
        except ConflictError as error:
            return error
        except AwsError as error:
            if error.code != _DESTINATION_REFUSED:
                raise
            return error
        return None

    refused, done = until(patience, write, lambda error: error is None)
    if done or refused is None:
        return
    if isinstance(refused, ConflictError):
        raise refused
    raise ToldError(
        f"S3 can't send to a destination of bucket {task.bucket}: {refused.said}. Every destination that the bucket "
        f"has is tested. For {task.queue}: it must exist in the bucket's Region, its policy must let s3.amazonaws.com "
        f"send for this bucket (filter aws_dr.s3.failure_queue_policy), and its KMS key must let S3 use it. "
        f"Nothing was changed",
        code=refused.code,
    ) from refused


def _verify(client: Any, bucket: str, expected: Configuration, patience: Patience) -> None:
    """S3 may show the old configuration for a moment."""
    found, there = until(
        patience,
        lambda: s3_notification.get_notification(client, bucket),
        lambda seen: notification.same(seen, expected),
    )
    if not there:
        raise DeadlineError(
            f"The notifications of bucket {bucket} were written, but {patience.timeout:g} s later S3 shows others. "
            f"Somebody else may have written them at the same time: compare, and run again",
            expected=notification.readable(expected),
            found=notification.readable(found),
        )


def _silent_because(client: Any, bucket: str) -> str:
    """Say why the bucket will not send all failure events; ``""`` when it will."""
    try:
        replication = s3_replication.get_replication(client, bucket)
    except AccessDeniedError as error:
        return f"its rules can't be read. {error.message}"
    return notification.metrics_missing(replication.rules if replication else ()) or ""


def _silence_told(bucket: str, why: str) -> str:
    return (
        f"Bucket {bucket} may not send all replication failure events: {why}. "
        f"S3 sends them only for rules with metrics on (metrics: true in aws_dr.s3.bucket_replication)"
    )


def _result(configuration: Configuration, task: Task, wanted: Wanted | None, silent: str) -> dict[str, Any]:
    if wanted is None:
        return {"configured": False, "id": task.entry_id}
    entry = notification.covering(configuration, wanted) or notification.find(configuration, wanted.entry_id) or {}
    return {
        "configured": True,
        "id": entry.get("Id", wanted.entry_id),
        "queue_arn": wanted.queue_arn,
        "events": sorted(wanted.events),
        "key_prefix": wanted.key_prefix,
        "silent_because": silent,
    }
