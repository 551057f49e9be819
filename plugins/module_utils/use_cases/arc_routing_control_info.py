# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the states and names of routing controls, and the safety rules about them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import arc
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import (
    arn_problem,
    control_panel_of,
    told_control,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_cluster import (
    Cluster,
    Place,
    Surroundings,
    cluster_at,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_safety_rules import read_rules
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

Told = dict[str, Any]


def read(surroundings: Surroundings, place: Place, arns: Sequence[str] | None, panel: str | None) -> Outcome:
    """Read the routing controls named, or those of ``panel``, or all of the cluster. Raises :class:`ToldError`."""
    problems = place.problems()
    problems += [problem for arn in arns or () if (problem := arn_problem(arn, "routing control"))]
    panel_problem = arn_problem(panel, "control panel") if panel is not None else None
    problems += [f"control_panel: {panel_problem}"] if panel_problem else []
    if problems:
        raise RefusedError("No routing control was read", problems)
    cluster = cluster_at(place, surroundings)
    controls = _controls(cluster, arns, panel)
    answered = cluster.answered
    rules, error = _rules(surroundings, [panel] if panel else [control["control_panel"] for control in controls])
    results = {
        "routing_controls": controls,
        "safety_rules": rules,
        "safety_rules_error": error,
        "endpoint": answered.told() if answered else None,
        **cluster.told(),
    }
    return Outcome(False, results, warnings=[f"The safety rules are not known: {error}"] if error else [])


def _controls(cluster: Cluster, arns: Sequence[str] | None, panel: str | None) -> list[Told]:
    """Read those named one control panel at a time: one call tells many of them, with their names."""
    if arns is None:
        listed = cluster.ask("ListRoutingControls", lambda client: arc.list_controls(client, panel))
        return [told_control(found) for found in listed]
    known: dict[str, Told] = {}
    unknown = []
    for each in dict.fromkeys(map(control_panel_of, arns)):
        try:
            listed = cluster.ask("ListRoutingControls", partial(arc.list_controls, control_panel=each))
        except AwsError as error:
            unknown.append(error.message)
        else:
            known.update({told["arn"]: told for told in map(told_control, listed)})
            unknown += [
                f"{arn} is not among the routing controls of its control panel"
                for arn in arns
                if control_panel_of(arn) == each and arn not in known
            ]
    if unknown:
        raise ToldError(
            f"Routing controls could not be read: {'; '.join(unknown)}. Look whether they belong to this cluster",
            routing_controls=list(known.values()),
            **cluster.told(),
        )
    return [known[arn] for arn in arns]


def _rules(surroundings: Surroundings, panels: Sequence[str]) -> tuple[list[Told] | None, str | None]:
    try:
        return [rule.told() for rule in read_rules(surroundings, dict.fromkeys(panels))], None
    except AwsError as error:
        return None, error.message
