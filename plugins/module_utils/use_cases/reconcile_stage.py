# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked for when unfinished work is restarted, and a look at all that is needed, before anything is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket, s3_notification, sqs, state_table
from ansible_collections.aws_dr.s3.plugins.module_utils.aws import stepfunctions as sfn
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import reconcile_template
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.queue_names import queue_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import Due, Layout
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_marks import Patience
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access

COPY, MESSAGE, EXECUTION = "copy_in_place", "send_message", "start_execution"
SUBJECT = "Nothing was restarted"
# S3 User Guide, "Supported event types": what a copy fires, in one call and in parts.
_FIRED = frozenset(["s3:ObjectCreated:*", "s3:ObjectCreated:Copy"])


@dataclass(frozen=True)
class Message:
    """What is sent: a template for its body; ``group`` is the message group in a FIFO queue."""

    queue: str
    body: Any
    group: str | None = None


@dataclass(frozen=True)
class Execution:
    """What is started: a template for its input."""

    state_machine: str
    input: Any


@dataclass(frozen=True)
class Unrecorded:
    """Which objects must have an item, and whether to restart those that have none. ``older_than`` in seconds."""

    prefix: str
    since: datetime
    older_than: float
    restart: bool


@dataclass(frozen=True)
class Task:
    """What is asked for. ``claim_timeout`` and ``again`` are those of ``domain.reconcile_marks.Patience``."""

    table: str
    layout: Layout
    due: Due
    action: str
    index: str | None = None
    bucket: str | None = None
    input_prefix: str = ""
    archive_prefixes: tuple[str, ...] = ()
    message: Message | None = None
    execution: Execution | None = None
    claim_timeout: float = 120
    again: float | None = None
    unrecorded: Unrecorded | None = None
    most_listed: int = 100
    output: str | None = None

    @property
    def template(self) -> Any:
        """The template of the action, ``None`` for a copy."""
        if self.action == MESSAGE and self.message:
            return self.message.body
        return self.execution.input if self.action == EXECUTION and self.execution else None


@dataclass(frozen=True)
class Stage:
    """All that was found: clients are ``None`` where they are not needed. ``repeatable``: the service refuses to do
    the same restart twice."""

    dynamodb: Any
    s3: Any
    table: state_table.Table
    queue_url: str = ""
    queue: Any = None
    states: Any = None
    repeatable: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def fifo(self) -> bool:
        """Whether the queue keeps order and drops duplicates."""
        return self.queue_url.endswith(".fifo")

    def patience(self, task: Task) -> Patience:
        """Give when marks are old."""
        return Patience(task.claim_timeout, task.again, self.repeatable)


def look(access: Access, task: Task) -> Stage:
    """Look at table, bucket, queue and state machine. Raises :class:`RefusedError` with all that is wrong."""
    problems: list[str] = _output_problems(task)
    problems += [f"the template: {problem}" for problem in reconcile_template.problems(task.template)]
    warnings: list[str] = []
    dynamodb = access.clients("dynamodb")
    s3 = access.clients("s3") if task.bucket else None
    found: dict[str, Any] = {}

    def attempt(name: str, find: Callable[[], Any]) -> None:
        try:
            found[name] = find()
        except ToldError as error:
            problems.append(error.message)

    attempt("table", lambda: state_table.describe(dynamodb, task.table))
    if "table" in found:
        problems += _table_problems(found["table"], task)
    if task.bucket:
        attempt("bucket", lambda: problems.extend(_bucket_problems(s3, task, warnings)))
    if task.action == MESSAGE and task.message:
        found["client"] = access.clients("sqs")
        attempt("queue", lambda: _queue(found["client"], str(task.message.queue if task.message else "")))
    if task.action == EXECUTION and task.execution:
        found["client"] = access.clients("stepfunctions")
        machine = task.execution.state_machine
        attempt("machine", lambda: sfn.state_machine_type(found["client"], machine))
    if problems:
        raise RefusedError(SUBJECT, problems)
    url = found.get("queue", "")
    if task.message and task.message.group and not url.endswith(".fifo"):
        warnings.append(f"message_group_id has no use: {url} is no FIFO queue")
    return Stage(
        dynamodb,
        s3,
        found["table"],
        queue_url=url,
        queue=found["client"] if task.action == MESSAGE else None,
        states=found["client"] if task.action == EXECUTION else None,
        repeatable=found.get("machine") == "STANDARD",
        warnings=tuple(warnings),
    )


def _output_problems(task: Task) -> list[str]:
    if task.output is None:
        return []
    folder = Path(task.output).absolute().parent
    return [] if folder.is_dir() else [f"output: there is no directory {folder}"]


def _table_problems(table: state_table.Table, task: Task) -> list[str]:
    problems = []
    if table.status not in ("ACTIVE", "UPDATING"):
        problems.append(f"the table {table.name} is {table.status}, not ACTIVE")
    keys = set(table.keys)
    if task.index is not None:
        index = table.indexes.get(task.index)
        if index is None:
            there = ", ".join(sorted(table.indexes)) or "none"
            problems.append(f"the table {table.name} has no index {task.index}; it has {there}")
        else:
            keys |= set(index.keys)
            if index.partition != task.layout.status:
                problems.append(
                    f"the partition key of the index {task.index} is {index.partition}, not {task.layout.status}, the "
                    "status_attribute"
                )
            if not index.whole:
                problems.append(
                    f"the index {task.index} does not project all attributes; name one that does, or leave index out"
                )
    read = {task.layout.key, task.layout.status, *task.layout.start}
    if task.layout.mark in keys | read:
        problems.append(f"mark_attribute {task.layout.mark} is an attribute of the workload; name another one")
    return problems


def _bucket_problems(client: Any, task: Task, warnings: list[str]) -> list[str]:
    bucket, here = str(task.bucket), client.meta.region_name
    region = s3_bucket.head_bucket(client, bucket)
    if region != here:
        return [f"bucket {bucket} is in {region}; name the standby bucket in {here}, or correct region"]
    tags_kept = task.unrecorded is not None and task.unrecorded.restart
    if (task.action == COPY or tags_kept) and s3_bucket.get_versioning(client, bucket) != "Enabled":
        return [f"bucket {bucket} has no versioning; a copy in place would overwrite the only one there is"]
    if task.action == COPY:
        warnings.extend(_unheard(client, bucket))
    return []


def _unheard(client: Any, bucket: str) -> list[str]:
    """Warn when nothing listens to copies."""
    try:
        document = s3_notification.get_notification(client, bucket)
    except AwsError as error:
        return [f"Whether anything listens to copies is not known. {error.message}"]
    members = ("QueueConfigurations", "TopicConfigurations", "LambdaFunctionConfigurations")
    events = {event for member in members for one in document.get(member) or () for event in one.get("Events", ())}
    if "EventBridgeConfiguration" in document or events & _FIRED:
        return []
    return [
        f"No notification of bucket {bucket} is for s3:ObjectCreated:* or s3:ObjectCreated:Copy, and EventBridge is "
        "off for it: a copy in place restarts nothing"
    ]


def _queue(client: Any, queue: str) -> str:
    problem = queue_problem(queue, client.meta.endpoint_url)
    if problem:
        raise ToldError(problem)
    try:
        url = sqs.resolve_queue(client, queue)
        sqs.queue_state(client, url)
    except MissingError as error:
        raise ToldError(
            f"there is no queue {queue} in {client.meta.region_name}; correct queue_message.queue"
        ) from error
    return url
