# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set routing controls to states, all in one transaction, and see that they are set.

States are read first, and nothing is sent when they are right: a control is set to a state, never toggled, so that two
runs at once do not undo each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import arc
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import (
    MOST_AT_ONCE,
    arn_problem,
    changes,
    refuse,
    wanted_states,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc_rules import Broken, advice
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_cluster import (
    Cluster,
    Place,
    Surroundings,
    cluster_at,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_safety_rules import Judgement, judge
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

# A change may be refused for a rule's wait period, which is 5 s unless it was chosen otherwise. As long as this is
# tried again where nobody can tell whether a rule is broken or waits.
_UNKNOWN_FOR = 10.0

_READ, _SET = "GetRoutingControlState", "UpdateRoutingControlStates"


@dataclass(frozen=True)
class Asked:
    """The options of the module: the states, where, and which safety rules are overridden."""

    routing_controls: Sequence[Mapping[str, str]]
    place: Place
    overridden: tuple[str, ...] = ()


def set_states(surroundings: Surroundings, asked: Asked) -> Outcome:
    """Plan and, outside check mode, apply. Raises :class:`ToldError`."""
    wanted, problems = wanted_states(asked.routing_controls)
    problems += asked.place.problems()
    told = (arn_problem(arn, "safety rule") for arn in asked.overridden)
    refuse([*problems, *(f"safety_rules_to_override: {problem}" for problem in told if problem)])
    return _Run(surroundings, wanted, asked, cluster_at(asked.place, surroundings)).outcome()


class _Run:
    def __init__(self, surroundings: Surroundings, wanted: dict[str, str], asked: Asked, cluster: Cluster) -> None:
        self._surroundings, self._wanted, self._asked, self._cluster = surroundings, wanted, asked, cluster
        self._names: dict[str, str] = {}
        self._before: dict[str, str] = {}
        self._warnings: list[str] = []

    def outcome(self) -> Outcome:
        self._before = self._read(list(self._wanted))
        planned = changes(self._wanted, self._before)
        taken_by = None
        if planned and self._surroundings.check_mode:
            self._predict(planned)
        elif planned:
            self._apply(planned)
            taken_by = self._cluster.answered
            self._verify(planned)
        results = {
            "routing_controls": self._controls(self._wanted),
            "endpoint": taken_by.told() if taken_by else None,
            "safety_rules_overridden": list(self._asked.overridden) if planned else [],
            **self._cluster.told(),
        }
        after = {**self._before, **planned}
        return Outcome(bool(planned), results, {"states": self._before}, {"states": after}, self._warnings)

    def _read(self, arns: Sequence[str]) -> dict[str, str]:
        states: dict[str, str] = {}
        missing = []
        for arn in arns:
            try:
                self._names[arn], states[arn] = self._cluster.ask(_READ, partial(arc.get_state, arn=arn))
            except MissingError:
                missing.append(
                    f"{arn} is not known to the cluster of the endpoints. It was deleted, or it belongs to another "
                    "cluster; routing controls of several clusters can't be changed in one transaction, so give each "
                    "cluster a task of its own"
                )
        refuse(missing)
        return states

    def _predict(self, planned: dict[str, str]) -> None:
        judgement = self._judge(planned)
        if judgement.broken:
            raise self._blocked(judgement.broken)
        if judgement.unknown:
            self._warnings.append(f"Whether safety rules let this change pass is not known: {judgement.unknown}")
        if len(planned) > MOST_AT_ONCE:
            self._warnings.append(f"{len(planned)} routing controls would change in one transaction. {_split(planned)}")

    def _apply(self, planned: dict[str, str]) -> None:
        """Send the transaction, again while it may only have to wait."""
        began, left = self._surroundings.patience.now(), dict(planned)
        overridden = self._asked.overridden
        while left:
            try:
                self._cluster.ask(_SET, partial(arc.update_states, states=left, overridden=overridden))
            except arc.TooManyError as error:
                raise ToldError(f"{error.message}. {_split(left)}", **self._details()) from error
            except arc.BlockedError as error:
                left = changes(self._wanted, self._read(list(self._wanted)))
                self._look_why(error, left, self._surroundings.patience.now() - began)
            else:
                return

    def _look_why(self, error: arc.BlockedError, left: dict[str, str], passed: float) -> None:
        """Raise unless the same change may pass a little later, or another run has made it meanwhile."""
        if not left:
            return
        judgement = self._judge(left)
        if judgement.broken:
            raise self._blocked(judgement.broken) from error
        if (not judgement.unknown or passed < _UNKNOWN_FOR) and self._cluster.rest():
            return
        names = [judgement.names[arn] for arn in error.rules if arn in judgement.names]
        if judgement.unknown:
            why = f"What stands against it could not be found out: {judgement.unknown}"
        else:
            why = (
                "By their states no safety rule forbids it, so a rule's wait period has not passed or somebody else "
                "keeps changing them; run it again later"
            )
        arns = ", ".join(error.rules)
        override = f". To change them all the same, set safety_rules_to_override: [{arns}]" if arns else ""
        raise ToldError(
            f"{error.message}{f' (safety rule {names[0]})' if names else ''}. {why}{override}",
            **self._details(),
            safety_rules=[{"arn": arn, "name": judgement.names.get(arn), "problem": error.said} for arn in error.rules],
        ) from error

    def _judge(self, planned: dict[str, str]) -> Judgement:
        return judge(self._surroundings, self._cluster, planned, self._asked.overridden)

    def _blocked(self, broken: Sequence[Broken]) -> ToldError:
        problems = "; ".join(found.problem for found in broken)
        return ToldError(
            f"Safety rules of ARC stop the change, and no routing control was changed: {problems}. {advice(broken)}",
            **self._details(),
            safety_rules=[found.told() for found in broken],
        )

    def _verify(self, planned: dict[str, str]) -> None:
        """Read until the states are as they were set."""
        while wrong := changes(planned, self._read(list(planned))):
            if not self._cluster.rest():
                lines = "; ".join(f"{self._names[arn]} ({arn}) is not {state}" for arn, state in wrong.items())
                raise DeadlineError(
                    f"The routing controls were set, and {self._surroundings.patience.timeout:g} seconds later they do "
                    f"not read so: {lines}. Look whether somebody else changes them, and run it again",
                    **self._details(),
                )

    def _details(self) -> dict[str, Any]:
        return {"routing_controls": self._controls(self._before), **self._cluster.told()}

    def _controls(self, states: Mapping[str, str]) -> list[dict[str, Any]]:
        return [
            {
                "arn": arn,
                "name": self._names[arn],
                "state": states[arn],
                "state_before": self._before[arn],
                "changed": states[arn] != self._before[arn],
            }
            for arn in self._wanted
        ]


def _split(planned: Mapping[str, str]) -> str:
    return (
        f"The quota is {MOST_AT_ONCE} routing controls in a transaction, and {len(planned)} are not as wanted. Split "
        f"routing_controls into tasks of at most {MOST_AT_ONCE}, and keep those together that safety rules look at "
        "together, so that each task alone leaves enough of them on"
    )
