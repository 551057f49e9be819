# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the core changes MiniStack itself. Each patch says why; the version is pinned in requirements.txt."""

from __future__ import annotations

import datetime
import functools
import re
import time
from typing import Any

from aws_lab import alarms, clock, move_tasks, queue_speed
from aws_lab.hosts import is_aws, parse_host


def apply() -> None:
    """Change MiniStack before the first request. It must have been configured by then (aws_lab.__main__)."""
    _buckets_with_dots()
    _no_keys_of_root()
    _bucket_policies_name_principals()
    _policy_patterns_match_any_character()
    _queue_urls()
    _queue_batch_permissions()
    queue_speed.apply()
    move_tasks.install()
    alarms.install()
    _carriage_returns()
    _moving_time()


def _buckets_with_dots() -> None:
    """MiniStack takes the first label of a host for the bucket; `my.bucket.s3.amazonaws.com` names my.bucket."""
    import ministack.app as base

    original = base._extract_s3_vhost_bucket

    def extract(host: str) -> str | None:
        if not is_aws((host or "").partition(":")[0]):
            return original(host)  # type: ignore[no-any-return]
        named = parse_host(host)
        return named.bucket if named.service == "s3" else None

    base._extract_s3_vhost_bucket = extract


def _no_keys_of_root() -> None:
    """MiniStack takes `test` and any account id for an access key of root, unchecked; AWS knows no such keys.

    The empty key stays: it is MiniStack calling itself.
    """
    from ministack.core import iam_evaluator

    iam_evaluator.is_root_access_key = lambda access_key_id: not access_key_id


def _bucket_policies_name_principals() -> None:
    """A bucket policy may grant a user or role of another account, not only that account as a whole.

    MiniStack evaluates the policy rightly for the caller, and then once more for the root of the caller's account,
    which refuses every grant to a single principal.
    """
    from ministack.services import s3

    original = s3._foreign_bucket_allows

    def allows(
        owner: str,
        bucket: str,
        key: str,
        method: str,
        query: dict[str, Any],
        caller: str,
        headers: dict[str, str] | None = None,
    ) -> bool:
        if original(owner, bucket, key, method, query, caller, headers):
            return True
        return bool(caller) and _granted_to_caller(owner, bucket, key, method, query, caller, headers or {})

    s3._foreign_bucket_allows = allows


def _policy_patterns_match_any_character() -> None:
    """MiniStack's `*` and `?` stop at a line end, which an S3 key may hold: `arn:aws:s3:::b/*` is all its objects."""
    from ministack.core import iam_evaluator

    original = iam_evaluator._fnmatch_compile

    @functools.lru_cache(maxsize=4096)
    def compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
        found = original(pattern, ignore_case)
        return re.compile(found.pattern.removesuffix("$") + r"\Z", found.flags | re.DOTALL)

    iam_evaluator._fnmatch_compile = compiled


def _granted_to_caller(
    owner: str, bucket: str, key: str, method: str, query: dict[str, Any], caller: str, headers: dict[str, str]
) -> bool:
    from ministack.core import iam_actions, iam_evaluator
    from ministack.core.responses import get_region, request_scope
    from ministack.services import s3

    policy = s3._bucket_policies.get_scoped(owner, None, bucket)
    if not policy:
        return False
    if s3._public_access_blocked(owner, bucket, "RestrictPublicBuckets") and s3._policy_is_public(policy):
        return False
    path = f"/{bucket}/{key}" if key else f"/{bucket}"
    action = f"s3:{iam_actions._s3_action(method, path, query)}"
    with request_scope(owner, get_region()):
        context = iam_actions.s3_service_context(action, query, path, headers)
    call = iam_evaluator.EvalContext(
        principal_arn=iam_evaluator.request_caller_arn(headers, query),
        principal_type="",
        principal_account=caller,
        action=action,
        resource_arn=f"arn:aws:s3:::{path[1:]}",
        region=get_region(),
        service_context={name.lower(): value for name, value in context.items()},
    )
    return bool(iam_evaluator.evaluate_resource_policy(policy, call).decision == "Allow")


def _queue_urls() -> None:
    """Queue URLs start with https, as every AWS endpoint's."""
    from ministack.services import sqs

    sqs.use_ssl_enabled = lambda: True


def _queue_batch_permissions() -> None:
    """The batch calls of SQS have no permissions of their own: DeleteMessageBatch needs sqs:DeleteMessage.

    SQS Developer Guide, "Amazon SQS API permissions: Actions and resource reference".
    """
    from ministack.core import iam_actions

    original = iam_actions.extract_iam_action
    batched = {
        f"sqs:{name}Batch": f"sqs:{name}" for name in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
    }

    def extract(*request: Any) -> str | None:
        action: str | None = original(*request)
        return batched.get(action, action) if action else action

    iam_actions.extract_iam_action = extract


def _carriage_returns() -> None:
    """XML readers turn a bare carriage return into a line feed; S3 sends it as a character reference."""
    from ministack.services import s3

    original = s3._xml_body
    s3._xml_body = lambda root: original(root).replace(b"\r", b"&#13;")


def _moving_time() -> None:
    """Let time that a test moves on count for objects, messages, items and metrics.

    Signatures, STS sessions and Date headers keep wall time: the clients' clocks do not move.
    """
    from ministack.core import responses
    from ministack.services import cloudwatch, dynamodb, s3, sqs

    for module in (cloudwatch, dynamodb, s3, sqs):
        module.time = _LabTime()
    responses.datetime = _LabDatetime


class _LabTime:
    """The module `time`, but time() is the lab's."""

    @staticmethod
    def time() -> float:
        return clock.now()

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


class _LabDatetime(datetime.datetime):
    """datetime, but now() is the lab's."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> _LabDatetime:
        return cls.fromtimestamp(clock.now(), tz)
