# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drain the failure queue into the ledger.

A message is deleted only after the ledger has confirmed all it says, so that a run that is killed anywhere loses
nothing: what was not deleted comes again, and recording it again changes nothing. Messages that can't be read are
left, so that the queue's redrive policy moves them to its dead-letter queue.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import ledger as table_calls
from ansible_collections.aws_dr.s3.plugins.module_utils.aws import sqs
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.queue_names import queue_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.drain import Drain, Limits, Tally
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.record_failures import Recorder

MALFORMED_SHOWN = 100


@dataclass(frozen=True)
class Collection:
    """What to collect. Queues are names, ARNs or URLs; ``max_messages`` 0 means no limit; times are in seconds.

    ``redrive`` reads the dead-letter queue too (unset: the one of the queue's redrive policy): what can be read by now
    is recorded and leaves it, the rest stays there.
    """

    table: str
    queue: str
    dead_letter_queue: str | None = None
    redrive: bool = False
    retention_days: int | None = None
    max_messages: int = 0
    wait_timeout: int = 300
    concurrency: int = 16


@dataclass(frozen=True)
class _Queue:
    url: str
    state: sqs.QueueState


def collect(
    sqs_client: Any,
    dynamodb: Any,
    collection: Collection,
    check_mode: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Check all that can be checked before a message is touched, then drain; in check mode only foretell.

    Raises :class:`ToldError`; when the drain had begun, its ``details`` say how far it came, and all that it counts as
    recorded is recorded.
    """
    began = clock()
    _refuse(collection, sqs_client.meta.endpoint_url)
    table_calls.check(dynamodb, collection.table)
    queues = _queues(sqs_client, collection)
    tally = Tally()
    if check_mode:
        waiting = [queue.state.visible + queue.state.delayed for queue in queues]
        return _outcome(collection, queues, [], tally, "check_mode", clock() - began, sum(waiting))
    recorder = Recorder(dynamodb, collection.table, collection.retention_days)
    limits = Limits(began + collection.wait_timeout, collection.max_messages, collection.concurrency)
    stopped = "empty"
    for queue in queues:
        try:
            stopped = Drain(sqs_client, queue.url, recorder, limits, tally, clock).run(queue.state.visible)
        except ToldError as error:
            error.details.update(_counts(tally))
            raise
        if stopped != "empty":
            break
    after = [sqs.queue_state(sqs_client, queue.url) for queue in queues]
    return _outcome(collection, queues, after, tally, stopped, clock() - began, 0)


def _refuse(collection: Collection, endpoint: str) -> None:
    queues = {"failure_queue": collection.queue, "dead_letter_queue": collection.dead_letter_queue}
    problems = [
        f"{option} {problem}"
        for option, queue in queues.items()
        if queue is not None and (problem := queue_problem(queue, endpoint))
    ]
    if collection.max_messages < 0:
        problems.append(f"max_messages is {collection.max_messages}; it must be 0 (no limit) or more")
    if collection.wait_timeout < 1:
        problems.append(f"wait_timeout is {collection.wait_timeout}; it must be 1 second or more")
    if collection.retention_days is not None and not 1 <= collection.retention_days <= 36500:
        problems.append(f"retention_days is {collection.retention_days}; it must be from 1 to 36500")
    if problems:
        raise RefusedError("The failures can't be collected so", problems)


def _queues(client: Any, collection: Collection) -> list[_Queue]:
    """The failure queue and, where it is to be redriven, the dead-letter queue; each is asked for its state first."""
    url = sqs.resolve_queue(client, collection.queue)
    queue = _Queue(url, sqs.queue_state(client, url))
    if not collection.redrive:
        return [queue]
    dead_letter = collection.dead_letter_queue or queue.state.dead_letter_arn
    if dead_letter is None:
        raise ToldError(
            f"redrive is asked for and the queue {url} has no redrive policy. Name the dead-letter queue in "
            f"dead_letter_queue, or give the queue a redrive policy (role aws_dr.s3.failure_capture)"
        )
    # SQS Developer Guide: a dead-letter queue is in the same Region and account as its queue.
    dead_letter_url = sqs.resolve_queue(client, dead_letter)
    if dead_letter_url == url:
        raise ToldError(f"dead_letter_queue and failure_queue are the same queue, {url}")
    return [queue, _Queue(dead_letter_url, sqs.queue_state(client, dead_letter_url))]


def _counts(tally: Tally) -> dict[str, Any]:
    rules: dict[tuple[str, str], dict[str, int]] = {}
    for (bucket, rule_id, reason), count in sorted(tally.failures.items()):
        rules.setdefault((bucket, rule_id), {})[reason] = count
    return {
        "received": tally.received,
        "recorded": tally.failures.total(),
        "deleted": tally.deleted,
        "undeleted": tally.undeleted,
        "dropped": dict(sorted(tally.dropped.items())),
        "malformed": {
            "count": len(tally.malformed),
            "messages": [
                {"message_id": message_id, "problem": problem}
                for message_id, problem in list(tally.malformed.items())[:MALFORMED_SHOWN]
            ],
        },
        "rules": [
            {
                "bucket": bucket,
                "rule_id": rule_id,
                "recorded": sum(reasons.values()),
                "reasons": [{"reason": reason, "recorded": count} for reason, count in reasons.items()],
            }
            for (bucket, rule_id), reasons in rules.items()
        ],
    }


def _outcome(
    collection: Collection,
    queues: list[_Queue],
    after: list[sqs.QueueState],
    tally: Tally,
    stopped: str,
    elapsed: float,
    foretold: int,
) -> Outcome:
    before = [queue.state for queue in queues]
    if collection.max_messages:
        foretold = min(foretold, collection.max_messages)
    results = {
        **_counts(tally),
        "queues": [_shown(queue.url, state) for queue, state in zip(queues, after or before, strict=True)],
        "stopped_because": stopped,
        "elapsed": round(elapsed, 3),
        "expected": foretold if stopped == "check_mode" else tally.received,
    }
    waiting = sum(state.visible + state.delayed for state in before)
    left = sum(state.visible + state.delayed for state in after) if after else waiting - foretold
    return Outcome(
        changed=bool(tally.deleted or tally.failures or foretold),
        results=results,
        before={"messages": waiting},
        after={"messages": left},
        warnings=_warnings(collection, tally),
    )


def _shown(url: str, state: sqs.QueueState) -> dict[str, Any]:
    return {"url": url, "visible": state.visible, "in_flight": state.in_flight, "delayed": state.delayed}


def _warnings(collection: Collection, tally: Tally) -> list[str]:
    warnings = []
    if tally.malformed:
        message_id, problem = next(iter(tally.malformed.items()))
        warnings.append(
            f"{len(tally.malformed)} messages of {collection.queue} can't be read and were left for its dead-letter "
            f"queue; the first is {message_id}: {problem}. See malformed in the result"
        )
    if tally.undeleted:
        warnings.append(
            f"{tally.undeleted} messages were recorded and SQS did not delete them: they will come again, which does "
            f"no harm. If it happens often, raise the visibility timeout of {collection.queue}"
        )
    return warnings
