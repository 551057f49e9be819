# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring many pairs to the standard at once: look at all, plan all, carry the plan out. Runs without Ansible too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_report
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_discovery import Discovery
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_plan import Asked, PairsPlan, Planner
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_report import Failure
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_rules import NOTIFICATION_ID, Notify
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Standard, Step
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import (
    Pair,
    Problem,
    legal_pairs,
    named,
    shared_destinations,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.setup_plan import Roles, role_problems
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import bucket_pairs_look as looking
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_apply import Place, Work
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_back_fill import BackFilling, BackFills
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_entries import Entries, discover
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Sides
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_mirror import Mirror, Mirroring
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_survey import Looked, survey
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """What is asked for. ``pairs`` in the shape of the option; ``role`` is one of the user's own for all sources.

    ``discovery`` makes more pairs. ``present`` false takes the rules and notifications of ``pairs`` away.
    ``replicate`` false does all but the rules, and no back-fill. ``role_wait`` in seconds.
    """

    pairs: list[Entry]
    discovery: Discovery | None = None
    present: bool = True
    role: str | None = None
    role_prefix: str = "s3-replication-"
    role_path: str = "/"
    role_boundary: str = ""
    role_wait: float = 15
    replace_role: bool = False
    standard: Standard = field(default_factory=Standard)
    failure_queue: str | None = None
    notification_id: str = NOTIFICATION_ID
    replicate: bool = True
    mirroring: Mirroring | None = None
    back_filling: BackFilling | None = None
    keep_going: bool = False
    concurrency: int = 32


def ensure(sides: Sides, task: Task, check_mode: bool, patience: Patience, progress: Progress) -> Outcome:
    """Bring the pairs to the standard, or in check mode tell what would be done.

    Raises :class:`RefusedError` with all that is wrong, before anything is changed; with ``keep_going`` only the pairs
    that it is wrong with are left out. Raises :class:`ToldError` at the end when any pair failed, with the same results
    as a success has, ``failures``, and the diff of what was done.
    """
    asked = _asked(sides, task)
    entries = _entries(sides, task, progress)
    pairs = _read(sides, entries)
    looked = survey(sides, task.concurrency, asked, entries, pairs, progress)
    mirrored = [number for number in looked.pairs if task.mirroring and number not in looked.gone]
    raw = {number: looked.raw[number] for number in mirrored}
    mirror = Mirror(sides, task.mirroring or Mirroring(), task.standard, raw, patience)
    fills = None
    if task.back_filling is not None and task.replicate:
        fills = BackFills(sides.source, task.back_filling, task.concurrency, progress)
    plan, problems = _plan(sides, task, asked, looked, mirror, fills, progress)
    failures = {
        number: Failure("look at the pair", problem.text) for problem in reversed(problems) for number in problem.pairs
    }
    done = plan.steps
    if plan.steps and not check_mode:
        work = Work(
            {name: Place(need.side.s3(need.region), need.account) for name, need in looked.needs.items()},
            sides.source.clients.get("iam", sides.source.region),
            plan.rules,
            looked.found,
            asked.notify,
            patience,
            task.role_wait,
            task.concurrency,
            progress,
            mirror.carry_out,
        )
        work.carry_out(plan.steps)
        done, failures = work.done, {**work.failures, **failures}
    if fills is not None:
        done, failures = _back_filled(fills, looked, done, failures, check_mode)
    shown = {number: pairs.get(number) or named(entry) for number, entry in enumerate(entries.raw)}
    results = {"discovered": entries.discovered}
    warnings = entries.warnings + plan.warnings + (fills.warnings if fills else [])
    older = fills.results if fills else {}
    return _outcome(shown, done, failures, asked.destination_account, older, results, warnings)


def _back_filled(
    fills: BackFills, looked: Looked, done: list[Step], failures: Mapping[int, Failure], check_mode: bool
) -> tuple[list[Step], dict[int, Failure]]:
    """Back-fill, or predict it; give all steps and all failures."""
    fills.leave_out(failures)
    if check_mode:
        fills.predict()
    else:
        fills.carry_out(looked.needs)
    return done + fills.steps, {**fills.failures, **failures}


def _asked(sides: Sides, task: Task) -> Asked:
    caller = sides.source.caller
    roles = Roles(
        caller.account, caller.partition, task.role_prefix, task.role_path, task.role or None, task.replace_role
    )
    parts = (task.discovery, task.back_filling)
    _refuse([*role_problems(roles), *(problem for part in parts if part for problem in part.problems())])
    notify = None
    if task.failure_queue:
        notify = Notify(task.failure_queue, task.notification_id, caller.account, caller.partition)
    return Asked(
        caller.account,
        sides.destination.caller.account,
        caller.partition,
        roles,
        task.standard,
        task.role_boundary,
        notify,
        task.replicate,
        task.notification_id,
        bool(task.discovery and task.discovery.delete_empty),
    )


# ---- which pairs -----------------------------------------------------------------------------------------------------


def _entries(sides: Sides, task: Task, progress: Progress) -> Entries:
    entries = Entries(list(task.pairs), set() if task.present else set(range(len(task.pairs))))
    if task.discovery is not None:
        discover(entries, sides, task.discovery, task.concurrency, progress)
    return entries


def _read(sides: Sides, entries: Entries) -> dict[int, Pair]:
    """The legal pairs by their place; what is wrong with the others, and with all together, is added to the entries."""
    accounts = sides.source.caller.account, sides.destination.caller.account
    pairs, problems = legal_pairs(entries.raw, *accounts)
    staying = {number: pair for number, pair in pairs.items() if number not in entries.gone}
    problems += shared_destinations(staying, entries.raw)
    if accounts[0] != accounts[1]:
        problems += _both(staying)
    entries.problems += problems
    return pairs


def _both(pairs: Mapping[int, Pair]) -> list[Problem]:
    both = {pair.source for pair in pairs.values()} & {pair.destination for pair in pairs.values()}
    return [
        Problem(
            f"bucket {bucket} is a source and a destination, and the two sides are different accounts; set the two "
            f"directions up in two tasks",
            frozenset(number for number, pair in pairs.items() if bucket in (pair.source, pair.destination)),
        )
        for bucket in sorted(both)
    ]


# ---- planning --------------------------------------------------------------------------------------------------------


def _plan(
    sides: Sides,
    task: Task,
    asked: Asked,
    looked: Looked,
    mirror: Mirror,
    fills: BackFills | None,
    progress: Progress,
) -> tuple[PairsPlan, list[Problem]]:
    """Plan what can be planned; give the problems of the pairs that are left out.

    A pair that is left out may leave less to be done for others, so these are planned anew.
    """
    planner = Planner(asked, looked.raw, looked.pairs, looked.found, looked.gone)
    roles = looking.look_at_roles(sides.source, planner.role_targets(), asked.roles, task.concurrency, progress)
    plan = planner.plan(roles)
    mirrored: list[Step] = []
    refused: list[Problem] = []
    warnings: list[str] = []
    if task.mirroring is not None:
        mirrored, refused, warnings = mirror.plan(plan.steps, looked.found, task.concurrency, progress)
    problems = looked.problems + plan.problems + refused
    problems += fills.plan(plan, looked.needs, looked.found) if fills else []
    if problems and not task.keep_going:
        _refuse(list(dict.fromkeys(problem.text for problem in problems)))
    while problems:
        bad = {number for problem in problems for number in problem.pairs}
        left = {number: pair for number, pair in looked.pairs.items() if number not in bad}
        planner = Planner(asked, looked.raw, left, looked.found, looked.gone)
        plan = planner.plan(roles)
        if not plan.problems:
            break
        problems += plan.problems
    bad = {number for problem in problems for number in problem.pairs}
    plan.steps += [step for step in mirrored if not step.pairs & bad]
    plan.warnings += warnings
    return plan, problems


def _refuse(problems: list[str]) -> None:
    if problems:
        raise RefusedError(f"Nothing was changed. {len(problems)} problem(s)", problems)


# ---- telling ---------------------------------------------------------------------------------------------------------


def _outcome(
    pairs: Mapping[int, Pair],
    done: list[Step],
    failures: Mapping[int, Failure],
    account: str,
    back_fills: Mapping[str, Any],
    more: Mapping[str, Any],
    warnings: list[str],
) -> Outcome:
    told = pair_report.pair_results(pairs, done, failures, account, back_fills)
    created = [step.subject for step in done if step.kind == steps.CREATE]
    results: dict[str, Any] = {"pairs": told, "summary": pair_report.summary(told, created), **more}
    mine: dict[int, list[Step]] = {}
    for step in done:
        for number in step.pairs:
            mine.setdefault(number, []).append(step)
    before, after = {}, {}
    for number, pair in pairs.items():
        if number in mine:
            before[str(pair)], after[str(pair)] = steps.diff(mine[number])
    if failures:
        rows = pair_report.failure_results(pairs, failures)
        raise ToldError(
            f"{len(rows)} of {len(pairs)} pairs failed:\n{pair_report.failure_table(rows)}",
            changed=bool(done),
            **results,
            failures=rows,
            diff={"before": before, "after": after},
        )
    return Outcome(bool(done), {**results, "failures": []}, before, after, warnings)
