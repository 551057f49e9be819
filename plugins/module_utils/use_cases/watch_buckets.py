# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let EventBridge tell of changed buckets: a rule, its target, and a Lambda function that takes a queue's messages."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import eventbridge, queue_sources
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_changes import event_pattern
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

TARGET_ID = "aws-dr-s3"
_FRESH_ROLE_SECONDS = 60
_NOT_YET = ("execution role", "cannot be assumed")


@dataclass(frozen=True)
class Watch:
    """What is wanted. ``target`` is the ARN of a queue, or of an event bus in another Region with the ``role`` for it.

    ``function`` takes the messages of the queue, at most ``batch_size`` in one go and ``concurrency`` times at once.
    """

    rule: str
    target: str
    role: str = ""
    function: str = ""
    batch_size: int = 10
    concurrency: int = 2
    description: str = "Changes of buckets, for aws_dr.s3"

    def problems(self) -> list[str]:
        """Say what can't be right."""
        found = []
        if self.function and ":sqs:" not in self.target:
            found.append(f"function takes messages from a queue, and target {self.target} is none; give a queue's ARN")
        if not 2 <= self.concurrency <= 1000:
            found.append(f"maximum_concurrency is {self.concurrency}; it has to be from 2 to 1000")
        if not 1 <= self.batch_size <= 10:
            found.append(f"batch_size is {self.batch_size}; it has to be from 1 to 10")
        if ":events:" in self.target and not self.role:
            found.append("an event bus in another Region needs a role that may put events there")
        return found

    def target_document(self) -> dict[str, Any]:
        """The target as PutTargets takes it."""
        return {"Id": TARGET_ID, "Arn": self.target, **({"RoleArn": self.role} if self.role else {})}

    def mapping_document(self) -> dict[str, Any]:
        """The event source mapping's settings."""
        return {
            "Enabled": True,
            "BatchSize": self.batch_size,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": self.concurrency},
        }


def watch(
    events: Any, functions: Any, wanted: Watch, check_mode: bool, sleep: Callable[[float], None] = time.sleep
) -> Outcome:
    """Make rule, target and mapping as wanted. ``events`` and ``functions`` are clients of the Region.

    Other targets of the rule stay. Raises :class:`RefusedError`, :class:`AwsError`.
    """
    problems = wanted.problems()
    if problems:
        raise RefusedError(f"Rule {wanted.rule}", problems)
    before, mapping = _present(events, functions, wanted)
    after = _wanted(wanted)
    if before == after:
        return Outcome(False, {"watch": after}, before, after)
    if not check_mode:
        if before["rule"] != after["rule"]:
            pattern = json.dumps(event_pattern(), separators=(",", ":"))
            eventbridge.put_rule(events, wanted.rule, pattern, wanted.description)
        if before["target"] != after["target"]:
            eventbridge.put_target(events, wanted.rule, wanted.target_document())
        if before["mapping"] != after["mapping"]:
            _map(functions, wanted, mapping, sleep)
    return Outcome(True, {"watch": after}, before, after)


def unwatch(events: Any, functions: Any, wanted: Watch, check_mode: bool) -> Outcome:
    """Take mapping, target and rule away; a rule that has other targets keeps them."""
    before, mapping = _present(events, functions, wanted)
    others = [target["Id"] for target in eventbridge.list_targets(events, wanted.rule) if target["Id"] != TARGET_ID]
    after: dict[str, Any] = {"rule": before["rule"] if others else None, "target": None, "mapping": None}
    changed = before != after
    if changed and not check_mode:
        if mapping is not None:
            queue_sources.delete_mapping(functions, mapping)
        if before["target"]:
            eventbridge.remove_targets(events, wanted.rule, [TARGET_ID])
        if before["rule"] and not others:
            eventbridge.delete_rule(events, wanted.rule)
    return Outcome(changed, {"watch": after}, before, after)


def _wanted(wanted: Watch) -> dict[str, Any]:
    rule = {"event_pattern": event_pattern(), "state": "ENABLED", "description": wanted.description}
    return {
        "rule": rule,
        "target": wanted.target_document(),
        "mapping": wanted.mapping_document() if wanted.function else None,
    }


def _present(events: Any, functions: Any, wanted: Watch) -> tuple[dict[str, Any], str | None]:
    """Give what there is, in the form of :func:`_wanted`, and the mapping's id."""
    found = eventbridge.describe_rule(events, wanted.rule)
    rule = None
    if found is not None:
        rule = {
            "event_pattern": json.loads(found.get("EventPattern") or "{}"),
            "state": found.get("State"),
            "description": found.get("Description", ""),
        }
    targets = eventbridge.list_targets(events, wanted.rule) if found is not None else []
    target = next((given for given in targets if given["Id"] == TARGET_ID), None)
    source = queue_sources.find_mapping(functions, wanted.function, wanted.target) if wanted.function else None
    mapping = None
    if source is not None:
        mapping = {
            "Enabled": source.get("State") not in ("Disabled", "Disabling"),
            "BatchSize": source.get("BatchSize"),
            "FunctionResponseTypes": list(source.get("FunctionResponseTypes") or ()),
            "ScalingConfig": {"MaximumConcurrency": (source.get("ScalingConfig") or {}).get("MaximumConcurrency")},
        }
    return {"rule": rule, "target": target, "mapping": mapping}, source["UUID"] if source else None


def _map(functions: Any, wanted: Watch, mapping: str | None, sleep: Callable[[float], None]) -> None:
    """Make or change the mapping. A policy that was just written is not known everywhere for some seconds."""
    if mapping is not None:
        queue_sources.update_mapping(functions, mapping, wanted.mapping_document())
        return
    waited = 0.0
    while True:
        try:
            queue_sources.create_mapping(functions, wanted.function, wanted.target, wanted.mapping_document())
        except AwsError as error:
            if waited >= _FRESH_ROLE_SECONDS or not any(sign in error.said for sign in _NOT_YET):
                raise
            sleep(5)
            waited += 5
        else:
            return
