# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep clients from writing to many buckets at once, or let them again. Each bucket goes its own way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket_settings
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_fence as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import is_bucket_name
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import Document
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

Bucket = tuple[str, str]
"""A bucket's name and its Region."""


@dataclass(frozen=True)
class Task:
    """What is asked for. ``skip_unreachable``: a Region that does not answer is told and fails nothing."""

    buckets: Sequence[Bucket]
    present: bool
    partition: str
    allowed: Sequence[str] = ()
    skip_unreachable: bool = False
    check_mode: bool = False
    concurrency: int = 16

    def problems(self) -> list[str]:
        """Say what can't be right."""
        counted = Counter(name for name, _region in self.buckets)
        found = [f"{name}: it is named {times} times; name it once" for name, times in counted.items() if times > 1]
        found += [f"{name!r} is not a bucket name" for name in counted if not is_bucket_name(name)]
        found += domain.problems(self.allowed)
        return found if self.buckets else [*found, "buckets is empty; name at least one"]


@dataclass(frozen=True)
class _Standing:
    bucket: str
    region: str
    before: Document | None = None
    after: Document | None = None
    status: str = "unchanged"
    error: str = ""

    @property
    def planned(self) -> bool:
        return not self.error and not bucket_policy.same(self.before, self.after)

    def as_result(self) -> dict[str, Any]:
        """``fenced`` is null where that could not be read."""
        return {
            "bucket": self.bucket,
            "region": self.region,
            "status": self.status,
            "changed": self.status in ("fenced", "unfenced", "planned"),
            "fenced": None if self.status in ("unreachable", "failed") else domain.is_fenced(self.after),
            "error": self.error or None,
        }


def fence(clients: Callable[[str], Any], task: Task) -> Outcome:
    """Bring all buckets to the state. ``clients`` gives the S3 client of a Region.

    Raises :class:`RefusedError` before anything changed; :class:`ToldError` with all results in its details when some
    could not be brought there.
    """
    problems = task.problems()
    if problems:
        raise RefusedError("No bucket was fenced or unfenced", problems)
    gone: set[str] = set()
    standings = list(in_order(lambda one: _bring(clients, task, one, gone), task.buckets, task.concurrency))
    results = [standing.as_result() for standing in standings]
    bad = [
        one
        for one in standings
        if one.status == "failed" or (one.status == "unreachable" and not task.skip_unreachable)
    ]
    details = {
        "buckets": results,
        "unreachable_buckets": [one.bucket for one in standings if one.status == "unreachable"],
    }
    if bad:
        told = "; ".join(f"{one.bucket}: {one.error}" for one in bad)
        verb = "fenced" if task.present else "unfenced"
        raise ToldError(f"{len(bad)} of {len(standings)} buckets were not {verb}: {told}. Run again", **details)
    warnings = [f"{one.bucket} is left as it is: {one.error}" for one in standings if one.status == "unreachable"]
    changed = any(result["changed"] for result in results)
    before = {one.bucket: one.before for one in standings if one.planned}
    after = {one.bucket: one.after for one in standings if one.planned}
    return Outcome(changed, details, before, after, warnings)


def _bring(clients: Callable[[str], Any], task: Task, one: Bucket, gone: set[str]) -> _Standing:
    """One bucket. ``gone`` are the Regions that did not answer; they are not asked again."""
    standing = _Standing(*one)
    try:
        if standing.region in gone:
            raise UnreachableError(f"ask {standing.region}", "", 0, "it did not answer before")
        client = clients(standing.region)
        before = s3_bucket_settings.get_policy(client, standing.bucket)
        standing = replace(standing, before=before, after=_wanted(before, task, standing.bucket))
        if not standing.planned:
            return standing
        if standing.after is not None and (problem := bucket_policy.size_problem(standing.after)):
            return replace(standing, status="failed", error=problem)
        if task.check_mode:
            return replace(standing, status="planned")
        if standing.after is None:
            s3_bucket_settings.delete_policy(client, standing.bucket)
        else:
            s3_bucket_settings.put_policy(client, standing.bucket, standing.after)
    except UnreachableError as error:
        gone.add(standing.region)
        return replace(standing, status="unreachable", error=error.message)
    except ToldError as error:
        return replace(standing, status="failed", error=error.message)
    return replace(standing, status="fenced" if task.present else "unfenced")


def _wanted(before: Document | None, task: Task, bucket: str) -> Document | None:
    if task.present:
        return domain.fenced(before, bucket, task.partition, task.allowed)
    return domain.unfenced(before)
