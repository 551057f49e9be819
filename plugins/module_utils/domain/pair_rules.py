# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules and the notification of a source bucket: all its pairs in one write, and what no pair asks for any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import notification
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import replication_checks as checks
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.notification import Wanted
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found, Step
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import Problem, bears_mark
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_plan import Plan, plan_absent, plan_present
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration

Option = Mapping[str, Any]
# The Id of the entry for failure events, where none is given.
NOTIFICATION_ID = "aws-dr-s3-replication-failures"


@dataclass(frozen=True)
class Notify:
    """Where failure events go: ``queue`` is a name, URL or ARN; a name means a queue in each source's own Region."""

    queue: str
    entry_id: str
    account: str
    partition: str


@dataclass(frozen=True)
class RuleWork:
    """The rules of one source bucket: ``options`` by pair, and the IDs that go by pair (``gone``)."""

    bucket: str
    role: str
    options: Mapping[int, Option]
    gone: Mapping[int, str]
    partition: str

    def planned(self, before: Configuration | None, pairs: Iterable[int]) -> Plan:
        """Plan from what the bucket has, with the rules of these pairs only."""
        wanted = frozenset(pairs)
        options = [option for number, option in self.options.items() if number in wanted]
        gone = frozenset(rule_id for number, rule_id in self.gone.items() if number in wanted)
        kept = plan_absent(before, gone, self.partition).after if gone else before
        if not options:
            return Plan(before, kept, gone)
        made = plan_present(kept, self.role, options, False, self.partition)
        return Plan(before, made.after, made.named | gone)

    def problems(self, plan: Plan, pairs: frozenset[int]) -> list[Problem]:
        """What S3 would refuse of the plan."""
        if plan.after is None:
            return []
        by_id = {option["id"]: (number, option) for number, option in self.options.items()}
        problems = []
        for rule in plan.after.read():
            if rule.id in by_id:
                number, option = by_id[rule.id]
                found = checks.rule_problems(rule, option, self.bucket, self.partition)
                problems += [Problem(f"bucket {self.bucket}: {text}", frozenset([number])) for text in found]
        together = checks.id_problems(self.options.values()) + checks.set_problems(plan.after, plan.named)
        return problems + [Problem(f"bucket {self.bucket}: {text}", pairs) for text in together]

    def step(self, plan: Plan) -> Step:
        """Give the step that writes the rules; what it writes is planned anew then."""
        before, after = plan.diff()
        has = {} if plan.before is None else {rule.id: rule.as_option() for rule in plan.before.read()}
        gets = {} if plan.after is None else {rule.id: rule.as_option() for rule in plan.after.read()}
        put = sorted(rule for rule in gets if has.get(rule) != gets[rule])
        gone = sorted(set(has) - set(gets))
        told = [f"put the rules {', '.join(put)}"] if put or not gone else []
        told += [f"remove the rules {', '.join(gone)}"] if gone else []
        heading = f"replication of {self.bucket}"
        text = f"{' and '.join(told)} of bucket {self.bucket}"
        pairs = self._changing(plan, {*put, *gone})
        return Step(steps.RULES, steps.REPLICATION, self.bucket, pairs, text, heading, "rules", before, after)

    def _changing(self, plan: Plan, rule_ids: set[str]) -> frozenset[int]:
        """The pairs whose rules change; a role or a schema changes for all."""
        mine = {**{number: option["id"] for number, option in self.options.items()}, **self.gone}
        roles = {side.role for side in (plan.before, plan.after) if side}
        changing = frozenset(number for number, rule_id in mine.items() if rule_id in rule_ids)
        return frozenset(mine) if len(roles) > 1 or plan.converted or not changing else changing


def notification_steps(bucket: str, region: str, found: Found, notify: Notify, pairs: frozenset[int]) -> Iterator[Step]:
    """Merge our entry into the bucket's notifications. Raises :class:`RefusedError` for what S3 would refuse."""
    arn = notification.queue_arn_of(notify.queue, region, notify.account, notify.partition)
    if problems := notification.queue_problems(bucket, region, arn):
        raise RefusedError(f"Bucket {bucket}", problems)
    before = found.settings.get(steps.NOTIFICATION) or {}
    after = notification.with_entry(before, Wanted(notify.entry_id, arn, (notification.FAILED,)))
    if not notification.same(before, after):
        told = f"let bucket {bucket} tell {arn} of replication failures"
        yield _notification_step(steps.NOTIFICATIONS, bucket, pairs, told, before, after)


def silence_steps(bucket: str, found: Found, entry_id: str, pairs: frozenset[int]) -> Iterator[Step]:
    """Take our entry out of the bucket's notifications.

    This comes before the rules go: after a run that ended in between it is by its rule that the pair is found again.
    """
    before = found.settings.get(steps.NOTIFICATION) or {}
    after = notification.without_entry(before, entry_id)
    if not notification.same(before, after):
        told = f"take the notification {entry_id} from bucket {bucket}"
        yield _notification_step(steps.NOTIFICATIONS, bucket, pairs, told, before, after)


def _notification_step(stage: int, bucket: str, pairs: frozenset[int], told: str, before: Any, after: Any) -> Step:
    kind = steps.NOTIFICATION
    shown = notification.readable(before), notification.readable(after)
    return Step(stage, kind, bucket, pairs, told, f"bucket {bucket}", "notifications", *shown, after)


def ours_left(configuration: Configuration | None) -> bool:
    """Tell whether the bucket has a rule that bears our mark."""
    rules = configuration.read() if configuration else []
    return any(bears_mark(rule.id, rule.destination.bucket) for rule in rules)
