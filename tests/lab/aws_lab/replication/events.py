# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The s3:Replication:* event notifications, to SQS, SNS and Lambda, and the faults of their delivery.

S3 User Guide, "Receiving replication failure events with Amazon S3 Event Notifications": the message's exact shape;
sent only for a rule with metrics; EventBridge gets none of them. "Event message structure": the key is form-encoded,
the version id is null where there is none. Delivery itself (who may write to the queue or topic, encryption) is
MiniStack's.
"""

from __future__ import annotations

import base64
import functools
import os
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from ministack.core.responses import request_scope
from ministack.services import s3

from aws_lab import clock, store
from aws_lab.delivery import Post
from aws_lab.replication.rules import Operation, Rule
from aws_lab.store import Version

_post = Post()


def failed(source: Version, rule: Rule, operation: Operation, requested_at: float, reason: str) -> None:
    """s3:Replication:OperationFailedReplication, for one rule and destination."""
    _publish("OperationFailedReplication", source, rule, operation, requested_at, {"failureReason": reason})


def missed_threshold(source: Version, rule: Rule, operation: Operation, requested_at: float) -> None:
    """s3:Replication:OperationMissedThreshold: Replication Time Control's 15 minutes are over."""
    threshold = {"threshold": str(rule.time_control_minutes * 60)}
    _publish("OperationMissedThreshold", source, rule, operation, requested_at, threshold)


def replicated_after_threshold(source: Version, rule: Rule, operation: Operation, requested_at: float) -> None:
    """s3:Replication:OperationReplicatedAfterThreshold: replicated, later than Replication Time Control promises."""
    seconds = {"threshold": rule.time_control_minutes * 60, "replicationTime": round(clock.now() - requested_at)}
    taken = {name: str(value) for name, value in seconds.items()}
    _publish("OperationReplicatedAfterThreshold", source, rule, operation, requested_at, taken)


async def drained() -> None:
    """Wait until every event is with its destination."""
    await _post.drained()


def reset() -> None:
    """Forget what is under way and begin the random numbers anew."""
    _post.reset()


def _publish(
    name: str, source: Version, rule: Rule, operation: Operation, requested_at: float, extra: Mapping[str, str]
) -> None:
    if not rule.metrics:
        return
    record = _record(name, source, rule, operation, requested_at, extra)
    for subscription in _subscriptions(store.notification_xml(source.bucket)):
        if not s3._event_matches(f"s3:Replication:{name}", subscription["events"]):
            continue
        if s3._key_matches_filter(source.key, subscription["filter_prefix"], subscription["filter_suffix"]):
            named = {**record, "s3": {**record["s3"], "configurationId": subscription["id"]}}
            _send(source, subscription, {"Records": [named]})


def _record(
    name: str, source: Version, rule: Rule, operation: Operation, requested_at: float, extra: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "eventVersion": "2.2",
        "eventSource": "aws:s3",
        "awsRegion": store.region(source.bucket),
        "eventTime": clock.iso(),
        "eventName": f"Replication:{name}",
        "userIdentity": {"principalId": "s3.amazonaws.com"},
        "requestParameters": {"sourceIPAddress": "s3.amazonaws.com"},
        "responseElements": {
            "x-amz-request-id": str(uuid.uuid4()),
            "x-amz-id-2": base64.b64encode(os.urandom(48)).decode(),
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "",
            "bucket": {
                "name": source.bucket,
                "ownerIdentity": {"principalId": source.owner},
                "arn": f"arn:aws:s3:::{source.bucket}",
            },
            "object": _object(source),
        },
        "replicationEventData": {
            "replicationRuleId": rule.id,
            "destinationBucket": f"arn:aws:s3:::{rule.destination}",
            "s3Operation": operation.value,
            "requestTime": clock.iso(requested_at),
            **extra,
        },
    }


def _object(source: Version) -> dict[str, Any]:
    content = {} if source.is_delete_marker else {"size": source.size, "eTag": source.etag}
    return {
        "key": quote_plus(source.key, safe="/"),
        **content,
        "versionId": None if source.version_id == store.NULL_VERSION else source.version_id,
        "sequencer": f"{next(s3._event_sequence):018X}",
    }


@functools.lru_cache(maxsize=256)
def _subscriptions(notification_xml: str) -> tuple[dict[str, Any], ...]:
    return tuple(s3._parse_notification_config_raw(notification_xml))


def _send(source: Version, subscription: dict[str, Any], message: dict[str, Any]) -> None:
    _post.send(functools.partial(_deliver, source, subscription, message))


def _deliver(source: Version, subscription: dict[str, Any], message: dict[str, Any]) -> None:
    region = store.region(source.bucket)
    if region is None:
        return  # the bucket went away while the event was on its way
    with request_scope(source.owner, region):
        if subscription["type"] == "sqs":
            s3._deliver_event_to_sqs(subscription["arn"], message, region, bucket_name=source.bucket)
        elif subscription["type"] == "sns":
            s3._deliver_event_to_sns(subscription["arn"], message, region, bucket_name=source.bucket)
        else:
            s3._deliver_event_to_lambda(subscription["arn"], message, region)
