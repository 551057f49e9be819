# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out which safety rules stand against a change, as far as the control plane answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import arc
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import control_panel_of, told_control
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc_rules import (
    Broken,
    Rule,
    broken_rules,
    parse_rule,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_cluster import Cluster, Surroundings


@dataclass(frozen=True)
class Judgement:
    """The rules that stand against a change, or why that is not known; ``names`` of all rules that were read."""

    broken: tuple[Broken, ...]
    unknown: str
    names: Mapping[str, str]


def judge(
    surroundings: Surroundings, cluster: Cluster, planned: Mapping[str, str], overridden: Collection[str]
) -> Judgement:
    """Evaluate the safety rules of the control panels concerned with the present states."""
    panels = list(dict.fromkeys(control_panel_of(arn) for arn in planned))
    try:
        rules = read_rules(surroundings, panels)
        states = {
            told["arn"]: told["state"] for panel in panels for told in map(told_control, _controls(cluster, panel))
        }
    except AwsError as error:
        return Judgement((), error.message, {})
    broken = broken_rules(rules, states, planned, overridden)
    return Judgement(tuple(broken), "", {rule.arn: rule.name for rule in rules})


def read_rules(surroundings: Surroundings, panels: Iterable[str]) -> list[Rule]:
    """Give the safety rules of the control panels. Raises :class:`AwsError`."""
    client = surroundings.control_plane()
    found = (parse_rule(rule) for panel in panels for rule in arc.list_safety_rules(client, panel))
    return [rule for rule in found if rule]


def _controls(cluster: Cluster, panel: str) -> list[dict[str, object]]:
    return cluster.ask("ListRoutingControls", lambda client: arc.list_controls(client, panel))
