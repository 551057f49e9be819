# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take statements, named by their Sids, out of the policies of buckets; everything else stays word for word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket_settings
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Side
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


@dataclass(frozen=True)
class Prune:
    """One bucket, and the Sids of the statements that go."""

    bucket: str
    region: str
    sids: frozenset[str]


@dataclass(frozen=True)
class _Done:
    bucket: str
    removed: list[str]
    before: Any = None
    after: Any = None
    problem: str = ""


def prune_policies(side: Side, prunes: Iterable[Prune], check_mode: bool, concurrency: int) -> Outcome:
    """Prune many policies at once. A bucket or policy that is gone needs nothing; one bucket's trouble stops no other.

    Raises :class:`ToldError` at the end for what could not be done.
    """

    def prune(asked: Prune) -> _Done:
        try:
            return _prune(side, asked, check_mode)
        except AwsError as error:
            return _Done(asked.bucket, [], problem=error.message)

    came = list(in_order(prune, list(prunes), concurrency))
    changed = [done for done in came if done.removed]
    before = {done.bucket: done.before for done in changed}
    after = {done.bucket: done.after for done in changed}
    results = {"buckets": [{"bucket": done.bucket, "removed": done.removed, "msg": done.problem} for done in came]}
    problems = [f"{done.bucket}: {done.problem}" for done in came if done.problem]
    if problems:
        told = f"{len(problems)} of {len(came)} policies could not be pruned. {'; '.join(problems)}"
        raise ToldError(told, changed=bool(changed), **results, diff={"before": before, "after": after})
    return Outcome(bool(changed), results, before, after)


def _prune(side: Side, asked: Prune, check_mode: bool) -> _Done:
    client, account = side.s3(asked.region), side.caller.account
    try:
        before = s3_bucket_settings.get_policy(client, asked.bucket, account)
    except MissingError:
        return _Done(asked.bucket, [])
    statements = (before or {}).get("Statement", [])
    there = [said.get("Sid") for said in (statements if isinstance(statements, list) else [statements])]
    removed = [str(sid) for sid in there if sid in asked.sids]
    if not removed:
        return _Done(asked.bucket, [])
    after = bucket_policy.without(before, removed)
    if not check_mode:
        if after is None:
            s3_bucket_settings.delete_policy(client, asked.bucket, account)
        else:
            s3_bucket_settings.put_policy(client, asked.bucket, after, account)
    return _Done(asked.bucket, removed, before, after)
