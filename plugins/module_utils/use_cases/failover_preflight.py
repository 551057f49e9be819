# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather what a failover has to know, all at once, and decide. Nothing is changed.

What does not answer is a fact like any other: nothing here fails for it. Regions are asked side by side, so that one
that is gone costs one wait. Who is asked how is in :class:`Sources`, in the shapes that the modules return.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import failover_evidence as evidence
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import Pointer
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_facts import (
    CONTROLS,
    NOT_CONFIGURED,
    POINTER,
    READ,
    ROUTES,
    UNREADABLE,
    UNUSED,
    Facts,
    Flow,
    Said,
    TargetBucket,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_gate import decide
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_groups import groups as grouped
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

Row = dict[str, Any]
Pair = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """What is asked for. Unset access points, controls and endpoints are those that set-up noted with the pointer.

    ``own_claim`` is the id of the claim under which this is asked: it is no news to anybody. ``avoid`` is the Region
    that is said to have failed, ``others`` what is switched besides (DNS records, a parameter).
    """

    target: str
    pairs: Sequence[Pair]
    max_loss: float
    force: bool = False
    account: str | None = None
    access_points: Sequence[str] | None = None
    controls: Mapping[str, Sequence[str]] | None = None
    endpoints: Sequence[Mapping[str, str]] | None = None
    compare: bool = True
    failed_since: str | None = None
    own_claim: str | None = None
    avoid: str | None = None
    others: Sequence[str] = ()
    canaries: Sequence[Row] = ()
    concurrency: int = 16

    def end(self, now: float) -> float:
        """Give the moment after which nothing was written in the Region that failed; UTC where it names no offset.

        Raises :class:`RefusedError`.
        """
        if not self.failed_since:
            return now
        try:
            given = datetime.fromisoformat(self.failed_since)
            return min(now, (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp())
        except ValueError as error:
            raise RefusedError("failed_since", [f"{error}; expected a time as 2026-01-02T03:04:05Z"]) from error


@dataclass(frozen=True)
class Sources:
    """Who is asked. All but ``bucket`` and ``answers`` may raise :class:`ToldError`.

    ``pointer`` gives ``None`` where there is none, and the Regions of its table that did not answer; ``bucket`` looks
    at a bucket of the target, ``answers`` says whether S3 answers for a bucket elsewhere. The others give what the
    modules return.
    """

    pointer: Callable[[], tuple[Pointer | None, Sequence[str]]]
    account: Callable[[], Caller]
    bucket: Callable[[str, str], TargetBucket]
    answers: Callable[[str, str], bool]
    routes: Callable[[Sequence[str], str], Sequence[Row]]
    states: Callable[[Sequence[str], Sequence[Mapping[str, str]]], Sequence[Row]]
    compare: Callable[[Sequence[Pair]], Sequence[Row]]
    metrics: Callable[[Sequence[Pair]], Sequence[Row]]
    now: Callable[[], float]


@dataclass(frozen=True)
class _Plan:
    """What a failover would set, from the task or from what set-up noted."""

    access_points: list[str] = field(default_factory=list)
    controls: dict[str, list[str]] = field(default_factory=dict)
    endpoints: list[Mapping[str, str]] = field(default_factory=list)


def preflight(sources: Sources, task: Task) -> Outcome:
    """Give facts, plan and decision. Raises :class:`RefusedError` for input that no fact can make right."""
    groups = grouped(task.pairs)
    now = sources.now()
    end = task.end(now)
    flows = evidence.flows_to(task.target, groups)
    names = [group["buckets"][task.target] for group in groups if task.target in group["buckets"]]
    with ThreadPoolExecutor(max_workers=5) as pool:
        account = pool.submit(sources.account)
        buckets = pool.submit(_all, lambda name: sources.bucket(name, task.target), names, task.concurrency)
        known = pool.submit(_look_at, sources, task, flows, end)
        found, error = _tried(sources.pointer)
        pointer, silent = found or (None, ())
        if pointer and pointer.claim and pointer.claim.id == task.own_claim:
            pointer = replace(pointer, claim=None)
        plan = _plan(task, pointer)
        routes = pool.submit(_routes, sources, plan, task.target)
        controls = pool.submit(_controls, sources, plan)
        said = {POINTER: _said_by(pointer, error)}
        said[ROUTES], problems = routes.result()
        said[CONTROLS] = controls.result()
        caller, no_account = _tried(account.result)
    facts = Facts(
        target=task.target,
        groups={group["name"]: frozenset(group["buckets"]) for group in groups},
        now=now,
        account=caller.account if caller else "",
        accounts=evidence.accounts_of(plan.access_points) | ({task.account} if task.account else set()),
        pointer=pointer,
        said=said,
        buckets=tuple(buckets.result()),
        flows=tuple(known.result()),
        problems=(
            *problems,
            *([f"the account is not known: {no_account}"] if no_account else []),
            *_not_failed(task, groups),
        ),
        remarks=(*_unheard(silent), *evidence.canary_remarks(flows, task.canaries, now)),
        others=tuple(task.others),
    )
    decision = decide(facts, task.max_loss, task.force)
    results = {
        **decision.as_result(),
        "target_region": task.target,
        "account": caller.account if caller else None,
        "partition": caller.partition if caller else None,
        "groups": groups,
        "pointer": pointer.told() if pointer else None,
        "silent_table_regions": list(silent),
        "says": {who.replace(" ", "_"): one.told() for who, one in said.items()},
        "flows": [flow.told() for flow in facts.flows],
        "unreachable_regions": sorted({flow.region for flow in facts.flows if not flow.answers}),
        "plan": {
            "access_points": [
                {"multi_region_access_point": one, "active": [task.target]} for one in plan.access_points
            ],
            "routing_controls": evidence.control_states(plan.controls, task.target),
            "cluster_endpoints": plan.endpoints,
            "unfence": [{"bucket": one.bucket, "region": task.target} for one in facts.buckets if one.fenced],
            "fence": [{"bucket": flow.source, "region": flow.region} for flow in facts.flows],
            "compare": [pair for flow in flows for pair in evidence.asked_of(flow, task.target, task.pairs)],
        },
        "msg": _told(decision.verdict, task.target, facts),
    }
    return Outcome(False, results, warnings=list(decision.warnings))


def _not_failed(task: Task, groups: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say why the Region that is said to have failed can't be that."""
    regions = {region for group in groups for region in group["buckets"]}
    if task.avoid and task.avoid == task.target:
        yield f"{task.avoid} is said to have failed, and to be the target"
    elif task.avoid and task.avoid not in regions:
        yield f"{task.avoid} is said to have failed, but the pairs have buckets in {', '.join(sorted(regions))} only"


def _unheard(silent: Sequence[str]) -> Iterator[str]:
    if silent:
        yield (
            f"the pointer's table does not answer in {', '.join(silent)}; a change that was written there last may not "
            f"have come to where it was read"
        )


def _plan(task: Task, pointer: Pointer | None) -> _Plan:
    noted = pointer.settings if pointer else {}
    points = task.access_points if task.access_points is not None else noted.get("access_points") or []
    controls = task.controls if task.controls is not None else noted.get("routing_controls") or {}
    endpoints = task.endpoints if task.endpoints is not None else noted.get("cluster_endpoints") or []
    return _Plan(list(points), {region: list(arns) for region, arns in controls.items()}, list(endpoints))


def _said_by(pointer: Pointer | None, error: str) -> Said:
    if error:
        return Said(UNREADABLE, error=error)
    if pointer is None or not pointer.active_region:
        return Said(NOT_CONFIGURED)
    return Said(READ, {pointer.name: frozenset([pointer.active_region])})


def _routes(sources: Sources, plan: _Plan, target: str) -> tuple[Said, list[str]]:
    """What the routes say, and what can't be right about them (no such access point, one Region only)."""
    if not plan.access_points:
        return Said(UNUSED), []
    try:
        return evidence.said_by_routes(sources.routes(plan.access_points, target)), []
    except RefusedError as error:
        return Said(UNUSED), error.problems
    except ToldError as error:
        return Said(UNREADABLE, error=error.message), []


def _controls(sources: Sources, plan: _Plan) -> Said:
    if not plan.controls:
        return Said(UNUSED)
    arns = list(dict.fromkeys(arn for region in sorted(plan.controls) for arn in plan.controls[region]))
    states, error = _tried(lambda: sources.states(arns, plan.endpoints))
    return Said(UNREADABLE, error=error) if states is None else evidence.said_by_controls(states, plan.controls)


def _look_at(sources: Sources, task: Task, flows: list[Flow], end: float) -> list[Flow]:
    """What the target has not yet: by comparison where the other side answers, by metrics and canaries where not."""
    answers = _all(lambda flow: sources.answers(flow.source, flow.region), flows, task.concurrency)
    flows = [replace(flow, answers=answer) for flow, answer in zip(flows, answers, strict=True)]
    if task.compare:
        flows = _compare(sources, task, flows)
    unknown = [flow for flow in flows if not flow.how]
    if not unknown:
        return flows
    ways = [pair for flow in unknown for pair in evidence.asked_of(flow, task.target, ())]
    rows, error = _tried(lambda: sources.metrics(ways))
    known = []
    for flow in flows:
        if not flow.how:
            flow = evidence.measured(flow, rows, end) if rows is not None else replace(flow, error=error)
            flow = evidence.probed(flow, task.canaries, end)
        known.append(flow)
    return known


def _compare(sources: Sources, task: Task, flows: list[Flow]) -> list[Flow]:
    asked = [flow for flow in flows if flow.answers]
    if not asked:
        return flows
    pairs = [pair for flow in asked for pair in evidence.asked_of(flow, task.target, task.pairs)]
    results, error = _tried(lambda: sources.compare(pairs))
    if results is None:
        return [replace(flow, error=error) if flow.answers else flow for flow in flows]
    came: dict[tuple[str, str], list[Row]] = {}
    for result in results:
        came.setdefault((result["source"]["bucket"], result["destination"]["bucket"]), []).append(result)
    return [
        evidence.compared(flow, came.get((flow.source, flow.destination), [])) if flow.answers else flow
        for flow in flows
    ]


def _all(work: Callable[[Any], Any], items: Sequence[Any], concurrency: int) -> list[Any]:
    return list(in_order(work, items, concurrency))


def _tried(work: Callable[[], Any]) -> tuple[Any, str]:
    try:
        return work(), ""
    except ToldError as error:
        return None, error.message


def _told(verdict: str, target: str, facts: Facts) -> str:
    active = ", ".join(sorted(facts.says(facts.winner).regions)) or "unknown"
    if verdict == "nothing":
        since = f" since {facts.pointer.since}, set by {facts.pointer.by}" if facts.pointer else ""
        return f"{target} is active already{since}. There is nothing to do"
    if verdict == "stop":
        return f"Nothing is switched to {target}; active is {active}"
    return f"Active is {active}; {target} can take over"
