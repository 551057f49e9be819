# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start an experiment, or find the one that runs, wait for its end, or stop it; lend buckets tags meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import fis
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import fis_experiment as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.lent_tags import tag_problems
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pauses import is_alive
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.fis_template import find
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.lent_tags import Loan, shown
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.wait_for_experiment import wait_for_experiment

Json = dict[str, Any]


class ExperimentEndError(ToldError):
    """The experiment has ended otherwise than by completing."""


@dataclass(frozen=True)
class Request:
    """What is asked for. ``template`` is its name or id; ``buckets`` get ``lent`` tags while the experiment runs."""

    template: str = ""
    experiment_id: str = ""
    run_id: str | None = None
    mode: str = "run-all"
    tags: Mapping[str, str] = field(default_factory=dict)
    buckets: tuple[str, ...] = ()
    lent: Mapping[str, str] = field(default_factory=dict)

    def problems(self) -> list[str]:
        """Say what can't be right."""
        found = [f"target_tags: {problem}" for problem in tag_problems(self.lent)] if self.buckets else []
        if domain.RUN_TAG in self.tags:
            found.append(f"tags has {domain.RUN_TAG}, which is where run_id is kept; leave it out")
        if self.run_id is not None and not 1 <= len(self.run_id) <= 256:
            found.append(f"run_id has {len(self.run_id)} characters; it is kept as a tag, which has 1 to 256")
        return found


@dataclass(frozen=True)
class Place:
    """Clients of the Region, the account, and how to wait. ``patience`` is ``None`` where the end is not waited for."""

    fis: Any
    s3: Any
    tagging: Any
    account: str
    patience: Patience | None
    progress: Progress = field(default_factory=Progress)
    rest: Callable[[float, float], Patience] = Patience


def start(place: Place, asked: Request, check_mode: bool) -> Outcome:
    """Start an experiment of the template, or take up the one that is asked for already.

    Raises :class:`RefusedError`, :class:`AwsError`, :class:`DeadlineError`, :class:`ExperimentEndError`.
    """
    subject = f"Experiment of template {asked.template}"
    problems = asked.problems()
    if problems:
        raise RefusedError(subject, problems)
    template = find(place.fis, asked.template)
    if template is None:
        region = place.fis.meta.region_name
        raise RefusedError(subject, [f"there is no such template in {region}; make it with fis_experiment_template"])
    known = list(fis.list_experiments(place.fis, template["id"]))
    choice = domain.choose(known, asked.run_id, asked.mode)
    if choice.problem:
        raise RefusedError(subject, [choice.problem])
    loan = _loan(place, asked, template["id"])
    if choice.adopt:
        return _finish(place, loan, fis.get_experiment(place.fis, choice.adopt), Outcome(False), asked.run_id)
    plans = loan.lending() if loan else {}
    before, after = shown(plans)
    outcome = Outcome(
        True,
        {"experiment": None},
        {"experiment": None, "bucket_tags": before},
        {"experiment": {"template_id": template["id"], "actions_mode": asked.mode}, "bucket_tags": after},
    )
    if check_mode:
        return outcome
    arguments = {
        "experimentTemplateId": template["id"],
        "clientToken": domain.token(template["id"], asked.run_id, asked.mode, known),
        "experimentOptions": {"actionsMode": asked.mode},
        "tags": {**asked.tags, **({} if asked.run_id is None else {domain.RUN_TAG: asked.run_id})},
    }
    try:
        if loan:
            loan.write(plans)
            told = loan.until_found(place.tagging, place.rest)
            outcome.warnings += [told] if told else []
        started = fis.start_experiment(place.fis, arguments)
    except ToldError as error:
        left = loan.give_back() if loan else None
        if left:
            error.message += f". {left}"
        raise
    return _finish(place, loan, started, outcome, asked.run_id)


def stop(place: Place, asked: Request, check_mode: bool) -> Outcome:
    """Stop an experiment, or all that run of a template, and take back lent tags. Fine where nothing runs."""
    problems = asked.problems()
    if problems:
        raise RefusedError("Stopping experiments", problems)
    template = find(place.fis, asked.template) if asked.template else None
    found = _asked_for(place.fis, asked, template)
    alive = [one for one in found if is_alive(one)]
    borrower = template["id"] if template else str(found[0]["experimentTemplateId"]) if found else ""
    loan = _loan(place, asked, borrower)
    plans = loan.taking_back() if loan else {}
    before, after = shown(plans)
    changed = bool(alive) or any(plan.changed for plan in plans.values())
    was = {one["id"]: domain.status_of(one) for one in alive}
    stopped = [{**one, "state": {"status": domain.STOPPED}} for one in alive]
    if not check_mode:
        for one in alive:
            fis.stop_experiment(place.fis, one["id"])
        # What is being stopped looks for targets no more, so the tags go before the wait, which may run out.
        left = loan.give_back() if loan else None
        if left:
            raise ToldError(left)
        stopped = [_seen(place, one["id"]) for one in alive]
    return Outcome(
        changed,
        {"experiments": [domain.as_result(one, None) for one in stopped]},
        {"experiments": was, "bucket_tags": before},
        {"experiments": dict.fromkeys(was, domain.STOPPED), "bucket_tags": after},
    )


def _asked_for(client: Any, asked: Request, template: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    """Give the experiments that are to be stopped. One that is named and is not there is an error."""
    if asked.experiment_id:
        return [fis.get_experiment(client, asked.experiment_id)]
    if template is None:
        return []
    known = fis.list_experiments(client, template["id"])
    return [one for one in known if asked.run_id is None or (one.get("tags") or {}).get(domain.RUN_TAG) == asked.run_id]


def _seen(place: Place, experiment: str) -> Json:
    if place.patience is None:
        return fis.get_experiment(place.fis, experiment)
    return wait_for_experiment(place.fis, {"id": experiment}, place.patience, place.progress)


def _finish(place: Place, loan: Loan | None, experiment: Json, outcome: Outcome, run_id: str | None) -> Outcome:
    """Wait, take back what was lent, and judge. While the experiment runs, the lent tags stay."""
    if place.patience is not None:
        experiment = wait_for_experiment(place.fis, experiment, place.patience, place.progress)
    if domain.has_ended(experiment):
        left = loan.give_back() if loan else None
        if left:
            outcome.warnings.append(left)
    resolved = _resolved(place.fis, experiment, outcome.warnings)
    result = domain.as_result(experiment, resolved)
    outcome.results["experiment"] = result
    end = domain.end_told(experiment) if domain.has_ended(experiment) else None
    if end:
        told, todo = end
        if run_id is not None:
            todo += f", with another run_id than {run_id!r}"
        raise ExperimentEndError(
            f"{told[0].upper()}{told[1:]}. {todo}", experiment=result, changed=outcome.changed, end=result["status"]
        )
    left_out = domain.skipped(experiment)
    if left_out:
        outcome.warnings.append(f"Actions {', '.join(left_out)} did nothing: their targets stood for no resource")
    return outcome


def _resolved(client: Any, experiment: Mapping[str, Any], warnings: list[str]) -> list[Json] | None:
    """Give what the targets stood for; ``None`` while FIS does not know, or where it may not be asked."""
    try:
        return fis.resolved_targets(client, experiment["id"])
    except MissingError:
        return None
    except AccessDeniedError as error:
        warnings.append(f"What the targets stood for is not known. {error.todo}")
        return None


def _loan(place: Place, asked: Request, template: str) -> Loan | None:
    if not asked.buckets:
        return None
    others = frozenset(one["id"] for one in fis.list_templates(place.fis))
    return Loan(place.s3, place.account, asked.buckets, asked.lent, template, others)
