# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Safety rules of ARC: what they ask for, and which of them a change would break.

Sources: API Reference of the control configuration, ``AssertionRule``, ``GatingRule``, ``RuleConfig``; ARC Developer
Guide, "Creating safety rules in ARC", "Overriding safety rules to reroute traffic". An assertion rule is about the
states after the transaction. A gating rule is about its gating controls when target controls are to change; AWS does
not say whether a gating control that is switched in the same transaction counts already, so here it does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import ON

ASSERTION, GATING = "assertion", "gating"


@dataclass(frozen=True)
class Rule:
    """A safety rule. ``conditions`` are the controls that are counted, ``guarded`` those whose change it may stop."""

    arn: str
    name: str
    kind: str
    control_panel: str
    type: str
    threshold: int
    inverted: bool
    wait_period_ms: int
    conditions: tuple[str, ...]
    guarded: tuple[str, ...]

    def holds(self, states: Mapping[str, str]) -> bool:
        """Tell whether the rule is satisfied; a control whose state is not known counts as off."""
        on = self.count(states)
        if self.type == "AND":
            satisfied = on == len(self.conditions)
        else:
            satisfied = on >= (self.threshold if self.type == "ATLEAST" else 1)
        return satisfied != self.inverted

    def count(self, states: Mapping[str, str]) -> int:
        """Count the controls that are on."""
        return sum(states.get(arn) == ON for arn in self.conditions)

    def wish(self) -> str:
        """Say what the rule asks for."""
        number = {"AND": "all", "OR": "at least 1"}.get(self.type, f"at least {self.threshold}")
        return f"{'not ' if self.inverted else ''}{number} of {len(self.conditions)} routing controls on"

    def told(self) -> dict[str, Any]:
        """Give it as a return value."""
        controls = (
            {"asserted_controls": list(self.conditions)}
            if self.kind == ASSERTION
            else {"gating_controls": list(self.conditions), "target_controls": list(self.guarded)}
        )
        return {
            "arn": self.arn,
            "name": self.name,
            "kind": self.kind,
            "control_panel": self.control_panel,
            "type": self.type,
            "threshold": self.threshold,
            "inverted": self.inverted,
            "wait_period_ms": self.wait_period_ms,
            **controls,
        }


@dataclass(frozen=True)
class Broken:
    """A safety rule that does not let a change pass, and why."""

    rule: Rule
    problem: str

    def told(self) -> dict[str, str]:
        """Give it as a return value."""
        return {"arn": self.rule.arn, "name": self.rule.name, "kind": self.rule.kind, "problem": self.problem}


def parse_rule(found: Mapping[str, Any]) -> Rule | None:
    """Read a member of ``ListSafetyRules``; ``None`` for a kind of rule that is not known yet."""
    kind = ASSERTION if found.get("ASSERTION") else GATING
    rule = found.get(kind.upper())
    if not rule:
        return None
    config = rule["RuleConfig"]
    asserted = tuple(rule.get("AssertedControls") or ())
    return Rule(
        arn=rule["SafetyRuleArn"],
        name=rule["Name"],
        kind=kind,
        control_panel=rule["ControlPanelArn"],
        type=config["Type"],
        threshold=int(config["Threshold"]),
        inverted=bool(config["Inverted"]),
        wait_period_ms=int(rule["WaitPeriodMs"]),
        conditions=asserted or tuple(rule.get("GatingControls") or ()),
        guarded=asserted or tuple(rule.get("TargetControls") or ()),
    )


def broken_rules(
    rules: Iterable[Rule], states: Mapping[str, str], changes: Mapping[str, str], overridden: Collection[str] = ()
) -> list[Broken]:
    """Give the rules that do not let ``changes`` pass, where ``states`` are those of all controls they look at."""
    after = {**states, **changes}
    broken = []
    for rule in rules:
        if rule.arn in overridden or not set(rule.guarded) & set(changes):
            continue
        seen = after if rule.kind == ASSERTION else states
        if not rule.holds(seen):
            when = "would be on after this change" if rule.kind == ASSERTION else "are on"
            broken.append(
                Broken(rule, f"{rule.kind} rule {rule.name} wants {rule.wish()}, and {rule.count(seen)} {when}")
            )
    return broken


def advice(broken: Iterable[Broken]) -> str:
    """Say what to do about rules that do not let a change pass."""
    rules = [found.rule for found in broken]
    steps = []
    if any(rule.kind == ASSERTION for rule in rules):
        steps.append("change other controls in the same task so that the rule holds")
    if any(rule.kind == GATING for rule in rules):
        steps.append("switch the gating controls first")
    arns = ", ".join(rule.arn for rule in rules)
    return f"Either {' and '.join(steps)}, or override what you mean to with safety_rules_to_override: [{arns}]"
