# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a Multi-Region Access Point as it is wished to be.

All is planned from what AWS says before anything is changed. A run that is killed anywhere can be run again: what is
under way is found by its status and by the token of its request, and waited for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import mrap, s3_bucket
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import mrap as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import mrap_plan
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import AccessPoint
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_plan import Plan, Policies, Wish
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_info import Reader
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_operation import (
    Control,
    Request,
    counting_down,
    follow,
    patient,
    submit,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_site import Site, find, subject
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.route_regions import RouteRegions
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

Json = dict[str, Any]


def present(site: Site, wish: Wish) -> Outcome:
    """Create it, or bring its policy to what is wished. Raises :class:`ToldError`."""
    if problems := mrap_plan.form_problems(wish):
        raise RefusedError(subject(wish.name), problems)
    control = site.control
    found = find(control, wish.name)
    held = mrap.get_policies(control.client, control.account, wish.name) if found and wish.policy else Policies()
    try:
        plan = mrap_plan.plan(wish, found, held, control.account)
    except ValueError as problem:
        raise RefusedError(subject(wish.name), [str(problem)]) from problem
    if plan.create and found is None:
        buckets = s3_bucket.regions_of_buckets(site.clients("s3", control.region))
        if problems := mrap_plan.region_problems(wish, buckets, control.account):
            raise RefusedError(subject(wish.name), problems)
    warnings = _warnings(site, wish, plan)
    if site.patience is None and (plan.create or plan.wait):
        plan = replace(plan, put_policy=False)
    if not site.check_mode:
        _Maker(site, control, wish, found).bring(plan)
    outcome = _outcome(site, control, wish, found, held, plan)
    return replace(outcome, warnings=[*warnings, *outcome.warnings])


def _warnings(site: Site, wish: Wish, plan: Plan) -> list[str]:
    warnings = []
    if len(wish.members) == 1:
        warnings.append(f"{subject(wish.name)} has one Region; there is nothing that traffic could be switched to")
    if site.patience is None and plan.put_policy and (plan.create or plan.wait):
        warnings.append(f"{subject(wish.name)} gets its policy when it is ready; run the task again with wait")
    return warnings


class _Maker:
    """Carries a plan out."""

    def __init__(self, site: Site, control: Control, wish: Wish, found: AccessPoint | None) -> None:
        self._control, self._wish, self._found = control, wish, found
        self._left = counting_down(site.patience) if site.patience else None

    def bring(self, plan: Plan) -> None:
        """Create, wait, put the policy."""
        if plan.create:
            self._run(self._creation())
        if self._left and (plan.wait or plan.create):
            self._wait_until_ready(self._left(), resumed=plan.wait)
        if plan.put_policy:
            self._run(self._policy())

    def _run(self, request: Request) -> None:
        operation = submit(self._control, request)
        if self._left:
            follow(self._control, request, operation, self._left())

    def _creation(self) -> Request:
        control, wish = self._control, self._wish
        members = sorted((member.bucket, member.account) for member in wish.members)

        def reached() -> bool:
            found = find(control, wish.name)
            return found is not None and found.status == domain.READY

        return Request(
            f"create Multi-Region Access Point {wish.name}",
            "create",
            wish.name,
            [members, wish.whole_block()],
            lambda token: mrap.create_access_point(control.client, control.account, wish, token),
            reached,
        )

    def _policy(self) -> Request:
        control, name, policy = self._control, self._wish.name, self._wish.policy or {}

        def reached() -> bool:
            return mrap.get_policies(control.client, control.account, name).settled_on(policy)

        return Request(
            f"put the policy of Multi-Region Access Point {name}",
            "put-policy",
            name,
            policy,
            lambda token: mrap.put_policy(control.client, control.account, name, policy, token),
            reached,
        )

    def _wait_until_ready(self, patience: Patience, resumed: bool) -> None:
        """``resumed``: it was there before, so that it is gone means that S3 gave its creation up."""
        name = self._wish.name

        def over(found: AccessPoint | None) -> bool:
            return resumed if found is None else found.status in (domain.READY, domain.PARTIALLY_CREATED)

        known = self._found if resumed else None
        found, _over = patient(patience, lambda: find(self._control, name), over, known)
        status = found.status if found else "unknown"
        if found is None and resumed:
            raise ToldError(f"{subject(name)} is gone again: S3 could not create it, or somebody deleted it. Run again")
        if status == domain.PARTIALLY_CREATED:
            raise ToldError(
                f"{subject(name)} was created in some of its Regions only (status {status}). Look whether its buckets "
                f"are there and may be used, then run again: it is created where it lacks",
                status=status,
            )
        if status != domain.READY:
            raise DeadlineError(
                f"{subject(name)} was not ready within wait_timeout: its status is {status}. AWS goes on; run again to "
                f"wait for it",
                status=status,
            )


def _outcome(
    site: Site, control: Control, wish: Wish, found: AccessPoint | None, held: Policies, plan: Plan
) -> Outcome:
    """Give what is there now, or would be. The diff shows what was wished and nothing that AWS made up."""
    before = _shown(found, held.established if wish.policy else None)
    after = _shown(found, wish.policy) if found else _wished(wish)
    now = found if site.check_mode else find(control, wish.name)
    if now is None:
        return Outcome(plan.changed, {"multi_region_access_point": _predicted(wish)}, before, after)
    reader = Reader(control, site.caller.partition, RouteRegions(site.clients))
    details, troubles = reader.details(now)
    warnings = [f"{trouble.message}. The result lacks it" for trouble in troubles]
    return Outcome(plan.changed, {"multi_region_access_point": details}, before, after, warnings)


def _shown(found: AccessPoint | None, policy: Any) -> Json | None:
    if found is None:
        return None
    buckets = sorted(member.bucket for member in found.members)
    return {"name": found.name, "buckets": buckets, "public_access_block": dict(found.block), "policy": policy}


def _wished(wish: Wish) -> Json:
    buckets = sorted(member.bucket for member in wish.members)
    return {"name": wish.name, "buckets": buckets, "public_access_block": wish.whole_block(), "policy": wish.policy}


def _predicted(wish: Wish) -> Json:
    """What a module returns of one that is not there yet."""
    buckets = [
        {"bucket": member.bucket, "region": None, "account_id": member.account or None} for member in wish.members
    ]
    shown = {"name": wish.name, "buckets": buckets, "public_access_block": wish.whole_block()}
    unknown = ("alias", "arn", "domain_name", "status", "created_at", "policy_is_public", "routes")
    return {**shown, **dict.fromkeys(unknown), "policy": wish.policy, "policy_proposed": wish.policy}
