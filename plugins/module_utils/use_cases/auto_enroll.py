# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring each bucket that an event names to the standard, keep it there, or take it out: what the Lambda function does.

An event only says which bucket to look at: what the bucket needs is told by its present state, so that order, doubles
and events caused by our own calls do not matter. A message is done when its bucket is as it should be; all others come
back (Lambda Developer Guide, "Reporting batch item failures for Lambda functions with an Amazon SQS trigger"), and what
fails again and again ends in the dead-letter queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_changes import (
    BucketChange,
    UnreadableChangeError,
    read_change,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

Line = Mapping[str, Any]
LONGEST_HIDDEN = 43200 - 900
"""Seconds: SQS hides a message for twelve hours after it was received, and the function may run for 15 minutes."""


@dataclass(frozen=True)
class Ports:
    """What the function works with.

    ``enrol(bucket, check_mode)`` brings one source bucket to the standard, or takes it out; in check mode it only
    plans. ``sources_of(bucket, region)`` names the source buckets that a change of a bucket is about: itself, or those
    that replicate to it. ``pause_left(bucket)`` gives the seconds that an experiment still pauses its replication.
    ``hide(receipt_handle, seconds)`` lets a message come back later. ``seconds_left()`` is the time that the function
    still has. ``say`` takes one line of the log.
    """

    enrol: Callable[[str, bool], Outcome]
    sources_of: Callable[[str, str], Iterable[str]]
    pause_left: Callable[[str], int | None]
    hide: Callable[[str, int], None]
    seconds_left: Callable[[], float]
    say: Callable[[Line], None]


@dataclass(frozen=True)
class _Message:
    id: str
    receipt_handle: str
    change: BucketChange


def auto_enroll(records: Sequence[Mapping[str, Any]], ports: Ports, enough_seconds: float = 45.0) -> dict[str, Any]:
    """Work off the records of one SQS event; give the answer of a partial batch.

    ``enough_seconds``: with less time left nothing more is begun; what is left comes back.
    """
    failed: list[str] = []
    for bucket, messages in _by_source(records, ports, failed).items():
        if ports.seconds_left() < enough_seconds:
            ports.say({"bucket": bucket, "outcome": "postponed", "because": "the function's time runs out"})
            done = False
        else:
            done = _see_to(bucket, messages, ports)
        if not done:
            failed += [message.id for message in messages]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in dict.fromkeys(failed)]}


def _by_source(records: Sequence[Mapping[str, Any]], ports: Ports, failed: list[str]) -> dict[str, list[_Message]]:
    """Group the messages by the source buckets that they are about: each bucket is looked at once."""
    found: dict[str, list[_Message]] = {}
    for record in records:
        try:
            change = read_change(str(record["body"]))
            sources = list(ports.sources_of(change.bucket, change.region))
        except UnreadableChangeError as error:
            ports.say({"message": record["messageId"], "outcome": "unreadable", "because": str(error)})
            failed.append(record["messageId"])
            continue
        except ToldError as error:
            ports.say({"message": record["messageId"], "outcome": "failed", "because": error.message})
            failed.append(record["messageId"])
            continue
        if not sources:
            ports.say({"bucket": change.bucket, "call": change.call, "outcome": "not ours"})
        for source in sources:
            found.setdefault(source, []).append(_Message(record["messageId"], record["receiptHandle"], change))
    return found


def _see_to(bucket: str, messages: Sequence[_Message], ports: Ports) -> bool:
    """Look at one bucket and put it right; whether its messages are done."""
    about = {"bucket": bucket, "calls": sorted({message.change.call for message in messages})}
    try:
        if not ports.enrol(bucket, True).changed:
            ports.say({**about, "outcome": "as it should be"})
            return True
        # Asked after the bucket was read: a pause that began in between is seen here.
        left = ports.pause_left(bucket)
        if left is not None:
            _hide(messages, left, ports)
            ports.say(
                {**about, "outcome": "paused", "because": "an experiment pauses its replication", "seconds": left}
            )
            return False
        outcome = ports.enrol(bucket, False)
    except ToldError as error:
        ports.say({**about, "outcome": "failed", "because": error.message})
        return False
    except Exception as error:  # noqa: BLE001 - one bucket must not keep the others of the batch from being done
        ports.say({**about, "outcome": "failed", "because": f"{error.__class__.__name__}: {error}"})
        return False
    ports.say({**about, "outcome": "changed", "before": outcome.before, "after": outcome.after})
    return True


def _hide(messages: Sequence[_Message], seconds: int, ports: Ports) -> None:
    """Let the messages come back when the pause is over, so that they don't count as failures meanwhile.

    Where that does not work they come back as every failed message does.
    """
    for message in messages:
        try:
            ports.hide(message.receipt_handle, min(seconds + 60, LONGEST_HIDDEN))
        except ToldError as error:
            ports.say({"message": message.id, "outcome": "not hidden", "because": error.message})
