# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan for many pairs: from what was asked for and what was found to problems and steps, stage by stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy, pair_destinations, pair_roles
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_checks import (
    destination_problems,
    key_problem_texts,
    role_replaced_problem,
    source_problems,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_destinations import Target
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_discovery import rule_is_there
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_roles import RoleTarget
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_rules import (
    Notify,
    RuleWork,
    notification_steps,
    ours_left,
    silence_steps,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found, RoleFound, Standard, Step
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import Pair, Problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.setup_plan import Roles, rule

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What is asked for all pairs together. ``account`` is that of the sources; ``notify`` unset: no notifications."""

    account: str
    destination_account: str
    partition: str
    roles: Roles
    standard: Standard = field(default_factory=Standard)
    boundary: str = ""
    notify: Notify | None = None
    replicate: bool = True
    entry_id: str = ""
    delete_empty: bool = False


@dataclass
class PairsPlan:
    """What stands in the way, what is to be done, and the rules of each source bucket by its name."""

    problems: list[Problem] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    rules: dict[str, RuleWork] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class Planner:
    """Plans pairs that are legal; ``raw`` and ``pairs`` by their places in the list, ``gone``: those to be removed."""

    def __init__(
        self,
        asked: Asked,
        raw: Mapping[int, Entry],
        pairs: Mapping[int, Pair],
        found: Mapping[str, Found],
        gone: Iterable[int] = (),
    ) -> None:
        self.asked, self.raw, self.found = asked, raw, found
        leaving = frozenset(gone)
        self.pairs = {number: pair for number, pair in pairs.items() if number not in leaving}
        self.gone = {number: pair for number, pair in pairs.items() if number in leaving}
        self.sources = _grouped(self.pairs, lambda pair: pair.source)
        self.destinations = _grouped(self.pairs, lambda pair: pair.destination)

    # ---- what the roles need, before these are looked at

    def role_targets(self) -> dict[str, RoleTarget]:
        """Give the role of each source bucket that is to have one of ours, by the bucket's name."""
        if self.asked.roles.existing:
            return {}
        return {source: self._role_target(source, numbers) for source, numbers in self.sources.items()}

    def _role_target(self, source: str, numbers: frozenset[int]) -> RoleTarget:
        mine = _grouped({number: self.pairs[number] for number in sorted(numbers)}, lambda pair: pair.destination)
        needs = {destination: [self._need(number) for number in sorted(its)] for destination, its in mine.items()}
        return RoleTarget(source, numbers, needs, mine, self.asked.boundary, self.asked.standard.tags)

    def _need(self, number: int) -> dict[str, Any]:
        """A pair as ``permissions_policy`` wants it, with what was found of its buckets."""
        pair, entry = self.pairs[number], self.raw[number]
        there = self.found[pair.destination]
        facts: dict[str, Any] = {}
        if self.asked.standard.ownership:
            facts["object_ownership"] = pair_destinations.ENFORCED
        account = pair.destination_account or self.asked.destination_account
        key = pair_destinations.default_key(there, pair.destination_region, account, self.asked.partition)
        if key and key != entry["destination"].get("replica_kms_key_id"):
            facts["default_kms_key_arn"] = key
        need: dict[str, Any] = {
            "source": {**entry["source"], "object_lock": self._locked(pair.source)},
            "destination": {**entry["destination"], **facts},
        }
        if entry.get("delete_marker_replication") is False:
            need["delete_marker_replication"] = False
        return need

    def _locked(self, source: str) -> bool:
        return bool(self.found[source].settings.get(steps.OBJECT_LOCK))

    # ---- the plan

    def plan(self, roles_found: Mapping[str, RoleFound]) -> PairsPlan:
        """Plan all; ``roles_found`` by source bucket."""
        plan = PairsPlan()
        for number, pair in self.pairs.items():
            plan.problems += [Problem(text, frozenset([number])) for text in self._pair_problems(number, pair)]
        for destination, numbers in self.destinations.items():
            self._plan_destination(plan, destination, numbers)
        for source, numbers in self.sources.items():
            there = self.found[source]
            # A source that another pair makes is versioned there.
            if there.exists and not there.versioned and source not in self.destinations:
                plan.steps.append(pair_destinations.versioning_step(source, numbers, there))
        leaving = _grouped(self.gone, lambda pair: pair.source)
        for source in sorted({*self.sources, *leaving}):
            self._plan_rules(plan, source, self.sources.get(source, frozenset()), leaving.get(source, frozenset()))
        for source, target in self.role_targets().items():
            self._plan_role(plan, target, roles_found[source])
        plan.steps.sort(key=lambda step: step.stage)
        plan.problems = _merged(plan.problems)
        return plan

    def _pair_problems(self, number: int, pair: Pair) -> Iterator[str]:
        source, there = self.found[pair.source], self.found[pair.destination]
        account = pair.destination_account or self.asked.destination_account
        yield from source_problems(pair, source, pair.source in self.destinations)
        yield from destination_problems(pair, there, source, self.asked.standard, account)
        yield from key_problem_texts(self.raw[number], self.asked.partition)

    def _plan_destination(self, plan: PairsPlan, bucket: str, numbers: frozenset[int]) -> None:
        there = self.found[bucket]
        if there.problem:
            return
        some = self.pairs[min(numbers)]
        mine = [self.pairs[number] for number in sorted(numbers)]
        keys = {self.raw[number]["destination"].get("replica_kms_key_id") for number in numbers} - {None, ""}
        target = Target(
            bucket,
            some.destination_region,
            some.destination_account or self.asked.destination_account,
            self.asked.partition,
            numbers,
            any(self._locked(pair.source) for pair in mine),
            frozenset(keys),
            tuple(self._replicators(bucket, mine)),
        )
        if problem := pair_destinations.policy_problem(target, there, self.asked.standard):
            plan.problems.append(Problem(problem, numbers))
        plan.steps += pair_destinations.destination_steps(target, there, self.asked.standard)

    def _replicators(self, bucket: str, pairs: Iterable[Pair]) -> list[dict[str, Any]]:
        """Statements that let the roles of the other account write; within one account the role's own policy does."""
        if self.asked.destination_account == self.asked.account:
            return []
        roles = {self.asked.roles.arn(pair.source) for pair in pairs}
        override = not self.asked.standard.ownership
        return bucket_policy.allow_replication(bucket, roles, self.asked.partition, owner_override=override)

    def _plan_rules(self, plan: PairsPlan, source: str, numbers: frozenset[int], leaving: frozenset[int]) -> None:
        """Rules and notification of a source: ``numbers`` stay or come, ``leaving`` go."""
        there = self.found[source]
        for number in leaving:
            plan.problems += [Problem(text, frozenset([number])) for text in self._leaving_problems(number)]
        role = self.asked.roles.arn(source)
        if numbers and (problem := role_replaced_problem(source, there.replication, role, self.asked.roles.replace)):
            plan.problems.append(Problem(problem, numbers))
        gone = {n: self.gone[n].rule_id for n in leaving if rule_is_there(self.raw[n], there.replication)}
        options = {number: self._rule(number) for number in sorted(numbers)}
        work = RuleWork(source, role, options, gone, self.asked.partition)
        made = work.planned(there.replication, numbers | leaving)
        if self.asked.replicate:
            plan.rules[source] = work
            plan.problems += work.problems(made, numbers)
            plan.warnings += made.warnings(source)
            if made.changed:
                plan.steps.append(work.step(made))
        if numbers:
            self._plan_notification(plan, source, numbers)
        elif not ours_left(made.after):
            plan.steps += silence_steps(source, there, self.asked.entry_id, leaving)
        for number in sorted(gone):
            plan.steps += self._emptied(number)

    def _leaving_problems(self, number: int) -> Iterator[str]:
        """A pair whose source is no more has nothing that could go."""
        pair = self.gone[number]
        if self.found[pair.source].exists:
            yield from source_problems(pair, self.found[pair.source], False)

    def _emptied(self, number: int) -> Iterator[Step]:
        """Before the rule goes: after a run that ended in between it is by its rule that the pair is found again."""
        pair = self.gone[number]
        there = self.found.get(pair.destination)
        if self.asked.delete_empty and there and there.settings.get(steps.EMPTY):
            told, heading = f"delete the empty bucket {pair.destination}", f"bucket {pair.destination}"
            pairs = frozenset([number])
            kind = steps.DELETE_BUCKET
            yield Step(steps.NOTIFICATIONS, kind, pair.destination, pairs, told, heading, "exists", True, False)

    def _plan_notification(self, plan: PairsPlan, source: str, numbers: frozenset[int]) -> None:
        if self.asked.notify is None:
            return
        region = self.pairs[min(numbers)].source_region
        try:
            plan.steps += notification_steps(source, region, self.found[source], self.asked.notify, numbers)
        except RefusedError as error:
            plan.problems += [Problem(f"bucket {source}: {problem}", numbers) for problem in error.problems]

    def _rule(self, number: int) -> dict[str, Any]:
        """The rule of a pair. Between accounts it names the account: a bucket that changes hands gets nothing."""
        entry = self.raw[number]
        if self.asked.destination_account != self.asked.account:
            account = {"account_id": self.asked.destination_account}
            entry = {**entry, "destination": {**entry["destination"], **account}}
        return rule(entry)

    def _plan_role(self, plan: PairsPlan, target: RoleTarget, found: RoleFound) -> None:
        try:
            policies = pair_roles.wanted_policies(target, self.asked.partition)
        except RefusedError as error:
            plan.problems += [Problem(problem, target.pairs) for problem in error.problems]
            return
        if problem := pair_roles.role_problem(target, found, self.asked.roles, policies):
            plan.problems.append(Problem(problem, target.pairs))
            return
        plan.steps += pair_roles.role_steps(target, found, self.asked.roles, policies)


def _grouped(pairs: Mapping[int, Pair], name: Any) -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    for number, pair in pairs.items():
        groups.setdefault(name(pair), set()).add(number)
    return {key: frozenset(numbers) for key, numbers in groups.items()}


def _merged(problems: Iterable[Problem]) -> list[Problem]:
    """The same sentence is told once, for all pairs that it holds for."""
    merged: dict[str, frozenset[int]] = {}
    for problem in problems:
        merged[problem.text] = merged.get(problem.text, frozenset()) | problem.pairs
    return [Problem(text, pairs) for text, pairs in merged.items()]
