# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""EventBridge rules on the default bus: one function a call, typed errors. Clients are boto3 "events" clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError, call


def describe_rule(client: Any, rule: str) -> dict[str, Any] | None:
    """DescribeRule; ``None`` when there is no rule of this name."""
    try:
        with call(f"read the EventBridge rule {rule}", "events:DescribeRule"):
            found: dict[str, Any] = client.describe_rule(Name=rule)
    except MissingError:
        return None
    return found


def put_rule(client: Any, rule: str, pattern: str, description: str) -> None:
    """PutRule: make the rule or change it, enabled."""
    with call(f"write the EventBridge rule {rule}", "events:PutRule"):
        client.put_rule(Name=rule, EventPattern=pattern, State="ENABLED", Description=description)


def delete_rule(client: Any, rule: str) -> None:
    """DeleteRule; its targets have to be removed before."""
    with call(f"delete the EventBridge rule {rule}", "events:DeleteRule"):
        client.delete_rule(Name=rule)


def list_targets(client: Any, rule: str) -> list[dict[str, Any]]:
    """ListTargetsByRule, all pages; a rule that isn't there has none."""
    try:
        with call(f"list the targets of the EventBridge rule {rule}", "events:ListTargetsByRule"):
            pages = client.get_paginator("list_targets_by_rule").paginate(Rule=rule)
            return [target for page in pages for target in page.get("Targets", [])]
    except MissingError:
        return []


def put_target(client: Any, rule: str, target: Mapping[str, Any]) -> None:
    """PutTargets for one target. It can fail though the call itself succeeds."""
    doing = f"set the target {target['Arn']} of the EventBridge rule {rule}"
    with call(doing, "events:PutTargets"):
        answer = client.put_targets(Rule=rule, Targets=[dict(target)])
    _refuse_failed(doing, answer)


def remove_targets(client: Any, rule: str, ids: Sequence[str]) -> None:
    """RemoveTargets. It can fail though the call itself succeeds."""
    doing = f"remove targets of the EventBridge rule {rule}"
    with call(doing, "events:RemoveTargets"):
        answer = client.remove_targets(Rule=rule, Ids=list(ids))
    _refuse_failed(doing, answer)


def _refuse_failed(doing: str, answer: Mapping[str, Any]) -> None:
    for failed in answer.get("FailedEntries") or ():
        raise AwsError(doing, str(failed.get("ErrorCode", "")), 200, str(failed.get("ErrorMessage", "")))
