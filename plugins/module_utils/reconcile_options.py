# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of ``workload_reconcile`` and what they mean together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import Due, Layout
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import (
    COPY,
    EXECUTION,
    MESSAGE,
    SUBJECT,
    Execution,
    Message,
    Task,
    Unrecorded,
)

Spec = dict[str, Any]
Params = dict[str, Any]

# DynamoDB Developer Guide, "Condition and filter expressions": IN takes up to 100 values, and text that looks like a
# number stands for two.
_MOST_STATUSES = 50


def _text(**more: Any) -> Spec:
    return {"type": "str", **more}


def _texts(**more: Any) -> Spec:
    return {"type": "list", "elements": "str", **more}


def reconcile_spec() -> Spec:
    """All options but concurrency and the file for progress."""
    return {
        "table": _text(required=True),
        "index": _text(),
        "key_attribute": _text(default="key", no_log=False),
        "key_encoding": _text(choices=["plain", "url"], default="plain", no_log=False),
        "status_attribute": _text(default="status"),
        "unfinished": _texts(required=True),
        "failed": _texts(default=[]),
        "start_attributes": _texts(default=[]),
        "start_format": _text(default="iso8601"),
        "started_after": _text(),
        "started_before": _text(),
        "older_than": {"type": "int"},
        "action": _text(choices=[COPY, MESSAGE, EXECUTION], required=True),
        "bucket": _text(),
        "input_prefix": _text(default=""),
        "archive_prefixes": _texts(default=[]),
        "queue_message": {
            "type": "dict",
            "options": {
                "queue": _text(required=True),
                "body": {"type": "raw", "required": True},
                "message_group_id": _text(),
            },
        },
        "execution": {
            "type": "dict",
            "options": {"state_machine": _text(required=True), "input": {"type": "raw", "required": True}},
        },
        "mark_attribute": _text(default="aws_dr_reconciled"),
        "claim_timeout": {"type": "int", "default": 120},
        "restart_again_after": {"type": "int"},
        "unrecorded": {
            "type": "dict",
            "options": {
                "prefix": _text(default=""),
                "since": _text(required=True),
                "older_than": {"type": "int", "default": 300},
                "restart": {"type": "bool", "default": False},
            },
        },
        "max_listed": {"type": "int", "default": 100},
        "output": {"type": "path"},
    }


def reconcile_constraints() -> dict[str, Any]:
    """Which options go together; arguments of the module's constructor."""
    return {
        "required_if": [
            ("action", COPY, ["bucket"]),
            ("action", MESSAGE, ["queue_message"]),
            ("action", EXECUTION, ["execution"]),
        ],
    }


def task_of(params: Params) -> Task:
    """Give what is asked for. Raises :class:`RefusedError` with all that can't be right."""
    problems = _problems(params)
    moments: dict[str, datetime | None] = {}
    for name in ("started_after", "started_before"):
        moments[name] = _moment(params[name], name, problems)
    unrecorded = params["unrecorded"]
    since = _moment(unrecorded["since"], "unrecorded.since", problems) if unrecorded else None
    after, before = moments["started_after"], moments["started_before"]
    if after and before and after >= before:
        problems.append("started_after is not before started_before, so that nothing lies between")
    if problems:
        raise RefusedError(SUBJECT, problems)
    message, execution = params["queue_message"], params["execution"]
    return Task(
        table=params["table"],
        index=params["index"],
        layout=Layout(
            key=params["key_attribute"],
            key_encoding=params["key_encoding"],
            status=params["status_attribute"],
            start=tuple(params["start_attributes"]),
            start_format=params["start_format"],
            mark=params["mark_attribute"],
        ),
        due=Due(
            statuses=tuple(dict.fromkeys([*params["unfinished"], *params["failed"]])),
            started_after=after,
            started_before=before,
            older_than=params["older_than"],
        ),
        action=params["action"],
        bucket=params["bucket"],
        input_prefix=params["input_prefix"],
        archive_prefixes=tuple(params["archive_prefixes"]),
        message=Message(message["queue"], message["body"], message["message_group_id"]) if message else None,
        execution=Execution(execution["state_machine"], execution["input"]) if execution else None,
        claim_timeout=params["claim_timeout"],
        again=params["restart_again_after"],
        unrecorded=Unrecorded(unrecorded["prefix"], since, unrecorded["older_than"], unrecorded["restart"])
        if unrecorded and since
        else None,
        most_listed=params["max_listed"],
        output=params["output"],
    )


def _problems(params: Params) -> list[str]:
    problems = []
    statuses = [*params["unfinished"], *params["failed"]]
    if not params["unfinished"]:
        problems.append("unfinished is empty; name the statuses of work that was started and not finished")
    if not all(statuses):
        problems.append("unfinished and failed hold an empty status")
    if len(set(statuses)) > _MOST_STATUSES:
        problems.append(f"unfinished and failed name {len(set(statuses))} statuses; {_MOST_STATUSES} are the most")
    aged = [name for name in ("started_after", "started_before", "older_than") if params[name] is not None]
    if aged and not params["start_attributes"]:
        problems.append(f"{aged[0]} needs start_attributes, which name where an item says when it was started")
    if params["start_attributes"] and params["started_before"] is None and params["older_than"] is None:
        problems.append(
            "started_before or older_than is missing: work that was started here a moment ago would be restarted too. "
            "Give the moment of the failover, or older_than: 0 if that is meant"
        )
    problems += [
        f"{name} is {params[name]}; it must not be negative"
        for name in ("older_than", "restart_again_after", "max_listed")
        if params[name] is not None and params[name] < 0
    ]
    if params["claim_timeout"] < 1:
        problems.append(f"claim_timeout is {params['claim_timeout']}; it must be at least 1")
    if params["unrecorded"] and params["unrecorded"]["older_than"] < 0:
        problems.append(f"unrecorded.older_than is {params['unrecorded']['older_than']}; it must not be negative")
    return problems + _idle(params)


def _idle(params: Params) -> list[str]:
    """Name options that would do nothing, because they belong to another action."""
    problems: list[str] = []
    for action, name in ((MESSAGE, "queue_message"), (EXECUTION, "execution")):
        if params[name] and params["action"] != action:
            problems.append(f"{name} is for action {action}, not for {params['action']}")
    problems += [
        f"{name} needs bucket, the standby bucket"
        for name in ("unrecorded", "archive_prefixes")
        if params[name] and not params["bucket"]
    ]
    if params["input_prefix"] and not params["archive_prefixes"]:
        problems.append("input_prefix has no use without archive_prefixes")
    if "" in params["archive_prefixes"]:
        problems.append("archive_prefixes holds an empty prefix")
    return problems


def _moment(text: str | None, name: str, problems: list[str]) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        problems.append(f"{name} is {text!r}, which is no ISO 8601 time such as 2026-01-31T12:00:00Z")
        return None
