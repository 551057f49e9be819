# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import Due, Layout
from ansible_collections.aws_dr.s3.plugins.module_utils.reconcile_options import reconcile_spec, task_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import Execution, Message, Unrecorded

NOON = "2026-01-31T12:00:00Z"
UPLOADS = {"prefix": "in/", "since": "2026-01-31T12:00:00+01:00", "older_than": 5, "restart": True}


def params(**more: Any) -> dict[str, Any]:
    """What Ansible makes of a task: defaults filled in."""
    given = {name: spec.get("default") for name, spec in reconcile_spec().items()}
    return {**given, "table": "t", "unfinished": ["STARTED"], "action": "copy_in_place", "bucket": "b", **more}


def problems(**more: Any) -> list[str]:
    with pytest.raises(RefusedError, match="Nothing was restarted") as refused:
        task_of(params(**more))
    return refused.value.problems


def test_defaults() -> None:
    task = task_of(params())
    assert (task.layout, task.due) == (Layout(), Due(("STARTED",)))
    assert (task.claim_timeout, task.again, task.most_listed, task.unrecorded) == (120, None, 100, None)


def test_everything_is_passed_on() -> None:
    task = task_of(
        params(
            index="i",
            key_attribute="k",
            key_encoding="url",
            status_attribute="s",
            failed=["FAILED", "STARTED"],
            start_attributes=["d", "t"],
            start_format="%d %H",
            started_after="2026-01-31",
            started_before=NOON,
            older_than=60,
            input_prefix="in/",
            archive_prefixes=["a/"],
            mark_attribute="m",
            claim_timeout=9,
            restart_again_after=8,
            unrecorded=UPLOADS,
            max_listed=7,
            output="/x",
        )
    )
    assert task.layout == Layout("k", "url", "s", ("d", "t"), "%d %H", "m")
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert task.due == Due(("STARTED", "FAILED"), noon.replace(hour=0), noon, 60)
    assert (task.index, task.input_prefix, task.archive_prefixes) == ("i", "in/", ("a/",))
    assert (task.claim_timeout, task.again, task.most_listed, task.output) == (9, 8, 7, "/x")
    assert task.unrecorded == Unrecorded("in/", noon.replace(hour=11), 5, True)


def test_messages_and_executions() -> None:
    message = {"queue": "q", "body": {"a": 1}, "message_group_id": "g"}
    task = task_of(params(action="send_message", bucket=None, queue_message=message))
    assert task.message == Message("q", {"a": 1}, "g") and task.template == {"a": 1} and task.bucket is None
    task = task_of(params(action="start_execution", execution={"state_machine": "m", "input": "{i}"}))
    assert task.execution == Execution("m", "{i}") and task.template == "{i}"
    assert task_of(params()).template is None


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"unfinished": []}, "unfinished is empty"),
        ({"failed": [""]}, "an empty status"),
        ({"unfinished": [str(number) for number in range(51)]}, "name 51 statuses"),
        ({"older_than": 5}, "older_than needs start_attributes"),
        ({"started_before": NOON}, "started_before needs start_attributes"),
        ({"start_attributes": ["s"]}, "started_before or older_than is missing"),
        ({"start_attributes": ["s"], "started_after": NOON}, "started_before or older_than is missing"),
        ({"start_attributes": ["s"], "started_before": "noon"}, "started_before is 'noon', which is no ISO 8601 time"),
        (
            {"start_attributes": ["s"], "started_after": NOON, "started_before": NOON},
            "started_after is not before started_before",
        ),
        ({"start_attributes": ["s"], "older_than": -1}, "older_than is -1"),
        ({"restart_again_after": -1}, "restart_again_after is -1"),
        ({"max_listed": -1}, "max_listed is -1"),
        ({"claim_timeout": 0}, "claim_timeout is 0"),
        ({"unrecorded": {**UPLOADS, "older_than": -1}}, "unrecorded.older_than is -1"),
        ({"unrecorded": {**UPLOADS, "since": "x"}}, "unrecorded.since is 'x'"),
        (
            {"queue_message": {"queue": "q", "body": "b"}},
            "queue_message is for action send_message, not for copy_in_place",
        ),
        ({"execution": {"state_machine": "m", "input": "i"}}, "execution is for action start_execution"),
        ({"input_prefix": "in/"}, "input_prefix has no use without archive_prefixes"),
        ({"archive_prefixes": ["a/", ""]}, "an empty prefix"),
    ],
)
def test_what_can_not_be_right(more: dict[str, Any], told: str) -> None:
    (problem,) = problems(**more)
    assert told in problem


def test_all_problems_come_together() -> None:
    message = {"queue": "q", "body": "b", "message_group_id": None}
    more = {"action": "send_message", "queue_message": message, "bucket": None, "claim_timeout": 0}
    found = problems(**more, archive_prefixes=["a/"], unrecorded=UPLOADS, started_before="x")
    assert len(found) == 5
