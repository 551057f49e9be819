# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that select failure records, the same in every module; mirrored by ``aws_dr.s3.failure_selection``."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_of
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import STATUSES
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.selection import Selection
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import canonical_time

Spec = dict[str, Any]


def selection_spec() -> Spec:
    """All selecting options but ``bucket``, which each module asks for in its own way."""
    names: Spec = {"type": "list", "elements": "str", "default": []}
    return {
        "rule_id": {**names, "aliases": ["rule_ids"]},
        "destination": {**names, "aliases": ["destinations"]},
        "reason": {**names, "aliases": ["reasons"]},
        "status": {**names, "choices": list(STATUSES), "aliases": ["statuses"]},
        "key_prefix": {"type": "str", "default": "", "no_log": False},
        "failed_after": {"type": "str"},
        "failed_before": {"type": "str"},
    }


def ledger_spec() -> Spec:
    """``ledger_table``; mirrored by ``aws_dr.s3.ledger``."""
    return {"ledger_table": {"type": "str", "required": True}}


def selection_from(params: dict[str, Any], bucket: str | None) -> Selection:
    """Make the selection of a task's options. Raises :class:`RefusedError` naming what can't be right."""
    problems: list[str] = []
    after = _time(params, "failed_after", problems)
    before = _time(params, "failed_before", problems)
    if after and before and after >= before:
        problems.append(f"failed_after ({after}) is not before failed_before ({before}): no failure can match")
    problems += [f"{name} holds an empty name" for name in ("rule_id", "destination", "reason") if "" in params[name]]
    if len(params["key_prefix"].encode(errors="surrogatepass")) > 1024:
        problems.append("key_prefix is longer than 1,024 bytes, the longest key that S3 takes")
    if problems:
        raise RefusedError("The selection of failure records can't be right", problems)
    return Selection(
        bucket=bucket,
        rule_ids=tuple(params["rule_id"]),
        destinations=tuple(bucket_of(text) or text for text in params["destination"]),
        reasons=tuple(params["reason"]),
        statuses=tuple(params["status"]),
        key_prefix=params["key_prefix"],
        failed_after=after,
        failed_before=before,
    )


def _time(params: dict[str, Any], name: str, problems: list[str]) -> str | None:
    text = params[name]
    if not text:
        return None
    try:
        return canonical_time(text)
    except ValueError:
        problems.append(f"{name} is {text!r}; expected a date or time in ISO 8601, such as 2026-03-01T08:00:00Z")
        return None
