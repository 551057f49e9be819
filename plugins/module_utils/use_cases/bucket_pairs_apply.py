# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carry the plan for many pairs out: stage by stage, within a stage many at once.

What fails with one bucket or role fails the pairs that need it; the others go on. Nothing is done for a pair that has
failed, so that no rule is put before its destination is as it should be. Every step is one that another run finds
undone again, so that a run may end anywhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import iam_role, s3_bucket, s3_bucket_settings
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, ConflictError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import notification
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_report import Failure
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_rules import Notify, RuleWork
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found, Step
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import bucket_replication, failure_notification
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience, until

# IAM API reference, PutRolePolicy and its like: a role that was just made, or is written by two at once.
_IAM_BUSY = frozenset(["ConcurrentModification", "EntityTemporarilyUnmodifiable"])


@dataclass(frozen=True)
class Place:
    """The S3 client of a bucket's Region and side, and the account that owns the bucket."""

    client: Any
    account: str


@dataclass
class Work:
    """What steps are carried out with, and what came of them: the steps that were done, and failures by pair."""

    places: Mapping[str, Place]
    iam: Any
    rules: Mapping[str, RuleWork]
    found: Mapping[str, Found]
    notify: Notify | None
    patience: Patience
    role_wait: float
    concurrency: int
    progress: Progress
    mirror: Callable[[Step], None] | None = None
    done: list[Step] = field(default_factory=list)
    failures: dict[int, Failure] = field(default_factory=dict)

    def carry_out(self, plan: Iterable[Step]) -> None:
        """Carry all steps out, in the order of their stages."""
        plan = sorted(plan, key=lambda step: step.stage)
        if not plan:
            return
        self.progress.begin("set pairs up", len(plan))
        for stage, mine in itertools.groupby(plan, key=lambda step: step.stage):
            groups: dict[str, list[Step]] = {}
            for step in mine:
                groups.setdefault(step.subject, []).append(step)
            for came in in_order(self._carry_out_one, list(groups.values()), self.concurrency):
                for step, error in came:
                    self._note(step, error)
            if stage == steps.ROLES and self.role_wait and any(step.stage == steps.ROLES for step in self.done):
                # What is written under a rule before IAM knows its role everywhere would fail to replicate for good.
                self.patience.sleep(self.role_wait)

    def _note(self, step: Step, error: ToldError | None) -> None:
        if error is None:
            self.done.append(step)
            return
        failure = Failure(step.told, error.message, getattr(error, "todo", ""))
        self.failures |= {number: failure for number in step.pairs if number not in self.failures}

    def _carry_out_one(self, mine: list[Step]) -> list[tuple[Step, ToldError | None]]:
        """The steps of one bucket or role, one after the other; those of pairs that have failed are left out."""
        came: list[tuple[Step, ToldError | None]] = []
        failed = set(self.failures)
        for step in mine:
            if step.pairs and step.pairs <= failed:
                self.progress.part(failed=True)
                continue
            error = self._try(step, failed)
            came.append((step, error))
            if error is not None:
                failed |= step.pairs
            self.progress.part(failed=error is not None)
        return came

    def _try(self, step: Step, failed: set[int]) -> ToldError | None:
        try:
            if step.kind == steps.REPLICATION:
                self._put_rules(step, failed)
            elif step.kind == steps.NOTIFICATION:
                self._put_notification(step)
            elif step.kind == steps.MIRROR and self.mirror is not None:
                self.mirror(step)
            else:
                self._patiently(step)
        except ToldError as error:
            return error
        return None

    def _patiently(self, step: Step) -> None:
        """Do it, and again while somebody else is writing or what was just made has not come round."""

        def write() -> AwsError | None:
            try:
                if step.kind in _OF_ROLES:
                    _OF_ROLES[step.kind](self.iam, step.subject, step.value)
                else:
                    place = self.places[step.subject]
                    _OF_BUCKETS[step.kind](place.client, step.subject, step.value, place.account)
            except AwsError as error:
                if not self._will_pass(step, error):
                    raise
                return error
            return None

        refused, done = until(self.patience, write, lambda error: error is None)
        if not done and refused is not None:
            raise refused

    def _will_pass(self, step: Step, error: AwsError) -> bool:
        if isinstance(error, ConflictError) or error.code in _IAM_BUSY:
            return True
        if isinstance(error, MissingError) and step.kind != steps.CREATE:
            # The bucket or role was there, or was made, a moment ago.
            return not self._was_there(step)
        return step.stage == steps.POLICIES and error.code == "MalformedPolicy" and "principal" in error.said.lower()

    def _was_there(self, step: Step) -> bool:
        found = self.found.get(step.subject)
        return found is not None and found.exists

    def _put_rules(self, step: Step, failed: set[int]) -> None:
        work, place = self.rules[step.subject], self.places[step.subject]
        left = frozenset([*work.options, *work.gone]) - failed
        there = self.found[step.subject].replication
        plan = work.planned(there, left)
        if plan.changed:
            bucket_replication.carry_out(
                place.client, step.subject, plan, lambda before: work.planned(before, left), self.patience
            )

    def _put_notification(self, step: Step) -> None:
        queue = self.notify.queue if self.notify else None
        entry = self.notify.entry_id if self.notify else ""
        task = failure_notification.Task(step.subject, queue, (notification.FAILED,), "", entry, True)
        failure_notification.write(self.places[step.subject].client, task, step.value, self.patience)


# ---- what each kind of step does -------------------------------------------------------------------------------------


def _create(client: Any, bucket: str, value: Mapping[str, Any], _account: str) -> None:
    s3_bucket.create_bucket(client, bucket, **value)


def _version(client: Any, bucket: str, _value: Any, account: str) -> None:
    s3_bucket.enable_versioning(client, bucket, account)


def _policy(client: Any, bucket: str, value: dict[str, Any] | None, account: str) -> None:
    if value is None:
        s3_bucket_settings.delete_policy(client, bucket, account)
    else:
        s3_bucket_settings.put_policy(client, bucket, value, account)


def _delete(client: Any, bucket: str, _value: Any, account: str) -> None:
    if not s3_bucket.delete_empty_bucket(client, bucket, account):
        raise ToldError(f"bucket {bucket} is not empty, so it is kept")


_OF_BUCKETS: dict[str, Callable[[Any, str, Any, str], None]] = {
    steps.CREATE: _create,
    steps.VERSIONING: _version,
    steps.OBJECT_LOCK: s3_bucket_settings.put_object_lock,
    steps.ENCRYPTION: s3_bucket_settings.put_encryption,
    steps.PUBLIC_ACCESS_BLOCK: s3_bucket_settings.put_public_access_block,
    steps.OWNERSHIP: s3_bucket_settings.put_ownership,
    steps.POLICY: _policy,
    steps.TAGS: s3_bucket_settings.put_tags,
    steps.DELETE_BUCKET: _delete,
}


def _role(client: Any, name: str, value: Mapping[str, Any]) -> None:
    iam_role.create_role(client, name, **value)


def _role_policy(client: Any, name: str, value: Mapping[str, Any]) -> None:
    iam_role.put_role_policy(client, name, value["name"], value["document"])


_OF_ROLES: dict[str, Callable[[Any, str, Any], None]] = {
    steps.ROLE: _role,
    steps.ROLE_TRUST: iam_role.put_trust,
    steps.ROLE_BOUNDARY: iam_role.put_boundary,
    steps.ROLE_TAGS: iam_role.add_tags,
    steps.ROLE_POLICY: _role_policy,
}
