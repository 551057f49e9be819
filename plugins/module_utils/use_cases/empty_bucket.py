# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Empty a bucket for good: all versions, delete markers and unfinished uploads, many batches at once.

The listing is streamed and a batch is forgotten once it is deleted, so that memory does not grow with the number of
objects. Every version is tried once a pass; a pass that achieves nothing is the last one, and so is the deadline.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket, s3_replication, s3_versions
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError, ThrottledError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_versions import Locks, Refusal, Version
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import told_seconds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.emptying import (
    Tally,
    Verdict,
    fits_xml,
    goes_on,
    refuse_unconfirmed,
    verdict,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replication_into import (
    enabled_rules,
    replicating_into,
)

# Whoever may delete nothing learns it after so many versions, not after all of them.
_DENIED_ENOUGH = 5000
# Versions whose locks are asked for one by one, because S3 did not say why it kept them.
_MOST_LOOKS = 1000


@dataclass(frozen=True)
class Task:
    """What is asked for. ``timeout`` in seconds; ``report_limit``: how many kept versions are named."""

    bucket: str
    confirm: str | None
    bypass_governance: bool = False
    allow_replication: bool = False
    timeout: float = 3600
    report_limit: int = 100


def empty_bucket(access: Access, task: Task) -> Outcome:
    """Empty the bucket; in check mode count what is in it.

    Raises :class:`RefusedError` before anything is deleted, :class:`DeadlineError`, and :class:`ToldError` when
    something could not be deleted; the last two with the result in their details.
    """
    refuse_unconfirmed(task.bucket, task.confirm, access.check_mode)
    try:
        region = s3_bucket.head_bucket(access.clients("s3"), task.bucket, access.account)
    except MissingError:
        return Outcome(False, {**_result(Tally(), task), "exists": False, "empty": True})
    client = access.clients("s3", region)
    locks = s3_bucket.has_object_lock(client, task.bucket)
    if access.check_mode:
        tally = _counted(access, client, task)
    elif _is_empty(access, client, task):
        tally = Tally()
    else:
        tally = None
    warnings = [] if tally is not None and not tally.removed else _guarded(access, client, task)
    if tally is None:
        tally = _Emptying(access, client, task, locks).run()
    outcome = Outcome(tally.removed > 0, _result(tally, task), warnings=warnings)
    outcome.results["empty"] = not access.check_mode or not tally.removed
    outcome.before = {task.bucket: {"versions": tally.versions, "delete_markers": tally.delete_markers}}
    outcome.after = {task.bucket: {"versions": 0, "delete_markers": 0}}
    return outcome


def _result(tally: Tally, task: Task) -> dict[str, Any]:
    return {
        "bucket": task.bucket,
        "exists": True,
        "versions": tally.versions,
        "delete_markers": tally.delete_markers,
        "uploads": tally.uploads,
        "bytes": tally.size,
        "locked": tally.locked,
        "denied": tally.denied,
        "kept": tally.kept,
    }


# ---- before --------------------------------------------------------------------------------------------------------


def _guarded(access: Access, client: Any, task: Task) -> list[str]:
    """Refuse what must not be emptied; give warnings."""
    problems, unread = [], []
    if s3_versions.needs_mfa(client, task.bucket, access.account):
        problems.append(
            "MFA delete is on: only the root user with a code of the MFA device can delete versions; switch it off"
        )
    if not task.allow_replication:
        own = enabled_rules(s3_replication.get_replication(client, task.bucket))
        if own:
            problems.append(f"it replicates to other buckets by {_named(own)}; it may be the active side")
        into = replicating_into(client, task.bucket, access.concurrency)
        problems += [f"bucket {source} replicates into it by {_named([rule])}" for source, rule in into.rules]
        unread = [f"Whether others replicate into {task.bucket} is not wholly known: {told}" for told in into.unread]
        if problems:
            problems.append("remove or disable the rules first, or set allow_replication: true if this is meant")
    if problems:
        raise RefusedError(f"Bucket {task.bucket} was not emptied", problems)
    return unread


def _named(rules: list[str]) -> str:
    return f"the enabled rule{'s' if len(rules) > 1 else ''} {', '.join(rules)}"


def _is_empty(access: Access, client: Any, task: Task) -> bool:
    first = next(s3_versions.list_pages(client, task.bucket, access.account), [])
    return not first and next(s3_versions.list_uploads(client, task.bucket, access.account), None) is None


def _counted(access: Access, client: Any, task: Task) -> Tally:
    tally = Tally()
    for page in s3_versions.list_pages(client, task.bucket, access.account):
        markers = sum(version.marker for version in page)
        tally.delete_markers += markers
        tally.versions += len(page) - markers
        tally.size += sum(version.size for version in page)
    tally.uploads = sum(1 for _upload in s3_versions.list_uploads(client, task.bucket, access.account))
    return tally


# ---- doing it ------------------------------------------------------------------------------------------------------


class _Emptying:
    """One run over one bucket. Batches are deleted by several threads; ``tally`` is changed under the lock."""

    def __init__(self, access: Access, client: Any, task: Task, locks: bool) -> None:
        self._access, self._client, self._task, self._locks = access, client, task, locks
        self._tally, self._guard = Tally(), threading.Lock()
        self._looks = 0
        self._deadline = access.now() + task.timeout

    def run(self) -> Tally:
        """Pass over the bucket until it is empty or nothing helps; gives the tally of an emptied bucket."""
        number = 0
        try:
            while True:
                number += 1
                before = self._tally.removed
                self._pass()
                self._access.tell(f"Bucket {self._task.bucket}, pass {number}: {self._tally.told()} deleted")
                if not goes_on(self._tally, before, number):
                    break
        except ToldError as error:
            error.details.update(changed=self._tally.removed > 0, **_result(self._tally, self._task), empty=False)
            raise
        if self._tally.seen:
            raise self._incomplete()
        return self._tally

    def _pass(self) -> None:
        self._tally.begin_pass()
        pages = s3_versions.list_pages(self._client, self._task.bucket, self._access.account)
        for _done in in_order(self._delete, self._in_time(filter(None, pages)), self._access.concurrency):
            if self._tally.denied >= _DENIED_ENOUGH and not self._tally.removed:
                break
        uploads = s3_versions.list_uploads(self._client, self._task.bucket, self._access.account)
        for _done in in_order(self._abort, self._in_time(uploads), self._access.concurrency):
            pass

    def _in_time(self, things: Iterator[Any]) -> Iterator[Any]:
        for thing in things:
            if self._access.now() >= self._deadline:
                raise DeadlineError(
                    f"Bucket {self._task.bucket} was not empty after {told_seconds(self._task.timeout)}: "
                    f"{self._tally.told()} were deleted. Run again to go on, or with a longer wait_timeout"
                )
            yield thing

    def _abort(self, upload: tuple[str, str]) -> None:
        s3_versions.abort_upload(self._client, self._task.bucket, self._access.account, *upload)
        with self._guard:
            self._tally.uploads += 1
            self._tally.seen += 1

    def _delete(self, page: list[Version]) -> None:
        refusals = self._refusals(page)
        kept = [(refusal, *self._judged(refusal)) for refusal in refusals]
        stays = {id(refusal.version) for refusal, said, _locks in kept if said is not Verdict.GONE}
        with self._guard:
            tally = self._tally
            tally.seen += len(page)
            for version in page:
                if id(version) not in stays:
                    tally.delete_markers += version.marker
                    tally.versions += not version.marker
                    tally.size += version.size
            for refusal, said, locks in kept:
                self._keep(refusal, said, locks)

    def _refusals(self, page: list[Version]) -> list[Refusal]:
        """Delete a page: by one request, and what does not fit into its XML by one request each."""
        bucket, owner = self._task.bucket, self._access.account
        bypass = self._task.bypass_governance and self._locks
        fitting = [version for version in page if fits_xml(version.key)]
        refusals = []
        try:
            if fitting:
                refusals = s3_versions.delete_versions(self._client, bucket, owner, fitting, bypass)
        except ThrottledError as error:
            refusals = [Refusal(version, error.code, error.said) for version in fitting]
        for version in page:
            if not fits_xml(version.key):
                refusal = s3_versions.delete_version(self._client, bucket, owner, version, bypass)
                refusals += [refusal] if refusal else []
        return refusals

    def _judged(self, refusal: Refusal) -> tuple[Verdict, Locks | None]:
        """Find out what a refusal means; where S3 does not say, the version's locks do."""
        said = verdict(refusal.code, refusal.message)
        if said not in (Verdict.LOCKED, Verdict.DENIED) or not self._locks or refusal.version.marker:
            return said, None
        with self._guard:
            self._looks += 1
            most = self._task.report_limit if said is Verdict.LOCKED else _MOST_LOOKS
            if self._looks > most:
                return said, None
        try:
            locks = s3_versions.get_locks(self._client, self._task.bucket, self._access.account, refusal.version)
        except AwsError:
            return said, None
        return (Verdict.LOCKED if locks.any else said), locks

    def _keep(self, refusal: Refusal, said: Verdict, locks: Locks | None) -> None:
        if said is Verdict.GONE:
            return
        count = {Verdict.LOCKED: "locked", Verdict.DENIED: "denied", Verdict.AGAIN: "again"}[said]
        setattr(self._tally, count, getattr(self._tally, count) + 1)
        if len(self._tally.kept) < self._task.report_limit:
            locks = locks or Locks()
            self._tally.kept.append(
                {
                    "key": refusal.version.key,
                    "version_id": refusal.version.version_id,
                    "why": said.value if said is not Verdict.AGAIN else "failed",
                    "code": refusal.code,
                    "message": refusal.message,
                    "mode": locks.mode or None,
                    "retain_until": locks.until or None,
                    "legal_hold": locks.legal_hold,
                }
            )

    def _incomplete(self) -> ToldError:
        """Say what stayed, why, and what to do."""
        tally, task = self._tally, self._task
        told = [f"{tally.told()} were deleted"]
        if tally.locked:
            how = "" if task.bypass_governance else ", or set bypass_governance_retention for those in governance mode"
            until = max((one["retain_until"] or "" for one in tally.kept), default="")
            last = f" (retention of those looked at ends by {until})" if until else ""
            told.append(f"{tally.locked} versions are held by Object Lock{last}: wait, release legal holds{how}")
        if tally.denied:
            told.append(
                f"{tally.denied} versions were denied: allow s3:DeleteObjectVersion (in a bucket with Object Lock also "
                "s3:BypassGovernanceRetention), and look for an explicit deny"
            )
        if tally.again:
            told.append(f"{tally.again} versions failed otherwise, see kept; run again")
        if not tally.left:
            told.append("new objects appear as fast: somebody is writing. Stop the writers, then run again")
        return ToldError(
            f"Bucket {task.bucket} is not empty. {'; '.join(told)}",
            changed=tally.removed > 0,
            **_result(tally, task),
            empty=False,
        )
