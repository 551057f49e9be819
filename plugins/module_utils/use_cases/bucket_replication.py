# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the replication rules of one bucket to what a task asks for: read, plan, check, write, read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket, s3_replication
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import (
    AccessDeniedError,
    AwsError,
    MissingError,
    UnreachableError,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import replication_checks as checks
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import is_bucket_name, parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_checks import BucketFacts
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_plan import (
    Plan,
    plan_absent,
    plan_present,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import (
    Configuration,
    Rule,
    as_result,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience, until

# A bucket without versioning is a mistake more often than a change that has not come round: do not wait long for it.
_VERSIONING_SETTLES = 10.0


@dataclass(frozen=True)
class Task:
    """What is asked for. ``rules`` in the shape of the option; ``None``: not named (an empty list names no rule)."""

    bucket: str
    present: bool = True
    role: str | None = None
    rules: list[Mapping[str, Any]] | None = None
    purge: bool = False


@dataclass
class Seen:
    """What was found out about buckets before a write: what S3 would refuse, and what could not be looked at."""

    problems: list[str]
    unseen: list[str]


def ensure(client: Any, caller: Callable[[], Caller], task: Task, check_mode: bool, patience: Patience) -> Outcome:
    """Give the outcome; in check mode the same, and nothing is written.

    ``caller`` is asked only when the role changes. Raises :class:`RefusedError` with everything that S3 would refuse,
    :class:`DeadlineError` when the change does not show in time, :class:`AwsError` for the rest.
    """
    _refuse(task.bucket, _task_problems(task))
    plan = _plan(client, task)
    problems, warnings = _plan_problems(task, plan, caller), plan.warnings(task.bucket)
    if plan.changed and plan.after is not None:
        # What is refused anyway is refused at once.
        settle = replace(patience, timeout=0.0 if problems else min(patience.timeout, _VERSIONING_SETTLES))
        seen = _look(client, task.bucket, plan, plan.after, settle)
        problems, warnings = problems + seen.problems, warnings + seen.unseen
    _refuse(task.bucket, problems)
    if plan.changed and not check_mode:
        plan = carry_out(client, task.bucket, plan, lambda before: _planned(before, task), patience)
    results = {"bucket": task.bucket, "replication": as_result(plan.after)}
    return Outcome(plan.changed, results, *plan.diff(), warnings=warnings)


# ---- what can be told without a look at the buckets ----------------------------------------------------------------


def _task_problems(task: Task) -> list[str]:
    problems = []
    if not is_bucket_name(task.bucket):
        problems.append(f"bucket: {task.bucket!r} is not a bucket's name")
    if task.present and task.purge and task.rules == []:
        problems.append("rules: an empty list with purge_rules would remove all; say state=absent if that is meant")
    return problems + checks.id_problems(task.rules or [])


def _plan(client: Any, task: Task) -> Plan:
    try:
        before = s3_replication.get_replication(client, task.bucket)
    except MissingError as error:
        raise ToldError(
            f"There is no bucket {task.bucket}. Check the name, or create it with versioning (amazon.aws.s3_bucket)",
            code=error.code,
        ) from error
    return _planned(before, task)


def _planned(before: Configuration | None, task: Task) -> Plan:
    partition = _partition(task, before)
    if not task.present:
        ids = None if task.rules is None else [rule["id"] for rule in task.rules]
        return plan_absent(before, ids, partition)
    return plan_present(before, task.role, task.rules or [], task.purge and task.rules is not None, partition)


def _partition(task: Task, before: Configuration | None) -> str:
    """The role's partition is the bucket's: no need to ask who is calling."""
    arn = parse_arn(task.role or (before.role if before else ""))
    return arn.partition if arn else ""


def _plan_problems(task: Task, plan: Plan, caller: Callable[[], Caller]) -> list[str]:
    if not task.present:
        return []
    problems = _role_problems(task, plan.before, caller)
    if plan.after is None:
        return [*problems, "rules: none is given, and the bucket has none; S3 needs at least one"]
    partition, options = _partition(task, plan.before), {rule["id"]: rule for rule in task.rules or []}
    for rule in plan.after.read():
        if rule.id in options:
            problems += checks.rule_problems(rule, options[rule.id], task.bucket, partition)
    return problems + checks.set_problems(plan.after, plan.named)


def _role_problems(task: Task, before: Configuration | None, caller: Callable[[], Caller]) -> list[str]:
    if not task.role:
        return [] if before else ["role: it is missing; the bucket has no replication whose role could be kept"]
    if before and before.role == task.role:
        return []
    return checks.role_problems(task.role, None) or checks.role_problems(task.role, caller().account)


def _refuse(bucket: str, problems: list[str]) -> None:
    if problems:
        raise RefusedError(f"S3 would refuse the replication of bucket {bucket}", problems)


# ---- what the buckets say ------------------------------------------------------------------------------------------


def _look(client: Any, bucket: str, plan: Plan, after: Configuration, settle: Patience) -> Seen:
    """Look at the source and at every destination, also those of rules of others: S3 judges the whole document."""
    seen = Seen([], [])
    _look_at_source(client, bucket, settle, seen)
    rules = [rule for rule in after.read() if is_bucket_name(rule.destination.bucket)]
    for destination in dict.fromkeys(rule.destination.bucket for rule in rules):
        facts = _facts(client, destination, seen.unseen)
        for rule in rules:
            if rule.destination.bucket == destination:
                ours = rule.id in plan.named
                known = _with_owner(client, rule, facts) if ours else replace(facts, region=None)
                seen.problems += checks.destination_problems([rule], known)
    return seen


def _look_at_source(client: Any, bucket: str, settle: Patience, seen: Seen) -> None:
    """Versioning that was enabled a moment ago may not show yet."""
    try:
        status, _settled = until(
            settle, lambda: s3_bucket.get_versioning(client, bucket), lambda status: not checks.source_problems(status)
        )
    except AccessDeniedError as error:
        seen.unseen.append(error.message)
        return
    seen.problems += checks.source_problems(status)


def _facts(client: Any, bucket: str, unseen: list[str]) -> BucketFacts:
    """A destination of another account can't always be read; S3 looks at it itself."""
    facts = BucketFacts()
    try:
        facts = replace(facts, region=s3_bucket.head_bucket(client, bucket))
        facts = replace(facts, versioning=s3_bucket.get_versioning(client, bucket))
    except MissingError:
        return replace(facts, exists=False)
    except (AccessDeniedError, UnreachableError) as error:
        unseen.append(f"The destination bucket {bucket} was not checked before the write. {error.message}")
    return facts


def _with_owner(client: Any, rule: Rule, facts: BucketFacts) -> BucketFacts:
    """S3 denies a look at a bucket that is not of the account named, even to who may look at it."""
    if facts.region is None or not rule.destination.account_id:
        return facts
    try:
        s3_bucket.head_bucket(client, rule.destination.bucket, rule.destination.account_id)
    except AccessDeniedError:
        return replace(facts, owner_differs=True)
    except AwsError:
        return facts
    return facts


# ---- writing -------------------------------------------------------------------------------------------------------


def carry_out(
    client: Any, bucket: str, plan: Plan, replan: Callable[[Configuration | None], Plan], patience: Patience
) -> Plan:
    """Write a plan that was checked and wait until it shows, both within one deadline; give the plan carried out.

    ``replan`` makes the plan anew from what the bucket has meanwhile. Raises :class:`DeadlineError`,
    :class:`RefusedError` and :class:`AwsError`.
    """
    deadline = patience.now() + patience.timeout
    writer = _Writer(client, bucket, plan, replan)
    refused, _written = until(patience, writer.write, lambda error: error is None)
    if refused is not None:
        raise DeadlineError(
            f"{refused.message}. Tried for {patience.timeout:g} s; nothing was changed", code=refused.code
        ) from refused
    left = max(0.0, deadline - patience.now())
    _verify(client, bucket, writer.plan.after, replace(patience, timeout=left))
    return writer.plan


class _Writer:
    """Writes a plan; ``plan`` is the one that was written last."""

    def __init__(self, client: Any, bucket: str, plan: Plan, replan: Callable[[Configuration | None], Plan]) -> None:
        self._client, self._bucket, self.plan, self._replan = client, bucket, plan, replan
        self._refused = False

    def write(self) -> AwsError | None:
        """Try once; give a refusal that will pass, raise any other.

        After such a refusal the configuration is read and planned anew: who was writing at the same time may have
        added a rule, and a put replaces everything.
        """
        if self._refused:
            self.plan = self._replan(s3_replication.get_replication(self._client, self._bucket))
            _refuse(self._bucket, checks.set_problems(self.plan.after, self.plan.named) if self.plan.after else [])
        try:
            _write(self._client, self._bucket, self.plan)
        except AwsError as error:
            if not s3_replication.will_pass(error):
                raise
            self._refused = True
            return error
        return None


def _write(client: Any, bucket: str, plan: Plan) -> None:
    if not plan.changed:
        return
    if plan.after is None:
        s3_replication.delete_replication(client, bucket)
    else:
        s3_replication.put_replication(client, bucket, plan.after)


def _verify(client: Any, bucket: str, expected: Configuration | None, patience: Patience) -> None:
    """S3 may show the old configuration for a while."""
    found, shows = until(
        patience, lambda: s3_replication.get_replication(client, bucket), lambda seen: _same(seen, expected)
    )
    if not shows:
        raise DeadlineError(
            f"The replication of bucket {bucket} was written, but S3 shows another one. It may still be on its way, or "
            f"somebody else wrote at the same time: compare with aws_dr.s3.bucket_replication_info, then run again",
            expected=as_result(expected),
            found=as_result(found),
        )


def _same(one: Configuration | None, other: Configuration | None) -> bool:
    """Whether both say the same; S3 may give the rules in another order."""
    if one is None or other is None:
        return one is other
    return one.role == other.role and _by_id(one) == _by_id(other)


def _by_id(configuration: Configuration) -> dict[str, Rule]:
    return {rule.id: rule for rule in configuration.read()}
