# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What MiniStack's EventBridge lacks: events of AWS services on the default bus, and who may write to a target queue.

EventBridge User Guide, "Events from AWS services" (they go to the default bus of their Region), "Using resource-based
policies for EventBridge" (a queue has to allow events.amazonaws.com; a good policy names the rule in aws:SourceArn),
"Using dead-letter queues": what may not be delivered for lack of permission is not tried again but goes to the target's
dead-letter queue, and is lost where there is none. "Sending and receiving events between AWS Regions": a bus of another
Region of the same account is a target with a role that may events:PutEvents there; events keep their own Region.
"""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import eventbridge, sqs

from aws_lab import faults, iam

LOG = logging.getLogger("aws_lab")
_SERVICE = "events.amazonaws.com"
_NO_PERMISSIONS = "NO_PERMISSIONS"

_rule: ContextVar[tuple[dict[str, Any], dict[str, Any]] | None] = ContextVar("aws_lab_rule", default=None)


def install() -> None:
    """Change MiniStack once."""
    eventbridge._invoke_target = _knowing_the_rule(eventbridge._invoke_target)
    eventbridge._dispatch_to_sqs = _asking_the_queue(eventbridge._dispatch_to_sqs)
    eventbridge._dispatch_to_event_bus = _crossing_regions(eventbridge._dispatch_to_event_bus)


def publish(
    account: str, region: str, source: str, detail_type: str, detail: dict[str, Any], resources: list[str] | None = None
) -> None:
    """Put an event of an AWS service on the default bus of the account in the Region."""
    entry = {
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
        "Resources": resources or [],
    }
    with request_scope(account, region):
        eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)


def _knowing_the_rule(invoke: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(invoke)
    def wrapped(target: dict[str, Any], event: Any, rule: dict[str, Any], *rest: Any) -> Any:
        token = _rule.set((rule, target))
        try:
            return invoke(target, event, rule, *rest)
        finally:
            _rule.reset(token)

    return wrapped


def _asking_the_queue(dispatch: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(dispatch)
    def wrapped(spec: Any, payload: str, sqs_parameters: Any = None) -> None:
        known = _rule.get()
        if known is None or _may_send(str(spec), known[0]):
            dispatch(spec, payload, sqs_parameters)
            return
        rule, target = known
        LOG.warning("the policy of queue %s keeps rule %s from sending to it", spec, rule["Arn"])
        dead_letters = (target.get("DeadLetterConfig") or {}).get("Arn", "")
        if dead_letters and _may_send(dead_letters, rule):
            dispatch(parse_arn(dead_letters), payload, None)
            _tell_why(dead_letters, rule, target)

    return wrapped


def _crossing_regions(dispatch: Callable[..., Any]) -> Callable[..., Any]:
    """MiniStack knows buses of the same Region only."""

    @functools.wraps(dispatch)
    def wrapped(spec: Any, event: dict[str, Any], rule: Any, event_path: Any, payload: Any = None) -> Any:
        known = _rule.get()
        if known is None or spec.region == get_region() or spec.account_id != get_account_id():
            return dispatch(spec, event, rule, event_path, payload)
        if faults.region_down(spec.region) or not _may_put(known[1].get("RoleArn", ""), str(spec), known[0]):
            LOG.warning("rule %s could not put events on %s", known[0]["Arn"], spec)
            return None
        forwarded = {**event, "EventBusName": spec.resource.partition("/")[2]}
        with request_scope(spec.account_id, spec.region):
            eventbridge._dispatch_event(forwarded)
        return None

    return wrapped


def _may_put(role_arn: str, bus_arn: str, rule: dict[str, Any]) -> bool:
    account, region = bus_arn.split(":")[4], bus_arn.split(":")[3]
    if not iam.may_assume(role_arn, _SERVICE, source_account=account, source_arn=rule["Arn"]):
        return False
    session = iam.Session(role_arn, _SERVICE)
    return bool(session.may_under("events:PutEvents", bus_arn, "", account, region))


def _may_send(queue_arn: str, rule: dict[str, Any]) -> bool:
    return bool(sqs.queue_policy_allows(queue_arn, _SERVICE, rule["Arn"], get_account_id()))


def _tell_why(queue_arn: str, rule: dict[str, Any], target: dict[str, Any]) -> None:
    """The attributes that EventBridge gives a dead letter."""
    queue = sqs._queue_by_arn(queue_arn)
    if not queue or not queue["messages"]:
        return
    said = {
        "RULE_ARN": rule["Arn"],
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": _NO_PERMISSIONS,
        "ERROR_MESSAGE": "The queue's policy does not allow the rule to send messages.",
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
        "RETRY_ATTEMPTS": "0",
    }
    queue["messages"][-1]["message_attributes"] = {
        name: {"DataType": "String", "StringValue": value} for name, value in said.items()
    }
