# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Safety rules evaluated: which one stops a change of states.

ARC Developer Guide, "Creating safety rules in ARC", "Overriding safety rules to reroute traffic" (the error names the
ARN of the rule that blocked, of several one at a time); API Reference, RuleConfig, WaitPeriodMs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aws_lab import clock, settings
from aws_lab.arc.answers import RefusedError
from aws_lab.arc.model import ON, Rule, controls, rules


def check(wanted: Mapping[str, str], overridden: Collection[str]) -> None:
    """Raise ConflictException for the first safety rule that does not let the states be set."""
    for rule in rules.values():
        if rule.arn in overridden or not set(rule.guarded) & set(wanted):
            continue
        if rule.changed is not None and clock.now() < rule.changed + rule.wait_ms / 1000:
            raise _conflict(rule, f"the wait period of {rule.wait_ms} ms has not passed")
        if not _holds(rule, wanted):
            raise _conflict(rule, "its criteria are not met")


def note(changed: Collection[str]) -> None:
    """Begin the wait periods of the rules that guard what was changed."""
    for rule in rules.values():
        if set(rule.guarded) & set(changed):
            rule.changed = clock.now()


def _holds(rule: Rule, wanted: Mapping[str, str]) -> bool:
    counts_already = rule.kind == "ASSERTION" or settings.get().arc_gates_count_at_once
    states = {arn: controls[arn].state for arn in rule.conditions if arn in controls}
    if counts_already:
        states |= {arn: state for arn, state in wanted.items() if arn in states}
    on = sum(state == ON for state in states.values())
    needed = {"AND": len(rule.conditions), "OR": 1}.get(rule.config["Type"], rule.config["Threshold"])
    return bool(on >= needed) != bool(rule.config["Inverted"])


def _conflict(rule: Rule, why: str) -> RefusedError:
    text = f"Routing control states were not updated: safety rule {rule.arn} ({rule.name}) blocked the update, {why}."
    return RefusedError("ConflictException", text, resourceId=rule.arn, resourceType="SafetyRule")
